//! `tobool(value)`
use super::shared::conversion::{result_type, run};
use super::shared::signature::{Function, Parameter};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("v").null().unknown().untyped().marked()],
    |args| result_type(args, Type::Bool),
    |call| run(call, Type::Bool),
)
.may_give_null();
