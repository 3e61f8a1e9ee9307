//! `basename(path)`
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Text, |call| {
    let path = call.text(0);
    text(match (path, path.trim_end_matches('/')) {
        ("", _) => ".",
        (_, "") => "/",
        (_, path) => path.rsplit('/').next().unwrap_or(path),
    })
});
