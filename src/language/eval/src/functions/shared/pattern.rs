//! Regular expressions as `regex`, `regexall` and `replace` use them.

use super::re2::{PatternError, translate};
use super::size::MOST_BYTES;
use crate::functions::CallError;
use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::util::{interpolate, syntax};
use std::sync::Arc;
use value::{Content, Type, Value};

/// A compiled pattern.
pub(in crate::functions) struct Pattern {
    regex: Regex,
    /// Names of the groups, the first group first.
    names: Vec<Option<Arc<str>>>,
}

/// The type of one match: a string, or with groups a tuple or object.
pub(in crate::functions) fn result_type(args: &[Value]) -> Result<Type, CallError> {
    match args.first().map(|a| &a.content) {
        Some(Content::String(text)) => Ok(Pattern::of_argument(text)?.ty()),
        _ => Ok(Type::Dynamic),
    }
}

impl Pattern {
    /// The pattern that is the first argument of a call.
    pub(in crate::functions) fn of_argument(text: &str) -> Result<Pattern, CallError> {
        let pattern = Pattern::new(text)
            .map_err(|e| CallError::at(0, format!("invalid regexp pattern: {} in {}", e.what, e.place)))?;
        if pattern.names.iter().any(Option::is_some) && pattern.names.iter().any(Option::is_none) {
            let reason = "invalid regexp pattern: cannot mix both named and unnamed capture groups";
            return Err(CallError::at(0, reason));
        }
        Ok(pattern)
    }

    pub(in crate::functions) fn new(text: &str) -> Result<Pattern, PatternError> {
        let translated = translate(text)?;
        // Not `utf8`: an ASCII `\B` may stand inside a character; empty matches there are still not given.
        let regex = Regex::builder()
            .syntax(syntax::Config::new().utf8(false))
            .build(&translated.text)
            .map_err(|e| PatternError { what: e.to_string(), place: text.to_string() })?;
        Ok(Pattern { regex, names: translated.names })
    }

    fn ty(&self) -> Type {
        if self.names.is_empty() {
            return Type::String;
        }
        let named: Option<Vec<(Arc<str>, Type)>> =
            self.names.iter().map(|n| n.clone().map(|n| (n, Type::String))).collect();
        match named {
            Some(named) => Type::object(named),
            None => Type::tuple(self.names.iter().map(|_| Type::String)),
        }
    }

    /// All matches as values. An empty one right after another match is not one, as in Go.
    pub(in crate::functions) fn matches<'a>(&'a self, subject: &'a str) -> impl Iterator<Item = Value> + 'a {
        self.regex.captures_iter(subject).map(move |found| self.value(subject, &found))
    }

    fn value(&self, subject: &str, found: &Captures) -> Value {
        let group = |i: usize| match found.get_group(i).and_then(|span| subject.get(span.range())) {
            Some(text) => Value::string(text),
            None => Value::null(Type::String),
        };
        let groups = (1..).zip(&self.names);
        if self.names.is_empty() {
            group(0)
        } else if self.names.iter().all(Option::is_some) {
            Value::object(groups.filter_map(|(i, name)| name.clone().map(|n| (n, group(i)))))
        } else {
            Value::tuple(groups.map(|(i, _)| group(i)))
        }
    }

    /// Replaces all matches by a template with `$1`, `${name}` and `$$`.
    ///
    /// Nothing when the text would be too long.
    pub(in crate::functions) fn replace_all(&self, subject: &str, template: &str) -> Option<String> {
        let mut out = String::new();
        let mut last = 0;
        for found in self.regex.captures_iter(subject) {
            let Some(whole) = found.get_match() else { continue };
            out.push_str(subject.get(last..whole.start()).unwrap_or_default());
            last = whole.end();
            let append = |i: usize, out: &mut String| {
                out.push_str(found.get_group(i).and_then(|s| subject.get(s.range())).unwrap_or_default());
            };
            let index = |name: &str| self.names.iter().position(|n| n.as_deref() == Some(name)).map(|i| i + 1);
            interpolate::string(template, append, index, &mut out);
            if out.len() > MOST_BYTES {
                return None;
            }
        }
        out.push_str(subject.get(last..).unwrap_or_default());
        Some(out)
    }
}
