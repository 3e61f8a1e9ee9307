//! `ephemeralasnull(value)`: ephemeral parts become null.
use super::shared::signature::{Function, Parameter};
use value::{Marks, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("value").null().unknown().untyped().marked()],
    |args| Ok(args.first().map_or(Type::Dynamic, Value::ty)),
    |call| Ok(stripped(call.arg(0))),
)
.may_give_null();

fn stripped(value: &Value) -> Value {
    if value.marks.contains(Marks::EPHEMERAL) {
        return Value::null(value.ty()).marked(value.marks.without(Marks::EPHEMERAL));
    }
    if !value.all_marks().contains(Marks::EPHEMERAL) {
        return value.clone();
    }
    value.map_children(|_, v| stripped(v))
}
