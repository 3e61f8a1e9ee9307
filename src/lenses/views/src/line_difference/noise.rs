//! Lines that only disturb the search: those without an equal in the other text, and, among them, those with a great
//! many. They count as changed from the start.

use std::iter::repeat_n;

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Kept,
    /// Changed for certain.
    Alone,
    /// Has so many equals that it is changed if its neighbours are.
    Frequent,
}

/// True for each line that is left out of the search; `counts` says how often each line is in the other text.
pub(super) fn noise(lines: &[usize], counts: &[usize]) -> Vec<bool> {
    // Five times something like the square root of the number of lines.
    let mut many = 5;
    let mut rest = lines.len() / 256;
    while rest > 0 {
        many *= 2;
        rest >>= 2;
    }
    let verdict = |line: &usize| match counts.get(*line).copied().unwrap_or(0) {
        0 => Verdict::Alone,
        count if count > many => Verdict::Frequent,
        _ => Verdict::Kept,
    };
    let mut verdicts: Vec<Verdict> = lines.iter().map(verdict).collect();
    // Only between lines that are alone.
    for run in verdicts.split_mut(|v| *v == Verdict::Kept) {
        let is_alone = |v: &Verdict| *v == Verdict::Alone;
        let first = run.iter().position(is_alone).unwrap_or(run.len());
        let last = run.iter().rposition(is_alone).map_or(first, |at| at + 1);
        let (head, rest) = run.split_at_mut(first);
        let (middle, tail) = rest.split_at_mut(last - first);
        head.fill(Verdict::Kept);
        tail.fill(Verdict::Kept);
        settle(middle);
    }
    verdicts.into_iter().map(|v| v != Verdict::Kept).collect()
}

/// Keeps frequent lines of a run that begins and ends with others: where they are a quarter, stand together, or are
/// near its ends.
fn settle(run: &mut [Verdict]) {
    let frequent = run.iter().filter(|v| **v == Verdict::Frequent).count();
    if frequent * 4 > run.len() {
        run.iter_mut().filter(|v| **v == Verdict::Frequent).for_each(|v| *v = Verdict::Kept);
        return;
    }
    let mut together = 1;
    let mut rest = run.len() >> 4;
    while rest > 0 {
        together *= 2;
        rest >>= 2;
    }
    together += 1;
    for group in run.chunk_by_mut(|a, b| a == b) {
        if group.first() == Some(&Verdict::Frequent) && group.len() >= together {
            group.fill(Verdict::Kept);
        }
    }
    keep_near_end(&mut run.iter_mut());
    keep_near_end(&mut run.iter_mut().rev());
}

/// From an end inwards, until three that are alone follow each other, or one is alone that is far enough.
fn keep_near_end(run: &mut dyn Iterator<Item = &mut Verdict>) {
    let mut alone = 0;
    for (at, verdict) in run.enumerate() {
        if at >= 8 && *verdict == Verdict::Alone {
            return;
        }
        match verdict {
            Verdict::Alone => alone += 1,
            other => {
                *other = Verdict::Kept;
                alone = 0;
            }
        }
        if alone == 3 {
            return;
        }
    }
}

/// How often each of so many kinds of line is there.
pub(super) fn counts(lines: &[usize], kinds: usize) -> Vec<usize> {
    let mut counts: Vec<usize> = repeat_n(0, kinds).collect();
    for line in lines {
        if let Some(count) = counts.get_mut(*line) {
            *count += 1;
        }
    }
    counts
}
