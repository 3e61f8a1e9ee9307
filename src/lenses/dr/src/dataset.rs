//! Data sets: copies of the same data, declared in DR files or inferred from what the provider states.

use crate::Formula;
use crate::observed::{Observations, Observed, Presence, Target, decided_later};
use crate::{Class, Domain, declared::Declared, place, seal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::Value;

/// How a copy follows the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CopyKind {
    /// The one that is written.
    Primary,
    /// A replica that has acknowledged every write.
    Sync,
    /// A replica that follows with a lag.
    Async,
    /// A snapshot or backup of one moment.
    Point,
}

/// Who makes a replica the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promotion {
    /// The system itself.
    Automatic,
    /// A person.
    Manual,
}

/// How much of the newest data may be missing from a copy, at worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rpo {
    /// Nothing.
    Nothing,
    /// No bound: taken once, or a lag that nobody declared.
    Unbounded,
}

/// One copy of a data set.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    /// Address of the object that holds it.
    pub(crate) id: Arc<str>,
    /// How it follows the primary.
    pub(crate) kind: CopyKind,
    /// Who promotes it; of replicas only.
    pub(crate) promotion: Promotion,
    /// Where its bytes are.
    pub(crate) place: Formula,
    /// Keys that must be alive to read them.
    pub(crate) seal: Formula,
    /// What serves it: the instances that it is attached to. When they are lost and the bytes are not, an apply
    /// builds them again.
    pub(crate) service: Formula,
    /// What may be missing from it.
    pub(crate) rpo: Rpo,
    /// The object that it was made from; of points only.
    pub(crate) made_from: Option<Arc<str>>,
}

impl Copy {
    /// Whether its bytes can certainly be read while nothing is lost.
    pub(crate) fn is_readable(&self) -> bool {
        let nothing = BTreeSet::new();
        self.place.under(&nothing).is_yes() && self.seal.under(&nothing).is_yes()
    }
}

/// Copies of the same data.
#[derive(Clone, Debug)]
pub(crate) struct DataSet {
    /// Name from the DR file, or the address of the primary.
    pub(crate) name: Arc<str>,
    /// The primary first, then in order of address.
    pub(crate) copies: Vec<Copy>,
}

/// Storage types that start a data set, with the class of the failure domain that each object is.
const STORES: [(&str, Option<Class>); 2] = [("aws_ebs_volume", Some(Class::Disk)), ("aws_s3_bucket", None)];

/// All data sets of the estate that are not quorums: declared ones, then one for each store that is left over.
pub(crate) fn find(observations: &Observations<'_>, declared: &Declared, taken: &BTreeSet<Arc<str>>) -> Vec<DataSet> {
    let children = children(observations);
    let mut used = taken.clone();
    let mut sets = Vec::new();
    for (name, dataset) in &declared.datasets {
        let mut copies = Vec::new();
        for (address, kind, promotion) in dataset.members() {
            used.insert(address.clone());
            if let Some(object) = observations.get(&address) {
                copies.push(match kind {
                    CopyKind::Point => point(observations, object, &source(observations, object)),
                    _ => store(observations, object, kind, promotion),
                });
            }
            copies.extend(points(observations, &children, &address));
        }
        copies.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        copies.dedup_by(|a, b| a.id == b.id);
        sets.push(DataSet { name: name.clone(), copies });
    }
    for (kind, _) in STORES {
        for (address, object) in observations.of_kind(kind) {
            if used.contains(address) {
                continue;
            }
            let mut copies = vec![store(observations, object, CopyKind::Primary, Promotion::Manual)];
            copies.extend(points(observations, &children, address));
            sets.push(DataSet { name: address.clone(), copies });
        }
    }
    sets
}

/// A disk or bucket as a copy.
pub(crate) fn store(observations: &Observations<'_>, object: &Observed, kind: CopyKind, promotion: Promotion) -> Copy {
    let address: Arc<str> = object.addr.to_string().into();
    let class = STORES.iter().find(|(k, _)| *k == object.addr.resource.kind.as_ref()).and_then(|(_, class)| *class);
    let place = match class {
        _ if object.presence == Presence::Missing => Formula::False,
        Some(class) => Formula::Alive(Domain::new(class, address.clone())).and(place::zonal(observations, object)),
        None => place::regional(observations, object),
    };
    let place = place.and(decided_later(object));
    let rpo = if kind == CopyKind::Async { Rpo::Unbounded } else { Rpo::Nothing };
    let seal = seal::of(observations, object);
    let service = attached_instances(observations, &address);
    Copy { id: address, kind, promotion, place, seal, service, rpo, made_from: None }
}

/// Any of the instances that a disk is attached to; true when it is attached to none.
fn attached_instances(observations: &Observations<'_>, disk: &Arc<str>) -> Formula {
    let mut instances = Vec::new();
    for (_, attachment) in observations.of_kind("aws_volume_attachment") {
        let volume = observations.target(attachment, "volume_id");
        if attachment.presence == Presence::Later
            && (volume.is_err() || volume == Ok(Some(Target::Address(disk.clone()))))
        {
            instances.push(decided_later(attachment));
            continue;
        }
        if volume != Ok(Some(Target::Address(disk.clone()))) {
            continue;
        }
        if let Ok(Some(Target::Address(instance))) = observations.target(attachment, "instance_id")
            && let Some(object) = observations.get(&instance).filter(|_| attachment.presence == Presence::Present)
            && matches!(object.presence, Presence::Present | Presence::Later)
        {
            let alive = Formula::Alive(Domain::new(Class::Instance, instance));
            instances.push(alive.and(place::zonal(observations, object)).and(decided_later(object)));
        }
    }
    if instances.is_empty() { Formula::True } else { Formula::Or(instances) }
}

/// Snapshots by the volume or snapshot that they were made from.
fn children(observations: &Observations<'_>) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut children: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (kind, source) in [("aws_ebs_snapshot", "volume_id"), ("aws_ebs_snapshot_copy", "source_snapshot_id")] {
        for (address, object) in observations.of_kind(kind) {
            if let Ok(Some(Target::Address(from))) = observations.target(object, source) {
                children.entry(from).or_default().push(address.clone());
            }
        }
    }
    children
}

/// Every snapshot and snapshot copy that descends from `source`.
fn points(
    observations: &Observations<'_>,
    children: &BTreeMap<Arc<str>, Vec<Arc<str>>>,
    source: &Arc<str>,
) -> Vec<Copy> {
    let mut copies = Vec::new();
    let mut pending = vec![source.clone()];
    let mut seen = BTreeSet::new();
    while let Some(from) = pending.pop() {
        for child in children.get(&from).into_iter().flatten() {
            if !seen.insert(child.clone()) {
                continue;
            }
            if let Some(object) = observations.get(child) {
                copies.push(point(observations, object, &from));
                pending.push(child.clone());
            }
        }
    }
    copies.sort_by(|a, b| a.id.cmp(&b.id));
    copies
}

/// What a snapshot or copy was made from: an address where that is in the estate, else what the attribute says.
fn source(observations: &Observations<'_>, object: &Observed) -> Arc<str> {
    let attribute =
        if object.addr.resource.kind.as_ref() == "aws_ebs_snapshot" { "volume_id" } else { "source_snapshot_id" };
    match observations.target(object, attribute) {
        Ok(Some(Target::Address(from) | Target::Outside(from))) => from,
        Ok(None) | Err(_) => "something that is not known".into(),
    }
}

fn point(observations: &Observations<'_>, object: &Observed, from: &Arc<str>) -> Copy {
    // A snapshot is sealed as its volume is, and says so once it exists; a copy names its own key.
    let is_snapshot = object.addr.resource.kind.as_ref() == "aws_ebs_snapshot";
    let names_key = object.value.get("kms_key_id").is_some_and(|key| key.as_str().is_some());
    let seal = match observations.get(from) {
        Some(volume) if is_snapshot && !names_key => seal::at_rest(observations, volume),
        _ => seal::at_rest(observations, &implied_encryption(object)),
    };
    Copy {
        id: object.addr.to_string().into(),
        kind: CopyKind::Point,
        promotion: Promotion::Manual,
        place: if object.presence == Presence::Missing {
            Formula::False
        } else {
            place::regional(observations, object).and(decided_later(object))
        },
        seal,
        service: Formula::True,
        rpo: Rpo::Unbounded,
        made_from: Some(from.clone()),
    }
}

/// A copy that names a key is encrypted, whatever `encrypted` says.
fn implied_encryption(object: &Observed) -> Observed {
    let mut object = object.clone();
    let names_key = object.value.get("kms_key_id").is_some_and(|k| !k.is_null() && k.as_str() != Some(""));
    if names_key && let Some(attributes) = object.value.as_object() {
        let mut attributes = attributes.clone();
        attributes.insert("encrypted".into(), Value::bool(true));
        object.value = Value::object(attributes);
    }
    object
}
