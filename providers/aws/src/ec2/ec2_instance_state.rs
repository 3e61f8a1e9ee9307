//! `aws_ec2_instance_state`: whether an instance that is managed elsewhere runs or is stopped.

use super::instance::states::{is_gone, now, start, state, stop, wait_until_running};
use crate::cloud::{Region, Trouble};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag, text};
use aws_sdk_ec2::types::InstanceStateName;
use std::time::Duration;

pub(crate) struct InstanceState;

impl Kind for InstanceState {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("force", flag().default(false).about("Stop without a shutdown of the system; data may be lost."))
            .field("instance_id", text().required().replaces().about("Id of the instance."))
            .field("state", text().required().one_of(&["running", "stopped"]).about("`running` or `stopped`."));
        let about = "Whether an instance runs. A destroy leaves the instance as it is.";
        Definition::new("aws_ec2_instance_state", "state of the EC2 instance", about, shape)
            .regional()
            .timeouts(&[("create", 10), ("update", 10), ("delete", 1)])
            .import("i-0123456789abcdef0")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let Some(region) = region else { return };
        let stops = plan.planned.text("state") == Some("stopped");
        match plan.planned.filled_text("instance_id") {
            Some(id) if stops => region.planned_places.stops(id),
            // It may be stopped, whichever it is.
            _ if stops || plan.planned.is_unknown("state") => region.planned_places.stops_some(),
            _ => {}
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.instances.get(&id).await;
        let found = found.map_err(|why| why.while_doing(format!("read the state of EC2 instance {id}")))?;
        let Some(found) = found.filter(|found| !is_gone(&found.0)) else { return Ok(false) };
        object.set_text("instance_id", Some(&id));
        object.set_text("state", Some(state(&found.0).as_str()));
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.planned.text("instance_id").unwrap_or_default();
        let doing = format!("set the state of EC2 instance {id}");
        if now(region, id, &doing).await?.is_none() {
            let why = format!("There is no instance {id} in region {}, or it is terminated.", region.name());
            return Err(Trouble::refused(doing, why).about("instance_id"));
        }
        change.made(id);
        bring(region, id, change, change.timeout("create")).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        match change.changes("state") {
            true => bring(region, change.prior.id(), change, change.timeout("update")).await,
            false => Ok(()),
        }
    }

    async fn delete(&self, _region: &Region, _object: &Fields, _timeout: Duration) -> Result<(), Trouble> {
        Ok(())
    }
}

/// Brings the instance into the state that is planned, from whatever state it is in.
async fn bring(region: &Region, id: &str, change: &Change, timeout: Duration) -> Result<(), Trouble> {
    let doing = format!("set the state of EC2 instance {id}");
    if change.planned.text("state") == Some("stopped") {
        return stop(region, id, change.planned.is_true("force"), timeout).await.map(drop);
    }
    match now(region, id, &doing).await?.map(|found| state(&found.0)) {
        Some(InstanceStateName::Running) => Ok(()),
        Some(InstanceStateName::Pending) => wait_until_running(region, id, doing, false, timeout).await,
        // Only a stopped instance starts.
        Some(InstanceStateName::Stopping) => {
            stop(region, id, false, timeout).await?;
            start(region, id, timeout).await
        }
        _ => start(region, id, timeout).await,
    }
}
