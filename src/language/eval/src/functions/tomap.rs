//! `tomap(value)`
use super::shared::conversion::{result_type, run};
use super::shared::signature::{Function, Parameter};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("v").null().unknown().untyped().marked()],
    |args| result_type(args, Type::map(Type::Dynamic)),
    |call| run(call, Type::map(Type::Dynamic)),
)
.may_give_null();
