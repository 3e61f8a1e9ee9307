//! `filter` blocks and `tags` of data sources.

use super::text;
use crate::refusal::Refusal;
use crate::typed::to_json;
use serde_json::{Map, Value as Json};
use value::Value;

/// What is asked for: each filter matches when one of its values does.
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// The `filter` blocks and the `tags` of a configuration; `known` are the names that are understood, `tag:` for
    /// tags by key.
    pub(super) fn of(asked: &Value, known: &[&str]) -> Result<Filters, Refusal> {
        let mut all = Vec::new();
        for block in asked.get("filter").and_then(Value::as_items).unwrap_or_default() {
            let name = text(block, "name").unwrap_or_default();
            let by_tag = known.contains(&"tag:") && (name.starts_with("tag:") || name == "tag-key");
            if !by_tag && !known.contains(&name) {
                let names = known.iter().map(|name| if *name == "tag:" { "tag:KEY" } else { name });
                return Err(Refusal::new(
                    "InvalidParameterValue",
                    format!("The filter '{name}' is invalid: the sandbox cannot filter by it"),
                    format!("Filter by {}.", names.collect::<Vec<_>>().join(", ")),
                ));
            }
            let values = block.get("values").and_then(to_json).and_then(|v| v.as_array().cloned()).unwrap_or_default();
            all.push((name.to_owned(), values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()));
        }
        let tags = asked.get("tags").and_then(to_json);
        for (key, value) in tags.as_ref().and_then(Json::as_object).into_iter().flatten() {
            all.push((format!("tag:{key}"), vec![value.as_str().unwrap_or_default().to_owned()]));
        }
        Ok(Filters(all))
    }

    /// Whether every filter matches; `is` gives the values that the object has for the filter of a name.
    pub(super) fn match_all(&self, is: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|(filter, wanted)| {
            let there = is(filter);
            wanted.iter().any(|pattern| there.iter().any(|value| matches(pattern, value)))
        })
    }

    /// Whether an object of these attributes matches; `names` says which attribute a filter is about.
    pub(super) fn match_object(&self, attributes: &Map<String, Json>, names: &[(&str, &str)]) -> bool {
        self.match_all(|filter| {
            let tags = attributes.get("tags_all").or_else(|| attributes.get("tags")).and_then(Json::as_object);
            if filter == "tag-key" {
                return tags.into_iter().flat_map(|tags| tags.keys().cloned()).collect();
            }
            if let Some(key) = filter.strip_prefix("tag:") {
                return tags.and_then(|tags| tags.get(key)).map(words).unwrap_or_default();
            }
            let attribute = names.iter().find(|(name, _)| *name == filter).map(|(_, attribute)| *attribute);
            attribute.and_then(|name| attributes.get(name)).map(words).unwrap_or_default()
        })
    }
}

/// A value as filters see it: a text, or one of several.
fn words(value: &Json) -> Vec<String> {
    match value {
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => items.iter().flat_map(words).collect(),
        Json::Null | Json::Object(_) => Vec::new(),
        other => vec![other.to_string()],
    }
}

/// `*` stands for any characters, `?` for one.
/// Source: Amazon EC2 User Guide, list and filter using the CLI and API.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Where each prefix of the pattern can end in the text.
    let mut ends = vec![false; text.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for sign in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut open = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let here = ends.get(at).copied().unwrap_or_default();
            let before = at.checked_sub(1);
            *slot = match sign {
                '*' => {
                    open = open || here;
                    open
                }
                _ => before.is_some_and(|before| {
                    let fits = sign == '?' || text.get(before) == Some(&sign);
                    fits && ends.get(before).copied().unwrap_or_default()
                }),
            };
        }
        ends = next;
    }
    ends.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        let rows = [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("amzn-ami-hvm-*", "amzn-ami-hvm-2018.03", true),
            ("*b*d", "abcd", true),
            ("*b*e", "abcd", false),
        ];
        for (pattern, text, expected) in rows {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
