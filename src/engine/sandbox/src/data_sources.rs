//! Answers of data sources, by their name in the overlay.

mod filter;
mod image;
mod look;

use crate::catalogue::Cloud;
use crate::overlay::Region;
use crate::refusal::Refusal;
use crate::typed::from_json;
use crate::{Domain, World};
use filter::Filters;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Type, Value};

/// What an answer looks at.
#[derive(Clone, Copy)]
pub(crate) struct Looking<'a> {
    pub(crate) world: &'a World,
    pub(crate) cloud: &'a Cloud,
    /// The `provider` block.
    pub(crate) provider: &'a Value,
    /// The configuration of the data source.
    pub(crate) asked: &'a Value,
}

/// Attributes that a data source has.
type Found = Result<Json, Refusal>;

/// The answer of a name.
fn named(name: &str) -> Option<fn(&Looking<'_>) -> Found> {
    Some(match name {
        "availability_zones" => availability_zones,
        "region" => region,
        "caller_identity" => caller_identity,
        "partition" => partition,
        "type_offerings" => type_offerings,
        "images" => image::image,
        "key" => look::key,
        "alias" => look::alias,
        "volume" => look::volume,
        "snapshot" => look::snapshot,
        "subnets" => look::subnets,
        "vpc" => look::vpc,
        _ => return None,
    })
}

/// True when an overlay may name it.
pub(crate) fn is_answer(name: &str) -> bool {
    named(name).is_some()
}

/// Attributes that the data source computes.
pub(crate) fn answer(looking: &Looking<'_>, name: &str) -> Result<Map<String, Json>, Refusal> {
    let found = named(name).map_or(Ok(Json::Null), |answer| answer(looking))?;
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

impl<'a> Looking<'a> {
    /// An argument that is a text, and not empty.
    fn text(&self, name: &str) -> Option<&'a str> {
        text(self.asked, name)
    }

    /// An argument that is true.
    fn flag(&self, name: &str) -> bool {
        self.asked.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The texts of an argument.
    fn texts(&self, name: &str) -> BTreeSet<String> {
        let items = self.asked.get(name).and_then(Value::as_items).unwrap_or_default();
        items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    /// The region that is asked about: one of the sandbox.
    fn region(&self) -> Result<(&'a Arc<str>, &'a Region), Refusal> {
        region_of(self.cloud, self.text("region").or_else(|| text(self.provider, "region")))
    }

    /// The region that is asked about, while it answers.
    fn region_that_answers(&self) -> Result<&'a str, Refusal> {
        let (name, _) = self.region()?;
        let domain = Domain::Region(name.clone());
        if self.world.is_lost(&domain) {
            return Err(crate::rules::lost(&domain, "look in another region"));
        }
        Ok(name)
    }
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
fn availability_zones(looking: &Looking<'_>) -> Found {
    let (name, region) = looking.region()?;
    let (no_names, no_ids) = (looking.texts("exclude_names"), looking.texts("exclude_zone_ids"));
    let filters = Filters::of(
        looking.asked,
        &["zone-name", "zone-id", "region-name", "group-name", "state", "zone-type", "opt-in-status"],
    )?;
    let mut zones = Vec::new();
    for (zone, id) in &region.zones {
        let is = |filter: &str| match filter {
            "zone-name" => zone.to_string(),
            "zone-id" => id.to_string(),
            "region-name" | "group-name" => name.to_string(),
            "state" => "available".into(),
            "zone-type" => "availability-zone".into(),
            _ => "opt-in-not-required".into(),
        };
        let in_state = looking.text("state").is_none_or(|state| state == "available");
        let wanted = filters.match_all(|filter| vec![is(filter)]);
        if wanted && in_state && !no_names.contains(zone.as_ref()) && !no_ids.contains(id.as_ref()) {
            zones.push((zone.as_ref(), id.as_ref()));
        }
    }
    let (names, ids): (Vec<&str>, Vec<&str>) = zones.into_iter().unzip();
    Ok(
        json!({"id": name.as_ref(), "region": name.as_ref(), "names": names, "zone_ids": ids, "group_names": [name.as_ref()]}),
    )
}

fn region(looking: &Looking<'_>) -> Found {
    let by_endpoint = looking.text("endpoint").and_then(|e| e.strip_prefix("ec2.")?.split('.').next());
    let asked_for = looking.text("region").or_else(|| looking.text("name")).or(by_endpoint);
    let (name, region) = region_of(looking.cloud, asked_for.or_else(|| text(looking.provider, "region")))?;
    let endpoint = format!("ec2.{name}.amazonaws.com");
    let name = name.as_ref();
    Ok(
        json!({"id": name, "name": name, "region": name, "endpoint": endpoint, "description": region.description.as_ref()}),
    )
}

fn caller_identity(looking: &Looking<'_>) -> Found {
    let overlay = &looking.cloud.overlay;
    let (account, partition) = (overlay.account.as_ref(), overlay.partition.as_ref());
    Ok(json!({
        "id": account,
        "account_id": account,
        "arn": format!("arn:{partition}:iam::{account}:user/sandbox"),
        "user_id": "AIDASANDBOXSANDBOX00",
    }))
}

fn partition(looking: &Looking<'_>) -> Found {
    let name = looking.cloud.overlay.partition.as_ref();
    Ok(json!({
        "id": name,
        "partition": name,
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    }))
}

/// Every instance type of the overlay in every zone of the region.
fn type_offerings(looking: &Looking<'_>) -> Found {
    let (name, region) = looking.region()?;
    let by = looking.text("location_type").unwrap_or("region");
    let locations: Vec<&str> = match by {
        "region" => vec![name.as_ref()],
        "availability-zone" => region.zones.keys().map(AsRef::as_ref).collect(),
        "availability-zone-id" => region.zones.values().map(AsRef::as_ref).collect(),
        other => {
            let next = "The sandbox offers types by region, availability-zone and availability-zone-id.";
            return Err(Refusal::new("InvalidParameterValue", format!("location_type '{other}' is not known"), next));
        }
    };
    let filters = Filters::of(looking.asked, &["instance-type", "location"])?;
    let families = looking.cloud.overlay.instance_types.all.iter();
    let types: Vec<String> =
        families.flat_map(|(family, sizes)| sizes.iter().map(move |size| format!("{family}.{size}"))).collect();
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for of_type in &types {
        for location in &locations {
            let is = |filter: &str| vec![if filter == "location" { (*location).to_owned() } else { of_type.clone() }];
            if filters.match_all(is) {
                rows.push((of_type, location));
            }
        }
    }
    let (of_types, locations): (Vec<&str>, Vec<&str>) = rows.into_iter().unzip();
    let location_types = vec![by; locations.len()];
    Ok(json!({
        "id": name.as_ref(),
        "region": name.as_ref(),
        "instance_types": of_types,
        "locations": locations,
        "location_types": location_types,
        "location_type": by,
    }))
}
