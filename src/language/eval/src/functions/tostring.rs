//! `tostring(value)`
use super::conversion::{result_type, run};
use super::signature::{Function, Parameter};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("v").null().unknown().untyped().marked()],
    |args| result_type(args, Type::String),
    |call| run(call, Type::String),
)
.may_give_null();
