//! Questions that wait for plugins: two lanes, so that many reads of a provider that answers them together do not wait for
//! one another, and other providers are not asked more at once than they are used to.

use crate::drive::Parallelism;
use calls::Question;
use std::collections::VecDeque;

/// How many questions are open at once that providers answer together (schema/plugin-reads.md). It keeps the memory of a
/// refresh of 100,000 objects small, and is what one request to a cloud can ask about: EC2 describes 1,000 objects a page.
const TOGETHER: usize = 1_000;

/// Which lane something is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// So many at once as `-parallelism` says.
    Narrow,
    /// Questions to providers that answer them together.
    Wide,
}

/// What waits and how much is open. `T` is the ticket.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    narrow: Queue<T>,
    wide: Queue<T>,
}

#[derive(Debug)]
struct Queue<T> {
    waiting: VecDeque<(T, Question)>,
    open: usize,
    limit: usize,
}

impl<T> Lanes<T> {
    pub(crate) fn new(parallelism: Parallelism) -> Lanes<T> {
        let queue = |limit| Queue { waiting: VecDeque::new(), open: 0, limit };
        Lanes { narrow: queue(parallelism.0.max(1)), wide: queue(TOGETHER) }
    }

    /// A question that is to be asked.
    pub(crate) fn push(&mut self, lane: Lane, ticket: T, question: Question) {
        self.queue(lane).waiting.push_back((ticket, question));
    }

    /// The next question that may be asked now; open from then on.
    pub(crate) fn next(&mut self) -> Option<(Lane, T, Question)> {
        [Lane::Narrow, Lane::Wide].into_iter().find_map(|lane| {
            let queue = self.queue(lane);
            if queue.open >= queue.limit {
                return None;
            }
            let (ticket, question) = queue.waiting.pop_front()?;
            queue.open += 1;
            Some((lane, ticket, question))
        })
    }

    /// Something is open that was not waiting here: a change, which the applier limits.
    pub(crate) fn opened(&mut self, lane: Lane) {
        self.queue(lane).open += 1;
    }

    /// Something that was open is answered.
    pub(crate) fn answered(&mut self, lane: Lane) {
        let queue = self.queue(lane);
        queue.open = queue.open.saturating_sub(1);
    }

    /// The same for what may have been in no lane.
    pub(crate) fn end(&mut self, lane: Option<Lane>) {
        if let Some(lane) = lane {
            self.answered(lane);
        }
    }

    /// How much is open or waits.
    pub(crate) fn len(&self) -> usize {
        [&self.narrow, &self.wide].iter().map(|queue| queue.waiting.len() + queue.open).sum()
    }

    fn queue(&mut self, lane: Lane) -> &mut Queue<T> {
        match lane {
            Lane::Narrow => &mut self.narrow,
            Lane::Wide => &mut self.wide,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say so")]
mod tests {
    use super::*;
    use addrs::{ModulePath, Provider, ProviderConfig};
    use value::Value;

    fn question() -> Question {
        let provider = Provider::default_for("x");
        let provider =
            ProviderConfig { module: ModulePath::default(), provider, alias: None, key: addrs::InstanceKey::None };
        Question::ValidateProvider { provider, config: Value::bool(true) }
    }

    #[test]
    fn each_lane_has_its_own_limit() {
        let mut lanes = Lanes::new(Parallelism(2));
        lanes.opened(Lane::Narrow);
        for ticket in 0..3 {
            lanes.push(Lane::Narrow, ticket, question());
        }
        for ticket in 3..2_000 {
            lanes.push(Lane::Wide, ticket, question());
        }
        let mut asked = Vec::new();
        while let Some((lane, ticket, _)) = lanes.next() {
            asked.push((lane, ticket));
        }
        // One change is open, so that one question may be.
        assert_eq!(asked[..2], [(Lane::Narrow, 0), (Lane::Wide, 3)]);
        assert_eq!((asked.len(), lanes.len()), (1 + TOGETHER, 1 + 2_000));
        lanes.answered(Lane::Narrow);
        assert_eq!(lanes.next().map(|(lane, ticket, _)| (lane, ticket)), Some((Lane::Narrow, 1)));
        assert!(lanes.next().is_none());
    }
}
