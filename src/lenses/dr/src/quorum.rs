//! Quorums and partitioned replication (recovery.md 2.6).

use crate::dataset::{Copy, CopyKind, Promotion, Rpo, store};
use crate::declared::{DeclaredQuorum, QuorumRule, RackAware};
use crate::formula::Truth;
use crate::observed::Observations;
use crate::{Class, Domain, Level, Verdict, place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A quorum with what each member needs.
pub(crate) struct Quorum {
    pub(crate) name: Arc<str>,
    pub(crate) rule: QuorumRule,
    pub(crate) members: Vec<Member>,
}

pub(crate) struct Member {
    copy: Copy,
    /// Its zone, where it is known.
    zone: Option<Arc<str>>,
}

impl Quorum {
    pub(crate) fn find(observations: &Observations<'_>, name: &Arc<str>, declared: &DeclaredQuorum) -> Quorum {
        let members = declared
            .members
            .iter()
            .filter_map(|address| observations.get(address))
            .map(|object| Member {
                copy: store(observations, object, CopyKind::Sync, Promotion::Automatic),
                zone: place::zone(observations, object).ok().flatten(),
            })
            .collect();
        Quorum { name: name.clone(), rule: declared.rule, members }
    }

    /// Members whose data can certainly be read while nothing is lost.
    pub(crate) fn readable(&self) -> BTreeSet<Arc<str>> {
        self.members.iter().filter(|m| m.copy.is_readable()).map(|m| m.copy.id.clone()).collect()
    }

    pub(crate) fn judge(&self) -> Vec<Verdict> {
        let mut failures = BTreeSet::new();
        for member in &self.members {
            member.copy.place.domains(&mut failures);
            member.copy.seal.domains(&mut failures);
            member.copy.service.domains(&mut failures);
        }
        failures.into_iter().map(|failure| self.under(failure)).collect()
    }

    fn under(&self, failure: Domain) -> Verdict {
        let dead = BTreeSet::from([failure.clone()]);
        let mut hit = Hit::default();
        for member in &self.members {
            hit.add(member, &dead);
        }
        let (level, reason) = match self.rule {
            _ if hit.members() == 0 && hit.unknown.is_empty() => (Level::Unaffected, "no member depends on it".into()),
            _ if !hit.unknown.is_empty() => {
                let why: Vec<&str> = hit.unknown.iter().map(AsRef::as_ref).collect();
                (Level::Unknown, format!("undecided: {}", why.join("; ")))
            }
            QuorumRule::Majority => self.majority(&hit),
            QuorumRule::Partitions { replication, min_in_sync, rack_aware } => {
                self.partitions(&hit, replication, min_in_sync, rack_aware)
            }
        };
        let mut reasons = vec![reason];
        if failure.class == Class::Key && level != Level::Unaffected {
            reasons
                .push("what runs goes on until the key is used again: at the next attach, restart or restore".into());
        }
        let rpo = (level < Level::Unknown).then_some(Rpo::Nothing);
        let copy = (level < Level::Unknown).then(|| self.name.clone());
        Verdict { failure, level, copy, rpo, reasons }
    }

    fn majority(&self, hit: &Hit) -> (Level, String) {
        let n = self.members.len();
        let (alive, need) = (n - hit.members(), n / 2 + 1);
        if alive >= need {
            return (Level::Failover, format!("{alive} of {n} members go on, {need} are needed"));
        }
        if hit.lost.len() < n {
            let whole = n - hit.lost.len();
            return (
                Level::Rebuild,
                format!("{alive} of {n} members go on, {need} are needed; {whole} disks are whole"),
            );
        }
        (Level::Lost, format!("all {n} members are gone"))
    }

    /// With `p` copies of one partition at most in what is lost: an acknowledged record is safe while
    /// `min_in_sync > p`, writes go on while `replication - p >= min_in_sync`.
    fn partitions(&self, hit: &Hit, replication: u64, min_in_sync: u64, rack_aware: RackAware) -> (Level, String) {
        let lost = self.copies_hit(&hit.lost, replication, rack_aware);
        let out = self.copies_hit(&hit.all(), replication, rack_aware);
        let of = format!(
            "{} of {} members, at most {out} of {replication} copies of a partition",
            hit.members(),
            self.members.len()
        );
        if min_in_sync <= lost {
            let typical = if replication > lost { "; safe if all copies were in sync" } else { "" };
            return (Level::Lost, format!("{of}: a record acknowledged by {min_in_sync} copies can be lost{typical}"));
        }
        if replication.saturating_sub(out) >= min_in_sync {
            return (Level::Failover, format!("{of}: acknowledged records are safe and writes go on"));
        }
        (Level::Rebuild, format!("{of}: acknowledged records are safe, writes stop until members are back"))
    }

    /// The most copies of one partition that can be among these members.
    fn copies_hit(&self, members: &BTreeSet<Arc<str>>, replication: u64, rack_aware: RackAware) -> u64 {
        let count = members.len() as u64;
        let zones: BTreeMap<&Arc<str>, u64> = self.zones(members);
        let all: BTreeSet<&Arc<str>> = self.members.iter().filter_map(|m| m.zone.as_ref()).collect();
        let known = self.members.iter().all(|m| m.zone.is_some()) && !all.is_empty();
        if rack_aware == RackAware::No || !known {
            return count.min(replication);
        }
        // Rack-aware placement puts at most ceil(r / Z) copies of a partition in one zone.
        let per_zone = replication.div_ceil(all.len() as u64);
        zones.values().map(|n| (*n).min(per_zone)).sum::<u64>().min(replication)
    }

    fn zones(&self, members: &BTreeSet<Arc<str>>) -> BTreeMap<&Arc<str>, u64> {
        let mut zones = BTreeMap::new();
        for member in &self.members {
            if members.contains(&member.copy.id)
                && let Some(zone) = &member.zone
            {
                *zones.entry(zone).or_insert(0) += 1;
            }
        }
        zones
    }
}

/// Members that a failure touches.
#[derive(Default)]
struct Hit {
    /// Their data is gone.
    lost: BTreeSet<Arc<str>>,
    /// Their data is whole, what serves it is not.
    down: BTreeSet<Arc<str>>,
    /// What is not known.
    unknown: BTreeSet<Arc<str>>,
}

impl Hit {
    fn add(&mut self, member: &Member, dead: &BTreeSet<Domain>) {
        let data = member.copy.place.clone().and(member.copy.seal.clone()).under(dead);
        match (data, member.copy.service.under(dead)) {
            (Truth::No(_), _) => {
                self.lost.insert(member.copy.id.clone());
            }
            (Truth::Unknown(why), _) | (Truth::Yes, Truth::Unknown(why)) => self.unknown.extend(why),
            (Truth::Yes, Truth::No(_)) => {
                self.down.insert(member.copy.id.clone());
            }
            (Truth::Yes, Truth::Yes) => {}
        }
    }

    fn members(&self) -> usize {
        self.lost.len() + self.down.len()
    }

    fn all(&self) -> BTreeSet<Arc<str>> {
        self.lost.union(&self.down).cloned().collect()
    }
}
