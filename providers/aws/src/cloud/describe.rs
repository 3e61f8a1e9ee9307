//! What is read together: for each kind of object the request that asks for many, and how ids are found in the answer.

use super::batch::{Batch, Boxed, Epoch, Fetched, without_missing};
use super::call::{Action, ApiError};
use super::describe_network as network;
use super::keys::KeyReads;
use super::region::Service;
use aws_sdk_ec2::types::{
    Address, Instance, InternetGateway, KeyPairInfo, LaunchTemplate, RouteTable, SecurityGroup, Snapshot, Subnet,
    Volume, Vpc,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) type Ec2 = Service<aws_sdk_ec2::Client>;
type Kms = Service<aws_sdk_kms::Client>;

/// The reads of one region.
pub(crate) struct Reads {
    pub(crate) volumes: Batch<Volume>,
    pub(crate) snapshots: Batch<Snapshot>,
    /// With the account that owns them.
    pub(crate) instances: Batch<(Instance, String)>,
    pub(crate) vpcs: Batch<Vpc>,
    pub(crate) subnets: Batch<Subnet>,
    pub(crate) vpc_attributes: Batch<network::VpcAttributes>,
    /// Ids by VPC, as the two after it.
    pub(crate) main_route_tables: Batch<String>,
    pub(crate) default_groups: Batch<String>,
    pub(crate) default_acls: Batch<String>,
    pub(crate) internet_gateways: Batch<InternetGateway>,
    /// By name.
    pub(crate) key_pairs: Batch<KeyPairInfo>,
    /// By allocation id.
    pub(crate) addresses: Batch<Address>,
    /// What is read of KMS.
    pub(crate) keys: KeyReads,
    pub(crate) launch_templates: Batch<LaunchTemplate>,
    pub(crate) route_tables: Batch<RouteTable>,
    pub(crate) security_groups: Batch<SecurityGroup>,
}

/// A batch whose fetch is an async function of the service and ids.
fn batch<T, C, F>(
    service: &Arc<Service<C>>,
    epoch: &Arc<Epoch>,
    fetch: fn(Arc<Service<C>>, Vec<String>) -> F,
) -> Batch<T>
where
    T: Send + Sync + 'static,
    C: Send + Sync + 'static,
    F: std::future::Future<Output = Fetched<T>> + Send + 'static,
{
    let service = service.clone();
    Batch::new(epoch.clone(), move |ids| {
        let service = service.clone();
        Box::pin(without_missing(ids, move |ids| fetch(service.clone(), ids))) as Boxed<Fetched<T>>
    })
}

/// All pages of an answer: `page` takes the token of the page before and gives the objects and the next token.
pub(crate) async fn pages<T, F>(page: impl Fn(Option<String>) -> F) -> Result<Vec<T>, ApiError>
where
    F: std::future::Future<Output = Result<(Vec<T>, Option<String>), ApiError>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (some, next) = page(token).await?;
        all.extend(some);
        match next.filter(|next| !next.is_empty()) {
            Some(next) => token = Some(next),
            None => return Ok(all),
        }
    }
}

pub(super) fn by_id<T>(objects: Vec<T>, id: impl Fn(&T) -> Option<&str>) -> BTreeMap<String, T> {
    let with_id = objects.into_iter().filter_map(|object| Some((id(&object)?.to_owned(), object)));
    with_id.collect()
}

impl Reads {
    pub(crate) fn new(ec2: &Arc<Ec2>, kms: &Arc<Kms>, epoch: &Arc<Epoch>) -> Reads {
        Reads {
            volumes: batch(ec2, epoch, volumes),
            snapshots: batch(ec2, epoch, snapshots),
            instances: batch(ec2, epoch, instances),
            vpcs: batch(ec2, epoch, vpcs),
            subnets: batch(ec2, epoch, subnets),
            vpc_attributes: batch(ec2, epoch, network::vpc_attributes),
            main_route_tables: batch(ec2, epoch, network::main_route_tables),
            default_groups: batch(ec2, epoch, network::default_groups),
            default_acls: batch(ec2, epoch, network::default_acls),
            internet_gateways: batch(ec2, epoch, network::internet_gateways),
            key_pairs: batch(ec2, epoch, network::key_pairs),
            addresses: batch(ec2, epoch, network::addresses),
            keys: KeyReads::new(kms, epoch),
            launch_templates: batch(ec2, epoch, launch_templates),
            route_tables: batch(ec2, epoch, route_tables),
            security_groups: batch(ec2, epoch, security_groups),
        }
    }
}

// Ids and `MaxResults` exclude each other in these operations (API reference of each): the service pages by itself.

async fn volumes(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<Volume> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeVolumes");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_volumes().set_volume_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.volumes.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |volume| volume.volume_id()))
}

async fn snapshots(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<Snapshot> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeSnapshots");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_snapshots().set_snapshot_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.snapshots.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |snapshot| snapshot.snapshot_id()))
}

async fn instances(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<(Instance, String)> {
    let reservations = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeInstances");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_instances().set_instance_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.reservations.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    let with_owner = reservations.into_iter().flat_map(|reservation| {
        let owner = reservation.owner_id.unwrap_or_default();
        let instances = reservation.instances.unwrap_or_default();
        instances.into_iter().map(move |instance| (instance, owner.clone()))
    });
    Ok(by_id(with_owner.collect(), |(instance, _)| instance.instance_id()))
}

async fn vpcs(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<Vpc> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeVpcs");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_vpcs().set_vpc_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.vpcs.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |vpc| vpc.vpc_id()))
}

async fn subnets(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<Subnet> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeSubnets");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_subnets().set_subnet_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.subnets.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |subnet| subnet.subnet_id()))
}

async fn route_tables(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<RouteTable> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeRouteTables");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_route_tables().set_route_table_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.route_tables.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |table| table.route_table_id()))
}

async fn security_groups(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<SecurityGroup> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeSecurityGroups");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_security_groups().set_group_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.security_groups.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |group| group.group_id()))
}

async fn launch_templates(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<LaunchTemplate> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeLaunchTemplates");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_launch_templates()
                    .set_launch_template_ids(Some(ids.clone()))
                    .set_next_token(token.clone())
                    .send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.launch_templates.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |template| template.launch_template_id()))
}
