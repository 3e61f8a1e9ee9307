//! `element(list, index)`: the index wraps around.
use super::CallError;
use super::shared::signature::{Function, Parameter, whole};
use value::{Content, Number, Type};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list").marked(), Parameter::number("index")],
    |args| {
        let Some(list) = args.first() else { return Ok(Type::Dynamic) };
        match list.ty() {
            Type::List(element) => Ok(Type::clone(&element)),
            Type::Tuple(elements) => match args.get(1).map(|i| &i.content) {
                Some(Content::Number(index)) => {
                    let place = place(index, elements.len())?;
                    Ok(elements.get(place).cloned().unwrap_or(Type::Dynamic))
                }
                _ => Ok(Type::Dynamic),
            },
            other => Err(CallError::new(format!("cannot read elements from {}", other.friendly_name()))),
        }
    },
    |call| {
        let items = call.items(0);
        let place = place(call.number(1), items.len())?;
        Ok(items.get(place).cloned().unwrap_or_else(|| call.unknown()).marked(call.arg(0).marks))
    },
)
.may_give_null();

fn place(index: &Number, length: usize) -> Result<usize, CallError> {
    let index = whole(index).map_err(|e| CallError::new(format!("invalid index: {e}")))?;
    if length == 0 {
        return Err(CallError::new("cannot use element function with an empty list"));
    }
    Ok(index.rem_euclid(length as i64) as usize)
}
