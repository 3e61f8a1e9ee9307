//! Keys: which one a text names, and whether it seals and opens.

use crate::catalogue::Cloud;
use crate::object::flag;
use crate::refusal::Refusal;
use crate::{Domain, KeyState, Object, ObjectKey, World, ids};
use std::sync::Arc;

/// Types of objects that are keys. An alias is none: it names one.
pub(crate) const KEY_KINDS: [&str; 2] = ["aws_kms_key", "aws_kms_replica_key"];

/// ARN of the key that AWS manages for volumes of a region. It lives and dies with the region.
pub(crate) fn managed_ebs_key(cloud: &Cloud, region: &str) -> String {
    let id = ids::uuid("aws/ebs", 0, region);
    format!("arn:{}:kms:{region}:{}:key/{id}", cloud.overlay.partition, cloud.overlay.account)
}

/// The setting of a region that an object of that type holds.
fn setting<'w>(world: &'w World, kind: &str, region: &str) -> Option<&'w Arc<Object>> {
    world.of_region(kind, region).next()
}

/// Whether new volumes and copies of the region are encrypted unasked.
pub(crate) fn encrypts_by_default(world: &World, region: &str) -> bool {
    setting(world, "aws_ebs_encryption_by_default", region).is_some_and(|o| flag(&o.attributes, "enabled"))
}

/// ARN of the key that seals volumes and copies of a region that name none: the one that the account chose for the
/// region, or the one that AWS manages.
pub(crate) fn default_ebs_key(world: &World, cloud: &Cloud, region: &str) -> String {
    let chosen = setting(world, "aws_ebs_default_kms_key", region).and_then(|o| o.text("key_arn"));
    chosen.map_or_else(|| managed_ebs_key(cloud, region), str::to_owned)
}

/// Region and last part of an ARN; a text that is no ARN is the last part in the given region.
fn parts<'a>(reference: &'a str, region: &'a str) -> (&'a str, &'a str) {
    let mut fields = reference.splitn(6, ':');
    if fields.next() != Some("arn") {
        return (region, reference);
    }
    match (fields.nth(2), fields.nth(1)) {
        (Some(region), Some(resource)) => (region, resource),
        _ => (region, reference),
    }
}

/// The object that an ARN, a key id or an alias names, if it is of one of the types.
pub(crate) fn named<'w>(
    world: &'w World,
    kinds: &[Arc<str>],
    region: &str,
    reference: &str,
) -> Option<&'w Arc<Object>> {
    let (region, resource) = parts(reference, region);
    if resource.starts_with("alias/") {
        let alias = world.find(&["aws_kms_alias".into()], region, resource)?;
        let target = alias.text("target_key_id")?;
        // An alias names a key, never another alias.
        return if parts(target, region).1.starts_with("alias/") { None } else { named(world, kinds, region, target) };
    }
    world.find(kinds, region, resource.strip_prefix("key/").unwrap_or(resource))
}

/// ARN of the key that a reference names, when that key seals and opens in the region.
///
/// Errors are the refusals of the real API.
pub(crate) fn usable(world: &World, cloud: &Cloud, region: &str, reference: &str) -> Result<Arc<str>, Refusal> {
    let (of_region, resource) = parts(reference, region);
    let managed = managed_ebs_key(cloud, of_region);
    if of_region != region {
        return Err(Refusal::new(
            "InvalidKmsKey.InvalidKeyId",
            format!("The KMS key {reference} is in region {of_region}; only a key of {region} can be used here."),
            format!(
                "Name a key of {region}: an aws_kms_key there, or for a multi-Region key an aws_kms_replica_key in {region}."
            ),
        ));
    }
    if reference == managed || resource.starts_with("alias/aws/") {
        return Ok(managed.into());
    }
    let mut id = resource.strip_prefix("key/").unwrap_or(resource).to_owned();
    if resource.starts_with("alias/") {
        let alias = world.find(&["aws_kms_alias".into()], region, resource);
        let target = alias.and_then(|a| a.text("target_key_id"));
        id = parts(target.ok_or_else(|| not_found(reference, region))?, region).1.trim_start_matches("key/").to_owned();
    }
    let candidates =
        KEY_KINDS.map(|kind| ObjectKey { kind: kind.into(), region: region.into(), id: id.as_str().into() });
    let Some(key) = candidates.iter().find_map(|c| world.even_pending(c)) else {
        let lost = candidates.iter().find_map(|c| world.lost(c));
        return Err(lost.map_or_else(|| not_found(reference, region), |lost| key_lost(&lost.object, &lost.by)));
    };
    works(key)
}

/// Whether a key that exists seals and opens.
fn works(key: &Object) -> Result<Arc<str>, Refusal> {
    if key.state == KeyState::PendingDeletion {
        return Err(Refusal::new(
            "KMSInvalidStateException",
            format!("{} is pending deletion.", key.arn),
            format!("Cancel the deletion with `drform sandbox restore key={}`, or use another key.", key.arn),
        ));
    }
    // aws_kms_key says is_enabled, aws_kms_replica_key says enabled.
    let switch = if key.attributes.contains_key("is_enabled") { "is_enabled" } else { "enabled" };
    if !flag(&key.attributes, switch) {
        return Err(Refusal::new(
            "DisabledException",
            format!("{} is disabled.", key.arn),
            format!("Set {switch} = true on the key, or use another key."),
        ));
    }
    if key.text("key_usage").is_some_and(|usage| usage != "ENCRYPT_DECRYPT") {
        return Err(Refusal::new(
            "InvalidKeyUsageException",
            format!("{} cannot encrypt: its key_usage is {}.", key.arn, key.text("key_usage").unwrap_or_default()),
            "Use a symmetric key with key_usage = \"ENCRYPT_DECRYPT\".",
        ));
    }
    Ok(key.arn.clone())
}

fn not_found(reference: &str, region: &str) -> Refusal {
    Refusal::new(
        "NotFoundException",
        format!("Key '{reference}' does not exist in region {region}."),
        "Name a key that exists in the region.",
    )
}

fn key_lost(key: &Object, by: &Domain) -> Refusal {
    Refusal::new(
        "NotFoundException",
        format!("Key '{}' does not exist: {by} is lost.", key.arn),
        match by {
            Domain::Key(_) => format!("Bring it back with `drform sandbox restore {by}`, or use another key."),
            _ => "Use another key: this one went with its region.".to_owned(),
        },
    )
}

/// Whether what a key seals can be opened now: the key is there, not pending deletion and enabled.
pub(crate) fn opens(world: &World, arn: &str) -> bool {
    let (region, resource) = parts(arn, "");
    if world.is_lost(&Domain::Region(region.into())) {
        return false;
    }
    let Some(id) = resource.strip_prefix("key/") else {
        return false;
    };
    if id == ids::uuid("aws/ebs", 0, region) {
        return true;
    }
    let candidates = KEY_KINDS.map(|kind| ObjectKey { kind: kind.into(), region: region.into(), id: id.into() });
    candidates.iter().filter_map(|c| world.even_pending(c)).any(|key| works(key).is_ok())
}
