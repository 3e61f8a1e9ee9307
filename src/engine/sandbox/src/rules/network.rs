//! Rules about VPCs and subnets, and IPv4 ranges.

use super::Asked;
use crate::fill::default_vpc;
use crate::object::text;
use crate::refusal::Refusal;
use serde_json::{Map, Value as Json};
use std::net::Ipv4Addr;

/// An IPv4 range in CIDR form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    first: u32,
    /// Bits of the prefix, 0 to 32.
    bits: u32,
}

impl Range {
    /// Reads `10.0.0.0/16`; bits after the prefix are dropped.
    pub(crate) fn parse(text: &str) -> Option<Range> {
        let (address, bits) = text.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let bits = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        Some(Range { first: u32::from(address) & mask, bits })
    }

    fn last(self) -> u32 {
        self.first | u32::MAX.checked_shr(self.bits).unwrap_or(0)
    }

    fn contains(self, other: Range) -> bool {
        self.first <= other.first && other.last() <= self.last()
    }

    fn overlaps(self, other: Range) -> bool {
        self.first <= other.last() && other.first <= self.last()
    }

    /// Addresses for instances: all but the first four and the last.
    /// Source: Amazon VPC User Guide, subnet CIDR blocks.
    pub(crate) fn hosts(self) -> impl Iterator<Item = Ipv4Addr> {
        (self.first.saturating_add(4)..self.last()).map(Ipv4Addr::from)
    }
}

/// Reads the range of an attribute; a missing or null one passes.
fn range(attributes: &Map<String, Json>, code: &'static str) -> Result<Option<Range>, Refusal> {
    let Some(block) = text(attributes, "cidr_block") else {
        return Ok(None);
    };
    match Range::parse(block) {
        Some(range) if (16..=28).contains(&range.bits) => Ok(Some(range)),
        _ => Err(Refusal::new(
            code,
            format!("The CIDR '{block}' is invalid: it must be an IPv4 block between /16 and /28."),
            "Write a block such as 10.0.0.0/16.",
        )),
    }
}

pub(super) fn vpc_range(arguments: &Map<String, Json>) -> Result<(), Refusal> {
    range(arguments, "InvalidVpc.Range").map(|_| ())
}

pub(super) fn vpc_exists(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(id) = asked.text("vpc_id") else {
        return Ok(());
    };
    if asked.named("vpc_id").is_some() || id == default_vpc(asked.region) {
        return Ok(());
    }
    let message = format!("The vpc ID '{id}' does not exist in {}.", asked.region);
    Err(Refusal::new("InvalidVpcID.NotFound", message, "Name a VPC of the same region and provider configuration."))
}

pub(super) fn subnet_range(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(own) = range(asked.now, "InvalidSubnet.Range")? else {
        return Ok(());
    };
    let block = asked.text("cidr_block").unwrap_or_default();
    let vpc = asked.named("vpc_id");
    let of_vpc = vpc.and_then(|vpc| Range::parse(vpc.text("cidr_block")?));
    if of_vpc.is_some_and(|of_vpc| !of_vpc.contains(own)) {
        let message = format!("The CIDR '{block}' is not inside the block of the VPC.");
        return Err(Refusal::new(
            "InvalidSubnet.Range",
            message,
            "Choose a part of the VPC's cidr_block: cidrsubnet() makes them.",
        ));
    }
    let vpc_id = asked.text("vpc_id");
    let subnets = asked.world.of_region("aws_subnet", asked.region).filter(|s| s.text("vpc_id") == vpc_id);
    let clash =
        subnets.into_iter().find(|s| s.text("cidr_block").and_then(Range::parse).is_some_and(|r| r.overlaps(own)));
    match clash {
        Some(other) => Err(Refusal::new(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{block}' conflicts with another subnet, {}.", other.key.id),
            "Choose a block that overlaps no other subnet of the VPC.",
        )),
        None => Ok(()),
    }
}

/// Refuses a deletion while an object of a type names this one.
fn nothing_inside(asked: &Asked<'_>, kind: &str, attribute: &str) -> Result<(), Refusal> {
    let inside = asked.world.of_region(kind, asked.region).find(|o| o.text(attribute) == Some(asked.id));
    match inside {
        Some(object) => Err(Refusal::new(
            "DependencyViolation",
            format!("'{}' has dependencies and cannot be deleted: {} {} is in it.", asked.id, kind, object.key.id),
            format!("Destroy {} first.", object.key.id),
        )),
        None => Ok(()),
    }
}

pub(super) fn vpc_empty(asked: &Asked<'_>) -> Result<(), Refusal> {
    ["aws_subnet", "aws_internet_gateway", "aws_security_group", "aws_route_table"]
        .iter()
        .try_for_each(|kind| nothing_inside(asked, kind, "vpc_id"))
}

pub(super) fn subnet_empty(asked: &Asked<'_>) -> Result<(), Refusal> {
    nothing_inside(asked, "aws_instance", "subnet_id")
}

#[cfg(test)]
mod tests;
