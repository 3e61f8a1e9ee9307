//! How keys are named: by id, by ARN, by alias.

use crate::cloud::ApiError;
use value::Value;

/// The region in the ARN of a key or alias: `arn:aws:kms:eu-west-1:123456789012:key/…`.
pub(crate) fn region_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    (parts.next() == Some("arn")).then_some(())?;
    parts.nth(2).filter(|region| !region.is_empty())
}

/// Two names of the same key: an id and an ARN with that id.
pub(crate) fn same_key(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return false };
    key_id(one) == key_id(other)
}

/// The id in the name of a key; an id is its own.
pub(crate) fn key_id(name: &str) -> &str {
    match name.split_once(":key/") {
        Some((_, id)) => id,
        None => name,
    }
}

/// Two policies that say the same: JSON, where an array of one text is that text.
pub(crate) fn same_policy(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return false };
    match (policy(one), policy(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// A policy without white space, as `hashicorp/aws` keeps what it reads; what is no JSON stays as it is.
pub(crate) fn compact_policy(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => json.to_string(),
        Err(_) => text.to_owned(),
    }
}

/// A key policy is a JSON object of at most 32 KiB ("CreateKey", Policy).
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_policy(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match serde_json::from_str::<serde_json::Value>(text) {
        Err(why) => Err(format!("It is no JSON (line {}, column {}).", why.line(), why.column())),
        Ok(json) if !json.is_object() => Err("A policy is a JSON object.".into()),
        Ok(_) if text.len() > 32_768 => Err(format!("A policy has at most 32768 bytes; it has {}.", text.len())),
        Ok(_) => Ok(()),
    }
}

/// Whether a policy was refused for a principal that KMS does not know, perhaps not yet: "Changes that I make are not
/// always immediately visible" (IAM).
pub(crate) fn new_principal(why: &ApiError) -> bool {
    why.is("MalformedPolicyDocumentException") && why.message.to_lowercase().contains("principal")
}

fn policy(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok().map(normal)
}

/// The order of objects means nothing to JSON, that of arrays nothing to policies ("IAM JSON policy elements").
fn normal(json: serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(normal).collect();
            items.sort_by_key(ToString::to_string);
            match items.pop() {
                Some(only) if items.is_empty() => only,
                Some(last) => {
                    items.push(last);
                    serde_json::Value::Array(items)
                }
                None => serde_json::Value::Array(items),
            }
        }
        serde_json::Value::Object(members) => members.into_iter().map(|(key, json)| (key, normal(json))).collect(),
        // `true` and "true" are the same in conditions.
        serde_json::Value::Bool(flag) => flag.to_string().into(),
        serde_json::Value::Number(number) => number.to_string().into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys() {
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1";
        assert_eq!(region_of_arn(arn), Some("eu-west-1"));
        assert_eq!(region_of_arn("mrk-1"), None);
        assert!(same_key(&Value::string(arn), &Value::string("mrk-1")));
        assert!(!same_key(&Value::string(arn), &Value::string("mrk-2")));
    }

    #[test]
    fn policies() {
        let rows = [
            (r#"{"a":["x"],"b":1}"#, r#"{ "b": "1", "a": "x" }"#, true),
            (r#"{"a":["x","y"]}"#, r#"{"a":["y","x"]}"#, true),
            (r#"{"a":["x","y"]}"#, r#"{"a":["x"]}"#, false),
            ("no json", "no json", false),
        ];
        for (one, other, same) in rows {
            assert_eq!(same_policy(&Value::string(one), &Value::string(other)), same, "{one} {other}");
        }
    }
}
