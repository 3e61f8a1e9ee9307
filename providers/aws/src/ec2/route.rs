//! `aws_route`: one route of a table.

use super::checksum::crc32;
use super::cidr;
use super::routes::{self, Destination, Target};
use crate::cloud::{Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, text};
use aws_sdk_ec2::types::{RouteOrigin, RouteState};
use std::time::Duration;

pub(crate) struct Route;

const IPV4: &str = "destination_cidr_block";
const IPV6: &str = "destination_ipv6_cidr_block";

impl Kind for Route {
    fn definition(&self) -> Definition {
        let to = || text().optional().replaces();
        let via = |about| text().optional().about(about);
        let shape = Shape::default()
            .field("route_table_id", text().required().replaces().about("Table of the route."))
            .field(IPV4, to().check(cidr::check_ipv4_network).about("IPv4 network that the route leads to."))
            .field(
                IPV6,
                to().check(cidr::check_ipv6_network)
                    .same_when(cidr::same_block)
                    .about("IPv6 network that the route leads to."),
            )
            .field("destination_prefix_list_id", to().about("Managed prefix list that the route leads to."))
            .field("carrier_gateway_id", via("Carrier gateway of a Wavelength zone; IPv4 only."))
            .field("core_network_arn", via("ARN of a core network of Cloud WAN."))
            .field("egress_only_gateway_id", via("Egress-only internet gateway; IPv6 only."))
            .field(
                "gateway_id",
                via("Internet gateway or VPN gateway; `local` for an imported route of the VPC itself."),
            )
            .field("local_gateway_id", via("Local gateway of an Outpost."))
            .field("nat_gateway_id", via("NAT gateway."))
            .field(
                "network_interface_id",
                text().optional().computed().about("Network interface, of a NAT instance for example."),
            )
            .field("transit_gateway_id", via("Transit gateway."))
            .field("vpc_endpoint_id", via("Endpoint of a Gateway Load Balancer; not for prefix lists."))
            .field("vpc_peering_connection_id", via("VPC peering connection."))
            .field("instance_id", text().computed().about("Instance of the network interface."))
            .field("instance_owner_id", text().computed().about("Account that owns the instance."))
            .field("origin", text().computed().about("How the route came about, such as `CreateRoute`."))
            .field("state", text().computed().about("`active`, or `blackhole` where the target is not there."));
        Definition::new("aws_route", "route", "One route of a route table.", shape)
            .regional()
            .timeouts(&[("create", 5), ("update", 2), ("delete", 5)])
            .group(Group::ExactlyOne(&[IPV4, IPV6, "destination_prefix_list_id"]))
            .group(Group::ExactlyOne(&routes::TARGETS))
            .group(Group::AtMostOne(&["carrier_gateway_id", IPV6]))
            .group(Group::AtMostOne(&["egress_only_gateway_id", IPV4]))
            .group(Group::AtMostOne(&["vpc_endpoint_id", "destination_prefix_list_id"]))
            .import("rtb-656c65616e6f72_10.42.0.0/16")
    }

    async fn plan(&self, _region: Option<&Region>, plan: &mut Plan) {
        if plan.prior.is_none() && plan.config.text("gateway_id") == Some("local") {
            plan.refuse(
                "gateway_id",
                "Routes of the VPC itself cannot be made, they are there. Import this one to change it: its id is the \
                 route table's, then _ and the destination.",
            );
        }
        let names = routes::TARGETS.iter().filter(|name| **name != "network_interface_id");
        let others = plan.prior.is_some() && names.clone().any(|name| plan.changes(name));
        if others && plan.config.is_null("network_interface_id") {
            plan.planned.set_unknown("network_interface_id");
        }
        if others || plan.changes("network_interface_id") {
            for name in ["instance_id", "instance_owner_id", "origin", "state"] {
                plan.planned.set_unknown(name);
            }
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let table_id = object.text("route_table_id").unwrap_or_default().to_owned();
        let Some(to) = destination(object) else { return Ok(false) };
        let found = region.reads.route_tables.get(&table_id).await;
        let found = found.map_err(|why| why.while_doing(format!("read the route to {} in {table_id}", to.text())))?;
        let route = found.as_ref().and_then(|table| routes::find(table, &to));
        let Some(route) = route.filter(|route| !routes::is_propagated(route)) else { return Ok(false) };
        let target = Target::of_route(route);
        for name in routes::TARGETS {
            object.set_text(name, target.as_ref().filter(|target| target.attribute == name).map(|target| &target.id));
        }
        // EC2 names the interface of a NAT instance; of other targets it has none.
        object.set_text("network_interface_id", Some(route.network_interface_id().unwrap_or_default()));
        object.set_text("instance_id", Some(route.instance_id().unwrap_or_default()));
        object.set_text("instance_owner_id", Some(route.instance_owner_id().unwrap_or_default()));
        object.set_text("origin", route.origin().map(RouteOrigin::as_str));
        object.set_text("state", route.state().map(RouteState::as_str));
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (table, to, via) = parts(change)?;
        let doing = || format!("make the route to {} in route table {table}", to.text());
        let made = || change.made(&id(&table, to.text()));
        // EC2 answers a request for a route that is there already, with the same target, as if it had made it.
        let there = region.reads.route_tables.fresh(&table).await.map_err(|why| why.while_doing(doing()))?;
        let there = there.as_ref().and_then(|table| routes::find(table, &to));
        if let Some(route) = there.filter(|route| !routes::is_propagated(route)) {
            if !change.repeated || Target::of_route(route).as_ref() != Some(&via) {
                let import = format!("{table}_{}", to.text());
                let why =
                    format!("The table has a route to {} already. Import it ({import}), or remove it.", to.text());
                return Err(Trouble::refused(doing(), why));
            }
            made();
            return Ok(());
        }
        let wait = Wait { doing: doing(), until: "made", timeout: change.timeout("create") };
        let surely = wait.run(|| async {
            match routes::create(region, &table, &to, &via).await {
                Err(why) if routes::is_early(&why) => Ok(Seen::Pending(format!("refused ({})", why.code))),
                // An earlier try that was not answered; whether it was ours is seen below.
                Err(why) if why.is("RouteAlreadyExists") && why.tried_before => Ok(Seen::Done(false)),
                Err(why) => Err(why.while_doing(wait.doing.as_str())),
                Ok(()) => Ok(Seen::Done(true)),
            }
        });
        if surely.await? {
            made();
        }
        until_seen(region, &table, &to, &via, &wait).await?;
        made();
        Ok(())
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        if !routes::TARGETS.iter().any(|name| change.changes(name)) {
            return Ok(());
        }
        let (table, to, via) = parts(change)?;
        let doing = format!("change the route to {} in route table {table}", to.text());
        let done = routes::replace(region, &table, &to, &via).await;
        done.map_err(|why| why.while_doing(doing.as_str()))?;
        let wait = Wait { doing, until: "changed", timeout: change.timeout("update") };
        until_seen(region, &table, &to, &via, &wait).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let table = object.text("route_table_id").unwrap_or_default();
        let Some(to) = destination(object) else { return Ok(()) };
        let doing = format!("remove the route to {} from route table {table}", to.text());
        let wait = Wait { doing, until: "gone", timeout };
        wait.run(|| async {
            match routes::delete(region, table, &to).await {
                Err(why) if routes::is_early(&why) => Ok(Seen::Pending(format!("refused ({})", why.code))),
                Err(why) => Err(why.while_doing(wait.doing.as_str())),
                Ok(()) => Ok(Seen::Done(())),
            }
        })
        .await?;
        wait.run(|| async {
            let found = region.reads.route_tables.fresh(table).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            let route = found.as_ref().and_then(|table| routes::find(table, &to));
            let ours = route.filter(|route| route.origin() == Some(&RouteOrigin::CreateRoute));
            Ok(ours.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
        })
        .await
    }

    fn import(&self, text: &str, object: &mut Fields) -> Result<(), String> {
        let Some((table, to)) = text.split_once('_').filter(|(table, to)| table.starts_with("rtb-") && !to.is_empty())
        else {
            return Err("A route is imported by the id of its table, then _ and the destination.".into());
        };
        let name = match to {
            _ if to.contains(':') => IPV6,
            _ if to.contains('.') => IPV4,
            _ => "destination_prefix_list_id",
        };
        object.set_text("route_table_id", Some(table));
        object.set_text(name, Some(to));
        object.set_text("id", Some(id(table, to)));
        Ok(())
    }
}

/// The id of a route, as `hashicorp/aws` makes it: `r-`, the table, and the CRC-32 of the destination.
fn id(table: &str, destination: &str) -> String {
    format!("r-{table}{}", crc32(destination))
}

fn destination(object: &Fields) -> Option<Destination> {
    Destination::of(|name| object.text(name), IPV4, IPV6)
}

/// Table, destination and target of a change. The target is what is written: `network_interface_id` may still hold what
/// was there.
fn parts(change: &Change) -> Result<(String, Destination, Target), Trouble> {
    let table = change.planned.text("route_table_id").unwrap_or_default().to_owned();
    match (destination(&change.planned), Target::of(|name| change.config.text(name))) {
        (Some(to), Some(via)) => Ok((table, to, via)),
        _ => Err(Trouble::refused("make the route", "It has no destination or no target. Write one of each.")),
    }
}

async fn until_seen(
    region: &Region,
    table: &str,
    to: &Destination,
    via: &Target,
    wait: &Wait<'_>,
) -> Result<(), Trouble> {
    wait.run(|| async {
        let found = region.reads.route_tables.fresh(table).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let route = found.as_ref().and_then(|table| routes::find(table, to));
        Ok(match route.map(Target::of_route) {
            Some(Some(target)) if target == *via => Seen::Done(()),
            Some(Some(target)) => Seen::Pending(format!("through {}", target.id)),
            _ => Seen::Pending("not found".into()),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    /// The id of a default route as seen in states of `hashicorp/aws`.
    #[test]
    fn ids() {
        assert_eq!(super::id("rtb-1", "0.0.0.0/0"), "r-rtb-11080289494");
    }
}
