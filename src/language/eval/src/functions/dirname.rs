//! `dirname(path)`
use super::shared::paths::clean;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("path")], Kind::Text, |call| {
    let path = call.text(0);
    text(clean(path.get(..path.rfind('/').map_or(0, |i| i + 1)).unwrap_or_default()))
});
