//! `provider` blocks.

use super::Decoder;
use crate::ProviderBlock;
use crate::shape;
use std::sync::Arc;
use syntax::Block;

/// Names that a provider's own schema cannot use.
const RESERVED: [&str; 3] = ["count", "depends_on", "source"];

impl Decoder<'_> {
    pub(super) fn provider(&mut self, block: &Block) {
        let Some([label]) = shape::labels(block, ["name"], self.diagnostics) else { return };
        shape::check_provider_name(&label.text, label.span.of(&block.body.file), self.diagnostics);
        let (meta, mut body) =
            shape::split(&block.body, &["alias", "version", "for_each"], &["_", "lifecycle", "locals"]);
        self.reserved_in_provider(&body, &meta);
        if let Some(escape) = self.only_block(&meta, "_") {
            body.attributes.extend(escape.body.attributes.iter().cloned());
            body.blocks.extend(escape.body.blocks.iter().cloned());
            body.undecided.extend(escape.body.undecided.iter().cloned());
        }
        let alias = self.alias(&meta);
        let name = label.text.clone();
        let for_each = meta.attribute("for_each").map(|argument| argument.expr.clone());
        if let (Some(for_each), None) = (&for_each, meta.attribute("alias")) {
            self.error(
                for_each.range(),
                "Alias required when using \"for_each\"",
                format!("The provider block \"{name}\" without an alias is the default configuration, of which there is exactly one."),
                "Add an alias, and choose an instance by its key where the provider is used: provider = NAME.ALIAS[each.key].",
            );
        }
        let provider = ProviderBlock {
            local_name: name.clone(),
            alias: alias.clone(),
            provider: self.module.provider_for(&name),
            for_each,
            body,
            range: block.header_range(),
        };
        let key = (name.clone(), alias.clone());
        let Some(first) = self.module.provider_configs.get(&key) else {
            self.module.provider_configs.insert(key, provider);
            return;
        };
        let first = first.range.clone();
        let (what, unique) = match alias {
            None => (
                format!("A default (non-aliased) provider configuration for \"{name}\""),
                "If multiple configurations are required, set the \"alias\" argument for alternative configurations."
                    .to_owned(),
            ),
            Some(alias) => (
                format!("A provider configuration for \"{name}\" with alias \"{alias}\""),
                "Each configuration for the same provider must have a distinct alias.".to_owned(),
            ),
        };
        self.duplicate("Duplicate provider configuration", &what, &unique, &first, provider.range);
    }

    fn alias(&mut self, meta: &syntax::Body) -> Option<Arc<str>> {
        if let Some(version) = meta.attribute("version") {
            self.diagnostics.push(
                diag::Diagnostic::warning(
                    "Version constraints inside provider configuration blocks are deprecated",
                    "The version argument of a provider block was replaced by required_providers in the terraform block.",
                )
                .at(version.range())
                .next("Move the constraint to required_providers."),
            );
        }
        let alias = self.string(meta, "alias")?;
        if !syntax::is_identifier(&alias) {
            let at = meta.attribute("alias")?.expr.range();
            self.error(at, "Invalid provider configuration alias", shape::BAD_NAME, "Choose another name.");
        }
        Some(alias)
    }

    fn reserved_in_provider(&mut self, body: &syntax::Body, meta: &syntax::Body) {
        for attribute in body.attributes.iter().filter(|a| RESERVED.contains(&a.name.text.as_ref())) {
            let name = &attribute.name.text;
            let detail =
                format!("The provider argument name \"{name}\" is reserved for use by Terraform in a future version.");
            let next = match name.as_ref() {
                "count" => {
                    "Remove it. For several configurations give the block an alias and for_each, or write a block for each."
                }
                _ => "Remove it.",
            };
            self.error(attribute.name_range(), "Reserved argument name in provider block", detail, next);
        }
        for block in meta.blocks.iter().filter(|b| b.kind.text.as_ref() != "_") {
            let kind = &block.kind.text;
            let detail =
                format!("The block type name \"{kind}\" is reserved for use by Terraform in a future version.");
            self.error(block.header_range(), "Reserved block type name in provider block", detail, "Remove it.");
        }
    }
}
