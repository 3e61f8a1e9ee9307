//! What `tostring`, `tolist` and their like have in common.

use super::signature::{Call, Outcome};
use crate::functions::CallError;
use value::{Content, Marks, Type, Value, convert};

/// The type of the result: what the argument converts to, as far as its type is known.
pub(in crate::functions) fn result_type(args: &[Value], wanted: Type) -> Result<Type, CallError> {
    match args.first() {
        Some(arg) => Ok(converted(arg, &wanted)?.ty()),
        None => Ok(wanted),
    }
}

/// The argument converted.
pub(in crate::functions) fn run(call: &Call<'_>, wanted: Type) -> Outcome {
    converted(call.arg(0), &wanted)
}

fn converted(value: &Value, wanted: &Type) -> Outcome {
    convert(value, wanted).map_err(|_| {
        let from = value.ty();
        let to = match wanted {
            Type::List(_) => "list of any single type".into(),
            Type::Set(_) => "set of any single type".into(),
            Type::Map(_) => "map of any single type".into(),
            other => other.friendly_name(),
        };
        let hidden = value.all_marks().contains(Marks::SENSITIVE);
        let reason = match (&value.content, wanted) {
            _ if hidden => format!("cannot convert this sensitive {} to {to}", from.friendly_name()),
            (Content::String(text), Type::Bool) => {
                format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
            }
            (Content::String(text), Type::Number) => {
                format!("cannot convert {text:?} to number; given string must be a decimal representation of a number")
            }
            _ => format!("cannot convert {} to {to}", from.friendly_name()),
        };
        CallError::at(0, reason)
    })
}
