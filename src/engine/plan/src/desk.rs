//! Questions that wait to be asked, and who waits for which answer.

use addrs::{ProviderConfig, ResourceInstance};
use calls::Question;
use state::DeposedKey;
use std::collections::BTreeMap;

/// Names one question, until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// Who asks: decides the order of questions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asker {
    /// A call of a provider's function, by its key.
    Function(String),
    /// A provider configuration.
    Provider(ProviderConfig),
    /// An object of a resource instance.
    Object(ResourceInstance, Option<DeposedKey>),
    /// An open ephemeral resource that is to last longer.
    Renewal(ResourceInstance),
    /// An open ephemeral resource that nobody needs any more.
    Close(ResourceInstance),
}

/// Questions and the tasks behind them.
#[derive(Clone, Debug)]
pub(crate) struct Desk<T> {
    issued: u64,
    ready: BTreeMap<Asker, (Ticket, Question)>,
    waiting: BTreeMap<Ticket, T>,
}

impl<T> Default for Desk<T> {
    fn default() -> Self {
        Desk { issued: 0, ready: BTreeMap::new(), waiting: BTreeMap::new() }
    }
}

impl<T> Desk<T> {
    /// Puts a question on the desk.
    pub(crate) fn ask(&mut self, asker: Asker, question: Question, task: T) {
        let ticket = Ticket(self.issued);
        self.issued += 1;
        self.ready.insert(asker, (ticket, question));
        self.waiting.insert(ticket, task);
    }

    /// Nobody waits any more for the answers for whom this holds.
    pub(crate) fn forget(&mut self, whom: impl Fn(&T) -> bool) {
        self.waiting.retain(|_, waiting| !whom(waiting));
    }

    /// Whether everybody who waits is like that.
    pub(crate) fn all(&self, like: impl Fn(&T) -> bool) -> bool {
        self.waiting.values().all(like)
    }

    /// Takes all questions that were not taken yet, in the order of their askers.
    pub(crate) fn take(&mut self) -> Vec<(Ticket, Question)> {
        std::mem::take(&mut self.ready).into_values().collect()
    }

    /// Who waits for the answer to a ticket.
    pub(crate) fn waiting(&self, ticket: Ticket) -> Option<&T> {
        self.waiting.get(&ticket)
    }

    /// The task that waits for the answer to a ticket; `None` when it is answered already.
    pub(crate) fn answered(&mut self, ticket: Ticket) -> Option<T> {
        self.waiting.remove(&ticket)
    }

    /// True when nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
