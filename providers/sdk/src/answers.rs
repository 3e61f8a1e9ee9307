//! Between messages and what authors see.

use crate::finding::error;
use crate::private::{self, Envelope};
use crate::{Findings, Object, Repeat, Reply, Resource};
use configschema::IdentitySchema;
use tfplugin::tfplugin6 as wire;
use tfplugin::{DecodeError, dynamic_value, read_dynamic_value};
use tonic::Status;
use value::{Type, Value};

/// A value in a request. What cannot be read is the host's mistake, not the user's.
pub(crate) fn read(message: Option<&wire::DynamicValue>, ty: &Type) -> Result<Value, Status> {
    read_dynamic_value(message, ty).map_err(|why| invalid(&why))
}

pub(crate) fn invalid(why: &DecodeError) -> Status {
    Status::invalid_argument(format!(
        "the request holds a value that does not conform to the schema: {}: {}",
        why.path, why.reason
    ))
}

pub(crate) fn object(value: Value, private: &[u8]) -> Object {
    Object { value, private: Envelope::read(private).private }
}

pub(crate) fn findings(findings: Findings) -> Vec<wire::Diagnostic> {
    findings.into_iter().map(wire::Diagnostic::from).collect()
}

/// The identity of an object in an answer; none where its type has none, or the object is no more.
pub(crate) fn identity(
    served: &dyn Resource,
    schema: Option<&IdentitySchema>,
    object: Option<&Object>,
) -> Option<wire::ResourceIdentityData> {
    let ty = schema?.ty();
    let identity = object.map(|object| &object.value).filter(|value| !value.is_null());
    let identity = identity.and_then(|value| served.identify(value))?;
    Some(wire::ResourceIdentityData { identity_data: Some(dynamic_value(&identity, &ty)) })
}

/// The failure of a call whose outcome nobody knows. ABORTED: hosts show its text, and take UNAVAILABLE for a crash.
pub(crate) fn unknown_outcome(findings: &Findings) -> Status {
    let texts = findings.iter().map(|finding| format!("{}: {}", finding.diagnostic.summary, finding.diagnostic.detail));
    Status::aborted(texts.collect::<Vec<_>>().join("\n"))
}

/// An object in an answer: state, private bytes, and what there is to say. None is null.
pub(crate) struct Answered {
    pub(crate) state: Option<wire::DynamicValue>,
    pub(crate) private: Vec<u8>,
    pub(crate) diagnostics: Vec<wire::Diagnostic>,
}

pub(crate) fn answered(reply: Reply<Object>, ty: &Type, repeat: Repeat) -> Answered {
    let Reply { result, findings: mut said, .. } = reply;
    let (value, private) = match result {
        Some(object) => (object.value, private::kept(&object.private, repeat)),
        None => (Value::null(ty.clone()), Vec::new()),
    };
    if let Err(why) = value::conforms(&value, ty) {
        said.push(error(
            "Provider made an invalid object",
            format!("The object does not conform to its schema: {why}."),
        ));
    }
    Answered { state: Some(dynamic_value(&value, ty)), private, diagnostics: findings(said) }
}
