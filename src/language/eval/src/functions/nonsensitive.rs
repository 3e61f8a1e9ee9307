//! `nonsensitive(value)`: without the mark on the value; parts keep theirs.
use super::shared::signature::{Function, Parameter};
use value::{Marks, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("value").null().unknown().untyped().marked()],
    |args| Ok(args.first().map_or(Type::Dynamic, Value::ty)),
    |call| {
        let (value, marks) = call.arg(0).clone().unmark();
        Ok(value.marked(marks.without(Marks::SENSITIVE)))
    },
)
.may_give_null();
