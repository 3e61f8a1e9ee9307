//! An instance as the state holds it.

use super::disks;
use super::states::state;
use crate::cloud::{Action, Region, Trouble};
use crate::ec2::tagging;
use crate::fields::Fields;
use crate::kind::Written;
use aws_sdk_ec2::types::{
    AmdSevSnpSpecification, AttributeBooleanValue, CapacityReservationPreference, Instance, InstanceAttributeName,
    InstanceNetworkInterface, MonitoringState, Tenancy,
};
use aws_smithy_types::date_time::Format;

/// Types that earn CPU credits ("Burstable performance instances").
const BURSTABLE: [&str; 4] = ["t2.", "t3.", "t3a.", "t4g."];

/// Attributes that DescribeInstanceAttribute and GetPasswordData give one instance at a time.
pub(super) const ONE_BY_ONE: &[&str] = &[
    "disable_api_stop",
    "disable_api_termination",
    "instance_initiated_shutdown_behavior",
    "user_data",
    "user_data_base64",
];

/// Puts the instance into the object.
pub(super) async fn show(
    region: &Region,
    instance: &Instance,
    owner: &str,
    object: &mut Fields,
) -> Result<(), Trouble> {
    let id = object.id().to_owned();
    let arn = format!("arn:{}:ec2:{}:{owner}:instance/{id}", region.partition(), region.name());
    object.set_text("arn", Some(arn));
    machine(instance, object);
    options(instance, object);
    network(instance, object);
    // First of all that is asked for: these reads are gathered with those of other volumes.
    disks::show(region, instance, object).await?;
    groups(region, instance, object).await?;
    credits(region, instance, object).await?;
    spot(region, instance, object).await?;
    template(region, instance, object).await?;
    tagging::show(region, object, instance.tags());
    Ok(())
}

fn machine(instance: &Instance, object: &mut Fields) {
    let or_empty = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
    object.set_text("ami", instance.image_id());
    object.set_text("instance_type", instance.instance_type().map(|kind| kind.as_str()));
    object.set_text("instance_state", Some(state(instance).as_str()));
    object.set_text("key_name", or_empty(instance.key_name()));
    object.set_text("outpost_arn", or_empty(instance.outpost_arn()));
    object.set_flag("ebs_optimized", Some(instance.ebs_optimized().unwrap_or_default()));
    let profile = instance.iam_instance_profile().and_then(|profile| profile.arn());
    // Paths are part of ARNs but not of names.
    object.set_text("iam_instance_profile", or_empty(profile.and_then(|arn| arn.rsplit('/').next())));
    let hibernation = instance.hibernation_options().and_then(|options| options.configured());
    object.set_flag("hibernation", Some(hibernation.unwrap_or_default()));
    let monitoring = instance.monitoring().and_then(|monitoring| monitoring.state());
    let on = matches!(monitoring, Some(MonitoringState::Enabled | MonitoringState::Pending));
    object.set_flag("monitoring", Some(on));
    let placement = instance.placement();
    object.set_text("availability_zone", placement.and_then(|placement| placement.availability_zone()));
    object.set_text("placement_group", or_empty(placement.and_then(|placement| placement.group_name())));
    object.set_text("placement_group_id", or_empty(placement.and_then(|placement| placement.group_id())));
    object.set_text("host_id", or_empty(placement.and_then(|placement| placement.host_id())));
    let hosts = placement.and_then(|placement| placement.host_resource_group_arn());
    if hosts.is_some() || object.is_null("host_resource_group_arn") {
        object.set_filled_text("host_resource_group_arn", hosts);
    }
    let partition = placement.and_then(|placement| placement.partition_number());
    object.set_int("placement_partition_number", Some(partition.unwrap_or_default()));
    let tenancy = placement.and_then(|placement| placement.tenancy()).map_or("default", Tenancy::as_str);
    object.set_text("tenancy", Some(tenancy));
    for (name, default) in [("disable_api_stop", false), ("disable_api_termination", false)] {
        if object.is_null(name) {
            object.set_flag(name, Some(default));
        }
    }
    if object.is_null("instance_initiated_shutdown_behavior") {
        object.set_text("instance_initiated_shutdown_behavior", Some("stop"));
    }
    if object.is_null("password_data") || !object.is_true("get_password_data") {
        object.set_text("password_data", Some(""));
    }
}

fn options(instance: &Instance, object: &mut Fields) {
    let capacity = instance.capacity_reservation_specification().map(|found| {
        let mut block = object.new_block("capacity_reservation_specification");
        let preference = found.capacity_reservation_preference().map(CapacityReservationPreference::as_str);
        block.set_filled_text("capacity_reservation_preference", preference);
        let targets = found.capacity_reservation_target().map(|found| {
            let mut target = block.new_block("capacity_reservation_target");
            target.set_filled_text("capacity_reservation_id", found.capacity_reservation_id());
            let group = found.capacity_reservation_resource_group_arn();
            target.set_filled_text("capacity_reservation_resource_group_arn", group);
            target
        });
        block.set_blocks("capacity_reservation_target", targets);
        block
    });
    object.set_blocks("capacity_reservation_specification", capacity);
    let cpu = instance.cpu_options().map(|found| {
        let mut block = object.new_block("cpu_options");
        block.set_text("amd_sev_snp", Some(found.amd_sev_snp().map_or("", AmdSevSnpSpecification::as_str)));
        block.set_int("core_count", found.core_count());
        block.set_int("threads_per_core", found.threads_per_core());
        block
    });
    object.set_blocks("cpu_options", cpu);
    let enclave = instance.enclave_options().map(|found| {
        let mut block = object.new_block("enclave_options");
        block.set_flag("enabled", Some(found.enabled().unwrap_or_default()));
        block
    });
    object.set_blocks("enclave_options", enclave);
    let maintenance = instance.maintenance_options().map(|found| {
        let mut block = object.new_block("maintenance_options");
        block.set_text("auto_recovery", found.auto_recovery().map(|state| state.as_str()));
        block
    });
    object.set_blocks("maintenance_options", maintenance);
    let metadata = instance.metadata_options().map(|found| {
        let mut block = object.new_block("metadata_options");
        let endpoint = found.http_endpoint().map_or("enabled", |state| state.as_str());
        block.set_text("http_endpoint", Some(endpoint));
        let ipv6 = found.http_protocol_ipv6().map_or("disabled", |state| state.as_str());
        block.set_text("http_protocol_ipv6", Some(ipv6));
        block.set_int("http_put_response_hop_limit", found.http_put_response_hop_limit());
        block.set_text("http_tokens", found.http_tokens().map(|state| state.as_str()));
        let tags = found.instance_metadata_tags().map_or("disabled", |state| state.as_str());
        block.set_text("instance_metadata_tags", Some(tags));
        block
    });
    object.set_blocks("metadata_options", metadata);
    let names = instance.private_dns_name_options().map(|found| {
        let mut block = object.new_block("private_dns_name_options");
        let a = found.enable_resource_name_dns_a_record().unwrap_or_default();
        let aaaa = found.enable_resource_name_dns_aaaa_record().unwrap_or_default();
        block.set_flag("enable_resource_name_dns_a_record", Some(a));
        block.set_flag("enable_resource_name_dns_aaaa_record", Some(aaaa));
        block.set_text("hostname_type", found.hostname_type().map(|kind| kind.as_str()));
        block
    });
    object.set_blocks("private_dns_name_options", names);
}

/// The interface at position 0.
pub(super) fn primary_interface(instance: &Instance) -> Option<&InstanceNetworkInterface> {
    instance.network_interfaces().iter().find(|found| position(found) == Some(0))
}

fn position(interface: &InstanceNetworkInterface) -> Option<i32> {
    interface.attachment().and_then(|attachment| attachment.device_index())
}

fn network(instance: &Instance, object: &mut Fields) {
    object.set_text("public_dns", Some(instance.public_dns_name().unwrap_or_default()));
    object.set_text("public_ip", Some(instance.public_ip_address().unwrap_or_default()));
    object.set_text("private_dns", Some(instance.private_dns_name().unwrap_or_default()));
    object.set_text("private_ip", Some(instance.private_ip_address().unwrap_or_default()));
    let Some(primary) = primary_interface(instance) else {
        object.set_flag("associate_public_ip_address", Some(instance.public_ip_address().is_some()));
        object.set_int("ipv6_address_count", Some(0));
        object.set_texts("ipv6_addresses", std::iter::empty::<&str>());
        object.set_texts("secondary_private_ips", std::iter::empty::<&str>());
        object.set_text("primary_network_interface_id", Some(""));
        object.set_text("subnet_id", Some(instance.subnet_id().unwrap_or_default()));
        if let Some(check) = instance.source_dest_check() {
            object.set_flag("source_dest_check", Some(check));
        }
        return;
    };
    // A stopped instance gives its public address back, and gets another one: what was asked for stays.
    let public = primary.association().is_some();
    if public || object.is_null("associate_public_ip_address") || state(instance).as_str() == "running" {
        object.set_flag("associate_public_ip_address", Some(public));
    }
    let ipv6 = primary.ipv6_addresses();
    object.set_int("ipv6_address_count", i64::try_from(ipv6.len()).ok());
    object.set_texts("ipv6_addresses", ipv6.iter().filter_map(|address| address.ipv6_address()));
    if let Some(first) = ipv6.first() {
        object.set_flag("enable_primary_ipv6", Some(first.is_primary_ipv6().unwrap_or_default()));
    }
    let secondary = primary.private_ip_addresses().iter().filter(|address| address.primary() != Some(true));
    object.set_texts("secondary_private_ips", secondary.filter_map(|address| address.private_ip_address()));
    object.set_text("primary_network_interface_id", primary.network_interface_id());
    object.set_text("subnet_id", primary.subnet_id().or(instance.subnet_id()));
    let check = primary.source_dest_check().or(instance.source_dest_check());
    object.set_flag("source_dest_check", Some(check.unwrap_or(true)));
    // Only interfaces that are written: others are attached by other means.
    let written: Vec<Option<i32>> =
        object.blocks("network_interface").iter().map(|block| block.int("device_index")).collect();
    let shown = instance.network_interfaces().iter().filter(|found| written.contains(&position(found)));
    let blocks: Vec<Fields> = shown
        .map(|found| {
            let attachment = found.attachment();
            let mut block = object.new_block("network_interface");
            block.set_int("device_index", position(found));
            let card = attachment.and_then(|attachment| attachment.network_card_index());
            block.set_int("network_card_index", Some(card.unwrap_or_default()));
            block.set_text("network_interface_id", found.network_interface_id());
            let goes_along = attachment.and_then(|attachment| attachment.delete_on_termination());
            block.set_flag("delete_on_termination", Some(goes_along.unwrap_or_default()));
            block
        })
        .collect();
    object.set_blocks("network_interface", blocks);
    let mut block = object.new_block("primary_network_interface");
    block.set_text("network_interface_id", primary.network_interface_id());
    let goes_along = primary.attachment().and_then(|attachment| attachment.delete_on_termination());
    block.set_flag("delete_on_termination", Some(goes_along.unwrap_or_default()));
    object.set_blocks("primary_network_interface", [block]);
}

/// Groups are shown by id in a VPC, and in a default VPC by name too.
async fn groups(region: &Region, instance: &Instance, object: &mut Fields) -> Result<(), Trouble> {
    // In a VPC groups belong to interfaces; those of the instance are those of the primary one.
    let of_interface = primary_interface(instance).map(|primary| primary.groups()).filter(|groups| !groups.is_empty());
    let found = of_interface.unwrap_or(instance.security_groups());
    let in_vpc = instance.subnet_id().is_some_and(|id| !id.is_empty());
    let ids = found.iter().filter(|_| in_vpc).filter_map(|group| group.group_id());
    object.set_texts("vpc_security_group_ids", ids);
    // Whether a VPC is the default one never changes, and what the state shows tells it: 1,000 instances ask nothing.
    let by_name = match instance.vpc_id().filter(|id| !id.is_empty()) {
        None => !in_vpc,
        Some(_) if !object.is_null("security_groups") => !object.texts("security_groups").is_empty(),
        Some(vpc) => {
            let vpc = region.reads.vpcs.get(vpc).await;
            let vpc = vpc.map_err(|why| why.while_doing(format!("read the VPC of EC2 instance {}", object.id())))?;
            vpc.is_some_and(|vpc| vpc.is_default() == Some(true))
        }
    };
    object.set_texts("security_groups", found.iter().filter(|_| by_name).filter_map(|group| group.group_name()));
    Ok(())
}

/// Whether instances of this type earn CPU credits.
pub(super) fn is_burstable(kind: &str) -> bool {
    BURSTABLE.iter().any(|family| kind.starts_with(family))
}

async fn credits(region: &Region, instance: &Instance, object: &mut Fields) -> Result<(), Trouble> {
    if !instance.instance_type().is_some_and(|kind| is_burstable(kind.as_str())) {
        object.set_blocks("credit_specification", []);
        return Ok(());
    }
    let found = match region.reads.credits.get(object.id()).await {
        // Not there in every partition.
        Err(why) if why.is("UnsupportedOperation") => None,
        other => {
            other.map_err(|why| why.while_doing(format!("read the CPU credits of EC2 instance {}", object.id())))?
        }
    };
    let block = found.map(|found| {
        let mut block = object.new_block("credit_specification");
        block.set_text("cpu_credits", found.cpu_credits());
        block
    });
    object.set_blocks("credit_specification", block);
    Ok(())
}

async fn spot(region: &Region, instance: &Instance, object: &mut Fields) -> Result<(), Trouble> {
    let lifecycle = instance.instance_lifecycle().map(|lifecycle| lifecycle.as_str()).unwrap_or_default();
    let request = instance.spot_instance_request_id().filter(|id| !id.is_empty() && !lifecycle.is_empty());
    object.set_text("instance_lifecycle", Some(lifecycle));
    object.set_text("spot_instance_request_id", Some(request.unwrap_or_default()));
    let Some(request) = request else {
        // Capacity blocks have no request; what was asked for stays.
        let market = ["capacity-block", "spot"].contains(&lifecycle).then(|| {
            let known = object.one("instance_market_options");
            let mut market = known.unwrap_or_else(|| object.new_block("instance_market_options"));
            market.set_text("market_type", Some(lifecycle));
            market
        });
        object.set_blocks("instance_market_options", market);
        return Ok(());
    };
    let found = region.reads.spot_requests.get(request).await;
    let found = found.map_err(|why| why.while_doing(format!("read spot request {request}")))?;
    let Some(found) = found else { return Ok(()) };
    let mut market = object.new_block("instance_market_options");
    market.set_text("market_type", Some("spot"));
    let mut options = market.new_block("spot_options");
    let behavior = found.instance_interruption_behavior().map(|behavior| behavior.as_str());
    options.set_text("instance_interruption_behavior", behavior);
    options.set_text("max_price", Some(found.spot_price().unwrap_or_default()));
    options.set_text("spot_instance_type", found.r#type().map(|kind| kind.as_str()));
    let until = found.valid_until().and_then(|time| time.fmt(Format::DateTime).ok());
    options.set_text("valid_until", Some(until.unwrap_or_default()));
    market.set_blocks("spot_options", [options]);
    object.set_blocks("instance_market_options", [market]);
    Ok(())
}

/// The launch template, which tags of AWS tell. A version of `$Latest` or `$Default` stays as it is written until the
/// template moves on; then the version that was launched is shown, so that the plan sees it.
async fn template(region: &Region, instance: &Instance, object: &mut Fields) -> Result<(), Trouble> {
    let tag = |key: &str| instance.tags().iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value());
    let (Some(id), Some(version)) = (tag("aws:ec2launchtemplate:id"), tag("aws:ec2launchtemplate:version")) else {
        return Ok(());
    };
    let found = region.reads.launch_templates.get(id).await;
    let found = found.map_err(|why| why.while_doing(format!("read launch template {id}")))?;
    let mut block = object.one("launch_template").unwrap_or_else(|| object.new_block("launch_template"));
    let written = block.filled_text("version").unwrap_or_default().to_owned();
    block.set_text("id", Some(id));
    let Some(found) = found else {
        // It was deleted; the instance remembers it.
        block.set_text("version", Some(version));
        object.set_blocks("launch_template", [block]);
        return Ok(());
    };
    block.set_text("name", found.launch_template_name());
    let meant = match written.as_str() {
        "$Latest" => found.latest_version_number(),
        "$Default" => found.default_version_number(),
        _ => None,
    };
    if meant.is_none_or(|meant| meant.to_string() != version) {
        block.set_text("version", Some(version));
    }
    object.set_blocks("launch_template", [block]);
    Ok(())
}

/// What the API tells of one instance at a time: only where it is written, or where the state says something else than
/// what an instance has by itself.
pub(super) async fn one_by_one(region: &Region, object: &mut Fields, written: &Written) -> Result<(), Trouble> {
    for (name, attribute) in [
        ("disable_api_stop", InstanceAttributeName::DisableApiStop),
        ("disable_api_termination", InstanceAttributeName::DisableApiTermination),
    ] {
        if written.has(name) || object.is_true(name) {
            let found = ask(region, object.id(), attribute).await?;
            let flag = match name {
                "disable_api_stop" => found.disable_api_stop(),
                _ => found.disable_api_termination(),
            };
            object.set_flag(name, Some(flag.and_then(AttributeBooleanValue::value).unwrap_or_default()));
        }
    }
    let behavior = "instance_initiated_shutdown_behavior";
    if written.has(behavior) || object.text(behavior) == Some("terminate") {
        let found = ask(region, object.id(), InstanceAttributeName::InstanceInitiatedShutdownBehavior).await?;
        let found = found.instance_initiated_shutdown_behavior().and_then(|value| value.value());
        object.set_text(behavior, Some(found.unwrap_or("stop")));
    }
    let (plain, encoded) = ("user_data", "user_data_base64");
    let has = |object: &Fields, name: &str| object.filled_text(name).is_some();
    if written.has(plain) || written.has(encoded) || has(object, plain) || has(object, encoded) {
        let found = ask(region, object.id(), InstanceAttributeName::UserData).await?;
        let found = found.user_data().and_then(|value| value.value()).unwrap_or_default();
        show_user_data(object, found);
    }
    if object.is_true("get_password_data") && object.filled_text("password_data").is_none() {
        let id = object.id().to_owned();
        let asked =
            region.ec2().call(Action::read("GetPasswordData"), |c| c.get_password_data().instance_id(&id).send());
        let found = asked.await.map_err(|why| why.while_doing(format!("read the password of EC2 instance {id}")))?;
        object.set_text("password_data", Some(found.password_data().unwrap_or_default().trim()));
    }
    Ok(())
}

/// User data goes where it was, as text or as base64; after an import it is text, where it is text at all.
fn show_user_data(object: &mut Fields, found: &str) {
    if object.filled_text("user_data_base64").is_some() {
        object.set_filled_text("user_data_base64", Some(found));
        return;
    }
    let before = object.text("user_data");
    // Base64 that was written as plain text was sent as it is.
    if before.is_some_and(|before| before == found) {
        return;
    }
    let text = aws_smithy_types::base64::decode(found).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text {
        Some(text) if text.is_empty() && before != Some("") => object.clear("user_data"),
        Some(text) => object.set_text("user_data", Some(text)),
        None => {
            object.clear("user_data");
            object.set_text("user_data_base64", Some(found));
        }
    }
}

async fn ask(
    region: &Region,
    id: &str,
    attribute: InstanceAttributeName,
) -> Result<aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput, Trouble> {
    let action = Action::read("DescribeInstanceAttribute");
    let asked = region
        .ec2()
        .call(action, |c| c.describe_instance_attribute().instance_id(id).attribute(attribute.clone()).send());
    asked.await.map_err(|why| why.while_doing(format!("read {} of EC2 instance {id}", attribute.as_str())))
}
