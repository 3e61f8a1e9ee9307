//! A promise a provider did not keep.

use std::fmt;
use value::json::{Escape, Layout, simple};
use value::{Marks, Path, Value};

/// Where a provider did not keep a promise, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The part of the object.
    pub path: Path,
    /// Without a full stop, and without values that must not be shown.
    pub reason: String,
}

impl Broken {
    pub(crate) fn new(path: &Path, reason: impl Into<String>) -> Broken {
        Broken { path: path.clone(), reason: reason.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.0.is_empty() {
            return f.write_str(&self.reason);
        }
        write!(f, ".{}: {}", self.path, self.reason)
    }
}

/// Longest value shown in a reason.
const SHOWN_MAX: usize = 120;

/// A value for a reason.
pub(crate) fn shown(value: &Value) -> String {
    if value.all_marks().contains(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    if !value.is_known() {
        return "(unknown)".into();
    }
    let Ok(node) = simple(value) else {
        return "(partly unknown)".into();
    };
    let text = node.print_as(Layout::Compact, Escape::Plain);
    match text.char_indices().nth(SHOWN_MAX) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text,
    }
}
