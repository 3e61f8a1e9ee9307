//! `aws_ebs_encryption_by_default`: whether new volumes and copies of snapshots of a region are encrypted unasked.

use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

pub(crate) struct EbsEncryptionByDefault;

impl Kind for EbsEncryptionByDefault {
    fn definition(&self) -> Definition {
        let shape =
            Shape::default().field("enabled", flag().default(true).about("Whether new volumes are encrypted unasked."));
        Definition::new(
            "aws_ebs_encryption_by_default",
            "encryption of EBS by default",
            "Whether new volumes and copies of snapshots are encrypted unasked, in one region. Destroying it switches \
             that off.",
            shape,
        )
        .regional()
        .import("default")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        if let Some(region) = region.filter(|_| plan.planned.flag("enabled") != Some(false)) {
            region.planned_encryption.switch_on();
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let asked = region
            .ec2()
            .call(Action::read("GetEbsEncryptionByDefault"), |c| c.get_ebs_encryption_by_default().send())
            .await;
        let answer = asked.map_err(|why| why.while_doing("read the encryption of EBS by default"))?;
        object.set_flag("enabled", Some(answer.ebs_encryption_by_default().unwrap_or_default()));
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        set(region, change.planned.is_true("enabled")).await?;
        change.made(region.name());
        Ok(())
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        set(region, change.planned.is_true("enabled")).await
    }

    async fn delete(&self, region: &Region, _object: &Fields, _timeout: Duration) -> Result<(), Trouble> {
        set(region, false).await
    }

    /// There is one in each region, and any word means it.
    fn import(&self, _id: &str, object: &mut Fields) -> Result<(), String> {
        let region = object.text("region").unwrap_or("default").to_owned();
        object.set_text("id", Some(region));
        Ok(())
    }
}

/// What to do where a key is named for a volume that would not be encrypted.
pub(crate) const KEY_ALONE: &str = "A key is named, but the volume would not be encrypted: set encrypted = true too. Where \
                                    aws_ebs_encryption_by_default switches encryption on in the same plan, depend on it.";

/// Whether a new volume stays without encryption unless that is asked for: "EBS encryption by default" is off, and this
/// plan does not switch it on. Asked once; what cannot be found out is not so.
pub(crate) async fn is_off(region: &Region) -> bool {
    let off = region.planned_encryption.was_off.get_or_init(|| async {
        let action = Action::read("GetEbsEncryptionByDefault");
        let asked = region.ec2().call(action, |c| c.get_ebs_encryption_by_default().send()).await;
        asked.is_ok_and(|answer| answer.ebs_encryption_by_default() == Some(false))
    });
    *off.await && !region.planned_encryption.switched_on.load(Ordering::Relaxed)
}

/// The encryption of new volumes by default in one region, since the provider was configured.
#[derive(Debug, Default)]
pub(crate) struct PlannedEncryption {
    /// It is to be switched on.
    switched_on: AtomicBool,
    /// It was known to be off when it was asked for.
    was_off: OnceCell<bool>,
}

impl PlannedEncryption {
    /// Every new volume of the plan is encrypted.
    fn switch_on(&self) {
        self.switched_on.store(true, Ordering::Relaxed);
    }
}

async fn set(region: &Region, enabled: bool) -> Result<(), Trouble> {
    let doing = |verb: &str| format!("{verb} the encryption of EBS by default in {}", region.name());
    match enabled {
        true => {
            let action = Action::same("EnableEbsEncryptionByDefault");
            let asked = region.ec2().call(action, |c| c.enable_ebs_encryption_by_default().send()).await;
            asked.map(drop).map_err(|why| why.while_doing(doing("switch on")))
        }
        false => {
            let action = Action::same("DisableEbsEncryptionByDefault");
            let asked = region.ec2().call(action, |c| c.disable_ebs_encryption_by_default().send()).await;
            asked.map(drop).map_err(|why| why.while_doing(doing("switch off")))
        }
    }
}
