//! `aws_route_table_association`: the table that a subnet or gateway goes by.

use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, text};
use aws_sdk_ec2::types::{Filter, RouteTableAssociation as Found, RouteTableAssociationStateCode as State};
use std::time::Duration;

pub(crate) struct RouteTableAssociation;

impl Kind for RouteTableAssociation {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("gateway_id", text().optional().replaces().about("Internet gateway or VPN gateway."))
            .field("route_table_id", text().required().about("Table that is gone by."))
            .field("subnet_id", text().optional().replaces().about("Subnet. It can have one table."));
        let about = "Lets a subnet or a gateway go by a route table.";
        Definition::new("aws_route_table_association", "route table association", about, shape)
            .regional()
            .timeouts(&[("create", 5), ("update", 2), ("delete", 5)])
            .group(Group::ExactlyOne(&["gateway_id", "subnet_id"]))
            .import("subnet-6777656e646f6c796e/rtb-656c65616e6f72")
    }

    async fn plan(&self, _region: Option<&Region>, plan: &mut Plan) {
        // Another table makes another association of it ("ReplaceRouteTableAssociation").
        if plan.changes("route_table_id") {
            plan.planned.set_unknown("id");
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let table = object.text("route_table_id").unwrap_or_default().to_owned();
        let found = region.reads.route_tables.get(&table).await;
        let found = found.map_err(|why| why.while_doing(format!("read the associations of route table {table}")))?;
        // An import knows the subnet or gateway, not yet the id.
        let (id, of) = (object.id(), target(object));
        let is_it = |one: &&Found| match id.starts_with("rtbassoc-") {
            true => one.route_table_association_id() == Some(id),
            false => one.subnet_id().or(one.gateway_id()) == Some(of),
        };
        let found = found.as_ref().and_then(|table| table.associations().iter().find(is_it));
        let Some(one) = found.filter(|one| !is_gone(one)) else { return Ok(false) };
        object.set_text("id", one.route_table_association_id());
        object.set_filled_text("gateway_id", one.gateway_id());
        object.set_text("route_table_id", one.route_table_id());
        object.set_filled_text("subnet_id", one.subnet_id());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (table, of) = (change.planned.text("route_table_id").unwrap_or_default(), target(&change.planned));
        associate(region, change, table, of).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        if !change.changes("route_table_id") {
            return Ok(());
        }
        let (table, of) = (change.planned.text("route_table_id").unwrap_or_default(), target(&change.planned));
        let doing = format!("let {of} go by route table {table}");
        let ask = |c: &aws_sdk_ec2::Client| {
            c.replace_route_table_association().association_id(change.prior.id()).route_table_id(table).send()
        };
        match region.ec2().call(Action::same("ReplaceRouteTableAssociation"), ask).await {
            // Replaced by an earlier try, or removed by somebody.
            Err(why) if why.is_not_found() => match of_table(region, table, of).await? {
                Some(id) => {
                    change.made(&id);
                    Ok(())
                }
                None => associate(region, change, table, of).await,
            },
            Err(why) => Err(why.while_doing(doing)),
            Ok(answer) => {
                let id = answer.new_association_id();
                let id = id.ok_or_else(|| Trouble::ours("ReplaceRouteTableAssociation answered without an id"))?;
                change.made(id);
                until_associated(region, table, id, doing, change.timeout("update")).await
            }
        }
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let (id, table) = (object.id(), object.text("route_table_id").unwrap_or_default());
        let doing = format!("remove the association {id} of route table {table}");
        let ask = |c: &aws_sdk_ec2::Client| c.disassociate_route_table().association_id(id).send();
        match region.ec2().call(Action::same("DisassociateRouteTable"), ask).await {
            Err(why) if why.is_not_found() => return Ok(()),
            other => other.map_err(|why| why.while_doing(doing.as_str()))?,
        };
        let wait = Wait { doing, until: "disassociated", timeout };
        wait.run(|| async {
            let found = look(region, table, id, &wait.doing).await?;
            Ok(found.filter(|one| !is_gone(one)).map_or(Seen::Done(()), |one| Seen::Pending(state(&one))))
        })
        .await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        let Some((of, table)) = id.split_once('/').filter(|(of, table)| !of.is_empty() && table.starts_with("rtb-"))
        else {
            return Err(
                "An association is imported by the id of its subnet or gateway, / and that of the table.".into()
            );
        };
        object.set_text("id", Some(id));
        object.set_text("route_table_id", Some(table));
        object.set_text(if of.starts_with("subnet-") { "subnet_id" } else { "gateway_id" }, Some(of));
        Ok(())
    }
}

/// The subnet or gateway.
fn target(object: &Fields) -> &str {
    object.filled_text("subnet_id").or(object.filled_text("gateway_id")).unwrap_or_default()
}

fn state(association: &Found) -> String {
    let state = association.association_state().and_then(|state| state.state());
    state.map_or("associated", State::as_str).to_owned()
}

fn is_gone(association: &Found) -> bool {
    let state = association.association_state().and_then(|state| state.state());
    matches!(state, Some(State::Disassociated | State::Disassociating))
}

async fn associate(region: &Region, change: &Change, table: &str, of: &str) -> Result<(), Trouble> {
    let doing = format!("let {of} go by route table {table}");
    let ask = |c: &aws_sdk_ec2::Client| {
        c.associate_route_table()
            .route_table_id(table)
            .set_subnet_id(change.planned.filled_text("subnet_id").map(String::from))
            .set_gateway_id(change.planned.filled_text("gateway_id").map(String::from))
            .send()
    };
    let id = match region.ec2().call(Action::same("AssociateRouteTable"), ask).await {
        Ok(made) => made.association_id.ok_or_else(|| Trouble::ours("AssociateRouteTable answered without an id"))?,
        Err(why) if why.is("Resource.AlreadyAssociated") && (change.repeated || why.tried_before) => {
            match of_table(region, table, of).await? {
                Some(id) => id,
                None => return Err(why.while_doing(doing)),
            }
        }
        Err(why) => return Err(why.while_doing(doing)),
    };
    change.made(&id);
    until_associated(region, table, &id, doing, change.timeout("create")).await
}

/// The association of the subnet or gateway with this table, if it has that one.
async fn of_table(region: &Region, table: &str, of: &str) -> Result<Option<String>, Trouble> {
    let name = if of.starts_with("subnet-") { "association.subnet-id" } else { "association.gateway-id" };
    let filter = Filter::builder().name(name).values(of).build();
    let ask = |c: &aws_sdk_ec2::Client| c.describe_route_tables().filters(filter.clone()).send();
    let answer = region.ec2().call(Action::read("DescribeRouteTables"), ask).await;
    let answer = answer.map_err(|why| why.while_doing(format!("look for the route table of {of}")))?;
    let all = answer.route_tables().iter().flat_map(|table| table.associations());
    let its = |one: &&Found| one.subnet_id().or(one.gateway_id()) == Some(of) && one.route_table_id() == Some(table);
    let found = all.filter(|one| !is_gone(one)).find(its);
    Ok(found.and_then(|one| one.route_table_association_id()).map(String::from))
}

async fn look(region: &Region, table: &str, id: &str, doing: &str) -> Result<Option<Found>, Trouble> {
    let found = region.reads.route_tables.fresh(table).await.map_err(|why| why.while_doing(doing))?;
    let mut all = found.iter().flat_map(|table| table.associations());
    Ok(all.find(|one| one.route_table_association_id() == Some(id)).cloned())
}

async fn until_associated(
    region: &Region,
    table: &str,
    id: &str,
    doing: String,
    timeout: Duration,
) -> Result<(), Trouble> {
    let wait = Wait { doing, until: "associated", timeout };
    wait.run(|| async {
        let Some(found) = look(region, table, id, &wait.doing).await? else {
            return Ok(Seen::Pending("not found".into()));
        };
        let state = found.association_state();
        Ok(match state.and_then(|state| state.state()) {
            None | Some(State::Associated) => Seen::Done(()),
            Some(State::Failed) => Seen::Failed(format!(
                "The association failed: {}",
                state.and_then(|state| state.status_message()).unwrap_or("the API gives no reason")
            )),
            Some(other) => Seen::Pending(other.as_str().to_owned()),
        })
    })
    .await
}
