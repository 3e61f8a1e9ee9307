//! What an answer to a change means (plugin-protocol.md 10.6, features-and-traps.md 59, 60). Whatever comes back is
//! kept, also with errors: it is the only record of what was done.

use crate::object;
use calls::{ChangeAnswer, StoredObject};
use configschema::Schema;
use diag::{Diagnostic, Diagnostics, Range};
use journal::{Act, Intent, Outcome};
use state::{Object, Status};
use std::sync::Arc;
use value::{Path, Value};

/// What the answer is held against.
pub(crate) struct Asked<'a> {
    /// What was asked for.
    pub(crate) intent: &'a Intent,
    /// Schema of the resource type.
    pub(crate) schema: &'a Schema,
    /// The object before, as the state has it.
    pub(crate) before: Option<&'a Object>,
    /// Header of the block.
    pub(crate) declared_at: Option<&'a Range>,
}

/// What is to be written down.
#[derive(Debug, PartialEq)]
pub(crate) struct Judged {
    /// How it ended; `None` when that is in doubt, so that the intent stays open.
    pub(crate) outcome: Option<Outcome>,
    /// The object now, unmarked, when there is one.
    pub(crate) value: Option<Value>,
    /// What the provider said, and which promises it broke.
    pub(crate) diagnostics: Diagnostics,
}

/// Judges an answer.
pub(crate) fn judge(asked: &Asked<'_>, answer: ChangeAnswer) -> Judged {
    let diagnostics = asked.named(answer.diagnostics);
    if answer.in_doubt {
        return in_doubt(asked, diagnostics, "no answer came, and the request may have been carried out");
    }
    let failed = diagnostics.has_errors();
    match answer.object {
        Some(object) if !object.value.is_null() => left_behind(asked, object, answer.legacy, diagnostics),
        // No object and an error: nothing happened, as far as anybody can say.
        _ if failed => Judged { outcome: Some(Outcome::Nothing), value: None, diagnostics },
        _ if asked.intent.act == Act::Delete => Judged { outcome: Some(Outcome::Gone), value: None, diagnostics },
        object => missing(asked, object.is_some(), diagnostics),
    }
}

/// An object was to be there and none came back.
fn missing(asked: &Asked<'_>, null: bool, mut diagnostics: Diagnostics) -> Judged {
    let what = "did not return an object, although it reported no error";
    diagnostics.push(asked.bug("Provider returned invalid result object after apply", what));
    // Only a null says that the object is gone; nothing at all says nothing.
    let gone = null && asked.intent.act == Act::Update;
    Judged { outcome: Some(if gone { Outcome::Gone } else { Outcome::Nothing }), value: None, diagnostics }
}

/// An object is there.
fn left_behind(asked: &Asked<'_>, object: StoredObject, legacy: bool, mut diagnostics: Diagnostics) -> Judged {
    let intent = asked.intent;
    let ty = configschema::implied_type(&asked.schema.block);
    if let Err(error) = value::conforms(&object.value, &ty) {
        // It cannot be stored, and an object that was made must not be forgotten: only an update or delete leaves
        // something in the state that can be read again.
        let what = format!("returned an object that does not have the type of its schema: {error}");
        diagnostics.push(asked.bug("Provider produced invalid object", &what));
        if intent.act == Act::Create {
            return in_doubt(asked, diagnostics, "an object was made that cannot be stored");
        }
        return Judged { outcome: Some(Outcome::Nothing), value: None, diagnostics };
    }
    let value = complete(asked, &object.value, &mut diagnostics);
    if intent.act == Act::Delete {
        if !diagnostics.has_errors() {
            diagnostics.push(
                asked.bug(
                    "Provider returned invalid result object after apply",
                    "returned an object after destroying it",
                ),
            );
        }
    } else if !diagnostics.has_errors() && !legacy {
        for broken in configschema::assert_object_compatible(&asked.schema.block, &intent.planned, &value) {
            let what = format!("produced an unexpected new value: {broken}");
            diagnostics.push(asked.bug("Provider produced inconsistent result after apply", &what));
        }
    }
    let mut stored = object::stored(intent, asked.schema, &value, (object.private, object.identity), asked.before);
    match (intent.act, diagnostics.has_errors()) {
        (Act::Create, true) => stored.status = Status::Tainted,
        (Act::Update, false) => stored.status = Status::Ready,
        // Terraform forgets it here, and finds it in the configuration again if that still says so.
        (Act::Delete, _) => stored.create_before_destroy = false,
        _ => {}
    }
    Judged { outcome: Some(Outcome::Object(Arc::new(stored))), value: Some(value), diagnostics }
}

/// The value as it may be stored: nothing unknown, nothing write-only.
fn complete(asked: &Asked<'_>, value: &Value, diagnostics: &mut Diagnostics) -> Value {
    for path in object::unknown_paths(value) {
        let what = format!("left the attribute {path} unknown, although all values must be known after apply");
        diagnostics.push(asked.bug("Provider returned invalid result object after apply", &what));
    }
    let value = object::without_unknowns(value);
    let secret = configschema::assert_write_only_null(&asked.schema.block, &value);
    if secret.is_empty() {
        return value;
    }
    for broken in &secret {
        let what = format!("returned a value for the write-only attribute {}", broken.path);
        diagnostics.push(asked.bug("Provider produced invalid object", &what));
    }
    nulled(&value, &secret.into_iter().map(|broken| broken.path).collect::<Vec<_>>())
}

/// The value with null at these paths: what must not be stored is not stored, whoever made the mistake.
fn nulled(value: &Value, paths: &[Path]) -> Value {
    fn at(value: &Value, here: &Path, paths: &[Path]) -> Value {
        if paths.contains(here) {
            return Value::null(value.ty());
        }
        value.map_children(|step, part| at(part, &here.then(step), paths))
    }
    at(value, &Path::ROOT, paths)
}

fn in_doubt(asked: &Asked<'_>, mut diagnostics: Diagnostics, why: &str) -> Judged {
    let deed = match asked.intent.act {
        Act::Create => "creation",
        Act::Update => "update",
        Act::Delete => "destruction",
    };
    let detail = format!(
        "The outcome of the {deed} of {} is not known: {why}. The journal keeps it, and nothing is done with this address \
         until it is found out.",
        asked.name()
    );
    let diagnostic =
        Diagnostic::error("Outcome in doubt", detail).next("Run drform recover: it asks the provider what is there.");
    diagnostics.push(asked.placed(diagnostic));
    Judged { outcome: None, value: None, diagnostics }
}

impl Asked<'_> {
    fn name(&self) -> String {
        match &self.intent.deposed {
            Some(key) => format!("{} (deposed object {key})", self.intent.addr),
            None => self.intent.addr.to_string(),
        }
    }

    fn placed(&self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = match self.declared_at {
            Some(range) => diagnostic.at_if_missing(range),
            None => diagnostic,
        };
        if diagnostic.address.is_some() { diagnostic } else { diagnostic.about(self.intent.addr.to_string()) }
    }

    fn named(&self, diagnostics: Diagnostics) -> Diagnostics {
        diagnostics.map(|diagnostic| self.placed(diagnostic))
    }

    /// The error about a broken promise.
    fn bug(&self, summary: &str, what: &str) -> Diagnostic {
        let detail = format!(
            "Applying {}, the provider {:?} {what}.\n\nThis is a bug in the provider, which should be reported in the \
             provider's own issue tracker.",
            self.name(),
            self.intent.provider.provider.to_string(),
        );
        self.placed(Diagnostic::error(summary, detail))
    }
}

#[cfg(test)]
mod tests;
