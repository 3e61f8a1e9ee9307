//! Rules about keys.

use super::Asked;
use crate::keys::{named, opens, usable};
use crate::object::{blocks, flag, text};
use crate::refusal::Refusal;
use crate::{KeyState, Object};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// The texts at a dotted path into nested blocks.
pub(crate) fn texts_at<'a>(attributes: &'a Map<String, Json>, path: &str) -> Vec<&'a str> {
    match path.split_once('.') {
        None => text(attributes, path).into_iter().collect(),
        Some((first, rest)) => blocks(attributes, first).flat_map(|inner| texts_at(inner, rest)).collect(),
    }
}

/// The key that would seal the object, or that it names, works in the region.
pub(super) fn key_usable(asked: &Asked<'_>) -> Result<(), Refusal> {
    keys_work(asked, false)
}

/// The key that the object names is in the region; it may be disabled.
pub(super) fn key_live(asked: &Asked<'_>) -> Result<(), Refusal> {
    keys_work(asked, true)
}

/// Path of the attribute that names the key: the sealing one, or the one that refers to keys.
fn key_path<'a>(asked: &Asked<'a>) -> &'a str {
    let refers = asked.kind.references.iter().find(|(_, kinds)| kinds.iter().any(|k| k.as_ref() == "aws_kms_key"));
    asked.kind.sealed_by.as_deref().or(refers.map(|(path, _)| path.as_ref())).unwrap_or_default()
}

fn keys_work(asked: &Asked<'_>, or_disabled: bool) -> Result<(), Refusal> {
    let path = key_path(asked);
    for reference in texts_at(asked.now, path) {
        let unchanged = asked.prior.is_some_and(|p| texts_at(&p.attributes, path).contains(&reference));
        // A dead key is latent: it stops the next use, not an update of something else.
        if unchanged {
            continue;
        }
        match usable(asked.world, asked.cloud, asked.region, reference) {
            Err(refusal) if refusal.code == "DisabledException" && or_disabled => {}
            other => drop(other?),
        }
    }
    Ok(())
}

pub(super) fn block_device_keys_usable(asked: &Asked<'_>) -> Result<(), Refusal> {
    let devices =
        ["root_block_device.kms_key_id", "ebs_block_device.kms_key_id", "block_device_mappings.ebs.kms_key_id"];
    for reference in devices.into_iter().flat_map(|path| texts_at(asked.now, path)) {
        usable(asked.world, asked.cloud, asked.region, reference)?;
    }
    Ok(())
}

pub(super) fn volume_opens(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(volume) = asked.named("volume_id") else {
        return Ok(());
    };
    match volume.sealed_by.iter().find(|arn| !opens(asked.world, arn)) {
        Some(arn) => Err(Refusal::new(
            "InvalidKmsKey.InvalidState",
            format!(
                "The volume '{}' cannot be opened: its key {arn} is disabled, pending deletion or lost.",
                volume.key.id
            ),
            format!("Run `drform sandbox restore key={arn}`, or restore the data from a copy sealed by another key."),
        )),
        None => Ok(()),
    }
}

pub(super) fn primary_is_multi_region(asked: &Asked<'_>) -> Result<(), Refusal> {
    let arn = asked.text("primary_key_arn").unwrap_or_default();
    let Some(primary) = named(asked.world, &["aws_kms_key".into()], asked.region, arn) else {
        let message = format!("Key '{arn}' does not exist or is pending deletion.");
        return Err(Refusal::new("NotFoundException", message, "Name the ARN of a multi-Region primary key."));
    };
    if !flag(&primary.attributes, "multi_region") {
        return Err(Refusal::new(
            "UnsupportedOperationException",
            format!("{arn} is not a multi-Region key."),
            "Set multi_region = true on the primary key; that makes another key, so do it before it seals anything.",
        ));
    }
    if primary.key.region.as_ref() == asked.region {
        return Err(Refusal::new(
            "InvalidArnException",
            format!("A replica of {arn} must be in another region than {}.", asked.region),
            "Set the region argument, or use a provider configuration of another region.",
        ));
    }
    let other: Option<&Arc<Object>> = asked
        .world
        .of_region("aws_kms_replica_key", asked.region)
        .find(|replica| replica.key.id == primary.key.id && replica.state == KeyState::Present);
    match other {
        Some(replica) => Err(Refusal::new(
            "AlreadyExistsException",
            format!("{} exists already: a key has one replica per region.", replica.arn),
            "Use that replica, or another region.",
        )),
        None => Ok(()),
    }
}
