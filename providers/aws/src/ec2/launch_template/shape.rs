//! What a launch template looks like.

use super::requirements;
use crate::shape::{Shape, flag, int, text, text_map, text_set};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use value::Value;

/// All arguments and attributes but those of every type.
pub(super) fn shape() -> Shape {
    let named = |about| text().optional().computed().replaces().length(3, 128).check(check_name).about(about);
    let plain = |about| text().optional().about(about);
    Shape::default()
        .field("arn", text().computed().about("ARN of the template."))
        .field(
            "default_version",
            int().optional().computed().between(1, i64::MAX).about("Version that is used where none is named."),
        )
        .field("description", plain("Description of the version.").length(0, 255))
        .field("disable_api_stop", flag().optional().about("Refuse to stop instances through the API."))
        .field("disable_api_termination", flag().optional().about("Refuse to terminate instances through the API."))
        .field("ebs_optimized", maybe("Whether instances have bandwidth of their own for EBS: `true` or `false`."))
        .field("image_id", plain("Image, or a parameter of Systems Manager: `resolve:ssm:NAME`."))
        .field(
            "instance_initiated_shutdown_behavior",
            plain("What becomes of an instance that shuts itself down.").one_of(&["stop", "terminate"]),
        )
        .field("instance_type", plain("Type of the instances; not together with `instance_requirements`."))
        .field("kernel_id", plain("Kernel."))
        .field("key_name", plain("Key pair for logins."))
        .field("latest_version", int().computed().about("Number of the newest version."))
        .field("name", named("Name, unique in the region."))
        .field("name_prefix", named("What the name begins with; the rest is made up."))
        .field("ram_disk_id", plain("RAM disk."))
        .field("security_group_names", text_set().optional().about("Security groups of the default VPC, by name."))
        .field("update_default_version", flag().optional().about("Make each new version the default one."))
        .field("user_data", plain("User data for instances, in Base64.").check(check_base64))
        .field("vpc_security_group_ids", text_set().optional().about("Security groups of the first interface."))
        .list("block_device_mappings", "A disk, besides those of the image or instead of one of them.", disk())
        .one(
            "capacity_reservation_specification",
            "Which capacity reservations instances use.",
            Shape::default()
                .field(
                    "capacity_reservation_preference",
                    plain("Which reservations, where no target is named.").one_of(&[
                        "capacity-reservations-only",
                        "none",
                        "open",
                    ]),
                )
                .one(
                    "capacity_reservation_target",
                    "One reservation, or a group of them.",
                    Shape::default().field("capacity_reservation_id", plain("The reservation.")).field(
                        "capacity_reservation_resource_group_arn",
                        plain("ARN of the group of reservations.").check(check_arn),
                    ),
                ),
        )
        .one(
            "cpu_options",
            "Cores and threads.",
            Shape::default()
                .field("amd_sev_snp", plain("AMD SEV-SNP.").one_of(&["disabled", "enabled"]))
                .field("core_count", int().optional().about("Cores; with `threads_per_core`."))
                .field("threads_per_core", int().optional().about("Threads of each core; 1 means no hyper-threading.")),
        )
        .one(
            "credit_specification",
            "CPU credits, for burstable types.",
            Shape::default()
                .field("cpu_credits", plain("What happens without credits.").one_of(&["standard", "unlimited"])),
        )
        .one(
            "enclave_options",
            "Nitro Enclaves.",
            Shape::default().field("enabled", flag().optional().about("Whether instances can have enclaves.")),
        )
        .one(
            "hibernation_options",
            "Hibernation.",
            Shape::default().field("configured", flag().required().about("Whether instances can hibernate.")),
        )
        .one(
            "iam_instance_profile",
            "Role of the instances.",
            Shape::default()
                .field("arn", plain("ARN of the instance profile.").check(check_arn))
                .field("name", plain("Name of the instance profile; not together with `arn`.")),
        )
        .one(
            "instance_market_options",
            "How instances are bought.",
            Shape::default().field("market_type", plain("Kind of market.").one_of(&["capacity-block", "spot"])).one(
                "spot_options",
                "Terms of spot instances.",
                spot(),
            ),
        )
        .one("instance_requirements", "What instance types must be like, instead of one type.", requirements::shape())
        .set(
            "license_specification",
            "A license configuration.",
            Shape::default().field(
                "license_configuration_arn",
                text().required().check(check_arn).about("ARN of the license configuration."),
            ),
        )
        .one(
            "maintenance_options",
            "Maintenance.",
            Shape::default().field(
                "auto_recovery",
                plain("Whether instances move when their hardware fails.").one_of(&["default", "disabled"]),
            ),
        )
        .one("metadata_options", "The instance metadata service.", metadata())
        .with_block("metadata_options", |block| block.computed = true)
        .one(
            "monitoring",
            "CloudWatch.",
            Shape::default().field("enabled", flag().optional().about("Whether there are numbers for each minute.")),
        )
        .list("network_interfaces", "A network interface.", interface())
        .one("placement", "Where instances run.", placement())
        .one(
            "private_dns_name_options",
            "Host names of the instances.",
            Shape::default()
                .field("enable_resource_name_dns_a_record", flag().optional().about("A records of resource names."))
                .field(
                    "enable_resource_name_dns_aaaa_record",
                    flag().optional().about("AAAA records of resource names."),
                )
                .field("hostname_type", plain("Kind of host name.").one_of(&["ip-name", "resource-name"])),
        )
        .list(
            "tag_specifications",
            "Tags for what an instance is launched with.",
            Shape::default()
                .field("resource_type", plain("What is tagged, such as `instance` or `volume`."))
                .field("tags", text_map().optional().about("The tags.")),
        )
}

fn disk() -> Shape {
    let plain = |about| text().optional().about(about);
    Shape::default()
        .field("device_name", plain("Name of the device, such as `/dev/sda1`."))
        .field("no_device", plain("Leave this device of the image out."))
        .field("virtual_name", plain("Name of an instance store volume, such as `ephemeral0`."))
        .one(
            "ebs",
            "An EBS volume.",
            Shape::default()
                .field("delete_on_termination", maybe("Whether the volume goes with its instance: `true` or `false`."))
                .field("encrypted", maybe("Whether it is encrypted: `true` or `false`."))
                .field("iops", int().optional().computed().about("Operations a second; for `io1`, `io2` and `gp3`."))
                .field("kms_key_id", plain("Key that encrypts it; needs `encrypted`."))
                .field("snapshot_id", plain("Snapshot that the volume begins as."))
                .field("throughput", int().optional().computed().between(125, 2_000).about("MiB a second; for `gp3`."))
                .field(
                    "volume_initialization_rate",
                    int().optional().between(100, 300).about("MiB a second at which the snapshot is loaded."),
                )
                .field("volume_size", int().optional().computed().about("Size in GiB."))
                .field(
                    "volume_type",
                    text()
                        .optional()
                        .computed()
                        .one_of(&["standard", "gp2", "gp3", "io1", "io2", "sc1", "st1"])
                        .about("Type of the volume."),
                ),
        )
}

fn spot() -> Shape {
    let plain = |about| text().optional().about(about);
    Shape::default()
        .field("block_duration_minutes", int().optional().check(check_hours).about("Minutes, whole hours."))
        .field(
            "instance_interruption_behavior",
            plain("What becomes of an instance when it is interrupted.").one_of(&["hibernate", "stop", "terminate"]),
        )
        .field("max_price", plain("Most that an hour may cost, in US dollars."))
        .field("spot_instance_type", plain("Kind of request.").one_of(&["one-time", "persistent"]))
        .field(
            "valid_until",
            plain("When the request ends, as RFC 3339 has it.").computed().check(check_time).same_when(same_time),
        )
}

fn metadata() -> Shape {
    let word = |words, about| text().optional().computed().one_of(words).about(about);
    const SWITCH: &[&str] = &["disabled", "enabled"];
    Shape::default()
        .field("http_endpoint", word(SWITCH, "Whether there is the service."))
        .field("http_protocol_ipv6", word(SWITCH, "Whether it answers on IPv6."))
        .field(
            "http_put_response_hop_limit",
            int().optional().computed().between(1, 64).about("Hops that a token may travel."),
        )
        .field("http_tokens", word(&["optional", "required"], "Whether requests need a token (IMDSv2)."))
        .field("instance_metadata_tags", word(SWITCH, "Whether it tells the tags of the instance."))
}

fn interface() -> Shape {
    let plain = |about| text().optional().about(about);
    let number = |about| int().optional().about(about);
    let texts = |about| text_set().optional().about(about);
    Shape::default()
        .field("associate_carrier_ip_address", maybe("Give it a carrier IP address: `true` or `false`."))
        .field("associate_public_ip_address", maybe("Give it a public IPv4 address: `true` or `false`."))
        .field("delete_on_termination", maybe("Whether it goes with its instance: `true` or `false`."))
        .field("description", plain("Description."))
        .field("device_index", number("Place of the interface; 0 is the first."))
        .field("interface_type", plain("Kind of interface.").one_of(&["efa", "efa-only", "interface"]))
        .field("ipv4_address_count", number("How many secondary IPv4 addresses it gets."))
        .field("ipv4_addresses", texts("IPv4 addresses."))
        .field("ipv4_prefix_count", number("How many IPv4 prefixes it gets."))
        .field("ipv4_prefixes", texts("IPv4 prefixes."))
        .field("ipv6_address_count", number("How many IPv6 addresses it gets."))
        .field("ipv6_addresses", texts("IPv6 addresses."))
        .field("ipv6_prefix_count", number("How many IPv6 prefixes it gets."))
        .field("ipv6_prefixes", texts("IPv6 prefixes."))
        .field("network_card_index", number("Network card, for types with several."))
        .field("network_interface_id", plain("An interface that is there already."))
        .field("primary_ipv6", maybe("Keep the first IPv6 address for the life of the instance: `true` or `false`."))
        .field("private_ip_address", plain("Primary IPv4 address."))
        .field("security_groups", texts("Security groups, by id."))
        .field("subnet_id", plain("Subnet."))
        .one(
            "connection_tracking_specification",
            "How long idle connections are remembered.",
            Shape::default()
                .field("tcp_established_timeout", number("Seconds for TCP: 60 to 432000."))
                .field("udp_stream_timeout", number("Seconds for UDP with several packets each way: 60 to 180."))
                .field("udp_timeout", number("Seconds for other UDP: 30 to 60.")),
        )
        .one(
            "ena_srd_specification",
            "ENA Express.",
            Shape::default().field("ena_srd_enabled", flag().optional().about("Whether it is on.")).one(
                "ena_srd_udp_specification",
                "ENA Express for UDP.",
                Shape::default().field("ena_srd_udp_enabled", flag().optional().about("Whether UDP uses it.")),
            ),
        )
}

fn placement() -> Shape {
    let plain = |about| text().optional().about(about);
    Shape::default()
        .field("affinity", plain("Affinity to a dedicated host."))
        .field("availability_zone", plain("Zone."))
        .field("group_id", plain("Placement group, by id; not together with `group_name`."))
        .field("group_name", plain("Placement group, by name."))
        .field("host_id", plain("Dedicated host."))
        .field("host_resource_group_arn", plain("ARN of a group of dedicated hosts.").check(check_arn))
        .field("partition_number", int().optional().about("Partition of a placement group of partitions."))
        .field("spread_domain", plain("Reserved by AWS."))
        .field("tenancy", plain("Whose hardware.").one_of(&["dedicated", "default", "host"]))
}

/// True, false or not said: a text, as `hashicorp/aws` has it.
fn maybe(about: &'static str) -> crate::shape::Field {
    text().optional().one_of(&["", "false", "true"]).about(about)
}

/// "CreateLaunchTemplate", LaunchTemplateName.
fn check_name(value: &Value) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "()./_-".contains(c);
    match value.as_str() {
        Some(name) if !name.chars().all(allowed) => {
            Err("Names of launch templates are made of a-z, A-Z, 0-9 and ().-/_.".into())
        }
        _ => Ok(()),
    }
}

fn check_arn(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) if !text.is_empty() && (!text.starts_with("arn:") || text.split(':').count() < 6) => {
            Err("It must be an ARN, such as arn:aws:SERVICE:REGION:ACCOUNT:NAME.".into())
        }
        _ => Ok(()),
    }
}

fn check_hours(value: &Value) -> Result<(), String> {
    match value.as_number().and_then(|number| number.to_i64()) {
        Some(minutes) if minutes % 60 != 0 => Err("It must be a multiple of 60.".into()),
        _ => Ok(()),
    }
}

pub(super) fn time(text: &str) -> Option<DateTime> {
    DateTime::from_str(text, Format::DateTimeWithOffset).ok()
}

fn check_time(value: &Value) -> Result<(), String> {
    match value.as_str().map(time) {
        Some(None) => Err("A time is written like 2026-01-31T12:00:00Z.".into()),
        _ => Ok(()),
    }
}

fn same_time(one: &Value, other: &Value) -> bool {
    let times = (one.as_str().and_then(time), other.as_str().and_then(time));
    matches!(times, (Some(one), Some(other)) if one == other)
}

/// User data may hold secrets: nothing of it is shown.
fn check_base64(value: &Value) -> Result<(), String> {
    let Some(text) = value.as_str() else { return Ok(()) };
    let body = text.trim_end_matches('=');
    let proper = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    match proper && text.len() % 4 == 0 && text.len() - body.len() <= 2 {
        true => Ok(()),
        false => Err("It must be in Base64: use base64encode or filebase64.".into()),
    }
}
