//! `uuid()`: another one every time; unknown while planning.
use super::shared::signature::{Function, Kind, text};

pub(super) const FUNCTION: Function = Function::new(&[], Kind::Text, |call| match call.surroundings.chance {
    Some(chance) => text(uuid::Builder::from_random_bytes(chance.bytes()).into_uuid().to_string()),
    None => Ok(call.unknown()),
});
