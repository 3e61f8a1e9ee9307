//! `sensitive(value)`
use super::shared::signature::{Function, Parameter};
use value::{Marks, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("value").null().unknown().untyped().marked()],
    |args| Ok(args.first().map_or(Type::Dynamic, Value::ty)),
    |call| Ok(call.arg(0).clone().marked(Marks::SENSITIVE)),
)
.may_give_null();
