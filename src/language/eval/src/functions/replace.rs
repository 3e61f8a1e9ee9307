//! `replace(text, part, by)`; a part between slashes is a pattern.
use super::CallError;
use super::shared::pattern::Pattern;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(
    &[Parameter::text("str"), Parameter::text("substr"), Parameter::text("replace")],
    Kind::Text,
    |call| {
        let (subject, part, by) = (call.text(0), call.text(1), call.text(2));
        let inner = part.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
        let Some(inner) = inner else {
            return text(subject.replace(part, by));
        };
        let pattern = Pattern::new(inner)
            .map_err(|e| CallError::new(format!("error parsing regexp: {}: `{}`", e.what, e.place)))?;
        text(pattern.replace_all(subject, by))
    },
);
