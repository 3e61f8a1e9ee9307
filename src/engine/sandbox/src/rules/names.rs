//! Rules about names, and quotas.

use super::Asked;
use crate::ObjectKey;
use crate::object::text;
use crate::overlay::Quota;
use crate::refusal::Refusal;

pub(super) fn unique_in_region(asked: &Asked<'_>) -> Result<(), Refusal> {
    let key = ObjectKey { kind: asked.name.into(), region: asked.region.into(), id: asked.id.into() };
    if asked.world.object(&key).is_none() {
        return Ok(());
    }
    let code = match asked.name {
        "aws_placement_group" => "InvalidPlacementGroup.Duplicate",
        "aws_key_pair" => "InvalidKeyPair.Duplicate",
        _ => "AlreadyExistsException",
    };
    Err(Refusal::new(
        code,
        format!("The {} '{}' already exists in {}.", asked.kind.called, asked.id, asked.region),
        format!("Choose another name, or import it: drform import ADDRESS {}", asked.id),
    ))
}

/// A setting of a region has one holder: two would undo each other.
pub(super) fn one_of_a_region(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.world.of_region(asked.name, asked.region).next() {
        Some(_) => Err(Refusal::new(
            "InvalidRequest",
            format!("{} has its {} set by another object already.", asked.region, asked.kind.called),
            "Keep one of them for each region, or remove the other one first.",
        )),
        None => Ok(()),
    }
}

pub(super) fn image_name_unique(asked: &Asked<'_>) -> Result<(), Refusal> {
    let name = asked.text("name");
    match asked.world.of_region(asked.name, asked.region).find(|o| o.text("name") == name) {
        Some(other) => Err(Refusal::new(
            "InvalidAMIName.Duplicate",
            format!("AMI name {} is already in use by AMI {}.", name.unwrap_or_default(), other.key.id),
            "Choose another name: an account has each name once in a region.",
        )),
        None => Ok(()),
    }
}

pub(super) fn bucket_unique(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.world.of_kind(asked.name).find(|b| b.key.id.as_ref() == asked.id) {
        Some(bucket) => Err(Refusal::new(
            "BucketAlreadyOwnedByYou",
            format!("The bucket '{}' exists already, in {}, and you own it.", asked.id, bucket.key.region),
            format!("Choose another name, or import it: drform import ADDRESS {}", asked.id),
        )),
        None => Ok(()),
    }
}

/// The first quota that one more object would break.
pub(super) fn quotas<'a>(asked: &Asked<'a>) -> Result<(), (Refusal, &'a Quota)> {
    for quota in asked.overlay().quotas.iter().filter(|q| q.kind.as_ref() == asked.name) {
        let there = match quota.per.as_ref() {
            "account" => asked.world.of_kind(asked.name).count(),
            "region" => asked.world.of_region(asked.name, asked.region).count(),
            attribute => {
                let bound = text(asked.now, attribute);
                asked.world.of_region(asked.name, asked.region).filter(|o| o.text(attribute) == bound).count()
            }
        };
        if there >= quota.max {
            let message = format!(
                "There are {there} of {} already, the quota {} is {} per {}.",
                asked.name, quota.name, quota.max, quota.per
            );
            let next = "Remove some, or use another region; the sandbox raises no quota.";
            let refusal = Refusal::new(quota.code.as_str(), message, next);
            return Err((refusal, quota));
        }
    }
    Ok(())
}
