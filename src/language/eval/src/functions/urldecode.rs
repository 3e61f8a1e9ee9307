//! `urldecode(text)`, the reverse of `urlencode`. OpenTofu has it, Terraform has not.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str")], Kind::Text, |call| {
    let mut decoded = Vec::new();
    let mut rest = call.text(0).as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        match (*first, others) {
            (b'+', _) => decoded.push(b' '),
            (b'%', others) => {
                if let [high, low, after @ ..] = others
                    && let (Some(high), Some(low)) = (hex(*high), hex(*low))
                {
                    decoded.push(high << 4 | low);
                    rest = after;
                    continue;
                }
                let piece: String = std::iter::once('%').chain(others.iter().take(2).map(|b| char::from(*b))).collect();
                let reason = format!("failed to decode URL {:?}: invalid URL escape {piece:?}", call.text(0));
                return Err(CallError::new(reason));
            }
            (other, _) => decoded.push(other),
        }
    }
    let decoded = String::from_utf8(decoded)
        .map_err(|_| CallError::new("the result of decoding the provided string is not valid UTF-8"))?;
    text(decoded)
});

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}
