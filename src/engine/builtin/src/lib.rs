//! Holds: the providers that need no plugin: `terraform.io/builtin/terraform` (`terraform_data`, `terraform_remote_state`,
//! functions over `.tfvars` text) and `drform/drform` (`drform_spread`, the DR functions).
//! May touch: calls, placement, words; syntax and eval to read `.tfvars` text.
//! Never: the world: nothing outside comes of any change here.
//!
//! Schemas are built once and kept; an answer costs what its object costs.

mod remote_state;
mod spread;
mod terraform_data;
#[cfg(test)]
mod tests;
mod tfvars;

pub use remote_state::{RemoteState, answer_remote_state, remote_state};

use addrs::Provider;
use calls::{Answer, ChangeAnswer, ChangeRequest, ImportedBy, Question, Repeat, StoredObject};
use configschema::{Block, FunctionError, ProviderSchema, Schema};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use value::Value;

/// What is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builtin {
    Terraform,
    Drform,
}

impl Builtin {
    fn of(provider: &Provider) -> Option<Builtin> {
        if *provider == Provider::builtin() {
            Some(Builtin::Terraform)
        } else if provider.same_as(&Provider::default_for("drform")) {
            Some(Builtin::Drform)
        } else {
            None
        }
    }

    /// The one resource type.
    fn kind(self) -> &'static str {
        match self {
            Builtin::Terraform => terraform_data::KIND,
            Builtin::Drform => placement::SPREAD_TYPE,
        }
    }

    /// Whether it has a data source of this name.
    fn reads(self, kind: &str) -> bool {
        self.schema().data_sources.contains_key(kind)
    }

    fn schema(self) -> &'static Arc<ProviderSchema> {
        static TERRAFORM: LazyLock<Arc<ProviderSchema>> =
            LazyLock::new(|| declared(Builtin::Terraform, terraform_data::schema(), tfvars::functions()));
        static DRFORM: LazyLock<Arc<ProviderSchema>> =
            LazyLock::new(|| declared(Builtin::Drform, placement::spread_schema(), placement::dr_functions()));
        match self {
            Builtin::Terraform => &TERRAFORM,
            Builtin::Drform => &DRFORM,
        }
    }
}

fn declared(
    builtin: Builtin,
    schema: Schema,
    functions: BTreeMap<Arc<str>, configschema::Function>,
) -> Arc<ProviderSchema> {
    Arc::new(ProviderSchema {
        provider: Block::default(),
        resources: [(builtin.kind().into(), Arc::new(schema))].into(),
        data_sources: match builtin {
            Builtin::Terraform => [(remote_state::KIND.into(), Arc::new(remote_state::schema()))].into(),
            Builtin::Drform => BTreeMap::new(),
        },
        functions,
        ..ProviderSchema::default()
    })
}

/// What a built-in provider declares; `None` for providers that are plugins.
pub fn schema(provider: &Provider) -> Option<Arc<ProviderSchema>> {
    Builtin::of(provider).map(|builtin| builtin.schema().clone())
}

/// What a built-in provider promises about a request whose answer was lost: nothing outside comes of any.
pub fn repeat_promise(provider: &Provider) -> Option<Repeat> {
    Builtin::of(provider).map(|_| Repeat::Harmless)
}

/// Calls a function of a built-in provider with arguments of the types of its parameters, wholly known.
///
/// # Errors
/// When there is no such function, or the function says why it has no result.
pub fn call_function(provider: &Provider, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    let result = match Builtin::of(provider) {
        Some(Builtin::Terraform) => tfvars::call(name, arguments),
        Some(Builtin::Drform) => placement::call_dr_function(name, arguments)
            .map(|result| result.map_err(|why| FunctionError { argument: Some(why.argument), reason: why.reason })),
        None => None,
    };
    let nobody = || format!("the provider {} has no function {name:?}", provider.short());
    result.unwrap_or_else(|| Err(FunctionError { argument: None, reason: nobody() }))
}

/// Answers a question to a built-in provider.
pub fn answer(question: &Question) -> Answer {
    let provider = &question.provider().provider;
    let Some(builtin) = Builtin::of(provider) else {
        return refused(question, no_such_provider(provider));
    };
    let known = |kind: &str| match question {
        Question::ValidateDataSource { .. } | Question::ReadDataSource { .. } => builtin.reads(kind),
        _ => kind == builtin.kind(),
    };
    if let Some(kind) = kind(question)
        && !known(kind)
    {
        return refused(question, no_such_type(provider, kind));
    }
    match question {
        Question::ValidateProvider { .. } | Question::ConfigureProvider { .. } => Answer::Checked(Diagnostics::new()),
        Question::ValidateResource { config, .. } => Answer::Checked(match builtin {
            Builtin::Terraform => Diagnostics::new(),
            Builtin::Drform => placement::validate_spread(config),
        }),
        Question::Read { current, .. } => Answer::Object(Some(current.clone()), Diagnostics::new()),
        Question::UpgradeState { version, raw, .. } => upgraded(builtin, *version, raw),
        Question::Plan { prior, proposed, config, private, .. } => match builtin {
            _ if proposed.is_null() => planned(proposed.clone(), private),
            Builtin::Terraform => terraform_data::plan(prior, proposed, private),
            Builtin::Drform => spread::plan(prior, config, private),
        },
        Question::ValidateDataSource { config, .. } => Answer::Checked(remote_state::validate(config)),
        Question::ReadDataSource { .. } => match remote_state(question) {
            Some(Err(troubles)) => Answer::Object(None, troubles),
            // Who can read has not read.
            _ => answer_remote_state(question, None),
        },
        Question::ValidateEphemeral { kind, .. } => refused(question, no_such_type(provider, kind)),
        Question::OpenEphemeral { addr, .. }
        | Question::RenewEphemeral { addr, .. }
        | Question::CloseEphemeral { addr, .. } => refused(question, no_such_type(provider, &addr.resource.kind)),
        Question::Import { kind, by: ImportedBy::Id(id), .. } if builtin == Builtin::Terraform => {
            let object = StoredObject { value: terraform_data::imported(id), private: Arc::default(), identity: None };
            Answer::Imported(vec![(kind.clone(), object)], Diagnostics::new())
        }
        Question::CallFunction { function, arguments, .. } => {
            Answer::Called(call_function(provider, function, arguments))
        }
        Question::FindByToken { .. } | Question::Import { .. } => Answer::Unsupported,
    }
}

/// Carries a change out: the new object is the planned one with what was open filled in.
pub fn change(request: &ChangeRequest) -> ChangeAnswer {
    let provider = &request.provider.provider;
    let (object, diagnostics) = match Builtin::of(provider) {
        None => (None, Diagnostics::from(no_such_provider(provider))),
        Some(builtin) if request.kind.as_ref() != builtin.kind() => {
            (None, no_such_type(provider, &request.kind).into())
        }
        Some(_) if request.planned.is_null() => (Some(request.planned.clone()), Diagnostics::new()),
        Some(Builtin::Terraform) => (Some(terraform_data::change(request)), Diagnostics::new()),
        Some(Builtin::Drform) => spread::change(request),
    };
    let object = object.map(|value| StoredObject { value, private: Arc::default(), identity: None });
    ChangeAnswer { object, diagnostics, legacy: false, in_doubt: false }
}

fn kind(question: &Question) -> Option<&Arc<str>> {
    match question {
        Question::ValidateProvider { .. } | Question::ConfigureProvider { .. } | Question::CallFunction { .. } => None,
        Question::ValidateResource { kind, .. }
        | Question::ValidateDataSource { kind, .. }
        | Question::UpgradeState { kind, .. }
        | Question::Read { kind, .. }
        | Question::Plan { kind, .. }
        | Question::ReadDataSource { kind, .. }
        | Question::FindByToken { kind, .. }
        | Question::ValidateEphemeral { kind, .. }
        | Question::Import { kind, .. } => Some(kind),
        Question::OpenEphemeral { addr, .. }
        | Question::RenewEphemeral { addr, .. }
        | Question::CloseEphemeral { addr, .. } => Some(&addr.resource.kind),
    }
}

fn no_such_provider(provider: &Provider) -> Diagnostic {
    Diagnostic::error("No such built-in provider", format!("The provider {} is not built in.", provider.short()))
        .about(provider.to_string())
        .next("This is a mistake of drform: report it.")
}

fn no_such_type(provider: &Provider, kind: &str) -> Diagnostic {
    Diagnostic::error("Invalid resource type", format!("The provider {} has no type {kind:?}.", provider.short()))
        .about(provider.to_string())
        .next("Correct the name of the type.")
}

fn refused(question: &Question, diagnostic: Diagnostic) -> Answer {
    match question {
        Question::Import { .. } => Answer::Unsupported,
        _ => question.not_asked(diagnostic.into()),
    }
}

pub(crate) fn planned(value: Value, private: &Arc<[u8]>) -> Answer {
    let planned =
        calls::PlannedObject { planned: value, requires_replace: Vec::new(), private: private.clone(), legacy: false };
    Answer::Planned(Some(planned), Diagnostics::new())
}

/// Stored attributes by the only schema version there has been; attributes that are gone are left out.
fn upgraded(builtin: Builtin, version: u64, raw: &str) -> Answer {
    let invalid = |why: String| {
        let detail = format!("A stored {} cannot be read: {why}.", builtin.kind());
        Answer::Object(None, Diagnostic::error("Invalid stored object", detail).into())
    };
    let Some(schema) = builtin.schema().resources.get(builtin.kind()) else {
        return invalid("it has no schema".into());
    };
    if version > schema.version {
        return invalid(format!("it has schema version {version}; this version of drform knows {}", schema.version));
    }
    let node = match value::json::parse(raw) {
        Ok(node) => node,
        Err(why) => return invalid(why.to_string()),
    };
    let known = |(name, _): &&(Arc<str>, _)| schema.block.attributes.contains_key(name);
    let members: Vec<_> = node.as_object().unwrap_or_default().iter().filter(known).cloned().collect();
    match value::json::decode(&value::json::Node::Object(members), &configschema::implied_type(&schema.block)) {
        Ok(value) => {
            Answer::Object(Some(StoredObject { value, private: Arc::default(), identity: None }), Diagnostics::new())
        }
        Err(why) => invalid(why.to_string()),
    }
}
