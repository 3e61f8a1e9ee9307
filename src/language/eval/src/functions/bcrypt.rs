//! `bcrypt(text, cost)`: another hash every time; unknown while planning.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};

/// What the algorithm looks at; more is refused rather than passed over in silence.
const MOST_BYTES: usize = 72;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str")], Kind::Text, |call| {
    let cost = match call.rest(1) {
        [] => 10,
        [_] => call.int(1)?,
        _ => return Err(CallError::new("bcrypt() takes no more than two arguments")),
    };
    if !(4..=31).contains(&cost) {
        let reason =
            format!("error occurred generating password crypto/bcrypt: cost {cost} is outside allowed range (4,31)");
        return Err(CallError::new(reason));
    }
    if call.text(0).len() > MOST_BYTES {
        let reason = "error occurred generating password bcrypt: password length exceeds 72 bytes";
        return Err(CallError::new(reason));
    }
    let Some(chance) = call.surroundings.chance else {
        return Ok(call.unknown());
    };
    let hash =
        bcrypt::hash_with_salt(call.text(0), cost as u32, chance.bytes()).map_err(|e| CallError::new(e.to_string()))?;
    text(hash.format_for_version(bcrypt::Version::TwoA))
})
.rest(Parameter::number("cost"));
