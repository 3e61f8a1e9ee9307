//! Identities: what tells the object of a resource from all others, in the words of its provider.

use std::sync::Arc;
use value::json::{self, Node};

/// An identity as the state keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectIdentity {
    /// Version of the identity schema that it follows.
    pub version: u64,
    /// The attributes, JSON text. Of what providers answered the members are in the order of their names, so that equal
    /// identities are equal text.
    pub json: Arc<str>,
}

/// What is said of an object that is to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportedBy {
    /// Its id, in the form that the resource type wants.
    Id(Arc<str>),
    /// Its identity.
    Identity(ObjectIdentity),
}

impl ImportedBy {
    /// The id, if that is what is said.
    pub fn id(&self) -> Option<&Arc<str>> {
        match self {
            ImportedBy::Id(id) => Some(id),
            ImportedBy::Identity(_) => None,
        }
    }

    /// For sentences: `the id "i-1"`, `the identity account=1,name=x`.
    pub fn words(&self) -> String {
        match self {
            ImportedBy::Id(id) => format!("the id {id:?}"),
            ImportedBy::Identity(_) => format!("the {}", self.to_string().replacen('=', " ", 1)),
        }
    }
}

/// As progress and messages name it: `id=i-1`, `identity=account=1,name=x`.
impl std::fmt::Display for ImportedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let identity = match self {
            ImportedBy::Id(id) => return write!(f, "id={id}"),
            ImportedBy::Identity(identity) => identity,
        };
        let parsed = json::parse(&identity.json).ok();
        let members = parsed.as_ref().and_then(Node::as_object).unwrap_or_default();
        let told = members.iter().filter(|(_, node)| !node.is_null()).map(|(name, node)| match node.as_str() {
            Some(text) => format!("{name}={text}"),
            None => format!("{name}={}", node.print()),
        });
        write!(f, "identity={}", told.collect::<Vec<_>>().join(","))
    }
}
