//! Images: public ones of the overlay, and the account's own copies.

use super::filter::Filters;
use super::look::one;
use super::{Found, Looking};
use crate::ids;
use crate::object::text;
use crate::refusal::Refusal;
use serde_json::{Map, Value as Json, json};

const FILTERS: [(&str, &str); 15] = [
    ("architecture", "architecture"),
    ("creation-date", "creation_date"),
    ("description", "description"),
    ("ena-support", "ena_support"),
    ("hypervisor", "hypervisor"),
    ("image-id", "id"),
    ("image-type", "image_type"),
    ("is-public", "public"),
    ("name", "name"),
    ("owner-alias", "image_owner_alias"),
    ("owner-id", "owner_id"),
    ("root-device-name", "root_device_name"),
    ("root-device-type", "root_device_type"),
    ("state", "state"),
    ("virtualization-type", "virtualization_type"),
];

/// The image that the arguments describe: the newest of several, if that is asked for.
pub(super) fn image(looking: &Looking<'_>) -> Found {
    let region = looking.region_that_answers()?;
    for argument in ["name_regex", "executable_users"] {
        if looking.asked.get(argument).is_some_and(|v| !v.is_null()) {
            let message = format!("the sandbox cannot filter images by {argument}");
            return Err(Refusal::new("InvalidParameterValue", message, "Use a filter block: name takes * and ?."));
        }
    }
    let mut known: Vec<&str> = FILTERS.iter().map(|(name, _)| *name).collect();
    known.push("tag:");
    let filters = Filters::of(looking.asked, &known)?;
    let owners = looking.texts("owners");
    let account = looking.cloud.overlay.account.as_ref();
    let owned = |image: &Map<String, Json>| {
        let (id, alias) = (text(image, "owner_id"), text(image, "image_owner_alias"));
        let is = |owner: &String| {
            Some(owner.as_str()) == id || Some(owner.as_str()) == alias || (owner == "self" && id == Some(account))
        };
        owners.is_empty() || owners.iter().any(is)
    };
    let all = looking.cloud.overlay.images.all.iter().map(|(name, of)| public(looking, region, name, of));
    let copies = looking.world.of_region("aws_ami_copy", region);
    let all = all.chain(copies.map(|copy| own(copy.attributes.clone(), looking.world.born(&copy.key))));
    let fitting = all.filter(|image| owned(image) && filters.match_object(image, &FILTERS)).collect();
    one(fitting, "image", "creation_date", looking.flag("most_recent"))
}

/// A copy as an image; `born` is the number of the event that made it.
fn own(mut copy: Map<String, Json>, born: u64) -> Map<String, Json> {
    for (name, value) in [
        ("creation_date", json!(ids::time(born).replace('Z', ".000Z"))),
        ("root_device_type", json!("ebs")),
        ("state", json!("available")),
        ("image_id", copy.get("id").cloned().unwrap_or_default()),
        ("block_device_mappings", json!([])),
        ("product_codes", json!([])),
        ("state_reason", json!({"code": "UNSET", "message": "UNSET"})),
    ] {
        copy.insert(name.to_owned(), value);
    }
    copy
}

fn public(looking: &Looking<'_>, region: &str, name: &str, of: &Map<String, Json>) -> Map<String, Json> {
    let part = |what: &str| format!("{what}-{}", ids::hex17("image", 0, &format!("{region}/{name}/{what}")));
    let (id, snapshot) = (part("ami"), part("snap"));
    let partition = &looking.cloud.overlay.partition;
    let get = |name: &str| of.get(name).cloned().unwrap_or_default();
    let disk = json!({
        "delete_on_termination": "true",
        "encrypted": "false",
        "iops": "0",
        "snapshot_id": snapshot,
        "throughput": "0",
        "volume_initialization_rate": "0",
        "volume_size": get("volume_size").to_string(),
        "volume_type": get("volume_type"),
    });
    let image = json!({
        "id": id,
        "image_id": id,
        "region": region,
        "name": name,
        "arn": format!("arn:{partition}:ec2:{region}::image/{id}"),
        "image_location": format!("{}/{name}", text(of, "image_owner_alias").or(text(of, "owner_id")).unwrap_or_default()),
        "image_type": "machine",
        "hypervisor": "xen",
        "virtualization_type": "hvm",
        "ena_support": true,
        "sriov_net_support": "simple",
        "platform_details": "Linux/UNIX",
        "usage_operation": "RunInstances",
        "public": true,
        "root_device_type": "ebs",
        "root_snapshot_id": snapshot,
        "state": "available",
        "state_reason": {"code": "UNSET", "message": "UNSET"},
        "tags": {},
        "product_codes": [],
        "block_device_mappings": [
            {"device_name": get("root_device_name"), "ebs": disk, "no_device": "", "virtual_name": ""},
        ],
    });
    let mut image = image.as_object().cloned().unwrap_or_default();
    image.extend(of.clone());
    image
}
