//! What `aws_instance` looks like.

use crate::kms::names::same_key;
use crate::shape::{Definition, Field, Group, Shape, flag, int, text, text_map, text_set, texts};
use value::Value;

pub(super) fn definition() -> Definition {
    let about = "A virtual machine with its first disks and its place: zone, subnet, placement group.";
    Definition::new("aws_instance", "EC2 instance", about, disks(options(network(machine()))))
        .version(2)
        .regional()
        .tagged()
        .timeouts(&[("create", 10), ("read", 15), ("update", 10), ("delete", 20)])
        .group(Group::AtLeastOne(&["ami", "launch_template"]))
        .group(Group::AtLeastOne(&["instance_type", "launch_template"]))
        .group(Group::AtMostOne(&["user_data", "user_data_base64"]))
        .group(Group::AtMostOne(&["ipv6_address_count", "ipv6_addresses"]))
        .group(Group::AtMostOne(&["host_resource_group_arn", "placement_group", "placement_group_id"]))
        .import("i-0123456789abcdef0")
}

/// Decided at the launch, or by it.
fn given() -> Field {
    text().optional().computed().replaces()
}

fn machine() -> Shape {
    Shape::default()
        .field("ami", given().about("Image that the root volume begins as; needed unless a launch template names one."))
        .field("arn", text().computed().about("ARN of the instance."))
        .field("availability_zone", given().about("Zone; with a subnet it is that of the subnet."))
        .field("disable_api_stop", flag().optional().computed().about("Refuse to stop it through the API."))
        .field("disable_api_termination", flag().optional().computed().about("Refuse to terminate it through the API."))
        .field("ebs_optimized", flag().optional().computed().replaces().about("Bandwidth of its own to EBS volumes."))
        .field(
            "force_destroy",
            flag().default(false).about(
                "When it is destroyed, lift `disable_api_termination` and `disable_api_stop` first. It has an effect \
                 once it is applied.",
            ),
        )
        .field("get_password_data", flag().default(false).about("Wait for the Windows password and keep it, encrypted."))
        .field("hibernation", flag().optional().computed().replaces().about("It can hibernate."))
        .field("host_id", given().about("Dedicated host to run on."))
        .field(
            "host_resource_group_arn",
            text().optional().computed().about("Resource group whose hosts it may run on.").check(arn),
        )
        .field("iam_instance_profile", text().optional().computed().about("Name of the IAM instance profile."))
        .field(
            "instance_initiated_shutdown_behavior",
            text().optional().computed().one_of(&["stop", "terminate"]).about("What a shutdown from within does."),
        )
        .field("instance_lifecycle", text().computed().about("`spot` or `scheduled`; empty for on-demand."))
        .field("instance_state", text().computed().about("State, such as `running` or `stopped`."))
        .field(
            "instance_type",
            text().optional().computed().about("Type. A change stops the instance and starts it again."),
        )
        .field("key_name", given().about("Key pair for logins."))
        .field("monitoring", flag().optional().computed().about("Metrics each minute instead of each five minutes."))
        .field("outpost_arn", text().computed().about("ARN of the Outpost."))
        .field("password_data", text().computed().about("Windows password, encrypted with the key pair."))
        .field("placement_group", given().about("Name of the placement group."))
        .field("placement_group_id", given().about("Id of the placement group."))
        .field(
            "placement_partition_number",
            int().optional().computed().replaces().between(0, 7).about("Partition of a `partition` group."),
        )
        .field("spot_instance_request_id", text().computed().about("Id of the spot request."))
        .field(
            "tenancy",
            given().one_of(&["default", "dedicated", "host"]).about("Whether its hardware is shared."),
        )
        .field(
            "user_data",
            text().optional().about(
                "Text that the instance gets at its first start. It is in the state as it is written: put no secrets \
                 here. A change stops the instance and starts it again.",
            )
            .check(user_data),
        )
        .field(
            "user_data_base64",
            text().optional().computed().about("The same in base64, for data that is no text.").check(base64),
        )
        .field(
            "user_data_replace_on_change",
            flag().default(false).about("Replace the instance when its user data changes."),
        )
}

fn network(shape: Shape) -> Shape {
    let interface = Shape::default()
        .field("delete_on_termination", flag().default(false).replaces().about("It goes with the instance."))
        .field("device_index", int().required().replaces().about("Position; 0 is the primary interface."))
        .field("network_card_index", int().default(0).replaces().about("Network card."))
        .field("network_interface_id", text().required().replaces().about("Id of the interface."));
    let primary = Shape::default()
        .field("delete_on_termination", flag().computed().about("It goes with the instance."))
        .field("network_interface_id", text().required().replaces().about("Id of the interface."));
    shape
        .field(
            "associate_public_ip_address",
            flag().optional().computed().replaces().about("A public address, whatever the subnet says."),
        )
        .field("enable_primary_ipv6", flag().optional().computed().about("The first IPv6 address is the primary one."))
        .field("ipv6_address_count", int().optional().computed().about("Number of IPv6 addresses from the subnet."))
        .field("ipv6_addresses", texts().optional().computed().replaces().about("IPv6 addresses.").check(each_ipv6))
        .field("primary_network_interface_id", text().computed().about("Id of the primary interface."))
        .field("private_dns", text().computed().about("Name within the VPC."))
        .field("private_ip", given().about("Private address.").check(ipv4))
        .field("public_dns", text().computed().about("Public name; empty without a public address."))
        .field("public_ip", text().computed().about("Public address; empty without one."))
        .field(
            "secondary_private_ips",
            text_set().optional().computed().about("More private addresses of the primary interface.").check(each_ipv4),
        )
        .field(
            "security_groups",
            text_set().optional().computed().replaces().about("Names of security groups, in a default VPC."),
        )
        .field(
            "source_dest_check",
            flag().default(true).about("Drop packets that are neither from nor for it; off for routers."),
        )
        .field("subnet_id", given().about("Subnet."))
        .field("vpc_security_group_ids", text_set().optional().computed().about("Ids of security groups."))
        .set("network_interface", "Network interfaces that are there, attached at the launch.", interface)
        .with_block("network_interface", |block| (block.computed, block.replaces) = (true, true))
        .one("primary_network_interface", "A network interface that is there, as the primary one.", primary)
        .with_block("primary_network_interface", |block| (block.computed, block.replaces) = (true, true))
}

fn options(shape: Shape) -> Shape {
    let target = Shape::default()
        .field("capacity_reservation_id", text().optional().about("Id of the reservation."))
        .field("capacity_reservation_resource_group_arn", text().optional().about("Group of reservations.").check(arn));
    let capacity = Shape::default()
        .field(
            "capacity_reservation_preference",
            text().optional().one_of(&["capacity-reservations-only", "none", "open"]).about("Whether it uses one."),
        )
        .one("capacity_reservation_target", "The reservation to use.", target);
    let cpu = Shape::default()
        .field(
            "amd_sev_snp",
            given().one_of(&["disabled", "enabled"]).about("AMD SEV-SNP.").same_when(|one, other| {
                // Types without it show nothing.
                one.as_str() == Some("") && other.as_str() == Some("disabled")
            }),
        )
        .field("core_count", int().optional().computed().replaces().about("Cores."))
        .field("threads_per_core", int().optional().computed().replaces().about("1 turns hyperthreading off."));
    let credits = Shape::default()
        .field("cpu_credits", text().optional().one_of(&["standard", "unlimited"]).about("What happens at the limit."));
    let enclave =
        Shape::default().field("enabled", flag().optional().computed().replaces().about("It can hold enclaves."));
    let spot = Shape::default()
        .field(
            "instance_interruption_behavior",
            given().one_of(&["hibernate", "stop", "terminate"]).about("What an interruption does."),
        )
        .field("max_price", given().about("Highest price for an hour; the on-demand price when not set."))
        .field("spot_instance_type", given().one_of(&["one-time", "persistent"]).about("Kind of request."))
        .field("valid_until", given().about("End of a persistent request, as RFC 3339 has it."));
    let market = Shape::default()
        .field("market_type", given().one_of(&["capacity-block", "spot"]).about("Kind of market."))
        .one("spot_options", "How spot capacity is asked for.", spot)
        .with_block("spot_options", |block| (block.computed, block.replaces) = (true, true));
    let template = Shape::default()
        .field("id", given().about("Id of the template."))
        .field("name", given().about("Name of the template."))
        .field("version", text().default("$Default").length(1, 255).about("Version, `$Default` or `$Latest`."));
    let maintenance = Shape::default().field(
        "auto_recovery",
        text().optional().computed().one_of(&["default", "disabled"]).about("Recover it when its hardware fails."),
    );
    let metadata = Shape::default()
        .field("http_endpoint", text().default("enabled").one_of(SWITCH).about("The metadata service."))
        .field("http_protocol_ipv6", text().default("disabled").one_of(SWITCH).about("Its IPv6 endpoint."))
        .field(
            "http_put_response_hop_limit",
            int().optional().computed().between(1, 64).about("How many hops its answers go."),
        )
        .field(
            "http_tokens",
            text().optional().computed().one_of(&["optional", "required"]).about("Whether it wants session tokens."),
        )
        .field("instance_metadata_tags", text().optional().computed().one_of(SWITCH).about("Tags in the metadata."));
    let names = Shape::default()
        .field("enable_resource_name_dns_a_record", flag().optional().computed().about("An A record for the name."))
        .field("enable_resource_name_dns_aaaa_record", flag().optional().computed().about("An AAAA record for it."))
        .field(
            "hostname_type",
            text().optional().computed().one_of(&["ip-name", "resource-name"]).about("What the host name is made of."),
        );
    shape
        .one("capacity_reservation_specification", "Whether and which capacity reservation it uses.", capacity)
        .with_block("capacity_reservation_specification", |block| block.computed = true)
        .one("cpu_options", "Cores and threads.", cpu)
        .with_block("cpu_options", |block| block.computed = true)
        .one("credit_specification", "CPU credits of burstable types.", credits)
        .with_block("credit_specification", |block| block.computed = true)
        .one("enclave_options", "Nitro enclaves.", enclave)
        .with_block("enclave_options", |block| block.computed = true)
        .one("instance_market_options", "Another market than on-demand.", market)
        .with_block("instance_market_options", |block| (block.computed, block.replaces) = (true, true))
        .one("launch_template", "Launch template; what is written here wins over it.", template)
        .with_block("launch_template", |block| block.replaces = true)
        .one("maintenance_options", "Automatic recovery.", maintenance)
        .with_block("maintenance_options", |block| block.computed = true)
        .one("metadata_options", "The instance metadata service.", metadata)
        .with_block("metadata_options", |block| block.computed = true)
        .one("private_dns_name_options", "Names within the VPC.", names)
        .with_block("private_dns_name_options", |block| block.computed = true)
}

const SWITCH: &[&str] = &["disabled", "enabled"];

fn disks(shape: Shape) -> Shape {
    let ephemeral = Shape::default()
        .field("device_name", text().required().about("Device."))
        .field("no_device", flag().optional().about("Leave out a device that the image maps."))
        .field("virtual_name", text().optional().about("Such as `ephemeral0`."));
    let root = volume(Shape::default())
        .field("device_name", text().computed().about("Device, as the image has it."))
        .field("encrypted", flag().optional().computed().replaces().about("Whether it is encrypted."))
        .field("kms_key_id", given().same_when(same_key).about("Key that encrypts it, of the instance's region."));
    // A change of these replaces the instance too; the plan sees to it, because tags do not.
    let more = volume(Shape::default())
        .field("device_name", text().required().about("Device, such as `/dev/sdf`."))
        .field("encrypted", flag().optional().computed().about("Whether it is encrypted."))
        .field("kms_key_id", text().optional().computed().about("Key that encrypts it, of the instance's region."))
        .field("snapshot_id", text().optional().computed().about("Snapshot that it begins as."));
    shape
        .field("volume_tags", text_map().optional().about("Tags of all volumes that it is launched with."))
        .list("root_block_device", "The root volume; size, type and performance change in place.", root)
        .with_block("root_block_device", |block| (block.computed, block.max) = (true, 1))
        .set("ebs_block_device", "More volumes that it is launched with. A change replaces the instance.", more)
        .with_block("ebs_block_device", |block| block.computed = true)
        .set("ephemeral_block_device", "Instance store volumes.", ephemeral)
        .with_block("ephemeral_block_device", |block| (block.computed, block.replaces) = (true, true))
}

fn volume(shape: Shape) -> Shape {
    shape
        .field("delete_on_termination", flag().default(true).about("It goes with the instance."))
        .field("iops", int().optional().computed().about("Operations a second; for `io1`, `io2` and `gp3`."))
        .field("tags", text_map().optional().about("Tags of the volume."))
        .field("tags_all", text_map().optional().computed().about("Its tags with `default_tags`."))
        .field("throughput", int().optional().computed().about("MiB a second; for `gp3`."))
        .field("volume_id", text().computed().about("Id of the volume."))
        .field("volume_size", int().optional().computed().between(1, 65_536).about("Size in GiB."))
        .field("volume_type", text().optional().computed().one_of(super::disks::TYPES).about("Type of the volume."))
}

fn arn(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) if !text.is_empty() && (!text.starts_with("arn:") || text.splitn(6, ':').count() < 6) => {
            Err("It must be an ARN.".into())
        }
        _ => Ok(()),
    }
}

fn ipv4(value: &Value) -> Result<(), String> {
    match value.as_str().map(str::parse::<std::net::Ipv4Addr>) {
        Some(Err(_)) => Err("It must be an IPv4 address.".into()),
        _ => Ok(()),
    }
}

fn each_ipv4(value: &Value) -> Result<(), String> {
    value.as_items().unwrap_or_default().iter().try_for_each(ipv4)
}

fn each_ipv6(value: &Value) -> Result<(), String> {
    let mut items = value.as_items().unwrap_or_default().iter().filter_map(Value::as_str);
    match items.all(|text| text.parse::<std::net::Ipv6Addr>().is_ok()) {
        true => Ok(()),
        false => Err("Each must be an IPv6 address.".into()),
    }
}

/// Limits of RunInstances: 16 KiB before the encoding.
fn user_data(value: &Value) -> Result<(), String> {
    match value.as_str().map(str::len) {
        Some(bytes) if bytes > 16_384 => Err(format!("It has {bytes} bytes; 16384 are the most.")),
        _ => Ok(()),
    }
}

fn base64(value: &Value) -> Result<(), String> {
    match value.as_str().map(aws_smithy_types::base64::decode) {
        Some(Err(_)) => Err("It is not base64.".into()),
        _ => Ok(()),
    }
}
