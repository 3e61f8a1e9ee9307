//! The states of an instance, and the ways between them ("Amazon EC2 instance state changes").

use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use aws_sdk_ec2::types::{Instance, InstanceStateName};
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn state(instance: &Instance) -> InstanceStateName {
    let name = instance.state().and_then(|state| state.name()).cloned();
    name.unwrap_or(InstanceStateName::Pending)
}

/// Terminated instances are seen for about an hour more.
pub(crate) fn is_gone(instance: &Instance) -> bool {
    matches!(state(instance), InstanceStateName::Terminated | InstanceStateName::ShuttingDown)
}

/// Why the instance is where it is, in the API's words.
fn reason(instance: &Instance) -> String {
    let said = instance.state_reason().and_then(|reason| reason.message()).filter(|text| !text.is_empty());
    let text = said.or(instance.state_transition_reason()).filter(|text| !text.is_empty());
    text.map_or("The API gives no reason.".into(), |text| format!("The API says: {}.", text.trim_end_matches('.')))
}

/// The instance, wherever it is; one that is gone is none.
pub(crate) async fn now(region: &Region, id: &str, doing: &str) -> Result<Option<Arc<(Instance, String)>>, Trouble> {
    let found = region.reads.instances.fresh(id).await.map_err(|why| why.while_doing(doing))?;
    Ok(found.filter(|found| !is_gone(&found.0)))
}

/// Until it runs. `new` instances may not be found for a while.
pub(crate) async fn wait_until_running(
    region: &Region,
    id: &str,
    doing: String,
    new: bool,
    timeout: Duration,
) -> Result<(), Trouble> {
    let wait = Wait { doing, until: "running", timeout };
    wait.run(|| async {
        let found = region.reads.instances.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        let Some(found) = found else {
            return Ok(match new {
                true => Seen::Pending("not found".into()),
                false => Seen::Failed("The instance is gone.".into()),
            });
        };
        let state = state(&found.0);
        Ok(match state {
            InstanceStateName::Running => Seen::Done(()),
            InstanceStateName::Terminated | InstanceStateName::ShuttingDown => Seen::Failed(format!(
                "The instance ended at once ({}). {} Usually a volume cannot be made: its key cannot be used (check its \
                 region, state and policy), or a volume quota is reached.",
                state.as_str(),
                reason(&found.0)
            )),
            InstanceStateName::Stopped if new => {
                Seen::Failed(format!("The instance stopped at once. {}", reason(&found.0)))
            }
            _ => Seen::Pending(state.as_str().into()),
        })
    })
    .await
}

/// Stops it and waits; an instance that is stopped stays so. Whether it ran.
pub(crate) async fn stop(region: &Region, id: &str, force: bool, timeout: Duration) -> Result<bool, Trouble> {
    let doing = format!("stop EC2 instance {id}");
    let Some(found) = now(region, id, &doing).await? else {
        return Err(Trouble::stuck(doing, "The instance is gone."));
    };
    let was = state(&found.0);
    if matches!(was, InstanceStateName::Pending) {
        wait_until_running(region, id, doing.clone(), false, timeout).await?;
    }
    if !matches!(was, InstanceStateName::Stopped | InstanceStateName::Stopping) {
        let action = Action::same("StopInstances");
        let done = region.ec2().call(action, |c| c.stop_instances().instance_ids(id).force(force).send()).await;
        match done {
            Err(why) if why.is("OperationNotPermitted") => {
                let advice = format!(
                    "The instance is protected from being stopped. Set disable_api_stop = false, apply, and try again. \
                     (Request id: {})",
                    why.request_id.as_deref().unwrap_or("none")
                );
                return Err(Trouble::refused(doing, advice).about("disable_api_stop"));
            }
            other => other.map_err(|why| why.while_doing(doing.as_str()))?,
        };
    }
    let wait = Wait { doing, until: "stopped", timeout };
    wait.run(|| async {
        let found = now(region, id, &wait.doing).await?;
        Ok(match found.map(|found| state(&found.0)) {
            None => Seen::Failed("The instance was terminated meanwhile.".into()),
            Some(InstanceStateName::Stopped) => Seen::Done(()),
            Some(state) => Seen::Pending(state.as_str().into()),
        })
    })
    .await?;
    Ok(matches!(was, InstanceStateName::Pending | InstanceStateName::Running))
}

/// Starts it and waits; one that runs is fine.
pub(crate) async fn start(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let doing = format!("start EC2 instance {id}");
    let done = region.ec2().call(Action::same("StartInstances"), |c| c.start_instances().instance_ids(id).send()).await;
    done.map_err(|why| why.while_doing(doing.as_str()))?;
    wait_until_running(region, id, doing, false, timeout).await
}

/// Until it is terminated.
pub(crate) async fn wait_until_terminated(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("terminate EC2 instance {id}"), until: "terminated", timeout };
    wait.run(|| async {
        let found = region.reads.instances.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.map(|found| state(&found.0)) {
            None | Some(InstanceStateName::Terminated) => Seen::Done(()),
            Some(state) => Seen::Pending(state.as_str().into()),
        })
    })
    .await
}
