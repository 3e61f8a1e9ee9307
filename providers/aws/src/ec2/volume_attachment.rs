//! `aws_volume_attachment`: a disk at a device of an instance, both in one zone.

use super::checksum::crc32;
use crate::cloud::{APPEARS, Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag, text};
use aws_sdk_ec2::types::{Instance, InstanceStateName, Volume, VolumeAttachmentState, VolumeState};
use std::time::Duration;
use tokio::time::Instant;

pub(crate) struct VolumeAttachment;

impl Kind for VolumeAttachment {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("device_name", text().required().replaces().about("Device at the instance, such as `/dev/sdh`."))
            .field(
                "force_detach",
                flag().optional().about("Detach also when the instance does not let go; data may be lost."),
            )
            .field("instance_id", text().required().replaces().about("The instance."))
            .field("skip_destroy", flag().optional().about("Leave the volume attached when this is destroyed."))
            .field(
                "stop_instance_before_detaching",
                flag().optional().about("Stop the instance first, so that it lets go of the volume."),
            )
            .field("volume_id", text().required().replaces().about("The volume."));
        let about = "A volume that is attached to an instance.";
        Definition::new("aws_volume_attachment", "attachment of an EBS volume", about, shape)
            .regional()
            .timeouts(&[("create", 5), ("delete", 5)])
            .import("/dev/sdh:vol-049df61146c4d7901:i-12345678")
    }

    /// Volume and instance must be in one zone ("AttachVolume"): known before anything is done where both are there.
    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let names = Names::of(&plan.planned);
        let known = !names.volume.is_empty() && !names.instance.is_empty();
        let Some(region) = region.filter(|_| known && plan.changes_any(&["volume_id", "instance_id"])) else { return };
        let (volume, instance) =
            tokio::join!(region.reads.volumes.get(&names.volume), region.reads.instances.get(&names.instance));
        if let (Ok(Some(volume)), Ok(Some(found))) = (volume, instance)
            && let Some(why) = zones_differ(&volume, &found.0)
        {
            plan.refuse("volume_id", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let names = Names::of(object);
        let found = region.reads.volumes.get(&names.volume).await;
        let found = found.map_err(|why| why.while_doing(format!("read the attachment of {}", names.volume)))?;
        Ok(found.is_some_and(|volume| names.state(&volume).is_some()))
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let names = Names::of(&change.planned);
        let Names { device, volume, instance } = &names;
        let timeout = change.timeout("create");
        let there = volume_when_ready(region, &names, timeout).await?;
        let at = instance_when_ready(region, &names, timeout).await?;
        if let Some(why) = zones_differ(&there, &at) {
            return Err(Trouble::refused(names.doing("attach"), why).about("volume_id"));
        }
        let asked = region.ec2().call(Action::same("AttachVolume"), |c| {
            c.attach_volume().device(device).instance_id(instance).volume_id(volume).send()
        });
        match asked.await {
            Ok(_) => {}
            // What an earlier try attached is ours: volume, instance and device agree.
            Err(why) if why.is("VolumeInUse") && (change.repeated || why.tried_before) => {
                let found = region.reads.volumes.fresh(volume).await;
                let found = found.map_err(|why| why.while_doing(names.doing("attach")))?;
                if found.is_none_or(|volume| names.state(&volume).is_none()) {
                    return Err(why.while_doing(names.doing("attach")));
                }
            }
            Err(why) => return Err(why.while_doing(names.doing("attach"))),
        }
        change.made(&names.id());
        wait_until_attached(region, &names, timeout).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        if object.is_true("skip_destroy") {
            return Ok(());
        }
        let names = Names::of(object);
        let Names { device, volume, instance } = &names;
        if object.is_true("stop_instance_before_detaching") {
            stop(region, instance).await?;
        }
        let force = object.is_true("force_detach");
        let asked = region.ec2().call(Action::same("DetachVolume"), |c| {
            c.detach_volume().device(device).force(force).instance_id(instance).volume_id(volume).send()
        });
        match asked.await {
            Ok(_) => {}
            Err(why) if why.is("InvalidVolume.NotFound") || why.is("InvalidAttachment.NotFound") => return Ok(()),
            Err(why) if why.is("IncorrectState") && why.message.contains("available") => return Ok(()),
            // On its way already, by an earlier try: only the wait is left.
            Err(why) if why.is("IncorrectState") && why.message.contains("detaching") => {}
            Err(why) => return Err(why.while_doing(names.doing("detach"))),
        }
        wait_until_detached(region, &names, timeout).await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        let parts: Vec<&str> = id.split(':').filter(|part| !part.is_empty()).collect();
        let ([device, volume, instance], 2) = (parts.as_slice(), id.matches(':').count()) else {
            return Err("It is DEVICE_NAME:VOLUME_ID:INSTANCE_ID.".into());
        };
        object.set_text("device_name", Some(device));
        object.set_text("volume_id", Some(volume));
        object.set_text("instance_id", Some(instance));
        let id = Names::of(object).id();
        object.set_text("id", Some(id));
        Ok(())
    }
}

/// What an attachment is known by.
struct Names {
    device: String,
    volume: String,
    instance: String,
}

impl Names {
    fn of(object: &Fields) -> Names {
        let text = |name| object.text(name).unwrap_or_default().to_owned();
        Names { device: text("device_name"), volume: text("volume_id"), instance: text("instance_id") }
    }

    /// The id that `hashicorp/aws` gives: a checksum of the three.
    fn id(&self) -> String {
        let all = format!("{}-{}-{}-", self.device, self.instance, self.volume);
        format!("vai-{}", crc32(&all))
    }

    fn doing(&self, verb: &str) -> String {
        let between = if verb == "attach" { "to" } else { "from" };
        format!("{verb} EBS volume {} {between} {} at {}", self.volume, self.instance, self.device)
    }

    /// The state of this attachment, as its volume has it.
    fn state(&self, volume: &Volume) -> Option<VolumeAttachmentState> {
        let here = volume.attachments().iter().find(|attachment| {
            attachment.device() == Some(self.device.as_str()) && attachment.instance_id() == Some(&self.instance)
        });
        let state = here.map(|here| here.state().cloned().unwrap_or(VolumeAttachmentState::Attached));
        state.filter(|state| *state != VolumeAttachmentState::Detached)
    }
}

/// How long an instance may take to start or stop ("waiters" of the EC2 SDKs: 40 times 15 s).
const INSTANCE: Duration = Duration::from_secs(600);

/// Why the two cannot come together, if so.
fn zones_differ(volume: &Volume, instance: &Instance) -> Option<String> {
    let of_volume = volume.availability_zone()?;
    let of_instance = instance.placement()?.availability_zone()?;
    (of_volume != of_instance).then(|| {
        format!(
            "Volume {} is in zone {of_volume}, instance {} in {of_instance}. A volume can only be attached in its own \
             zone: make one there, of a snapshot if the data is needed.",
            volume.volume_id().unwrap_or_default(),
            instance.instance_id().unwrap_or_default(),
        )
    })
}

/// What is not found may be new: it is waited for no longer than new objects take, and no longer than `timeout`.
fn absent<T>(region: &Region, called: &str, id: &str, begin: Instant, timeout: Duration) -> Seen<T> {
    // The next look is a pause away, which grows with the time.
    if begin.elapsed() < APPEARS.min(timeout / 2) {
        return Seen::Pending(format!("without {called} {id}"));
    }
    Seen::Failed(format!(
        "There is no {called} {id} in {}. Check the id, and that it is of this region and account.",
        region.name()
    ))
}

async fn volume_when_ready(region: &Region, names: &Names, timeout: Duration) -> Result<Volume, Trouble> {
    let begin = Instant::now();
    let wait = Wait { doing: names.doing("attach"), until: "available", timeout };
    wait.run(|| async {
        let found = region.reads.volumes.fresh(&names.volume).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found {
            None => absent(region, "EBS volume", &names.volume, begin, timeout),
            Some(volume) => match volume.state() {
                Some(VolumeState::Creating) => Seen::Pending("waiting for the volume, which is creating".into()),
                Some(state @ (VolumeState::Error | VolumeState::Deleting | VolumeState::Deleted)) => {
                    Seen::Failed(format!("Volume {} is in state {}.", names.volume, state.as_str()))
                }
                _ => Seen::Done(volume.as_ref().clone()),
            },
        })
    })
    .await
}

/// The instance, once it can take a volume: running or stopped ("AttachVolume").
async fn instance_when_ready(region: &Region, names: &Names, timeout: Duration) -> Result<Instance, Trouble> {
    let begin = Instant::now();
    let wait = Wait { doing: names.doing("attach"), until: "attached", timeout: INSTANCE };
    wait.run(|| async {
        let found = region.reads.instances.fresh(&names.instance).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found {
            None => absent(region, "EC2 instance", &names.instance, begin, timeout),
            Some(found) => match state_of(&found.0) {
                InstanceStateName::Running | InstanceStateName::Stopped => Seen::Done(found.0.clone()),
                state @ (InstanceStateName::ShuttingDown | InstanceStateName::Terminated) => {
                    Seen::Failed(format!("Instance {} is {}.", names.instance, state.as_str()))
                }
                state => Seen::Pending(format!("waiting for the instance, which is {}", state.as_str())),
            },
        })
    })
    .await
}

fn state_of(instance: &Instance) -> InstanceStateName {
    instance.state().and_then(|state| state.name().cloned()).unwrap_or(InstanceStateName::Pending)
}

async fn wait_until_attached(region: &Region, names: &Names, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: names.doing("attach"), until: "attached", timeout };
    wait.run(|| async {
        let found = region.reads.volumes.fresh(&names.volume).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.and_then(|volume| names.state(&volume)) {
            Some(VolumeAttachmentState::Attached) => Seen::Done(()),
            // The device is in use inside of the instance ("Troubleshoot EBS volume attachments").
            Some(VolumeAttachmentState::Busy) => Seen::Pending(format!("busy (is {} in use?)", names.device)),
            Some(state) => Seen::Pending(state.as_str().to_owned()),
            None => Seen::Pending("not attached".into()),
        })
    })
    .await
}

async fn wait_until_detached(region: &Region, names: &Names, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: names.doing("detach"), until: "gone", timeout };
    wait.run(|| async {
        let found = region.reads.volumes.fresh(&names.volume).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.and_then(|volume| names.state(&volume)) {
            None => Seen::Done(()),
            Some(state) => Seen::Pending(format!(
                "{} (a mounted volume is not let go of: unmount it, or set stop_instance_before_detaching)",
                state.as_str()
            )),
        })
    })
    .await
}

async fn stop(region: &Region, instance: &str) -> Result<(), Trouble> {
    let doing = format!("stop instance {instance} before its volume is detached");
    let action = Action::same("StopInstances");
    match region.ec2().call(action, |c| c.stop_instances().instance_ids(instance).send()).await {
        Ok(_) => {}
        Err(why) if why.is("InvalidInstanceID.NotFound") => return Ok(()),
        // On its way out it cannot be stopped, and lets go of everything: the wait sees that.
        Err(why) if why.is("IncorrectInstanceState") && is_ending(region, instance).await => {}
        Err(why) => return Err(why.while_doing(doing)),
    }
    let wait = Wait { doing, until: "stopped", timeout: INSTANCE };
    wait.run(|| async {
        let found = region.reads.instances.fresh(instance).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.map(|found| state_of(&found.0)) {
            None | Some(InstanceStateName::Stopped | InstanceStateName::Terminated) => Seen::Done(()),
            Some(state) => Seen::Pending(state.as_str().to_owned()),
        })
    })
    .await
}

async fn is_ending(region: &Region, instance: &str) -> bool {
    let found = region.reads.instances.fresh(instance).await;
    let state = found.ok().flatten().map(|found| state_of(&found.0));
    matches!(state, Some(InstanceStateName::ShuttingDown | InstanceStateName::Terminated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let names = Names { device: "/dev/sdh".into(), volume: "vol-1".into(), instance: "i-1".into() };
        // zlib's crc32 of "/dev/sdh-i-1-vol-1-".
        assert_eq!(names.id(), "vai-36494737");
    }
}
