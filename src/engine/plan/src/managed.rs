//! Planning one object of a managed resource: its stages and what each answer leads to (plugin-protocol.md 9,
//! features-and-traps.md 36).

use crate::desired::{self, View};
use crate::instance::{self, Outcome, Prepared, Prior, Settled, Subject};
use crate::object::{Aim, Identity};
use crate::report::{Refreshed, Report, Turn};
use crate::{Action, ActionReason, Drift, InstanceChange, Mode, Refresh};
use crate::{refusals, stored, take_in};
use addrs::{ConfigResource, InstanceKey};
use calls::{Answer, ObjectIdentity, Question, StoredObject};
use configschema::IgnoreChanges;
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use value::Value;

/// Where an object is on its way.
#[derive(Clone, Debug)]
pub(crate) enum ManagedStage {
    /// Its stored form is brought to the current schema.
    Upgrade,
    /// Its provider finds the object that is imported.
    Import,
    /// Its provider looks what the imported object is like, which had this identity when it was found.
    ReadImported(Option<ObjectIdentity>),
    /// Its provider looks what it is like now.
    Read(Prior),
    /// Its provider judges the configuration.
    Validate(Option<Prior>, Value),
    /// Its provider plans.
    Plan(Box<Prepared>),
    /// Its provider plans again, from nothing.
    PlanReplacement(Box<Prepared>),
    /// Its provider plans the delete.
    PlanDelete(Prior),
    /// Nothing more is asked.
    Planned,
}

/// One object on its way.
#[derive(Clone, Debug)]
pub(crate) struct ManagedTask {
    pub(crate) identity: Identity,
    pub(crate) aim: Aim,
    stage: ManagedStage,
    report: Report,
    /// The object as the state has it, while it is planned without having been read.
    unread: Option<Prior>,
    /// Whether it was read.
    looked: bool,
}

impl ManagedTask {
    /// A task that has not asked anything.
    pub(crate) fn new(identity: Identity, aim: Aim) -> ManagedTask {
        ManagedTask {
            identity,
            aim,
            stage: ManagedStage::Upgrade,
            report: Report::default(),
            unread: None,
            looked: false,
        }
    }

    /// The first turn.
    pub(crate) fn begin(self, view: &View<'_>) -> Turn<ManagedTask> {
        if self.identity.blocked {
            let trouble = refusals::in_doubt(&self.identity);
            return self.fail(trouble.into());
        }
        let Some(object) = self.identity.stored.clone() else {
            let Some(by) = self.identity.import.clone() else { return self.known(None, view) };
            let question = Question::Import { provider: self.identity.provider.clone(), kind: self.kind(), by };
            return self.ask(ManagedStage::Import, question);
        };
        if let Err(diagnostic) = stored::readable(&self.identity.addr, &self.identity.schema, &object) {
            return self.fail((*diagnostic).into());
        }
        let question = Question::UpgradeState {
            provider: self.identity.provider.clone(),
            kind: self.kind(),
            version: object.schema_version,
            raw: stored::raw(&self.identity.ty, &self.identity.schema, &object),
            identity: stored::identity(&object),
        };
        self.ask(ManagedStage::Upgrade, question)
    }

    /// One turn: what the answer to the last question leads to.
    pub(crate) fn advance(mut self, answer: Answer, view: &View<'_>) -> Turn<ManagedTask> {
        match (std::mem::replace(&mut self.stage, ManagedStage::Planned), answer) {
            (ManagedStage::Upgrade, Answer::Object(object, diagnostics)) => self.upgraded(object, diagnostics, view),
            (ManagedStage::Import, Answer::Imported(objects, diagnostics)) => self.found(objects, diagnostics),
            (ManagedStage::Import, Answer::Unsupported) => {
                let detail = format!("Objects of type {} cannot be imported.", self.kind());
                let trouble = Diagnostic::error("Resource import not supported", detail);
                self.fail(trouble.next("Remove the import block; the object has to be made by an apply.").into())
            }
            (ManagedStage::ReadImported(identity), Answer::Object(object, diagnostics)) => {
                self.imported(identity, object, diagnostics, view)
            }
            (ManagedStage::Read(before), Answer::Object(object, diagnostics)) => {
                self.read(&before, object, diagnostics, view)
            }
            (ManagedStage::Validate(prior, config), Answer::Checked(diagnostics)) => {
                self.validated(prior.as_ref(), &config, diagnostics, view)
            }
            (ManagedStage::Plan(prepared) | ManagedStage::PlanReplacement(prepared), answer @ Answer::Planned(..)) => {
                self.settled(*prepared, answer, view)
            }
            (ManagedStage::PlanDelete(prior), Answer::Planned(planned, diagnostics)) => {
                if !self.accept(diagnostics) {
                    return self.end_failed();
                }
                match planned {
                    Some(planned) if planned.planned.is_null() => self.leave(&prior, planned.private, Action::Delete),
                    _ => {
                        let what = ": the plan of a destroy must be null.";
                        let trouble = instance::invalid_plan(&self.subject(), what);
                        self.fail(trouble.into())
                    }
                }
            }
            (stage, answer) => {
                let trouble = stored::wrong_answer(&self.identity.addr, &answer);
                self.stage = stage;
                self.fail(trouble.into())
            }
        }
    }

    /// The stored object follows the current schema.
    fn upgraded(
        mut self,
        object: Option<StoredObject>,
        diagnostics: Diagnostics,
        view: &View<'_>,
    ) -> Turn<ManagedTask> {
        if !self.accept(diagnostics) {
            return self.end_failed();
        }
        let Some(before) = self.identity.stored.clone() else { return self.known(None, view) };
        let (value, identity) = match object {
            Some(object) if !object.value.is_null() => (object.value, object.identity),
            _ => return self.gone(None, view),
        };
        if let Err(trouble) = stored::check(&self.subject(), &value, "upgraded") {
            return self.fail(trouble);
        }
        let value = stored::marked(&self.identity.schema, &before, &value);
        let prior = Prior { value, private: before.private.clone(), identity, status: before.status };
        // What a `removed` block lets go of is looked at only to bring the state up to date (observed with Terraform 1.11.4).
        let unseen = self.identity.let_go && view.options.mode != Mode::RefreshOnly;
        let trusted = match view.options.refresh {
            _ if unseen => true,
            Refresh::Yes => false,
            Refresh::No => true,
            // What is not wanted is going to change in any case.
            Refresh::Minimal => matches!(self.aim, Aim::Keep(_)),
        };
        if trusted {
            self.report.refreshed = stored::kept(&self.identity.schema, &before, &prior, &prior);
            let may_be_read = view.options.refresh == Refresh::Minimal && !unseen;
            self.unread = Some(prior.clone()).filter(|_| may_be_read);
            return self.known(Some(prior), view);
        }
        self.look(prior)
    }

    /// The object would change: it is read after all, and planned again.
    fn start_again(mut self, prior: Prior) -> Turn<ManagedTask> {
        self.report = Report::default();
        self.look(prior)
    }

    fn look(self, prior: Prior) -> Turn<ManagedTask> {
        let question = Question::Read {
            provider: self.identity.provider.clone(),
            kind: self.kind(),
            current: StoredObject {
                value: prior.value.unmark_deep().0,
                private: prior.private.clone(),
                identity: prior.identity.clone(),
            },
            meta: self.identity.meta.clone(),
        };
        self.ask(ManagedStage::Read(prior), question)
    }

    /// The provider has found what is imported: little but its id may be known yet.
    fn found(mut self, objects: Vec<(Arc<str>, StoredObject)>, diagnostics: Diagnostics) -> Turn<ManagedTask> {
        if !self.accept(diagnostics) {
            return self.end_failed();
        }
        let kind = self.kind();
        let object = match take_in::own_object(&kind, objects) {
            Ok(object) => object,
            Err(trouble) => return self.fail(trouble),
        };
        let (provider, meta) = (self.identity.provider.clone(), self.identity.meta.clone());
        let identity = object.identity.clone();
        let question = Question::Read { provider, kind, current: object, meta };
        self.ask(ManagedStage::ReadImported(identity), question)
    }

    /// The imported object is known: it is planned as if the state had had it.
    fn imported(
        mut self,
        found: Option<ObjectIdentity>,
        object: Option<StoredObject>,
        diagnostics: Diagnostics,
        view: &View<'_>,
    ) -> Turn<ManagedTask> {
        if !self.accept(diagnostics) {
            return self.end_failed();
        }
        let Some(by) = &self.identity.import else { return self.known(None, view) };
        match take_in::read(&self.subject(), by, found, object) {
            Ok((whole, prior)) => {
                self.report.refreshed = Refreshed::Object(whole);
                self.known(Some(prior), view)
            }
            Err(trouble) => self.fail(trouble),
        }
    }

    /// The provider has looked.
    fn read(
        mut self,
        before: &Prior,
        object: Option<StoredObject>,
        diagnostics: Diagnostics,
        view: &View<'_>,
    ) -> Turn<ManagedTask> {
        if !self.accept(diagnostics) {
            return self.end_failed();
        }
        let object = match object {
            Some(object) if !object.value.is_null() => object,
            _ => return self.gone(Some(before), view),
        };
        let value = stored::normal(&self.identity.schema, &object.value);
        if let Err(trouble) = stored::check(&self.subject(), &value, "read") {
            return self.fail(trouble);
        }
        let Some(stored_object) = self.identity.stored.clone() else { return self.known(None, view) };
        let value = stored::marked(&self.identity.schema, &stored_object, &value);
        let identity = match stored::same_identity(&self.identity.addr, before.identity.clone(), object.identity) {
            Ok(identity) => identity,
            Err(trouble) => return self.fail((*trouble).into()),
        };
        let now = Prior { value, private: object.private, identity, status: before.status };
        self.drift(before.value.clone(), now.value.clone());
        self.report.refreshed = stored::kept(&self.identity.schema, &stored_object, before, &now);
        self.looked = true;
        self.known(Some(now), view)
    }

    /// There is nothing any more where the state says that there is something.
    fn gone(mut self, before: Option<&Prior>, view: &View<'_>) -> Turn<ManagedTask> {
        if let Some(before) = before {
            self.drift(before.value.clone(), self.nothing());
        }
        self.report.refreshed = Refreshed::Gone;
        self.known(None, view)
    }

    /// It is said that there is nothing to destroy: a deposed object is not silently dropped
    /// (features-and-traps.md 56).
    fn never_there(self) -> Turn<ManagedTask> {
        let nothing =
            Prior { value: self.nothing(), private: Arc::from(&[][..]), identity: None, status: state::Status::Ready };
        self.leave(&nothing, Arc::from(&[][..]), Action::NoOp)
    }

    fn drift(&mut self, before: Value, after: Value) {
        let differs = before.unmark_deep().0 != after.unmark_deep().0;
        if differs && self.identity.deposed.is_none() {
            let schema = self.identity.schema.clone();
            self.report.drift = Some(Drift { addr: self.identity.addr.clone(), schema, before, after });
        }
    }

    /// What is there is known: on to what it shall become.
    fn known(mut self, prior: Option<Prior>, view: &View<'_>) -> Turn<ManagedTask> {
        match (&self.aim, prior) {
            (Aim::Keep(desired), prior) => {
                let (config, diagnostics) = desired::configuration(desired, view);
                if !self.accept(diagnostics) {
                    return self.end_failed();
                }
                let question = Question::ValidateResource {
                    provider: self.identity.provider.clone(),
                    kind: self.kind(),
                    config: config.unmark_deep().0,
                };
                self.ask(ManagedStage::Validate(prior, config), question)
            }
            (Aim::Forget(_), None) => {
                self.seen_by_providers(None, view);
                self.end()
            }
            (Aim::Forget(_), Some(prior)) => {
                self.seen_by_providers(Some(&prior), view);
                let private = prior.private.clone();
                self.leave(&prior, private, Action::Forget)
            }
            (Aim::Delete(_), None) => {
                self.seen_by_providers(None, view);
                match self.identity.deposed.is_some() && view.options.mode == Mode::Normal {
                    true => self.never_there(),
                    false => self.end(),
                }
            }
            (Aim::Delete(_), Some(prior)) => {
                self.seen_by_providers(Some(&prior), view);
                if !self.identity.provider_schema.plan_destroy {
                    let private = prior.private.clone();
                    return self.leave(&prior, private, Action::Delete);
                }
                let question = Question::Plan {
                    provider: self.identity.provider.clone(),
                    kind: self.kind(),
                    prior: prior.value.unmark_deep().0,
                    proposed: self.nothing(),
                    config: self.nothing(),
                    private: prior.private.clone(),
                    identity: prior.identity.clone(),
                    meta: self.identity.meta.clone(),
                };
                self.ask(ManagedStage::PlanDelete(prior), question)
            }
            (Aim::Refresh(_), Some(prior)) if self.identity.import.is_some() => self.described(&prior),
            (Aim::Refresh(desired), prior) => {
                let moved = self.report.drift.is_none() && view.moved.contains_key(&self.identity.addr);
                if let Some(prior) = prior.as_ref().filter(|_| moved && self.identity.deposed.is_none()) {
                    let (schema, value) = (self.identity.schema.clone(), prior.value.clone());
                    let drift = Drift { addr: self.identity.addr.clone(), schema, before: value.clone(), after: value };
                    self.report.drift = Some(drift);
                }
                if self.identity.deposed.is_none() {
                    let value = prior.map(|prior| prior.value);
                    let seen = value.clone().unwrap_or_else(|| self.unknown());
                    let judged = desired.as_ref().map(|desired| desired::judged(desired, &seen, view));
                    self.report.diagnostics.extend(judged.unwrap_or_default());
                    // What has a key and is not there is left out; of what has none Terraform knows the type.
                    let has_key = self.identity.addr.key != InstanceKey::None;
                    self.report.value = value.or((!has_key).then_some(seen));
                }
                self.end()
            }
            (Aim::Wait, _) => self.end(),
        }
    }

    /// The last turn of an imported object that has no block: it is what it is.
    fn described(mut self, prior: &Prior) -> Turn<ManagedTask> {
        self.report.value = Some(prior.value.clone());
        let change = InstanceChange { importing: self.identity.import.clone(), ..self.still(prior) };
        self.record(change)
    }

    /// In destroy mode provider configurations are made from objects that are still there.
    fn seen_by_providers(&mut self, prior: Option<&Prior>, view: &View<'_>) {
        if view.options.mode == Mode::Destroy && self.identity.deposed.is_none() {
            self.report.value = Some(prior.map_or_else(|| self.unknown(), |prior| prior.value.clone()));
        }
    }

    /// The configuration is acceptable to the provider.
    fn validated(
        mut self,
        prior: Option<&Prior>,
        config: &Value,
        diagnostics: Diagnostics,
        view: &View<'_>,
    ) -> Turn<ManagedTask> {
        if !self.accept(diagnostics) {
            return self.end_failed();
        }
        if let Aim::Keep(desired) = &mut self.aim {
            let (fires, troubles) = desired::triggered(desired, view);
            if fires {
                desired.subject.forced = Some(ActionReason::ReplaceByTriggers);
            }
            if !self.accept(troubles) {
                return self.end_failed();
            }
        }
        match instance::prepare(&self.subject(), prior, config) {
            Ok(prepared) => {
                let question = prepared.question();
                self.ask(ManagedStage::Plan(Box::new(prepared)), question)
            }
            Err(trouble) => self.fail(trouble),
        }
    }

    /// The provider has planned.
    fn settled(mut self, prepared: Prepared, answer: Answer, view: &View<'_>) -> Turn<ManagedTask> {
        let before = prepared.before_kept();
        let settled = instance::settle(prepared, answer);
        let same =
            |settled: &Settled| matches!(settled, Settled::Planned(outcome, _) if outcome.action == Action::NoOp);
        if let Some(prior) = self.unread.take().filter(|_| !settled.as_ref().is_ok_and(same)) {
            return self.start_again(prior);
        }
        match settled {
            Err(trouble) => self.fail(trouble),
            Ok(Settled::AskAgain(prepared, warnings)) => {
                self.report.diagnostics.extend(warnings);
                let question = prepared.question();
                self.ask(ManagedStage::PlanReplacement(prepared), question)
            }
            Ok(Settled::Planned(outcome, warnings)) => {
                self.report.diagnostics.extend(warnings);
                self.planned(*outcome, before, view)
            }
        }
    }

    /// The last turn of an object that stays or comes.
    fn planned(
        mut self,
        outcome: Outcome,
        (prior_private, identity): (Arc<[u8]>, Option<ObjectIdentity>),
        view: &View<'_>,
    ) -> Turn<ManagedTask> {
        let Aim::Keep(desired) = &self.aim else { return self.end() };
        let dependencies = desired.dependencies.clone();
        self.report.diagnostics.extend(desired::postconditions(desired, &outcome.after, view));
        self.report.value = Some(outcome.after.clone());
        let create_before_destroy = desired.subject.create_before_destroy;
        let skip_destroy = desired.subject.skip_destroy;
        let keeps_create_first = desired.keeps_create_first;
        let known_dependencies = match outcome.action {
            Action::NoOp => Some(dependencies.clone()),
            _ => self.looked.then(|| stored::merged(self.identity.stored.as_ref(), &dependencies)),
        };
        self.report.refreshed = stored::remembering(
            std::mem::take(&mut self.report.refreshed),
            self.identity.stored.as_ref(),
            (create_before_destroy, skip_destroy),
            known_dependencies.as_ref(),
        );
        let change = InstanceChange {
            addr: self.identity.addr.clone(),
            deposed: None,
            provider: self.identity.provider.clone(),
            schema: self.identity.schema.clone(),
            action: outcome.action,
            reason: outcome.reason,
            before: outcome.before,
            after: outcome.after,
            config: outcome.config,
            private: outcome.private,
            prior_private,
            identity,
            meta: self.identity.meta.clone(),
            replace_paths: outcome.replace_paths,
            dependencies,
            create_before_destroy: keeps_create_first,
            skip_destroy,
            declared_at: self.identity.declared_at.clone(),
            importing: self.identity.import.clone(),
        };
        self.record(change)
    }

    /// The last turn of an object that goes, or is forgotten.
    fn leave(self, prior: &Prior, private: Arc<[u8]>, action: Action) -> Turn<ManagedTask> {
        let reason = match self.aim {
            Aim::Delete(reason) => reason,
            Aim::Forget(reason) => reason,
            Aim::Keep(_) | Aim::Refresh(_) | Aim::Wait => ActionReason::None,
        };
        let after = self.nothing();
        let change = InstanceChange { action, reason, after, private, ..self.still(prior) };
        self.record(change)
    }

    /// The object stays what it is.
    fn still(&self, prior: &Prior) -> InstanceChange {
        let stored = self.identity.stored.as_ref();
        let nothing: Arc<[ConfigResource]> = Arc::from(&[][..]);
        InstanceChange {
            addr: self.identity.addr.clone(),
            deposed: self.identity.deposed.clone(),
            provider: self.identity.provider.clone(),
            schema: self.identity.schema.clone(),
            action: Action::NoOp,
            reason: ActionReason::None,
            before: prior.value.clone(),
            after: prior.value.clone(),
            config: self.nothing(),
            private: prior.private.clone(),
            prior_private: prior.private.clone(),
            identity: prior.identity.clone(),
            meta: self.identity.meta.clone(),
            replace_paths: Vec::new(),
            dependencies: stored.map_or(nothing, |o| o.dependencies.clone()),
            create_before_destroy: stored.is_some_and(|o| o.create_before_destroy),
            skip_destroy: stored.is_some_and(|o| o.skip_destroy),
            declared_at: self.identity.declared_at.clone(),
            importing: None,
        }
    }

    /// Records the change first and refuses it afterwards, so that the plan shows what was refused
    /// (features-and-traps.md 54).
    fn record(mut self, change: InstanceChange) -> Turn<ManagedTask> {
        if self.identity.prevent_destroy && change.action.destroys() && change.deposed.is_none() {
            self.report.diagnostics.push(refusals::prevented(&change));
        }
        self.report.change = Some(change);
        self.end()
    }

    fn kind(&self) -> Arc<str> {
        self.identity.addr.resource.kind.clone()
    }

    fn nothing(&self) -> Value {
        Value::null(self.identity.ty.clone())
    }

    /// What references see of an object that should be there and is not.
    fn unknown(&self) -> Value {
        Value::unknown(self.identity.ty.clone())
    }

    fn subject(&self) -> Subject {
        match &self.aim {
            Aim::Keep(desired) => desired.subject.clone(),
            Aim::Delete(_) | Aim::Forget(_) | Aim::Refresh(_) | Aim::Wait => Subject {
                addr: self.identity.addr.clone(),
                provider: self.identity.provider.clone(),
                schema: self.identity.schema.clone(),
                ty: self.identity.ty.clone(),
                ignore: Arc::new(IgnoreChanges::Paths(Vec::new())),
                create_before_destroy: false,
                skip_destroy: false,
                forced: None,
                meta: self.identity.meta.clone(),
                declared_at: self.identity.declared_at.clone(),
            },
        }
    }

    /// Keeps diagnostics; false when the task cannot go on.
    fn accept(&mut self, diagnostics: Diagnostics) -> bool {
        let errors = diagnostics.has_errors();
        let named = instance::about(&self.identity.addr, self.identity.declared_at.as_ref(), diagnostics);
        self.report.diagnostics.extend(named);
        !errors
    }

    fn ask(mut self, stage: ManagedStage, question: Question) -> Turn<ManagedTask> {
        self.stage = stage;
        Turn::Ask(self, question)
    }

    fn fail(mut self, trouble: Diagnostics) -> Turn<ManagedTask> {
        self.accept(trouble);
        self.end_failed()
    }

    fn end_failed(self) -> Turn<ManagedTask> {
        diag::invariant!(self.report.diagnostics.has_errors(), "{} fails without a reason", self.identity.addr);
        self.end()
    }

    fn end(self) -> Turn<ManagedTask> {
        Turn::End(Box::new(self.report))
    }
}
