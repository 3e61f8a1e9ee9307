//! What can be lost.

use std::fmt;
use std::sync::Arc;

/// A failure domain, or one object, that the sandbox can lose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// A volume, by id.
    Disk(Arc<str>),
    /// An instance, by id.
    Instance(Arc<str>),
    /// An availability zone, by name.
    Zone(Arc<str>),
    /// A region, by name.
    Region(Arc<str>),
    /// A key, by ARN (ids of multi-Region keys are the same in several regions).
    Key(Arc<str>),
}

/// A domain could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainError(pub String);

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Domain {
    /// Reads what a user types: `zone=eu-central-1a`, `disk=vol-…`, `instance=i-…`, `region=…`, `key=ARN`.
    pub fn parse(text: &str) -> Result<Domain, DomainError> {
        let forms = "write disk=ID, instance=ID, zone=NAME, region=NAME or key=ARN";
        let Some((class, name)) = text.split_once('=') else {
            return Err(DomainError(format!("{text:?} names no domain: {forms}")));
        };
        if name.is_empty() {
            return Err(DomainError(format!("{text:?} names nothing: {forms}")));
        }
        Domain::of(class, name).ok_or_else(|| DomainError(format!("{class:?} is no class of domain: {forms}")))
    }

    /// A domain of a class, if there is such a class.
    pub(crate) fn of(class: &str, name: &str) -> Option<Domain> {
        Some(match class {
            "disk" => Domain::Disk(name.into()),
            "instance" => Domain::Instance(name.into()),
            "zone" => Domain::Zone(name.into()),
            "region" => Domain::Region(name.into()),
            "key" => Domain::Key(name.into()),
            _ => return None,
        })
    }

    /// The class, as users type it.
    pub fn class(&self) -> &'static str {
        match self {
            Domain::Disk(_) => "disk",
            Domain::Instance(_) => "instance",
            Domain::Zone(_) => "zone",
            Domain::Region(_) => "region",
            Domain::Key(_) => "key",
        }
    }

    /// Which one of its class.
    pub fn name(&self) -> &str {
        match self {
            Domain::Disk(n) | Domain::Instance(n) | Domain::Zone(n) | Domain::Region(n) | Domain::Key(n) => n,
        }
    }
}

/// As users type it.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.class(), self.name())
    }
}
