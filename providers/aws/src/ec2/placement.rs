//! Which places in placement groups are planned by this operation: each plan knows only its own instance, the rules of
//! groups are about all of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Running instances of a rack spread group in each zone ("Placement strategies for your placement groups").
pub(crate) const MOST_SPREAD: usize = 7;

/// What is planned in one region since the provider was configured.
#[derive(Debug, Default)]
pub(crate) struct PlannedPlaces(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Strategy and spread level by name, of groups that this configuration has.
    groups: BTreeMap<String, (String, String)>,
    /// By group and zone.
    places: BTreeMap<(String, String), Places>,
    /// The changes have begun: what is planned from now on was planned before.
    changing: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Places {
    comes: usize,
    may_go: usize,
}

impl PlannedPlaces {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A group is part of the configuration.
    pub(crate) fn group(&self, name: &str, strategy: &str, level: &str) {
        self.lock().groups.insert(name.to_owned(), (strategy.to_owned(), level.to_owned()));
    }

    /// Strategy and spread level of a group of the configuration.
    pub(crate) fn strategy(&self, name: &str) -> Option<(String, String)> {
        self.lock().groups.get(name).cloned()
    }

    /// One more instance is planned: how many that makes, less those that a replacement may remove. None when the
    /// changes have begun, because then some of them run already.
    pub(crate) fn comes(&self, group: &str, zone: &str) -> Option<(usize, usize)> {
        let mut state = self.lock();
        if state.changing {
            return None;
        }
        let places = state.places.entry((group.to_owned(), zone.to_owned())).or_default();
        places.comes += 1;
        Some((places.comes, places.may_go))
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
        places.may_go("pg", "a");
        assert_eq!(places.comes("pg", "a"), Some((1, 1)));
        assert_eq!(places.comes("pg", "a"), Some((2, 1)));
        assert_eq!(places.comes("pg", "b"), Some((1, 0)));
        places.changes_begin();
        assert_eq!(places.comes("pg", "a"), None);
        assert_eq!(places.strategy("pg"), None);
        places.group("pg", "spread", "rack");
        assert_eq!(places.strategy("pg"), Some(("spread".into(), "rack".into())));
    }
}
