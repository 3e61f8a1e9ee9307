//! Functions of providers in an apply: what lacks an answer asks, waits, and is done again.

use super::{Again, Applier, Awaited, Changed, Ending};
use crate::{Effect, Event};
use calls::Answer;
use diag::Diagnostics;
use eval::FunctionCall;
use plan::{call_question, result_of};

impl Applier {
    /// Whether the last evaluation lacks an answer of a provider's function; then nothing of it counts.
    pub(super) fn lacks_functions(&mut self) -> bool {
        if !self.desired.evaluator.has_functions() {
            return false;
        }
        self.lacking.extend(self.desired.evaluator.lacking_functions());
        !self.lacking.is_empty()
    }

    /// Asks for what is lacking, each call once, and keeps what is to be done again.
    pub(super) fn do_again(&mut self, step: usize, again: Again) {
        let calls = std::mem::take(&mut self.lacking);
        for call in self.functions.lack(calls, again) {
            let question = call_question(&call);
            let ticket = self.issue(step, Awaited::Function(Box::new(call)));
            self.effects.push(Effect::Ask(ticket, question));
        }
    }

    pub(super) fn function_answered(&mut self, call: &FunctionCall, answer: Answer) {
        self.desired.evaluator.answer_function(call, result_of(answer));
        let again = self.functions.answered(call);
        let endless = self.functions.is_endless();
        if endless {
            self.desired.evaluator.refuse_functions(true);
        }
        for again in again {
            match again {
                // What is done must still be looked at; nothing else begins after an interrupt.
                Again::Settle(changed) => self.settle(changed),
                Again::Settled(step, opening) => self.settle_opening(step, *opening),
                Again::RestoreMarks(step, change, ready) => self.restore_marks(step, &change, ready),
                Again::Provision(course) => self.provision(course),
                Again::Start(step) | Again::Read(step, ..) if self.interrupted => {
                    self.summary.skipped += usize::from(self.change_of_step(step).is_some());
                    self.end(step, Ending::Failed);
                }
                Again::Start(step) => self.start(step),
                Again::Read(step, addr, answer) => self.read(step, &addr, answer),
            }
        }
        if endless {
            self.desired.evaluator.refuse_functions(false);
        }
        self.functions.tried();
    }

    /// Looks at a change whose outcome is on disk.
    pub(super) fn settle(&mut self, changed: Changed) {
        let addr = &changed.intent.addr;
        let value = self.desired.evaluator.instance(addr).cloned();
        let troubles = value.map(|value| self.desired.postconditions(addr, &value)).unwrap_or_default();
        if self.lacks_functions() {
            return self.do_again(changed.step, Again::Settle(changed));
        }
        let (event, ending) = self.settled(&changed, troubles);
        self.events.push(event);
        self.end(changed.step, ending);
    }

    /// Counts a change; what is told of it, and how its step ends. Where its object fails its conditions the change is made
    /// all the same, and only what depends on it does not follow.
    pub(super) fn settled(&mut self, changed: &Changed, failures: Diagnostics) -> (Event, Ending) {
        let ending = if changed.failed || failures.has_errors() { Ending::Failed } else { Ending::Done };
        self.trouble(changed.step, failures);
        let intent = &changed.intent;
        let (addr, deposed, act) = (intent.addr.clone(), intent.deposed.clone(), intent.act);
        self.count(act, changed.failed);
        match changed.failed {
            true => (Event::Failed { addr, deposed, act }, ending),
            false => (Event::Finished { addr, deposed, act }, ending),
        }
    }
}
