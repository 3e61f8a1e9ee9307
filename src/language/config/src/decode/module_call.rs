//! `module` blocks.

use super::{Decoder, Words};
use crate::constant;
use crate::reference;
use crate::shape::{self, Shape};
use crate::{ModuleCall, PassedProvider, ProviderName, VersionConstraint};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use syntax::{Block, Body, ExprKind, Expression};

const META_ARGUMENTS: [&str; 7] =
    ["source", "version", "count", "for_each", "depends_on", "providers", "ignore_nested_deprecations"];
const LIFECYCLE: Shape = Shape { required: &[], optional: &["enabled"], blocks: &[] };

const WORDS: Words = Words {
    summary: "Duplicate module call",
    what: "A module call",
    unique: "Module calls must have unique names within a module.",
};

impl Decoder<'_> {
    pub(super) fn module_call(&mut self, block: &Block) {
        let Some([label]) = shape::labels(block, ["name"], self.diagnostics) else { return };
        shape::check_name(label, "module instance", block, self.diagnostics);
        let (meta, arguments) = shape::split(&block.body, &META_ARGUMENTS, &["lifecycle"]);
        self.no_blocks(&arguments);
        let (count, for_each) = self.repetition(&meta);
        let depends_on = self.references(&meta, "depends_on");
        let providers = passed_providers(&meta, self.diagnostics);
        let enabled = self.enabled_module(&meta);
        self.enabled_alone(enabled.as_ref(), count.is_some(), for_each.is_some());
        let (version, open_version) = self.literal_or_open(&meta, "version");
        let Some(source) = meta.attribute("source") else {
            self.diagnostics.push(shape::missing_argument("source", block.body.missing_range()));
            return;
        };
        let (text, open_source) = self.literal_or_open(&meta, "source");
        if text.is_none() && open_source.is_none() {
            return;
        }
        let call = ModuleCall {
            name: label.text.clone(),
            source: text.map(|text| text.text).unwrap_or_default(),
            source_range: source.expr.range(),
            version,
            open_source,
            open_version,
            enabled,
            ignores_deprecations: self.bool(&meta, "ignore_nested_deprecations").unwrap_or(false),
            count,
            for_each,
            depends_on,
            providers,
            arguments: Body { blocks: Vec::new(), ..arguments },
            range: block.header_range(),
        };
        self.declare(|m| &mut m.module_calls, |c| &c.range, label.text.clone(), call, &WORDS);
    }

    /// `source` and `version` may refer to what is known before anything is loaded; the loader evaluates that.
    fn literal_or_open(&mut self, meta: &Body, name: &str) -> (Option<VersionConstraint>, Option<Expression>) {
        match meta.attribute(name) {
            Some(argument) if constant::needs_evaluation(&argument.expr) => (None, Some(argument.expr.clone())),
            _ => (self.version(meta, name), None),
        }
    }

    /// `lifecycle { enabled = … }`
    fn enabled_module(&mut self, meta: &Body) -> Option<Expression> {
        let block = self.only_block(meta, "lifecycle")?;
        shape::labels(block, [], self.diagnostics);
        LIFECYCLE.check(&block.body, self.diagnostics);
        block.body.attribute("enabled").map(|argument| argument.expr.clone())
    }

    fn no_blocks(&mut self, arguments: &Body) {
        for block in &arguments.blocks {
            let kind = block.kind.text.as_ref();
            if matches!(kind, "locals" | "provider") {
                self.error(
                    block.header_range(),
                    "Reserved block type name in module block",
                    format!("The block type name \"{kind}\" is reserved for use by Terraform in a future version."),
                    "Remove it. Provider configurations are passed with the argument \"providers\".",
                );
            } else {
                self.diagnostics.push(shape::unsupported_block(block, [], META_ARGUMENTS.into_iter()));
            }
        }
    }

    pub(super) fn version(&mut self, body: &Body, name: &str) -> Option<VersionConstraint> {
        let range = body.attribute(name)?.expr.range();
        self.string(body, name).map(|text| VersionConstraint { text, range })
    }
}

/// `providers = { aws = aws.west, aws.other = aws }`
pub(crate) fn passed_providers(meta: &Body, diagnostics: &mut Diagnostics) -> BTreeMap<ProviderName, PassedProvider> {
    let mut passed = BTreeMap::new();
    let Some(attribute) = meta.attribute("providers") else { return passed };
    let ExprKind::Object(items) = &attribute.expr.root.kind else {
        let detail = "The providers argument requires a map from the provider names of the called module to those of this module.";
        diagnostics.push(
            Diagnostic::error("Invalid providers argument", detail)
                .at(attribute.expr.range())
                .next("Write providers = { aws = aws.west }."),
        );
        return passed;
    };
    for item in items {
        let key = reference::provider_key(&attribute.expr, &item.key, diagnostics);
        let passed_here = reference::provider_reference_of(&attribute.expr, &item.value, diagnostics);
        let (Some(key), Some((name, instance))) = (key, passed_here) else { continue };
        let range = attribute.expr.range_of(&item.value);
        if passed.contains_key(&key) {
            let shown = reference::shown(&key);
            let detail = format!("A provider configuration was already assigned to {shown}.");
            let next = "Remove one of the two entries.";
            diagnostics.push(Diagnostic::error("Duplicate provider assignment", detail).at(range).next(next));
            continue;
        }
        passed.insert(key, PassedProvider { name, key: instance, range });
    }
    passed
}
