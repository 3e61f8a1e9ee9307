//! What is read together: for each kind of object the request that asks for many, and how ids are found in the answer.

use super::batch::{Batch, Boxed, Fetched, without_missing};
use super::call::{Action, ApiError};
use super::describe_network as network;
use super::keys::KeyReads;
use super::region::Service;
use super::traffic::Traffic;
use aws_sdk_ec2::types::{
    Address, Filter, Image, Instance, InstanceCreditSpecification, InternetGateway, KeyPairInfo, LaunchTemplate,
    LaunchTemplateVersion, PlacementGroup, RouteTable, SecurityGroup, Snapshot, SpotInstanceRequest, Subnet, Volume,
    Vpc,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) type Ec2 = Service<aws_sdk_ec2::Client>;
type Kms = Service<aws_sdk_kms::Client>;

/// The reads of one region.
pub(crate) struct Reads {
    pub(crate) volumes: Batch<Volume>,
    pub(crate) snapshots: Batch<Snapshot>,
    pub(crate) images: Batch<Image>,
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
    /// The newest version, by the template's id.
    pub(crate) launch_template_versions: Batch<LaunchTemplateVersion>,
    pub(crate) route_tables: Batch<RouteTable>,
    pub(crate) security_groups: Batch<SecurityGroup>,
    /// By name.
    pub(crate) placement_groups: Batch<PlacementGroup>,
    /// By id of the instance; only for burstable types.
    pub(crate) credits: Batch<InstanceCreditSpecification>,
    pub(crate) spot_requests: Batch<SpotInstanceRequest>,
    /// How many instances run, by placement group and zone, a line each.
    pub(crate) running_in_group: Batch<usize>,
    /// Reverse DNS names by allocation id.
    pub(crate) address_names: Batch<String>,
}

/// A batch whose fetch is an async function of the service and ids.
fn batch<T, C, F>(
    service: &Arc<Service<C>>,
    traffic: &Arc<Traffic>,
    fetch: fn(Arc<Service<C>>, Vec<String>) -> F,
) -> Batch<T>
where
    T: Send + Sync + 'static,
    C: Send + Sync + 'static,
    F: std::future::Future<Output = Fetched<T>> + Send + 'static,
{
    let (service, budget) = (service.clone(), service.budget());
    Batch::new(traffic.clone(), move |ids| {
        let service = service.clone();
        Box::pin(without_missing(ids, move |ids| fetch(service.clone(), ids))) as Boxed<Fetched<T>>
    })
    .of(budget)
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
    pub(crate) fn new(ec2: &Arc<Ec2>, kms: &Arc<Kms>, traffic: &Arc<Traffic>) -> Reads {
        let instances = batch(ec2, traffic, instances);
        Reads {
            // An instance is shown with its disks.
            volumes: batch(ec2, traffic, volumes).after(&instances),
            snapshots: batch(ec2, traffic, snapshots),
            images: batch(ec2, traffic, images),
            instances,
            vpcs: batch(ec2, traffic, vpcs),
            subnets: batch(ec2, traffic, subnets),
            vpc_attributes: batch(ec2, traffic, network::vpc_attributes),
            main_route_tables: batch(ec2, traffic, network::main_route_tables),
            default_groups: batch(ec2, traffic, network::default_groups),
            default_acls: batch(ec2, traffic, network::default_acls),
            internet_gateways: batch(ec2, traffic, network::internet_gateways),
            key_pairs: batch(ec2, traffic, network::key_pairs),
            addresses: batch(ec2, traffic, network::addresses),
            keys: KeyReads::new(kms, traffic),
            launch_templates: batch(ec2, traffic, launch_templates),
            launch_template_versions: batch(ec2, traffic, launch_template_versions),
            route_tables: batch(ec2, traffic, route_tables),
            security_groups: batch(ec2, traffic, security_groups),
            placement_groups: batch(ec2, traffic, placement_groups),
            credits: batch(ec2, traffic, credits),
            spot_requests: batch(ec2, traffic, spot_requests),
            running_in_group: batch(ec2, traffic, running_in_group),
            address_names: batch(ec2, traffic, network::address_names),
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

/// Images that are deprecated or disabled too; the API shows those only on request.
async fn images(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<Image> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeImages");
            let ask = |c: &aws_sdk_ec2::Client| {
                let asked = c.describe_images().include_deprecated(true).include_disabled(true);
                asked.set_image_ids(Some(ids.clone())).set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await.map_err(|mut why| {
                // Images that were deregistered lately ("Error codes for the Amazon EC2 API").
                if why.is("InvalidAMIID.Unavailable") {
                    why.code = "InvalidAMIID.NotFound".into();
                }
                why
            })?;
            Ok((answer.images.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |image| image.image_id()))
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

async fn placement_groups(ec2: Arc<Ec2>, names: Vec<String>) -> Fetched<PlacementGroup> {
    let action = Action::read("DescribePlacementGroups");
    let ask = |c: &aws_sdk_ec2::Client| c.describe_placement_groups().set_group_names(Some(names.clone())).send();
    let answer = ec2.call(action, ask).await?;
    Ok(by_id(answer.placement_groups.unwrap_or_default(), |group| group.group_name()))
}

async fn credits(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<InstanceCreditSpecification> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeInstanceCreditSpecifications");
            let ask = |c: &aws_sdk_ec2::Client| {
                let asked = c.describe_instance_credit_specifications().set_instance_ids(Some(ids.clone()));
                asked.set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.instance_credit_specifications.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |credits| credits.instance_id()))
}

async fn spot_requests(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<SpotInstanceRequest> {
    let found = pages(|token| {
        let (ec2, ids) = (&ec2, &ids);
        async move {
            let action = Action::read("DescribeSpotInstanceRequests");
            let ask = |c: &aws_sdk_ec2::Client| {
                let asked = c.describe_spot_instance_requests().set_spot_instance_request_ids(Some(ids.clone()));
                asked.set_next_token(token.clone()).send()
            };
            let answer = ec2.call(action, ask).await?;
            Ok((answer.spot_instance_requests.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok(by_id(found, |request| request.spot_instance_request_id()))
}

async fn launch_templates(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<LaunchTemplate> {
    let mut found = Vec::new();
    // At most 200 at once, "DescribeLaunchTemplates".
    for ids in ids.chunks(200) {
        let action = Action::read("DescribeLaunchTemplates");
        let ask =
            |c: &aws_sdk_ec2::Client| c.describe_launch_templates().set_launch_template_ids(Some(ids.to_vec())).send();
        found.extend(ec2.call(action, ask).await?.launch_templates.unwrap_or_default());
    }
    Ok(by_id(found, |template| template.launch_template_id()))
}

async fn running_in_group(ec2: Arc<Ec2>, keys: Vec<String>) -> Fetched<usize> {
    let filter = |name: &str, values: Vec<String>| Filter::builder().name(name).set_values(Some(values)).build();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for keys in keys.chunks(200) {
        let part = |second: bool| {
            let parts = keys.iter().filter_map(|key| key.split_once('\n'));
            let parts: BTreeSet<String> =
                parts.map(|(group, zone)| if second { zone } else { group }.to_owned()).collect();
            parts.into_iter().collect()
        };
        let filters = vec![
            filter("placement-group-name", part(false)),
            filter("availability-zone", part(true)),
            filter("instance-state-name", vec!["pending".into(), "running".into()]),
        ];
        let reservations = pages(|token| {
            let (ec2, filters) = (&ec2, &filters);
            async move {
                let action = Action::read("DescribeInstances");
                let ask = |c: &aws_sdk_ec2::Client| {
                    let asked = c.describe_instances().set_filters(Some(filters.clone())).max_results(1_000);
                    asked.set_next_token(token.clone()).send()
                };
                let answer = ec2.call(action, ask).await?;
                Ok((answer.reservations.unwrap_or_default(), answer.next_token))
            }
        })
        .await?;
        for instance in reservations.iter().flat_map(|reservation| reservation.instances()) {
            let Some(placement) = instance.placement() else { continue };
            let (Some(group), Some(zone)) = (placement.group_name(), placement.availability_zone()) else { continue };
            *counts.entry(format!("{group}\n{zone}")).or_default() += 1;
        }
    }
    Ok(counts)
}

/// From so many templates on, all of the region are asked for: 200 in a page.
const MANY_TEMPLATES: usize = 4;

/// The newest versions. The API tells those of one template, or of all ("DescribeLaunchTemplateVersions").
async fn launch_template_versions(ec2: Arc<Ec2>, ids: Vec<String>) -> Fetched<LaunchTemplateVersion> {
    let newest = |id: Option<String>| {
        let ec2 = &ec2;
        async move {
            let page = |token| {
                let id = &id;
                async move {
                    let action = Action::read("DescribeLaunchTemplateVersions");
                    let ask = |c: &aws_sdk_ec2::Client| {
                        let ask = c.describe_launch_template_versions().versions("$Latest");
                        ask.set_launch_template_id(id.clone()).set_next_token(Option::clone(&token)).send()
                    };
                    let answer = ec2.call(action, ask).await?;
                    Ok((answer.launch_template_versions.unwrap_or_default(), answer.next_token))
                }
            };
            pages(page).await
        }
    };
    let mut found = Vec::new();
    if ids.len() >= MANY_TEMPLATES {
        found = newest(None).await?;
        found.retain(|version| version.launch_template_id().is_some_and(|id| ids.iter().any(|asked| asked == id)));
    } else {
        for id in ids {
            match newest(Some(id)).await {
                Err(why) if why.is_not_found() || why.code.ends_with(".Malformed") => {}
                versions => found.extend(versions?),
            }
        }
    }
    Ok(by_id(found, |version| version.launch_template_id()))
}
