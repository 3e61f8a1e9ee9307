//! `resource`, `data` and `ephemeral` blocks.

use super::Decoder;
use crate::reference;
use crate::shape::{self, Shape};
use crate::{IgnoreChanges, KeyPlace, Lifecycle, ProviderKey, ProviderName, ResourceConfig};
use addrs::{InstanceKey, Mode, ProviderConfig, Resource};
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
    pub(super) fn escape_block(&mut self, meta: &Body, body: &mut Body) {
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
