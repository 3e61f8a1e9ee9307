//! The volumes of an instance: as they are asked for, as they are shown, and what changes in place.

use crate::cloud::{Action, Region, Trouble};
use crate::ec2::tagging;
use crate::fields::Fields;
use crate::kind::Change;
use crate::tags::{self, Tags};
use aws_sdk_ec2::types::{
    BlockDeviceMapping, EbsBlockDevice, EbsInstanceBlockDeviceSpecification, Instance, InstanceBlockDeviceMapping,
    InstanceBlockDeviceMappingSpecification, Volume, VolumeType,
};

pub(super) const TYPES: &[&str] = &["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"];

/// The mappings that a launch asks for.
pub(super) async fn mappings(region: &Region, instance: &Fields) -> Result<Vec<BlockDeviceMapping>, Trouble> {
    let mut all = Vec::new();
    for block in instance.blocks("ebs_block_device") {
        let device = block.text("device_name").unwrap_or_default();
        let ebs = ebs(&block).set_snapshot_id(block.filled_text("snapshot_id").map(String::from));
        all.push(BlockDeviceMapping::builder().device_name(device).ebs(ebs.build()).build());
    }
    for block in instance.blocks("ephemeral_block_device") {
        let mapping = BlockDeviceMapping::builder()
            .set_device_name(block.text("device_name").map(String::from))
            .set_virtual_name(block.filled_text("virtual_name").map(String::from));
        let without = block.is_true("no_device");
        all.push(mapping.set_no_device(without.then(String::new)).build());
    }
    if let Some(root) = instance.one("root_block_device") {
        let device = root_device(region, instance).await?;
        all.push(BlockDeviceMapping::builder().device_name(device).ebs(ebs(&root).build()).build());
    }
    Ok(all)
}

fn ebs(block: &Fields) -> aws_sdk_ec2::types::builders::EbsBlockDeviceBuilder {
    EbsBlockDevice::builder()
        .set_delete_on_termination(block.flag("delete_on_termination"))
        .set_encrypted(block.flag("encrypted"))
        .set_kms_key_id(block.filled_text("kms_key_id").map(String::from))
        .set_iops(block.int("iops").filter(|iops| *iops > 0))
        .set_throughput(block.int("throughput").filter(|mib| *mib > 0))
        .set_volume_size(block.int("volume_size").filter(|size| *size > 0))
        .set_volume_type(block.filled_text("volume_type").map(VolumeType::from))
}

/// Name of the root device, which the image says.
async fn root_device(region: &Region, instance: &Fields) -> Result<String, Trouble> {
    let doing = "find out the root device of the EC2 instance's image";
    let image = match instance.filled_text("ami") {
        Some(image) => image.to_owned(),
        None => image_of_template(region, instance).await?,
    };
    let found = region.reads.images.get(&image).await.map_err(|why| why.while_doing(doing))?;
    let Some(found) = found else {
        let why = format!("Image {image} is not in region {}, or may not be used. Check ami.", region.name());
        return Err(Trouble::refused(doing, why).about("ami"));
    };
    match found.root_device_name() {
        Some(device) if !device.is_empty() => Ok(device.to_owned()),
        _ => Err(Trouble::refused(doing, format!("Image {image} has no root device: remove root_block_device."))),
    }
}

async fn image_of_template(region: &Region, instance: &Fields) -> Result<String, Trouble> {
    let doing = "find out the image of the EC2 instance's launch template";
    let template = instance.one("launch_template");
    let text = |name: &str| template.as_ref().and_then(|block| block.filled_text(name)).map(String::from);
    let asked = region.ec2().call(Action::read("DescribeLaunchTemplateVersions"), |c| {
        c.describe_launch_template_versions()
            .set_launch_template_id(text("id"))
            .set_launch_template_name(text("name").filter(|_| text("id").is_none()))
            .set_versions(text("version").map(|version| vec![version]))
            .send()
    });
    let answer = asked.await.map_err(|why| why.while_doing(doing))?;
    let data = answer.launch_template_versions().first().and_then(|version| version.launch_template_data());
    let image = data.and_then(|data| data.image_id()).filter(|id| id.starts_with("ami-"));
    image.map(String::from).ok_or_else(|| {
        let why = "The launch template names no image by its id. Set ami, or remove root_block_device.";
        Trouble::refused(doing, why).about("root_block_device")
    })
}

fn volume_id(mapping: &InstanceBlockDeviceMapping) -> Option<&str> {
    mapping.ebs().and_then(|ebs| ebs.volume_id())
}

fn is_root(instance: &Instance, mapping: &InstanceBlockDeviceMapping) -> bool {
    mapping.device_name().is_some() && mapping.device_name() == instance.root_device_name()
}

/// The volume of a device.
pub(super) fn volume_of<'a>(instance: &'a Instance, device: &str) -> Option<&'a str> {
    let mut mappings = instance.block_device_mappings().iter();
    mappings.find(|mapping| mapping.device_name() == Some(device)).and_then(volume_id)
}

/// The root volume.
pub(super) fn root_volume(instance: &Instance) -> Option<&str> {
    instance.block_device_mappings().iter().find(|mapping| is_root(instance, mapping)).and_then(volume_id)
}

/// Volumes that `volume_tags` is about: those that belong to the instance, not those that were attached to it later,
/// which do not go with it unless somebody says so.
fn own_volumes(instance: &Instance) -> impl Iterator<Item = &str> {
    let mappings = instance.block_device_mappings().iter();
    let goes_along = |mapping: &&InstanceBlockDeviceMapping| {
        is_root(instance, mapping) || mapping.ebs().and_then(|ebs| ebs.delete_on_termination()) == Some(true)
    };
    mappings.filter(goes_along).filter_map(volume_id)
}

/// Puts the volumes that are attached into the object.
pub(super) async fn show(region: &Region, instance: &Instance, object: &mut Fields) -> Result<(), Trouble> {
    let mappings: Vec<_> = instance.block_device_mappings().iter().filter(|m| volume_id(m).is_some()).collect();
    let ids: Vec<&str> = mappings.iter().filter_map(|mapping| volume_id(mapping)).collect();
    let volumes = region.reads.volumes.get_all(&ids).await;
    let volumes =
        volumes.map_err(|why| why.while_doing(format!("read the volumes of EC2 instance {}", object.id())))?;
    let volume_tags = object.text_map("volume_tags");
    let before = object.blocks("ebs_block_device");
    let (mut root, mut more) = (Vec::new(), Vec::new());
    for (mapping, volume) in mappings.iter().zip(&volumes) {
        let device = mapping.device_name().unwrap_or_default();
        let is_root = is_root(instance, mapping);
        let name = if is_root { "root_block_device" } else { "ebs_block_device" };
        let known = match is_root {
            true => object.one(name),
            false => before.iter().find(|block| block.text("device_name") == Some(device)).cloned(),
        };
        let mut block = known.unwrap_or_else(|| object.new_block(name));
        block.set_text("device_name", Some(device));
        block.set_text("volume_id", volume_id(mapping));
        let goes_along = mapping.ebs().and_then(|ebs| ebs.delete_on_termination());
        block.set_flag("delete_on_termination", Some(goes_along.unwrap_or_default()));
        if let Some(volume) = volume {
            show_volume(region, volume, &mut block, volume_tags.is_empty());
        }
        if is_root { root.push(block) } else { more.push(block) }
    }
    object.set_blocks("root_block_device", root);
    object.set_blocks("ebs_block_device", more);
    if !object.is_null("volume_tags") {
        let own: Vec<&str> = own_volumes(instance).collect();
        let mut found = Tags::new();
        for volume in volumes.iter().flatten().filter(|volume| volume.volume_id().is_some_and(|id| own.contains(&id))) {
            found.extend(tagging::texts(volume.tags()));
        }
        let ours = |key: &String, text: &String| {
            !region.ignored_tags.holds(key)
                && (volume_tags.contains_key(key) || region.default_tags.get(key) != Some(text))
        };
        object.set_text_map("volume_tags", found.into_iter().filter(|(key, text)| ours(key, text)).collect());
    }
    Ok(())
}

fn show_volume(region: &Region, volume: &Volume, block: &mut Fields, with_tags: bool) {
    block.set_flag("encrypted", Some(volume.encrypted().unwrap_or_default()));
    block.set_int("iops", Some(volume.iops().unwrap_or_default()));
    block.set_text("kms_key_id", Some(volume.kms_key_id().unwrap_or_default()));
    block.set_int("throughput", Some(volume.throughput().unwrap_or_default()));
    block.set_int("volume_size", volume.size());
    block.set_text("volume_type", volume.volume_type().map(VolumeType::as_str));
    if block.has("snapshot_id") {
        block.set_text("snapshot_id", Some(volume.snapshot_id().unwrap_or_default()));
    }
    if with_tags {
        tags::show(block, tagging::texts(volume.tags()), &region.default_tags, &region.ignored_tags);
    } else {
        block.clear("tags");
        block.clear("tags_all");
    }
}

/// Tags that blocks give their volumes, after the launch.
pub(super) async fn tag_launched(region: &Region, instance: &Instance, planned: &Fields) -> Result<(), Trouble> {
    if let (Some(block), Some(id)) = (planned.one("root_block_device"), root_volume(instance)) {
        tagging::set(region, id, &Tags::new(), &block.text_map("tags")).await?;
    }
    for block in planned.blocks("ebs_block_device") {
        if let Some(id) = block.text("device_name").and_then(|device| volume_of(instance, device)) {
            tagging::set(region, id, &Tags::new(), &block.text_map("tags")).await?;
        }
    }
    Ok(())
}

/// The tags of volumes at the launch.
pub(super) fn launch_tags(region: &Region, planned: &Fields) -> Tags {
    let mut tags = region.default_tags.clone();
    tags.extend(planned.text_map("volume_tags"));
    tags
}

/// Brings the volumes to what is planned, in place.
pub(super) async fn update(region: &Region, change: &Change, instance: &Instance) -> Result<(), Trouble> {
    let id = change.prior.id();
    if change.changes("volume_tags") {
        let (before, after) = (change.prior.text_map("volume_tags"), change.planned.text_map("volume_tags"));
        for volume in own_volumes(instance) {
            tagging::set(region, volume, &before, &after).await?;
        }
    }
    for after in change.planned.blocks("ebs_block_device") {
        let device = after.text("device_name").unwrap_or_default();
        let before = change.prior.blocks("ebs_block_device");
        let before = before.iter().find(|block| block.text("device_name") == Some(device));
        let known = !after.is_null("tags_all") && after.get("tags_all").is_wholly_known();
        if let (Some(before), Some(volume), true) = (before, volume_of(instance, device), known) {
            tagging::set(region, volume, &before.text_map("tags_all"), &after.text_map("tags_all")).await?;
        }
    }
    let (Some(before), Some(after)) = (change.prior.one("root_block_device"), change.planned.one("root_block_device"))
    else {
        return Ok(());
    };
    let Some(volume) = root_volume(instance) else { return Ok(()) };
    let changes = |name: &str| before.get(name) != after.get(name) && after.get(name).is_known();
    if ["volume_size", "volume_type", "iops", "throughput"].into_iter().any(changes) {
        let kind = after.text("volume_type").map(VolumeType::from);
        let with_iops = matches!(kind, Some(VolumeType::Io1 | VolumeType::Io2 | VolumeType::Gp3));
        let with_throughput = kind == Some(VolumeType::Gp3);
        let done = region.ec2().call(Action::same("ModifyVolume"), |c| {
            c.modify_volume()
                .volume_id(volume)
                .set_size(after.int("volume_size").filter(|_| changes("volume_size")))
                .set_volume_type(kind.clone().filter(|_| changes("volume_type")))
                .set_iops(after.int("iops").filter(|iops| *iops > 0 && with_iops))
                .set_throughput(after.int("throughput").filter(|mib| *mib > 0 && with_throughput))
                .send()
        });
        done.await.map_err(|why| why.while_doing(format!("change root volume {volume} of EC2 instance {id}")))?;
        crate::ec2::ebs_volume::wait_until_modified(region, volume, change.timeout("update")).await?;
    }
    if changes("delete_on_termination") {
        let mapping = InstanceBlockDeviceMappingSpecification::builder()
            .set_device_name(instance.root_device_name().map(String::from))
            .ebs(
                EbsInstanceBlockDeviceSpecification::builder()
                    .set_delete_on_termination(after.flag("delete_on_termination"))
                    .build(),
            )
            .build();
        let done = region.ec2().call(Action::same("ModifyInstanceAttribute"), |c| {
            c.modify_instance_attribute().instance_id(id).block_device_mappings(mapping.clone()).send()
        });
        done.await.map_err(|why| why.while_doing(format!("change the root device of EC2 instance {id}")))?;
    }
    if changes("tags_all") && !after.is_null("tags_all") && after.get("tags_all").is_wholly_known() {
        tagging::set(region, volume, &before.text_map("tags_all"), &after.text_map("tags_all")).await?;
    }
    Ok(())
}
