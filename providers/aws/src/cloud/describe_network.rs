//! What is read together of networks: what a VPC was born with, its attributes, gateways, addresses, key pairs.

use super::batch::Fetched;
use super::call::{Action, ApiError};
use super::describe::{Ec2, by_id, pages};
use aws_sdk_ec2::types::{Address, AddressAttributeName, Filter, InternetGateway, KeyPairInfo, VpcAttributeName};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Ids in one request: at most 200 values of all filters together ("Filtering"), and a second filter has one.
const MOST_VALUES: usize = 199;

/// What `DescribeVpcAttribute` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VpcAttributes {
    pub(crate) dns_support: bool,
    pub(crate) dns_hostnames: bool,
    pub(crate) usage_metrics: bool,
}

const ATTRIBUTES: [VpcAttributeName; 3] = [
    VpcAttributeName::EnableDnsSupport,
    VpcAttributeName::EnableDnsHostnames,
    VpcAttributeName::EnableNetworkAddressUsageMetrics,
];

/// The API tells one attribute of one VPC at a time; the requests go side by side, within the budget.
pub(super) async fn vpc_attributes(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<VpcAttributes> {
    let mut asked = JoinSet::new();
    for id in ids {
        for attribute in ATTRIBUTES {
            asked.spawn(vpc_attribute(ec2.clone(), id.clone(), attribute));
        }
    }
    let mut found: BTreeMap<String, (usize, VpcAttributes)> = BTreeMap::new();
    while let Some(done) = asked.join_next().await {
        // It must not look as if the attribute were off.
        let answer = done.map_err(|_| ec2.unanswered("DescribeVpcAttribute", "the read ended early"))?;
        let Some((id, attribute, value)) = answer? else { continue };
        let (told, attributes) = found.entry(id).or_default();
        *told += 1;
        match attribute {
            VpcAttributeName::EnableDnsSupport => attributes.dns_support = value,
            VpcAttributeName::EnableDnsHostnames => attributes.dns_hostnames = value,
            _ => attributes.usage_metrics = value,
        }
    }
    // A VPC that only some requests found comes or goes just now.
    let whole = found.into_iter().filter(|(_, (told, _))| *told == ATTRIBUTES.len());
    Ok(whole.map(|(id, (_, attributes))| (id, attributes)).collect())
}

/// One attribute; none when the VPC is not there.
async fn vpc_attribute(
    ec2: Arc<Ec2>,
    id: String,
    attribute: VpcAttributeName,
) -> Result<Option<(String, VpcAttributeName, bool)>, ApiError> {
    let asked = ec2.call(Action::read("DescribeVpcAttribute"), |c| {
        c.describe_vpc_attribute().vpc_id(&id).attribute(attribute.clone()).send()
    });
    let answer = match asked.await {
        Err(why) if why.is_not_found() => return Ok(None),
        other => other?,
    };
    let value = match attribute {
        VpcAttributeName::EnableDnsSupport => answer.enable_dns_support(),
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames(),
        _ => answer.enable_network_address_usage_metrics(),
    };
    Ok(Some((id, attribute, value.and_then(|value| value.value()).unwrap_or_default())))
}

fn is(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

/// Ids of main route tables by VPC.
pub(super) async fn main_route_tables(ec2: Arc<Ec2>, vpcs: Vec<String>) -> Fetched<String> {
    let mut found = BTreeMap::new();
    for vpcs in vpcs.chunks(MOST_VALUES) {
        let tables = pages(|token| {
            let ec2 = &ec2;
            async move {
                let ask = |c: &aws_sdk_ec2::Client| {
                    c.describe_route_tables()
                        .filters(is("vpc-id", vpcs))
                        .filters(is("association.main", &["true".into()]))
                        .set_next_token(token.clone())
                        .send()
                };
                let answer = ec2.call(Action::read("DescribeRouteTables"), ask).await?;
                Ok((answer.route_tables.unwrap_or_default(), answer.next_token))
            }
        });
        found.extend(tables.await?.into_iter().filter_map(|table| Some((table.vpc_id?, table.route_table_id?))));
    }
    Ok(found)
}

/// Ids of default security groups by VPC.
pub(super) async fn default_groups(ec2: Arc<Ec2>, vpcs: Vec<String>) -> Fetched<String> {
    let mut found = BTreeMap::new();
    for vpcs in vpcs.chunks(MOST_VALUES) {
        let groups = pages(|token| {
            let ec2 = &ec2;
            async move {
                let ask = |c: &aws_sdk_ec2::Client| {
                    c.describe_security_groups()
                        .filters(is("vpc-id", vpcs))
                        .filters(is("group-name", &["default".into()]))
                        .set_next_token(token.clone())
                        .send()
                };
                let answer = ec2.call(Action::read("DescribeSecurityGroups"), ask).await?;
                Ok((answer.security_groups.unwrap_or_default(), answer.next_token))
            }
        });
        found.extend(groups.await?.into_iter().filter_map(|group| Some((group.vpc_id?, group.group_id?))));
    }
    Ok(found)
}

/// Ids of default network ACLs by VPC.
pub(super) async fn default_acls(ec2: Arc<Ec2>, vpcs: Vec<String>) -> Fetched<String> {
    let mut found = BTreeMap::new();
    for vpcs in vpcs.chunks(MOST_VALUES) {
        let acls = pages(|token| {
            let ec2 = &ec2;
            async move {
                let ask = |c: &aws_sdk_ec2::Client| {
                    c.describe_network_acls()
                        .filters(is("vpc-id", vpcs))
                        .filters(is("default", &["true".into()]))
                        .set_next_token(token.clone())
                        .send()
                };
                let answer = ec2.call(Action::read("DescribeNetworkAcls"), ask).await?;
                Ok((answer.network_acls.unwrap_or_default(), answer.next_token))
            }
        });
        found.extend(acls.await?.into_iter().filter_map(|acl| Some((acl.vpc_id?, acl.network_acl_id?))));
    }
    Ok(found)
}

pub(super) async fn internet_gateways(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<InternetGateway> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_internet_gateways()
                    .set_internet_gateway_ids(Some(ids.clone()))
                    .set_next_token(token.clone())
                    .send()
            };
            let answer = ec2.call(Action::read("DescribeInternetGateways"), ask).await?;
            Ok((answer.internet_gateways.unwrap_or_default(), answer.next_token))
        }
    });
    Ok(by_id(found.await?, |gateway| gateway.internet_gateway_id()))
}

/// Key pairs by name; this operation has no pages.
pub(super) async fn key_pairs(ec2: Arc<Ec2>, names: Vec<String>) -> Fetched<KeyPairInfo> {
    let ask = |c: &aws_sdk_ec2::Client| {
        c.describe_key_pairs().set_key_names(Some(names.clone())).include_public_key(true).send()
    };
    let answer = ec2.call(Action::read("DescribeKeyPairs"), ask).await?;
    Ok(by_id(answer.key_pairs.unwrap_or_default(), |pair| pair.key_name()))
}

/// Elastic IP addresses by allocation; this operation has no pages.
pub(super) async fn addresses(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<Address> {
    let ask = |c: &aws_sdk_ec2::Client| c.describe_addresses().set_allocation_ids(Some(ids.clone())).send();
    let answer = ec2.call(Action::read("DescribeAddresses"), ask).await?;
    Ok(by_id(answer.addresses.unwrap_or_default(), |address| address.allocation_id()))
}

/// Reverse DNS names by allocation.
pub(super) async fn address_names(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<String> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_addresses_attribute()
                    .set_allocation_ids(Some(ids.clone()))
                    .attribute(AddressAttributeName::DomainName)
                    .set_next_token(token.clone())
                    .send()
            };
            let answer = ec2.call(Action::read("DescribeAddressesAttribute"), ask).await;
            match answer {
                // Regions that do not have the operation.
                Err(why) if why.is("InvalidAction") => Ok((Vec::new(), None)),
                other => other.map(|answer| (answer.addresses.unwrap_or_default(), answer.next_token)),
            }
        }
    });
    let with_name = found.await?.into_iter().filter_map(|one| Some((one.allocation_id?, one.ptr_record?)));
    Ok(with_name.collect())
}
