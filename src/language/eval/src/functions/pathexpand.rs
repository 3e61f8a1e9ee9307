//! `pathexpand(path)`: `~` becomes the home directory.
use super::CallError;
use super::shared::paths::expand;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Text, |call| {
    text(expand(call.text(0), call.surroundings).map_err(CallError::new)?)
});
