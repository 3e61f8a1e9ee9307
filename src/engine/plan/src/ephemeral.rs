//! One instance of an ephemeral resource: opened for the run, and closed when nobody needs it any more. What it is goes to
//! the evaluator and nowhere else.

use crate::desired::{self, Desired, View};
use crate::instance::{self, BUG, Subject};
use crate::report::{Report, Turn};
use crate::stored;
use addrs::{ProviderConfig, ResourceInstance};
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use std::time::SystemTime;
use value::{Marks, Value};

/// Where an instance is on its way.
#[derive(Clone, Debug)]
enum Stage {
    /// Its provider judges the configuration.
    Validate,
    /// Its provider opens it.
    Open,
    /// Nothing more is asked.
    Done,
}

/// One instance of an ephemeral resource on its way.
#[derive(Clone, Debug)]
pub(crate) struct EphemeralTask {
    pub(crate) desired: Box<Desired>,
    config: Value,
    stage: Stage,
    report: Report,
}

/// What is needed to renew and to close an open instance.
#[derive(Clone, PartialEq)]
pub struct Lease {
    /// Who opened it.
    pub provider: ProviderConfig,
    /// Bytes of when it was opened: what the close is told, also after renewals.
    pub private: Arc<[u8]>,
    /// When it is to be renewed, if it must be.
    pub renew_at: Option<SystemTime>,
}

/// Without the bytes: they may hold secrets.
impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease").field("renew_at", &self.renew_at).finish_non_exhaustive()
    }
}

impl Lease {
    /// The question that renews it for the first time, if it must be renewed.
    pub fn renewal(&self, addr: &ResourceInstance) -> Option<Question> {
        let (provider, private) = (self.provider.clone(), self.private.clone());
        Some(Question::RenewEphemeral { provider, addr: addr.clone(), private, at: self.renew_at? })
    }

    /// The question that renews it once more, after it was renewed.
    pub fn next_renewal(&self, addr: &ResourceInstance, renewed: calls::RenewedEphemeral) -> Option<Question> {
        let (provider, private) = (self.provider.clone(), renewed.private);
        Some(Question::RenewEphemeral { provider, addr: addr.clone(), private, at: renewed.renew_at? })
    }

    /// The question that closes it.
    pub fn close(&self, addr: &ResourceInstance) -> Question {
        let (provider, private) = (self.provider.clone(), self.private.clone());
        Question::CloseEphemeral { provider, addr: addr.clone(), private }
    }
}

/// An instance that is open: its value, marked, and what closes it.
///
/// With a lease there may be errors too: it is open, and is to be closed.
pub fn opened(subject: &Subject, config: &Value, answer: Answer) -> (Option<Value>, Option<Lease>, Diagnostics) {
    let named = |diagnostics| instance::about(&subject.addr, subject.declared_at.as_ref(), diagnostics);
    let Answer::Opened(opened, said) = answer else {
        return (None, None, named(stored::wrong_answer(&subject.addr, &answer).into()));
    };
    let mut said = named(said);
    let Some(opened) = opened else {
        if !said.has_errors() {
            said.extend(named(stored::wrong_answer(&subject.addr, &Answer::Opened(None, Diagnostics::new())).into()));
        }
        return (None, None, said);
    };
    let lease =
        Lease { provider: subject.provider.clone(), private: opened.private.clone(), renew_at: opened.renew_at };
    let wrong = promises(subject, config, &opened.value);
    if !wrong.is_empty() {
        said.extend(named(wrong));
        return (None, Some(lease), said);
    }
    (Some(opened.value.marked(Marks::EPHEMERAL)), Some(lease), said)
}

/// What the provider promised of the value and does not keep. Nothing of the value is shown.
fn promises(subject: &Subject, config: &Value, value: &Value) -> Diagnostics {
    let kind = &subject.addr.resource.kind;
    let trouble = |what: String| {
        let detail = format!("The provider for {kind} produced an inconsistent result: {what}.{BUG}");
        Diagnostic::error("Provider produced invalid ephemeral resource instance", detail)
    };
    if let Err(error) = value::conforms(value, &subject.ty) {
        return trouble(error.to_string()).into();
    }
    if value.is_null() || !value.is_wholly_known() {
        return trouble("an open instance is neither null nor unknown".into()).into();
    }
    let nothing = Value::null(subject.ty.clone());
    let broken = configschema::assert_plan_valid(&subject.schema.block, &nothing, config, value);
    broken.iter().map(|broken| trouble(format!("{} is not what the configuration says", broken.path))).collect()
}

impl EphemeralTask {
    /// A task that has not asked anything.
    pub(crate) fn new(desired: Box<Desired>) -> EphemeralTask {
        EphemeralTask { desired, config: Value::dynamic(), stage: Stage::Validate, report: Report::default() }
    }

    /// The first turn.
    pub(crate) fn begin(mut self, view: &View<'_>) -> Turn<EphemeralTask> {
        let (config, diagnostics) = desired::configuration(&self.desired, view);
        if !self.accept(diagnostics) {
            return Turn::End(Box::new(self.report));
        }
        let marks;
        (self.config, marks) = config.unmark_deep();
        if !self.config.is_wholly_known() {
            // It is opened by the apply, when the configuration is known.
            let subject = &self.desired.subject;
            let planned = configschema::planned_unknown_object(&subject.schema.block, &self.config).mark_paths(&marks);
            let planned = instance::with_origins(&subject.addr, &planned, &self.config);
            self.report.value = Some(planned.marked(Marks::EPHEMERAL));
            return Turn::End(Box::new(self.report));
        }
        let question = Question::ValidateEphemeral {
            provider: self.desired.subject.provider.clone(),
            kind: self.desired.subject.addr.resource.kind.clone(),
            config: self.config.clone(),
        };
        Turn::Ask(self, question)
    }

    /// One turn: what the answer to the last question leads to.
    pub(crate) fn advance(mut self, answer: Answer, view: &View<'_>) -> Turn<EphemeralTask> {
        match (std::mem::replace(&mut self.stage, Stage::Done), answer) {
            (Stage::Validate, Answer::Checked(diagnostics)) => {
                if !self.accept(diagnostics) {
                    return Turn::End(Box::new(self.report));
                }
                self.stage = Stage::Open;
                let question = Question::OpenEphemeral {
                    provider: self.desired.subject.provider.clone(),
                    addr: self.desired.subject.addr.clone(),
                    config: self.config.clone(),
                };
                Turn::Ask(self, question)
            }
            (Stage::Open, answer) => {
                let (value, lease, troubles) = opened(&self.desired.subject, &self.config, answer);
                self.report.opened = lease;
                if self.accept(troubles)
                    && let Some(value) = value
                {
                    self.report.diagnostics.extend(desired::postconditions(&self.desired, &value, view));
                    self.report.value = Some(value);
                }
                Turn::End(Box::new(self.report))
            }
            (_, answer) => {
                let trouble = stored::wrong_answer(&self.desired.subject.addr, &answer);
                self.accept(trouble.into());
                Turn::End(Box::new(self.report))
            }
        }
    }

    /// Keeps diagnostics; false when the task cannot go on.
    fn accept(&mut self, diagnostics: Diagnostics) -> bool {
        let errors = diagnostics.has_errors();
        let subject = &self.desired.subject;
        let named = instance::about(&subject.addr, subject.declared_at.as_ref(), diagnostics);
        self.report.diagnostics.extend(named);
        !errors
    }
}
