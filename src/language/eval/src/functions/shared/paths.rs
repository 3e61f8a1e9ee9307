//! Paths as text.

use super::signature::Call;
use crate::functions::{CallError, Surroundings};
use std::sync::Arc;
use value::Marks;

/// The path of the first argument, `~` resolved.
pub(in crate::functions) fn expanded(call: &Call<'_>) -> Result<String, CallError> {
    expand(call.text(0), call.surroundings).map_err(|e| CallError::at(0, e))
}

/// A reason without the path, when that is a secret.
pub(in crate::functions) fn redacted(call: &Call<'_>, reason: String, path: &str) -> String {
    if !call.marks.contains(Marks::SENSITIVE) {
        return reason;
    }
    let spoken = [format!("{path:?}"), format!("open {path}:"), format!("read {path}:")];
    let hidden = ["(sensitive value)", "open (sensitive value):", "read (sensitive value):"];
    spoken.iter().zip(hidden).fold(reason, |reason, (spoken, hidden)| reason.replace(spoken.as_str(), hidden))
}

/// The bytes of the file that the first argument names.
pub(in crate::functions) fn read(call: &Call<'_>) -> Result<Arc<[u8]>, CallError> {
    let path = expanded(call)?;
    call.surroundings.files.read(&path).map_err(|e| CallError::at(0, redacted(call, e, &path)))
}

/// Replaces a leading `~`.
pub(in crate::functions) fn expand(path: &str, surroundings: &Surroundings<'_>) -> Result<String, String> {
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(path.to_string());
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err("cannot expand user-specific home dir".into());
    }
    let home = surroundings.home.ok_or("there is no home directory")?;
    Ok(if rest.is_empty() { home.to_string() } else { clean(&format!("{home}{rest}")) })
}

/// The shortest path that means the same without looking at the disk.
pub(in crate::functions) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            ("..", None) if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}
