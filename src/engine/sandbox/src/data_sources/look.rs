//! Objects of the world, found by their attributes.

use super::filter::Filters;
use super::{Found, Looking};
use crate::fill::{default_group, default_subnet, default_vpc};
use crate::keys::{KEY_KINDS, named, opens};
use crate::object::{flag, text};
use crate::refusal::Refusal;
use crate::{KeyState, Object, ids};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

type Attributes = Map<String, Json>;

/// The one of several that fit. `by` is the attribute that tells the newest, a time.
pub(super) fn one(mut fitting: Vec<Attributes>, what: &str, by: &str, newest: bool) -> Found {
    // Of equal age the last one by id, so that the answer is always the same.
    fitting.sort_by(|a, b| (text(a, by), text(a, "id")).cmp(&(text(b, by), text(b, "id"))));
    if fitting.len() > 1 && !newest {
        let ids: Vec<&str> = fitting.iter().filter_map(|o| text(o, "id")).collect();
        let message = format!("{} fit: {}", ids.len(), ids.join(", "));
        return Err(Refusal::new("TooManyResults", message, format!("Say more about the {what} that is meant.")));
    }
    let found = fitting.pop().ok_or_else(|| {
        let next = format!("Make one in the region, or say less about the {what}.");
        Refusal::new("NoResults", format!("there is no {what} like that in the sandbox"), next)
    })?;
    Ok(Json::Object(found))
}

fn with(attributes: &Attributes, more: Json) -> Attributes {
    let mut all = attributes.clone();
    all.extend(more.as_object().cloned().unwrap_or_default());
    all
}

/// Filters by the names on the left, and by tags.
fn filters(looking: &Looking<'_>, names: &[(&str, &str)]) -> Result<Filters, Refusal> {
    let known: Vec<&str> = names.iter().map(|(name, _)| *name).chain(["tag:"]).collect();
    Filters::of(looking.asked, &known)
}

fn tags(attributes: &Attributes) -> Json {
    attributes.get("tags_all").filter(|tags| !tags.is_null()).cloned().unwrap_or_else(|| json!({}))
}

/// DescribeKey: by id, ARN or alias.
pub(super) fn key(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    let reference = looking.text("key_id").unwrap_or_default();
    let account = looking.cloud.overlay.account.as_ref();
    let managed = crate::keys::managed_ebs_key(looking.cloud, region);
    if reference == "alias/aws/ebs" || reference == managed {
        let id = ids::uuid("aws/ebs", 0, region);
        return Ok(json!({
            "id": id, "arn": managed, "aws_account_id": account, "region": region, "enabled": true,
            "description": "Default key that protects my EBS volumes when no other key is defined",
            "key_manager": "AWS", "key_state": "Enabled", "key_spec": "SYMMETRIC_DEFAULT",
            "customer_master_key_spec": "SYMMETRIC_DEFAULT", "key_usage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS",
            "multi_region": false, "multi_region_configuration": [], "xks_key_configuration": [],
            "creation_date": ids::time(0), "expiration_model": "", "pending_deletion_window_in_days": 0,
        }));
    }
    let kinds = KEY_KINDS.map(Arc::<str>::from);
    let waiting = || {
        let mut all = kinds.iter().flat_map(|kind| looking.world.of_region(kind, region));
        all.find(|o| o.key.id.as_ref() == reference || o.arn.as_ref() == reference)
    };
    let key = named(looking.world, &kinds, region, reference).or_else(waiting);
    let key = key.ok_or_else(|| no_key(reference, region))?;
    let of = |name: &str| key.attributes.get(name).filter(|v| !v.is_null()).cloned();
    let state = match (key.state, opens(looking.world, &key.arn) || !switched_off(key)) {
        (KeyState::PendingDeletion, _) => "PendingDeletion",
        (_, true) => "Enabled",
        (_, false) => "Disabled",
    };
    let spec = of("customer_master_key_spec").or_else(|| of("key_spec"));
    Ok(json!({
        "id": *key.key.id, "arn": *key.arn, "aws_account_id": account, "region": *key.key.region,
        "enabled": state == "Enabled", "description": of("description").unwrap_or_else(|| "".into()),
        "key_manager": "CUSTOMER", "key_state": state, "key_spec": spec, "customer_master_key_spec": spec,
        "key_usage": of("key_usage"), "origin": "AWS_KMS",
        "multi_region": flag(&key.attributes, "multi_region") || key.key.kind.as_ref() == "aws_kms_replica_key",
        "multi_region_configuration": [], "xks_key_configuration": [],
        "creation_date": ids::time(0), "expiration_model": "", "pending_deletion_window_in_days": 0,
    }))
}

fn switched_off(key: &Object) -> bool {
    let switch = if key.attributes.contains_key("is_enabled") { "is_enabled" } else { "enabled" };
    !flag(&key.attributes, switch)
}

fn no_key(reference: &str, region: &str) -> Refusal {
    let message = format!("Key '{reference}' does not exist in region {region}");
    Refusal::new("NotFoundException", message, "Name a key that exists in the region, or an alias of one.")
}

/// ListAliases: an alias and the key that it names.
pub(super) fn alias(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    let name = looking.text("name").unwrap_or_default();
    let overlay = &looking.cloud.overlay;
    let arn = format!("arn:{}:kms:{region}:{}:{name}", overlay.partition, overlay.account);
    let of = |id: &str, target: &str| json!({"id": arn, "arn": arn, "region": region, "target_key_id": id, "target_key_arn": target});
    if name == "alias/aws/ebs" {
        return Ok(of(&ids::uuid("aws/ebs", 0, region), &crate::keys::managed_ebs_key(looking.cloud, region)));
    }
    let key = named(looking.world, &KEY_KINDS.map(Arc::<str>::from), region, name);
    key.map(|key| of(&key.key.id, &key.arn)).ok_or_else(|| no_key(name, region))
}

const VOLUME: [(&str, &str); 8] = [
    ("availability-zone", "availability_zone"),
    ("encrypted", "encrypted"),
    ("multi-attach-enabled", "multi_attach_enabled"),
    ("size", "size"),
    ("snapshot-id", "snapshot_id"),
    ("status", "status"),
    ("volume-id", "id"),
    ("volume-type", "type"),
];

pub(super) fn volume(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    let filters = filters(looking, &VOLUME)?;
    let mut fitting = Vec::new();
    for volume in looking.world.of_region("aws_ebs_volume", region) {
        let used = looking.world.joined_to(&volume.key).next().is_some();
        let status = if used { "in-use" } else { "available" };
        let time = ids::time(looking.world.born(&volume.key));
        let mut of = with(&volume.attributes, json!({"status": status, "create_time": time}));
        if !filters.match_object(&of, &VOLUME) {
            continue;
        }
        let (kind, multi) = (of.get("type").cloned(), flag(&of, "multi_attach_enabled"));
        of = with(
            &of,
            json!({
                "volume_id": *volume.key.id, "volume_type": kind, "multi_attach_enabled": multi, "tags": tags(&of),
                "outpost_arn": text(&of, "outpost_arn").unwrap_or_default(),
            }),
        );
        fitting.push(of);
    }
    one(fitting, "volume", "create_time", looking.flag("most_recent"))
}

const SNAPSHOT: [(&str, &str); 9] = [
    ("description", "description"),
    ("encrypted", "encrypted"),
    ("owner-alias", "owner_alias"),
    ("owner-id", "owner_id"),
    ("snapshot-id", "id"),
    ("status", "state"),
    ("storage-tier", "storage_tier"),
    ("volume-id", "volume_id"),
    ("volume-size", "volume_size"),
];

pub(super) fn snapshot(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    let filters = filters(looking, &SNAPSHOT)?;
    let (owners, ids) = (looking.texts("owners"), looking.texts("snapshot_ids"));
    let account = looking.cloud.overlay.account.as_ref();
    let kinds = ["aws_ebs_snapshot", "aws_ebs_snapshot_copy"];
    let mut fitting = Vec::new();
    for snapshot in kinds.iter().flat_map(|kind| looking.world.of_region(kind, region)) {
        let time = ids::time(looking.world.born(&snapshot.key));
        let of = with(&snapshot.attributes, json!({"state": "completed", "start_time": time}));
        let owned = owners.is_empty() || owners.contains("self") || owners.contains(account);
        let named = ids.is_empty() || ids.contains(snapshot.key.id.as_ref());
        if owned && named && filters.match_object(&of, &SNAPSHOT) {
            let known = |name: &str| text(&of, name).unwrap_or_default().to_owned();
            fitting.push(with(
                &of,
                json!({
                    "snapshot_id": *snapshot.key.id, "tags": tags(&of), "encrypted": flag(&of, "encrypted"),
                    "description": known("description"), "kms_key_id": known("kms_key_id"),
                    "outpost_arn": known("outpost_arn"),
                }),
            ));
        }
    }
    one(fitting, "snapshot", "start_time", looking.flag("most_recent"))
}

const SUBNET: [(&str, &str); 8] = [
    ("availability-zone", "availability_zone"),
    ("availability-zone-id", "availability_zone_id"),
    ("cidr-block", "cidr_block"),
    ("default-for-az", "default_for_az"),
    ("map-public-ip-on-launch", "map_public_ip_on_launch"),
    ("state", "state"),
    ("subnet-id", "id"),
    ("vpc-id", "vpc_id"),
];

/// Ids of subnets, those of the default VPC too.
pub(super) fn subnets(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    let filters = filters(looking, &SUBNET)?;
    let more = json!({"state": "available", "default_for_az": false});
    let made = looking.world.of_region("aws_subnet", region).map(|subnet| with(&subnet.attributes, more.clone()));
    let (_, of_region) = looking.region()?;
    let given = of_region.zones.iter().enumerate().map(|(at, (zone, zone_id))| {
        let subnet = json!({
            "id": default_subnet(zone), "vpc_id": default_vpc(region), "availability_zone": **zone,
            "availability_zone_id": **zone_id, "cidr_block": format!("172.31.{}.0/20", at * 16),
            "map_public_ip_on_launch": true, "state": "available", "default_for_az": true,
        });
        subnet.as_object().cloned().unwrap_or_default()
    });
    let fitting = made.chain(given).filter(|subnet| filters.match_object(subnet, &SUBNET));
    let ids: Vec<Json> = fitting.filter_map(|subnet| subnet.get("id").cloned()).collect();
    Ok(json!({"id": region, "region": region, "ids": ids}))
}

const NETWORK: [(&str, &str); 7] = [
    ("cidr", "cidr_block"),
    ("cidr-block-association.cidr-block", "cidr_block"),
    ("dhcp-options-id", "dhcp_options_id"),
    ("is-default", "default"),
    ("owner-id", "owner_id"),
    ("state", "state"),
    ("vpc-id", "id"),
];

pub(super) fn vpc(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    let filters = filters(looking, &NETWORK)?;
    let more = json!({"state": "available", "default": false});
    let made = looking.world.of_region("aws_vpc", region).map(|vpc| with(&vpc.attributes, more.clone()));
    let wanted = |vpc: &Attributes| {
        let texts = ["id", "cidr_block", "dhcp_options_id", "state"];
        let fits = texts.iter().all(|name| looking.text(name).is_none_or(|asked| text(vpc, name) == Some(asked)));
        let default = looking.asked.get("default").and_then(value::Value::as_bool);
        fits && default.is_none_or(|asked| flag(vpc, "default") == asked) && filters.match_object(vpc, &NETWORK)
    };
    let fitting = made.chain([given(looking, region)]).filter(wanted).map(|vpc| {
        let block = vpc.get("cidr_block").cloned().unwrap_or_default();
        let association = format!("vpc-cidr-assoc-{}", ids::hex17("cidr", 0, text(&vpc, "id").unwrap_or_default()));
        let associations = json!([{"association_id": association, "cidr_block": block, "state": "associated"}]);
        with(&vpc, json!({"cidr_block_associations": associations, "tags": tags(&vpc)}))
    });
    one(fitting.collect(), "VPC", "id", false)
}

/// The VPC that every account has in every region.
fn given(looking: &Looking<'_>, region: &str) -> Attributes {
    let overlay = &looking.cloud.overlay;
    let id = default_vpc(region);
    let vpc = json!({
        "id": id, "region": region, "cidr_block": "172.31.0.0/16", "state": "available", "default": true,
        "arn": format!("arn:{}:ec2:{region}:{}:vpc/{id}", overlay.partition, overlay.account),
        "dhcp_options_id": format!("dopt-{}", ids::hex17("dhcp", 0, region)), "enable_dns_hostnames": true,
        "enable_dns_support": true, "enable_network_address_usage_metrics": false, "instance_tenancy": "default",
        "ipv6_association_id": "", "ipv6_cidr_block": "", "owner_id": *overlay.account,
        "main_route_table_id": format!("rtb-{}", ids::hex17("default-vpc", 0, region)),
        "default_security_group_id": default_group(region),
    });
    vpc.as_object().cloned().unwrap_or_default()
}
