//! `assumenotnull(value)`: of OpenTofu.
use super::CallError;
use super::shared::assume::{not_upheld, subject};
use super::shared::signature::{Function, Kind};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[subject(Kind::Any)],
    |args| Ok(args.first().map_or(Type::Dynamic, Value::ty)),
    |call| {
        let value = call.arg(0);
        if value.ty() == Type::Dynamic {
            let reason = "given value must have a known type; consider using the \"convert\" function to say which";
            return Err(CallError::at(0, reason));
        }
        if value.is_null() {
            return Err(not_upheld());
        }
        Ok(value.clone().not_null())
    },
)
.may_give_null();
