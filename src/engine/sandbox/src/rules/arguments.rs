//! Rules about arguments alone. A missing attribute is unknown, null is not set.

use crate::object::{text, whole};
use crate::refusal::Refusal;
use serde_json::{Map, Value as Json};

type Arguments = Map<String, Json>;

/// True when the argument is known not to be set.
fn unset(arguments: &Arguments, name: &str) -> bool {
    match arguments.get(name) {
        Some(Json::Null) => true,
        Some(Json::String(text)) => text.is_empty(),
        Some(Json::Number(number)) => number.as_i64() == Some(0),
        _ => false,
    }
}

/// True when the argument is known to be set.
fn set(arguments: &Arguments, name: &str) -> bool {
    arguments.contains_key(name) && !unset(arguments, name)
}

fn invalid(message: impl Into<String>, next: &str) -> Result<(), Refusal> {
    Err(Refusal::new("InvalidParameterCombination", message, next))
}

pub(super) fn volume_arguments(arguments: &Arguments) -> Result<(), Refusal> {
    if unset(arguments, "size") && unset(arguments, "snapshot_id") {
        return invalid("a volume needs size or snapshot_id", "Set size (GiB), or name a snapshot.");
    }
    let kind = match arguments.get("type") {
        None => return Ok(()),
        Some(_) => text(arguments, "type").unwrap_or("gp2"),
    };
    if !["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"].contains(&kind) {
        return invalid(format!("unknown volume type {kind:?}"), "Use gp3, gp2, io2, io1, st1, sc1 or standard.");
    }
    let provisioned = ["io1", "io2"].contains(&kind);
    if provisioned && unset(arguments, "iops") {
        return invalid(format!("'iops' must be set when 'type' is '{kind}'"), "Set iops.");
    }
    // After an apply gp2 volumes carry their base IOPS, so only other types are told to have none.
    if ["sc1", "st1", "standard"].contains(&kind) && set(arguments, "iops") {
        return invalid(
            format!("'iops' must not be set when 'type' is '{kind}'"),
            "Remove iops, or use gp3, io1 or io2.",
        );
    }
    if kind != "gp3" && set(arguments, "throughput") {
        return invalid(
            format!("'throughput' must not be set when 'type' is '{kind}'"),
            "Remove throughput, or use gp3.",
        );
    }
    let shared = arguments.get("multi_attach_enabled").and_then(Json::as_bool) == Some(true);
    if shared && !provisioned {
        let message = format!("'multi_attach_enabled' must not be set when 'type' is '{kind}'");
        return invalid(message, "Use io1 or io2 for a volume that several instances attach.");
    }
    Ok(())
}

pub(super) fn one_zone_argument(arguments: &Arguments) -> Result<(), Refusal> {
    // Every object has both; only in a configuration, which has no id, they conflict.
    let both = set(arguments, "availability_zone") && set(arguments, "availability_zone_id");
    if both && text(arguments, "id").is_none() {
        return invalid("availability_zone conflicts with availability_zone_id", "Give one of the two.");
    }
    Ok(())
}

pub(super) fn instance_arguments(arguments: &Arguments) -> Result<(), Refusal> {
    let template = arguments.get("launch_template").and_then(Json::as_array).map(Vec::len);
    if template != Some(0) {
        return Ok(());
    }
    for name in ["ami", "instance_type"] {
        if unset(arguments, name) {
            let message = format!("one of `{name},launch_template` must be specified");
            return Err(Refusal::new("MissingParameter", message, format!("Set {name}, or name a launch template.")));
        }
    }
    Ok(())
}

pub(super) fn deletion_window(arguments: &Arguments) -> Result<(), Refusal> {
    match whole(arguments, "deletion_window_in_days") {
        Some(days) if !(7..=30).contains(&days) => Err(Refusal::new(
            "ValidationException",
            format!("deletion_window_in_days is {days}, must be between 7 and 30"),
            "Choose 7 to 30 days; the longer, the more time to notice a mistake.",
        )),
        _ => Ok(()),
    }
}

pub(super) fn alias_named(arguments: &Arguments) -> Result<(), Refusal> {
    for name in ["name", "name_prefix"] {
        let Some(alias) = text(arguments, name) else {
            continue;
        };
        if !alias.starts_with("alias/") || alias.starts_with("alias/aws/") {
            let message = format!("alias name {alias:?} must begin with \"alias/\" and not with \"alias/aws/\"");
            return Err(Refusal::new("InvalidAliasNameException", message, "Write alias/NAME."));
        }
    }
    Ok(())
}

pub(super) fn bucket_named(arguments: &Arguments) -> Result<(), Refusal> {
    let Some(bucket) = text(arguments, "bucket") else {
        return Ok(());
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let ends = bucket.starts_with(plain) && bucket.ends_with(plain);
    let inside = bucket.chars().all(|c| plain(c) || c == '.' || c == '-') && !bucket.contains("..");
    if (3..=63).contains(&bucket.len()) && ends && inside {
        return Ok(());
    }
    Err(Refusal::new(
        "InvalidBucketName",
        format!("The specified bucket is not valid: {bucket:?}"),
        "Use 3 to 63 lower case letters, digits, dots and hyphens; begin and end with a letter or digit.",
    ))
}

pub(super) fn placement_strategy(arguments: &Arguments) -> Result<(), Refusal> {
    let Some(strategy) = text(arguments, "strategy") else {
        return Ok(());
    };
    if !["cluster", "partition", "spread"].contains(&strategy) {
        let message = format!("The placement strategy {strategy:?} is not valid");
        return Err(Refusal::new("InvalidParameterValue", message, "Use cluster, partition or spread."));
    }
    match whole(arguments, "partition_count") {
        Some(count) if strategy == "partition" && !(1..=7).contains(&count) => Err(Refusal::new(
            "InvalidParameterValue",
            format!("partition_count is {count}, must be between 1 and 7"),
            "Choose 1 to 7 partitions per zone.",
        )),
        Some(count) if strategy != "partition" && count != 0 => {
            invalid("partition_count only goes with strategy \"partition\"", "Remove partition_count.")
        }
        _ => Ok(()),
    }
}

pub(super) fn public_key(arguments: &Map<String, Json>) -> Result<(), Refusal> {
    let Some(key) = text(arguments, "public_key") else {
        return Ok(());
    };
    let mut words = key.split_whitespace();
    let kind = words.next().unwrap_or_default();
    if ["ssh-rsa", "ssh-ed25519"].contains(&kind) && words.next().is_some_and(|body| body.starts_with("AAAA")) {
        return Ok(());
    }
    Err(Refusal::new(
        "InvalidKey.Format",
        "Key is not in valid OpenSSH public key format.",
        "Give the text of a .pub file: ssh-ed25519 or ssh-rsa, a space, the key.",
    ))
}
