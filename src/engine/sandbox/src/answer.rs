//! Answers to the questions that change nothing.

use crate::catalogue::{Catalogue, Cloud};
use crate::data_sources;
use crate::overlay::Kind;
use crate::plan::{PlanAsked, plan};
use crate::rules::check_arguments;
use crate::typed::{empty_blocks, from_json, to_json_object};
use crate::{Object, ObjectKey, World};
use addrs::Provider;
use calls::{Answer, Question, StoredObject};
use configschema::{Block, Schema, implied_type};
use diag::{Diagnostic, Diagnostics};
use serde_json::Value as Json;
use std::sync::Arc;
use value::Value;

/// No private bytes: the sandbox keeps everything in its world.
pub(crate) fn no_bytes() -> Arc<[u8]> {
    Arc::from([])
}

impl World {
    /// Answers a question.
    ///
    /// `config` is the `provider` block that the provider configuration was given by
    /// [`Question::ConfigureProvider`]; null when it has none. The answer depends on nothing else but the world.
    pub fn answer(&self, catalogue: &Catalogue, config: &Value, question: &Question) -> Answer {
        let provider = &question.provider().provider;
        let Some(cloud) = catalogue.cloud(provider) else {
            return failed(question, no_provider(provider));
        };
        match question {
            Question::ValidateProvider { config, .. } | Question::ConfigureProvider { config, .. } => {
                Answer::Checked(check_provider(cloud, config))
            }
            Question::ValidateResource { kind, config, .. } => match cloud.resource(kind) {
                Some((_, known)) => {
                    Answer::Checked(check_arguments(known, &to_json_object(config)).into_iter().collect())
                }
                None => failed(question, no_type(cloud, kind)),
            },
            Question::ValidateDataSource { kind, .. } if !cloud.schema.data_sources.contains_key(kind) => {
                failed(question, no_type(cloud, kind))
            }
            Question::ValidateDataSource { .. } => Answer::Checked(Diagnostics::new()),
            Question::ReadDataSource { kind, config: asked, .. } => match cloud.schema.data_sources.get(kind) {
                Some(schema) => self.data_source(cloud, kind, schema, config, asked),
                None => failed(question, no_type(cloud, kind)),
            },
            Question::ValidateEphemeral { kind, .. } => failed(question, no_type(cloud, kind)),
            Question::OpenEphemeral { addr, .. }
            | Question::RenewEphemeral { addr, .. }
            | Question::CloseEphemeral { addr, .. } => failed(question, no_type(cloud, &addr.resource.kind)),
            Question::CallFunction { function, .. } => failed(question, no_function(provider, function)),
            Question::Import { .. } => Answer::Unsupported,
            Question::UpgradeState { kind, .. }
            | Question::Read { kind, .. }
            | Question::Plan { kind, .. }
            | Question::FindByToken { kind, .. } => match cloud.resource(kind) {
                Some(parts) => self.about_resource(cloud, parts, config, question),
                None => failed(question, no_type(cloud, kind)),
            },
        }
    }

    fn about_resource(
        &self,
        cloud: &Cloud,
        parts: (&Arc<Schema>, &Arc<Kind>),
        config: &Value,
        question: &Question,
    ) -> Answer {
        let (schema, known) = parts;
        match question {
            Question::UpgradeState { raw, .. } => upgraded(schema, raw),
            Question::Read { kind, current, .. } => {
                let value = self.read(kind, &schema.block, config, &current.value);
                stored(value, &current.private)
            }
            Question::Plan { kind, prior, proposed, config: asked, private, .. } => {
                let asked = PlanAsked { prior, proposed, config: asked, private, provider: config };
                Answer::Planned(Some(plan(self, cloud, kind, (schema, known), &asked)), Diagnostics::new())
            }
            Question::FindByToken { kind, token, .. } => {
                let object = self.find_by_token(token).filter(|o| o.key.kind == *kind);
                let null = || Value::null(implied_type(&schema.block));
                stored(object.map_or_else(null, |o| object_value(o, &schema.block)), &no_bytes())
            }
            _ => Answer::Unsupported,
        }
    }

    /// The object now; null when it is gone, with its domain or without.
    fn read(&self, kind: &Arc<str>, block: &Block, config: &Value, current: &Value) -> Value {
        let text = |name: &str| current.get(name).and_then(Value::as_str);
        let region = text("region").or_else(|| config.get("region")?.as_str()).unwrap_or_default();
        let region = if block.attributes.contains_key("region") { region } else { "" };
        let key = ObjectKey { kind: kind.clone(), region: region.into(), id: text("id").unwrap_or_default().into() };
        self.object(&key).map_or_else(|| Value::null(implied_type(block)), |object| object_value(object, block))
    }
}

/// An object as a value of its type.
pub(crate) fn object_value(object: &Object, block: &Block) -> Value {
    let json = Json::Object(object.attributes.clone());
    empty_blocks(&from_json(&json, &implied_type(block)), block)
}

fn stored(value: Value, private: &Arc<[u8]>) -> Answer {
    Answer::Object(Some(StoredObject { value, private: private.clone(), identity: None }), Diagnostics::new())
}

/// A stored object in the current schema: what is missing is null, what is too much is dropped.
fn upgraded(schema: &Schema, raw: &str) -> Answer {
    match serde_json::from_str::<Json>(raw) {
        Ok(json) => stored(empty_blocks(&from_json(&json, &implied_type(&schema.block)), &schema.block), &no_bytes()),
        Err(error) => {
            let diagnostic = Diagnostic::error("Stored object cannot be read", format!("It is not JSON: {error}."));
            Answer::Object(None, diagnostic.into())
        }
    }
}

fn failed(question: &Question, error: Diagnostic) -> Answer {
    match question {
        Question::FindByToken { .. } => Answer::Object(None, error.into()),
        _ => question.not_asked(error.into()),
    }
}

/// Schemas that ship hold no functions, so that nobody asks.
fn no_function(provider: &Provider, function: &str) -> Diagnostic {
    let detail = format!("The sandbox does not play the function {function:?} of {}.", provider.short());
    Diagnostic::error("The sandbox calls no functions", detail).next("Run without -sandbox.")
}

/// The error about a provider that the sandbox cannot play.
pub(crate) fn no_provider(provider: &Provider) -> Diagnostic {
    Diagnostic::error(
        format!("The sandbox cannot play provider {}", provider.short()),
        "It plays a provider from its schema, and no schema of this one ships with drform.",
    )
    .next("Run without -sandbox, or add the output of `terraform providers schema -json` (schema/providers/README.md).")
}

/// The error about a type that the schema does not have.
pub(crate) fn no_type(cloud: &Cloud, kind: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The sandbox cannot play type {kind}"),
        format!("The schema of {} that ships with drform does not have it.", cloud.addresses.join(" and ")),
    )
    .next("Run without -sandbox, or add the type to the schema (schema/providers/README.md).")
}

/// A provider block must name a region that the sandbox has, where the provider has regions.
fn check_provider(cloud: &Cloud, config: &Value) -> Diagnostics {
    let overlay = &cloud.overlay;
    if overlay.regions.all.is_empty() || !cloud.schema.provider.attributes.contains_key("region") {
        return Diagnostics::new();
    }
    let region = config.get("region");
    if region.is_some_and(|v| !v.is_known()) || !config.is_known() {
        return Diagnostics::new();
    }
    let names = overlay.region_names();
    match region.and_then(Value::as_str) {
        Some(name) if overlay.regions.all.contains_key(name) => Diagnostics::new(),
        Some(name) => {
            let detail = format!("The sandbox has the regions {names} ({}).", overlay.regions.source);
            Diagnostic::error(format!("invalid AWS Region: {name}"), detail).next("Use one of these regions.").into()
        }
        None => {
            let detail = "The sandbox has no environment and no shared configuration to take a region from.";
            Diagnostic::error("Missing region configuration", detail)
                .next(format!("Set region in the provider block: one of {names}."))
                .into()
        }
    }
}

impl World {
    fn data_source(&self, cloud: &Cloud, kind: &str, schema: &Schema, config: &Value, asked: &Value) -> Answer {
        let Some(known) = cloud.overlay.data_sources.get(kind) else {
            let error = Diagnostic::error(
                format!("The sandbox cannot read data source {kind}"),
                "Its schema ships with drform, what it answers does not.",
            );
            return Answer::Object(None, error.next("Run without -sandbox.").into());
        };
        match data_sources::answer(
            &data_sources::Looking { world: self, cloud, provider: config, asked },
            &known.answers,
        ) {
            Ok(found) => {
                let ty = implied_type(&schema.block);
                let value = empty_blocks(&data_sources::over(asked, &found, &ty), &schema.block);
                stored(value, &no_bytes())
            }
            Err(refusal) => Answer::Object(
                None,
                refusal.diagnostic(&format!("reading {kind}"), &known.answers, &known.source).into(),
            ),
        }
    }
}
