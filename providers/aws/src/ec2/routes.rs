//! Routes of a route table: where to, through what; and the requests that make, change and remove one.

use super::cidr;
use crate::cloud::{Action, ApiError, Region};
use aws_sdk_ec2::types::{Route, RouteOrigin, RouteTable};
use value::Value;

/// Attributes that name what a route goes through; a route has one of them. `network_interface_id` comes last: EC2 names
/// the interface of a NAT gateway or VPC endpoint too.
pub(crate) const TARGETS: [&str; 10] = [
    "carrier_gateway_id",
    "core_network_arn",
    "egress_only_gateway_id",
    "gateway_id",
    "local_gateway_id",
    "nat_gateway_id",
    "transit_gateway_id",
    "vpc_endpoint_id",
    "vpc_peering_connection_id",
    "network_interface_id",
];

/// Where a route leads. A table has one route for each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Destination {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
}

/// What a route goes through: the attribute and the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) attribute: &'static str,
    pub(crate) id: String,
}

impl Destination {
    /// The destination among texts by attribute; of networks by `ipv4` and `ipv6`.
    pub(crate) fn of<'a>(text: impl Fn(&str) -> Option<&'a str>, ipv4: &str, ipv6: &str) -> Option<Destination> {
        let filled = |name| text(name).filter(|text| !text.is_empty()).map(String::from);
        let ipv6 = || filled(ipv6).map(|text| Destination::Ipv6(cidr::canonical(&text)));
        let list = || filled("destination_prefix_list_id").map(Destination::PrefixList);
        filled(ipv4).map(Destination::Ipv4).or_else(ipv6).or_else(list)
    }

    /// Where a route of EC2 leads.
    pub(crate) fn of_route(route: &Route) -> Option<Destination> {
        let ipv4 = route.destination_cidr_block().map(|text| Destination::Ipv4(text.into()));
        let ipv6 = || route.destination_ipv6_cidr_block().map(|text| Destination::Ipv6(cidr::canonical(text)));
        let list = || route.destination_prefix_list_id().map(|text| Destination::PrefixList(text.into()));
        ipv4.or_else(ipv6).or_else(list)
    }

    /// As it is written.
    pub(crate) fn text(&self) -> &str {
        match self {
            Destination::Ipv4(text) | Destination::Ipv6(text) | Destination::PrefixList(text) => text,
        }
    }

    fn ipv4(&self) -> Option<String> {
        if let Destination::Ipv4(text) = self { Some(text.clone()) } else { None }
    }

    fn ipv6(&self) -> Option<String> {
        if let Destination::Ipv6(text) = self { Some(text.clone()) } else { None }
    }

    fn prefix_list(&self) -> Option<String> {
        if let Destination::PrefixList(text) = self { Some(text.clone()) } else { None }
    }
}

impl Target {
    /// The target among texts by attribute.
    pub(crate) fn of<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Option<Target> {
        let filled = |name: &'static str| {
            let id = text(name).filter(|text| !text.is_empty())?.to_owned();
            Some(Target { attribute: name, id })
        };
        TARGETS.iter().find_map(|name| filled(name))
    }

    /// What a route of EC2 goes through.
    pub(crate) fn of_route(route: &Route) -> Option<Target> {
        // The gateway's place holds ids of VPC endpoints too.
        let endpoint = route.gateway_id().filter(|id| id.starts_with("vpce-"));
        Target::of(|name| match name {
            "carrier_gateway_id" => route.carrier_gateway_id(),
            "core_network_arn" => route.core_network_arn(),
            "egress_only_gateway_id" => route.egress_only_internet_gateway_id(),
            "gateway_id" => route.gateway_id().filter(|_| endpoint.is_none()),
            "local_gateway_id" => route.local_gateway_id(),
            "nat_gateway_id" => route.nat_gateway_id(),
            "transit_gateway_id" => route.transit_gateway_id(),
            "vpc_endpoint_id" => endpoint,
            "vpc_peering_connection_id" => route.vpc_peering_connection_id(),
            _ => route.network_interface_id(),
        })
    }

    /// The VPC itself.
    pub(crate) fn is_local(&self) -> bool {
        self.attribute == "gateway_id" && self.id == LOCAL
    }

    fn when(&self, attribute: &str) -> Option<String> {
        (self.attribute == attribute).then(|| self.id.clone())
    }
}

/// What EC2 calls the VPC as a target.
const LOCAL: &str = "local";

/// A local target instead of whatever a route has now.
pub(crate) fn local() -> Target {
    Target { attribute: "gateway_id", id: LOCAL.into() }
}

/// The route of a table that leads there.
pub(crate) fn find<'a>(table: &'a RouteTable, destination: &Destination) -> Option<&'a Route> {
    table.routes().iter().find(|route| Destination::of_route(route).as_ref() == Some(destination))
}

/// Whether a gateway put the route there by itself.
pub(crate) fn is_propagated(route: &Route) -> bool {
    route.origin() == Some(&RouteOrigin::EnableVgwRoutePropagation)
}

/// Makes a route.
pub(crate) async fn create(region: &Region, table: &str, to: &Destination, via: &Target) -> Result<(), ApiError> {
    let ask = |c: &aws_sdk_ec2::Client| {
        c.create_route()
            .route_table_id(table)
            .set_destination_cidr_block(to.ipv4())
            .set_destination_ipv6_cidr_block(to.ipv6())
            .set_destination_prefix_list_id(to.prefix_list())
            .set_carrier_gateway_id(via.when("carrier_gateway_id"))
            .set_core_network_arn(via.when("core_network_arn"))
            .set_egress_only_internet_gateway_id(via.when("egress_only_gateway_id"))
            .set_gateway_id(via.when("gateway_id"))
            .set_local_gateway_id(via.when("local_gateway_id"))
            .set_nat_gateway_id(via.when("nat_gateway_id"))
            .set_network_interface_id(via.when("network_interface_id"))
            .set_transit_gateway_id(via.when("transit_gateway_id"))
            .set_vpc_endpoint_id(via.when("vpc_endpoint_id"))
            .set_vpc_peering_connection_id(via.when("vpc_peering_connection_id"))
            .send()
    };
    region.ec2().call(Action::same("CreateRoute"), ask).await.map(drop)
}

/// Gives a route another target.
pub(crate) async fn replace(region: &Region, table: &str, to: &Destination, via: &Target) -> Result<(), ApiError> {
    let ask = |c: &aws_sdk_ec2::Client| {
        c.replace_route()
            .route_table_id(table)
            .set_destination_cidr_block(to.ipv4())
            .set_destination_ipv6_cidr_block(to.ipv6())
            .set_destination_prefix_list_id(to.prefix_list())
            .set_local_target(via.is_local().then_some(true))
            .set_carrier_gateway_id(via.when("carrier_gateway_id"))
            .set_core_network_arn(via.when("core_network_arn"))
            .set_egress_only_internet_gateway_id(via.when("egress_only_gateway_id"))
            .set_gateway_id(via.when("gateway_id").filter(|_| !via.is_local()))
            .set_local_gateway_id(via.when("local_gateway_id"))
            .set_nat_gateway_id(via.when("nat_gateway_id"))
            .set_network_interface_id(via.when("network_interface_id"))
            .set_transit_gateway_id(via.when("transit_gateway_id"))
            .set_vpc_endpoint_id(via.when("vpc_endpoint_id"))
            .set_vpc_peering_connection_id(via.when("vpc_peering_connection_id"))
            .send()
    };
    region.ec2().call(Action::same("ReplaceRoute"), ask).await.map(drop)
}

/// Removes a route; one that is gone is no error, nor is one that cannot go because it is the VPC's own.
pub(crate) async fn delete(region: &Region, table: &str, to: &Destination) -> Result<(), ApiError> {
    let ask = |c: &aws_sdk_ec2::Client| {
        c.delete_route()
            .route_table_id(table)
            .set_destination_cidr_block(to.ipv4())
            .set_destination_ipv6_cidr_block(to.ipv6())
            .set_destination_prefix_list_id(to.prefix_list())
            .send()
    };
    match region.ec2().call(Action::same("DeleteRoute"), ask).await {
        Err(why) if why.is_not_found() => Ok(()),
        Err(why) if why.is("InvalidParameterValue") && why.message.contains("local route") => Ok(()),
        other => other.map(drop),
    }
}

/// Refusals of new routes that pass by themselves: what the route goes through is not ready yet.
pub(crate) fn is_early(why: &ApiError) -> bool {
    why.is("InvalidParameterException") || why.is("InvalidTransitGatewayID.NotFound")
}

/// Routes as `route` of a table has them: what is wrong with each, as far as it is known.
pub(crate) fn mistakes(routes: &Value) -> Vec<String> {
    let mut seen: Vec<Destination> = Vec::new();
    let mut found = Vec::new();
    for route in routes.as_items().unwrap_or_default().iter().filter(|route| route.as_object().is_some()) {
        let text = |name: &str| route.get(name).and_then(Value::as_str);
        for (kind, names) in [
            ("destination", ["cidr_block", "ipv6_cidr_block", "destination_prefix_list_id"].as_slice()),
            ("target", TARGETS.as_slice()),
        ] {
            let written =
                |name: &&&str| route.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
            match names.iter().filter(written).count() {
                1 => {}
                number => found.push(format!("Every route needs one {kind}, it has {number}: {}.", names.join(", "))),
            }
        }
        found
            .extend(text("cidr_block").filter(|text| !text.is_empty()).and_then(|text| cidr::ipv4_network(text).err()));
        let ipv6 = text("ipv6_cidr_block").filter(|text| !text.is_empty());
        found.extend(ipv6.and_then(|text| cidr::ipv6_network(text).err()));
        if let Some(destination) = Destination::of(text, "cidr_block", "ipv6_cidr_block") {
            if seen.contains(&destination) {
                found.push(format!("There are two routes to {}; a table can have one.", destination.text()));
            }
            seen.push(destination);
        }
    }
    found
}
