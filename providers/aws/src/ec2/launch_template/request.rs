//! The data of a version, for a request: from what is written, so that what is not written is not said.

use super::{requirements, shape};
use crate::fields::Fields;
use aws_sdk_ec2::types as api;

/// What is written, with the metadata options that were there before where the configuration has none.
pub(super) fn data(config: &Fields, planned: &Fields) -> api::RequestLaunchTemplateData {
    let text = |name| filled(config, name);
    let texts = |name: &str| Some(config.texts(name)).filter(|texts| !texts.is_empty());
    let each = |name: &str| Some(config.blocks(name)).filter(|blocks| !blocks.is_empty());
    let metadata = config.one("metadata_options").or_else(|| planned.one("metadata_options"));
    api::RequestLaunchTemplateData::builder()
        // A version must say something.
        .user_data(config.text("user_data").unwrap_or_default())
        .set_block_device_mappings(each("block_device_mappings").map(|all| all.iter().map(disk).collect()))
        .set_capacity_reservation_specification(
            config.one("capacity_reservation_specification").map(|one| reservation(&one)),
        )
        .set_cpu_options(config.one("cpu_options").map(|one| {
            api::LaunchTemplateCpuOptionsRequest::builder()
                .set_amd_sev_snp(one.filled_text("amd_sev_snp").map(api::AmdSevSnpSpecification::from))
                .set_core_count(number(&one, "core_count"))
                .set_threads_per_core(number(&one, "threads_per_core"))
                .build()
        }))
        .set_credit_specification(
            config.one("credit_specification").filter(|_| super::has_credits(config.text("instance_type"))).map(
                |one| api::CreditSpecificationRequest::builder().set_cpu_credits(filled(&one, "cpu_credits")).build(),
            ),
        )
        .set_disable_api_stop(config.flag("disable_api_stop"))
        .set_disable_api_termination(config.flag("disable_api_termination"))
        .set_ebs_optimized(maybe(config, "ebs_optimized"))
        .set_enclave_options(
            config
                .one("enclave_options")
                .map(|one| api::LaunchTemplateEnclaveOptionsRequest::builder().enabled(one.is_true("enabled")).build()),
        )
        .set_hibernation_options(config.one("hibernation_options").map(|one| {
            api::LaunchTemplateHibernationOptionsRequest::builder().configured(one.is_true("configured")).build()
        }))
        .set_iam_instance_profile(config.one("iam_instance_profile").map(|one| {
            api::LaunchTemplateIamInstanceProfileSpecificationRequest::builder()
                .set_arn(filled(&one, "arn"))
                .set_name(filled(&one, "name"))
                .build()
        }))
        .set_image_id(text("image_id"))
        .set_instance_initiated_shutdown_behavior(
            config.filled_text("instance_initiated_shutdown_behavior").map(api::ShutdownBehavior::from),
        )
        .set_instance_market_options(config.one("instance_market_options").map(|one| market(&one)))
        .set_instance_requirements(config.one("instance_requirements").map(|one| requirements::request(&one)))
        .set_instance_type(config.filled_text("instance_type").map(api::InstanceType::from))
        .set_kernel_id(text("kernel_id"))
        .set_key_name(text("key_name"))
        .set_license_specifications(each("license_specification").map(|all| {
            let one = |one: &Fields| {
                api::LaunchTemplateLicenseConfigurationRequest::builder()
                    .set_license_configuration_arn(filled(one, "license_configuration_arn"))
                    .build()
            };
            all.iter().map(one).collect()
        }))
        .set_maintenance_options(config.one("maintenance_options").map(|one| {
            api::LaunchTemplateInstanceMaintenanceOptionsRequest::builder()
                .set_auto_recovery(one.filled_text("auto_recovery").map(api::LaunchTemplateAutoRecoveryState::from))
                .build()
        }))
        .set_metadata_options(metadata.map(|one| {
            api::LaunchTemplateInstanceMetadataOptionsRequest::builder()
                .set_http_endpoint(one.filled_text("http_endpoint").map(From::from))
                .set_http_protocol_ipv6(one.filled_text("http_protocol_ipv6").map(From::from))
                .set_http_put_response_hop_limit(number(&one, "http_put_response_hop_limit"))
                .set_http_tokens(one.filled_text("http_tokens").map(From::from))
                .set_instance_metadata_tags(one.filled_text("instance_metadata_tags").map(From::from))
                .build()
        }))
        .set_monitoring(
            config
                .one("monitoring")
                .map(|one| api::LaunchTemplatesMonitoringRequest::builder().enabled(one.is_true("enabled")).build()),
        )
        .set_network_interfaces(each("network_interfaces").map(|all| all.iter().map(interface).collect()))
        .set_placement(config.one("placement").map(|one| placement(&one)))
        .set_private_dns_name_options(config.one("private_dns_name_options").map(|one| {
            api::LaunchTemplatePrivateDnsNameOptionsRequest::builder()
                .enable_resource_name_dns_a_record(one.is_true("enable_resource_name_dns_a_record"))
                .enable_resource_name_dns_aaaa_record(one.is_true("enable_resource_name_dns_aaaa_record"))
                .set_hostname_type(one.filled_text("hostname_type").map(api::HostnameType::from))
                .build()
        }))
        .set_ram_disk_id(text("ram_disk_id"))
        .set_security_groups(texts("security_group_names"))
        .set_tag_specifications(each("tag_specifications").map(|all| all.iter().map(tags).collect()))
        .set_security_group_ids(texts("vpc_security_group_ids"))
        .build()
}

fn filled(block: &Fields, name: &str) -> Option<String> {
    block.filled_text(name).map(String::from)
}

/// A number that is not 0, which stands for none.
fn number(block: &Fields, name: &str) -> Option<i32> {
    block.int(name).filter(|number| *number != 0)
}

/// True, false or not said.
fn maybe(block: &Fields, name: &str) -> Option<bool> {
    block.filled_text(name).map(|text| text == "true")
}

fn disk(block: &Fields) -> api::LaunchTemplateBlockDeviceMappingRequest {
    let ebs = block.one("ebs").map(|ebs| {
        api::LaunchTemplateEbsBlockDeviceRequest::builder()
            .set_delete_on_termination(maybe(&ebs, "delete_on_termination"))
            .set_encrypted(maybe(&ebs, "encrypted"))
            .set_iops(number(&ebs, "iops"))
            .set_kms_key_id(filled(&ebs, "kms_key_id"))
            .set_snapshot_id(filled(&ebs, "snapshot_id"))
            .set_throughput(number(&ebs, "throughput"))
            .set_volume_initialization_rate(number(&ebs, "volume_initialization_rate"))
            .set_volume_size(number(&ebs, "volume_size"))
            .set_volume_type(ebs.filled_text("volume_type").map(api::VolumeType::from))
            .build()
    });
    api::LaunchTemplateBlockDeviceMappingRequest::builder()
        .set_device_name(filled(block, "device_name"))
        .set_ebs(ebs)
        .set_no_device(filled(block, "no_device"))
        .set_virtual_name(filled(block, "virtual_name"))
        .build()
}

fn reservation(block: &Fields) -> api::LaunchTemplateCapacityReservationSpecificationRequest {
    let preference = block.filled_text("capacity_reservation_preference");
    let target = block.one("capacity_reservation_target").map(|target| {
        api::CapacityReservationTarget::builder()
            .set_capacity_reservation_id(filled(&target, "capacity_reservation_id"))
            .set_capacity_reservation_resource_group_arn(filled(&target, "capacity_reservation_resource_group_arn"))
            .build()
    });
    api::LaunchTemplateCapacityReservationSpecificationRequest::builder()
        .set_capacity_reservation_preference(preference.map(api::CapacityReservationPreference::from))
        .set_capacity_reservation_target(target)
        .build()
}

fn market(block: &Fields) -> api::LaunchTemplateInstanceMarketOptionsRequest {
    let spot = block.one("spot_options").map(|spot| {
        let behavior = spot.filled_text("instance_interruption_behavior");
        api::LaunchTemplateSpotMarketOptionsRequest::builder()
            .set_block_duration_minutes(number(&spot, "block_duration_minutes"))
            .set_instance_interruption_behavior(behavior.map(api::InstanceInterruptionBehavior::from))
            .set_max_price(filled(&spot, "max_price"))
            .set_spot_instance_type(spot.filled_text("spot_instance_type").map(api::SpotInstanceType::from))
            .set_valid_until(spot.filled_text("valid_until").and_then(shape::time))
            .build()
    });
    api::LaunchTemplateInstanceMarketOptionsRequest::builder()
        .set_market_type(block.filled_text("market_type").map(api::MarketType::from))
        .set_spot_options(spot)
        .build()
}

fn interface(block: &Fields) -> api::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest {
    let texts = |name: &str| block.texts(name);
    let some = |number: usize| number > 0;
    let primary = filled(block, "private_ip_address");
    let count = number(block, "ipv4_address_count");
    let mut request = api::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .set_associate_carrier_ip_address(maybe(block, "associate_carrier_ip_address"))
        .set_associate_public_ip_address(maybe(block, "associate_public_ip_address"))
        .set_connection_tracking_specification(block.one("connection_tracking_specification").map(|one| {
            api::ConnectionTrackingSpecificationRequest::builder()
                .set_tcp_established_timeout(number(&one, "tcp_established_timeout"))
                .set_udp_stream_timeout(number(&one, "udp_stream_timeout"))
                .set_udp_timeout(number(&one, "udp_timeout"))
                .build()
        }))
        .set_delete_on_termination(maybe(block, "delete_on_termination"))
        .set_description(filled(block, "description"))
        .device_index(block.int("device_index").unwrap_or_default())
        .set_ena_srd_specification(block.one("ena_srd_specification").map(|one| {
            let udp = one.one("ena_srd_udp_specification").map(|udp| {
                let on = udp.flag("ena_srd_udp_enabled");
                api::EnaSrdUdpSpecificationRequest::builder().set_ena_srd_udp_enabled(on).build()
            });
            api::EnaSrdSpecificationRequest::builder()
                .set_ena_srd_enabled(one.flag("ena_srd_enabled"))
                .set_ena_srd_udp_specification(udp)
                .build()
        }))
        .set_groups(Some(texts("security_groups")).filter(|all| some(all.len())))
        .set_interface_type(filled(block, "interface_type"))
        .set_ipv4_prefix_count(number(block, "ipv4_prefix_count"))
        .set_ipv6_address_count(number(block, "ipv6_address_count"))
        .set_ipv6_prefix_count(number(block, "ipv6_prefix_count"))
        .network_card_index(block.int("network_card_index").unwrap_or_default())
        .set_network_interface_id(filled(block, "network_interface_id"))
        .set_primary_ipv6(maybe(block, "primary_ipv6"))
        .set_private_ip_address(primary.clone())
        .set_secondary_private_ip_address_count(count)
        .set_subnet_id(filled(block, "subnet_id"));
    for prefix in texts("ipv4_prefixes") {
        request = request.ipv4_prefixes(api::Ipv4PrefixSpecificationRequest::builder().ipv4_prefix(prefix).build());
    }
    for prefix in texts("ipv6_prefixes") {
        request = request.ipv6_prefixes(api::Ipv6PrefixSpecificationRequest::builder().ipv6_prefix(prefix).build());
    }
    for address in texts("ipv6_addresses") {
        request = request.ipv6_addresses(api::InstanceIpv6AddressRequest::builder().ipv6_address(address).build());
    }
    // A number of addresses and the addresses themselves exclude each other.
    for address in texts("ipv4_addresses").into_iter().filter(|_| count.is_none()) {
        let one = api::PrivateIpAddressSpecification::builder().primary(Some(&address) == primary.as_ref());
        request = request.private_ip_addresses(one.private_ip_address(address).build());
    }
    request.build()
}

fn placement(block: &Fields) -> api::LaunchTemplatePlacementRequest {
    api::LaunchTemplatePlacementRequest::builder()
        .set_affinity(filled(block, "affinity"))
        .set_availability_zone(filled(block, "availability_zone"))
        .set_group_id(filled(block, "group_id"))
        .set_group_name(filled(block, "group_name"))
        .set_host_id(filled(block, "host_id"))
        .set_host_resource_group_arn(filled(block, "host_resource_group_arn"))
        .set_partition_number(number(block, "partition_number"))
        .set_spread_domain(filled(block, "spread_domain"))
        .set_tenancy(block.filled_text("tenancy").map(api::Tenancy::from))
        .build()
}

fn tags(block: &Fields) -> api::LaunchTemplateTagSpecificationRequest {
    let tags = block.text_map("tags");
    let tags = tags.iter().map(|(key, text)| api::Tag::builder().key(key).value(text).build());
    api::LaunchTemplateTagSpecificationRequest::builder()
        .set_resource_type(block.filled_text("resource_type").map(api::ResourceType::from))
        .set_tags(Some(tags.collect::<Vec<_>>()).filter(|tags| !tags.is_empty()))
        .build()
}
