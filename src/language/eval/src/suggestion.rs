//! The nearest name to a mistyped one, as part of a sentence.

pub(crate) use diag::nearest;

/// ` Did you mean "x"?`, or nothing.
pub(crate) fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, candidates).map_or_else(String::new, |name| format!(" Did you mean {name:?}?"))
}
