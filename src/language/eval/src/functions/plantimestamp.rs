//! `plantimestamp()`: when the plan was made; unknown during validation.
use super::shared::signature::{Function, Kind, text};

pub(super) const FUNCTION: Function = Function::new(&[], Kind::Text, |call| match &call.surroundings.plan_timestamp {
    Some(time) => text(time.clone()),
    None => Ok(call.unknown()),
});
