//! `aws_internet_gateway`: a VPC's way to the internet.

use super::deleting::delete_when_free;
use super::tagging;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::shape::{Definition, Shape, text};
use aws_sdk_ec2::types::{InternetGateway as Found, ResourceType};
use sdk::Repeat;
use std::time::Duration;

pub(crate) struct InternetGateway;

impl Kind for InternetGateway {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the gateway."))
            .field("owner_id", text().computed().about("Account that owns the gateway."))
            .field("vpc_id", text().optional().computed().about("VPC that it is attached to. It changes in place."));
        Definition::new("aws_internet_gateway", "internet gateway", "A VPC's way to the internet.", shape)
            .regional()
            .tagged()
            .timeouts(&[("create", 20), ("update", 20), ("delete", 20)])
            .import("igw-0a1b2c3d4e5f67890")
    }

    /// `CreateInternetGateway` has no client token, and gateways have no natural key.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.internet_gateways.get(&id).await;
        let found = found.map_err(|why| why.while_doing(format!("read internet gateway {id}")))?;
        let Some(gateway) = found else { return Ok(false) };
        let owner = match gateway.owner_id() {
            Some(owner) => owner.to_owned(),
            None => region.identity().await?.account.clone(),
        };
        let arn = format!("arn:{}:ec2:{}:{owner}:internet-gateway/{id}", region.partition(), region.name());
        object.set_text("arn", Some(arn));
        object.set_text("owner_id", Some(owner));
        object.set_text("vpc_id", Some(vpc_of(&gateway).unwrap_or_default()));
        tagging::show(region, object, gateway.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let asked = region.ec2().call(Action::once("CreateInternetGateway"), |c| {
            c.create_internet_gateway()
                .set_tag_specifications(tagging::specifications(change, ResourceType::InternetGateway))
                .send()
        });
        let made = asked.await.map_err(|why| why.while_doing("create the internet gateway"))?;
        let id = made.internet_gateway().and_then(|gateway| gateway.internet_gateway_id());
        let id = id.ok_or_else(|| Trouble::ours("CreateInternetGateway answered without an id"))?;
        change.made(id);
        let timeout = change.timeout("create");
        let wait = Wait { doing: format!("create internet gateway {id}"), until: "there", timeout };
        wait.run(|| async {
            let found = region.reads.internet_gateways.fresh(id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Pending("not found".into()), |_| Seen::Done(())))
        })
        .await?;
        match change.planned.filled_text("vpc_id") {
            Some(vpc) => attach(region, id, vpc, timeout).await,
            None => Ok(()),
        }
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let (id, timeout) = (change.prior.id(), change.timeout("update"));
        if change.changes("vpc_id") {
            if let Some(old) = change.prior.filled_text("vpc_id") {
                detach(region, id, old, timeout).await?;
            }
            if let Some(new) = change.planned.filled_text("vpc_id") {
                attach(region, id, new, timeout).await?;
            }
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        if let Some(vpc) = object.filled_text("vpc_id") {
            detach(region, id, vpc, timeout).await?;
        }
        let wait = Wait { doing: format!("delete internet gateway {id}"), until: "deleted", timeout };
        let delete = || async {
            let action = Action::same("DeleteInternetGateway");
            region.ec2().call(action, |c| c.delete_internet_gateway().internet_gateway_id(id).send()).await.map(drop)
        };
        delete_when_free(&wait, delete).await?;
        wait.run(|| async {
            let found = region.reads.internet_gateways.fresh(id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
        })
        .await
    }
}

/// The VPC that a gateway is attached to: one at most.
fn vpc_of(gateway: &Found) -> Option<&str> {
    gateway.attachments().iter().find_map(|attachment| attachment.vpc_id())
}

async fn attach(region: &Region, id: &str, vpc: &str, timeout: Duration) -> Result<(), Trouble> {
    let doing = format!("attach internet gateway {id} to VPC {vpc}");
    let done = region.ec2().call(Action::same("AttachInternetGateway"), |c| {
        c.attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc).send()
    });
    match done.await {
        // An earlier try did it, when it is this VPC: the waiter below sees it.
        Err(why) if why.is("Resource.AlreadyAssociated") => {
            let found = region.reads.internet_gateways.fresh(id).await;
            let found = found.map_err(|why| why.while_doing(doing.as_str()))?;
            if found.as_deref().and_then(vpc_of) != Some(vpc) {
                return Err(why.while_doing(doing));
            }
        }
        other => {
            other.map_err(|why| why.while_doing(doing.as_str()))?;
        }
    }
    let wait = Wait { doing, until: "available", timeout };
    wait.run(|| async {
        let found = region.reads.internet_gateways.fresh(id).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let attachments = found.as_ref().map(|gateway| gateway.attachments()).unwrap_or_default();
        let state = attachments.iter().find(|one| one.vpc_id() == Some(vpc)).and_then(|one| one.state());
        Ok(match state.map(|state| state.as_str()) {
            // The API says "available" here, which its own list of states does not have ("InternetGatewayAttachment").
            Some("available" | "attached") => Seen::Done(()),
            Some(state) => Seen::Pending(state.to_owned()),
            None => Seen::Pending("detached".into()),
        })
    })
    .await
}

/// Detaches; while public addresses are in use behind the gateway the API refuses, and it is tried again.
async fn detach(region: &Region, id: &str, vpc: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("detach internet gateway {id} from VPC {vpc}"), until: "detached", timeout };
    let detach = || async {
        let action = Action::same("DetachInternetGateway");
        let send = |c: &aws_sdk_ec2::Client| c.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc).send();
        match region.ec2().call(action, send).await {
            Err(why) if why.is("Gateway.NotAttached") => Ok(()),
            other => other.map(drop),
        }
    };
    delete_when_free(&wait, detach).await?;
    wait.run(|| async {
        let found = region.reads.internet_gateways.fresh(id).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let attachments = found.as_ref().map(|gateway| gateway.attachments()).unwrap_or_default();
        Ok(match attachments.iter().find(|one| one.vpc_id() == Some(vpc)) {
            None => Seen::Done(()),
            Some(one) => Seen::Pending(one.state().map_or("attached", |state| state.as_str()).to_owned()),
        })
    })
    .await
}
