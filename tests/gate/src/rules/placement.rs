//! Placement groups, which the emulator lacks, and the placement of instances.
//!
//! "Placement strategies for your placement groups" and "Placement group rules": a name once per region; a rack spread
//! group has at most seven running instances in each zone; a partition group has at most seven partitions in each zone;
//! a cluster group is in one zone. Errors of "Error codes for the Amazon EC2 API": `InvalidPlacementGroup.Duplicate`,
//! `.InUse`, `.Unknown`. "Change the placement for an EC2 instance": only while stopped (`IncorrectInstanceState`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::describe::like;
use super::{Done, forward, instances, refuse};
use crate::call::{ACCOUNT, Answer, Call, Params};
use crate::gate::Gate;
use crate::world::Group;
use crate::xml::Element;

/// The paths of an instance's placement by parameter.
pub(super) const PLACEMENT: [(&str, &str); 7] = [
    ("GroupName", "placement/groupName"),
    ("GroupId", "placement/groupId"),
    ("PartitionNumber", "placement/partitionNumber"),
    ("Tenancy", "placement/tenancy"),
    ("HostId", "placement/hostId"),
    ("Affinity", "placement/affinity"),
    ("HostResourceGroupArn", "placement/hostResourceGroupArn"),
];

pub(super) fn create(gate: &Gate, call: Call) -> Done {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let of = |name: &str| call.params.text(name).to_string();
    let strategy = Some(of("Strategy")).filter(|s| !s.is_empty()).unwrap_or_else(|| "cluster".to_string());
    if !["cluster", "spread", "partition"].contains(&strategy.as_str()) {
        let message =
            format!("Value ({strategy}) for parameter strategy is invalid. Unknown placement group strategy.");
        return refuse(&call, "InvalidParameterValue", message);
    }
    let partitions = match (strategy.as_str(), of("PartitionCount").parse::<u32>()) {
        ("partition", Ok(n)) if (1..=7).contains(&n) => n,
        // CreatePlacementGroup, PartitionCount: "Valid only when Strategy is set to partition"; the default is 2.
        ("partition", Err(_)) => 2,
        (_, Err(_)) => 0,
        (_, Ok(n)) => {
            let message = format!("Value ({n}) for parameter partitionCount is invalid.");
            return refuse(&call, "InvalidParameterValue", message);
        }
    };
    let spread_level = match (strategy.as_str(), of("SpreadLevel")) {
        ("spread", level) if level.is_empty() => "rack".to_string(),
        ("spread", level) => level,
        (_, level) if level.is_empty() => level,
        (_, level) => {
            let message = format!("Value ({level}) for parameter spreadLevel is invalid.");
            return refuse(&call, "InvalidParameterValue", message);
        }
    };
    let mut tags = BTreeMap::new();
    for n in call.params.numbers("TagSpecification") {
        tags.extend(call.params.tags(&format!("TagSpecification.{n}.Tag")));
    }
    let name = of("GroupName");
    if name.is_empty() {
        return refuse(&call, "MissingParameter", "The request must contain the parameter groupName");
    }
    let id = format!("pg-{:017x}", 0xa00_0000_0000_0000_u64 + NEXT.fetch_add(1, Ordering::Relaxed));
    let group = Group { id, name: name.clone(), strategy, partitions, spread_level, tags };
    let made = gate.region(&call.region, |region| {
        let free = region.groups.iter().all(|g| g.name != name);
        if free {
            region.groups.push(group.clone());
        }
        free
    });
    if !made {
        let message = format!("The Placement Group '{name}' already exists.");
        return refuse(&call, "InvalidPlacementGroup.Duplicate", message);
    }
    let mut shown = shown(&call.region, &group);
    shown.name = "placementGroup".to_string();
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true"), shown]))
}

fn shown(region: &str, group: &Group) -> Element {
    let mut item = Element::node("item", vec![]);
    item.set("groupName", &group.name);
    item.set("strategy", &group.strategy);
    item.set("state", "available");
    item.set("groupId", &group.id);
    item.set("groupArn", format!("arn:aws:ec2:{region}:{ACCOUNT}:placement-group/{}", group.name));
    if group.partitions > 0 {
        item.set("partitionCount", group.partitions);
    }
    if !group.spread_level.is_empty() {
        item.set("spreadLevel", &group.spread_level);
    }
    let tag =
        |(k, v): (&String, &String)| Element::node("item", vec![Element::leaf("key", k), Element::leaf("value", v)]);
    item.put(Element::node("tagSet", group.tags.iter().map(tag).collect()));
    item
}

/// The group of that name or id.
pub(super) fn find(gate: &Gate, call: &Call, name: &str, id: &str) -> Result<Group, Answer> {
    let found = gate.region(&call.region, |region| {
        region.groups.iter().find(|g| if name.is_empty() { g.id == id } else { g.name == name }).cloned()
    });
    let Some(group) = found else {
        let which = if name.is_empty() { id } else { name };
        return refuse(call, "InvalidPlacementGroup.Unknown", format!("The Placement Group '{which}' is unknown."));
    };
    Ok(group)
}

pub(super) fn describe(gate: &Gate, call: Call) -> Done {
    let names = call.params.list("GroupName");
    let ids = call.params.list("GroupId");
    for name in &names {
        find(gate, &call, name, "")?;
    }
    for id in &ids {
        find(gate, &call, "", id)?;
    }
    let filters = call.params.filters();
    let groups = gate.region(&call.region, |region| region.groups.clone());
    let fits = |g: &&Group| {
        let named = (names.is_empty() && ids.is_empty()) || names.contains(&g.name) || ids.contains(&g.id);
        let item = shown(&call.region, g);
        named
            && filters.iter().all(|(filter, values)| {
                let text = match filter.as_str() {
                    "group-name" => g.name.clone(),
                    "group-arn" => item.at("groupArn").to_string(),
                    "strategy" => g.strategy.clone(),
                    "spread-level" => g.spread_level.clone(),
                    "state" => "available".to_string(),
                    "tag-key" => return values.iter().any(|v| g.tags.keys().any(|k| like(v, k))),
                    tag => match tag.strip_prefix("tag:").and_then(|k| g.tags.get(k)) {
                        Some(value) => value.clone(),
                        None => return false,
                    },
                };
                values.iter().any(|v| like(v, &text))
            })
    };
    let items = groups.iter().filter(fits).map(|g| shown(&call.region, g)).collect();
    Ok(Answer::ec2(&call.operation, vec![Element::node("placementGroupSet", items)]))
}

/// Instances of a group that are not terminated: id, zone, state.
pub(super) fn members(gate: &Gate, call: &Call, group: &Group) -> Result<Vec<(String, String, String)>, Answer> {
    let ids: Vec<String> = gate.region(&call.region, |region| {
        let mine = |id: &&String| region.noted(id, "placement/groupName") == group.name;
        region.facts.keys().filter(mine).cloned().collect()
    });
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut params = Params::of(&[("MaxResults", "1000000")]);
    params.set_filters(&[("instance-id".to_string(), ids)]);
    let root = forward(gate, &Call::query("ec2", &call.region, "DescribeInstances", params))?.xml();
    let of = |i: &Element, path: &str| i.at(path).to_string();
    let instances = root.items("reservationSet").flat_map(|r| r.items("instancesSet"));
    let all =
        instances.map(|i| (of(i, "instanceId"), of(i, "placement/availabilityZone"), of(i, "instanceState/name")));
    Ok(all.filter(|(_, _, state)| state != "terminated").collect())
}

pub(super) fn delete(gate: &Gate, call: Call) -> Done {
    let group = find(gate, &call, call.params.text("GroupName"), "")?;
    if !members(gate, &call, &group)?.is_empty() {
        let message = format!("The Placement Group '{}' is in use and may not be deleted.", group.name);
        return refuse(&call, "InvalidPlacementGroup.InUse", message);
    }
    gate.region(&call.region, |region| region.groups.retain(|g| g.id != group.id));
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

pub(super) fn modify_instance(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("InstanceId").to_string();
    if instances::state(gate, &call, &id)? != "stopped" {
        return refuse(&call, "IncorrectInstanceState", format!("The instance '{id}' is not in the 'stopped' state."));
    }
    let (name, group_id) = (call.params.get("GroupName"), call.params.get("GroupId"));
    // An empty name takes the instance out of its group.
    let group = match (name, group_id) {
        (None, None) => None,
        (Some(""), _) => Some(("", "".to_string())),
        (name, id) => {
            let group = find(gate, &call, name.unwrap_or(""), id.unwrap_or(""))?;
            Some(("", group.name)).map(|(_, n)| ("in", n))
        }
    };
    let found = match &group {
        Some(("in", name)) => Some(find(gate, &call, name, "")?),
        _ => None,
    };
    gate.region(&call.region, |region| {
        if let Some((_, name)) = &group {
            region.fact(&id, "placement/groupName", name);
            region.fact(&id, "placement/groupId", found.as_ref().map_or("", |g| g.id.as_str()));
        }
        for (param, path) in PLACEMENT.iter().filter(|(p, _)| !p.starts_with("Group")) {
            if let Some(value) = call.params.get(param) {
                region.fact(&id, path, value);
            }
        }
    });
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

/// Tags of groups are the gate's, all others the emulator's.
pub(super) fn tags(gate: &Gate, mut call: Call) -> Done {
    if call.operation == "DescribeTags" {
        return describe_tags(gate, call);
    }
    let (mine, others): (Vec<_>, Vec<_>) =
        call.params.list("ResourceId").into_iter().partition(|id| id.starts_with("pg-"));
    for id in &mine {
        find(gate, &call, "", id)?;
    }
    let tags = call.params.tags("Tag");
    if !others.is_empty() {
        call.params.take_all("ResourceId.");
        for (n, id) in others.iter().enumerate() {
            call.params.push(&format!("ResourceId.{}", n + 1), id);
        }
        let answer = forward(gate, &call)?;
        if mine.is_empty() {
            return Ok(answer);
        }
    }
    gate.region(&call.region, |region| {
        for group in region.groups.iter_mut().filter(|g| mine.contains(&g.id)) {
            for (key, value) in &tags {
                if call.operation == "CreateTags" {
                    group.tags.insert(key.clone(), value.clone());
                } else {
                    group.tags.remove(key);
                }
            }
        }
    });
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

fn describe_tags(gate: &Gate, call: Call) -> Done {
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    let filters = call.params.filters();
    let groups = gate.region(&call.region, |region| region.groups.clone());
    let Some(set) = root.child_mut("tagSet") else { return Ok(answer) };
    for group in &groups {
        for (key, value) in &group.tags {
            let fits = filters.iter().all(|(filter, values)| {
                let text = match filter.as_str() {
                    "resource-id" => &group.id,
                    "resource-type" => "placement-group",
                    "key" => key,
                    "value" => value,
                    _ => return false,
                };
                values.iter().any(|v| like(v, text))
            });
            if fits {
                let leaves = [("resourceId", &group.id), ("key", key), ("value", value)];
                let mut item = Element::node("item", leaves.iter().map(|(n, t)| Element::leaf(n, t)).collect());
                item.set("resourceType", "placement-group");
                set.children.push(item);
            }
        }
    }
    answer.set_xml(&root);
    Ok(answer)
}
