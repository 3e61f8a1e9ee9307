//! Where things are: region and zone of an object, from its attributes or from what they come from.

use crate::observed::{Fact, Observations, Observed, Target, not_known};
use crate::{Class, Domain, Formula};
use std::sync::Arc;

/// How far a zone is followed through references; longer chains do not occur in practice.
const HOPS_MAX: u32 = 6;

/// The region of an object: its own attribute, its ARN, its provider configuration, its zone (recovery.md 2.2).
pub(crate) fn region(observations: &Observations<'_>, object: &Observed) -> Fact<Arc<str>> {
    if let Some(region) = text(object, "region") {
        return Ok(region);
    }
    if let Some(region) = text(object, "arn").and_then(|arn| region_of_arn(&arn)) {
        return Ok(region);
    }
    if let Some(region) = &object.region {
        return Ok(region.clone());
    }
    match zone(observations, object) {
        Ok(Some(zone)) => region_of_zone(&zone).ok_or_else(|| not_known(object, "region")),
        _ => Err(not_known(object, "region")),
    }
}

/// The zone of an object; `None` for objects that are not in one.
pub(crate) fn zone(observations: &Observations<'_>, object: &Observed) -> Fact<Option<Arc<str>>> {
    zone_within(observations, object, HOPS_MAX)
}

fn zone_within(observations: &Observations<'_>, object: &Observed, hops: u32) -> Fact<Option<Arc<str>>> {
    let Some(value) = object.value.get("availability_zone") else {
        return Ok(None);
    };
    if let Some(zone) = value.as_str() {
        return Ok(Some(zone.into()));
    }
    if hops == 0 {
        return Err(not_known(object, "availability_zone"));
    }
    // The attribute is copied from another object's zone.
    if let Some((address, attribute)) = observations.foreign_origin(object, value)
        && attribute.as_deref() == Some("availability_zone")
        && let Some(other) = observations.get(&address)
    {
        return zone_within(observations, other, hops - 1);
    }
    // An instance is where its subnet is.
    match observations.target(object, "subnet_id") {
        Ok(Some(Target::Address(subnet))) => match observations.get(&subnet) {
            Some(subnet) => zone_within(observations, subnet, hops - 1),
            None => Err(not_known(object, "availability_zone")),
        },
        _ => Err(not_known(object, "availability_zone")),
    }
}

/// Needs its region.
pub(crate) fn regional(observations: &Observations<'_>, object: &Observed) -> Formula {
    match region(observations, object) {
        Ok(region) => Formula::Alive(Domain::new(Class::Region, region)),
        Err(why) => Formula::Somewhere(Class::Region, why),
    }
}

/// Needs its zone and its region.
pub(crate) fn zonal(observations: &Observations<'_>, object: &Observed) -> Formula {
    let zone = match zone(observations, object) {
        Ok(Some(zone)) => Formula::Alive(Domain::new(Class::Zone, zone)),
        Ok(None) => Formula::Somewhere(Class::Zone, not_known(object, "availability_zone")),
        Err(why) => Formula::Somewhere(Class::Zone, why),
    };
    zone.and(regional(observations, object))
}

/// `arn:aws:kms:eu-central-1:…` is in eu-central-1; ARNs of global services have no region.
pub(crate) fn region_of_arn(arn: &str) -> Option<Arc<str>> {
    let mut parts = arn.split(':');
    if parts.next() != Some("arn") {
        return None;
    }
    parts.nth(2).filter(|region| !region.is_empty()).map(Arc::from)
}

/// `eu-central-1a` is in eu-central-1: the name of an ordinary zone is its region's and a letter.
fn region_of_zone(zone: &str) -> Option<Arc<str>> {
    let region = zone.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    region.ends_with(|c: char| c.is_ascii_digit()).then(|| region.into())
}

fn text(object: &Observed, attribute: &str) -> Option<Arc<str>> {
    object.value.get(attribute).and_then(value::Value::as_str).filter(|t| !t.is_empty()).map(Arc::from)
}
