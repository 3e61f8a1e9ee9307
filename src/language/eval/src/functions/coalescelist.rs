//! `coalescelist(lists...)`: the first that has elements.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[],
    |args| {
        let Some(first) = args.first().map(Value::ty) else {
            return Err(CallError::new("at least one argument is required"));
        };
        let mut all_same = true;
        for arg in args {
            // Which one is returned cannot be said, so neither can its type.
            if !arg.is_known() {
                return Ok(Type::Dynamic);
            }
            let ty = arg.ty();
            if !matches!(ty, Type::List(_) | Type::Tuple(_)) {
                return Err(CallError::new("coalescelist arguments must be lists or tuples"));
            }
            all_same &= ty == first;
        }
        Ok(if all_same { first } else { Type::Dynamic })
    },
    |call| {
        for arg in call.args {
            if !arg.is_known() {
                return Ok(call.unknown());
            }
            if arg.as_items().is_some_and(|items| !items.is_empty()) {
                return Ok(arg.clone());
            }
        }
        Err(CallError::new("no non-null arguments"))
    },
)
.rest(Parameter::any("vals").null().unknown().untyped());
