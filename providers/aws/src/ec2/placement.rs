//! Which places in placement groups are planned by this operation: each plan knows only its own instance, the rules of
//! groups are about all of them.

use super::filters;
use crate::cloud::{Action, Region};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Running instances of a rack spread group in each zone ("Placement strategies for your placement groups").
pub(crate) const MOST_SPREAD: usize = 7;

/// What is planned in one region since the provider was configured.
#[derive(Debug, Default)]
pub(crate) struct PlannedPlaces {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Strategy and spread level by name, of groups that this configuration has.
    groups: BTreeMap<String, (String, String)>,
    /// By group and zone.
    places: BTreeMap<(String, String), Places>,
    /// Ids of instances that are to be stopped.
    stopped: BTreeSet<String>,
    /// Instances are to be stopped that are not known yet.
    stops_others: bool,
    /// The changes have begun: what is planned from now on was planned before.
    changing: bool,
}

/// A zone of a group. Instances that are there are known by their ids; one that replaces another by the id of that. Other
/// new ones have no identity, they are counted.
#[derive(Clone, Debug, Default)]
struct Places {
    /// Planned, and staying.
    kept: BTreeSet<String>,
    /// Those that are replaced by one here.
    replaced: BTreeSet<String>,
    /// New, with everything known when they were planned.
    known: usize,
    /// New, with something unknown.
    open: usize,
    /// Planned, and not certain to stay.
    going: BTreeSet<String>,
    /// Running when they were looked up.
    running: Option<BTreeSet<String>>,
}

/// What is planned in a zone of a group, of what is known so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Planned {
    /// Instances that are there and stay, as far as their plans say.
    pub(crate) kept: BTreeSet<String>,
    /// Instances that are there, are planned, and may have to go.
    pub(crate) going: BTreeSet<String>,
    /// So many new ones at least.
    pub(crate) surely: usize,
    /// So many new ones at most.
    pub(crate) at_most: usize,
}

impl State {
    /// The instance is not certain to stay, anywhere.
    fn leaves(&mut self, id: &str) {
        for places in self.places.values_mut().filter(|places| places.kept.contains(id)) {
            places.kept.remove(id);
            places.going.insert(id.to_owned());
        }
    }
}

impl Places {
    fn planned(&self) -> Planned {
        let replaced = self.replaced.len();
        Planned {
            kept: self.kept.clone(),
            going: self.going.clone(),
            surely: replaced + self.known.max(self.open),
            at_most: replaced + self.known + self.open,
        }
    }
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

    /// A new instance is planned, in place of `replaced` where it is known to be: what that makes. None when the changes
    /// have begun, because then some of them run already.
    ///
    /// Hosts plan an instance again just before they make it where its configuration was not wholly `known` the first
    /// time: a known one may be such a repetition.
    pub(crate) fn comes(&self, group: &str, zone: &str, replaced: Option<&str>, known: bool) -> Option<Planned> {
        let mut state = self.lock();
        if state.changing {
            return None;
        }
        if let Some(id) = replaced {
            state.leaves(id);
        }
        let places = state.places.entry((group.to_owned(), zone.to_owned())).or_default();
        match replaced {
            Some(id) => drop(places.replaced.insert(id.to_owned())),
            None if known => places.known += 1,
            None => places.open += 1,
        }
        Some(places.planned())
    }

    /// An instance that is there and runs is planned to stay: what that makes. None when the changes have begun, and for
    /// one that is known to go all the same.
    pub(crate) fn stays(&self, group: &str, zone: &str, id: &str) -> Option<Planned> {
        let mut state = self.lock();
        let goes = state.places.values().any(|places| places.replaced.contains(id)) || state.stopped.contains(id);
        if state.changing || goes {
            return None;
        }
        let places = state.places.entry((group.to_owned(), zone.to_owned())).or_default();
        places.going.remove(id);
        places.kept.insert(id.to_owned());
        Some(places.planned())
    }

    /// An instance that is there is planned, and may have to go.
    pub(crate) fn may_go(&self, group: &str, zone: &str, id: &str) {
        let mut state = self.lock();
        state.leaves(id);
        state.places.entry((group.to_owned(), zone.to_owned())).or_default().going.insert(id.to_owned());
    }

    /// An instance is to be stopped, and does not count then.
    pub(crate) fn stops(&self, id: &str) {
        let mut state = self.lock();
        state.leaves(id);
        state.stopped.insert(id.to_owned());
    }

    /// An instance is to be stopped, and the plan does not know which.
    pub(crate) fn stops_some(&self) {
        self.lock().stops_others = true;
    }

    /// Whether instances may be stopped that the plan does not know.
    pub(crate) fn may_stop_others(&self) -> bool {
        self.lock().stops_others
    }

    /// Which instances run in a zone of a group; none when that cannot be found out. Looked up once.
    pub(crate) async fn running(&self, region: &Region, group: &str, zone: &str) -> Option<BTreeSet<String>> {
        let key = (group.to_owned(), zone.to_owned());
        if let Some(found) = self.lock().places.get(&key).and_then(|places| places.running.clone()) {
            return Some(found);
        }
        let asked = region.ec2().call(Action::read("DescribeInstances"), |c| {
            let request = c.describe_instances().filters(filters::is("placement-group-name", group));
            let states = vec!["pending".into(), "running".into()];
            let request = request.filters(filters::any_of("instance-state-name", states));
            request.filters(filters::is("availability-zone", zone)).send()
        });
        let answer = asked.await.ok()?;
        let all = answer.reservations().iter().flat_map(|reservation| reservation.instances());
        let found: BTreeSet<String> = all.filter_map(|one| one.instance_id().map(String::from)).collect();
        self.lock().places.entry(key).or_default().running = Some(found.clone());
        Some(found)
    }

    /// Changes begin.
    pub(crate) fn changes_begin(&self) {
        self.lock().changing = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids<const N: usize>(ids: [&str; N]) -> BTreeSet<String> {
        ids.into_iter().map(String::from).collect()
    }

    #[test]
    fn places_are_counted_until_changes_begin() {
        let places = PlannedPlaces::default();
        let comes = |zone: &str, replaced: Option<&str>, known: bool| {
            places.comes("pg", zone, replaced, known).map(|planned| (planned.surely, planned.at_most))
        };
        assert_eq!(comes("a", None, true), Some((1, 1)));
        assert_eq!(comes("a", None, true), Some((2, 2)));
        assert_eq!(comes("b", None, true), Some((1, 1)));
        // Seven that are not wholly known, and each again when it is: still seven.
        for n in 1..=7 {
            assert_eq!(comes("c", None, false), Some((n, n)));
        }
        for n in 1..=7 {
            assert_eq!(comes("c", None, true), Some((7, 7 + n)));
        }
        // The same one again is one.
        for _ in 0..2 {
            assert_eq!(places.stays("pg", "d", "i-1").map(|planned| planned.kept), Some(ids(["i-1"])));
        }
        assert_eq!(places.stays("pg", "d", "i-2").map(|planned| planned.kept), Some(ids(["i-1", "i-2"])));
        // One that is replaced is not kept, whatever is said of it later; its successor is one, planned twice or not.
        for _ in 0..2 {
            let planned = places.comes("pg", "d", Some("i-1"), true).unwrap();
            assert_eq!((planned.kept, planned.surely), (ids(["i-2"]), 1));
            assert_eq!(places.stays("pg", "d", "i-1"), None);
        }
        places.may_go("pg", "d", "i-2");
        let planned = places.stays("pg", "d", "i-3").unwrap();
        // The one that is replaced goes too: its successor is counted.
        assert_eq!((planned.kept, planned.going), (ids(["i-3"]), ids(["i-1", "i-2"])));
        assert!(!places.may_stop_others());
        places.stops_some();
        assert!(places.may_stop_others());
        places.stops("i-3");
        assert_eq!(places.stays("pg", "d", "i-3"), None);
        places.changes_begin();
        assert_eq!(comes("a", None, true), None);
        assert_eq!(places.stays("pg", "a", "i-9"), None);
        assert_eq!(places.strategy("pg"), None);
        places.group("pg", "spread", "rack");
        assert_eq!(places.strategy("pg"), Some(("spread".into(), "rack".into())));
    }
}
