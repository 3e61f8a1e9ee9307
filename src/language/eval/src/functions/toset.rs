//! `toset(value)`
use super::shared::conversion::{result_type, run};
use super::shared::signature::{Function, Parameter};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("v").null().unknown().untyped().marked()],
    |args| result_type(args, Type::set(Type::Dynamic)),
    |call| run(call, Type::set(Type::Dynamic)),
)
.may_give_null();
