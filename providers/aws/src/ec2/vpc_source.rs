//! Data source `aws_vpc`: one VPC, by id, block, tags or filters.

use super::{filters, tagging};
use crate::cloud::describe::pages;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, flag, of, text, text_map};
use crate::source::Source;
use aws_sdk_ec2::types::{Tenancy, VpcState};
use std::sync::Arc;
use value::{Type, Value};

pub(crate) struct Vpc;

fn association_type() -> Type {
    Type::object(["association_id", "cidr_block", "state"].map(|name| (name, Type::String)))
}

impl Source for Vpc {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the VPC."))
            .field("cidr_block", text().optional().computed().about("IPv4 block of the VPC."))
            .field(
                "cidr_block_associations",
                of(Type::list(association_type())).computed().about("All IPv4 blocks, with association and state."),
            )
            .field("default", flag().optional().computed().about("Whether it is the default VPC of the region."))
            .field("dhcp_options_id", text().optional().computed().about("DHCP options of the VPC."))
            .field("enable_dns_hostnames", flag().computed().about("Whether instances get public DNS names."))
            .field("enable_dns_support", flag().computed().about("Whether Amazon's DNS server answers."))
            .field(
                "enable_network_address_usage_metrics",
                flag().computed().about("Whether address units are counted."),
            )
            .field("instance_tenancy", text().computed().about("Tenancy of instances."))
            .field("ipv6_association_id", text().computed().about("Association of the IPv6 block."))
            .field("ipv6_cidr_block", text().computed().about("IPv6 block."))
            .field("main_route_table_id", text().computed().about("Main route table."))
            .field("owner_id", text().computed().about("Account that owns the VPC."))
            .field("state", text().optional().computed().about("State of the VPC: `available` or `pending`."))
            .field("tags", text_map().optional().computed().about("Tags of the VPC."));
        let about = "One VPC, by id, block, tags or filters.";
        let mut definition =
            Definition::new("aws_vpc", "VPC", about, filters::with_filters(shape)).regional().timeouts(&[("read", 20)]);
        let shape = Arc::unwrap_or_clone(definition.shape);
        definition.shape = Arc::new(shape.field("id", text().optional().computed().about("Id of the VPC.")));
        definition
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let mut narrowed = filters::blocks_and_tags(object);
        for (name, filter) in [("cidr_block", "cidr"), ("dhcp_options_id", "dhcp-options-id"), ("state", "state")] {
            narrowed.extend(object.filled_text(name).map(|text| filters::is(filter, text)));
        }
        narrowed.extend(object.flag("default").filter(|on| *on).map(|_| filters::is("is-default", "true")));
        let id = object.filled_text("id").map(|id| vec![id.to_owned()]);
        let (ids, narrowed) = (&id, &filters::or_none(narrowed));
        let found = pages(|token| async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_vpcs()
                    .set_vpc_ids(ids.clone())
                    .set_filters(narrowed.clone())
                    .set_next_token(token.clone())
                    .send()
            };
            let answer = region.ec2().call(Action::read("DescribeVpcs"), ask).await?;
            Ok((answer.vpcs.unwrap_or_default(), answer.next_token))
        });
        let found = found.await.map_err(|why| why.while_doing("find the VPC"))?;
        let [vpc] = found.as_slice() else {
            let why = format!("{} VPCs fit, one must. Change id, tags or filters.", found.len());
            return Err(Trouble::refused("find the VPC", why));
        };
        let id = vpc.vpc_id().unwrap_or_default();
        let asked = tokio::try_join!(region.reads.vpc_attributes.get(id), region.reads.main_route_tables.get(id));
        let (attributes, table) = asked.map_err(|why| why.while_doing(format!("read VPC {id}")))?;
        let attributes = attributes.as_deref().copied().unwrap_or_default();
        let owner = vpc.owner_id().unwrap_or_default();
        object.set_text("id", Some(id));
        let arn = format!("arn:{}:ec2:{}:{owner}:vpc/{id}", region.partition(), region.name());
        object.set_text("arn", Some(arn));
        object.set_text("cidr_block", Some(vpc.cidr_block().unwrap_or_default()));
        let associations = vpc.cidr_block_association_set().iter().map(|one| {
            let state = one.cidr_block_state().and_then(|state| state.state()).map_or("", |state| state.as_str());
            Value::object([
                ("association_id", Value::string(one.association_id().unwrap_or_default())),
                ("cidr_block", Value::string(one.cidr_block().unwrap_or_default())),
                ("state", Value::string(state)),
            ])
        });
        object.set("cidr_block_associations", Value::list(association_type(), associations));
        object.set_flag("default", Some(vpc.is_default().unwrap_or_default()));
        object.set_text("dhcp_options_id", Some(vpc.dhcp_options_id().unwrap_or_default()));
        object.set_flag("enable_dns_hostnames", Some(attributes.dns_hostnames));
        object.set_flag("enable_dns_support", Some(attributes.dns_support));
        object.set_flag("enable_network_address_usage_metrics", Some(attributes.usage_metrics));
        object.set_text("instance_tenancy", vpc.instance_tenancy().map(Tenancy::as_str));
        let ipv6 = vpc.ipv6_cidr_block_association_set().first();
        object.set_text("ipv6_association_id", Some(ipv6.and_then(|one| one.association_id()).unwrap_or_default()));
        object.set_text("ipv6_cidr_block", Some(ipv6.and_then(|one| one.ipv6_cidr_block()).unwrap_or_default()));
        object.set_text("main_route_table_id", Some(table.as_deref().map_or("", String::as_str)));
        object.set_text("owner_id", Some(owner));
        object.set_text("state", vpc.state().map(VpcState::as_str));
        tagging::show_in_source(region, object, vpc.tags());
        Ok(())
    }
}
