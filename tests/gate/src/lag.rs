//! States that take time: the emulator has none.
//!
//! Counted in polls rather than seconds, so that a test is the same on a slow machine: each answer that has an object
//! (or would have it) is a poll of this object. "Eventual consistency in the Amazon EC2 API": a new object may be
//! unknown for a while. The states are those of the pages "Instance lifecycle", "EBS volume lifecycle", "Amazon EBS
//! snapshot lifecycle", "Monitor the progress of volume modifications" and "Key states of KMS keys".

use crate::world::Region;

/// How many polls an object spends in each state on its way. None where 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// A new instance, volume, snapshot, image is not found.
    pub unseen: u32,
    /// `pending`, `stopping`, `shutting-down`.
    pub instance: u32,
    /// `creating`; when deleted, `deleting`.
    pub volume: u32,
    /// `pending`, with progress.
    pub snapshot: u32,
    /// `pending`.
    pub image: u32,
    /// `modifying` for the first half, `optimizing` for the rest.
    pub modification: u32,
    /// `attaching`, `detaching`.
    pub attachment: u32,
    /// A replica key is `Creating`.
    pub replica: u32,
}

impl Lag {
    /// So many polls for each state.
    pub fn polls(n: u32) -> Lag {
        Lag { unseen: n, instance: n, volume: n, snapshot: n, image: n, modification: n, attachment: n, replica: n }
    }
}

/// How far an object is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Age {
    pub(crate) unseen: u32,
    pub(crate) left: u32,
    pub(crate) whole: u32,
}

/// What a poll finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Seen {
    Nothing,
    /// On its way, so many percent done.
    Changing(u32),
    Settled,
}

impl Region {
    /// From now on an object changes for so many polls, after it was not seen for `unseen`.
    pub(crate) fn change(&mut self, what: &str, unseen: u32, polls: u32) {
        if unseen + polls > 0 {
            self.ages.insert(what.to_string(), Age { unseen, left: polls, whole: polls });
        } else {
            self.ages.remove(what);
        }
    }

    /// A poll of an object; one from behind the scenes sees through and does not count.
    pub(crate) fn look(&mut self, what: &str, backstage: bool) -> Seen {
        let Some(age) = self.ages.get_mut(what).filter(|_| !backstage) else { return Seen::Settled };
        if age.unseen > 0 {
            age.unseen -= 1;
            return Seen::Nothing;
        }
        if age.left > 0 {
            age.left -= 1;
            return Seen::Changing((age.whole - age.left - 1) * 100 / age.whole);
        }
        self.ages.remove(what);
        Seen::Settled
    }

    /// Whether an object is still on its way. Not a poll.
    pub(crate) fn is_changing(&self, what: &str) -> bool {
        self.ages.get(what).is_some_and(|a| a.unseen + a.left > 0)
    }
}
