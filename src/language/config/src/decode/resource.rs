//! `resource`, `data` and `ephemeral` blocks.

use super::Decoder;
use crate::constant;
use crate::reference;
use crate::shape::{self, Shape};
use crate::suggestion::did_you_mean;
use crate::{IgnoreChanges, KeyPlace, Lifecycle, ProviderKey, ProviderName, ResourceConfig};
use addrs::{InstanceKey, Mode, ProviderConfig, Resource};
use diag::Diagnostic;
use std::sync::Arc;
use syntax::{Block, Body, ExprKind, Expression};

const META_ARGUMENTS: [&str; 4] = ["count", "for_each", "depends_on", "provider"];
const META_BLOCKS: [&str; 5] = ["lifecycle", "connection", "provisioner", "_", "locals"];

const LIFECYCLE: Shape = Shape {
    required: &[],
    optional: &[
        "create_before_destroy",
        "prevent_destroy",
        "ignore_changes",
        "replace_triggered_by",
        "enabled",
        "destroy",
    ],
    blocks: &["precondition", "postcondition"],
};

/// The provisioners there are.
const PROVISIONERS: [&str; 3] = ["local-exec", "remote-exec", "file"];

impl Decoder<'_> {
    pub(super) fn resource(&mut self, block: &Block) {
        self.resource_in(block, None);
    }

    /// Declares the resource and gives its address; `check` is the check block that it stands in.
    pub(super) fn resource_in(&mut self, block: &Block, check: Option<Arc<str>>) -> Option<Resource> {
        let [kind, name] = shape::labels(block, ["type", "name"], self.diagnostics)?;
        let (mode, what) = match block.kind.text.as_ref() {
            "resource" => (Mode::Managed, "resource"),
            "data" => (Mode::Data, "data source"),
            _ => (Mode::Ephemeral, "ephemeral resource"),
        };
        shape::check_name(kind, &format!("{what} type"), block, self.diagnostics);
        shape::check_name(name, what, block, self.diagnostics);
        let addr = Resource { mode, kind: kind.text.clone(), name: name.text.clone() };
        let (meta, mut body) = shape::split(&block.body, &META_ARGUMENTS, &META_BLOCKS);
        self.escape_block(&meta, &mut body);
        let (count, for_each) = self.repetition(&meta);
        let lifecycle = self.lifecycle(&meta, mode);
        self.enabled_alone(lifecycle.enabled.as_ref(), count.is_some(), for_each.is_some());
        let (provider_name, key) = self.provider_of(&meta, &addr);
        let provider = self.module.provider_for(&provider_name.0);
        let resource = ResourceConfig {
            addr: addr.clone(),
            // Found by inheritance once all modules are there.
            provider_config: ProviderConfig {
                module: self.module.path.clone(),
                provider: provider.clone(),
                alias: provider_name.1.clone(),
                key: InstanceKey::None,
            },
            provider_key: key.map(|expr| ProviderKey { expr, place: KeyPlace::Resource }),
            provider_name,
            provider,
            count,
            for_each,
            depends_on: self.references(&meta, "depends_on"),
            lifecycle,
            provisioners: self.provisioners(&meta, mode),
            connection: self.only_block(&meta, "connection").cloned(),
            check,
            body,
            kind_range: kind.span.of(&block.body.file),
            range: block.header_range(),
        };
        self.add_resource(resource, what);
        Some(addr)
    }

    fn add_resource(&mut self, resource: ResourceConfig, what: &str) {
        let addr = resource.addr.clone();
        if let Some(first) = self.module.resources.get(&addr) {
            let first = first.range.clone();
            let summary = format!("Duplicate {what} \"{}\" configuration", addr.kind);
            let subject = format!("A {} {what} named \"{}\"", addr.kind, addr.name);
            let unique = format!("{} names must be unique per type in each module.", capitalised(what));
            self.duplicate(&summary, &subject, &unique, &first, resource.range);
            return;
        }
        self.module.resources.insert(addr, resource);
    }

    /// Merges what stands in a `_` block into the body: arguments with the names of meta-arguments.
    fn escape_block(&mut self, meta: &Body, body: &mut Body) {
        for reserved in meta.blocks_of("locals") {
            self.error(
                reserved.header_range(),
                "Reserved block type name in resource block",
                "The block type name \"locals\" is reserved for use by Terraform in a future version.",
                "Move it out of the resource. A nested block of this name goes into an escape block: _ { … }.",
            );
        }
        let Some(escape) = self.only_block(meta, "_") else { return };
        body.attributes.extend(escape.body.attributes.iter().cloned());
        body.blocks.extend(escape.body.blocks.iter().cloned());
        body.undecided.extend(escape.body.undecided.iter().cloned());
    }

    /// The provider configuration that it names, or the default one of its type's prefix.
    fn provider_of(&mut self, meta: &Body, addr: &Resource) -> (ProviderName, Option<Expression>) {
        let written = meta.attribute("provider").and_then(|attribute| {
            let (name, key) = reference::provider_reference(&attribute.expr, self.diagnostics)?;
            shape::check_provider_name(&name.0, attribute.expr.range(), self.diagnostics);
            Some((name, key))
        });
        written.unwrap_or_else(|| {
            let prefix = addr.kind.split('_').next().unwrap_or(&addr.kind);
            ((Arc::from(prefix), None), None)
        })
    }

    fn provisioners(&mut self, meta: &Body, mode: Mode) -> Vec<Block> {
        let provisioners: Vec<Block> = meta.blocks_of("provisioner").cloned().collect();
        if mode != Mode::Managed {
            for block in meta.blocks.iter().filter(|b| matches!(b.kind.text.as_ref(), "provisioner" | "connection")) {
                let kind = &block.kind.text;
                let detail = format!("Only managed resources (\"resource\" blocks) have {kind} blocks.");
                self.error(block.header_range(), format!("Unsupported {kind} block"), detail, "Remove it.");
            }
            return Vec::new();
        }
        for block in &provisioners {
            self.provisioner(block);
        }
        provisioners
    }

    fn provisioner(&mut self, block: &Block) {
        let Some([kind]) = shape::labels(block, ["type"], self.diagnostics) else { return };
        if !PROVISIONERS.contains(&kind.text.as_ref()) {
            let next = did_you_mean(&kind.text, PROVISIONERS, "Use one of local-exec, remote-exec and file.");
            let detail = format!("There is no provisioner {:?}.", kind.text);
            self.error(kind.span.of(&block.body.file), "Unknown provisioner", detail, next);
        }
        self.word(&block.body, "when", ["create", "destroy"]);
        self.word(&block.body, "on_failure", ["continue", "fail"]);
        let when = block.body.attribute("when").map(|argument| &argument.expr.root.kind);
        if matches!(when, Some(ExprKind::Variable(word)) if word.text.as_ref() == "destroy") {
            let word = |name: &str| matches!(name, "when" | "on_failure");
            for argument in block.body.attributes.iter().filter(|a| !word(&a.name.text)) {
                self.only_self(&argument.expr);
            }
            self.only_block(&block.body, "connection").into_iter().flat_map(|b| &b.body.attributes).for_each(
                |argument| {
                    self.only_self(&argument.expr);
                },
            );
        }
    }

    /// An argument whose value is one of two words, without quotes.
    fn word(&mut self, body: &Body, name: &str, words: [&str; 2]) {
        let Some(argument) = body.attribute(name) else { return };
        let written = match &argument.expr.root.kind {
            ExprKind::Variable(word) => Some(word.text.as_ref()),
            // In quotes it is an old form.
            ExprKind::String(word) => {
                self.diagnostics.push(
                    Diagnostic::warning(
                        "Quoted keywords are deprecated",
                        "In this context, keywords are expected literally rather than in quotes.",
                    )
                    .at(argument.expr.range())
                    .next("Remove the quotes."),
                );
                Some(word.as_ref())
            }
            ExprKind::Error => return,
            _ => None,
        };
        if !written.is_some_and(|word| words.contains(&word)) {
            let detail = format!("The argument {name:?} is one of the words {} and {}.", words[0], words[1]);
            let next = format!("Write {name} = {}, or remove the argument.", words[0]);
            self.error(argument.expr.range(), format!("Invalid {name:?} keyword"), detail, next);
        }
    }

    /// When an object is destroyed nothing else of the configuration may be there any more.
    fn only_self(&mut self, expr: &Expression) {
        let there = |name: &str| matches!(name, "self" | "count" | "each" | "path" | "terraform");
        for (range, _) in constant::roots(expr).into_iter().filter(|(_, name)| !there(name)) {
            self.error(
                range,
                "Invalid reference from destroy provisioner",
                "A provisioner that runs when an object is destroyed can refer only to self, count.index and each.key: nothing else is sure to be there then.",
                "Keep the value in the object itself, such as in triggers_replace or tags, and refer to it by self.",
            );
        }
    }

    fn lifecycle(&mut self, meta: &Body, mode: Mode) -> Lifecycle {
        let Some(block) = self.only_block(meta, "lifecycle") else { return Lifecycle::default() };
        shape::labels(block, [], self.diagnostics);
        let body = &block.body;
        LIFECYCLE.check(body, self.diagnostics);
        let enabled = body.attribute("enabled").map(|argument| argument.expr.clone());
        let rules = |decoder: &mut Self| Lifecycle {
            enabled: enabled.clone(),
            preconditions: decoder.rules(body, "precondition"),
            postconditions: decoder.rules(body, "postcondition"),
            ..Lifecycle::default()
        };
        if mode != Mode::Managed {
            for attribute in &body.attributes {
                let name = &attribute.name.text;
                if LIFECYCLE.optional.contains(&name.as_ref()) && name.as_ref() != "enabled" {
                    let (kind, word) = if mode == Mode::Data { ("data", "data") } else { ("ephemeral", "ephemeral") };
                    let detail = format!(
                        "The lifecycle argument \"{name}\" is defined only for managed resources (\"resource\" blocks), and is not valid for {kind} resources."
                    );
                    let summary = format!("Invalid {word} resource lifecycle argument");
                    self.error(attribute.name_range(), summary, detail, "Remove it.");
                }
            }
            return rules(self);
        }
        Lifecycle {
            create_before_destroy: self.bool(body, "create_before_destroy"),
            destroy: self.bool(body, "destroy"),
            prevent_destroy: body.attribute("prevent_destroy").map(|argument| argument.expr.clone()),
            ignore_changes: self.ignore_changes(body),
            replace_triggered_by: self.triggers(body),
            ..rules(self)
        }
    }

    /// `all`, or a list of attribute paths.
    fn ignore_changes(&mut self, body: &Body) -> IgnoreChanges {
        let Some(attribute) = body.attribute("ignore_changes") else { return IgnoreChanges::default() };
        match &attribute.expr.root.kind {
            ExprKind::Variable(name) if name.text.as_ref() == "all" => IgnoreChanges::All,
            ExprKind::Tuple(items) if is_star(items) => {
                self.error(
                    attribute.expr.range(),
                    "Invalid ignore_changes wildcard",
                    "The [\"*\"] form of ignore_changes wildcard was deprecated and is now invalid.",
                    "Write ignore_changes = all.",
                );
                IgnoreChanges::All
            }
            _ => {
                let references = reference::list(&attribute.expr, self.diagnostics);
                let paths = references.iter().filter_map(|r| Some((reference::path(r, self.diagnostics)?, r.range())));
                IgnoreChanges::Paths(paths.collect())
            }
        }
    }

    /// References with instance keys that may be expressions, such as `aws_instance.a[each.key]`.
    fn triggers(&mut self, body: &Body) -> Vec<Expression> {
        self.references(body, "replace_triggered_by")
    }
}

fn is_star(items: &[syntax::Expr]) -> bool {
    matches!(items, [syntax::Expr { kind: ExprKind::String(text), .. }] if text.as_ref() == "*")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
