//! Answers of data sources, by their name in the overlay.

use crate::catalogue::Cloud;
use crate::overlay::Region;
use crate::refusal::Refusal;
use crate::typed::{from_json, to_json};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Type, Value};

/// True when an overlay may name it.
pub(crate) fn is_answer(name: &str) -> bool {
    ["availability_zones", "region", "caller_identity"].contains(&name)
}

/// Attributes that the data source computes.
///
/// `provider` is the provider block, `asked` the configuration of the data source.
pub(crate) fn answer(cloud: &Cloud, name: &str, provider: &Value, asked: &Value) -> Result<Map<String, Json>, Refusal> {
    let found = match name {
        "availability_zones" => availability_zones(cloud, provider, asked)?,
        "region" => region(cloud, provider, asked)?,
        _ => caller_identity(cloud),
    };
    Ok(found.as_object().cloned().unwrap_or_default())
}

/// The configuration with null attributes filled from what was found.
pub(crate) fn over(asked: &Value, found: &Map<String, Json>, ty: &Type) -> Value {
    let Type::Object(attributes) = ty else {
        return asked.clone();
    };
    Value::object(attributes.attributes.iter().map(|(name, ty)| {
        let given = asked.get(name).filter(|v| !v.is_null()).cloned();
        let value = given.unwrap_or_else(|| from_json(found.get(name.as_ref()).unwrap_or(&Json::Null), ty));
        (name.clone(), value)
    }))
}

fn region_of<'a>(cloud: &'a Cloud, name: Option<&str>) -> Result<(&'a Arc<str>, &'a Region), Refusal> {
    let all = &cloud.overlay.regions.all;
    name.and_then(|name| all.get_key_value(name)).ok_or_else(|| {
        let message = format!("invalid AWS Region: {}", name.unwrap_or("(none)"));
        Refusal::new("InvalidRegion", message, format!("The sandbox has the regions {}.", cloud.overlay.region_names()))
    })
}

fn text<'a>(asked: &'a Value, name: &str) -> Option<&'a str> {
    asked.get(name).and_then(Value::as_str).filter(|t| !t.is_empty())
}

/// All zones of the region, in order of their names; zones that are lost too, for AWS goes on listing them.
fn availability_zones(cloud: &Cloud, provider: &Value, asked: &Value) -> Result<Json, Refusal> {
    let (name, region) = region_of(cloud, text(asked, "region").or_else(|| text(provider, "region")))?;
    let texts = |name: &str| -> BTreeSet<String> {
        let items = asked.get(name).and_then(Value::as_items).unwrap_or_default();
        items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let (no_names, no_ids) = (texts("exclude_names"), texts("exclude_zone_ids"));
    let filters = filters(asked)?;
    let mut zones = Vec::new();
    for (zone, id) in &region.zones {
        let is = |filter: &str| match filter {
            "zone-name" => zone.as_ref(),
            "zone-id" => id.as_ref(),
            "region-name" | "group-name" => name.as_ref(),
            "state" => "available",
            "zone-type" => "availability-zone",
            _ => "opt-in-not-required",
        };
        let wanted = filters.iter().all(|(filter, values)| values.iter().any(|v| v == is(filter)));
        let in_state = text(asked, "state").is_none_or(|state| state == "available");
        if wanted && in_state && !no_names.contains(zone.as_ref()) && !no_ids.contains(id.as_ref()) {
            zones.push((zone.as_ref(), id.as_ref()));
        }
    }
    let (names, ids): (Vec<&str>, Vec<&str>) = zones.into_iter().unzip();
    Ok(
        json!({"id": name.as_ref(), "region": name.as_ref(), "names": names, "zone_ids": ids, "group_names": [name.as_ref()]}),
    )
}

/// Name and values of each filter block.
fn filters(asked: &Value) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    const KNOWN: [&str; 7] =
        ["zone-name", "zone-id", "region-name", "group-name", "state", "zone-type", "opt-in-status"];
    let blocks = asked.get("filter").and_then(Value::as_items).unwrap_or_default();
    blocks
        .iter()
        .map(|block| {
            let name = text(block, "name").unwrap_or_default();
            if !KNOWN.contains(&name) {
                let message = format!("The filter '{name}' is invalid");
                let next = format!("The sandbox filters zones by {}.", KNOWN.join(", "));
                return Err(Refusal::new("InvalidParameterValue", message, next));
            }
            let values = block.get("values").and_then(to_json).and_then(|v| v.as_array().cloned()).unwrap_or_default();
            Ok((name.to_owned(), values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()))
        })
        .collect()
}

fn region(cloud: &Cloud, provider: &Value, asked: &Value) -> Result<Json, Refusal> {
    let by_endpoint = text(asked, "endpoint").and_then(|e| e.strip_prefix("ec2.")?.split('.').next());
    let asked_for = text(asked, "region").or_else(|| text(asked, "name")).or(by_endpoint);
    let (name, region) = region_of(cloud, asked_for.or_else(|| text(provider, "region")))?;
    let endpoint = format!("ec2.{name}.amazonaws.com");
    let name = name.as_ref();
    Ok(
        json!({"id": name, "name": name, "region": name, "endpoint": endpoint, "description": region.description.as_ref()}),
    )
}

fn caller_identity(cloud: &Cloud) -> Json {
    let (account, partition) = (cloud.overlay.account.as_ref(), cloud.overlay.partition.as_ref());
    json!({
        "id": account,
        "account_id": account,
        "arn": format!("arn:{partition}:iam::{account}:user/sandbox"),
        "user_id": "AIDASANDBOXSANDBOX00",
    })
}
