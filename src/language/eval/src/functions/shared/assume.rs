//! What the `assume` functions of OpenTofu have in common: a promise about a value, which a known value must keep.

use super::signature::{Call, Function, Kind, Outcome, Parameter};
use crate::functions::CallError;
use value::{Content, Refinement, Value};

/// The parameter that the promise is about.
pub(in crate::functions) const fn subject(kind: Kind) -> Parameter {
    Parameter::of("value", kind).null().unknown().untyped()
}

/// The promise was broken.
pub(in crate::functions) fn not_upheld() -> CallError {
    CallError::at(0, "assumption was not upheld")
}

/// Which bounds a function takes.
#[derive(Clone, Copy)]
enum Bounds {
    Both,
    Least,
    Most,
}

const LEAST: Parameter = Parameter::number("min_length");
const MOST: Parameter = Parameter::number("max_length");

/// A length between two bounds.
pub(in crate::functions) const fn length(parameters: &'static [Parameter]) -> Function {
    Function::typed(
        parameters,
        |args| Ok(args.first().map_or(value::Type::Dynamic, Value::ty)),
        |call| checked(call, Bounds::Both),
    )
    .may_give_null()
}

/// A least length.
pub(in crate::functions) const fn least(parameters: &'static [Parameter]) -> Function {
    Function::typed(
        parameters,
        |args| Ok(args.first().map_or(value::Type::Dynamic, Value::ty)),
        |call| checked(call, Bounds::Least),
    )
    .may_give_null()
}

/// A greatest length.
pub(in crate::functions) const fn most(parameters: &'static [Parameter]) -> Function {
    Function::typed(
        parameters,
        |args| Ok(args.first().map_or(value::Type::Dynamic, Value::ty)),
        |call| checked(call, Bounds::Most),
    )
    .may_give_null()
}

/// The parameters of functions with two bounds.
pub(in crate::functions) const fn between(kind: Kind) -> [Parameter; 3] {
    [subject(kind), LEAST, MOST]
}

/// The parameters of functions with a lower bound.
pub(in crate::functions) const fn from(kind: Kind) -> [Parameter; 2] {
    [subject(kind), LEAST]
}

/// The parameters of functions with an upper bound.
pub(in crate::functions) const fn up_to(kind: Kind) -> [Parameter; 2] {
    [subject(kind), MOST]
}

fn bound(call: &Call<'_>, place: usize) -> Result<u64, CallError> {
    let wrong = || CallError::at(place, format!("must be a whole number between 0 and {}", i64::MAX));
    call.number(place).to_i64().and_then(|n| u64::try_from(n).ok()).ok_or_else(wrong)
}

fn checked(call: &Call<'_>, bounds: Bounds) -> Outcome {
    let least = match bounds {
        Bounds::Both | Bounds::Least => bound(call, 1)?,
        Bounds::Most => 0,
    };
    let most = match bounds {
        Bounds::Both => Some(bound(call, 2)?),
        Bounds::Most => Some(bound(call, 1)?),
        Bounds::Least => None,
    };
    let value = call.arg(0);
    let open = matches!(value.content, Content::Unknown(value::Type::Dynamic, ..));
    let (known_least, known_most) = match value.length_range() {
        Some(range) => range,
        None if open => (0, None),
        None => return Err(not_upheld()),
    };
    let impossible = most.is_some_and(|most| most < known_least.max(least)) || known_most.is_some_and(|k| k < least);
    if impossible {
        return Err(not_upheld());
    }
    let promise = Refinement { length_min: Some(least).filter(|n| *n > 0), length_max: most, ..Refinement::default() };
    Ok(value.clone().promising(&promise))
}
