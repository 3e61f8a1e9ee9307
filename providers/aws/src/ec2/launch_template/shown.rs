//! The data of a version, as an object shows it.

use super::{has_credits, requirements, zeros};
use crate::ec2::tagging;
use crate::fields::Fields;
use aws_sdk_ec2::types as api;
use aws_smithy_types::date_time::Format;

/// Puts the data of a version into the object.
pub(super) fn data(object: &mut Fields, found: &api::ResponseLaunchTemplateData) {
    let kind = found.instance_type().map(|kind| kind.as_str());
    object.set_flag("disable_api_stop", Some(found.disable_api_stop().unwrap_or_default()));
    object.set_flag("disable_api_termination", Some(found.disable_api_termination().unwrap_or_default()));
    object.set_text("ebs_optimized", Some(maybe(found.ebs_optimized()).unwrap_or_default()));
    object.set_text("image_id", Some(found.image_id().unwrap_or_default()));
    let shutdown = found.instance_initiated_shutdown_behavior().map(|word| word.as_str());
    object.set_text("instance_initiated_shutdown_behavior", Some(shutdown.unwrap_or_default()));
    object.set_text("instance_type", Some(kind.unwrap_or_default()));
    object.set_text("kernel_id", Some(found.kernel_id().unwrap_or_default()));
    object.set_text("key_name", Some(found.key_name().unwrap_or_default()));
    object.set_text("ram_disk_id", Some(found.ram_disk_id().unwrap_or_default()));
    object.set_text("user_data", Some(found.user_data().unwrap_or_default()));
    set_texts(object, "security_group_names", found.security_groups());
    set_texts(object, "vpc_security_group_ids", found.security_group_ids());
    let one = |object: &mut Fields, name: &str, block: Option<Fields>| object.set_blocks(name, block.map(zeros));
    let empty = object.clone();
    let new = |name: &str| empty.new_block(name);

    let disks = found.block_device_mappings().iter().map(|found| disk(new("block_device_mappings"), found));
    object.set_blocks("block_device_mappings", disks);
    let name = "capacity_reservation_specification";
    one(object, name, found.capacity_reservation_specification().map(|found| reservation(new(name), found)));
    one(
        object,
        "cpu_options",
        found.cpu_options().map(|found| {
            let mut block = new("cpu_options");
            block.set_text("amd_sev_snp", found.amd_sev_snp().map(|word| word.as_str()));
            block.set_int("core_count", found.core_count());
            block.set_int("threads_per_core", found.threads_per_core());
            block
        }),
    );
    let credits = found.credit_specification().map(|found| {
        let mut block = new("credit_specification");
        block.set_text("cpu_credits", found.cpu_credits());
        block
    });
    // Types without credits are launched without a word about them: what is written stays.
    if credits.is_some() || has_credits(kind) {
        one(object, "credit_specification", credits);
    }
    one(
        object,
        "enclave_options",
        found.enclave_options().map(|found| {
            let mut block = new("enclave_options");
            block.set_flag("enabled", found.enabled());
            block
        }),
    );
    one(
        object,
        "hibernation_options",
        found.hibernation_options().map(|found| {
            let mut block = new("hibernation_options");
            block.set_flag("configured", found.configured());
            block
        }),
    );
    one(
        object,
        "iam_instance_profile",
        found.iam_instance_profile().map(|found| {
            let mut block = new("iam_instance_profile");
            block.set_text("arn", found.arn());
            block.set_text("name", found.name());
            block
        }),
    );
    let name = "instance_market_options";
    one(object, name, found.instance_market_options().map(|found| market(new(name), found)));
    let name = "instance_requirements";
    one(object, name, found.instance_requirements().map(|found| requirements::shown(new(name), found)));
    object.set_blocks(
        "license_specification",
        found.license_specifications().iter().map(|found| {
            let mut block = new("license_specification");
            block.set_text("license_configuration_arn", found.license_configuration_arn());
            zeros(block)
        }),
    );
    one(
        object,
        "maintenance_options",
        found.maintenance_options().map(|found| {
            let mut block = new("maintenance_options");
            block.set_text("auto_recovery", found.auto_recovery().map(|word| word.as_str()));
            block
        }),
    );
    one(
        object,
        "metadata_options",
        found.metadata_options().map(|found| {
            let mut block = new("metadata_options");
            block.set_text("http_endpoint", found.http_endpoint().map(|word| word.as_str()));
            block.set_text("http_protocol_ipv6", found.http_protocol_ipv6().map(|word| word.as_str()));
            block.set_int("http_put_response_hop_limit", found.http_put_response_hop_limit());
            block.set_text("http_tokens", found.http_tokens().map(|word| word.as_str()));
            block.set_text("instance_metadata_tags", found.instance_metadata_tags().map(|word| word.as_str()));
            block
        }),
    );
    one(
        object,
        "monitoring",
        found.monitoring().map(|found| {
            let mut block = new("monitoring");
            block.set_flag("enabled", found.enabled());
            block
        }),
    );
    let interfaces = found.network_interfaces().iter().map(|found| interface(new("network_interfaces"), found));
    object.set_blocks("network_interfaces", interfaces);
    one(object, "placement", found.placement().map(|found| placement(new("placement"), found)));
    one(
        object,
        "private_dns_name_options",
        found.private_dns_name_options().map(|found| {
            let mut block = new("private_dns_name_options");
            block.set_flag("enable_resource_name_dns_a_record", found.enable_resource_name_dns_a_record());
            block.set_flag("enable_resource_name_dns_aaaa_record", found.enable_resource_name_dns_aaaa_record());
            block.set_text("hostname_type", found.hostname_type().map(|word| word.as_str()));
            block
        }),
    );
    object.set_blocks(
        "tag_specifications",
        found.tag_specifications().iter().map(|found| {
            let mut block = new("tag_specifications");
            block.set_text("resource_type", found.resource_type().map(|word| word.as_str()));
            if !found.tags().is_empty() {
                block.set_text_map("tags", tagging::texts(found.tags()));
            }
            zeros(block)
        }),
    );
}

fn maybe(flag: Option<bool>) -> Option<&'static str> {
    flag.map(|flag| if flag { "true" } else { "false" })
}

/// A set of texts; null for none.
fn set_texts(block: &mut Fields, name: &str, texts: &[String]) {
    match texts.is_empty() {
        true => block.clear(name),
        false => block.set_texts(name, texts),
    }
}

fn disk(mut block: Fields, found: &api::LaunchTemplateBlockDeviceMapping) -> Fields {
    block.set_text("device_name", found.device_name());
    block.set_text("no_device", found.no_device());
    block.set_text("virtual_name", found.virtual_name());
    if let Some(found) = found.ebs() {
        let mut ebs = block.new_block("ebs");
        ebs.set_text("delete_on_termination", maybe(found.delete_on_termination()));
        ebs.set_text("encrypted", maybe(found.encrypted()));
        ebs.set_int("iops", found.iops());
        ebs.set_text("kms_key_id", found.kms_key_id());
        ebs.set_text("snapshot_id", found.snapshot_id());
        ebs.set_int("throughput", found.throughput());
        ebs.set_int("volume_initialization_rate", found.volume_initialization_rate());
        ebs.set_int("volume_size", found.volume_size());
        ebs.set_text("volume_type", found.volume_type().map(|word| word.as_str()));
        block.set_blocks("ebs", [zeros(ebs)]);
    }
    zeros(block)
}

fn reservation(mut block: Fields, found: &api::LaunchTemplateCapacityReservationSpecificationResponse) -> Fields {
    let preference = found.capacity_reservation_preference().map(|word| word.as_str());
    block.set_text("capacity_reservation_preference", preference);
    if let Some(found) = found.capacity_reservation_target() {
        let mut target = block.new_block("capacity_reservation_target");
        target.set_text("capacity_reservation_id", found.capacity_reservation_id());
        let group = found.capacity_reservation_resource_group_arn();
        target.set_text("capacity_reservation_resource_group_arn", group);
        block.set_blocks("capacity_reservation_target", [zeros(target)]);
    }
    block
}

fn market(mut block: Fields, found: &api::LaunchTemplateInstanceMarketOptions) -> Fields {
    block.set_text("market_type", found.market_type().map(|word| word.as_str()));
    if let Some(found) = found.spot_options() {
        let mut spot = block.new_block("spot_options");
        spot.set_int("block_duration_minutes", found.block_duration_minutes());
        let behavior = found.instance_interruption_behavior().map(|word| word.as_str());
        spot.set_text("instance_interruption_behavior", behavior);
        spot.set_text("max_price", found.max_price());
        spot.set_text("spot_instance_type", found.spot_instance_type().map(|word| word.as_str()));
        spot.set_text("valid_until", found.valid_until().and_then(|time| time.fmt(Format::DateTime).ok()));
        block.set_blocks("spot_options", [zeros(spot)]);
    }
    block
}

fn interface(mut block: Fields, found: &api::LaunchTemplateInstanceNetworkInterfaceSpecification) -> Fields {
    block.set_text("associate_carrier_ip_address", maybe(found.associate_carrier_ip_address()));
    block.set_text("associate_public_ip_address", maybe(found.associate_public_ip_address()));
    block.set_text("delete_on_termination", maybe(found.delete_on_termination()));
    block.set_text("description", found.description());
    block.set_int("device_index", found.device_index());
    block.set_text("interface_type", found.interface_type());
    block.set_int("ipv4_address_count", found.secondary_private_ip_address_count());
    block.set_int("ipv4_prefix_count", found.ipv4_prefix_count());
    block.set_int("ipv6_address_count", found.ipv6_address_count());
    block.set_int("ipv6_prefix_count", found.ipv6_prefix_count());
    block.set_int("network_card_index", found.network_card_index());
    block.set_text("network_interface_id", found.network_interface_id());
    block.set_text("primary_ipv6", maybe(found.primary_ipv6()));
    block.set_text("private_ip_address", found.private_ip_address());
    block.set_text("subnet_id", found.subnet_id());
    let texts = |texts: Vec<Option<&str>>| -> Vec<String> { texts.into_iter().flatten().map(String::from).collect() };
    let ipv4 = texts(found.private_ip_addresses().iter().map(|one| one.private_ip_address()).collect());
    let ipv6 = texts(found.ipv6_addresses().iter().map(|one| one.ipv6_address()).collect());
    let ipv4_prefixes = texts(found.ipv4_prefixes().iter().map(|one| one.ipv4_prefix()).collect());
    let ipv6_prefixes = texts(found.ipv6_prefixes().iter().map(|one| one.ipv6_prefix()).collect());
    set_texts(&mut block, "ipv4_addresses", &ipv4);
    set_texts(&mut block, "ipv6_addresses", &ipv6);
    set_texts(&mut block, "ipv4_prefixes", &ipv4_prefixes);
    set_texts(&mut block, "ipv6_prefixes", &ipv6_prefixes);
    set_texts(&mut block, "security_groups", found.groups());
    if let Some(found) = found.connection_tracking_specification() {
        let mut tracking = block.new_block("connection_tracking_specification");
        tracking.set_int("tcp_established_timeout", found.tcp_established_timeout());
        tracking.set_int("udp_stream_timeout", found.udp_stream_timeout());
        tracking.set_int("udp_timeout", found.udp_timeout());
        block.set_blocks("connection_tracking_specification", [zeros(tracking)]);
    }
    if let Some(found) = found.ena_srd_specification() {
        let mut express = block.new_block("ena_srd_specification");
        express.set_flag("ena_srd_enabled", found.ena_srd_enabled());
        if let Some(found) = found.ena_srd_udp_specification() {
            let mut udp = express.new_block("ena_srd_udp_specification");
            udp.set_flag("ena_srd_udp_enabled", found.ena_srd_udp_enabled());
            express.set_blocks("ena_srd_udp_specification", [zeros(udp)]);
        }
        block.set_blocks("ena_srd_specification", [zeros(express)]);
    }
    zeros(block)
}

fn placement(mut block: Fields, found: &api::LaunchTemplatePlacement) -> Fields {
    block.set_text("affinity", found.affinity());
    block.set_text("availability_zone", found.availability_zone());
    block.set_text("group_id", found.group_id());
    block.set_text("group_name", found.group_name());
    block.set_text("host_id", found.host_id());
    block.set_text("host_resource_group_arn", found.host_resource_group_arn());
    block.set_int("partition_number", found.partition_number());
    block.set_text("spread_domain", found.spread_domain());
    block.set_text("tenancy", found.tenancy().map(|word| word.as_str()));
    block
}
