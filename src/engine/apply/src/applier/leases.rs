//! Ephemeral resources in an apply: opened when something that runs needs them, closed when that has ended, well or not.

use super::{Again, Applier, Awaited, Ending};
use crate::Effect;
use crate::ephemeral::{Opening, opening};
use addrs::{ConfigResource, ProviderConfig, ResourceInstance};
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics};
use plan::ephemeral::opened;
use plan::instance::about;

impl Applier {
    /// The block is evaluated, and its provider asked what it thinks of it.
    pub(super) fn begin_opening(&mut self, step: usize, addr: &ResourceInstance, by: &ProviderConfig) {
        let Some(block) = self.desired.block(addr).cloned() else { return self.end(step, Ending::Failed) };
        let Some(schemas) = self.provider_schema(&by.provider).cloned() else {
            let detail = format!("The schema of provider {} was not loaded.", by.provider.short());
            return self
                .fail(step, Diagnostic::error("Missing provider schema", detail).about(addr.to_string()).into());
        };
        let begun = opening(&self.desired, addr, (&block, by), &schemas);
        if self.lacks_functions() {
            return self.do_again(step, Again::Start(step));
        }
        match begun {
            Err(troubles) => self.fail(step, troubles),
            Ok((opening, troubles)) => {
                self.trouble(step, troubles);
                let question = opening.validation();
                let ticket = self.issue(step, Awaited::Judged(Box::new(opening)));
                self.effects.push(Effect::Ask(ticket, question));
            }
        }
    }

    pub(super) fn judged(&mut self, step: usize, opening: Box<Opening>, answer: &Answer) {
        let subject = &opening.subject;
        let troubles = about(&subject.addr, subject.declared_at.as_ref(), answer.diagnostics());
        if troubles.has_errors() || !matches!(answer, Answer::Checked(_)) {
            return self.fail(step, troubles);
        }
        self.trouble(step, troubles);
        let question = opening.question();
        let ticket = self.issue(step, Awaited::Opened(opening));
        self.effects.push(Effect::Ask(ticket, question));
    }

    pub(super) fn opened(&mut self, step: usize, opening: Box<Opening>, answer: Answer) {
        let addr = opening.subject.addr.clone();
        let (value, lease, troubles) = opened(&opening.subject, &opening.config, answer);
        if let Some(lease) = lease {
            self.renew(step, &addr, lease.renewal(&addr));
            self.leases.insert(addr.clone(), lease);
        }
        let failed = troubles.has_errors();
        self.trouble(step, troubles);
        match value.filter(|_| !failed) {
            Some(value) => {
                self.desired.evaluator.set_instance(&addr, value);
                self.settle_opening(step, *opening);
            }
            None => self.end(step, Ending::Failed),
        }
    }

    /// Checks the postconditions of an instance that is open.
    pub(super) fn settle_opening(&mut self, step: usize, opening: Opening) {
        let addr = &opening.subject.addr;
        let value = self.desired.evaluator.instance(addr).cloned();
        let troubles = value.map(|value| self.desired.postconditions(addr, &value)).unwrap_or_default();
        if self.lacks_functions() {
            return self.do_again(step, Again::Settled(step, Box::new(opening)));
        }
        let failed = troubles.has_errors();
        self.trouble(step, troubles);
        self.end(step, if failed { Ending::Failed } else { Ending::Done });
    }

    /// Asks for a renewal, if there is to be one.
    fn renew(&mut self, step: usize, addr: &ResourceInstance, question: Option<Question>) {
        if let Some(question) = question.filter(|_| !self.interrupted) {
            let ticket = self.issue(step, Awaited::Renewed(addr.clone()));
            self.effects.push(Effect::Ask(ticket, question));
        }
    }

    /// An open ephemeral resource lasts longer; or it does not, and nobody may use it any more.
    pub(super) fn renewed(&mut self, step: usize, addr: &ResourceInstance, answer: Answer) {
        let troubles = answer.diagnostics();
        if troubles.has_errors() {
            self.desired.evaluator.expire(addr);
        } else if let (Some(lease), Answer::Renewed(Some(renewed), _)) = (self.leases.get(addr), answer) {
            let next = lease.next_renewal(addr, renewed);
            self.renew(step, addr, next);
        }
        self.lease_trouble(step, addr, troubles);
    }

    /// The instances that are open are closed.
    pub(super) fn close_leases(&mut self, step: usize, resource: &ConfigResource) {
        let open = self.leases.iter().filter(|(addr, _)| addr.config() == *resource);
        let questions: Vec<_> = open.map(|(addr, lease)| (addr.clone(), lease.close(addr))).collect();
        if questions.is_empty() {
            return self.end(step, Ending::Done);
        }
        self.closing.insert(step, questions.len());
        for (addr, question) in questions {
            // A renewal whose time has not come is not waited for.
            self.desk.retain(|_, waiting| !matches!(&waiting.what, Awaited::Renewed(renewed) if *renewed == addr));
            let ticket = self.issue(step, Awaited::Closed(addr));
            self.effects.push(Effect::Ask(ticket, question));
        }
    }

    pub(super) fn closed(&mut self, step: usize, addr: &ResourceInstance, answer: &Answer) {
        self.leases.remove(addr);
        self.lease_trouble(step, addr, answer.diagnostics());
        let Some(left) = self.closing.get_mut(&step) else { return };
        *left -= 1;
        if *left == 0 {
            self.closing.remove(&step);
            self.end(step, Ending::Done);
        }
    }

    fn lease_trouble(&mut self, step: usize, addr: &ResourceInstance, troubles: Diagnostics) {
        let range = self.desired.block(addr).map(|block| block.range.clone());
        self.trouble(step, about(addr, range.as_ref(), troubles));
    }
}
