//! Failure domains: what can be lost in one piece.

use std::fmt;
use std::sync::Arc;

/// A kind of failure, ordered as reports list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// One disk.
    Disk,
    /// One instance with whatever runs on it.
    Instance,
    /// One availability zone.
    Zone,
    /// One region with all its zones.
    Region,
    /// One key. Latent: what runs goes on until the key is used again (recovery.md 2.4).
    Key,
}

impl Class {
    /// All of them, in report order.
    pub const ALL: [Class; 5] = [Class::Disk, Class::Instance, Class::Zone, Class::Region, Class::Key];

    /// As the user types it.
    pub fn word(self) -> &'static str {
        match self {
            Class::Disk => "disk",
            Class::Instance => "instance",
            Class::Zone => "zone",
            Class::Region => "region",
            Class::Key => "key",
        }
    }
}

/// One thing that can be lost.
///
/// Disks, instances and keys are named by their address in the configuration (keys that are not in it by ARN or
/// alias), zones and regions by their provider's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain {
    /// What kind.
    pub class: Class,
    /// Which one.
    pub name: Arc<str>,
}

impl Domain {
    /// Names a domain.
    pub fn new(class: Class, name: impl Into<Arc<str>>) -> Domain {
        Domain { class, name: name.into() }
    }
}

/// As typed in `-lose` and `sandbox lose`: `zone=eu-central-1a`.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.class.word(), self.name)
    }
}
