//! `aws_ami_copy`: an image of this or another region, once more here, with snapshots of its own.

use super::{ebs_snapshot, images, tagging};
use crate::arns::check_arn;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::kms::names::{region_of_arn, same_key};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, flag, int, text};
use aws_sdk_ec2::types::{AttributeValue, BlockDeviceMapping, Image, ImageState, ResourceType, VolumeType};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use value::Value;

pub(crate) struct AmiCopy;

impl Kind for AmiCopy {
    fn definition(&self) -> Definition {
        let about = "A copy of an image, in the region of the resource.";
        Definition::new("aws_ami_copy", "copy of an image", about, shape())
            .regional()
            .tagged()
            .timeouts(&[("create", 40), ("update", 40), ("delete", 90)])
            .import("ami-0123456789abcdef0")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        if plan.config.flag("encrypted") == Some(false) && plan.config.filled_text("kms_key_id").is_some() {
            plan.refuse("kms_key_id", "A key is named, but encrypted is false. Remove one of them.");
        }
        if let (Some(region), Some(of_key)) = (region, plan.config.text("kms_key_id").and_then(region_of_arn))
            && of_key != region.name()
        {
            let why = format!(
                "The key is of region {of_key}, the copy of {}. A copy is encrypted with a key of the region that it is \
                 made in: name that one, or the replica there.",
                region.name()
            );
            plan.refuse("kms_key_id", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.images.get(&id).await;
        let found = found.map_err(|why| why.while_doing(format!("read image {id}")))?;
        let Some(image) = found.filter(|image| !is_gone(image)) else { return Ok(false) };
        // A plan knows its tags, an import does not.
        if object.is_null("tags_all") {
            let encrypted = image.block_device_mappings().iter().filter_map(|mapping| mapping.ebs()?.encrypted());
            object.set_flag("encrypted", Some(encrypted.into_iter().any(|encrypted| encrypted)));
            object.set_text("source_ami_id", image.source_image_id());
            object.set_text("source_ami_region", image.source_image_region());
        }
        object.set_text("arn", Some(images::arn(region, &id)));
        images::describe(object, &image);
        object.set_text("name", image.name());
        object.set_written_text("description", image.description());
        let deprecation = Value::string(image.deprecation_time().unwrap_or_default());
        if !images::same_minute(object.get("deprecation_time"), &deprecation) {
            object.set_filled_text("deprecation_time", image.deprecation_time());
        }
        object.set_flag("manage_ebs_snapshots", Some(true));
        object.set_text("uefi_data", Some(object.text("uefi_data").unwrap_or_default().to_owned()));
        show_devices(object, &image);
        if object.is_null("kms_key_id") {
            object.set_text("kms_key_id", Some(key_of(region, &image).await?));
        }
        tagging::show(region, object, image.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let copy = &change.planned;
        let source = copy.text("source_ami_id").unwrap_or_default();
        let from = copy.text("source_ami_region").unwrap_or_default();
        let description = copy.text("description").unwrap_or_default();
        let asked = region.ec2().call(Action::same("CopyImage"), |c| {
            c.copy_image()
                .client_token(change.token.as_ref())
                .name(copy.text("name").unwrap_or_default())
                .source_image_id(source)
                .source_region(from)
                .description(description)
                .set_destination_outpost_arn(copy.filled_text("destination_outpost_arn").map(String::from))
                .set_encrypted(copy.flag("encrypted").filter(|encrypted| *encrypted))
                .set_kms_key_id(copy.filled_text("kms_key_id").map(String::from))
                .set_tag_specifications(tagging::specifications(change, ResourceType::Image))
                .send()
        });
        let made = asked.await.map_err(|why| why.while_doing(format!("copy image {source} of region {from}")))?;
        let id = made.image_id().ok_or_else(|| Trouble::ours("CopyImage answered without an id"))?;
        change.made(id);
        let made = wait_until_available(region, id, change.timeout("create")).await?;
        // A copy may take over what its source is called.
        if made.description().unwrap_or_default() != description {
            describe(region, id, description).await?;
        }
        match copy.filled_text("deprecation_time") {
            Some(time) => deprecate(region, id, Some(time)).await,
            None => Ok(()),
        }
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.prior.id();
        if change.changes("description") {
            describe(region, id, change.planned.text("description").unwrap_or_default()).await?;
        }
        if change.changes("deprecation_time") {
            deprecate(region, id, change.planned.filled_text("deprecation_time")).await?;
        }
        tagging::update(region, change, id).await
    }

    /// The snapshots were made with the copy, and go with it: also when the image itself is gone.
    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        let doing = format!("remove image {id}");
        let found = region.reads.images.fresh(id).await.map_err(|why| why.while_doing(doing.as_str()))?;
        let mut snapshots: BTreeSet<String> =
            found.as_ref().map(|image| images::snapshots(image)).unwrap_or_default().into_iter().collect();
        let known = object.blocks("ebs_block_device");
        snapshots.extend(known.iter().filter_map(|device| device.filled_text("snapshot_id").map(String::from)));
        let done =
            region.ec2().call(Action::same("DeregisterImage"), |c| c.deregister_image().image_id(id).send()).await;
        match done {
            Ok(_) => {}
            Err(why) if why.is("InvalidAMIID.NotFound") || why.is("InvalidAMIID.Unavailable") => {}
            Err(why) => return Err(why.while_doing(doing)),
        }
        let wait = Wait { doing, until: "deregistered", timeout };
        wait.run(|| async {
            let found = region.reads.images.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(match found.filter(|image| !is_gone(image)) {
                None => Seen::Done(()),
                Some(image) => Seen::Pending(state_of(&image)),
            })
        })
        .await?;
        for snapshot in &snapshots {
            ebs_snapshot::delete(region, snapshot, timeout).await?;
        }
        Ok(())
    }
}

fn shape() -> Shape {
    let device = Shape::default()
        .field("delete_on_termination", flag().computed().about("Whether the volume goes with its instance."))
        .field("device_name", text().computed().about("Device of the volume."))
        .field("encrypted", flag().computed().about("Whether the snapshot is encrypted."))
        .field("iops", int().computed().about("Operations a second of the volume."))
        .field("outpost_arn", text().computed().about("ARN of the Outpost that keeps the snapshot."))
        .field("snapshot_id", text().computed().about("Snapshot that the volume begins as; it goes with the copy."))
        .field("throughput", int().computed().about("MiB a second of the volume."))
        .field("volume_size", int().computed().about("Size of the volume in GiB."))
        .field("volume_type", text().computed().about("Type of the volume."));
    let ephemeral = Shape::default()
        .field("device_name", text().computed().about("Device of the instance store volume."))
        .field("virtual_name", text().computed().about("Its name, `ephemeral0` and on."));
    images::described()
        .field(
            "deprecation_time",
            text().optional().check(check_time).same_when(images::same_minute).about(
                "From when on the image is deprecated, as RFC 3339 has it, to the minute. Not at all when it is not \
                 written.",
            ),
        )
        .field("description", text().optional().about("What it is, for people."))
        .field(
            "destination_outpost_arn",
            text().optional().replaces().check(check_arn).about("ARN of the Outpost that the copy is made on."),
        )
        .set("ebs_block_device", "Volumes of its instances; told by the API.", device)
        .with_block("ebs_block_device", |block| block.computed = true)
        .field(
            "encrypted",
            flag().default(false).replaces().about("Encrypt the copy; copies of encrypted images always are."),
        )
        .set("ephemeral_block_device", "Instance store volumes of its instances; told by the API.", ephemeral)
        .with_block("ephemeral_block_device", |block| (block.computed, block.replaces) = (true, true))
        .field(
            "kms_key_id",
            text().optional().computed().replaces().check(check_arn).same_when(same_key).about(
                "ARN of the key that encrypts the copy: one of the copy's own region, also where the source is of \
                 another. The default key of EBS when it is not written.",
            ),
        )
        .field("manage_ebs_snapshots", flag().computed().about("Always true: the snapshots go with the copy."))
        .field(
            "name",
            text().required().replaces().length(3, 128).about("Name, unique among the images of the region."),
        )
        .field("source_ami_id", text().required().replaces().about("Image that is copied."))
        .field("source_ami_region", text().required().replaces().about("Region of the image that is copied."))
        .field("uefi_data", text().computed().about("Not told by the API; empty."))
}

fn check_time(value: &Value) -> Result<(), String> {
    match value.as_str().is_none_or(|text| text.is_empty() || images::moment(text).is_some()) {
        true => Ok(()),
        false => Err("A time is written like \"2030-01-31T12:00:00Z\".".into()),
    }
}

fn is_gone(image: &Image) -> bool {
    matches!(image.state(), Some(ImageState::Deregistered))
}

fn state_of(image: &Image) -> String {
    image.state().map_or("unknown", ImageState::as_str).to_owned()
}

fn show_devices(object: &mut Fields, image: &Image) {
    let mappings = image.block_device_mappings();
    let volumes: Vec<Fields> = mappings.iter().filter_map(|mapping| device(object, mapping)).collect();
    let stores = mappings.iter().filter(|mapping| mapping.ebs().is_none()).map(|mapping| {
        let mut block = object.new_block("ephemeral_block_device");
        block.set_text("device_name", Some(mapping.device_name().unwrap_or_default()));
        block.set_text("virtual_name", Some(mapping.virtual_name().unwrap_or_default()));
        block
    });
    let stores: Vec<Fields> = stores.collect();
    object.set_blocks("ebs_block_device", volumes);
    object.set_blocks("ephemeral_block_device", stores);
}

fn device(object: &Fields, mapping: &BlockDeviceMapping) -> Option<Fields> {
    let volume = mapping.ebs()?;
    let mut block = object.new_block("ebs_block_device");
    block.set_text("device_name", Some(mapping.device_name().unwrap_or_default()));
    block.set_flag("delete_on_termination", Some(volume.delete_on_termination().unwrap_or_default()));
    block.set_flag("encrypted", Some(volume.encrypted().unwrap_or_default()));
    block.set_int("iops", Some(volume.iops().unwrap_or_default()));
    block.set_text("outpost_arn", Some(volume.outpost_arn().unwrap_or_default()));
    block.set_text("snapshot_id", Some(volume.snapshot_id().unwrap_or_default()));
    block.set_int("throughput", Some(volume.throughput().unwrap_or_default()));
    block.set_int("volume_size", Some(volume.volume_size().unwrap_or_default()));
    block.set_text("volume_type", Some(volume.volume_type().map_or("", VolumeType::as_str)));
    Some(block)
}

/// The key of a copy whose key nobody wrote: that of its first encrypted snapshot; empty where none is encrypted.
async fn key_of(region: &Region, image: &Image) -> Result<String, Trouble> {
    let encrypted = image.block_device_mappings().iter().filter_map(BlockDeviceMapping::ebs);
    let Some(volume) = encrypted.into_iter().find(|volume| volume.encrypted() == Some(true)) else {
        return Ok(String::new());
    };
    // Only launches tell keys in their mappings ("EbsBlockDevice", KmsKeyId): the snapshot does.
    let Some(id) = volume.snapshot_id() else { return Ok(String::new()) };
    let found = region.reads.snapshots.get(id).await;
    let found = found.map_err(|why| why.while_doing(format!("read EBS snapshot {id}")))?;
    Ok(found.and_then(|snapshot| snapshot.kms_key_id.clone()).unwrap_or_default())
}

async fn wait_until_available(region: &Region, id: &str, timeout: Duration) -> Result<Arc<Image>, Trouble> {
    let wait = Wait { doing: format!("copy image {id}"), until: "available", timeout };
    wait.run(|| async {
        let found = region.reads.images.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found {
            None => Seen::Pending("not found".into()),
            Some(image) => match image.state() {
                Some(ImageState::Available) => Seen::Done(image),
                Some(ImageState::Failed | ImageState::Error | ImageState::Invalid | ImageState::Deregistered) => {
                    Seen::Failed(format!(
                        "The image went to state {}: {}. If it is encrypted, check that its key is of this region, is \
                     enabled, and that its policy lets you use it.",
                        state_of(&image),
                        image
                            .state_reason()
                            .and_then(|reason| reason.message())
                            .unwrap_or("the API gives no reason")
                            .trim_end_matches('.')
                    ))
                }
                _ => Seen::Pending(state_of(&image)),
            },
        })
    })
    .await
}

/// Until the API shows a change of an image, this long ("Eventual consistency in the Amazon EC2 API").
const SHOWN: Duration = Duration::from_secs(120);

async fn wait_until_shown(
    region: &Region,
    id: &str,
    doing: String,
    shown: impl Fn(&Image) -> bool,
) -> Result<(), Trouble> {
    let wait = Wait { doing, until: "as it was set", timeout: SHOWN };
    let shown = &shown;
    wait.run(|| async {
        let found = region.reads.images.fresh(id).await.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.is_some_and(|image| shown(&image)) {
            true => Seen::Done(()),
            false => Seen::Pending("as it was before".into()),
        })
    })
    .await
}

async fn describe(region: &Region, id: &str, description: &str) -> Result<(), Trouble> {
    let doing = format!("change the description of image {id}");
    let value = AttributeValue::builder().value(description).build();
    let asked = region.ec2().call(Action::same("ModifyImageAttribute"), |c| {
        c.modify_image_attribute().image_id(id).description(value.clone()).send()
    });
    asked.await.map_err(|why| why.while_doing(doing.as_str()))?;
    wait_until_shown(region, id, doing, |image| image.description().unwrap_or_default() == description).await
}

/// Deprecates an image from a time on, or not any more.
async fn deprecate(region: &Region, id: &str, time: Option<&str>) -> Result<(), Trouble> {
    let Some(time) = time else {
        let doing = format!("end the deprecation of image {id}");
        let action = Action::same("DisableImageDeprecation");
        let asked = region.ec2().call(action, |c| c.disable_image_deprecation().image_id(id).send()).await;
        asked.map_err(|why| why.while_doing(doing.as_str()))?;
        return wait_until_shown(region, id, doing, |image| image.deprecation_time().is_none()).await;
    };
    let doing = format!("deprecate image {id} from {time} on");
    let at = DateTime::from_str(time, Format::DateTimeWithOffset);
    let at =
        at.map_err(|_| Trouble::refused(doing.as_str(), format!("{time:?} is no time.")).about("deprecation_time"))?;
    let asked = region.ec2().call(Action::same("EnableImageDeprecation"), |c| {
        c.enable_image_deprecation().image_id(id).deprecate_at(at).send()
    });
    asked.await.map_err(|why| why.while_doing(doing.as_str()))?;
    let wanted = Value::string(time);
    wait_until_shown(region, id, doing, |image| {
        image.deprecation_time().is_some_and(|shown| images::same_minute(&Value::string(shown), &wanted))
    })
    .await
}
