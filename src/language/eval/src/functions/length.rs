//! `length(value)`: of a collection its elements, of a string what people see as characters.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use unicode_segmentation::UnicodeSegmentation;
use value::{Content, Number, Refinement, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("value").unknown().untyped().marked()],
    |args| match args.first().map(Value::ty) {
        Some(Type::Number | Type::Bool) => {
            Err(CallError::new("argument must be a string, a collection type, or a structural type"))
        }
        _ => Ok(Type::Number),
    },
    |call| Ok(length(call.arg(0)).marked(call.arg(0).marks)),
);

fn length(value: &Value) -> Value {
    let exactly = |n: usize| Value::int(n as i64);
    match (&value.content, value.ty()) {
        (Content::String(text), _) => exactly(text.graphemes(true).count()),
        (Content::Set(_, items), _) if !value.is_wholly_known() => between(1, Some(items.len() as u64)),
        (Content::List(_, items) | Content::Set(_, items), _) => exactly(items.len()),
        (Content::Map(_, items), _) => exactly(items.len()),
        // Of these the length is known before the value is.
        (_, Type::Tuple(elements)) => exactly(elements.len()),
        (_, Type::Object(o)) => exactly(o.attributes.len()),
        (Content::Unknown(_, Some(promises), _), Type::String) => {
            between(u64::from(promises.prefix.as_ref().is_some_and(|prefix| !prefix.is_empty())), None)
        }
        (Content::Unknown(_, Some(promises), _), _) => between(promises.length_min.unwrap_or(0), promises.length_max),
        _ => between(0, None),
    }
}

fn between(least: u64, most: Option<u64>) -> Value {
    if most == Some(least) {
        return Value::number(Number::from(least));
    }
    let refinement = Refinement {
        not_null: true,
        lower: Some((Number::from(least), true)),
        upper: most.map(|m| (Number::from(m), true)),
        ..Refinement::default()
    };
    Value::refined(Type::Number, refinement)
}
