//! Rules about internet gateways, route tables, routes, their associations and elastic addresses.

use super::Asked;
use super::network::Range;
use crate::Object;
use crate::fill::default_vpc;
use crate::object::{blocks, text};
use crate::refusal::Refusal;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Names of the destination in a route of its own and in a route inside a table.
const DESTINATIONS: [&str; 5] = [
    "destination_cidr_block",
    "destination_ipv6_cidr_block",
    "destination_prefix_list_id",
    "cidr_block",
    "ipv6_cidr_block",
];

/// Targets that the sandbox has none of, with the error code about one that is not there.
const FOREIGN: [(&str, &str); 9] = [
    ("carrier_gateway_id", "InvalidCarrierGatewayID.NotFound"),
    ("core_network_arn", "InvalidCoreNetworkArn.NotFound"),
    ("egress_only_gateway_id", "InvalidGatewayID.NotFound"),
    ("local_gateway_id", "InvalidLocalGatewayID.NotFound"),
    ("nat_gateway_id", "NatGatewayNotFound"),
    ("transit_gateway_id", "InvalidTransitGatewayID.NotFound"),
    ("vpc_endpoint_id", "InvalidVpcEndpointId.NotFound"),
    ("vpc_peering_connection_id", "InvalidVpcPeeringConnectionID.NotFound"),
    ("network_interface_id", "InvalidNetworkInterfaceID.NotFound"),
];

/// The internet gateway that is attached to a VPC.
fn gateway_of<'a>(asked: &Asked<'a>, vpc: &str) -> Option<&'a Arc<Object>> {
    asked.world.of_region("aws_internet_gateway", asked.region).find(|o| o.text("vpc_id") == Some(vpc))
}

pub(super) fn gateway_free(asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(vpc) = asked.text("vpc_id") else {
        return Ok(());
    };
    if asked.named("vpc_id").is_none() && vpc != default_vpc(asked.region) {
        return super::network::vpc_exists(asked);
    }
    match gateway_of(asked, vpc).filter(|other| other.key.id.as_ref() != asked.id) {
        Some(other) => Err(Refusal::new(
            "Resource.AlreadyAssociated",
            format!("The VPC {vpc} has an internet gateway attached already: {}.", other.key.id),
            "A VPC takes one internet gateway: use that one.",
        )),
        None => Ok(()),
    }
}

fn destination(route: &Map<String, Json>) -> Option<&str> {
    DESTINATIONS.iter().find_map(|name| text(route, name))
}

/// Refuses a target that is not there, or of another VPC.
fn target(asked: &Asked<'_>, route: &Map<String, Json>, vpc: &str) -> Result<(), Refusal> {
    if let Some(gateway) = text(route, "gateway_id") {
        let there = asked.world.find(&["aws_internet_gateway".into()], asked.region, gateway);
        let of = there.map(|gateway| gateway.text("vpc_id"));
        return match of {
            Some(of) if of == Some(vpc) => Ok(()),
            Some(_) => Err(Refusal::new(
                "InvalidParameterValue",
                format!("The route table and network gateway {gateway} belong to different networks."),
                format!("Attach the gateway to {vpc}, or name the one that is attached to it."),
            )),
            None if gateway == "local" => Ok(()),
            None => Err(no_target(gateway, "InvalidGatewayID.NotFound", asked.region)),
        };
    }
    if let Some(interface) = text(route, "network_interface_id") {
        let mut instances = asked.world.of_region("aws_instance", asked.region);
        if instances.any(|i| i.text("primary_network_interface_id") == Some(interface)) {
            return Ok(());
        }
    }
    let foreign = FOREIGN.iter().find_map(|(name, code)| Some((text(route, name)?, *code)));
    foreign.map_or(Ok(()), |(id, code)| Err(no_target(id, code, asked.region)))
}

fn no_target(id: &str, code: &'static str, region: &str) -> Refusal {
    let next =
        "Route to an aws_internet_gateway or to the interface of an aws_instance: others the sandbox has none of.";
    Refusal::new(code, format!("The target '{id}' of the route does not exist in {region}."), next)
}

fn table<'a>(asked: &Asked<'a>) -> Result<&'a Arc<Object>, Refusal> {
    asked.must_name("route_table_id", "InvalidRouteTableID.NotFound", "route table")
}

/// True when the VPC routes the destination itself.
fn is_local(asked: &Asked<'_>, vpc: &str, to: &str) -> bool {
    let vpc = asked.world.find(&["aws_vpc".into()], asked.region, vpc);
    vpc.and_then(|vpc| vpc.text("cidr_block")).is_some_and(|block| same(block, to))
}

fn same(one: &str, other: &str) -> bool {
    match (Range::parse(one), Range::parse(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn there_already(table: &str, to: &str) -> Refusal {
    Refusal::new(
        "RouteAlreadyExists",
        format!("The route identified by {to} already exists in route table {table}."),
        "Keep one route for each destination of a table.",
    )
}

/// One destination, and one only; a missing argument may be unknown.
pub(super) fn route_one_destination(arguments: &Map<String, Json>) -> Result<(), Refusal> {
    let given = DESTINATIONS.iter().filter(|name| text(arguments, name).is_some()).count();
    let open = DESTINATIONS.iter().take(3).any(|name| !arguments.contains_key(*name));
    if given > 1 || (given == 0 && !open) {
        return Err(Refusal::new(
            "MissingParameter",
            "A route leads to exactly one destination.",
            "Set one of destination_cidr_block, destination_ipv6_cidr_block and destination_prefix_list_id.",
        ));
    }
    Ok(())
}

pub(super) fn route_new(asked: &Asked<'_>) -> Result<(), Refusal> {
    let table = table(asked)?;
    let to = destination(asked.now).unwrap_or_default();
    let mut own = asked.world.of_region("aws_route", asked.region);
    let own = own.any(|r| {
        r.text("route_table_id") == Some(&table.key.id) && destination(&r.attributes).is_some_and(|d| same(d, to))
    });
    let inside = blocks(&table.attributes, "route").filter_map(destination).any(|d| same(d, to));
    let local = is_local(asked, table.text("vpc_id").unwrap_or_default(), to);
    if own || inside || local { Err(there_already(&table.key.id, to)) } else { Ok(()) }
}

pub(super) fn route_target(asked: &Asked<'_>) -> Result<(), Refusal> {
    let table = table(asked)?;
    target(asked, asked.now, table.text("vpc_id").unwrap_or_default())
}

pub(super) fn table_routes(asked: &Asked<'_>) -> Result<(), Refusal> {
    let vpc = asked.text("vpc_id").unwrap_or_default();
    let mut seen: Vec<&str> = Vec::new();
    for route in blocks(asked.now, "route") {
        target(asked, route, vpc)?;
        let to = destination(route).unwrap_or_default();
        if seen.iter().any(|other| same(other, to)) {
            return Err(there_already(asked.id, to));
        }
        seen.push(to);
    }
    Ok(())
}

pub(super) fn table_unused(asked: &Asked<'_>) -> Result<(), Refusal> {
    let mut all = asked.world.of_region("aws_route_table_association", asked.region);
    match all.find(|o| o.text("route_table_id") == Some(asked.id)) {
        Some(association) => Err(Refusal::new(
            "DependencyViolation",
            format!("The routeTable '{}' has dependencies and cannot be deleted: {}.", asked.id, association.key.id),
            "Destroy its aws_route_table_association first.",
        )),
        None => Ok(()),
    }
}

pub(super) fn association_of_one(arguments: &Map<String, Json>) -> Result<(), Refusal> {
    let names = ["subnet_id", "gateway_id"];
    let given = names.iter().filter(|name| text(arguments, name).is_some()).count();
    let open = names.iter().any(|name| !arguments.contains_key(*name));
    if given == 2 || (given == 0 && !open) {
        return Err(Refusal::new(
            "MissingParameter",
            "A route table is associated with one subnet or one gateway.",
            "Set subnet_id or gateway_id, not both.",
        ));
    }
    Ok(())
}

pub(super) fn association_fits(asked: &Asked<'_>) -> Result<(), Refusal> {
    let table = table(asked)?;
    let (argument, other) = match asked.text("subnet_id") {
        Some(_) => ("subnet_id", asked.must_name("subnet_id", "InvalidSubnetID.NotFound", "subnet")?),
        None => ("gateway_id", asked.must_name("gateway_id", "InvalidGatewayID.NotFound", "internet gateway")?),
    };
    if other.text("vpc_id") != table.text("vpc_id") {
        return Err(Refusal::new(
            "InvalidParameterValue",
            format!("Route table {} and {} belong to different networks.", table.key.id, other.key.id),
            "Associate parts of the same VPC.",
        ));
    }
    let mut all = asked.world.of_region(asked.name, asked.region).filter(|o| o.key.id.as_ref() != asked.id);
    match all.find(|o| o.text(argument) == Some(&other.key.id)) {
        Some(association) => Err(Refusal::new(
            "Resource.AlreadyAssociated",
            format!(
                "{} is already associated with route table {}.",
                other.key.id,
                association.text("route_table_id").unwrap_or_default()
            ),
            "A subnet goes by one route table: change that association, or destroy it first.",
        )),
        None => Ok(()),
    }
}

/// An address is given to an instance that is there, in a VPC with a way out.
pub(super) fn address_has_gateway(asked: &Asked<'_>) -> Result<(), Refusal> {
    if asked.text("instance").is_none() {
        return Ok(());
    }
    let instance = asked.must_name("instance", "InvalidInstanceID.NotFound", "instance")?;
    let subnet = instance.text("subnet_id").and_then(|id| asked.world.find(&["aws_subnet".into()], asked.region, id));
    // The default VPC comes with a gateway.
    let Some(vpc) = subnet.and_then(|subnet| subnet.text("vpc_id")).filter(|vpc| *vpc != default_vpc(asked.region))
    else {
        return Ok(());
    };
    match gateway_of(asked, vpc) {
        Some(_) => Ok(()),
        None => Err(Refusal::new(
            "Gateway.NotAttached",
            format!("Network {vpc} is not attached to any internet gateway."),
            "Make an aws_internet_gateway for the VPC, and name it in depends_on of the address.",
        )),
    }
}
