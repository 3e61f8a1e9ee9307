//! `tolist(value)`
use super::shared::conversion::{result_type, run};
use super::shared::signature::{Function, Parameter};
use value::Type;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("v").null().unknown().untyped().marked()],
    |args| result_type(args, Type::list(Type::Dynamic)),
    |call| run(call, Type::list(Type::Dynamic)),
)
.may_give_null();
