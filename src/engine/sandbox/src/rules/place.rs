//! Rules about regions, zones, subnets and placement groups.

use super::Asked;
use crate::fill::default_subnet;
use crate::object::flag;
use crate::refusal::Refusal;
use crate::{Domain, Object};
use std::sync::Arc;

/// Running instances that a rack-level spread group takes per zone.
/// Source: Amazon EC2 User Guide, spread placement groups.
const SPREAD_PER_ZONE: usize = 7;

/// The refusal of anything that needs a lost domain.
pub(crate) fn lost(domain: &Domain, elsewhere: &str) -> Refusal {
    Refusal::new(
        "Unavailable",
        format!("{domain} does not answer: it is lost."),
        format!("Run `drform sandbox restore {domain}`, or {elsewhere}."),
    )
}

pub(super) fn region_usable(asked: &Asked<'_>) -> Result<(), Refusal> {
    if !asked.overlay().regions.all.contains_key(asked.region) {
        let message = format!("invalid AWS Region: {:?}", asked.region);
        let next = format!("The sandbox has the regions {}.", asked.overlay().region_names());
        return Err(Refusal::new("InvalidRegion", message, next));
    }
    let region = Domain::Region(asked.region.into());
    if asked.world.is_lost(&region) { Err(lost(&region, "work in another region")) } else { Ok(()) }
}

pub(super) fn zone_known(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(zone) = asked.zone else {
        return Ok(());
    };
    let region = asked.overlay().regions.all.get(asked.region);
    let zones = region.map(|r| r.zones.keys().map(AsRef::as_ref).collect::<Vec<&str>>()).unwrap_or_default();
    if zones.contains(&zone) {
        return Ok(());
    }
    Err(Refusal::new(
        "InvalidParameterValue",
        format!(
            "Value ({zone}) for parameter availabilityZone is invalid. Zones of {}: {}.",
            asked.region,
            zones.join(", ")
        ),
        "Name a zone of the region that the provider configuration or the region argument gives.",
    ))
}

pub(super) fn zone_usable(asked: &Asked<'_>) -> Result<(), Refusal> {
    let zone = asked.zone.map(|zone| Domain::Zone(zone.into()));
    match zone.filter(|zone| asked.world.is_lost(zone)) {
        Some(zone) => Err(lost(&zone, "place it in another zone")),
        None => Ok(()),
    }
}

pub(super) fn subnet_fixes_zone(asked: &Asked<'_>) -> Result<(), Refusal> {
    let (Some(id), Some(zone)) = (asked.text("subnet_id"), asked.zone) else {
        return Ok(());
    };
    let Some(subnet) = asked.named("subnet_id") else {
        if id == default_subnet(zone) {
            return Ok(());
        }
        let message = format!("The subnet ID '{id}' does not exist in {}", asked.region);
        return Err(Refusal::new("InvalidSubnetID.NotFound", message, "Name a subnet of the region."));
    };
    match subnet.text("availability_zone") {
        Some(of) if of != zone => Err(Refusal::new(
            "InvalidParameterValue",
            format!("The Availability Zone '{zone}' is not that of subnet '{id}', which is in '{of}'."),
            format!("Leave availability_zone out, or choose a subnet in {zone}."),
        )),
        _ => Ok(()),
    }
}

pub(super) fn address_free(asked: &Asked<'_>) -> Result<(), Refusal> {
    match (asked.text("subnet_id"), asked.text("private_ip")) {
        (Some(subnet), None) => Err(Refusal::new(
            "InsufficientFreeAddressesInSubnet",
            format!("There are not enough free addresses in subnet '{subnet}'."),
            "Use another subnet, or a larger one.",
        )),
        _ => Ok(()),
    }
}

fn group<'a>(asked: &Asked<'a>) -> Option<&'a Arc<Object>> {
    asked.named("placement_group")
}

/// Instances of the region in the named group.
fn members<'a>(asked: &Asked<'a>, group: &'a str) -> impl Iterator<Item = &'a Arc<Object>> {
    asked.world.of_region("aws_instance", asked.region).filter(move |i| i.text("placement_group") == Some(group))
}

pub(super) fn group_exists(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.text("placement_group") {
        Some(name) if group(asked).is_none() => Err(Refusal::new(
            "InvalidPlacementGroup.Unknown",
            format!("The Placement Group '{name}' is unknown in {}.", asked.region),
            "Make an aws_placement_group of that name in the region, and refer to it so that it comes first.",
        )),
        _ => Ok(()),
    }
}

pub(super) fn spread_limit(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(group) = group(asked).filter(|g| g.text("strategy") == Some("spread")) else {
        return Ok(());
    };
    let (name, zone) = (group.key.id.as_ref(), asked.zone.unwrap_or_default());
    let there = members(asked, name).filter(|i| i.zone.as_deref() == asked.zone).count();
    if group.text("spread_level") == Some("host") || there < SPREAD_PER_ZONE {
        return Ok(());
    }
    Err(Refusal::new(
        "InsufficientInstanceCapacity",
        format!(
            "The spread placement group '{name}' has {there} running instances in {zone}; it takes {SPREAD_PER_ZONE} per Availability Zone."
        ),
        "Use another zone or a second group; drform_spread with per_zone_max = 7 plans within the limit.",
    ))
}

pub(super) fn cluster_one_zone(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(group) = group(asked).filter(|g| g.text("strategy") == Some("cluster")) else {
        return Ok(());
    };
    let name = group.key.id.as_ref();
    match members(asked, name).find(|i| i.zone.as_deref() != asked.zone).and_then(|i| i.zone.as_deref()) {
        Some(zone) => Err(Refusal::new(
            "InvalidPlacementGroup.InUse",
            format!("The placement group '{name}' is in use in another availability zone: {zone}."),
            format!("Place the instance in {zone}, or use a partition or spread group."),
        )),
        None => Ok(()),
    }
}

pub(super) fn group_empty(asked: &Asked<'_>) -> Result<(), Refusal> {
    match members(asked, asked.id).next() {
        Some(instance) => Err(Refusal::new(
            "InvalidPlacementGroup.InUse",
            format!("The placement group '{}' is in use by {} and may not be deleted.", asked.id, instance.key.id),
            "Destroy its instances first.",
        )),
        None => Ok(()),
    }
}

pub(super) fn termination_protection(asked: &Asked<'_>) -> Result<(), Refusal> {
    if !flag(asked.now, "disable_api_termination") || flag(asked.now, "force_destroy") {
        return Ok(());
    }
    Err(Refusal::new(
        "OperationNotPermitted",
        format!("The instance '{}' may not be terminated: its 'disableApiTermination' attribute is set.", asked.id),
        "Set disable_api_termination = false and apply, then destroy.",
    ))
}
