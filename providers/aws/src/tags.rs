//! Tags: the provider's `default_tags`, what is ignored, and the two attributes that show them.

use crate::fields::Fields;
use std::collections::BTreeMap;
use value::{Type, Value};

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// Which tags are nobody's business here: `ignore_tags`, and those of AWS itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ignored {
    pub(crate) keys: Vec<String>,
    pub(crate) prefixes: Vec<String>,
}

impl Ignored {
    /// AWS reserves `aws:`; nobody else can set or remove such tags ("Tag your Amazon EC2 resources", restrictions).
    pub(crate) fn holds(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || self.keys.iter().any(|ignored| ignored == key)
            || self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

/// `tags_all` of a plan: the defaults and what is written over them; unknown as far as `tags` is.
pub(crate) fn planned_all(defaults: &Tags, tags: &Value) -> Value {
    if !tags.is_known() {
        return Value::unknown(Type::map(Type::String));
    }
    let mut all: BTreeMap<String, Value> =
        defaults.iter().map(|(key, text)| (key.clone(), Value::string(text.as_str()))).collect();
    for (step, value) in tags.children() {
        if let value::PathStep::Key(key) = step {
            all.insert(key.to_string(), value.clone());
        }
    }
    Value::map(Type::String, all)
}

/// Puts the tags that an object has into `tags` and `tags_all`.
///
/// A default tag shows in `tags` only where the object's own `tags` had it.
pub(crate) fn show(out: &mut Fields, found: Tags, defaults: &Tags, ignored: &Ignored) {
    let all: Tags = found.into_iter().filter(|(key, _)| !ignored.holds(key)).collect();
    let written = out.text_map("tags");
    let own: Tags = all
        .iter()
        .filter(|(key, text)| written.contains_key(*key) || defaults.get(*key) != Some(text))
        .map(|(key, text)| (key.clone(), text.clone()))
        .collect();
    if own.is_empty() && out.is_null("tags") {
        out.clear("tags");
    } else {
        out.set_text_map("tags", own);
    }
    out.set_text_map("tags_all", all);
}

/// What must be set and what removed to go from one set of tags to another.
pub(crate) fn difference(before: &Tags, after: &Tags) -> (Tags, Vec<String>) {
    let set = after.iter().filter(|(key, text)| before.get(*key) != Some(text));
    let removed = before.keys().filter(|key| !after.contains_key(*key));
    (set.map(|(key, text)| (key.clone(), text.clone())).collect(), removed.cloned().collect())
}
