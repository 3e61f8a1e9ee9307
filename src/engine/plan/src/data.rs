//! Planning one instance of a data source: read now, or during apply (features-and-traps.md 79–84).

use crate::desired::{self, Desired, View};
use crate::instance;
use crate::report::{Refreshed, Report, Turn};
use crate::stored;
use crate::{Action, ActionReason, InstanceChange, Mode};
use calls::{Answer, Question, StoredObject};
use diag::Diagnostics;
use std::sync::Arc;
use value::{Marks, Path, Value};

/// Where a data source is on its way.
#[derive(Clone, Debug)]
enum DataStage {
    /// Its provider judges the configuration.
    Validate,
    /// Its provider reads.
    Read,
    /// Nothing more is asked.
    Done,
}

/// One instance of a data source on its way.
#[derive(Clone, Debug)]
pub(crate) struct DataTask {
    pub(crate) desired: Box<Desired>,
    /// Why it cannot be read while planning although its configuration may be known.
    pending: bool,
    config: Value,
    marks: Vec<(Path, Marks)>,
    stage: DataStage,
    report: Report,
}

impl DataTask {
    /// A task that has not asked anything. `pending`: something that it depends on is going to change.
    pub(crate) fn new(desired: Box<Desired>, pending: Pending) -> DataTask {
        let config = Value::dynamic();
        let pending = pending == Pending::Yes;
        DataTask { desired, pending, config, marks: Vec::new(), stage: DataStage::Validate, report: Report::default() }
    }

    /// The first turn.
    pub(crate) fn begin(mut self, view: &View<'_>) -> Turn<DataTask> {
        let (config, diagnostics) = desired::configuration(&self.desired, view);
        if !self.accept(diagnostics) {
            return self.end();
        }
        (self.config, self.marks) = config.unmark_deep();
        if let Err(troubles) = instance::refuse_ephemeral(&self.desired.subject, &self.config, &self.marks) {
            self.accept(troubles);
            return self.end();
        }
        let question = Question::ValidateDataSource {
            provider: self.desired.subject.provider.clone(),
            kind: self.desired.subject.addr.resource.kind.clone(),
            config: self.config.clone(),
        };
        Turn::Ask(self, question)
    }

    /// One turn: what the answer to the last question leads to.
    pub(crate) fn advance(mut self, answer: Answer, view: &View<'_>) -> Turn<DataTask> {
        match (std::mem::replace(&mut self.stage, DataStage::Done), answer) {
            (DataStage::Validate, Answer::Checked(diagnostics)) => {
                if !self.accept(diagnostics) {
                    return self.end();
                }
                if !self.config.is_wholly_known() {
                    return self.defer(ActionReason::ReadBecauseConfigUnknown, view);
                }
                if self.pending {
                    return self.defer(ActionReason::ReadBecauseDependencyPending, view);
                }
                self.stage = DataStage::Read;
                let question = Question::ReadDataSource {
                    provider: self.desired.subject.provider.clone(),
                    kind: self.desired.subject.addr.resource.kind.clone(),
                    config: self.config.clone(),
                    meta: self.desired.subject.meta.clone(),
                };
                Turn::Ask(self, question)
            }
            (DataStage::Read, Answer::Object(object, diagnostics)) => self.read(object, diagnostics, view),
            (_, answer) => {
                let trouble = stored::wrong_answer(&self.desired.subject.addr, &answer);
                self.accept(trouble.into());
                self.end()
            }
        }
    }

    /// The provider has read.
    fn read(mut self, object: Option<StoredObject>, diagnostics: Diagnostics, view: &View<'_>) -> Turn<DataTask> {
        if !self.accept(diagnostics) {
            return self.end();
        }
        let value = object.map_or_else(|| Value::null(value::Type::Dynamic), |o| o.value);
        let missing = value.is_null();
        let checked = match missing {
            true => {
                Err(instance::invalid_object(&self.desired.subject, "the result of a data source must not be null"))
            }
            false => stored::check(&self.desired.subject, &value, "read"),
        };
        if let Err(trouble) = checked {
            self.accept(trouble);
            return self.end();
        }
        let value = self.marked(&value);
        let schema = &self.desired.subject.schema;
        self.report.refreshed = Refreshed::Object(stored::data_object(schema, &value));
        self.report.diagnostics.extend(desired::postconditions(&self.desired, &value, view));
        self.report.value = Some(value);
        self.end()
    }

    /// It is read during apply; until then its computed attributes are unknown. Only a normal plan has such an apply
    /// (features-and-traps.md 84).
    fn defer(mut self, reason: ActionReason, view: &View<'_>) -> Turn<DataTask> {
        let subject = self.desired.subject.clone();
        let planned = configschema::planned_unknown_object(&subject.schema.block, &self.config);
        let after = instance::with_origins(&subject.addr, &self.marked(&planned), &self.config);
        let nothing: Arc<[u8]> = Arc::from(&[][..]);
        self.report.value = Some(after.clone());
        // Values of earlier runs are never reused.
        self.report.refreshed = Refreshed::Gone;
        if view.options.mode != Mode::Normal {
            return self.end();
        }
        self.report.change = Some(InstanceChange {
            addr: subject.addr,
            deposed: None,
            provider: subject.provider,
            action: Action::Read,
            reason,
            before: Value::null(subject.ty.clone()),
            schema: subject.schema,
            after,
            config: self.config.clone(),
            private: nothing.clone(),
            prior_private: nothing,
            identity: None,
            meta: subject.meta,
            replace_paths: Vec::new(),
            dependencies: self.desired.dependencies.clone(),
            create_before_destroy: false,
            skip_destroy: false,
            declared_at: subject.declared_at,
            importing: None,
        });
        self.end()
    }

    fn marked(&self, value: &Value) -> Value {
        let schema = &self.desired.subject.schema;
        value.mark_paths(&self.marks).mark_paths(&instance::schema_marks(schema, value))
    }

    /// Keeps diagnostics; false when the task cannot go on.
    fn accept(&mut self, diagnostics: Diagnostics) -> bool {
        let errors = diagnostics.has_errors();
        let subject = &self.desired.subject;
        let named = instance::about(&subject.addr, subject.declared_at.as_ref(), diagnostics);
        self.report.diagnostics.extend(named);
        !errors
    }

    /// Inside of a `check` block errors only warn (features-and-traps.md 83).
    fn end(mut self) -> Turn<DataTask> {
        if let Some(check) = self.desired.check.as_ref().filter(|_| self.report.diagnostics.has_errors()) {
            let check = self.desired.subject.addr.module.within(&format!("check.{check}"));
            let troubles = std::mem::take(&mut self.report.diagnostics);
            self.report.diagnostics = troubles.map(|trouble| trouble.in_check(&check));
            self.report.value = Some(Value::dynamic());
        }
        Turn::End(Box::new(self.report))
    }
}

/// Whether something that a data source depends on is going to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    /// It is.
    Yes,
    /// It is not.
    No,
}
