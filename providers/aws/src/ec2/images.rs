//! What all that shows images has in common.

use crate::fields::Fields;
use crate::shape::{Shape, flag, text};
use aws_sdk_ec2::types::Image;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use value::Value;

/// What the API tells of an image, by the names that the API has too.
pub(super) fn described() -> Shape {
    let texts: [(&'static str, &'static str); 19] = [
        ("architecture", "Architecture of processors that it runs on."),
        ("boot_mode", "How it boots: `legacy-bios`, `uefi` or `uefi-preferred`."),
        ("hypervisor", "Hypervisor: `xen` or `ovm`."),
        ("image_location", "Where its manifest is, or owner and name."),
        ("image_owner_alias", "Alias of the owner, such as `amazon`."),
        ("image_type", "`machine`, `kernel` or `ramdisk`."),
        ("imds_support", "`v2.0` when its instances answer to version 2 of the metadata service only."),
        ("kernel_id", "Its kernel; for paravirtual images."),
        ("last_launched_time", "When an instance was last started of it, to the day."),
        ("owner_id", "Account that owns it."),
        ("platform", "`windows`, or nothing."),
        ("platform_details", "Platform, as the bill has it."),
        ("ramdisk_id", "Its RAM disk; for paravirtual images."),
        ("root_device_name", "Device of the root volume, such as `/dev/xvda`."),
        ("root_snapshot_id", "Snapshot of the root volume."),
        ("sriov_net_support", "`simple` when enhanced networking of the older kind is on."),
        ("tpm_support", "`v2.0` when it has a trusted platform module."),
        ("usage_operation", "Operation of an instance, as the bill has it."),
        ("virtualization_type", "`hvm` or `paravirtual`."),
    ];
    let shape = Shape::default()
        .field("arn", text().computed().about("ARN of the image."))
        .field("ena_support", flag().computed().about("Whether enhanced networking with ENA is on."))
        .field("public", flag().computed().about("Whether everybody may start instances of it."));
    texts.into_iter().fold(shape, |shape, (name, about)| shape.field(name, text().computed().about(about)))
}

/// Fills in what [`described`] has.
pub(super) fn describe(object: &mut Fields, image: &Image) {
    let texts = [
        ("architecture", image.architecture().map(|word| word.as_str())),
        ("boot_mode", image.boot_mode().map(|word| word.as_str())),
        ("hypervisor", image.hypervisor().map(|word| word.as_str())),
        ("image_location", image.image_location()),
        ("image_owner_alias", image.image_owner_alias()),
        ("image_type", image.image_type().map(|word| word.as_str())),
        ("imds_support", image.imds_support().map(|word| word.as_str())),
        ("kernel_id", image.kernel_id()),
        ("last_launched_time", image.last_launched_time()),
        ("owner_id", image.owner_id()),
        ("platform", image.platform().map(|word| word.as_str())),
        ("platform_details", image.platform_details()),
        ("ramdisk_id", image.ramdisk_id()),
        ("root_device_name", image.root_device_name()),
        ("root_snapshot_id", root_snapshot(image)),
        ("sriov_net_support", image.sriov_net_support()),
        ("tpm_support", image.tpm_support().map(|word| word.as_str())),
        ("usage_operation", image.usage_operation()),
        ("virtualization_type", image.virtualization_type().map(|word| word.as_str())),
    ];
    for (name, found) in texts {
        object.set_text(name, Some(found.unwrap_or_default()));
    }
    object.set_flag("ena_support", Some(image.ena_support().unwrap_or_default()));
    object.set_flag("public", Some(image.public().unwrap_or_default()));
}

/// Images name no account ("Actions, resources, and condition keys for Amazon EC2").
pub(super) fn arn(region: &crate::cloud::Region, id: &str) -> String {
    format!("arn:{}:ec2:{}::image/{id}", region.partition(), region.name())
}

fn root_snapshot(image: &Image) -> Option<&str> {
    let root = image.root_device_name()?;
    let mapping = image.block_device_mappings().iter().find(|mapping| mapping.device_name() == Some(root))?;
    mapping.ebs()?.snapshot_id()
}

/// The snapshots that an image is made of.
pub(super) fn snapshots(image: &Image) -> Vec<String> {
    let mappings = image.block_device_mappings().iter();
    mappings.filter_map(|mapping| mapping.ebs()?.snapshot_id().map(String::from)).collect()
}

/// Seconds of a time as RFC 3339 has it.
pub(super) fn moment(text: &str) -> Option<i64> {
    DateTime::from_str(text, Format::DateTimeWithOffset).ok().map(|time| time.secs())
}

/// Two times of one minute: EC2 rounds the time of deprecation to the nearest ("EnableImageDeprecation").
pub(super) fn same_minute(one: &Value, other: &Value) -> bool {
    let minute = |value: &Value| value.as_str().and_then(moment).map(|seconds| (seconds + 30).div_euclid(60));
    minute(one).is_some_and(|minute_of_one| minute(other) == Some(minute_of_one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes() {
        let rows = [
            ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z", true),
            ("2030-01-01T00:00:31Z", "2030-01-01T00:01:00.000Z", true),
            ("2030-01-01T01:00:00+01:00", "2030-01-01T00:00:00.000Z", true),
            ("2030-01-01T00:00:29Z", "2030-01-01T00:01:00.000Z", false),
            ("tomorrow", "tomorrow", false),
        ];
        for (one, other, same) in rows {
            assert_eq!(same_minute(&Value::string(one), &Value::string(other)), same, "{one} {other}");
        }
    }
}
