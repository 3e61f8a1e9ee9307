//! Whether a lost request may be sent again, and the client token (schema/plugin-repeat.md).

use calls::Repeat;
use serde_json::{Map, Value as Json};

/// The promise: what becomes of a repetition of the same request.
const REPEAT: &str = "drform:repeat";
/// The token that makes a repetition the same request.
const TOKEN: &str = "drform:token";
/// The word that the same request may have been carried out before.
const REPEATED: &str = "drform:repeated";

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

/// The bytes to send with a change: with our token, where the provider takes one, and with the word that it is sent
/// again, when it is. Nothing else differs between the first time and the next.
pub(crate) fn to_send(private: &[u8], token: &str, repeated: bool) -> Vec<u8> {
    match marked(private) {
        Some(mut object) => {
            object.insert(TOKEN.into(), token.into());
            object.remove(REPEATED);
            if repeated {
                object.insert(REPEATED.into(), true.into());
            }
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
            object.remove(REPEATED);
            Json::Object(object).to_string().into_bytes()
        }
        None => private.to_vec(),
    }
}

/// Private bytes of a changed object as they are kept: what was said about one request is no property of the object.
/// Untouched when that is not in them.
pub(crate) fn without_repeated(private: &[u8]) -> Vec<u8> {
    match marked(private) {
        Some(mut object) if object.contains_key(REPEATED) => {
            object.remove(REPEATED);
            Json::Object(object).to_string().into_bytes()
        }
        _ => private.to_vec(),
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
            assert_eq!(String::from_utf8(to_send(private, "t1", false)).unwrap(), with);
            assert_eq!(String::from_utf8(without_token(private)).unwrap(), without);
            assert_eq!(without_repeated(private), private);
        }
    }

    #[test]
    fn only_a_repetition_says_that_it_is_one() {
        let kept = br#"{"drform:repeat":"same_object","x":1}"#;
        let first = r#"{"drform:repeat":"same_object","drform:token":"t1","x":1}"#;
        let again = r#"{"drform:repeat":"same_object","drform:repeated":true,"drform:token":"t1","x":1}"#;
        for private in [&kept[..], again.as_bytes()] {
            assert_eq!(String::from_utf8(to_send(private, "t1", false)).unwrap(), first);
            assert_eq!(String::from_utf8(to_send(private, "t1", true)).unwrap(), again);
        }
        // Whoever hands it back does not get it into the state, with the plan as little as with the object.
        assert_eq!(without_token(again.as_bytes()), kept);
        assert_eq!(String::from_utf8(without_repeated(again.as_bytes())).unwrap(), first);
        for foreign in [&b"null"[..], b"", br#"{ "drform:repeated":true }"#] {
            assert_eq!(to_send(foreign, "t1", true), foreign);
            assert_eq!(without_repeated(foreign), foreign);
        }
    }
}
