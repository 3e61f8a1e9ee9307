//! `aws_eip`: a public address of one's own, for an instance or a network interface.

use super::tagging;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, text};
use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use sdk::Repeat;
use std::time::Duration;

pub(crate) struct Eip;

impl Kind for Eip {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("address", text().optional().replaces().about("Address of a BYOIP pool to take."))
            .field("allocation_id", text().computed().about("Id of the allocation; the same as `id`."))
            .field("arn", text().computed().about("ARN of the address."))
            .field(
                "associate_with_private_ip",
                text().optional().about("Private address to associate with; the primary one when it is not written."),
            )
            .field("association_id", text().computed().about("Id of the association."))
            .field("carrier_ip", text().computed().about("Carrier address, in Wavelength zones."))
            .field("customer_owned_ip", text().computed().about("The Outpost's own address."))
            .field("customer_owned_ipv4_pool", text().optional().once().about("Pool of the Outpost's own addresses."))
            .field(
                "domain",
                text()
                    .optional()
                    .computed()
                    .replaces()
                    .one_of(&["vpc", "standard"])
                    .about("`vpc`, as of every address."),
            )
            .field("instance", text().optional().computed().about("Instance to associate with."))
            .field("ipam_pool_id", text().optional().computed().replaces().about("IPAM pool to take an address of."))
            .field(
                "network_border_group",
                text().optional().computed().replaces().about("Where the address is announced: region or local zone."),
            )
            .field("network_interface", text().optional().computed().about("Network interface to associate with."))
            .field("private_dns", text().computed().about("Name of the private address."))
            .field("private_ip", text().computed().about("Private address that it is associated with."))
            .field("ptr_record", text().computed().about("Reverse DNS name."))
            .field("public_dns", text().computed().about("Name of the address."))
            .field("public_ip", text().computed().about("The address."))
            .field("public_ipv4_pool", text().optional().computed().replaces().about("Pool to take an address of."));
        Definition::new("aws_eip", "Elastic IP address", "A public address of one's own.", shape)
            .regional()
            .tagged()
            .timeouts(&[("read", 15), ("update", 5), ("delete", 3)])
            .import("eipalloc-0a1b2c3d4e5f67890")
    }

    /// `AllocateAddress` has no client token, and nobody knows the address before.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    async fn plan(&self, _region: Option<&Region>, plan: &mut Plan) {
        if plan.prior.is_none() || !plan.changes_any(&["associate_with_private_ip", "instance", "network_interface"]) {
            return;
        }
        for name in ["association_id", "private_dns", "private_ip"] {
            plan.planned.set_unknown(name);
        }
        // What the association leads to beside what is written.
        for name in ["instance", "network_interface"] {
            if plan.config.is_null(name) {
                plan.planned.set_unknown(name);
            }
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let doing = format!("read Elastic IP address {id}");
        let found = region.reads.addresses.get(&id).await.map_err(|why| why.while_doing(doing.as_str()))?;
        let Some(address) = found else { return Ok(false) };
        let name = region.reads.address_names.get(&id).await.map_err(|why| why.while_doing(doing.as_str()))?;
        // No request changes it: what the state has stays, also where it came too late.
        let new = object.is_null("arn");
        let pool = address.customer_owned_ipv4_pool().filter(|pool| new && !pool.is_empty()).map(String::from);
        let pool = pool.or(object.filled_text("customer_owned_ipv4_pool").map(String::from));
        object.set_text("customer_owned_ipv4_pool", pool);
        object.set_text("allocation_id", Some(&id));
        object.set_text("arn", Some(region.arn("ec2", &format!("elastic-ip/{id}")).await?));
        object.set_text("association_id", Some(address.association_id().unwrap_or_default()));
        object.set_text("carrier_ip", Some(address.carrier_ip().unwrap_or_default()));
        object.set_text("customer_owned_ip", Some(address.customer_owned_ip().unwrap_or_default()));
        object.set_text("domain", Some(address.domain().map_or("", DomainType::as_str)));
        object.set_text("instance", Some(address.instance_id().unwrap_or_default()));
        let pool = address.public_ipv4_pool().unwrap_or_default();
        if pool.starts_with("ipam-pool-") || object.is_null("ipam_pool_id") {
            object.set_text("ipam_pool_id", Some(pool).filter(|pool| pool.starts_with("ipam-pool-")).or(Some("")));
        }
        object.set_text("network_border_group", Some(address.network_border_group().unwrap_or_default()));
        object.set_text("network_interface", Some(address.network_interface_id().unwrap_or_default()));
        let (public, private) = (address.public_ip().unwrap_or_default(), address.private_ip_address());
        let private = private.unwrap_or_default();
        object.set_text("private_dns", Some(private_name(region.name(), private)));
        object.set_text("private_ip", Some(private));
        object.set_text("ptr_record", Some(name.as_deref().map_or("", |name| name.trim_end_matches('.'))));
        object.set_text("public_dns", Some(public_name(region, public)));
        object.set_text("public_ip", Some(public));
        object.set_text("public_ipv4_pool", Some(pool));
        tagging::show(region, object, address.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let eip = &change.planned;
        let text = |name: &str| eip.filled_text(name).map(String::from);
        let asked = region.ec2().call(Action::once("AllocateAddress"), |c| {
            c.allocate_address()
                .set_address(text("address"))
                .set_customer_owned_ipv4_pool(text("customer_owned_ipv4_pool"))
                .set_domain(eip.filled_text("domain").map(DomainType::from))
                .set_ipam_pool_id(text("ipam_pool_id"))
                .set_network_border_group(text("network_border_group"))
                .set_public_ipv4_pool(text("public_ipv4_pool"))
                .set_tag_specifications(tagging::specifications(change, ResourceType::ElasticIp))
                .send()
        });
        let made = asked.await.map_err(|why| why.while_doing("allocate the Elastic IP address"))?;
        let id = made.allocation_id().ok_or_else(|| Trouble::ours("AllocateAddress answered without an id"))?;
        change.made(id);
        let timeout = change.timeout("update");
        let wait = Wait { doing: format!("allocate Elastic IP address {id}"), until: "there", timeout };
        wait.run(|| async {
            let found = region.reads.addresses.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Pending("not found".into()), |_| Seen::Done(())))
        })
        .await?;
        associate(region, id, &change.config, timeout).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, timeout) = (change.prior.id(), change.timeout("update"));
        if change.changes_any(&["associate_with_private_ip", "instance", "network_interface"]) {
            if let Some(association) = change.prior.filled_text("association_id") {
                disassociate(region, id, association).await?;
            }
            associate(region, id, &change.config, timeout).await?;
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        if let Some(association) = object.filled_text("association_id") {
            disassociate(region, id, association).await?;
        }
        let doing = format!("release Elastic IP address {id}");
        let done = region.ec2().call(Action::same("ReleaseAddress"), |c| {
            let group = object.filled_text("network_border_group").map(String::from);
            c.release_address().allocation_id(id).set_network_border_group(group).send()
        });
        match done.await {
            Err(why) if why.is_not_found() => return Ok(()),
            other => other.map_err(|why| why.while_doing(doing.as_str()))?,
        };
        let wait = Wait { doing, until: "released", timeout };
        wait.run(|| async {
            let found = region.reads.addresses.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
        })
        .await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        if !id.starts_with("eipalloc-") {
            return Err("Addresses are named by their allocation; those of EC2-Classic are no more.".into());
        }
        object.set_text("id", Some(id));
        Ok(())
    }
}

/// `ip-10-0-0-1.eu-central-1.compute.internal` ("Amazon EC2 instance hostname types": IP name); us-east-1 has its own.
fn private_name(region: &str, address: &str) -> String {
    let dashed = address.replace('.', "-");
    match region {
        _ if address.is_empty() => String::new(),
        "us-east-1" => format!("ip-{dashed}.ec2.internal"),
        _ => format!("ip-{dashed}.{region}.compute.internal"),
    }
}

/// `ec2-203-0-113-25.eu-central-1.compute.amazonaws.com` ("DNS attributes for your VPC"); us-east-1 has its own.
fn public_name(region: &Region, address: &str) -> String {
    let (dashed, suffix) = (address.replace('.', "-"), crate::meta::partition::dns_suffix(region.partition()));
    match region.name() {
        _ if address.is_empty() => String::new(),
        "us-east-1" => format!("ec2-{dashed}.compute-1.{suffix}"),
        name => format!("ec2-{dashed}.{name}.compute.{suffix}"),
    }
}

/// Associates with what is written, if anything is. A second time it sees that it is done.
async fn associate(region: &Region, id: &str, config: &Fields, timeout: Duration) -> Result<(), Trouble> {
    let (instance, interface) = (config.filled_text("instance"), config.filled_text("network_interface"));
    let Some(target) = interface.or(instance) else { return Ok(()) };
    let private = config.filled_text("associate_with_private_ip");
    let is_done = |address: &Address| {
        address.association_id().is_some_and(|id| !id.is_empty())
            && instance.is_none_or(|instance| address.instance_id() == Some(instance))
            && interface.is_none_or(|interface| address.network_interface_id() == Some(interface))
            && private.is_none_or(|private| address.private_ip_address() == Some(private))
    };
    let wait = Wait { doing: format!("associate Elastic IP address {id} with {target}"), until: "associated", timeout };
    wait.run(|| async {
        let found = region.reads.addresses.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        if found.is_some_and(|address| is_done(&address)) {
            return Ok(Seen::Done(()));
        }
        let done = region.ec2().call(Action::same("AssociateAddress"), |c| {
            c.associate_address()
                .allocation_id(id)
                .set_instance_id(instance.map(String::from))
                .set_network_interface_id(interface.map(String::from))
                .set_private_ip_address(private.map(String::from))
                .send()
        });
        match done.await {
            Ok(_) => Ok(Seen::Pending("being associated".into())),
            // The address is new, or the instance is not yet running.
            Err(why) if why.is("InvalidAllocationID.NotFound") => Ok(Seen::Pending("not found".into())),
            Err(why) if why.is("InvalidInstanceID") && why.message.contains("pending instance") => {
                Ok(Seen::Pending("waiting for the instance".into()))
            }
            Err(why) => Err(why.while_doing(wait.doing.as_str())),
        }
    })
    .await
}

async fn disassociate(region: &Region, id: &str, association: &str) -> Result<(), Trouble> {
    let done = region
        .ec2()
        .call(Action::same("DisassociateAddress"), |c| c.disassociate_address().association_id(association).send());
    match done.await {
        Err(why) if why.is_not_found() => Ok(()),
        other => other.map(drop).map_err(|why| why.while_doing(format!("disassociate Elastic IP address {id}"))),
    }
}
