//! Data source `aws_ebs_volume`: one volume, by filters.

use super::{filters, tagging};
use crate::cloud::describe::pages;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, flag, int, text, text_map};
use crate::source::Source;
use aws_sdk_ec2::types::{Volume, VolumeType};
use aws_smithy_types::date_time::Format;

pub(crate) struct EbsVolumeSource;

impl Source for EbsVolumeSource {
    fn definition(&self) -> Definition {
        Definition::new("aws_ebs_volume", "EBS volume", "One volume.", shape()).regional().timeouts(&[("read", 20)])
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let doing = "find the EBS volume";
        let asked = &*object;
        let found = pages(|token| async move {
            let answer = region
                .ec2()
                .call(Action::read("DescribeVolumes"), |c| {
                    c.describe_volumes()
                        .set_filters(filters::or_none(filters::written(asked)))
                        .set_next_token(token.clone())
                        .send()
                })
                .await?;
            Ok((answer.volumes.unwrap_or_default(), answer.next_token))
        })
        .await
        .map_err(|why| why.while_doing(doing))?;
        if found.len() > 1 && !object.is_true("most_recent") {
            let why = format!("{} volumes fit. Narrow the search, or set most_recent = true.", found.len());
            return Err(Trouble::refused(doing, why));
        }
        let newest = found.into_iter().max_by_key(|volume| {
            let made = volume.create_time().map(|time| (time.secs(), time.subsec_nanos()));
            (made, volume.volume_id().map(String::from))
        });
        let volume = newest.ok_or_else(|| Trouble::refused(doing, "No volume fits. Check filters and region."))?;
        show(region, object, &volume).await
    }
}

async fn show(region: &Region, object: &mut Fields, volume: &Volume) -> Result<(), Trouble> {
    let id = volume.volume_id().unwrap_or_default();
    object.set_text("id", Some(id));
    object.set_text("arn", Some(region.arn("ec2", &format!("volume/{id}")).await?));
    let made = volume.create_time().and_then(|time| time.fmt(Format::DateTime).ok());
    for (name, found) in [
        ("availability_zone", volume.availability_zone()),
        ("create_time", made.as_deref()),
        ("kms_key_id", volume.kms_key_id()),
        ("outpost_arn", volume.outpost_arn()),
        ("snapshot_id", volume.snapshot_id()),
        ("volume_id", Some(id)),
        ("volume_type", volume.volume_type().map(VolumeType::as_str)),
    ] {
        object.set_text(name, Some(found.unwrap_or_default()));
    }
    for (name, found) in [
        ("iops", volume.iops()),
        ("size", volume.size()),
        ("throughput", volume.throughput()),
        ("volume_initialization_rate", volume.volume_initialization_rate()),
    ] {
        object.set_int(name, Some(found.unwrap_or_default()));
    }
    object.set_flag("encrypted", Some(volume.encrypted().unwrap_or_default()));
    object.set_flag("multi_attach_enabled", Some(volume.multi_attach_enabled().unwrap_or_default()));
    tagging::show_in_source(region, object, volume.tags());
    Ok(())
}

fn shape() -> Shape {
    let shape = Shape::default()
        .field("arn", text().computed().about("ARN of the volume."))
        .field("availability_zone", text().computed().about("Zone that the volume is in."))
        .field("create_time", text().computed().about("When it was made, as RFC 3339 has it."))
        .field("encrypted", flag().computed().about("Whether it is encrypted."))
        .field("iops", int().computed().about("Operations a second."))
        .field("kms_key_id", text().computed().about("ARN of the key that encrypts it."))
        .field("most_recent", flag().default(false).about("Take the newest when several fit."))
        .field("multi_attach_enabled", flag().computed().about("Whether several instances may attach it."))
        .field("outpost_arn", text().computed().about("ARN of the Outpost."))
        .field("size", int().computed().about("Size in GiB."))
        .field("snapshot_id", text().computed().about("Snapshot that it began as."))
        .field("tags", text_map().optional().computed().about("Tags of the volume."))
        .field("throughput", int().computed().about("MiB a second."))
        .field("volume_id", text().computed().about("Id of the volume."))
        .field("volume_initialization_rate", int().computed().about("MiB a second at which its snapshot is loaded."))
        .field("volume_type", text().computed().about("Type of the volume."));
    filters::with_filters(shape)
}
