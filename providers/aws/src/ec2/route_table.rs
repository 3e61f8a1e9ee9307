//! `aws_route_table`: routes that subnets and gateways of a VPC go by.

use super::routes::{self, Destination, TARGETS, Target};
use super::tagging;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::refused;
use crate::shape::{Definition, Shape, of, text, text_set};
use aws_sdk_ec2::types::{ResourceType, Route, RouteOrigin, Tag};
use sdk::Findings;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use value::{Path, Type, Value};

type Found = aws_sdk_ec2::types::RouteTable;
type Wanted = BTreeMap<Destination, Target>;

pub(crate) struct RouteTable;

impl Kind for RouteTable {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the table."))
            .field("owner_id", text().computed().about("Account that owns the table."))
            .field(
                "propagating_vgws",
                text_set().optional().computed().about("VPN gateways that add routes of their own to the table."),
            )
            .field(
                "route",
                of(Type::set(route_type())).optional().computed().same_when(same_routes).about(
                    "All routes of the table but those of the VPC itself and of gateways: each with a destination \
                     (`cidr_block`, `ipv6_cidr_block` or `destination_prefix_list_id`) and a target. Others are removed. \
                     Without `route` those that are there stay; `[]` removes them. Do not use it together with \
                     `aws_route` for the same table.",
                ),
            )
            .field("vpc_id", text().required().replaces().about("VPC of the table."));
        Definition::new("aws_route_table", "route table", "Routes for subnets and gateways of a VPC.", shape)
            .regional()
            .tagged()
            .timeouts(&[("create", 5), ("update", 2), ("delete", 5)])
            .import("rtb-4e616f6d69")
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        let mistakes = routes::mistakes(config.get("route"));
        findings.extend(mistakes.into_iter().map(|why| refused(Path::attribute("route"), why)));
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.route_tables.get(&id).await;
        let Some(table) = found.map_err(|why| why.while_doing(format!("read route table {id}")))? else {
            return Ok(false);
        };
        let account = table.owner_id().unwrap_or_default();
        let arn = format!("arn:{}:ec2:{}:{account}:route-table/{id}", region.partition(), region.name());
        object.set_text("arn", Some(arn));
        object.set_text("owner_id", Some(account));
        object.set_texts("propagating_vgws", propagating(&table));
        let routes = shown(object.get("route"), &table);
        object.set("route", routes);
        object.set_text("vpc_id", table.vpc_id());
        // FSx marks the tables of its file systems.
        let tags: Vec<Tag> = table.tags().iter().filter(|tag| tag.key() != Some("AmazonFSx")).cloned().collect();
        tagging::show(region, object, &tags);
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let table = &change.planned;
        let asked = region.ec2().call(Action::same("CreateRouteTable"), |c| {
            c.create_route_table()
                .client_token(change.token.as_ref())
                .set_vpc_id(table.text("vpc_id").map(String::from))
                .set_tag_specifications(tagging::specifications(change, ResourceType::RouteTable))
                .send()
        });
        let made = asked.await.map_err(|why| why.while_doing("create the route table"))?;
        let id = made.route_table().and_then(Found::route_table_id);
        let id = id.ok_or_else(|| Trouble::ours("CreateRouteTable answered without an id"))?;
        change.made(id);
        let timeout = change.timeout("create");
        let wait = Wait { doing: format!("create route table {id}"), until: "there", timeout };
        wait.run(|| async {
            let found = region.reads.route_tables.fresh(id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Pending("not found".into()), |_| Seen::Done(())))
        })
        .await?;
        bring(region, id, table, timeout).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.prior.id();
        if change.changes_any(&["propagating_vgws", "route"]) {
            bring(region, id, &change.planned, change.timeout("update")).await?;
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        let wait = Wait { doing: format!("delete route table {id}"), until: "deleted", timeout };
        let look = || async {
            let found = region.reads.route_tables.fresh(id).await;
            found.map_err(|why| why.while_doing(wait.doing.as_str()))
        };
        let Some(table) = look().await? else { return Ok(()) };
        for association in table.associations().iter().filter(|one| one.main() != Some(true)) {
            let association = association.route_table_association_id().unwrap_or_default();
            let action = Action::same("DisassociateRouteTable");
            let ask = |c: &aws_sdk_ec2::Client| c.disassociate_route_table().association_id(association).send();
            match region.ec2().call(action, ask).await {
                Err(why) if !why.is_not_found() => return Err(why.while_doing(wait.doing.as_str())),
                _ => {}
            }
        }
        wait.run(|| async {
            let action = Action::same("DeleteRouteTable");
            match region.ec2().call(action, |c| c.delete_route_table().route_table_id(id).send()).await {
                Err(why) if why.is_not_found() => Ok(Seen::Done(())),
                // Associations that were removed a moment ago are still seen.
                Err(why) if why.is("DependencyViolation") && !is_main(&table) => {
                    Ok(Seen::Pending(format!("in use ({})", why.message.trim_end_matches('.'))))
                }
                Err(why) => Err(why.while_doing(wait.doing.as_str())),
                Ok(_) => Ok(Seen::Done(())),
            }
        })
        .await?;
        wait.run(|| async { Ok(look().await?.map_or(Seen::Done(()), |_| Seen::Pending("there".into()))) }).await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        object.set_text("id", Some(id));
        match id.starts_with("rtb-") {
            true => Ok(()),
            false => Err("A route table is imported by its id.".into()),
        }
    }
}

/// A route as it is written, attribute for attribute as in `hashicorp/aws`.
fn route_type() -> Type {
    let destinations = ["cidr_block", "destination_prefix_list_id", "ipv6_cidr_block"];
    Type::object(destinations.into_iter().chain(TARGETS).map(|name| (name, Type::String)))
}

fn destination(route: &Value) -> Option<Destination> {
    Destination::of(|name| route.get(name)?.as_str(), "cidr_block", "ipv6_cidr_block")
}

fn wanted(routes: &Value) -> Wanted {
    let items = routes.as_items().unwrap_or_default().iter();
    items.filter_map(|route| Some((destination(route)?, Target::of(|name| route.get(name)?.as_str())?))).collect()
}

fn same_routes(one: &Value, other: &Value) -> bool {
    one.as_items().is_some() && other.as_items().is_some() && wanted(one) == wanted(other)
}

fn is_main(table: &Found) -> bool {
    table.associations().iter().any(|one| one.main() == Some(true))
}

fn propagating(table: &Found) -> BTreeSet<String> {
    table.propagating_vgws().iter().filter_map(|vgw| vgw.gateway_id()).map(String::from).collect()
}

/// Whether a route is a user's: not the VPC's own, nor one that gateways, endpoints and services of AWS keep.
fn is_a_users(table: &Found, route: &Route) -> bool {
    let gateway = route.gateway_id().unwrap_or_default();
    let for_an_endpoint = route.destination_prefix_list_id().is_some() && gateway.starts_with("vpce-");
    // Interfaces that a service of AWS keeps in the account.
    let of_a_service = route.network_interface_id().is_some()
        && route.instance_owner_id().is_some_and(|owner| !owner.is_empty() && Some(owner) != table.owner_id());
    !matches!(gateway, "local" | "VpcLattice") && !routes::is_propagated(route) && !for_an_endpoint && !of_a_service
}

/// The routes as the object shows them: those that are written and true as they are written, and the others of users.
fn shown(believed: &Value, table: &Found) -> Value {
    let mut shown: Vec<Value> = Vec::new();
    let mut done: BTreeSet<Destination> = BTreeSet::new();
    for written in believed.as_items().unwrap_or_default() {
        let Some(to) = destination(written) else { continue };
        let there = routes::find(table, &to).and_then(Target::of_route);
        if there.is_some() && there == Target::of(|name| written.get(name)?.as_str()) {
            shown.push(written.clone());
            done.insert(to);
        }
    }
    for route in table.routes().iter().filter(|route| is_a_users(table, route)) {
        let Some(to) = Destination::of_route(route).filter(|to| !done.contains(to)) else { continue };
        let target = Target::of_route(route);
        let text = |name: &str| match (&to, name) {
            (Destination::Ipv4(text), "cidr_block")
            | (Destination::Ipv6(text), "ipv6_cidr_block")
            | (Destination::PrefixList(text), "destination_prefix_list_id") => text.clone(),
            _ => target.as_ref().filter(|target| target.attribute == name).map_or(String::new(), |t| t.id.clone()),
        };
        let names = ["cidr_block", "destination_prefix_list_id", "ipv6_cidr_block"].into_iter().chain(TARGETS);
        shown.push(Value::object(names.map(|name| (name, Value::string(text(name))))));
    }
    Value::set(route_type(), shown)
}

/// What is still to be done to a table.
#[derive(Debug, Default)]
struct Steps {
    create: Wanted,
    replace: Wanted,
    delete: Vec<Destination>,
    enable: BTreeSet<String>,
    disable: BTreeSet<String>,
}

impl Steps {
    fn between(table: &Found, object: &Fields) -> Steps {
        let mut steps = Steps::default();
        let written = |name: &str| !object.is_null(name) && !object.is_unknown(name);
        if written("propagating_vgws") {
            let (there, wanted) = (propagating(table), object.texts("propagating_vgws").into_iter().collect());
            steps.enable = BTreeSet::difference(&wanted, &there).cloned().collect();
            steps.disable = there.difference(&wanted).cloned().collect();
        }
        if !written("route") {
            return steps;
        }
        let mut wanted = wanted(object.get("route"));
        for route in table.routes() {
            let Some(to) = Destination::of_route(route) else { continue };
            let its_own = route.origin() == Some(&RouteOrigin::CreateRouteTable);
            let there = Target::of_route(route);
            match wanted.remove(&to) {
                Some(target) if there.as_ref() == Some(&target) => {}
                // A propagated route gives way to one that is made.
                Some(target) if routes::is_propagated(route) => drop(steps.create.insert(to, target)),
                Some(target) => drop(steps.replace.insert(to, target)),
                // The VPC's own route cannot go; it gets its first target back.
                None if its_own && there.is_some_and(|target| !target.is_local()) => {
                    steps.replace.insert(to, routes::local());
                }
                None if is_a_users(table, route) => steps.delete.push(to),
                None => {}
            }
        }
        steps.create.extend(wanted);
        steps
    }

    fn is_empty(&self) -> bool {
        let routes = self.create.is_empty() && self.replace.is_empty() && self.delete.is_empty();
        routes && self.enable.is_empty() && self.disable.is_empty()
    }
}

/// Brings routes and propagation to what the object says, from whatever is there, until it is seen.
async fn bring(region: &Region, id: &str, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("change the routes of route table {id}"), until: "all there", timeout };
    wait.run(|| async {
        let found = region.reads.route_tables.fresh(id).await;
        let Some(table): Option<Arc<Found>> = found.map_err(|why| why.while_doing(wait.doing.as_str()))? else {
            return Ok(Seen::Failed("The route table is not there any more. Plan again.".into()));
        };
        let steps = Steps::between(&table, object);
        if steps.is_empty() {
            return Ok(Seen::Done(()));
        }
        take(region, id, &steps).await?;
        // Usually the change is seen at once.
        let found = region.reads.route_tables.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let done = found.is_some_and(|table| Steps::between(&table, object).is_empty());
        Ok(if done { Seen::Done(()) } else { Seen::Pending("on the way".into()) })
    })
    .await
}

async fn take(region: &Region, id: &str, steps: &Steps) -> Result<(), Trouble> {
    for gateway in &steps.disable {
        let action = Action::same("DisableVgwRoutePropagation");
        let ask = |c: &aws_sdk_ec2::Client| {
            c.disable_vgw_route_propagation().route_table_id(id).gateway_id(gateway.as_str()).send()
        };
        let done = region.ec2().call(action, ask).await;
        done.map_err(|why| why.while_doing(format!("stop routes of {gateway} in route table {id}")))?;
    }
    for gateway in &steps.enable {
        let action = Action::same("EnableVgwRoutePropagation");
        let ask = |c: &aws_sdk_ec2::Client| {
            c.enable_vgw_route_propagation().route_table_id(id).gateway_id(gateway.as_str()).send()
        };
        match region.ec2().call(action, ask).await {
            // The gateway is being attached: the next round asks again.
            Err(why) if why.is("Gateway.NotAttached") => {}
            Err(why) => return Err(why.while_doing(format!("let {gateway} add routes to route table {id}"))),
            Ok(_) => {}
        }
    }
    for (to, target) in &steps.create {
        let doing = || format!("make the route to {} in route table {id}", to.text());
        if target.is_local() {
            let why = "The VPC has no such network, and a local route cannot be made. Name the network of the VPC.";
            return Err(Trouble::refused(doing(), why).about("route"));
        }
        match routes::create(region, id, to, target).await {
            // Somebody was faster, or it was ours: the next round looks.
            Err(why) if why.is("RouteAlreadyExists") || routes::is_early(&why) => {}
            other => other.map_err(|why| why.while_doing(doing()))?,
        }
    }
    for (to, target) in &steps.replace {
        let doing = || format!("change the route to {} in route table {id}", to.text());
        routes::replace(region, id, to, target).await.map_err(|why| why.while_doing(doing()))?;
    }
    for to in &steps.delete {
        let doing = || format!("remove the route to {} from route table {id}", to.text());
        routes::delete(region, id, to).await.map_err(|why| why.while_doing(doing()))?;
    }
    Ok(())
}
