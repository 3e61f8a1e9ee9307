//! `replace(text, part, by)`; a part between slashes is a pattern.
use super::CallError;
use super::shared::pattern::Pattern;
use super::shared::signature::{Function, Kind, Parameter, text};
use super::shared::size::allow_bytes;

pub(super) const FUNCTION: Function = Function::new(
    &[Parameter::text("str"), Parameter::text("substr"), Parameter::text("replace")],
    Kind::Text,
    |call| {
        let (subject, part, by) = (call.text(0), call.text(1), call.text(2));
        let inner = part.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
        let Some(inner) = inner else {
            let count = if by.len() > part.len() { subject.matches(part).count() } else { 0 };
            allow_bytes(count.checked_mul(by.len()).and_then(|more| more.checked_add(subject.len())))?;
            return text(subject.replace(part, by));
        };
        let pattern = Pattern::new(inner)
            .map_err(|e| CallError::new(format!("error parsing regexp: {}: `{}`", e.what, e.place)))?;
        let replaced = pattern.replace_all(subject, by);
        allow_bytes(replaced.as_ref().map(String::len))?;
        text(replaced.unwrap_or_default())
    },
);
