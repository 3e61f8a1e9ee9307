//! `aws_instance`: a virtual machine with its first disks and its place.

mod changing;
mod checks;
mod disks;
mod launch;
mod reading;
mod shape;
pub(super) mod states;

use super::tagging;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind, Written};
use crate::planning::Plan;
use crate::shape::Definition;
use sdk::Findings;
use std::time::Duration;

pub(crate) struct Instance;

impl Kind for Instance {
    fn definition(&self) -> Definition {
        shape::definition()
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        checks::check(config, findings);
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        checks::plan(region, plan).await;
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.instances.get(&id).await;
        let found = found.map_err(|why| why.while_doing(format!("read EC2 instance {id}")))?;
        let Some(found) = found.filter(|found| !states::is_gone(&found.0)) else { return Ok(false) };
        let (instance, owner) = &*found;
        reading::show(region, instance, owner, object).await?;
        Ok(true)
    }

    fn one_by_one(&self) -> &'static [&'static str] {
        reading::ONE_BY_ONE
    }

    async fn read_one_by_one(&self, region: &Region, object: &mut Fields, written: &Written) -> Result<(), Trouble> {
        reading::one_by_one(region, object, written).await
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = launch::run(region, change).await?;
        change.made(&id);
        let doing = format!("launch EC2 instance {id}");
        states::wait_until_running(region, &id, doing.clone(), true, change.timeout("create")).await?;
        let Some(found) = states::now(region, &id, &doing).await? else {
            return Err(Trouble::stuck(doing, "The instance was terminated meanwhile."));
        };
        disks::tag_launched(region, &found.0, &change.planned).await?;
        changing::open_for_others(region, change, &found.0).await?;
        wait_for_password(region, &id, change, "create").await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.prior.id();
        let doing = format!("change EC2 instance {id}");
        let Some(found) = states::now(region, id, &doing).await? else {
            return Err(Trouble::stuck(doing, "The instance was terminated meanwhile."));
        };
        tagging::update(region, change, id).await?;
        // Protection against a stop is lifted before one, and set after it.
        disks::update(region, change, &found.0).await?;
        changing::stopped(region, change).await?;
        changing::running(region, change, &found.0).await?;
        if change.changes("get_password_data") {
            wait_for_password(region, id, change, "read").await?;
        }
        Ok(())
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        region.planned_places.changes_begin();
        let id = object.id();
        let doing = format!("terminate EC2 instance {id}");
        if states::now(region, id, &doing).await?.is_none() {
            return states::wait_until_terminated(region, id, timeout).await;
        }
        if object.is_true("force_destroy") {
            let off = changing::switch(false);
            changing::modify(region, id, "disable_api_termination", |c| c.disable_api_termination(off.clone())).await?;
            if object.is_true("disable_api_stop") {
                changing::modify(region, id, "disable_api_stop", |c| c.disable_api_stop(off.clone())).await?;
            }
        }
        // A persistent request would launch another one.
        if let Some(request) = object.filled_text("spot_instance_request_id") {
            let action = Action::same("CancelSpotInstanceRequests");
            let ask =
                |c: &aws_sdk_ec2::Client| c.cancel_spot_instance_requests().spot_instance_request_ids(request).send();
            match region.ec2().call(action, ask).await {
                Err(why) if !why.is_not_found() => {
                    return Err(why.while_doing(format!("cancel spot request {request}")));
                }
                _ => {}
            }
        }
        let action = Action::same("TerminateInstances");
        match region.ec2().call(action, |c| c.terminate_instances().instance_ids(id).send()).await {
            Err(why) if why.is_not_found() => return Ok(()),
            Err(why) if why.is("OperationNotPermitted") => {
                let advice = format!(
                    "The instance is protected from termination. Set disable_api_termination = false and apply, then \
                     destroy it. To lift the protection with each destroy, set force_destroy = true and apply first. \
                     (Request id: {})",
                    why.request_id.as_deref().unwrap_or("none")
                );
                return Err(Trouble::refused(doing, advice).about("disable_api_termination"));
            }
            Err(why) => return Err(why.while_doing(doing)),
            Ok(_) => {}
        }
        states::wait_until_terminated(region, id, timeout).await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        if !id.starts_with("i-") {
            return Err("Instances are named by their id.".into());
        }
        object.set_text("id", Some(id));
        Ok(())
    }
}

/// Windows makes its password minutes after the first start.
async fn wait_for_password(region: &Region, id: &str, change: &Change, timeout: &str) -> Result<(), Trouble> {
    if !change.planned.is_true("get_password_data") {
        return Ok(());
    }
    let doing = format!("wait for the password of EC2 instance {id}");
    let wait = Wait { doing, until: "available", timeout: change.timeout(timeout) };
    wait.run(|| async {
        let asked =
            region.ec2().call(Action::read("GetPasswordData"), |c| c.get_password_data().instance_id(id).send());
        let found = asked.await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.password_data().is_some_and(|data| !data.trim().is_empty()) {
            true => Seen::Done(()),
            false => Seen::Pending("not available".into()),
        })
    })
    .await
}
