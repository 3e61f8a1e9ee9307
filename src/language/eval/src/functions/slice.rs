//! `slice(list, start, end)`
use super::CallError;
use super::shared::signature::{Function, Parameter, whole};
use value::{Content, Number, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list").marked(), Parameter::number("start_index"), Parameter::number("end_index")],
    |args| {
        let Some(list) = args.first() else { return Ok(Type::Dynamic) };
        let ty = list.ty();
        let length = match (&list.content, &ty) {
            (_, Type::Tuple(elements)) => Some(elements.len()),
            (Content::List(_, items), _) => Some(items.len()),
            (_, Type::List(_)) => None,
            (_, Type::Set(_)) => {
                return Err(CallError::at(
                    0,
                    "cannot slice a set, because its elements do not have indices; explicitly convert to a list if \
                     the ordering of the result is not important",
                ));
            }
            _ => return Err(CallError::at(0, "must be a list or tuple value")),
        };
        let places = places(args.get(1), args.get(2), length)?;
        match (ty, places) {
            (Type::Tuple(elements), Some((start, end))) => {
                Ok(Type::tuple(elements.get(start..end).unwrap_or_default().iter().cloned()))
            }
            (Type::Tuple(_), None) => Ok(Type::Dynamic),
            (list, _) => Ok(list),
        }
    },
    |call| {
        let items = call.items(0);
        let places = places(call.args.get(1), call.args.get(2), Some(items.len()))?;
        let (start, end) = places.unwrap_or((0, 0));
        let slice = items.get(start..end).unwrap_or_default().iter().cloned();
        let value = match &call.ty {
            Type::List(_) => call.list(slice)?,
            _ => Value::tuple(slice),
        };
        Ok(value.marked(call.arg(0).marks))
    },
);

/// Start and end if both are known; the checks are made as far as something is known.
fn places(
    start: Option<&Value>,
    end: Option<&Value>,
    length: Option<usize>,
) -> Result<Option<(usize, usize)>, CallError> {
    let start = start.and_then(Value::as_number).map(|n| place(n, length, 1, "start")).transpose()?;
    let end = end.and_then(Value::as_number).map(|n| place(n, length, 2, "end")).transpose()?;
    match (start, end) {
        (Some(start), Some(end)) if start > end => {
            Err(CallError::at(1, "start index must not be greater than end index"))
        }
        (Some(start), Some(end)) => Ok(Some((start, end))),
        _ => Ok(None),
    }
}

fn place(index: &Number, length: Option<usize>, argument: usize, what: &str) -> Result<usize, CallError> {
    let index = whole(index).map_err(|e| CallError::at(argument, format!("invalid {what} index: {e}")))?;
    let index = usize::try_from(index)
        .map_err(|_| CallError::at(argument, format!("{what} index must not be less than zero")))?;
    if length.is_some_and(|l| index > l) {
        let reason = format!("{what} index must not be greater than the length of the list");
        return Err(CallError::at(argument, reason));
    }
    Ok(index)
}
