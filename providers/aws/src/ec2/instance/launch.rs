//! What RunInstances is asked for.

use super::disks;
use crate::cloud::{Action, Region, Trouble};
use crate::ec2::tagging;
use crate::fields::Fields;
use crate::kind::Change;
use aws_sdk_ec2::operation::run_instances::RunInstancesOutput;
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::types::{
    AmdSevSnpSpecification, BlockDeviceMapping, CapacityReservationPreference, CapacityReservationSpecification,
    CapacityReservationTarget, CpuOptionsRequest, CreditSpecificationRequest, EnclaveOptionsRequest,
    HibernationOptionsRequest, HostnameType, HttpTokensState, IamInstanceProfileSpecification,
    InstanceAutoRecoveryState, InstanceInterruptionBehavior, InstanceIpv6Address, InstanceMaintenanceOptionsRequest,
    InstanceMarketOptionsRequest, InstanceMetadataEndpointState, InstanceMetadataOptionsRequest,
    InstanceMetadataProtocolState, InstanceMetadataTagsState, InstanceNetworkInterfaceSpecification, InstanceType,
    LaunchTemplateSpecification, MarketType, Placement, PrivateDnsNameOptionsRequest, PrivateIpAddressSpecification,
    ResourceType, RunInstancesMonitoringEnabled, ShutdownBehavior, SpotInstanceType, SpotMarketOptions,
    TagSpecification, Tenancy,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use std::time::Duration;
use tokio::time::Instant;

/// How long IAM may take to know a new instance profile everywhere ("Changes that I make are not always immediately
/// visible", IAM).
const PROFILE_APPEARS: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(3);

/// Launches the instance; its id.
pub(super) async fn run(region: &Region, change: &Change) -> Result<String, Trouble> {
    let instance = &change.planned;
    let mappings = disks::mappings(region, instance).await?;
    let tags: Vec<TagSpecification> = tagging::specifications(change, ResourceType::Instance)
        .into_iter()
        .chain(tagging::specifications_of(&disks::launch_tags(region, instance), ResourceType::Volume))
        .flatten()
        .collect();
    let begin = Instant::now();
    let made = loop {
        let asked = region.ec2().call(Action::same("RunInstances"), |c| {
            let request = c.run_instances().client_token(change.token.as_ref()).min_count(1).max_count(1);
            let request = request.set_tag_specifications((!tags.is_empty()).then(|| tags.clone()));
            fill(request, instance, &mappings).send()
        });
        match asked.await {
            // Nothing was launched, so the token is as new.
            Err(why)
                if why.is("InvalidParameterValue")
                    && (why.message.contains("IAM Instance Profile")
                        || why.message.contains("no associated IAM Roles"))
                    && begin.elapsed() < PROFILE_APPEARS =>
            {
                tokio::time::sleep(PAUSE).await;
            }
            done => break done,
        }
    };
    let made: RunInstancesOutput =
        made.map_err(|why| why.about_what_is_missing().while_doing("launch the EC2 instance"))?;
    let id = made.instances().first().and_then(|instance| instance.instance_id());
    id.map(String::from).ok_or_else(|| Trouble::ours("RunInstances answered without an instance"))
}

fn fill(
    request: RunInstancesFluentBuilder,
    instance: &Fields,
    mappings: &[BlockDeviceMapping],
) -> RunInstancesFluentBuilder {
    let text = |name: &str| instance.filled_text(name).map(String::from);
    let request = request
        .set_image_id(text("ami"))
        .set_instance_type(instance.filled_text("instance_type").map(InstanceType::from))
        .set_key_name(text("key_name"))
        .set_ebs_optimized(instance.flag("ebs_optimized"))
        .set_disable_api_stop(instance.flag("disable_api_stop"))
        .set_disable_api_termination(instance.flag("disable_api_termination"))
        .set_instance_initiated_shutdown_behavior(
            instance.filled_text("instance_initiated_shutdown_behavior").map(ShutdownBehavior::from),
        )
        .set_iam_instance_profile(
            text("iam_instance_profile").map(|name| IamInstanceProfileSpecification::builder().name(name).build()),
        )
        .set_monitoring(
            instance.flag("monitoring").map(|on| RunInstancesMonitoringEnabled::builder().enabled(on).build()),
        )
        .set_hibernation_options(
            instance.is_true("hibernation").then(|| HibernationOptionsRequest::builder().configured(true).build()),
        )
        .set_user_data(user_data(instance))
        .set_block_device_mappings((!mappings.is_empty()).then(|| mappings.to_vec()))
        .set_placement(placement(instance));
    with_options(with_network(request, instance), instance)
}

/// User data as the API takes it: base64.
pub(super) fn user_data(instance: &Fields) -> Option<String> {
    let encoded = instance.filled_text("user_data_base64").map(String::from);
    encoded.or_else(|| {
        instance.filled_text("user_data").map(|plain| match is_base64(plain) {
            // As in hashicorp/aws: text that is base64 already is not encoded again.
            true => plain.to_owned(),
            false => aws_smithy_types::base64::encode(plain),
        })
    })
}

/// Whether a text is base64 in full groups of four.
pub(super) fn is_base64(text: &str) -> bool {
    text.len().is_multiple_of(4) && aws_smithy_types::base64::decode(text).is_ok()
}

fn placement(instance: &Fields) -> Option<Placement> {
    let text = |name: &str| instance.filled_text(name).map(String::from);
    let placement = Placement::builder()
        .set_availability_zone(text("availability_zone"))
        .set_group_name(text("placement_group"))
        .set_group_id(text("placement_group_id"))
        .set_partition_number(instance.int("placement_partition_number").filter(|number| *number > 0))
        .set_host_id(text("host_id"))
        .set_host_resource_group_arn(text("host_resource_group_arn"))
        .set_tenancy(instance.filled_text("tenancy").map(Tenancy::from))
        .build();
    (placement != Placement::builder().build()).then_some(placement)
}

fn with_network(request: RunInstancesFluentBuilder, instance: &Fields) -> RunInstancesFluentBuilder {
    let text = |name: &str| instance.filled_text(name).map(String::from);
    let interfaces = interfaces(instance);
    if !interfaces.is_empty() {
        return request.set_network_interfaces(Some(interfaces));
    }
    let some = |texts: Vec<String>| (!texts.is_empty()).then_some(texts);
    let ipv6 = ipv6_addresses(instance);
    request
        .set_subnet_id(text("subnet_id"))
        .set_private_ip_address(text("private_ip"))
        .set_ipv6_address_count(instance.int("ipv6_address_count").filter(|count| *count > 0))
        .set_ipv6_addresses((!ipv6.is_empty()).then_some(ipv6))
        .set_security_group_ids(some(instance.texts("vpc_security_group_ids")))
        .set_security_groups(some(instance.texts("security_groups")))
}

fn ipv6_addresses(instance: &Fields) -> Vec<InstanceIpv6Address> {
    let addresses = instance.texts("ipv6_addresses");
    addresses.into_iter().map(|address| InstanceIpv6Address::builder().ipv6_address(address).build()).collect()
}

/// The interfaces, where what is asked for cannot be said without them.
fn interfaces(instance: &Fields) -> Vec<InstanceNetworkInterfaceSpecification> {
    if let Some(primary) = instance.one("primary_network_interface") {
        let id = primary.filled_text("network_interface_id").map(String::from);
        let interface = InstanceNetworkInterfaceSpecification::builder().device_index(0);
        return vec![interface.set_network_interface_id(id).build()];
    }
    let there = instance.blocks("network_interface");
    if !there.is_empty() {
        let one = |block: &Fields| {
            InstanceNetworkInterfaceSpecification::builder()
                .set_device_index(block.int("device_index"))
                .set_network_card_index(block.int("network_card_index").filter(|card| *card > 0))
                .set_network_interface_id(block.filled_text("network_interface_id").map(String::from))
                .set_delete_on_termination(block.flag("delete_on_termination"))
                .build()
        };
        return there.iter().map(one).collect();
    }
    let secondary = instance.texts("secondary_private_ips");
    let public = instance.flag("associate_public_ip_address");
    let primary_ipv6 = instance.flag("enable_primary_ipv6");
    if public.is_none() && primary_ipv6.is_none() && secondary.is_empty() {
        return Vec::new();
    }
    let more = secondary
        .into_iter()
        .map(|address| PrivateIpAddressSpecification::builder().private_ip_address(address).primary(false).build());
    let (more, groups, ipv6) =
        (more.collect::<Vec<_>>(), instance.texts("vpc_security_group_ids"), ipv6_addresses(instance));
    let interface = InstanceNetworkInterfaceSpecification::builder()
        .device_index(0)
        .set_associate_public_ip_address(public)
        .set_primary_ipv6(primary_ipv6)
        .set_subnet_id(instance.filled_text("subnet_id").map(String::from))
        .set_private_ip_address(instance.filled_text("private_ip").map(String::from))
        .set_private_ip_addresses((!more.is_empty()).then_some(more))
        .set_groups((!groups.is_empty()).then_some(groups))
        .set_ipv6_address_count(instance.int("ipv6_address_count").filter(|count| *count > 0))
        .set_ipv6_addresses((!ipv6.is_empty()).then_some(ipv6));
    vec![interface.build()]
}

fn with_options(request: RunInstancesFluentBuilder, instance: &Fields) -> RunInstancesFluentBuilder {
    let enclave = instance.one("enclave_options").and_then(|block| block.flag("enabled"));
    let recovery = instance.one("maintenance_options");
    let recovery = recovery.as_ref().and_then(|block| block.filled_text("auto_recovery"));
    request
        .set_capacity_reservation_specification(
            instance.one("capacity_reservation_specification").and_then(|b| capacity(&b)),
        )
        .set_cpu_options(instance.one("cpu_options").and_then(|block| cpu(&block)))
        .set_credit_specification(instance.one("credit_specification").and_then(|block| {
            let credits = block.filled_text("cpu_credits")?;
            Some(CreditSpecificationRequest::builder().cpu_credits(credits).build())
        }))
        .set_enclave_options(enclave.map(|enabled| EnclaveOptionsRequest::builder().enabled(enabled).build()))
        .set_instance_market_options(instance.one("instance_market_options").map(|block| market(&block)))
        .set_launch_template(instance.one("launch_template").map(|block| {
            let id = block.filled_text("id").map(String::from);
            let name = block.filled_text("name").filter(|_| id.is_none()).map(String::from);
            LaunchTemplateSpecification::builder()
                .set_launch_template_id(id)
                .set_launch_template_name(name)
                .set_version(block.filled_text("version").map(String::from))
                .build()
        }))
        .set_maintenance_options(recovery.map(|recovery| {
            let recovery = InstanceAutoRecoveryState::from(recovery);
            InstanceMaintenanceOptionsRequest::builder().auto_recovery(recovery).build()
        }))
        .set_metadata_options(instance.one("metadata_options").map(|block| metadata(&block)))
        .set_private_dns_name_options(instance.one("private_dns_name_options").map(|block| {
            PrivateDnsNameOptionsRequest::builder()
                .set_hostname_type(block.filled_text("hostname_type").map(HostnameType::from))
                .set_enable_resource_name_dns_a_record(block.flag("enable_resource_name_dns_a_record"))
                .set_enable_resource_name_dns_aaaa_record(block.flag("enable_resource_name_dns_aaaa_record"))
                .build()
        }))
}

/// What `capacity_reservation_specification` says; none when it says nothing.
pub(super) fn capacity(block: &Fields) -> Option<CapacityReservationSpecification> {
    let target = block.one("capacity_reservation_target").map(|target| {
        CapacityReservationTarget::builder()
            .set_capacity_reservation_id(target.filled_text("capacity_reservation_id").map(String::from))
            .set_capacity_reservation_resource_group_arn(
                target.filled_text("capacity_reservation_resource_group_arn").map(String::from),
            )
            .build()
    });
    let preference = block.filled_text("capacity_reservation_preference").map(CapacityReservationPreference::from);
    (preference.is_some() || target.is_some()).then(|| {
        CapacityReservationSpecification::builder()
            .set_capacity_reservation_preference(preference)
            .set_capacity_reservation_target(target)
            .build()
    })
}

fn cpu(block: &Fields) -> Option<CpuOptionsRequest> {
    let options = CpuOptionsRequest::builder()
        .set_amd_sev_snp(block.filled_text("amd_sev_snp").map(AmdSevSnpSpecification::from))
        .set_core_count(block.int("core_count").filter(|count| *count > 0))
        .set_threads_per_core(block.int("threads_per_core").filter(|count| *count > 0))
        .build();
    (options != CpuOptionsRequest::builder().build()).then_some(options)
}

fn market(block: &Fields) -> InstanceMarketOptionsRequest {
    let spot = block.one("spot_options").map(|spot| {
        let until = spot.filled_text("valid_until").and_then(|text| DateTime::from_str(text, Format::DateTime).ok());
        SpotMarketOptions::builder()
            .set_instance_interruption_behavior(
                spot.filled_text("instance_interruption_behavior").map(InstanceInterruptionBehavior::from),
            )
            .set_max_price(spot.filled_text("max_price").map(String::from))
            .set_spot_instance_type(spot.filled_text("spot_instance_type").map(SpotInstanceType::from))
            .set_valid_until(until)
            .build()
    });
    InstanceMarketOptionsRequest::builder()
        .set_market_type(block.filled_text("market_type").map(MarketType::from))
        .set_spot_options(spot)
        .build()
}

fn metadata(block: &Fields) -> InstanceMetadataOptionsRequest {
    let endpoint = block.filled_text("http_endpoint").map(InstanceMetadataEndpointState::from);
    let request = InstanceMetadataOptionsRequest::builder().set_http_endpoint(endpoint.clone());
    // The others go with an endpoint only ("InstanceMetadataOptionsRequest").
    if endpoint == Some(InstanceMetadataEndpointState::Disabled) {
        return request.build();
    }
    request
        .set_http_protocol_ipv6(block.filled_text("http_protocol_ipv6").map(InstanceMetadataProtocolState::from))
        .set_http_put_response_hop_limit(block.int("http_put_response_hop_limit").filter(|hops| *hops > 0))
        .set_http_tokens(block.filled_text("http_tokens").map(HttpTokensState::from))
        .set_instance_metadata_tags(block.filled_text("instance_metadata_tags").map(InstanceMetadataTagsState::from))
        .build()
}
