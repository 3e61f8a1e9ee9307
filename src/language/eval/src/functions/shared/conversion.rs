//! What `tostring`, `tolist` and their like have in common.

use super::signature::{Call, Outcome};
use crate::functions::CallError;
use value::text::in_quotes;
use value::{Content, Marks, Type, Value, convert};

/// The type of the result: what the argument converts to, as far as its type is known.
pub(in crate::functions) fn result_type(args: &[Value], wanted: Type) -> Result<Type, CallError> {
    let Some(arg) = args.first() else { return Ok(wanted) };
    // What no value of a type converts to can be told from the type, which is no secret.
    converted(&Value::unknown(arg.ty()), &wanted)?;
    match arg.is_known() {
        true => Ok(converted(arg, &wanted)?.ty()),
        // As in Terraform: what a list will hold is looked at when it is known.
        false => Ok(wanted),
    }
}

/// The argument converted.
pub(in crate::functions) fn run(call: &Call<'_>, wanted: Type) -> Outcome {
    let value = converted(call.arg(0), &wanted)?;
    // As in Terraform, nothing that is promised of an unknown argument is taken over; where it comes from is.
    if let Value { content: Content::Unknown(_, _, origin), marks } = call.arg(0) {
        return Ok(Value { content: Content::Unknown(call.ty.clone(), None, origin.clone()), marks: *marks });
    }
    // What is in it may be of no type yet.
    Ok(if value.is_known() || value.ty() == call.ty {
        value
    } else {
        Value::unknown(call.ty.clone()).marked(value.marks)
    })
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
                format!(
                    "cannot convert {} to bool; only the strings \"true\" or \"false\" are allowed",
                    in_quotes(text)
                )
            }
            (Content::String(text), Type::Number) => {
                format!(
                    "cannot convert {} to number; given string must be a decimal representation of a number",
                    in_quotes(text)
                )
            }
            _ => format!("cannot convert {} to {to}", from.friendly_name()),
        };
        CallError::at(0, reason)
    })
}
