//! Whether a lost request may be sent again, and the client token (schema/plugin-repeat.md).

use calls::Repeat;
use serde_json::{Map, Value as Json};

/// The promise: what becomes of a repetition of the same request.
const REPEAT: &str = "drform:repeat";
/// The token that makes a repetition the same request.
const TOKEN: &str = "drform:token";

/// What the planned private bytes of an object promise about repeating its request.
///
/// Only providers that know the convention promise anything; everybody else's request is never repeated blindly.
pub fn repeat_promise(private: &[u8]) -> Repeat {
    match marked(private).as_ref().and_then(|object| object.get(REPEAT)).and_then(Json::as_str) {
        Some("same_object") => Repeat::SameObject,
        Some("harmless") => Repeat::Harmless,
        _ => Repeat::Never,
    }
}

/// The bytes to send with a change: with our token, where the provider takes one.
pub(crate) fn with_token(private: &[u8], token: &str) -> Vec<u8> {
    match marked(private) {
        Some(mut object) => {
            object.insert(TOKEN.into(), token.into());
            Json::Object(object).to_string().into_bytes()
        }
        None => private.to_vec(),
    }
}

/// Planned private bytes as they are kept: without the token that the provider made for hosts without one. It is
/// random, and the same plan must have the same bytes.
pub(crate) fn without_token(private: &[u8]) -> Vec<u8> {
    match marked(private) {
        Some(mut object) => {
            object.remove(TOKEN);
            Json::Object(object).to_string().into_bytes()
        }
        None => private.to_vec(),
    }
}

fn marked(private: &[u8]) -> Option<Map<String, Json>> {
    match serde_json::from_slice(private) {
        Ok(Json::Object(object)) if object.contains_key(REPEAT) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_bytes_change() {
        let same = br#"{"drform:repeat":"same_object","drform:token":"random","x":[1]}"#;
        let rows: [(&[u8], Repeat, &str, &str); 5] = [
            (
                same,
                Repeat::SameObject,
                r#"{"drform:repeat":"same_object","drform:token":"t1","x":[1]}"#,
                r#"{"drform:repeat":"same_object","x":[1]}"#,
            ),
            (
                br#"{"drform:repeat":"harmless"}"#,
                Repeat::Harmless,
                r#"{"drform:repeat":"harmless","drform:token":"t1"}"#,
                r#"{"drform:repeat":"harmless"}"#,
            ),
            (br#"{"drform:token" : "x"}"#, Repeat::Never, r#"{"drform:token" : "x"}"#, r#"{"drform:token" : "x"}"#),
            (b"null", Repeat::Never, "null", "null"),
            (b"", Repeat::Never, "", ""),
        ];
        for (private, promise, with, without) in rows {
            assert_eq!(repeat_promise(private), promise);
            assert_eq!(String::from_utf8(with_token(private, "t1")).unwrap(), with);
            assert_eq!(String::from_utf8(without_token(private)).unwrap(), without);
        }
    }
}
