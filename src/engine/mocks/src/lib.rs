//! Holds: what mocked providers and overridden objects answer in tests, and the values that are made up for them.
//! May touch: calls, configschema, addrs, value, diag.
//! Never: real providers, entropy (what looks random comes from a seed), files.
//!
//! Only what a provider would compute is made up; what is configured stays. The rules are those of Terraform 1.11.4
//! (`internal/moduletest/mocking`, `internal/providers/mock.go`).

mod fill;
mod populate;
#[cfg(test)]
mod tests;

pub use populate::Source;

use addrs::{Provider, ProviderConfig, ResourceInstance, Target};
use calls::{Answer, ChangeAnswer, ChangeRequest, PlannedObject, Question, StoredObject};
use configschema::{Block, ProviderSchema};
use diag::{Diagnostic, Diagnostics};
use populate::{Draw, When, populate};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Value;

/// Provider schemas by source address.
pub type Schemas = BTreeMap<Provider, Arc<ProviderSchema>>;

/// Everything that is answered in place of providers.
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    /// Provider configurations that are never asked.
    pub providers: BTreeMap<ProviderConfig, Kinds>,
    /// Objects for which nobody is asked, whatever their provider.
    pub overrides: Vec<Overriding>,
    /// What made-up strings are made from: the same seed gives the same strings.
    pub seed: u64,
}

/// What a mocked provider says.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    /// By resource type.
    pub resources: BTreeMap<Arc<str>, Source>,
    /// By data source type.
    pub data_sources: BTreeMap<Arc<str>, Source>,
    /// Single objects of this provider.
    pub overrides: Vec<Overriding>,
}

/// Values for one object, or for all instances of a resource.
#[derive(Clone, Debug)]
pub struct Overriding {
    /// Which.
    pub target: Target,
    /// The values.
    pub source: Source,
}

impl Mocks {
    /// The answer, where the provider is not to be asked: `addr` is the object that the question is about.
    pub fn answer(&self, addr: Option<&ResourceInstance>, question: &Question, schemas: &Schemas) -> Option<Answer> {
        let mock = self.providers.get(question.provider());
        let overriding = addr.and_then(|addr| self.overriding(addr, question.provider()));
        if let Some(source) = overriding {
            return self.for_object(addr, Some(source), question, schemas);
        }
        let mock = mock?;
        match question {
            Question::ValidateProvider { .. } | Question::ConfigureProvider { .. } => {
                Some(Answer::Checked(Diagnostics::new()))
            }
            Question::UpgradeState { kind, raw, provider, .. } => {
                let block = schemas.get(&provider.provider)?.resources.get(kind)?;
                Some(upgraded(&block.block, raw))
            }
            Question::ValidateEphemeral { .. } | Question::OpenEphemeral { .. } => {
                let detail = "The provider mocking mechanism does not yet support ephemeral resource types.";
                let trouble = Diagnostic::error("No ephemeral resource types in mock providers", detail);
                Some(question.not_asked(trouble.next("Use the real provider in this test.").into()))
            }
            Question::Import { .. } => {
                let detail = "Cannot import resources from mock providers.";
                let trouble = Diagnostic::error("Invalid import request", detail)
                    .next("Use an override_resource block for the resource that is imported.");
                Some(question.not_asked(trouble.into()))
            }
            Question::FindByToken { .. } => Some(Answer::Unsupported),
            Question::ReadDataSource { kind, .. } => {
                self.for_object(addr, mock.data_sources.get(kind), question, schemas)
            }
            Question::Plan { kind, .. } => self.for_object(addr, mock.resources.get(kind), question, schemas),
            Question::Read { .. } => self.for_object(addr, None, question, schemas),
            _ => None,
        }
    }

    /// What comes of a change, where the provider is not to be asked.
    pub fn change(&self, addr: &ResourceInstance, request: &ChangeRequest, schemas: &Schemas) -> Option<ChangeAnswer> {
        let overriding = self.overriding(addr, &request.provider);
        let mock = self.providers.get(&request.provider);
        if overriding.is_none() && mock.is_none() {
            return None;
        }
        let source = overriding.or_else(|| mock?.resources.get(&request.kind));
        let block = &schemas.get(&request.provider.provider)?.resources.get(&request.kind)?.block;
        let (value, diagnostics) = if request.prior.is_null() && !request.planned.is_null() {
            populate(&request.planned, block, source, (When::Unknown, &self.draw(Some(addr))))
        } else {
            (request.planned.clone(), Diagnostics::new())
        };
        Some(ChangeAnswer { object: Some(stored(value)), diagnostics, legacy: false, in_doubt: false })
    }

    /// The values for an object: an address with its key goes before one without, what counts for all providers before
    /// what counts for one.
    fn overriding(&self, addr: &ResourceInstance, provider: &ProviderConfig) -> Option<&Source> {
        let of_provider = || self.providers.get(provider).into_iter().flat_map(|kinds| &kinds.overrides);
        let exact = |one: &&Overriding| one.target == Target::Instance(addr.clone());
        let whole = |one: &&Overriding| one.target == Target::Resource(addr.module.clone(), addr.resource.clone());
        let all = || self.overrides.iter().chain(of_provider());
        all().find(exact).or_else(|| all().find(whole)).map(|one| &one.source)
    }

    fn for_object(
        &self,
        addr: Option<&ResourceInstance>,
        source: Option<&Source>,
        question: &Question,
        schemas: &Schemas,
    ) -> Option<Answer> {
        let schema = schemas.get(&question.provider().provider)?;
        let draw = self.draw(addr);
        match question {
            Question::Read { current, .. } => Some(Answer::Object(Some(current.clone()), Diagnostics::new())),
            Question::Plan { kind, prior, proposed, .. } => {
                let block = &schema.resources.get(kind)?.block;
                let (planned, troubles) = if prior.is_null() && !proposed.is_null() {
                    let source = source.filter(|source| source.while_planning);
                    match source {
                        Some(source) => populate(proposed, block, Some(source), (When::Null, &draw)),
                        None => (populate::unknown(proposed, block), Diagnostics::new()),
                    }
                } else {
                    (proposed.clone(), Diagnostics::new())
                };
                let planned =
                    if planned.is_null() { planned } else { configschema::without_write_only(block, &planned) };
                let object = PlannedObject { planned, requires_replace: Vec::new(), private: [].into(), legacy: false };
                Some(Answer::Planned((!troubles.has_errors()).then_some(object), troubles))
            }
            Question::ReadDataSource { kind, config, .. } => {
                let block = &schema.data_sources.get(kind)?.block;
                let (value, troubles) = populate(config, block, source, (When::Null, &draw));
                let value = configschema::without_write_only(block, &value);
                Some(Answer::Object((!troubles.has_errors()).then(|| stored(value)), troubles))
            }
            Question::Import { kind, .. } => {
                let block = &schema.resources.get(kind)?.block;
                let empty = configschema::empty_value(block);
                let (value, troubles) = populate(&empty, block, source, (When::Null, &draw));
                Some(Answer::Imported(vec![(kind.clone(), stored(value))], troubles))
            }
            _ => None,
        }
    }

    fn draw(&self, addr: Option<&ResourceInstance>) -> Draw {
        Draw { seed: self.seed, object: addr.map(ToString::to_string).unwrap_or_default() }
    }
}

fn stored(value: Value) -> StoredObject {
    StoredObject { value, private: [].into(), identity: None }
}

/// A stored object, read by the schema of today: a test never sees another version.
fn upgraded(block: &Block, raw: &str) -> Answer {
    let ty = configschema::implied_type(block);
    let value = value::json::parse(raw).map_err(|e| e.to_string());
    match value.and_then(|node| value::json::decode(&node, &ty).map_err(|e| e.to_string())) {
        Ok(value) => Answer::Object(Some(stored(value)), Diagnostics::new()),
        Err(error) => Answer::Object(None, Diagnostic::error("Cannot read a stored object", error).into()),
    }
}
