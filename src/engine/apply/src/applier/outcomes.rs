//! How changes end: what is written down, counted and told.

use super::{After, Applier, Changed, Course, Ending};
use crate::outcome::{Asked, judge};
use crate::{Event, object};
use calls::ChangeAnswer;
use journal::{Act, Intent, Outcome, Record};
use std::sync::Arc;

impl Applier {
    /// Nothing was sent.
    pub(super) fn withdraw(&mut self, step: usize, intent: &Arc<Intent>) {
        self.open -= usize::from(self.counts(intent));
        self.summary.skipped += 1;
        self.write_outcome(intent, Outcome::Nothing);
        self.after_next.push(After::End(step, Ending::Failed));
    }

    /// An outcome; what was set aside for an object that never came to exist is current again (trap 72).
    pub(super) fn write_outcome(&mut self, intent: &Intent, outcome: Outcome) {
        let nothing = outcome == Outcome::Nothing;
        self.writer.push(Record::Outcome { intent: intent.id, outcome });
        if let Some(key) = intent.replaces.as_ref().filter(|_| nothing) {
            self.writer.push(Record::Restored { addr: intent.addr.clone(), key: key.clone() });
        }
    }

    /// A change is over: judge it, write it down, and go on when that is on disk.
    pub(super) fn concluded(&mut self, step: usize, intent: &Arc<Intent>, answer: ChangeAnswer) {
        self.open -= usize::from(self.counts(intent));
        let Some(change) = self.change_of(&intent.addr, intent.deposed.as_ref()).cloned() else { return };
        let judged = judge(
            &Asked {
                intent,
                schema: &change.schema,
                before: self.before(&intent.addr, intent.deposed.as_ref()).map(|object| &**object),
                declared_at: change.declared_at.as_ref(),
            },
            answer,
        );
        let failed = judged.diagnostics.has_errors();
        self.trouble(step, judged.diagnostics);
        let value = judged.value.filter(|_| intent.deposed.is_none() && intent.act != Act::Delete);
        let value = value.map(|value| object::marked(&change.schema, &intent.sensitive, &value));
        if let Some(value) = &value {
            self.desired.evaluator.set_instance(&intent.addr, value.clone());
        }
        let Some(outcome) = judged.outcome else {
            self.summary.in_doubt += 1;
            let (addr, deposed, act) = (intent.addr.clone(), intent.deposed.clone(), intent.act);
            self.events.push(Event::Failed { addr, deposed, act });
            return self.end(step, Ending::Failed);
        };
        self.write_outcome(intent, outcome);
        let changed = Changed { step, intent: intent.clone(), failed };
        if let Some(object) = value.as_ref().filter(|_| intent.provisions && !failed) {
            let course = Course::of_created(changed, object.clone());
            return self.after_next.push(After::Provision(Box::new(course)));
        }
        match value.filter(|_| !failed).map(|value| self.desired.postconditions(&intent.addr, &value)) {
            // The outcome waits for nobody: what it means is found out when it is on disk.
            Some(_) if self.lacks_functions() => {
                self.lacking.clear();
                self.after_next.push(After::Settle(Box::new(changed)));
            }
            troubles => {
                let (event, ending) = self.settled(&changed, troubles.unwrap_or_default());
                self.after_next.push(After::Tell(event));
                self.after_next.push(After::End(step, ending));
            }
        }
    }

    pub(super) fn count(&mut self, act: Act, failed: bool) {
        match act {
            _ if failed => self.summary.failed += 1,
            Act::Create => self.summary.added += 1,
            Act::Update => self.summary.changed += 1,
            Act::Delete => self.summary.destroyed += 1,
        }
    }
}
