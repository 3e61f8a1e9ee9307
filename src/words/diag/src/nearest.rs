//! The name somebody probably meant.

#[cfg(test)]
mod tests;

/// The longest name that is looked at.
const MOST_BYTES: usize = 256;

/// The candidate that is nearest to `name`, if one is near enough to be a slip: up to two letters put in, left
/// out, changed or swapped, and never more than a third of the longer name. Of equally near ones the first.
///
/// The cost grows with the square of the length: names too long for people to type have no slips.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let mut best: Option<(usize, &str)> = None;
    let is_short = |name: &str| name.len() <= MOST_BYTES;
    for candidate in candidates.into_iter().filter(|candidate| is_short(name) && is_short(candidate)) {
        let longer = name.chars().count().max(candidate.chars().count());
        let allowed = (longer / 3).clamp(1, 2);
        let distance = edits(name, candidate);
        if distance <= allowed && longer > distance && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters to put in, leave out, change or swap with their neighbour to turn `a` into `b`.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let at = |row: &[usize], i: usize| row.get(i).copied().unwrap_or(usize::MAX / 2);
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, letter) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let changed = at(&last, j) + usize::from(letter != *other);
            let mut least = changed.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = j > 0 && previous == Some(*other) && b.get(j - 1) == Some(&letter);
            if swapped {
                least = least.min(at(&before_last, j - 1) + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
        previous = Some(letter);
    }
    at(&last, b.len())
}
