//! Which places in placement groups are planned by this operation: each plan knows only its own instance, the rules of
//! groups are about all of them.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Running instances of a rack spread group in each zone ("Placement strategies for your placement groups").
pub(crate) const MOST_SPREAD: usize = 7;

/// What is planned in one region since the provider was configured.
#[derive(Debug, Default)]
pub(crate) struct PlannedPlaces {
    state: Mutex<State>,
    /// Whether new volumes are made without encryption, as it was before the changes.
    without_encryption: OnceCell<bool>,
}

#[derive(Debug, Default)]
struct State {
    /// Strategy and spread level by name, of groups that this configuration has.
    groups: BTreeMap<String, (String, String)>,
    /// By group and zone.
    places: BTreeMap<(String, String), Places>,
    /// Encryption of new volumes by default is to be switched on.
    encrypts_all: bool,
    /// The changes have begun: what is planned from now on was planned before.
    changing: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Places {
    known: usize,
    open: usize,
    may_go: usize,
}

/// How many instances are planned to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coming {
    /// So many at least.
    pub(crate) surely: usize,
    /// So many at most, less those that run and may have to go.
    pub(crate) more_than_before: usize,
    /// So many at most.
    pub(crate) at_most: usize,
}

impl PlannedPlaces {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A group is part of the configuration.
    pub(crate) fn group(&self, name: &str, strategy: &str, level: &str) {
        self.lock().groups.insert(name.to_owned(), (strategy.to_owned(), level.to_owned()));
    }

    /// Strategy and spread level of a group of the configuration.
    pub(crate) fn strategy(&self, name: &str) -> Option<(String, String)> {
        self.lock().groups.get(name).cloned()
    }

    /// From this operation on every new volume is encrypted.
    pub(crate) fn encrypts_all(&self) {
        self.lock().encrypts_all = true;
    }

    /// Whether new volumes stay without encryption, as `ask` finds out the first time.
    pub(crate) async fn without_encryption(&self, ask: impl Future<Output = bool>) -> bool {
        let off = *self.without_encryption.get_or_init(|| ask).await;
        off && !self.lock().encrypts_all
    }

    /// One more instance is planned: how many that makes. None when the changes have begun, because then some of them
    /// run already.
    ///
    /// Hosts plan an instance again just before they make it where its configuration was not wholly `known` the first
    /// time: a known one may be such a repetition.
    pub(crate) fn comes(&self, group: &str, zone: &str, known: bool) -> Option<Coming> {
        let mut state = self.lock();
        if state.changing {
            return None;
        }
        let places = state.places.entry((group.to_owned(), zone.to_owned())).or_default();
        *(if known { &mut places.known } else { &mut places.open }) += 1;
        let at_most = places.known + places.open;
        Some(Coming {
            surely: places.known.max(places.open),
            more_than_before: at_most.saturating_sub(places.may_go),
            at_most,
        })
    }

    /// An instance that is there changes, and may have to go for it.
    pub(crate) fn may_go(&self, group: &str, zone: &str) {
        self.lock().places.entry((group.to_owned(), zone.to_owned())).or_default().may_go += 1;
    }

    /// Changes begin.
    pub(crate) fn changes_begin(&self) {
        self.lock().changing = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_until_changes_begin() {
        let places = PlannedPlaces::default();
        let coming = |surely, more_than_before, at_most| Some(Coming { surely, more_than_before, at_most });
        places.may_go("pg", "a");
        assert_eq!(places.comes("pg", "a", true), coming(1, 0, 1));
        assert_eq!(places.comes("pg", "a", true), coming(2, 1, 2));
        assert_eq!(places.comes("pg", "b", true), coming(1, 1, 1));
        // Seven that are not wholly known, and each again when it is: still seven.
        for n in 1..=7 {
            assert_eq!(places.comes("pg", "c", false), coming(n, n, n));
        }
        for n in 1..=7 {
            assert_eq!(places.comes("pg", "c", true), coming(7, 7 + n, 7 + n));
        }
        places.changes_begin();
        assert_eq!(places.comes("pg", "a", true), None);
        assert_eq!(places.strategy("pg"), None);
        places.group("pg", "spread", "rack");
        assert_eq!(places.strategy("pg"), Some(("spread".into(), "rack".into())));
    }
}
