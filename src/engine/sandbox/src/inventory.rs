//! What is in the world, and the truth about its data: the oracle that verdicts are compared with.

use crate::keys::opens;
use crate::{Domain, KeyState, Object, ObjectKey, Role, World};
use std::sync::Arc;

/// One line of `drform sandbox show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryRow {
    /// Type, region, id.
    pub key: ObjectKey,
    /// Zone by name, for zonal objects.
    pub zone: Option<Arc<str>>,
    /// ARN, or the id where there is none.
    pub arn: Arc<str>,
    /// The `Name` tag, if it has one.
    pub name: Option<Arc<str>>,
    /// `available`, `in use`, `running`, `stopped`, `enabled`, `disabled`, `pending deletion`, or `lost with zone=…`.
    pub status: String,
}

/// One copy of data: a volume, a snapshot, a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataCopy {
    /// Type, region, id.
    pub key: ObjectKey,
    /// Zone by name, when it dies with a zone.
    pub zone: Option<Arc<str>>,
    /// Id of the object that its bytes were copied from.
    pub copy_of: Option<Arc<str>>,
    /// Whether the bytes exist.
    pub bytes: Bytes,
    /// Whether they can be read.
    pub opens: Opens,
}

impl DataCopy {
    /// True when the bytes exist and can be read now.
    pub fn is_usable(&self) -> bool {
        self.bytes == Bytes::There && !matches!(self.opens, Opens::KeyDead(_))
    }
}

/// Whether bytes exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bytes {
    /// They do.
    There,
    /// A loss destroyed them.
    Destroyed(Domain),
}

/// Whether bytes can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    /// No key of the user seals them.
    Unsealed,
    /// Every key that seals them works.
    KeyAlive,
    /// This key (ARN) does not work: lost, disabled or pending deletion.
    KeyDead(Arc<str>),
}

impl World {
    /// Every object that is there and every one that a loss destroyed, by type, region and id.
    pub fn inventory(&self) -> Vec<InventoryRow> {
        let there = self.objects().map(|o| row(o, self.status(o)));
        let lost = self.lost_objects().map(|l| row(&l.object, format!("lost with {}", l.by)));
        let mut rows: Vec<InventoryRow> = there.chain(lost).collect();
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        rows
    }

    fn status(&self, object: &Object) -> String {
        let state = match object.role {
            _ if object.state == KeyState::PendingDeletion => "pending deletion",
            Role::Instance => object.text("instance_state").unwrap_or("running"),
            Role::Key if opens(self, &object.arn) => "enabled",
            Role::Key => "disabled",
            Role::Disk if self.joined_to(&object.key).next().is_some() => "in use",
            _ => "available",
        };
        match object.sealed_by.iter().find(|arn| !opens(self, arn)) {
            Some(arn) => format!("{state}, sealed by a key that does not work ({arn})"),
            None => state.to_owned(),
        }
    }

    /// Every copy of data that there is or was until a loss took it, and whether it is of any use now.
    ///
    /// Deleted copies are not in it: their owner did not want them any more.
    pub fn data_copies(&self) -> Vec<DataCopy> {
        let there = self.objects().map(|o| (o, Bytes::There));
        let lost = self.lost_objects().map(|l| (&l.object, Bytes::Destroyed(l.by.clone())));
        let copies = there.chain(lost).filter(|(o, _)| o.holds_data);
        let mut copies: Vec<DataCopy> = copies.map(|(object, bytes)| self.copy(object, bytes)).collect();
        copies.sort_by(|a, b| a.key.cmp(&b.key));
        copies
    }

    /// The copies of which the bytes exist and can be read now.
    pub fn usable_copies(&self) -> Vec<DataCopy> {
        self.data_copies().into_iter().filter(DataCopy::is_usable).collect()
    }

    fn copy(&self, object: &Object, bytes: Bytes) -> DataCopy {
        let dead = object.sealed_by.iter().find(|arn| !opens(self, arn));
        let opens = match (dead, object.sealed_by.is_empty()) {
            (Some(arn), _) => Opens::KeyDead(arn.clone()),
            (None, true) => Opens::Unsealed,
            (None, false) => Opens::KeyAlive,
        };
        DataCopy { key: object.key.clone(), zone: object.zone.clone(), copy_of: object.copy_of.clone(), bytes, opens }
    }
}

fn row(object: &Object, status: String) -> InventoryRow {
    let name = object.attributes.get("tags").and_then(|tags| tags.get("Name")).and_then(|name| name.as_str());
    InventoryRow {
        key: object.key.clone(),
        zone: object.zone.clone(),
        arn: object.arn.clone(),
        name: name.map(Arc::from),
        status,
    }
}
