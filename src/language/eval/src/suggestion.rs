//! The nearest name to a mistyped one.

/// Changes up to which a name counts as meant: Terraform's own threshold, so that both suggest alike.
const CLOSE: usize = 2;

/// The candidate that differs least from `given`, the first of equals; `None` when none is close.
pub(crate) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given: Vec<char> = given.chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = distance(&given, candidate);
        if distance <= CLOSE && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// ` Did you mean "x"?`, or nothing.
pub(crate) fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, candidates).map_or_else(String::new, |name| format!(" Did you mean {name:?}?"))
}

/// Characters to insert, delete or replace.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > CLOSE {
        return CLOSE + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_wins() {
        for (given, candidates, expected) in [
            ("nope", &["one", "zip"][..], Some("one")),
            ("regoin", &["reason", "region"], Some("region")),
            ("zone", &["zones", "zone_id"], Some("zones")),
            ("x", &["completely_different"], None),
            ("", &["ab"], Some("ab")),
            ("foo", &["module", "root", "cwd"], None),
        ] {
            assert_eq!(nearest(given, candidates.iter().copied()), expected, "{given}");
        }
    }
}
