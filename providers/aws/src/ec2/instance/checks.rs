//! What is known to fail before anything is asked for, and what a change brings with it.

use super::reading::is_burstable;
use crate::cloud::Region;
use crate::ec2::ebs_encryption_by_default;
use crate::ec2::placement::{MOST_SPREAD, Planned};
use crate::fields::Fields;
use crate::kind::REPLACED;
use crate::kms::names::{region_of_arn, same_key};
use crate::planning::{Plan, refused};
use crate::tags;
use aws_sdk_ec2::types::PlacementGroup;
use sdk::Findings;
use std::collections::BTreeSet;
use value::{Path, Value};

/// What an interface that is there decides itself.
const OF_INTERFACE: [&str; 9] = [
    "associate_public_ip_address",
    "enable_primary_ipv6",
    "ipv6_address_count",
    "ipv6_addresses",
    "private_ip",
    "secondary_private_ips",
    "security_groups",
    "subnet_id",
    "vpc_security_group_ids",
];

/// Arguments that exclude each other.
pub(super) fn check(config: &Fields, findings: &mut Findings) {
    let written = |name: &str| {
        let value = config.get(name);
        value.is_known() && !value.is_null() && !value.as_items().is_some_and(<[Value]>::is_empty)
    };
    for interface in ["primary_network_interface", "network_interface"] {
        if !written(interface) {
            continue;
        }
        let own = (interface == "network_interface").then_some("source_dest_check");
        for name in OF_INTERFACE.into_iter().chain(own).filter(|name| written(name)) {
            let why = format!("{name} cannot be set with {interface}: the network interface has it. Set it there.");
            findings.push(refused(Path::attribute(name), why));
        }
    }
    if written("network_interface") && written("primary_network_interface") {
        let why = "Only one of network_interface, primary_network_interface can be set.";
        findings.push(refused(Path::attribute("network_interface"), why));
    }
    if written("security_groups") && written("subnet_id") {
        let why = "In a subnet, security groups are named by their ids: use vpc_security_group_ids.";
        findings.push(refused(Path::attribute("security_groups"), why));
    }
    if written("security_groups") && written("vpc_security_group_ids") {
        let why = "Only one of security_groups, vpc_security_group_ids can be set.";
        findings.push(refused(Path::attribute("security_groups"), why));
    }
    if written("volume_tags") {
        for name in ["root_block_device", "ebs_block_device"] {
            if config.blocks(name).iter().any(|block| !block.is_null("tags")) {
                let why = format!("Tags of volumes are in volume_tags or in {name}, not in both.");
                findings.push(refused(Path::attribute("volume_tags"), why));
            }
        }
    }
    for name in ["root_block_device", "ebs_block_device"] {
        for block in config.blocks(name) {
            check_volume(name, &block, findings);
        }
    }
    if let Some(block) = config.one("launch_template") {
        let set = ["id", "name"].iter().filter(|name| !block.is_null(name)).count();
        let surely = ["id", "name"].iter().filter(|name| block.text(name).is_some()).count();
        if set == 0 || surely == 2 {
            findings.push(refused(Path::attribute("launch_template"), "One of id and name must be set, and only one."));
        }
    }
    if let Some(block) = config.one("capacity_reservation_specification") {
        let target = block.one("capacity_reservation_target");
        if block.is_null("capacity_reservation_preference") == target.is_none() {
            let why =
                "One of capacity_reservation_preference and capacity_reservation_target must be set, and only one.";
            findings.push(refused(Path::attribute("capacity_reservation_specification"), why));
        }
        let both = ["capacity_reservation_id", "capacity_reservation_resource_group_arn"];
        if target.is_some_and(|target| both.iter().all(|name| target.text(name).is_some())) {
            let why = "Only one of capacity_reservation_id and capacity_reservation_resource_group_arn can be set.";
            findings.push(refused(Path::attribute("capacity_reservation_specification"), why));
        }
    }
    if let (Some(kind), Some(_)) = (config.text("instance_type"), config.one("credit_specification"))
        && !is_burstable(kind)
    {
        let why = format!("{kind} has no CPU credits: only t2, t3, t3a and t4g types do.");
        findings.push(refused(Path::attribute("credit_specification"), why));
    }
}

fn check_volume(name: &'static str, block: &Fields, findings: &mut Findings) {
    let mut refuse = |why: String| findings.push(refused(Path::attribute(name), why));
    if let Some(kind) = block.text("volume_type") {
        let provisioned = matches!(kind, "io1" | "io2");
        if !provisioned && kind != "gp3" && block.int("iops").is_some_and(|iops| iops != 0) {
            refuse(format!("iops cannot be set for type {kind}: only io1, io2 and gp3 take it."));
        }
        if kind != "gp3" && block.int("throughput").is_some_and(|mib| mib != 0) {
            refuse(format!("throughput cannot be set for type {kind}: only gp3 takes it."));
        }
        if provisioned && block.is_null("iops") {
            refuse(format!("A volume of type {kind} needs iops."));
        }
    }
    if block.flag("encrypted") == Some(false) && block.filled_text("kms_key_id").is_some() {
        refuse("A key is named, but encrypted is false. Remove one of them.".into());
    }
}

/// All that a plan needs beyond the shape.
pub(super) async fn plan(region: Option<&Region>, plan: &mut Plan) {
    volumes(region, plan);
    if let Some(prior) = plan.prior.clone() {
        consequences(&prior, plan);
    } else if plan.config.is_null("hibernation") {
        plan.planned.set_flag("hibernation", Some(false));
    }
    let with_interface = ["network_interface", "primary_network_interface"];
    if plan.config.is_null("source_dest_check") && with_interface.iter().any(|name| plan.config.one(name).is_some()) {
        match plan.prior.as_ref().map(|prior| prior.get("source_dest_check").clone()) {
            Some(before) => plan.planned.set("source_dest_check", before),
            None => plan.planned.set_unknown("source_dest_check"),
        }
    }
    let Some(region) = region else { return };
    keys(region, plan);
    keys_alone(region, plan).await;
    template_version(region, plan).await;
    let zone = zone(region, plan).await;
    group(region, plan, zone).await;
}

/// The key of a volume is of the instance's region.
fn keys(region: &Region, plan: &mut Plan) {
    for name in ["root_block_device", "ebs_block_device"] {
        for block in plan.config.blocks(name) {
            let of_key = block.text("kms_key_id").and_then(region_of_arn).filter(|of_key| *of_key != region.name());
            if let Some(of_key) = of_key {
                let why = format!(
                    "The key is of region {of_key}, the instance of {}. A volume is encrypted with a key of its own \
                     region: name that one, or the replica there.",
                    region.name()
                );
                plan.refuse(name, why);
            }
        }
    }
}

/// A key for a volume that would not be encrypted ("EbsBlockDevice", KmsKeyId). A snapshot may be encrypted, and its volume
/// is then: those of the image are looked at, others are not.
async fn keys_alone(region: &Region, plan: &mut Plan) {
    let alone = |block: &Fields| {
        let from = block.has("snapshot_id") && !block.is_null("snapshot_id");
        block.filled_text("kms_key_id").is_some() && block.is_null("encrypted") && !from
    };
    let with_key = |name| plan.config.blocks(name).into_iter().filter(|block| alone(block)).collect::<Vec<_>>();
    let (roots, disks) = (with_key("root_block_device"), with_key("ebs_block_device"));
    if plan.prior.is_some() || (roots.is_empty() && disks.is_empty()) {
        return;
    }
    let Some(ami) = plan.config.filled_text("ami") else { return };
    let Ok(Some(image)) = region.reads.images.get(ami).await else { return };
    let plain = |device: Option<&str>| {
        let of_device = image.block_device_mappings().iter().find(|one| one.device_name() == device);
        of_device.and_then(|one| one.ebs()).map(|ebs| ebs.encrypted() == Some(false))
    };
    let root = !roots.is_empty() && plain(image.root_device_name()) == Some(true);
    // A device that the image does not have begins empty.
    let disk =
        disks.iter().any(|block| block.text("device_name").is_some_and(|name| plain(Some(name)).unwrap_or(true)));
    if !(root || disk) || !ebs_encryption_by_default::is_off(region).await {
        return;
    }
    for (name, _) in [("root_block_device", root), ("ebs_block_device", disk)].into_iter().filter(|(_, wrong)| *wrong) {
        plan.refuse(name, ebs_encryption_by_default::KEY_ALONE);
    }
}

/// Volumes that are there keep what is not written, device by device; their tags follow `default_tags`.
fn volumes(region: Option<&Region>, plan: &mut Plan) {
    let volume_tags = !plan.config.is_null("volume_tags");
    let tagged = |block: &mut Fields, written: &Fields| {
        if volume_tags {
            block.clear("tags_all");
            return;
        }
        match region {
            Some(region) => {
                let (defaults, ignored) = (Some(&region.default_tags), &region.ignored_tags);
                block.set("tags_all", tags::planned_all(defaults, ignored, written.get("tags")));
            }
            None => block.set_unknown("tags_all"),
        }
    };
    if let (Some(written), Some(mut root)) =
        (plan.config.one("root_block_device"), plan.planned.one("root_block_device"))
    {
        tagged(&mut root, &written);
        if let Some(before) = plan.prior.as_ref().and_then(|prior| prior.one("root_block_device")) {
            root_changes(&before, &written, &mut root, plan);
        }
        plan.planned.set_blocks("root_block_device", [root]);
    }
    let written = plan.config.blocks("ebs_block_device");
    if written.is_empty() || !plan.config.get("ebs_block_device").is_known() {
        return;
    }
    let before = plan.prior.as_ref().map(|prior| prior.blocks("ebs_block_device")).unwrap_or_default();
    let mut replaces = plan.prior.is_some() && before.len() != written.len();
    let mut blocks = Vec::new();
    for config in written {
        let there = before.iter().find(|block| block.get("device_name") == config.get("device_name"));
        let mut block = there.cloned().unwrap_or_else(|| config.clone());
        for (name, field) in &config.shape().clone().fields {
            let (value, default) = (config.get(name), field.default.clone());
            match (value.is_null(), there.map(|there| there.get(name))) {
                (true, None) => match default {
                    Some(default) => block.set(name, default),
                    None if field.computed => block.set_unknown(name),
                    None => {}
                },
                (true, Some(before)) => {
                    if let Some(default) = default {
                        replaces |= *before != default;
                        block.set(name, default);
                    } else if !field.computed {
                        block.set(name, value.clone());
                    }
                }
                (false, Some(before)) if before == value || (*name == "kms_key_id" && same_key(before, value)) => {}
                (false, there) => {
                    replaces |= there.is_some() && *name != "tags";
                    block.set(name, value.clone());
                }
            }
        }
        replaces |= plan.prior.is_some() && there.is_none();
        tagged(&mut block, &config);
        blocks.push(block);
    }
    plan.planned.set_blocks("ebs_block_device", blocks);
    if replaces {
        plan.replace_for("ebs_block_device");
    }
}

fn root_changes(before: &Fields, written: &Fields, root: &mut Fields, plan: &mut Plan) {
    if let (Some(had), Some(wanted)) = (before.int("volume_size"), written.int("volume_size"))
        && wanted < had
    {
        let why = format!("A volume cannot shrink: it has {had} GiB, {wanted} are asked for.");
        plan.refuse("root_block_device", why);
    }
    if before.get("volume_type") != root.get("volume_type") {
        for name in ["iops", "throughput"] {
            if written.is_null(name) {
                root.set_unknown(name);
            }
        }
    }
    // More capacity gives gp2 more operations ("General Purpose SSD volumes").
    let grows = before.get("volume_size") != root.get("volume_size");
    if grows && before.text("volume_type") == Some("gp2") && written.is_null("iops") {
        root.set_unknown("iops");
    }
}

/// What a change of an instance that is there brings with it.
fn consequences(prior: &Fields, plan: &mut Plan) {
    if plan.config.is_null("hibernation") {
        plan.planned.set_flag("hibernation", Some(false));
    }
    let user_data = ["user_data", "user_data_base64"];
    // The one that is not written any more is not kept beside the other.
    if !plan.config.is_null("user_data") && !prior.is_null("user_data_base64") {
        plan.planned.clear("user_data_base64");
    }
    if plan.config.is_true("user_data_replace_on_change") {
        for name in user_data.into_iter().filter(|name| plan.changes(name)).collect::<Vec<_>>() {
            plan.replace_for(name);
        }
    }
    if prior.is_true("enable_primary_ipv6") && plan.planned.flag("enable_primary_ipv6") == Some(false) {
        plan.replace_for("enable_primary_ipv6");
    }
    let hostname = |object: &Fields| object.one("private_dns_name_options").map(|b| b.get("hostname_type").clone());
    let renamed = hostname(prior) != hostname(&plan.planned);
    if renamed {
        plan.planned.set_unknown("private_dns");
    }
    let stops = ["instance_type", "user_data", "user_data_base64", "capacity_reservation_specification"];
    if plan.changes_any(&stops) || renamed {
        // Addresses that do not belong to anybody change with a stop.
        plan.planned.set_unknown("public_dns");
        plan.planned.set_unknown("public_ip");
    }
    if plan.changes("instance_type") {
        for name in ["cpu_options", "credit_specification"] {
            if plan.config.one(name).is_none() {
                plan.planned.set_unknown(name);
            }
        }
        if plan.config.is_null("ebs_optimized") {
            // Current types are always optimized; whether this one is does not replace the instance.
            plan.planned.set("ebs_optimized", prior.get("ebs_optimized").clone());
        }
    }
    if let (Some(mut after), Some(written), Some(before)) =
        (plan.planned.one("launch_template"), plan.config.one("launch_template"), prior.one("launch_template"))
    {
        for (name, other) in [("id", "name"), ("name", "id")] {
            if written.is_null(name) && before.get(other) != after.get(other) {
                after.set_unknown(name);
            }
        }
        plan.planned.set_blocks("launch_template", [after]);
    }
}

/// Another version of the launch template is another instance, unless it was launched from just that one.
async fn template_version(region: &Region, plan: &mut Plan) {
    let block = |object: Option<&Fields>| object.and_then(|object| object.one("launch_template"));
    let (Some(before), Some(after)) = (block(plan.prior.as_ref()), block(Some(&plan.planned))) else { return };
    if before.get("version") == after.get("version") || before.get("id") != after.get("id") {
        return;
    }
    let template = match before.filled_text("id") {
        Some(id) => region.reads.launch_templates.get(id).await.ok().flatten(),
        None => None,
    };
    let number = |version: Option<&str>| match (version, &template) {
        (Some("$Latest"), Some(template)) => template.latest_version_number(),
        (Some("$Default"), Some(template)) => template.default_version_number(),
        (version, _) => version.and_then(|text| text.parse().ok()),
    };
    let (had, wanted) = (number(before.text("version")), number(after.text("version")));
    if had.is_none() || had != wanted {
        plan.replace_for("launch_template");
    }
}

/// The zone, as far as it is known, held against that of the subnet.
async fn zone(region: &Region, plan: &mut Plan) -> Option<String> {
    let written = plan.planned.filled_text("availability_zone").map(String::from);
    if let Some(zone) = plan.config.text("availability_zone").filter(|zone| !zone.starts_with(region.name())) {
        let why = format!("Zone {zone} is not in region {}.", region.name());
        plan.refuse("availability_zone", why);
    }
    let subnet = plan.config.filled_text("subnet_id")?.to_owned();
    let found = region.reads.subnets.get(&subnet).await.ok().flatten();
    let of_subnet = found.and_then(|subnet| subnet.availability_zone().map(String::from));
    let (Some(of_subnet), Some(wanted)) = (&of_subnet, plan.config.filled_text("availability_zone")) else {
        return of_subnet.or(written);
    };
    if of_subnet != wanted {
        let why = format!("Subnet {subnet} is in zone {of_subnet}, not in {wanted}. Name one of the two only.");
        plan.refuse("availability_zone", why);
    }
    Some(of_subnet.clone())
}

/// The rules of placement groups that are known beforehand ("Placement group rules and limitations").
async fn group(region: &Region, plan: &mut Plan, zone: Option<String>) {
    if let Some(prior) = plan.prior.clone() {
        plan.private.insert(REPLACED.into(), prior.id().into());
        return there(region, &prior, plan).await;
    }
    let Some(name) = plan.planned.filled_text("placement_group").map(String::from) else { return };
    let there = region.reads.placement_groups.get(&name).await.ok().flatten();
    let Some((strategy, level)) = strategy(region, &name, there.as_deref()) else { return };
    if strategy != "partition" && plan.config.int("placement_partition_number").is_some_and(|number| number > 0) {
        let why = format!("Placement group {name} is a {strategy} group: only partition groups have partitions.");
        plan.refuse("placement_partition_number", why);
    }
    let partitions = there.as_ref().and_then(|group| group.partition_count()).filter(|_| strategy == "partition");
    if let (Some(partitions), Some(number)) = (partitions, plan.config.int("placement_partition_number"))
        && number > partitions
    {
        let why = format!("Placement group {name} has {partitions} partitions; there is no number {number}.");
        plan.refuse("placement_partition_number", why);
    }
    let Some(zone) = zone.filter(|_| strategy == "spread" && level != "host") else { return };
    let known = plan.config.object().is_wholly_known();
    let replaced = plan.private.get(REPLACED).and_then(|id| id.as_str()).map(String::from);
    let Some(planned) = region.planned_places.comes(&name, &zone, replaced.as_deref(), known) else { return };
    if refuse_eight(region, plan, &name, &zone, &planned).await || there.is_none() {
        return;
    }
    // Counted for all groups in one request; which they are is asked for where it matters.
    let key = format!("{name}\n{zone}");
    let runs = region.reads.running_in_group.get(&key).await.ok().flatten().map_or(0, |count| *count);
    if (runs + planned.at_most).saturating_sub(planned.going.len()) <= MOST_SPREAD {
        return;
    }
    let Some(running) = region.planned_places.running(region, &name, &zone).await else { return };
    let staying: Vec<&str> = running.difference(&planned.going).map(String::as_str).collect();
    if staying.len() + planned.at_most > MOST_SPREAD {
        let others = staying.iter().filter(|id| !planned.kept.contains(**id)).copied().collect::<Vec<_>>();
        let others = if others.is_empty() { "none".to_owned() } else { others.join(", ") };
        let why = format!(
            "Placement group {name} has {runs} running instances in {zone}, and {} are planned. A spread group takes \
             {MOST_SPREAD} in each zone: this works only if enough of those that run are removed before. The plan has not \
             said so far what becomes of: {others}. If none are to go, use more zones or groups, or a partition group.",
            planned.at_most
        );
        plan.warn("placement_group", why);
    }
}

/// An instance that is there: it stays, or its place may become free.
async fn there(region: &Region, prior: &Fields, plan: &mut Plan) {
    let (Some(name), Some(zone)) = (prior.filled_text("placement_group"), prior.filled_text("availability_zone"))
    else {
        return;
    };
    // Only running instances count. Hosts may replace it although nothing asks for it: its successor takes the same place
    // only if that is written.
    let runs = matches!(prior.text("instance_state"), Some("running" | "pending"));
    let written = ["subnet_id", "availability_zone"].iter().any(|place| plan.config.filled_text(place).is_some());
    let stays = runs && written && plan.config.filled_text("placement_group") == Some(name) && !plan.is_replacement();
    if !stays {
        return region.planned_places.may_go(name, zone, prior.id());
    }
    if let Some(planned) = region.planned_places.stays(name, zone, prior.id()) {
        refuse_eight(region, plan, name, zone, &planned).await;
    }
}

/// Strategy and spread level of a group that is there or planned.
fn strategy(region: &Region, name: &str, there: Option<&PlacementGroup>) -> Option<(String, String)> {
    match there {
        Some(group) => group.strategy().map(|strategy| {
            let level = group.spread_level().map_or("rack", |level| level.as_str());
            (strategy.as_str().to_owned(), level.to_owned())
        }),
        None => region.planned_places.strategy(name),
    }
}

/// Refuses what makes more instances certain than a spread group takes. Whether it did.
async fn refuse_eight(region: &Region, plan: &mut Plan, name: &str, zone: &str, planned: &Planned) -> bool {
    if planned.kept.len() + planned.surely <= MOST_SPREAD {
        return false;
    }
    let there = region.reads.placement_groups.get(name).await.ok().flatten();
    match strategy(region, name, there.as_deref()) {
        Some((strategy, level)) if strategy == "spread" && level != "host" => {}
        _ => return false,
    }
    // States may be old: what counts is what runs now.
    let mut kept: BTreeSet<String> = BTreeSet::new();
    if planned.surely <= MOST_SPREAD {
        let Some(running) = region.planned_places.running(region, name, zone).await else { return false };
        kept = planned.kept.intersection(&running).cloned().collect();
    }
    if kept.len() + planned.surely <= MOST_SPREAD {
        return false;
    }
    let stay: Vec<&str> = kept.iter().map(String::as_str).collect();
    let stay = if stay.is_empty() { String::new() } else { format!(", beside {} that stay", stay.join(", ")) };
    let why = format!(
        "Placement group {name} would get {} new instances in {zone}{stay}. A spread group takes {MOST_SPREAD} running \
         ones in each zone. Use more zones or groups, or a partition group, or remove or stop others first. Where \
         aws_ec2_instance_state stops one of them in the same plan, let the new instances depend on it.",
        planned.surely
    );
    match region.planned_places.may_stop_others() {
        true => plan.warn("placement_group", why),
        false => plan.refuse("placement_group", why),
    }
    true
}
