//! The report: every data set, every failure, and what was not looked at.

use crate::dataset;
use crate::declared::Declared;
use crate::observed::{Observations, Observed, Presence};
use crate::quorum::Quorum;
use crate::verdict::{Verdict, judge};
use addrs::Mode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Types that the lens understands; everything else is opaque and named as such.
const MODELLED: [&str; 13] = [
    "aws_ebs_snapshot",
    "aws_ebs_snapshot_copy",
    "aws_ebs_volume",
    "aws_instance",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_kms_replica_key",
    "aws_placement_group",
    "aws_s3_bucket",
    "aws_subnet",
    "aws_volume_attachment",
    "aws_vpc",
    "drform_spread",
];

/// What the infrastructure survives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Data sets in order of name, declared ones first.
    pub datasets: Vec<Judged>,
    /// How many objects were understood.
    pub modelled: usize,
    /// Resource types that were not, with how many objects of each.
    pub opaque: BTreeMap<Arc<str>, usize>,
    /// Instances whose own root disks are taken to hold nothing that must be kept.
    pub taken_as_stateless: usize,
}

/// A data set with its verdicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Name from the DR file, or the address of the primary.
    pub name: Arc<str>,
    /// Objects that hold it, in the order in which they would be used.
    pub copies: Vec<Arc<str>>,
    /// Those of them that can certainly be read while nothing is lost.
    pub readable: BTreeSet<Arc<str>>,
    /// By failure: disks, instances, zones, regions, keys.
    pub verdicts: Vec<Verdict>,
}

/// Judges all objects. Pure: the same objects give the same report.
pub fn assess(objects: &[Observed], declared: &Declared) -> Report {
    let observations = Observations::new(objects);
    let mut report = Report::default();
    let counted = |o: &&Observed| o.addr.resource.mode == Mode::Managed && o.presence != Presence::Former;
    for object in objects.iter().filter(counted) {
        let kind = &object.addr.resource.kind;
        if MODELLED.contains(&kind.as_ref()) {
            report.modelled += 1;
        } else {
            *report.opaque.entry(kind.clone()).or_insert(0) += 1;
        }
    }
    report.taken_as_stateless = observations.of_kind("aws_instance").count();
    let mut taken = BTreeSet::new();
    for (name, declared) in &declared.quorums {
        let quorum = Quorum::find(&observations, name, declared);
        taken.extend(declared.members.iter().cloned());
        report.datasets.push(Judged {
            name: name.clone(),
            copies: declared.members.clone(),
            readable: quorum.readable(),
            verdicts: quorum.judge(),
        });
    }
    for set in dataset::find(&observations, declared, &taken) {
        report.datasets.push(Judged {
            name: set.name.clone(),
            copies: set.copies.iter().map(|c| c.id.clone()).collect(),
            readable: set.copies.iter().filter(|c| c.is_readable()).map(|c| c.id.clone()).collect(),
            verdicts: judge(&set),
        });
    }
    report
}
