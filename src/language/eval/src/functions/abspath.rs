//! `abspath(path)`
use super::shared::paths::clean;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Text, |call| {
    let path = call.text(0);
    text(if path.starts_with('/') {
        clean(path)
    } else {
        clean(&format!("{}/{path}", call.surroundings.working_directory))
    })
});
