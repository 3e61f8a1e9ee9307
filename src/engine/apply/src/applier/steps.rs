//! What each step of the execution graph begins with, and how the ones that only ask end.

use super::{After, Again, Applier, Awaited, Course, Ending, Wanted};
use crate::instance::{self, Ready};
use crate::{Effect, Event, object};
use addrs::{ConfigResource, ProviderConfig, ResourceInstance};
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics};
use eval::ExprNode;
use journal::{Act, Record};
use plan::{InstanceChange, Step};
use state::{DeposedKey, Object, Status};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Value;

impl Applier {
    /// One step begins.
    pub(super) fn start(&mut self, step: usize) {
        let Some(what) = self.plan.execution.steps.get(step).cloned() else { return };
        match what {
            Step::Evaluate(node) => {
                let mut troubles = self.desired.evaluate(&node);
                if let ExprNode::Resource(resource) = &node {
                    troubles.extend(self.desired.open_conditions(resource, &self.plan));
                }
                if self.lacks_functions() {
                    return self.do_again(step, Again::Start(step));
                }
                let ending = if troubles.has_errors() { Ending::Failed } else { Ending::Done };
                self.trouble(step, troubles);
                self.end(step, ending);
            }
            Step::Configure(provider) => self.configure(step, &provider),
            Step::Open(addr, provider) => self.begin_opening(step, &addr, &provider),
            Step::Close(resource) => self.close_leases(step, &resource),
            Step::ReadData(addr) => self.ask_data(step, &addr),
            Step::Depose(addr, key) => {
                // Written down together with the intent of the replacement: without that, nothing was set aside.
                self.deposing.insert(addr, key);
                self.end(step, Ending::Done);
            }
            Step::Create(addr) => self.begin(step, &addr, Act::Create),
            Step::Update(addr) => self.begin(step, &addr, Act::Update),
            Step::Delete(addr, deposed) => self.begin_delete(step, &addr, deposed),
            Step::Forget(addr, deposed) => self.forget(step, addr, deposed),
            Step::Complete(resource) => self.complete(step, &resource),
            Step::Join(_) => self.end(step, Ending::Done),
        }
    }

    fn complete(&mut self, step: usize, resource: &ConfigResource) {
        self.desired.complete(resource, &self.plan);
        self.end(step, Ending::Done);
    }

    /// What was known while planning is not evaluated again.
    fn configure(&mut self, step: usize, provider: &ProviderConfig) {
        if self.desired.is_instanced(provider) {
            let (expansion, mut troubles) = self.desired.evaluator.expand_provider(provider);
            troubles.extend(expansion.refusal());
            if self.lacks_functions() {
                return self.do_again(step, Again::Start(step));
            }
            let ending = if troubles.has_errors() { Ending::Failed } else { Ending::Done };
            self.trouble(step, troubles);
            return self.end(step, ending);
        }
        let planned = self.plan.provider_configs.get(provider).map(|config| config.unmark_deep().0);
        let config = match planned.filter(|config| config.is_wholly_known()) {
            Some(config) => config,
            None => {
                let Some(schema) = self.provider_schema(&provider.provider).cloned() else {
                    let detail = format!("The schema of provider {} was not loaded.", provider.provider.short());
                    return self.fail(
                        step,
                        Diagnostic::error("Missing provider schema", detail).about(provider.to_string()).into(),
                    );
                };
                let (config, troubles) = self.desired.provider(provider, &schema.provider);
                if self.lacks_functions() {
                    return self.do_again(step, Again::Start(step));
                }
                if troubles.has_errors() {
                    return self.fail(step, troubles);
                }
                self.trouble(step, troubles);
                config
            }
        };
        let ticket = self.issue(step, Awaited::Configured);
        self.effects.push(Effect::Ask(ticket, Question::ConfigureProvider { provider: provider.clone(), config }));
    }

    pub(super) fn configured(&mut self, step: usize, answer: &Answer) {
        let troubles = answer.diagnostics();
        let failed = troubles.has_errors() || !matches!(answer, Answer::Checked(_));
        self.trouble(step, troubles);
        self.end(step, if failed { Ending::Failed } else { Ending::Done });
    }

    fn ask_data(&mut self, step: usize, addr: &ResourceInstance) {
        let Some(change) = self.change_of(addr, None).cloned() else { return self.end(step, Ending::Failed) };
        let mut troubles = self.desired.preconditions(addr);
        let (config, more) = self.desired.configuration(addr, &change.schema);
        if self.lacks_functions() {
            return self.do_again(step, Again::Start(step));
        }
        troubles.extend(more);
        if troubles.has_errors() {
            return self.no_data(step, addr, troubles);
        }
        self.trouble(step, troubles);
        self.events.push(Event::Reading(addr.clone()));
        let question = Question::ReadDataSource {
            provider: change.provider.clone(),
            kind: addr.resource.kind.clone(),
            config: config.unmark_deep().0,
            meta: change.meta.clone(),
        };
        let ticket = self.issue(step, Awaited::Data(addr.clone()));
        self.effects.push(Effect::Ask(ticket, question));
    }

    pub(super) fn read(&mut self, step: usize, addr: &ResourceInstance, answer: Answer) {
        let Some(change) = self.change_of(addr, None).cloned() else { return self.end(step, Ending::Failed) };
        let mut troubles = answer.diagnostics();
        let value = match &answer {
            Answer::Object(Some(object), _) => object.value.clone(),
            _ => instance::nothing(&change),
        };
        if !troubles.has_errors() {
            troubles.extend(instance::wrong_data(addr, &value, &change));
        }
        if troubles.has_errors() {
            return self.no_data(
                step,
                addr,
                troubles.map(|d| if d.address.is_some() { d } else { d.about(addr.to_string()) }),
            );
        }
        let marked = object::marked(&change.schema, &object::sensitive(&change.after), &value);
        troubles.extend(self.desired.postconditions(addr, &marked));
        if self.lacks_functions() {
            return self.do_again(step, Again::Read(step, Box::new(addr.clone()), answer));
        }
        let failed = troubles.has_errors();
        self.trouble(step, troubles);
        self.touch(addr);
        let object = Arc::new(data_object(&change, &value, object::sensitive(&marked)));
        self.writer.push(Record::Data { addr: addr.clone(), provider: change.provider.clone(), object });
        self.desired.evaluator.set_instance(addr, marked);
        self.after_next.push(After::Tell(Event::Read(addr.clone())));
        self.after_next.push(After::End(step, if failed { Ending::Failed } else { Ending::Done }));
    }

    /// A data source has no result. In a check block that is only a warning (features-and-traps.md 83).
    fn no_data(&mut self, step: usize, addr: &ResourceInstance, troubles: Diagnostics) {
        if let Some(check) = self.desired.block(addr).and_then(|block| block.check.as_ref()) {
            let check = addr.module.within(&format!("check.{check}"));
            self.trouble(step, troubles.map(|trouble| trouble.in_check(&check)));
            self.desired.evaluator.set_instance(addr, Value::dynamic());
            return self.end(step, Ending::Done);
        }
        self.summary.failed += 1;
        self.fail(step, troubles);
    }

    /// A create or an update begins.
    fn begin(&mut self, step: usize, addr: &ResourceInstance, act: Act) {
        let Some(change) = self.change_of(addr, None).cloned() else { return self.end(step, Ending::Failed) };
        let next = instance::begin(&self.desired, &change, act);
        if self.lacks_functions() {
            return self.do_again(step, Again::Start(step));
        }
        self.next(step, &change, act, next);
    }

    /// A delete begins: with the provisioners for it, if the object has any.
    fn begin_delete(&mut self, step: usize, addr: &ResourceInstance, deposed: Option<DeposedKey>) {
        let object = self.change_of(addr, None).map(|change| change.before.clone());
        match object.filter(|_| deposed.is_none() && self.provisions_destroy(addr)) {
            Some(object) => {
                self.events.push(Event::Started { addr: addr.clone(), deposed, act: Act::Delete });
                self.begun.insert(step);
                self.provision(Box::new(Course::before_delete(step, addr.clone(), object)));
            }
            None => self.delete(step, addr, deposed),
        }
    }

    /// The private bytes are those of the plan, also for the delete half of a replacement (plugin-protocol.md 10.5).
    pub(super) fn delete(&mut self, step: usize, addr: &ResourceInstance, deposed: Option<DeposedKey>) {
        let Some(change) = self.change_of(addr, deposed.as_ref()) else { return self.end(step, Ending::Failed) };
        let nothing = instance::nothing(change);
        let ready = Box::new(Ready {
            prior: change.before.unmark_deep().0,
            planned: nothing.clone(),
            config: nothing,
            private: change.private.clone(),
            sensitive: object::sensitive(&change.before),
        });
        self.want(Wanted { step, addr: addr.clone(), deposed, act: Act::Delete, ready });
    }

    fn forget(&mut self, step: usize, addr: ResourceInstance, deposed: Option<DeposedKey>) {
        self.touch(&addr);
        self.summary.forgotten += 1;
        self.writer.push(Record::Forgotten { addr, deposed });
        self.after_next.push(After::End(step, Ending::Done));
    }

    /// Only marks, dependencies or the order of replacement differ: nobody is asked, the state is written
    /// (plugin-protocol.md 10.4).
    pub(super) fn restore_marks(&mut self, step: usize, change: &InstanceChange, ready: Box<Ready>) {
        let addr = &change.addr;
        let value = object::marked(&change.schema, &ready.sensitive, &ready.planned);
        let troubles = self.desired.postconditions(addr, &value);
        if self.lacks_functions() {
            return self.do_again(step, Again::RestoreMarks(step, Box::new(change.clone()), ready));
        }
        let mut marks_differ = false;
        self.touch(addr);
        if let Some(instance) = self.plan.refreshed.instances.get(addr)
            && let Some(object) = &instance.current
        {
            let sensitive = object::sensitive(&object::marked(&change.schema, &ready.sensitive, &ready.planned));
            // Secrecy that changes is a change of the object; an update that came to nothing is none.
            marks_differ = sensitive != object.sensitive;
            let mut instance = instance.clone();
            instance.current = Some(Arc::new(Object {
                sensitive,
                dependencies: change.dependencies.clone(),
                create_before_destroy: change.create_before_destroy,
                skip_destroy: change.skip_destroy,
                ..(**object).clone()
            }));
            self.writer.push(Record::Refreshed { addr: addr.clone(), instance: Some(Arc::new(instance)) });
        }
        let failed = troubles.has_errors();
        self.trouble(step, troubles);
        self.desired.evaluator.set_instance(addr, value);
        self.summary.changed += usize::from(!failed && marks_differ);
        self.summary.failed += usize::from(failed);
        if marks_differ && !failed {
            let (deposed, act) = (None, Act::Update);
            self.events.push(Event::Started { addr: addr.clone(), deposed: None, act });
            self.after_next.push(After::Tell(Event::Finished { addr: addr.clone(), deposed, act }));
        }
        self.after_next.push(After::End(step, if failed { Ending::Failed } else { Ending::Done }));
    }

    /// The planned change of the object that a step is about.
    pub(super) fn change_of_step(&self, step: usize) -> Option<&InstanceChange> {
        match self.plan.execution.steps.get(step)? {
            Step::Create(addr) | Step::Update(addr) | Step::ReadData(addr) => self.change_of(addr, None),
            Step::Delete(addr, deposed) => self.change_of(addr, deposed.as_ref()),
            _ => None,
        }
    }

    /// How many changes never began.
    pub(super) fn skipped_changes(&self) -> usize {
        let changes = |step: &usize| {
            matches!(
                self.plan.execution.steps.get(*step),
                Some(Step::Create(_) | Step::Update(_) | Step::Delete(..) | Step::ReadData(_))
            )
        };
        self.schedule.never_started().filter(changes).count()
    }
}

/// The result of a data source: it has no private bytes, and nothing depends on its order.
fn data_object(change: &InstanceChange, value: &value::Value, sensitive: Arc<[value::Path]>) -> Object {
    Object {
        schema_version: change.schema.version,
        attributes: object::attributes(&change.schema, value),
        flat_attributes: None,
        sensitive,
        private: Arc::from(&[][..]),
        status: Status::Ready,
        dependencies: Arc::from(&[][..]),
        create_before_destroy: false,
        skip_destroy: false,
        unread: BTreeMap::new(),
    }
}
