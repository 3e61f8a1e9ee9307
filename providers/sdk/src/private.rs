//! Private bytes: what the provider keeps with an object, the client token, and the promise about repeating
//! (schema/plugin-repeat.md).

use crate::Repeat;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

const REPEAT: &str = "drform:repeat";
const TOKEN: &str = "drform:token";
const REPEATED: &str = "drform:repeated";

/// What a resource keeps with an object, apart from its attributes. Keys that begin with `drform:` are the SDK's.
pub type Private = Map<String, Json>;

/// Private bytes, read.
pub(crate) struct Envelope {
    pub(crate) private: Private,
    pub(crate) token: Option<Arc<str>>,
    /// Whether the host says that the same request may have been carried out before.
    pub(crate) repeated: bool,
}

impl Envelope {
    /// Bytes that are no JSON object were not written by us: they hold nothing.
    pub(crate) fn read(bytes: &[u8]) -> Envelope {
        let Ok(Json::Object(mut private)) = serde_json::from_slice(bytes) else {
            return Envelope { private: Private::new(), token: None, repeated: false };
        };
        private.remove(REPEAT);
        let token = private.remove(TOKEN).and_then(|token| token.as_str().map(Arc::from));
        let repeated = private.remove(REPEATED) == Some(Json::Bool(true));
        Envelope { private, token, repeated }
    }
}

/// The bytes that go with an object; empty when there is nothing to keep.
///
/// The promise stays with the object, so that a host that plans deletes by itself still has it. The token does not.
pub(crate) fn kept(private: &Private, repeat: Repeat) -> Vec<u8> {
    written(private, repeat, None)
}

/// The bytes that go with a plan: the promise, and a token for hosts that do not put one in.
pub(crate) fn planned(private: &Private, repeat: Repeat) -> Vec<u8> {
    written(private, repeat, (repeat == Repeat::SameObject).then(fresh_token))
}

/// A token that nobody else has.
pub(crate) fn fresh_token() -> Arc<str> {
    uuid::Uuid::new_v4().to_string().into()
}

fn written(private: &Private, repeat: Repeat, token: Option<Arc<str>>) -> Vec<u8> {
    let mut object = private.clone();
    match repeat {
        Repeat::SameObject => object.insert(REPEAT.into(), "same_object".into()),
        Repeat::Harmless => object.insert(REPEAT.into(), "harmless".into()),
        Repeat::Never => None,
    };
    if let Some(token) = token {
        object.insert(TOKEN.into(), token.as_ref().into());
    }
    if object.is_empty() { Vec::new() } else { Json::Object(object).to_string().into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_and_token() {
        let mut own = Private::new();
        own.insert("etag".into(), 7.into());
        assert_eq!(kept(&Private::new(), Repeat::Never), b"");
        assert_eq!(kept(&own, Repeat::SameObject), br#"{"drform:repeat":"same_object","etag":7}"#);
        let read = Envelope::read(&planned(&own, Repeat::SameObject));
        assert_eq!((read.private, read.token.map(|token| token.len())), (own, Some(36)));
        let again = Envelope::read(br#"{"drform:repeat":"same_object","drform:repeated":true,"etag":7}"#);
        assert!(again.repeated && !again.private.contains_key(REPEATED));
        for not in [&br#"{"drform:repeat":"same_object"}"#[..], br#"{"drform:repeated":"true"}"#, b""] {
            assert!(!Envelope::read(not).repeated);
        }
        let foreign = Envelope::read(b"null");
        assert!(foreign.private.is_empty() && foreign.token.is_none());
    }
}
