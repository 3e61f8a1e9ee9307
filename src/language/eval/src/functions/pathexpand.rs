//! `pathexpand(path)`: `~` becomes the home directory.
use super::CallError;
use super::paths::expand;
use super::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Text, |call| {
    text(expand(call.text(0), call.surroundings).map_err(CallError::new)?)
});
