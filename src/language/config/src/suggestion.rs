//! The nearest name to a mistyped one.

/// Changes up to which a name counts as meant: Terraform's own threshold, so that both suggest alike.
const CLOSE: usize = 2;

/// `Did you mean "x"?`, or `otherwise`.
pub(crate) fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>, otherwise: &str) -> String {
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let distance = distance(given, candidate);
        if distance <= CLOSE && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map_or_else(|| otherwise.to_owned(), |(_, name)| format!("Did you mean \"{name}\"?"))
}

/// Characters to insert, delete or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
