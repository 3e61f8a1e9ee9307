//! `terraform` blocks.

use super::Decoder;
use crate::constant;
use crate::reference;
use crate::shape::{self, Shape};
use crate::suggestion::did_you_mean;
use crate::{BackendBlock, ProviderMeta, RequiredProvider};
use addrs::Provider;
use std::sync::Arc;
use syntax::{Attribute, Block, Expr, ExprKind, ObjectItem, ObjectKey};

const TERRAFORM: Shape = Shape {
    required: &[],
    optional: &["required_version", "experiments", "language"],
    blocks: &["required_providers", "backend", "cloud", "provider_meta", "encryption"],
};

/// The block of OpenTofu 1.12. What else stands in `compatible_with` is for other software.
const LANGUAGE: Shape = Shape { required: &[], optional: &["edition", "experiments"], blocks: &["compatible_with"] };

/// The one edition of the language that there is, by Terraform's name and by OpenTofu's.
const EDITION: &str = "TF2021";
const TOFU_EDITION: &str = "tofu2024";

/// What an entry of `required_providers` may say.
const ENTRY: [&str; 3] = ["source", "version", "configuration_aliases"];

impl Decoder<'_> {
    pub(super) fn terraform(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        let body = &block.body;
        TERRAFORM.check(body, self.diagnostics);
        let version = self.version(body, "required_version");
        self.module.required_version.extend(version);
        self.experiments(body);
        self.edition(body, "language", EDITION);
        for nested in &body.blocks {
            match nested.kind.text.as_ref() {
                "backend" => {
                    if let Some([label]) = shape::labels(nested, ["type"], self.diagnostics) {
                        self.backend(nested, label.text.clone());
                    }
                }
                "cloud" => {
                    shape::labels(nested, [], self.diagnostics);
                    self.backend(nested, Arc::from("cloud"));
                }
                "provider_meta" => self.provider_meta(nested),
                // Writing a state in clear text where its encryption was asked for would do harm.
                "encryption" => self.error(
                    nested.header_range(),
                    "State encryption is not supported yet",
                    "The encryption block asks for state and plan files that only a key can read; drform cannot write these.",
                    "Use OpenTofu for this configuration, or keep the state where the storage encrypts it and remove the block.",
                ),
                _ => {}
            }
        }
    }

    /// A `language` block.
    pub(super) fn language(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        LANGUAGE.check(&block.body, self.diagnostics);
        self.experiments(&block.body);
        self.edition(&block.body, "edition", TOFU_EDITION);
        let mut first: Option<&Block> = None;
        for nested in block.body.blocks_of("compatible_with").filter(|b| b.body.attribute("opentofu").is_some()) {
            shape::labels(nested, [], self.diagnostics);
            if let Some(first) = first {
                let place = self.place(&first.header_range());
                let detail = format!(
                    "A language block says only once which versions of OpenTofu it fits. The first time is at {place}."
                );
                self.error(nested.header_range(), "Duplicate compatible_with block", detail, "Merge the two.");
                continue;
            }
            first = Some(nested);
            let version = self.version(&nested.body, "opentofu");
            self.module.compatible_with.extend(version);
        }
    }

    /// Experiments are for prereleases; no released version of Terraform or OpenTofu takes them.
    fn experiments(&mut self, body: &syntax::Body) {
        let Some(experiments) = body.attribute("experiments") else { return };
        if reference::list(&experiments.expr, self.diagnostics).is_empty() {
            return;
        }
        self.error(
            experiments.range(),
            "Module uses experimental features",
            "Experimental features of the language are only in prereleases of Terraform and OpenTofu.",
            "Remove the argument, and what needs it.",
        );
    }

    /// The edition is a word, and there is only one.
    fn edition(&mut self, body: &syntax::Body, argument: &str, only: &str) {
        let Some(written) = body.attribute(argument) else { return };
        match &written.expr.root.kind {
            ExprKind::Variable(word) if word.text.as_ref() == only => {}
            ExprKind::Error => {}
            ExprKind::Variable(word) => self.error(
                written.expr.range(),
                "Unsupported language edition",
                format!("There is no edition {} of the language here: the only one is {only}.", word.text),
                format!("Write {only}, or remove the argument."),
            ),
            _ => self.error(
                written.expr.range(),
                "Invalid language edition",
                format!("The edition of the language is a word without quotes. The only one is {only}."),
                format!("Write {only}, or remove the argument."),
            ),
        }
    }

    fn backend(&mut self, block: &Block, kind: Arc<str>) {
        let range = block.header_range();
        if let Some(first) = &self.module.backend {
            let place = self.place(&first.range.clone());
            let (summary, detail) = match (first.kind.as_ref() == "cloud", kind.as_ref() == "cloud") {
                (false, false) => (
                    "Duplicate 'backend' configuration block",
                    format!(
                        "A module may have only one backend configuration. It was previously configured at {place}."
                    ),
                ),
                (true, true) => (
                    "Duplicate HCP Terraform configurations",
                    format!("A module may have only one 'cloud' block. It was previously configured at {place}."),
                ),
                _ => (
                    "Both a backend and cloud configuration are present",
                    format!(
                        "A module may declare either one 'cloud' block or one 'backend' block, but not both. The other one is at {place}."
                    ),
                ),
            };
            self.error(range, summary, detail, "Remove one of the two.");
            return;
        }
        if !self.module.path.is_root() {
            self.diagnostics.push(
                diag::Diagnostic::warning(
                    "Backend configuration ignored",
                    "Any selected backend applies to the entire configuration, so a backend is expected only in the root module.",
                )
                .at(range.clone())
                .next("Remove it from this module."),
            );
        }
        // Its arguments may be made from variables and local values (OpenTofu 1.8): whoever takes it evaluates them.
        self.module.backend = Some(BackendBlock { kind, body: block.body.clone(), range });
    }

    /// These blocks are read before anything can be evaluated.
    fn constant_arguments(&mut self, body: &syntax::Body) {
        for attribute in &body.attributes {
            constant::check_constant(&attribute.expr, self.diagnostics);
        }
        for block in &body.blocks {
            self.constant_arguments(&block.body);
        }
    }

    fn provider_meta(&mut self, block: &Block) {
        let Some([label]) = shape::labels(block, ["provider"], self.diagnostics) else { return };
        let name = label.text.clone();
        let range = block.header_range();
        if let Some(first) = self.module.provider_metas.get(&name) {
            let first = first.range.clone();
            let what = format!("A provider_meta block for provider \"{name}\"");
            let unique = "Only one is allowed per provider and module.";
            self.duplicate("Duplicate provider_meta block", &what, unique, &first, range);
            return;
        }
        let provider = self.module.provider_for(&name);
        self.constant_arguments(&block.body);
        self.module.provider_metas.insert(name, ProviderMeta { provider, body: block.body.clone(), range });
    }

    /// Comes before everything else: it says what local provider names mean.
    pub(super) fn required_providers(&mut self, block: &Block) {
        shape::labels(block, [], self.diagnostics);
        let range = block.header_range();
        if let Some(first) = self.required_providers_at.clone() {
            let detail = format!(
                "A module may have only one required providers configuration. The required providers were previously configured at {}.",
                self.place(&first)
            );
            self.error(range, "Duplicate required providers configuration", detail, "Merge the two blocks.");
            return;
        }
        self.required_providers_at = Some(range);
        for nested in &block.body.blocks {
            self.diagnostics.push(shape::unsupported_block(nested, [], std::iter::empty()));
        }
        for attribute in &block.body.attributes {
            shape::check_provider_name(&attribute.name.text, attribute.name_range(), self.diagnostics);
            if let Some(required) = self.required_provider(attribute) {
                self.module.required_providers.insert(attribute.name.text.clone(), required);
            }
        }
    }

    fn required_provider(&mut self, attribute: &Attribute) -> Option<RequiredProvider> {
        let name = &attribute.name.text;
        let mut required = RequiredProvider {
            source: Provider::default_for(name.clone()),
            version: None,
            aliases: Vec::new(),
            version_range: None,
            range: attribute.name_range(),
        };
        match &attribute.expr.root.kind {
            ExprKind::Error => return None,
            // The old form: only a version.
            ExprKind::String(version) => {
                required.version = Some(version.clone());
                required.version_range = Some(attribute.expr.range());
            }
            ExprKind::Object(items) => {
                for item in items {
                    self.required_item(attribute, item, &mut required);
                }
            }
            _ => {
                self.error(
                    attribute.expr.range(),
                    "Invalid required_providers object",
                    "required_providers entries must be strings or objects.",
                    format!("Write {name} = {{ source = \"hashicorp/{name}\" }}."),
                );
                return None;
            }
        }
        Some(required)
    }

    fn required_item(&mut self, attribute: &Attribute, item: &ObjectItem, required: &mut RequiredProvider) {
        let key = match &item.key {
            ObjectKey::Bare(name) => Some((name.text.as_ref(), name.span)),
            ObjectKey::Expr(Expr { kind: ExprKind::String(text), span }) => Some((text.as_ref(), *span)),
            ObjectKey::Expr(_) => None,
        };
        let value = syntax::Expression { file: attribute.expr.file.clone(), root: Arc::new(item.value.clone()) };
        match key {
            Some(("source", _)) => {
                let Some(text) = constant::string(&value, "\"source\"", self.diagnostics) else { return };
                match addrs::parse_provider(&text) {
                    Ok(source) => required.source = source,
                    Err(why) => {
                        let detail = format!("\"{text}\" is not a valid provider source: {why}.");
                        let next = "Write namespace and type, such as \"hashicorp/aws\".";
                        self.error(value.range(), "Invalid provider source string", detail, next);
                    }
                }
            }
            Some(("version", _)) => {
                required.version = constant::string(&value, "\"version\"", self.diagnostics);
                required.version_range = Some(value.range());
            }
            Some(("configuration_aliases", _)) => {
                for alias in reference::list(&value, self.diagnostics) {
                    self.configuration_alias(&alias, &attribute.name.text, required);
                }
            }
            other => {
                let (word, span) = other.unwrap_or(("", item.value.span));
                let next = did_you_mean(word, ENTRY, "To configure a provider, use a \"provider\" block.");
                self.error(
                    span.of(&attribute.expr.file),
                    "Invalid required_providers object",
                    "required_providers objects can only contain \"version\", \"source\" and \"configuration_aliases\" attributes.",
                    next,
                );
            }
        }
    }

    fn configuration_alias(&mut self, alias: &syntax::Expression, local: &str, required: &mut RequiredProvider) {
        match reference::dotted(&alias.root) {
            // The plain name is allowed and says nothing: a default configuration can always be passed.
            Some((name, alias)) if name.as_ref() == local => required.aliases.extend(alias),
            _ => self.error(
                alias.range(),
                "Invalid configuration_aliases value",
                format!("Configuration aliases can only contain references to local provider configuration names in the format of {local}.alias."),
                format!("Write {local} and an alias with a period between them."),
            ),
        }
    }
}
