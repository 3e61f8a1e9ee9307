//! `aws_subnet`: a part of a VPC, in a zone.

mod settings;

use super::cidr::{Cidr, check_ipv4, check_ipv6, same_block};
use super::deleting::delete_when_free;
use super::{filters, holders, tagging};
use crate::cloud::{Action, ApiError, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, flag, int, text};
use aws_sdk_ec2::types::{
    HostnameType, ResourceType, Subnet as Found, SubnetCidrBlockStateCode as Code,
    SubnetIpv6CidrBlockAssociation as Association, SubnetState, Vpc, VpcCidrBlockStateCode,
};
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Subnet;

impl Kind for Subnet {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the subnet."))
            .field(
                "assign_ipv6_address_on_creation",
                flag().default(false).about("Give new network interfaces an IPv6 address."),
            )
            .field("availability_zone", text().optional().computed().replaces().about("Zone by name: `eu-central-1a`."))
            .field("availability_zone_id", text().optional().computed().replaces().about("Zone by id: `euc1-az2`."))
            .field(
                "cidr_block",
                text().optional().replaces().check(check_ipv4).about("IPv4 block, a part of the VPC's."),
            )
            .field("customer_owned_ipv4_pool", text().optional().about("Pool of an Outpost's own addresses."))
            .field("enable_dns64", flag().default(false).about("Answer with synthetic IPv6 addresses."))
            .field(
                "enable_lni_at_device_index",
                int().optional().between(1, 15).about("Device index of local network interfaces on Outposts."),
            )
            .field(
                "enable_resource_name_dns_a_record_on_launch",
                flag().default(false).about("Answer for instances' resource names with A records."),
            )
            .field(
                "enable_resource_name_dns_aaaa_record_on_launch",
                flag().default(false).about("Answer for instances' resource names with AAAA records."),
            )
            .field(
                "ipv6_cidr_block",
                text().optional().check(check_ipv6).same_when(same_block).about("IPv6 block, a part of the VPC's."),
            )
            .field("ipv6_cidr_block_association_id", text().computed().about("Association of the IPv6 block."))
            .field("ipv6_native", flag().default(false).replaces().about("A subnet with IPv6 only."))
            .field(
                "map_customer_owned_ip_on_launch",
                flag().optional().about("Give new network interfaces an address of the Outpost's own."),
            )
            .field("map_public_ip_on_launch", flag().default(false).about("Give new instances a public address."))
            .field("outpost_arn", text().optional().replaces().about("ARN of the Outpost."))
            .field("owner_id", text().computed().about("Account that owns the subnet."))
            .field(
                "private_dns_hostname_type_on_launch",
                text()
                    .optional()
                    .computed()
                    .one_of(&["ip-name", "resource-name"])
                    .about("What instances' private host names are made of."),
            )
            .field("vpc_id", text().required().replaces().about("VPC that it is a part of."));
        Definition::new("aws_subnet", "subnet", "A part of a VPC, in a zone.", shape)
            .version(1)
            .regional()
            .tagged()
            .timeouts(&[("create", 10), ("delete", 20)])
            .group(Group::AtMostOne(&["availability_zone", "availability_zone_id"]))
            .group(Group::Needs(&["customer_owned_ipv4_pool", "map_customer_owned_ip_on_launch", "outpost_arn"]))
            .group(Group::Needs(&["map_customer_owned_ip_on_launch", "customer_owned_ipv4_pool", "outpost_arn"]))
            .import("subnet-0a1b2c3d4e5f67890")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let config = plan.config.clone();
        // "CreateSubnet": an IPv4 block, or IPv6 alone.
        if config.is_true("ipv6_native") {
            if !config.is_null("cidr_block") {
                plan.refuse("cidr_block", "A subnet with IPv6 only has no IPv4 block: remove it, or ipv6_native.");
            }
            if config.is_null("ipv6_cidr_block") {
                plan.refuse("ipv6_native", "A subnet with IPv6 only needs ipv6_cidr_block.");
            }
        } else if config.is_null("cidr_block") && !config.is_unknown("ipv6_native") {
            plan.refuse("cidr_block", "It must be set, unless ipv6_native is true.");
        }
        // "ModifySubnetAttribute", AssignIpv6AddressOnCreation.
        if config.is_true("assign_ipv6_address_on_creation") && config.is_null("ipv6_cidr_block") {
            plan.refuse("assign_ipv6_address_on_creation", "The subnet has no IPv6 block: set ipv6_cidr_block too.");
        }
        if let (Some(zone), Some(region)) = (config.text("availability_zone"), region)
            && !zone.starts_with(region.name())
        {
            let why = format!("Zone {zone} is not in region {}.", region.name());
            plan.refuse("availability_zone", why);
        }
        if plan.changes("ipv6_cidr_block") && plan.prior.is_some() {
            plan.planned.set_unknown("ipv6_cidr_block_association_id");
            // As hashicorp/aws has it: interfaces hold addresses of the old block.
            if plan.prior.as_ref().is_some_and(|prior| prior.is_true("assign_ipv6_address_on_creation")) {
                plan.replace_for("ipv6_cidr_block");
            }
        }
        if let Some(region) = region {
            refuse_foreign_blocks(region, plan).await;
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.subnets.get(&id).await.map_err(|why| why.while_doing(format!("read subnet {id}")))?;
        let Some(subnet) = found else { return Ok(false) };
        let arn = match subnet.subnet_arn() {
            Some(arn) => arn.to_owned(),
            None => region.arn("ec2", &format!("subnet/{id}")).await?,
        };
        object.set_text("arn", Some(arn));
        object.set_text("availability_zone", Some(subnet.availability_zone().unwrap_or_default()));
        object.set_text("availability_zone_id", Some(subnet.availability_zone_id().unwrap_or_default()));
        object.set_filled_text("cidr_block", subnet.cidr_block());
        object.set_flag("ipv6_native", Some(subnet.ipv6_native().unwrap_or_default()));
        object.set_filled_text("outpost_arn", subnet.outpost_arn());
        object.set_text("owner_id", Some(subnet.owner_id().unwrap_or_default()));
        object.set_text("vpc_id", subnet.vpc_id());
        let ipv6 = ipv6_of(&subnet);
        let association = ipv6.and_then(Association::association_id).unwrap_or_default();
        object.set_text("ipv6_cidr_block_association_id", Some(association));
        let block = ipv6.and_then(Association::ipv6_cidr_block).unwrap_or_default();
        let old = object.text("ipv6_cidr_block").and_then(Cidr::parse);
        if old.is_none() || old != Cidr::parse(block) {
            object.set_filled_text("ipv6_cidr_block", Some(block));
        }
        settings::show(object, &subnet);
        tagging::show(region, object, subnet.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let subnet = &change.planned;
        // The block is a natural key within the VPC: a second subnet with it is refused.
        let asked = region.ec2().call(Action::same("CreateSubnet"), |c| {
            c.create_subnet()
                .set_availability_zone(subnet.filled_text("availability_zone").map(String::from))
                .set_availability_zone_id(subnet.filled_text("availability_zone_id").map(String::from))
                .set_cidr_block(subnet.filled_text("cidr_block").map(String::from))
                .set_ipv6_cidr_block(subnet.filled_text("ipv6_cidr_block").map(String::from))
                .set_ipv6_native(subnet.flag("ipv6_native").filter(|native| *native))
                .set_outpost_arn(subnet.filled_text("outpost_arn").map(String::from))
                .set_vpc_id(subnet.text("vpc_id").map(String::from))
                .set_tag_specifications(tagging::specifications(change, ResourceType::Subnet))
                .send()
        });
        let id = match asked.await {
            Ok(made) => {
                let id = made.subnet().and_then(|subnet| subnet.subnet_id());
                id.map(String::from).ok_or_else(|| Trouble::ours("CreateSubnet answered without an id"))?
            }
            Err(why) if why.is("InvalidSubnet.Conflict") && (change.repeated || why.tried_before) => {
                adopted(region, change, why).await?
            }
            Err(why) => return Err(why.about_what_is_missing().while_doing("create the subnet")),
        };
        change.made(&id);
        let timeout = change.timeout("create");
        wait_until_made(region, &id, timeout).await?;
        settings::set(region, &id, subnet, timeout).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, timeout) = (change.prior.id(), change.timeout("create"));
        if change.changes("ipv6_cidr_block") {
            settings::leave_ipv6(region, id, &change.planned).await?;
            change_ipv6(region, id, change.planned.filled_text("ipv6_cidr_block"), timeout).await?;
        }
        settings::set(region, id, &change.planned, timeout).await?;
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        let wait = Wait { doing: format!("delete subnet {id}"), until: "deleted", timeout };
        let delete = || async {
            let action = Action::same("DeleteSubnet");
            match region.ec2().call(action, |c| c.delete_subnet().subnet_id(id).send()).await {
                Err(why) => Err(holders::named(region, "subnet-id", id, why).await),
                Ok(_) => Ok(()),
            }
        };
        delete_when_free(&wait, delete).await?;
        wait.run(|| async {
            let found = region.reads.subnets.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(match found {
                None => Seen::Done(()),
                Some(subnet) => Seen::Pending(subnet.state().map_or("there", SubnetState::as_str).to_owned()),
            })
        })
        .await
    }
}

/// Refuses blocks that the VPC does not have, where the VPC is there. What cannot be looked up is not refused.
async fn refuse_foreign_blocks(region: &Region, plan: &mut Plan) {
    let names = ["cidr_block", "ipv6_cidr_block"].map(|name| (name, plan.config.text(name).and_then(Cidr::parse)));
    let new = plan.changes_any(&["vpc_id", "cidr_block", "ipv6_cidr_block"]);
    let Some(id) = plan.config.filled_text("vpc_id").map(String::from).filter(|_| new) else { return };
    let Ok(Some(vpc)) = region.reads.vpcs.get(&id).await else { return };
    for (name, block) in names {
        let blocks = blocks_of(&vpc, name == "cidr_block");
        let Some(block) = block else { continue };
        if !blocks.iter().filter_map(|text| Cidr::parse(text)).any(|one| one.holds(block)) {
            let all = if blocks.is_empty() { "none".into() } else { blocks.join(", ") };
            plan.refuse(name, format!("The block is not a part of those of VPC {id}, which has {all}."));
        }
    }
}

/// The blocks of a VPC that subnets can be a part of.
fn blocks_of(vpc: &Vpc, ipv4: bool) -> Vec<String> {
    let live = |state: Option<&VpcCidrBlockStateCode>| {
        matches!(state, Some(VpcCidrBlockStateCode::Associated | VpcCidrBlockStateCode::Associating))
    };
    let mut blocks: Vec<String> = match ipv4 {
        true => vpc
            .cidr_block_association_set()
            .iter()
            .filter(|one| live(one.cidr_block_state().and_then(|state| state.state())))
            .filter_map(|one| one.cidr_block().map(String::from))
            .collect(),
        false => vpc
            .ipv6_cidr_block_association_set()
            .iter()
            .filter(|one| live(one.ipv6_cidr_block_state().and_then(|state| state.state())))
            .filter_map(|one| one.ipv6_cidr_block().map(String::from))
            .collect(),
    };
    if let (true, true, Some(first)) = (ipv4, blocks.is_empty(), vpc.cidr_block()) {
        blocks.push(first.to_owned());
    }
    blocks
}

/// The subnet that an earlier try made: the one with the block, when it is as planned. Otherwise the block is somebody
/// else's, and `why` stands.
async fn adopted(region: &Region, change: &Change, why: ApiError) -> Result<String, Trouble> {
    let planned = &change.planned;
    let (filter, block) = match planned.filled_text("cidr_block") {
        Some(block) => ("cidr-block", block),
        None => {
            ("ipv6-cidr-block-association.ipv6-cidr-block", planned.filled_text("ipv6_cidr_block").unwrap_or_default())
        }
    };
    let vpc = planned.text("vpc_id").unwrap_or_default();
    let asked = region.ec2().call(Action::read("DescribeSubnets"), |c| {
        c.describe_subnets().filters(filters::is("vpc-id", vpc)).filters(filters::is(filter, block)).send()
    });
    let doing = "find the subnet that an earlier try made";
    let found = asked.await.map_err(|why| why.while_doing(doing))?;
    let ours = |subnet: &&Found| {
        let agrees = |name: &str, found: Option<&str>| planned.filled_text(name).is_none_or(|text| Some(text) == found);
        agrees("availability_zone", subnet.availability_zone())
            && agrees("availability_zone_id", subnet.availability_zone_id())
            && agrees("outpost_arn", subnet.outpost_arn())
            && tagging::texts(subnet.tags()) == planned.text_map("tags_all")
    };
    match found.subnets().iter().find(ours).and_then(Found::subnet_id) {
        Some(id) => Ok(id.to_owned()),
        None => Err(why.while_doing("create the subnet")),
    }
}

fn state_of(association: &Association) -> Option<&Code> {
    association.ipv6_cidr_block_state().and_then(|state| state.state())
}

/// The IPv6 block of a subnet: it has one at most.
fn ipv6_of(subnet: &Found) -> Option<&Association> {
    subnet.ipv6_cidr_block_association_set().iter().find(|one| state_of(one) == Some(&Code::Associated))
}

async fn wait_until_made(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("create subnet {id}"), until: "available", timeout };
    wait.run(|| async {
        let found = region.reads.subnets.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let Some(subnet) = found else { return Ok(Seen::Pending("not found".into())) };
        if subnet.state() != Some(&SubnetState::Available) {
            return Ok(match subnet.state() {
                Some(SubnetState::Failed | SubnetState::FailedInsufficientCapacity) => {
                    Seen::Failed("The subnet failed. The Outpost may have no room for it.".into())
                }
                state => Seen::Pending(state.map_or("unknown", SubnetState::as_str).to_owned()),
            });
        }
        let set = subnet.ipv6_cidr_block_association_set();
        let open =
            set.iter().find(|one| matches!(state_of(one), Some(Code::Associating | Code::Failing | Code::Failed)));
        Ok(open.map_or(Seen::Done(()), progress))
    })
    .await
}

fn progress(association: &Association) -> Seen<()> {
    match state_of(association) {
        Some(Code::Associated) => Seen::Done(()),
        Some(Code::Failed | Code::Failing) => {
            let why = association.ipv6_cidr_block_state().and_then(|state| state.status_message());
            let why = why.unwrap_or("the API gives no reason");
            Seen::Failed(format!("The IPv6 block could not be associated: {why}"))
        }
        state => Seen::Pending(format!("{} its IPv6 block", state.map_or("waiting for", Code::as_str))),
    }
}

async fn look(region: &Region, id: &str) -> Result<Arc<Found>, Trouble> {
    let found = region.reads.subnets.fresh(id).await.map_err(|why| why.while_doing(format!("read subnet {id}")))?;
    found.ok_or_else(|| Trouble::stuck(format!("change subnet {id}"), "The subnet is not there any more."))
}

/// Takes the IPv6 block away and gives another. A second time it goes on where the first one ended.
async fn change_ipv6(region: &Region, id: &str, wanted: Option<&str>, timeout: Duration) -> Result<(), Trouble> {
    let is_wanted = |one: &Association| {
        let block = one.ipv6_cidr_block().and_then(Cidr::parse);
        block.is_some() && block == wanted.and_then(Cidr::parse)
    };
    let live = |one: &Association| matches!(state_of(one), Some(Code::Associated | Code::Associating));
    let subnet = look(region, id).await?;
    let there = subnet.ipv6_cidr_block_association_set();
    let doing = format!("change the IPv6 block of subnet {id}");
    for old in there.iter().filter(|one| live(one) && !is_wanted(one)).filter_map(Association::association_id) {
        let done = region.ec2().call(Action::same("DisassociateSubnetCidrBlock"), |c| {
            c.disassociate_subnet_cidr_block().association_id(old).send()
        });
        match done.await {
            Err(why) if why.is_not_found() => {}
            other => {
                other.map_err(|why| why.while_doing(doing.as_str()))?;
            }
        }
        let wait = Wait { doing: doing.clone(), until: "disassociated", timeout };
        wait.run(|| async {
            let subnet = look(region, id).await?;
            let set = subnet.ipv6_cidr_block_association_set();
            let found = set.iter().find(|one| one.association_id() == Some(old));
            Ok(match found.and_then(state_of) {
                None | Some(Code::Disassociated) => Seen::Done(()),
                Some(state) => Seen::Pending(state.as_str().to_owned()),
            })
        })
        .await?;
    }
    let Some(block) = wanted else { return Ok(()) };
    if !there.iter().any(|one| live(one) && is_wanted(one)) {
        let done = region.ec2().call(Action::same("AssociateSubnetCidrBlock"), |c| {
            c.associate_subnet_cidr_block().subnet_id(id).ipv6_cidr_block(block).send()
        });
        match done.await {
            // An earlier try did it: the waiter below sees it.
            Err(why) if why.is("InvalidSubnet.Conflict") && why.tried_before => {}
            other => {
                other.map_err(|why| why.while_doing(doing.as_str()))?;
            }
        }
    }
    let wait = Wait { doing, until: "associated", timeout };
    wait.run(|| async {
        let subnet = look(region, id).await?;
        let set = subnet.ipv6_cidr_block_association_set();
        let found = set.iter().find(|one| is_wanted(one) && state_of(one) != Some(&Code::Disassociated));
        Ok(found.map_or(Seen::Pending("not found".into()), progress))
    })
    .await
}

/// The type of host names as the API has it.
fn hostname_type(subnet: &Found) -> &str {
    let options = subnet.private_dns_name_options_on_launch();
    options.and_then(|options| options.hostname_type()).map_or("", HostnameType::as_str)
}
