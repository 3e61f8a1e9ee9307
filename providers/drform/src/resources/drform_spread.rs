//! `drform_spread`: where the members of a group stand. Nothing outside comes of it: the assignment is the resource.

use crate::record::{Record, Verb};
use sdk::{ChangeRequest, Finding, Findings, Future, Object, PlanRequest, Planned, Private, Repeat, Reply, Resource};
use std::sync::Arc;
use value::{Path, Value};

pub(crate) struct Spread {
    record: Arc<Record>,
}

impl Spread {
    pub(crate) fn new(record: Arc<Record>) -> Spread {
        Spread { record }
    }

    /// Makes the object that was planned: the same rule with the same arguments gives the same assignment. Warnings were
    /// told with the plan.
    fn made(&self, verb: Verb, change: &ChangeRequest) -> Reply<Object> {
        let (value, diagnostics) = placement::planned_spread(&change.prior, &change.config);
        let errors: Findings = findings(diagnostics.into_iter().filter(sdk::Diagnostic::is_error));
        if !errors.is_empty() {
            return Reply { result: None, findings: errors, in_doubt: false };
        }
        let findings = self.record.append(verb, placement::SPREAD_TYPE, change);
        Reply { result: Some(Object { value, private: Private::new() }), findings, in_doubt: false }
    }
}

fn findings(diagnostics: impl IntoIterator<Item = sdk::Diagnostic>) -> Findings {
    diagnostics.into_iter().map(|diagnostic| Finding { diagnostic, attribute: Path::ROOT }).collect()
}

impl Resource for Spread {
    fn schema(&self) -> configschema::Schema {
        placement::spread_schema()
    }

    fn repeat(&self) -> Repeat {
        Repeat::SameObject
    }

    fn validate(&self, config: &Value) -> Findings {
        findings(placement::validate_spread(config))
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let (value, diagnostics) = placement::planned_spread(&request.prior, &request.config);
        let planned = Planned { value, requires_replace: Vec::new(), private: Private::new() };
        Box::pin(async move { Reply { result: Some(planned), findings: findings(diagnostics), in_doubt: false } })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move { Reply::done(current) })
    }

    fn create(&self, change: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async move { self.made(Verb::Create, &change) })
    }

    fn update(&self, change: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async move { self.made(Verb::Update, &change) })
    }

    fn delete(&self, change: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async move { self.record.append(Verb::Delete, placement::SPREAD_TYPE, &change) })
    }
}
