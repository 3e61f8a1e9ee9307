//! `parseint(text, base)`
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, whole};
use dashu_int::UBig;
use value::text::in_quotes;
use value::{Number, Type, Value};

/// The cost grows with the square of the length.
const MOST_DIGITS: usize = 100_000;

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("number"), Parameter::of("base", Kind::Number)],
    |args| match args.first().map(Value::ty) {
        Some(Type::String) | None => Ok(Type::Number),
        Some(other) => Err(CallError::at(0, format!("first argument must be a string, not {}", other.friendly_name()))),
    },
    |call| {
        let base = whole(call.number(1)).map_err(|e| CallError::at(1, e))?;
        if !(2..=62).contains(&base) {
            return Err(CallError::at(1, "base must be a whole number between 2 and 62 inclusive"));
        }
        let text = call.text(0);
        if text.len() > MOST_DIGITS && text.bytes().skip(1).all(|b| b.is_ascii_alphanumeric()) {
            return Err(CallError::at(0, format!("more than {MOST_DIGITS} digits")));
        }
        parse(text, base)
            .map(Value::number)
            .ok_or_else(|| CallError::at(0, format!("cannot parse {} as a base {base} integer", in_quotes(text))))
    },
);

fn parse(text: &str, base: i64) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if base <= 36 {
        // In less than quadratic time.
        let value = UBig::from_str_radix(digits, base as u32).ok()?;
        return Number::parse(&format!("{}{value}", if negative { "-" } else { "" }));
    }
    let mut value = UBig::ZERO;
    for c in digits.bytes() {
        let digit = match c {
            b'0'..=b'9' => c - b'0',
            b'a'..=b'z' => c - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => c - b'A' + 10,
            b'A'..=b'Z' => c - b'A' + 36,
            _ => return None,
        };
        if i64::from(digit) >= base {
            return None;
        }
        value = value * UBig::from(base as u64) + UBig::from(digit);
    }
    Number::parse(&format!("{}{value}", if negative { "-" } else { "" }))
}
