//! The spread rule (recovery.md 4.4): keep, then place, then, when asked to, even out.
//!
//! A member that has a zone keeps it. Each other one, in name order, goes into the zone with the fewest of the
//! group, then the fewest of everything, then the smallest [`place_hash`]. What comes out depends on what is
//! given and on nothing else, not on its order.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who is to stand where, and what must not change.
#[derive(Clone, Copy, Debug)]
pub struct SpreadInput<'a> {
    /// Name of the group; part of the hash that breaks ties.
    pub group: &'a str,
    /// Members; order and repetition mean nothing.
    pub members: &'a [Arc<str>],
    /// Zones that may be used; order and repetition mean nothing.
    pub candidates: &'a [Arc<str>],
    /// Zones to be left, whether or not they are candidates.
    pub drain: &'a [Arc<str>],
    /// Greatest number of members in one zone; an AWS spread placement group takes seven.
    pub per_zone_max: Option<u64>,
    /// How many members may move to even the zones out; moves out of drained zones do not count.
    pub max_moves: u64,
    /// Where members stand now.
    pub prior: &'a BTreeMap<Arc<str>, Arc<str>>,
    /// How much of anything else stands in each zone; a zone not named has none.
    pub zone_totals: &'a BTreeMap<Arc<str>, u64>,
}

/// Where members are to stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpreadResult {
    /// Zone by member. A member that is to leave a zone but has nowhere to go stays where it is.
    pub assignment: BTreeMap<Arc<str>, Arc<str>>,
    /// What somebody should look at.
    pub warnings: Vec<SpreadWarning>,
    /// Members for which there is no room; the assignment must not be used for new objects while there are any.
    pub unplaced: Vec<Unplaced>,
}

/// What somebody should look at, though an assignment was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpreadWarning {
    /// The zone is no candidate any more; its members stay, because lists of zones come and go.
    ZoneNotCandidate {
        /// The zone.
        zone: Arc<str>,
        /// Who stays in it, in name order.
        members: Vec<Arc<str>>,
    },
    /// More members stand in the zone than are allowed; nobody moves because of it.
    ZoneOverFull {
        /// The zone.
        zone: Arc<str>,
        /// How many stand in it.
        count: u64,
        /// How many are allowed.
        max: u64,
    },
    /// Draining moves so many members at once that the rest is no majority.
    DrainMovesMajority {
        /// How many move.
        moving: u64,
        /// How many there are.
        members: u64,
    },
    /// Evening out stops short of `max_moves`, because the members left standing would be no majority.
    MovesHeldBack {
        /// How many moves were asked for.
        asked: u64,
        /// How many are made.
        allowed: u64,
    },
}

/// A member for which there is no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The member.
    pub member: Arc<str>,
    /// The drained zone that it cannot leave; `None` for a new member.
    pub stays: Option<Arc<str>>,
}

/// Places the members of a group.
pub fn spread(input: &SpreadInput<'_>) -> SpreadResult {
    let mut board = Board::new(input);
    let movers = board.keep();
    board.place(&movers);
    board.even_out();
    board.result()
}

/// The number that breaks ties between zones; the smallest wins.
///
/// FNV-1a with 64 bits over the bytes of `group`, 0, `member`, 0, `zone`, then the finaliser of SplitMix64,
/// because FNV alone orders texts that differ only in their last byte by little more than that byte.
/// Fixed for ever: a change would move members of every new group.
pub fn place_hash(group: &str, member: &str, zone: &str) -> u64 {
    let parts = [group.as_bytes(), &[0], member.as_bytes(), &[0], zone.as_bytes()];
    let fnv = parts
        .into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The zones while members are put into them.
struct Board<'a> {
    input: &'a SpreadInput<'a>,
    members: BTreeSet<&'a Arc<str>>,
    drained: BTreeSet<&'a Arc<str>>,
    /// Candidates that are not drained.
    usable: BTreeSet<&'a Arc<str>>,
    assignment: BTreeMap<&'a Arc<str>, &'a Arc<str>>,
    counts: BTreeMap<&'a Arc<str>, u64>,
    moved: u64,
    warnings: Vec<SpreadWarning>,
    unplaced: Vec<Unplaced>,
}

impl<'a> Board<'a> {
    fn new(input: &'a SpreadInput<'a>) -> Self {
        let drained: BTreeSet<_> = input.drain.iter().collect();
        Board {
            input,
            members: input.members.iter().collect(),
            usable: input.candidates.iter().filter(|zone| !drained.contains(zone)).collect(),
            drained,
            assignment: BTreeMap::new(),
            counts: BTreeMap::new(),
            moved: 0,
            warnings: Vec::new(),
            unplaced: Vec::new(),
        }
    }

    /// Leaves everybody where they are, except in drained zones; gives those without a place, in name order.
    fn keep(&mut self) -> Vec<&'a Arc<str>> {
        let mut movers = Vec::new();
        for member in self.members.clone() {
            match self.input.prior.get(member) {
                Some(zone) if !self.drained.contains(zone) => self.put(member, zone),
                _ => movers.push(member),
            }
        }
        movers
    }

    fn put(&mut self, member: &'a Arc<str>, zone: &'a Arc<str>) {
        if let Some(old) = self.assignment.insert(member, zone)
            && let Some(count) = self.counts.get_mut(old)
        {
            *count -= 1;
        }
        *self.counts.entry(zone).or_default() += 1;
    }

    fn count(&self, zone: &Arc<str>) -> u64 {
        self.counts.get(zone).copied().unwrap_or_default()
    }

    fn total(&self, zone: &Arc<str>) -> u64 {
        self.input.zone_totals.get(zone).copied().unwrap_or_default().saturating_add(self.count(zone))
    }

    fn has_room(&self, zone: &Arc<str>) -> bool {
        self.input.per_zone_max.is_none_or(|max| self.count(zone) < max)
    }

    /// The best zone for a member among those with room.
    fn best(&self, member: &str) -> Option<&'a Arc<str>> {
        let rank = |zone: &Arc<str>| (self.count(zone), self.total(zone), place_hash(self.input.group, member, zone));
        self.usable.iter().copied().filter(|zone| self.has_room(zone)).min_by_key(|zone| (rank(zone), *zone))
    }

    fn place(&mut self, movers: &[&'a Arc<str>]) {
        let mut stuck = Vec::new();
        for member in movers {
            let prior = self.input.prior.get(*member);
            match self.best(member) {
                Some(zone) => {
                    self.put(member, zone);
                    self.moved += u64::from(prior.is_some());
                }
                None => stuck.push((*member, prior)),
            }
        }
        // After the loop, so that those who stay count in no zone that others are still placed by.
        for (member, prior) in stuck {
            if let Some(zone) = prior {
                self.put(member, zone);
            }
            self.unplaced.push(Unplaced { member: member.clone(), stays: prior.cloned() });
        }
        if self.moved > self.minority() {
            let members = self.members.len() as u64;
            self.warnings.push(SpreadWarning::DrainMovesMajority { moving: self.moved, members });
        }
    }

    /// How many may be missing at once while the rest is still a majority.
    fn minority(&self) -> u64 {
        (self.members.len() as u64).saturating_sub(1) / 2
    }

    /// Moves members from the fullest to the emptiest usable zone, as far as is allowed.
    fn even_out(&mut self) {
        let asked = self.input.max_moves;
        let allowed = asked.min(self.minority().saturating_sub(self.moved));
        let mut made = 0;
        while let Some((member, zone)) = self.next_move() {
            if made == allowed {
                if allowed < asked {
                    self.warnings.push(SpreadWarning::MovesHeldBack { asked, allowed });
                }
                break;
            }
            self.put(member, zone);
            self.moved += 1;
            made += 1;
        }
    }

    /// The move that would help most: out of the fullest zone, its last member in name order that already stood
    /// there; `None` when the zones are even to within one. Zones that are no candidates are left alone.
    fn next_move(&self) -> Option<(&'a Arc<str>, &'a Arc<str>)> {
        let fullest = self.usable.iter().copied().max_by_key(|zone| (self.count(zone), self.total(zone), *zone))?;
        let stood = |member: &Arc<str>| self.input.prior.get(member) == Some(fullest);
        let here = self.assignment.iter().rev().filter(|(_, zone)| **zone == fullest);
        let (member, _) = here.into_iter().find(|(member, _)| stood(member))?;
        let target = self.best(member)?;
        (self.count(fullest) >= self.count(target) + 2).then_some((*member, target))
    }

    fn result(mut self) -> SpreadResult {
        for (zone, count) in &self.counts {
            if let Some(max) = self.input.per_zone_max.filter(|max| count > max) {
                self.warnings.push(SpreadWarning::ZoneOverFull { zone: (*zone).clone(), count: *count, max });
            }
            if !self.usable.contains(zone) && !self.drained.contains(zone) && *count > 0 {
                let here = self.assignment.iter().filter(|(_, at)| *at == zone);
                let members = here.map(|(member, _)| (*member).clone()).collect();
                self.warnings.push(SpreadWarning::ZoneNotCandidate { zone: (*zone).clone(), members });
            }
        }
        SpreadResult {
            assignment: self.assignment.into_iter().map(|(member, zone)| (member.clone(), zone.clone())).collect(),
            warnings: self.warnings,
            unplaced: self.unplaced,
        }
    }
}
