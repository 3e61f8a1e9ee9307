//! Open ephemeral resources: renewals that wait for their time, and what is told about it.
//!
//! The machines say until when a renewal can wait; the clock is here.

use crate::progress::{Deed, Happening, Progress, Stage, Work};
use addrs::ResourceInstance;
use calls::{Answer, Question};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime};

/// A lease that lasts for years is renewed no later than in this time; a clock that jumps does no harm.
const LONGEST: Duration = Duration::from_secs(60);

/// However soon a provider wants renewals, it is not asked more often.
const SHORTEST: Duration = Duration::from_millis(50);

/// Questions about open ephemeral resources. `T` is the ticket.
#[derive(Debug)]
pub(crate) struct Leases<T> {
    /// Renewals whose time has not come.
    held: BTreeMap<ResourceInstance, (SystemTime, T, Question)>,
    /// Renewals that are on their way.
    renewing: BTreeSet<ResourceInstance>,
    /// Closes that wait for a renewal.
    closing: BTreeMap<ResourceInstance, (T, Question)>,
    /// What was begun when, for lines about it.
    begun: BTreeMap<(ResourceInstance, Deed), Instant>,
}

impl<T> Leases<T> {
    pub(crate) fn new() -> Leases<T> {
        Leases { held: BTreeMap::new(), renewing: BTreeSet::new(), closing: BTreeMap::new(), begun: BTreeMap::new() }
    }

    /// Takes what has to wait; gives back what can be asked now.
    pub(crate) fn hold(&mut self, ticket: T, question: Question) -> Option<(T, Question)> {
        match &question {
            Question::RenewEphemeral { addr, at, .. } => {
                let at = (*at).max(SystemTime::now() + SHORTEST);
                self.held.insert(addr.clone(), (at, ticket, question));
                None
            }
            Question::CloseEphemeral { addr, .. } => {
                // Nobody asks for a renewal of what is closed.
                self.held.remove(addr);
                if self.renewing.contains(addr) {
                    self.closing.insert(addr.clone(), (ticket, question));
                    return None;
                }
                Some((ticket, question))
            }
            _ => Some((ticket, question)),
        }
    }

    /// The renewals whose time has come.
    pub(crate) fn due(&mut self) -> Vec<(T, Question)> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let now = SystemTime::now();
        let due: Vec<ResourceInstance> =
            self.held.iter().filter(|(_, (at, ..))| *at <= now).map(|(addr, _)| addr.clone()).collect();
        let taken = due.into_iter().filter_map(|addr| {
            let (_, ticket, question) = self.held.remove(&addr)?;
            self.renewing.insert(addr);
            Some((ticket, question))
        });
        taken.collect()
    }

    /// A question is answered; gives the close that waited for it.
    pub(crate) fn answered(&mut self, question: &Question) -> Option<(T, Question)> {
        let Question::RenewEphemeral { addr, .. } = question else { return None };
        self.renewing.remove(addr);
        self.closing.remove(addr)
    }

    /// True when no renewal waits for its time.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Waits until a renewal may be due; for ever when there is none.
    pub(crate) async fn wait(&self) {
        let Some(first) = self.held.values().map(|(at, ..)| *at).min() else {
            return std::future::pending().await;
        };
        let left = first.duration_since(SystemTime::now()).unwrap_or_default();
        tokio::time::sleep(left.min(LONGEST)).await;
    }

    /// Tells that a question is asked.
    pub(crate) fn tell_asked(&mut self, question: &Question, progress: &dyn Progress) {
        if let Some((addr, deed)) = about(question) {
            tell(addr, deed, Stage::Begins, progress);
            self.begun.insert((addr.clone(), deed), Instant::now());
        }
    }

    /// Tells that it is answered.
    pub(crate) fn tell_answered(&mut self, question: &Question, answer: &Answer, progress: &dyn Progress) {
        if let Some((addr, deed)) = about(question) {
            let begun = self.begun.remove(&(addr.clone(), deed));
            let took = begun.map_or(0, |at| at.elapsed().as_secs());
            let failed = answer.diagnostics().has_errors();
            tell(addr, deed, if failed { Stage::Failed(took) } else { Stage::Done(took) }, progress);
        }
    }
}

fn tell(addr: &ResourceInstance, deed: Deed, stage: Stage, progress: &dyn Progress) {
    progress.happens(&Happening::Work(Work { addr: addr.clone(), deposed: None, deed, stage, id: None }));
}

/// What a question does to an ephemeral resource.
fn about(question: &Question) -> Option<(&ResourceInstance, Deed)> {
    match question {
        Question::OpenEphemeral { addr, .. } => Some((addr, Deed::Open)),
        Question::RenewEphemeral { addr, .. } => Some((addr, Deed::Renew)),
        Question::CloseEphemeral { addr, .. } => Some((addr, Deed::Close)),
        _ => None,
    }
}
