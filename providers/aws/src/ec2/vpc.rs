//! `aws_vpc`: a network of one's own.

mod ipv6;

use super::cidr::{check_ipv4, check_ipv6, same_block};
use super::deleting::delete_when_free;
use super::tagging;
use crate::cloud::describe_network::VpcAttributes;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, flag, int, text};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, IpamPoolAllocationResourceType, ResourceType, Tenancy, VpcAttributeName, VpcState,
    VpcTenancy,
};
use sdk::Repeat;
use std::time::Duration;
use value::Value;

pub(crate) struct Vpc;

impl Kind for Vpc {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the VPC."))
            .field("assign_generated_ipv6_cidr_block", flag().optional().about("Get an IPv6 /56 block from Amazon."))
            .field(
                "cidr_block",
                text()
                    .optional()
                    .computed()
                    .replaces()
                    .check(check_ipv4)
                    .about("IPv4 block, /16 to /28. It is chosen by IPAM when `ipv4_netmask_length` is set instead."),
            )
            .field("default_network_acl_id", text().computed().about("Network ACL that the VPC was made with."))
            .field("default_route_table_id", text().computed().about("Route table that the VPC was made with."))
            .field("default_security_group_id", text().computed().about("Security group that the VPC was made with."))
            .field("dhcp_options_id", text().computed().about("DHCP options of the VPC."))
            .field(
                "enable_dns_hostnames",
                flag().optional().computed().about("Give instances with public addresses public DNS names."),
            )
            .field("enable_dns_support", flag().default(true).about("Whether Amazon's DNS server answers in the VPC."))
            .field(
                "enable_network_address_usage_metrics",
                flag().optional().computed().about("Count network address units in CloudWatch."),
            )
            .field(
                "instance_tenancy",
                text()
                    .default("default")
                    .one_of(&["default", "dedicated"])
                    .about("Tenancy of instances. It can go from `dedicated` to `default` in place, not back."),
            )
            .field("ipv4_ipam_pool_id", text().optional().replaces().about("IPAM pool of the IPv4 block."))
            .field(
                "ipv4_netmask_length",
                int().optional().replaces().between(16, 28).about("Size of the block that IPAM chooses."),
            )
            .field("ipv6_association_id", text().computed().about("Association of the IPv6 block."))
            .field(
                "ipv6_cidr_block",
                text()
                    .optional()
                    .computed()
                    .check(check_ipv6)
                    .same_when(same_block)
                    .about("IPv6 block of the IPAM pool, or the one that was given."),
            )
            .field(
                "ipv6_cidr_block_network_border_group",
                text().optional().computed().about("Network border group of the IPv6 block: region or local zone."),
            )
            .field("ipv6_ipam_pool_id", text().optional().about("IPAM pool of the IPv6 block."))
            .field(
                "ipv6_netmask_length",
                int().optional().check(check_ipv6_length).about("Size of the IPv6 block that IPAM chooses."),
            )
            .field("main_route_table_id", text().computed().about("Main route table."))
            .field("owner_id", text().computed().about("Account that owns the VPC."));
        Definition::new("aws_vpc", "VPC", "A network of one's own.", shape)
            .version(1)
            .regional()
            .tagged()
            .group(Group::AtLeastOne(&["cidr_block", "ipv4_ipam_pool_id"]))
            .group(Group::AtMostOne(&["cidr_block", "ipv4_netmask_length"]))
            .group(Group::AtMostOne(&["assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id"]))
            .group(Group::AtMostOne(&["ipv6_cidr_block", "ipv6_netmask_length"]))
            .group(Group::Needs(&["ipv4_netmask_length", "ipv4_ipam_pool_id"]))
            .group(Group::Needs(&["ipv6_cidr_block", "ipv6_ipam_pool_id"]))
            .group(Group::Needs(&["ipv6_netmask_length", "ipv6_ipam_pool_id"]))
            .group(Group::Needs(&["ipv6_cidr_block_network_border_group", "assign_generated_ipv6_cidr_block"]))
            .import("vpc-0a1b2c3d4e5f67890")
    }

    /// `CreateVpc` has no client token, and VPCs have no natural key.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    async fn plan(&self, _region: Option<&Region>, plan: &mut Plan) {
        // "View and update DNS attributes for your VPC": host names need DNS support.
        if plan.config.is_true("enable_dns_hostnames") && plan.config.flag("enable_dns_support") == Some(false) {
            plan.refuse("enable_dns_hostnames", "Host names need DNS support: enable_dns_support must be true too.");
        }
        let Some(prior) = plan.prior.clone() else { return };
        // "ModifyVpcTenancy": to default only.
        let to_default = prior.text("instance_tenancy") == Some("dedicated")
            && plan.planned.text("instance_tenancy") == Some("default");
        if plan.changes("instance_tenancy") && !to_default {
            plan.replace_for("instance_tenancy");
        }
        if ipv6::changes(&prior, &plan.planned) {
            for name in ["ipv6_association_id", "ipv6_cidr_block", "ipv6_cidr_block_network_border_group"] {
                if plan.config.is_null(name) {
                    plan.planned.set_unknown(name);
                }
            }
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let reads = &region.reads;
        let vpc = reads.vpcs.get(&id).await.map_err(|why| why.while_doing(format!("read VPC {id}")))?;
        let Some(vpc) = vpc else { return Ok(false) };
        let asked = tokio::try_join!(
            reads.vpc_attributes.get(&id),
            reads.main_route_tables.get(&id),
            reads.default_groups.get(&id),
            reads.default_acls.get(&id),
        );
        let (attributes, table, group, acl) = asked.map_err(|why| why.while_doing(format!("read VPC {id}")))?;
        let Some(attributes) = attributes else {
            let why = "The VPC was found, its attributes were not: it comes or goes just now. Run again.";
            return Err(Trouble::stuck(format!("read VPC {id}"), why));
        };
        let owner = match vpc.owner_id() {
            Some(owner) => owner.to_owned(),
            None => region.identity().await?.account.clone(),
        };
        let arn = format!("arn:{}:ec2:{}:{owner}:vpc/{id}", region.partition(), region.name());
        object.set_text("arn", Some(arn));
        object.set_text("cidr_block", Some(vpc.cidr_block().unwrap_or_default()));
        object.set_text("default_network_acl_id", Some(acl.as_deref().map_or("", String::as_str)));
        object.set_text("default_route_table_id", Some(table.as_deref().map_or("", String::as_str)));
        object.set_text("default_security_group_id", Some(group.as_deref().map_or("", String::as_str)));
        object.set_text("dhcp_options_id", Some(vpc.dhcp_options_id().unwrap_or_default()));
        object.set_flag("enable_dns_hostnames", Some(attributes.dns_hostnames));
        object.set_flag("enable_dns_support", Some(attributes.dns_support));
        object.set_flag("enable_network_address_usage_metrics", Some(attributes.usage_metrics));
        object.set_text("instance_tenancy", vpc.instance_tenancy().map(Tenancy::as_str));
        object.set_text("main_route_table_id", Some(table.as_deref().map_or("", String::as_str)));
        object.set_text("owner_id", Some(owner));
        ipv6::show(object, &vpc);
        tagging::show(region, object, vpc.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let vpc = &change.planned;
        let asked = region.ec2().call(Action::once("CreateVpc"), |c| {
            c.create_vpc()
                .set_amazon_provided_ipv6_cidr_block(vpc.flag("assign_generated_ipv6_cidr_block"))
                .set_cidr_block(vpc.filled_text("cidr_block").map(String::from))
                .set_instance_tenancy(vpc.text("instance_tenancy").map(Tenancy::from))
                .set_ipv4_ipam_pool_id(vpc.filled_text("ipv4_ipam_pool_id").map(String::from))
                .set_ipv4_netmask_length(vpc.int("ipv4_netmask_length"))
                .set_ipv6_cidr_block(vpc.filled_text("ipv6_cidr_block").map(String::from))
                .set_ipv6_cidr_block_network_border_group(
                    vpc.filled_text("ipv6_cidr_block_network_border_group").map(String::from),
                )
                .set_ipv6_ipam_pool_id(vpc.filled_text("ipv6_ipam_pool_id").map(String::from))
                .set_ipv6_netmask_length(vpc.int("ipv6_netmask_length"))
                .set_tag_specifications(tagging::specifications(change, ResourceType::Vpc))
                .send()
        });
        let made = asked.await.map_err(|why| why.while_doing("create the VPC"))?;
        let id = made.vpc().and_then(|vpc| vpc.vpc_id());
        let id = id.ok_or_else(|| Trouble::ours("CreateVpc answered without an id"))?;
        change.made(id);
        let timeout = change.timeout("create");
        wait_until_made(region, id, timeout).await?;
        set_attributes(region, id, vpc, timeout).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, timeout) = (change.prior.id(), change.timeout("update"));
        set_attributes(region, id, &change.planned, timeout).await?;
        if change.changes("instance_tenancy") {
            let done = region.ec2().call(Action::same("ModifyVpcTenancy"), |c| {
                c.modify_vpc_tenancy().vpc_id(id).instance_tenancy(VpcTenancy::Default).send()
            });
            done.await.map_err(|why| why.while_doing(format!("change the tenancy of VPC {id}")))?;
        }
        if ipv6::changes(&change.prior, &change.planned) {
            ipv6::update(region, change, timeout).await?;
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        let wait = Wait { doing: format!("delete VPC {id}"), until: "deleted", timeout };
        let delete = || async {
            region.ec2().call(Action::same("DeleteVpc"), |c| c.delete_vpc().vpc_id(id).send()).await.map(drop)
        };
        delete_when_free(&wait, delete).await?;
        wait.run(|| async {
            let found = region.reads.vpcs.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(match found {
                None => Seen::Done(()),
                Some(_) => Seen::Pending("there".into()),
            })
        })
        .await?;
        let pools = ["ipv4_ipam_pool_id", "ipv6_ipam_pool_id"].map(|name| object.filled_text(name));
        for pool in pools.into_iter().flatten() {
            wait_until_returned(region, id, pool).await?;
        }
        Ok(())
    }
}

/// "VPC CIDR blocks": /44 to /60 in steps of 4.
fn check_ipv6_length(value: &Value) -> Result<(), String> {
    match value.as_number().map(|number| number.to_i64()) {
        None => Ok(()),
        Some(Some(44 | 48 | 52 | 56 | 60)) => Ok(()),
        Some(_) => Err("It must be 44, 48, 52, 56 or 60.".into()),
    }
}

async fn wait_until_made(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("create VPC {id}"), until: "available", timeout };
    wait.run(|| async {
        let found = region.reads.vpcs.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let Some(vpc) = found else { return Ok(Seen::Pending("not found".into())) };
        if vpc.state() != Some(&VpcState::Available) {
            return Ok(Seen::Pending(vpc.state().map_or("unknown", VpcState::as_str).to_owned()));
        }
        Ok(ipv6::progress(&vpc))
    })
    .await?;
    // The attributes may be found later than the VPC itself.
    wait.run(|| async {
        let found = region.reads.vpc_attributes.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(found.map_or(Seen::Pending("not found".into()), |_| Seen::Done(())))
    })
    .await
}

/// Sets what differs, one attribute a request ("ModifyVpcAttribute"), and waits until it shows.
async fn set_attributes(region: &Region, id: &str, planned: &Fields, timeout: Duration) -> Result<(), Trouble> {
    let doing = format!("set the attributes of VPC {id}");
    let now = region.reads.vpc_attributes.fresh(id).await.map_err(|why| why.while_doing(doing.as_str()))?;
    let now = *now.ok_or_else(|| Trouble::stuck(doing.as_str(), "The VPC is not there any more."))?;
    let wanted = VpcAttributes {
        dns_support: planned.flag("enable_dns_support").unwrap_or(now.dns_support),
        dns_hostnames: planned.flag("enable_dns_hostnames").unwrap_or(now.dns_hostnames),
        usage_metrics: planned.flag("enable_network_address_usage_metrics").unwrap_or(now.usage_metrics),
    };
    let support = (VpcAttributeName::EnableDnsSupport, now.dns_support, wanted.dns_support);
    let hostnames = (VpcAttributeName::EnableDnsHostnames, now.dns_hostnames, wanted.dns_hostnames);
    let metrics = (VpcAttributeName::EnableNetworkAddressUsageMetrics, now.usage_metrics, wanted.usage_metrics);
    // Host names need DNS support: it comes first and goes last.
    let order = if wanted.dns_hostnames { [support, hostnames, metrics] } else { [hostnames, support, metrics] };
    for (name, _, wanted) in order.iter().filter(|(_, now, wanted)| now != wanted) {
        let value = AttributeBooleanValue::builder().value(*wanted).build();
        let done = region.ec2().call(Action::same("ModifyVpcAttribute"), |c| {
            let request = c.modify_vpc_attribute().vpc_id(id);
            let request = match name {
                VpcAttributeName::EnableDnsSupport => request.enable_dns_support(value.clone()),
                VpcAttributeName::EnableDnsHostnames => request.enable_dns_hostnames(value.clone()),
                _ => request.enable_network_address_usage_metrics(value.clone()),
            };
            request.send()
        });
        done.await.map_err(|why| why.while_doing(format!("set {} of VPC {id}", name.as_str())))?;
    }
    if now == wanted {
        return Ok(());
    }
    let wait = Wait { doing, until: "as asked for", timeout };
    wait.run(|| async {
        let found = region.reads.vpc_attributes.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found {
            Some(now) if *now == wanted => Seen::Done(()),
            _ => Seen::Pending("as before".into()),
        })
    })
    .await
}

/// How long IPAM takes at most to notice that a VPC is gone, as seen by users of `hashicorp/aws`.
const RETURNED: Duration = Duration::from_secs(35 * 60);

/// Until the pool has its block back: before that nobody can delete the pool.
async fn wait_until_returned(region: &Region, id: &str, pool: &str) -> Result<(), Trouble> {
    let doing = format!("give the block of VPC {id} back to IPAM pool {pool}");
    let wait = Wait { doing, until: "released", timeout: RETURNED };
    wait.run(|| async {
        let allocations = crate::cloud::describe::pages(|token| async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.get_ipam_pool_allocations().ipam_pool_id(pool).set_next_token(token.clone()).send()
            };
            let answer = region.ec2().call(Action::read("GetIpamPoolAllocations"), ask).await?;
            Ok((answer.ipam_pool_allocations.unwrap_or_default(), answer.next_token))
        });
        let allocations = match allocations.await {
            Err(why) if why.is_not_found() => return Ok(Seen::Done(())),
            other => other.map_err(|why| why.while_doing(wait.doing.as_str()))?,
        };
        let ours = allocations.iter().any(|allocation| {
            allocation.resource_type() == Some(&IpamPoolAllocationResourceType::Vpc)
                && allocation.resource_id() == Some(id)
        });
        Ok(if ours { Seen::Pending("allocated".into()) } else { Seen::Done(()) })
    })
    .await
}
