//! Taking one object into the state without a plan: the command `import`.
//!
//! ```text
//! TakeIn::begin ── Question::Import ──▶ provider ── advance ── Question::Read ──▶ provider ── advance ──▶ the object
//! ```

use crate::instance::{self, Prior, Subject};
use crate::stored;
use calls::{Answer, ImportedBy, ObjectIdentity, Question, StoredObject};
use diag::{Diagnostic, Diagnostics};
use state::{Object, Status};
use std::sync::Arc;
use value::Value;

/// An object on its way.
#[derive(Clone, Debug)]
pub struct TakeIn {
    subject: Subject,
    by: ImportedBy,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// Its provider finds it.
    Import,
    /// Its provider looks what it is like; it had this identity when it was found.
    Read(Option<ObjectIdentity>),
}

/// What an answer leads to.
#[derive(Clone, Debug)]
pub enum Taking {
    /// The provider has found it, and is asked what it is like.
    Found {
        /// Goes on with the answer.
        next: Box<TakeIn>,
        /// What is asked.
        question: Box<Question>,
        /// What it is so far, with the marks of the schema.
        value: Value,
    },
    /// What the state keeps.
    Done(Arc<Object>),
}

impl TakeIn {
    /// The first question.
    pub fn begin(subject: Subject, by: ImportedBy) -> (TakeIn, Question) {
        let (provider, kind) = (subject.provider.clone(), subject.addr.resource.kind.clone());
        let question = Question::Import { provider, kind, by: by.clone() };
        (TakeIn { subject, by, stage: Stage::Import }, question)
    }

    /// What the answer to the last question leads to, with what the provider had to say.
    ///
    /// # Errors
    /// There is no such object; it cannot be imported; the provider breaks its promises.
    pub fn advance(self, answer: Answer) -> Result<(Taking, Diagnostics), Diagnostics> {
        let said = answer.diagnostics();
        let addr = &self.subject.addr;
        if said.has_errors() {
            return Err(instance::about(addr, self.subject.declared_at.as_ref(), said));
        }
        let taking = match (&self.stage, answer) {
            (Stage::Import, Answer::Imported(objects, _)) => self.found(objects),
            (Stage::Import, Answer::Unsupported) => {
                let detail = format!("Objects of type {} cannot be imported.", addr.resource.kind);
                Err(Diagnostic::error("Resource import not supported", detail)
                    .next("The object has to be made by an apply.")
                    .into())
            }
            (Stage::Read(found), Answer::Object(object, _)) => {
                read(&self.subject, &self.by, found.clone(), object).map(|(whole, _)| Taking::Done(whole))
            }
            (_, answer) => Err(stored::wrong_answer(addr, &answer).into()),
        };
        let declared_at = self.subject.declared_at.as_ref();
        taking.map(|taking| (taking, said)).map_err(|trouble| instance::about(addr, declared_at, trouble))
    }

    fn found(&self, objects: Vec<(Arc<str>, StoredObject)>) -> Result<Taking, Diagnostics> {
        let object = own_object(&self.subject.addr.resource.kind, objects)?;
        let value = object.value.mark_paths(&instance::schema_marks(&self.subject.schema, &object.value));
        let next = TakeIn { stage: Stage::Read(object.identity.clone()), ..self.clone() };
        let question = Question::Read {
            provider: self.subject.provider.clone(),
            kind: self.subject.addr.resource.kind.clone(),
            current: object,
            meta: self.subject.meta.clone(),
        };
        Ok(Taking::Found { next: Box::new(next), question: Box::new(question), value })
    }
}

/// Of what a provider found the object of the type that was asked for.
///
/// # Errors
/// There is none.
pub(crate) fn own_object(kind: &Arc<str>, objects: Vec<(Arc<str>, StoredObject)>) -> Result<StoredObject, Diagnostics> {
    let own = objects.into_iter().find(|(found, _)| found == kind);
    own.map(|(_, object)| object).filter(|object| !object.value.is_null()).ok_or_else(|| {
        let detail = format!("The provider gave no object of type {kind} for the import.");
        Diagnostic::error("Import returned no resource", detail).into()
    })
}

/// What is imported, after it was read: as the state keeps it, and as planning goes on with it.
///
/// # Errors
/// It does not exist, or it is not what the schema says.
pub(crate) fn read(
    subject: &Subject,
    by: &ImportedBy,
    found: Option<ObjectIdentity>,
    object: Option<StoredObject>,
) -> Result<(Arc<Object>, Prior), Diagnostics> {
    let Some(object) = object.filter(|object| !object.value.is_null()) else {
        let detail = format!(
            "There is no object with {} for {}: only objects that exist can be imported.",
            by.words(),
            subject.addr
        );
        return Err(Diagnostic::error("Cannot import non-existent remote object", detail)
            .next("Check the id, and the region and account of the provider.")
            .into());
    };
    let value = stored::normal(&subject.schema, &object.value);
    stored::check(subject, &value, "imported")?;
    let value = value.mark_paths(&instance::schema_marks(&subject.schema, &value));
    let whole = stored::data_object(&subject.schema, &value);
    // The first read may fill in what the import left out of the identity.
    let identity = object.identity.or(found);
    let whole = Object { private: object.private.clone(), ..whole.as_ref().clone() };
    let whole = whole.with_identity(identity.clone().map(|identity| (identity.version, identity.json)));
    Ok((Arc::new(whole), Prior { value, private: object.private, identity, status: Status::Ready }))
}
