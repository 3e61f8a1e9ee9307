//! The shortest way from one text to the other: E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), from
//! both ends at once. Of several shortest ways it takes the one that GNU diff takes.

use super::noise;
use std::ops::Range;

/// After so many steps from both ends the best way so far is taken: long texts would take forever.
const PATIENCE: usize = 4096;

/// For each line of both texts whether it is changed; lines are numbers below `kinds`.
pub(super) fn changed(old: &[usize], new: &[usize], kinds: usize) -> (Vec<bool>, Vec<bool>) {
    let mut removed = noise::noise(old, &noise::counts(new, kinds));
    let mut added = noise::noise(new, &noise::counts(old, kinds));
    let kept = |flags: &[bool]| -> Vec<usize> { (0..flags.len()).filter(|i| flags.get(*i) == Some(&false)).collect() };
    let (old_places, new_places) = (kept(&removed), kept(&added));
    let at = |lines: &[usize], places: &[usize]| -> Vec<usize> {
        places.iter().filter_map(|place| lines.get(*place).copied()).collect()
    };
    let (x, y) = (at(old, &old_places), at(new, &new_places));
    let mut search = Search::new(&x, &y);
    search.run();
    let mark = |flags: &mut Vec<bool>, places: &[usize], found: &[bool]| {
        for (place, _) in places.iter().zip(found).filter(|(_, found)| **found) {
            if let Some(flag) = flags.get_mut(*place) {
                *flag = true;
            }
        }
    };
    mark(&mut removed, &old_places, &search.removed);
    mark(&mut added, &new_places, &search.added);
    (removed, added)
}

struct Search<'a> {
    x: &'a [usize],
    y: &'a [usize],
    removed: Vec<bool>,
    added: Vec<bool>,
    forward: Diagonals,
    backward: Diagonals,
    patience: usize,
}

/// How far each diagonal (place in the old text minus place in the new) has come in the old text.
struct Diagonals {
    reached: Vec<isize>,
    zero: isize,
}

impl Diagonals {
    fn get(&self, diagonal: isize) -> isize {
        self.reached.get((diagonal + self.zero) as usize).copied().unwrap_or(-1)
    }

    fn set(&mut self, diagonal: isize, to: isize) {
        if let Some(reached) = self.reached.get_mut((diagonal + self.zero) as usize) {
            *reached = to;
        }
    }
}

/// A part of both texts.
struct Part {
    x: Range<isize>,
    y: Range<isize>,
    /// Whether to search however long it takes.
    exact: bool,
}

impl<'a> Search<'a> {
    fn new(x: &'a [usize], y: &'a [usize]) -> Self {
        let diagonals = x.len() + y.len() + 3;
        let mut patience = 1;
        let mut rest = diagonals;
        while rest != 0 {
            rest >>= 2;
            patience *= 2;
        }
        let lane = || Diagonals { reached: vec![0; diagonals], zero: y.len() as isize + 1 };
        Search {
            x,
            y,
            removed: vec![false; x.len()],
            added: vec![false; y.len()],
            forward: lane(),
            backward: lane(),
            patience: patience.max(PATIENCE),
        }
    }

    fn same(&self, x: isize, y: isize) -> bool {
        self.x.get(x as usize) == self.y.get(y as usize)
    }

    fn run(&mut self) {
        let whole = Part { x: 0..self.x.len() as isize, y: 0..self.y.len() as isize, exact: false };
        let mut parts = vec![whole];
        while let Some(Part { mut x, mut y, exact }) = parts.pop() {
            while x.start < x.end && y.start < y.end && self.same(x.start, y.start) {
                x.start += 1;
                y.start += 1;
            }
            while x.start < x.end && y.start < y.end && self.same(x.end - 1, y.end - 1) {
                x.end -= 1;
                y.end -= 1;
            }
            if x.is_empty() {
                fill(&mut self.added, &y);
            } else if y.is_empty() {
                fill(&mut self.removed, &x);
            } else {
                let (middle, exact) = self.middle(&x, &y, exact);
                parts.push(Part { x: middle.0..x.end, y: middle.1..y.end, exact: exact.1 });
                parts.push(Part { x: x.start..middle.0, y: y.start..middle.1, exact: exact.0 });
            }
        }
    }

    /// A place on the way, and whether the halves before and after it shall be exact.
    fn middle(&mut self, x: &Range<isize>, y: &Range<isize>, exact: bool) -> ((isize, isize), (bool, bool)) {
        let (lowest, highest) = (x.start - y.end, x.end - y.start);
        let (from, to) = (x.start - y.start, x.end - y.end);
        let (mut front, mut back) = (from..=from, to..=to);
        let odd = (from - to) % 2 != 0;
        self.forward.set(from, x.start);
        self.backward.set(to, x.end);
        for step in 1.. {
            front = widened(&front, lowest, highest, &mut self.forward, -1);
            for d in front.clone().rev().step_by(2) {
                let (below, above) = (self.forward.get(d - 1), self.forward.get(d + 1));
                let mut at = if below < above { above } else { below + 1 };
                while at < x.end && at - d < y.end && self.same(at, at - d) {
                    at += 1;
                }
                self.forward.set(d, at);
                if odd && back.contains(&d) && self.backward.get(d) <= at {
                    return ((at, at - d), (true, true));
                }
            }
            back = widened(&back, lowest, highest, &mut self.backward, isize::MAX);
            for d in back.clone().rev().step_by(2) {
                let (below, above) = (self.backward.get(d - 1), self.backward.get(d + 1));
                let mut at = if below < above { below } else { above - 1 };
                while x.start < at && y.start < at - d && self.same(at - 1, at - d - 1) {
                    at -= 1;
                }
                self.backward.set(d, at);
                if !odd && front.contains(&d) && at <= self.forward.get(d) {
                    return ((at, at - d), (true, true));
                }
            }
            if !exact && step >= self.patience {
                break;
            }
        }
        self.best_so_far(x, y, front.rev().step_by(2), back.rev().step_by(2))
    }

    fn best_so_far(
        &self,
        x: &Range<isize>,
        y: &Range<isize>,
        front: impl Iterator<Item = isize>,
        back: impl Iterator<Item = isize>,
    ) -> ((isize, isize), (bool, bool)) {
        let (mut far, mut forward) = (-1, (x.start, y.start));
        for d in front {
            let at = self.forward.get(d).min(x.end).min(y.end + d);
            if far < at + at - d {
                far = at + at - d;
                forward = (at, at - d);
            }
        }
        let (mut near, mut backward) = (isize::MAX, (x.end, y.end));
        for d in back {
            let at = self.backward.get(d).max(x.start).max(y.start + d);
            if at + at - d < near {
                near = at + at - d;
                backward = (at, at - d);
            }
        }
        if x.end + y.end - near < far - (x.start + y.start) {
            (forward, (true, false))
        } else {
            (backward, (false, true))
        }
    }
}

/// The diagonals of the next step: one more on each side, or one less where the texts end.
fn widened(
    now: &std::ops::RangeInclusive<isize>,
    lowest: isize,
    highest: isize,
    lane: &mut Diagonals,
    unreached: isize,
) -> std::ops::RangeInclusive<isize> {
    let (mut low, mut high) = (*now.start(), *now.end());
    if low > lowest {
        low -= 1;
        lane.set(low - 1, unreached);
    } else {
        low += 1;
    }
    if high < highest {
        high += 1;
        lane.set(high + 1, unreached);
    } else {
        high -= 1;
    }
    low..=high
}

fn fill(flags: &mut [bool], range: &Range<isize>) {
    if let Some(flags) = flags.get_mut(range.start as usize..range.end as usize) {
        flags.fill(true);
    }
}
