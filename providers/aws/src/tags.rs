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

/// `tags_all` of a plan: the defaults and what is written over them, without what is ignored; unknown as far as `tags`
/// is, and while the defaults are.
pub(crate) fn planned_all(defaults: Option<&Tags>, ignored: &Ignored, tags: &Value) -> Value {
    let Some(defaults) = defaults.filter(|_| tags.is_known()) else {
        return Value::unknown(Type::map(Type::String));
    };
    let mut all: BTreeMap<String, Value> =
        defaults.iter().map(|(key, text)| (key.clone(), Value::string(text.as_str()))).collect();
    for (step, value) in tags.children() {
        if let value::PathStep::Key(key) = step {
            all.insert(key.to_string(), value.clone());
        }
    }
    all.retain(|key, _| !ignored.holds(key));
    Value::map(Type::String, all)
}

/// Puts the tags that an object has into `tags` and `tags_all`.
///
/// A default tag shows in `tags` only where the object's own `tags` had it. Tags that are ignored but written all the same
/// stay in `tags` as they are written.
pub(crate) fn show(out: &mut Fields, found: Tags, defaults: &Tags, ignored: &Ignored) {
    let all: Tags = found.into_iter().filter(|(key, _)| !ignored.holds(key)).collect();
    let written = out.text_map("tags");
    let seen = all.iter().filter(|(key, text)| written.contains_key(*key) || defaults.get(*key) != Some(text));
    let unseen = written.iter().filter(|(key, _)| ignored.holds(key));
    let own: Tags = seen.chain(unseen).map(|(key, text)| (key.clone(), text.clone())).collect();
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
