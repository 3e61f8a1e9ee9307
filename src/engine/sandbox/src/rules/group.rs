//! Rules about security groups, and about what instances name: key pairs, launch templates, groups.

use super::Asked;
use crate::fill::{default_group, default_vpc};
use crate::object::{blocks, text};
use crate::refusal::Refusal;
use crate::{Object, World};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

pub(super) fn group_named(arguments: &Map<String, Json>) -> Result<(), Refusal> {
    let names = ["name", "name_prefix"].into_iter().filter_map(|argument| text(arguments, argument));
    match names.into_iter().find(|name| name.starts_with("sg-") || *name == "default") {
        Some(name) => Err(Refusal::new(
            "InvalidParameterValue",
            format!(
                "The name '{name}' is reserved: names of security groups are not 'default' and begin with no 'sg-'."
            ),
            "Choose another name.",
        )),
        None => Ok(()),
    }
}

pub(super) fn group_name_unique(asked: &Asked<'_>) -> Result<(), Refusal> {
    let (name, vpc) = (asked.text("name"), asked.text("vpc_id"));
    let mut there = asked.world.of_region(asked.name, asked.region);
    match there.find(|o| o.text("name") == name && o.text("vpc_id") == vpc) {
        Some(other) => Err(Refusal::new(
            "InvalidGroup.Duplicate",
            format!(
                "The security group '{}' already exists for VPC '{}': {}.",
                name.unwrap_or_default(),
                vpc.unwrap_or_default(),
                other.key.id
            ),
            "Choose another name, or use name_prefix.",
        )),
        None => Ok(()),
    }
}

/// The VPC of a security group of the region: one that was made, or one that came with its VPC.
fn vpc_of_group(asked: &Asked<'_>, id: &str) -> Option<String> {
    if let Some(group) = asked.world.find(&["aws_security_group".into()], asked.region, id) {
        return group.text("vpc_id").map(str::to_owned);
    }
    if id == default_group(asked.region) {
        return Some(default_vpc(asked.region));
    }
    let mut vpcs = asked.world.of_region("aws_vpc", asked.region);
    vpcs.find(|vpc| vpc.text("default_security_group_id") == Some(id)).map(|vpc| vpc.key.id.to_string())
}

fn no_group(id: &str, region: &str) -> Refusal {
    let message = format!("The security group '{id}' does not exist in {region}.");
    Refusal::new("InvalidGroup.NotFound", message, "Name a security group of the same region by its id.")
}

/// Ids that the rules of a group name.
fn named_by_rules(attributes: &Map<String, Json>) -> impl Iterator<Item = &str> {
    let rules = ["ingress", "egress"].into_iter().flat_map(|side| blocks(attributes, side));
    rules.flat_map(|rule| texts(rule, "security_groups"))
}

fn texts<'a>(attributes: &'a Map<String, Json>, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    attributes.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

pub(super) fn group_rules(asked: &Asked<'_>) -> Result<(), Refusal> {
    let strange = named_by_rules(asked.now).find(|id| *id != asked.id && vpc_of_group(asked, id).is_none());
    strange.map_or(Ok(()), |id| Err(no_group(id, asked.region)))
}

pub(super) fn group_unused(asked: &Asked<'_>) -> Result<(), Refusal> {
    let uses = |o: &&Arc<Object>| texts(&o.attributes, "vpc_security_group_ids").any(|id| id == asked.id);
    let instance = asked.world.of_region("aws_instance", asked.region).find(uses);
    let mut groups = asked.world.of_region(asked.name, asked.region).filter(|o| o.key.id.as_ref() != asked.id);
    let user = instance.or_else(|| groups.find(|o| named_by_rules(&o.attributes).any(|id| id == asked.id)));
    match user {
        Some(user) => Err(Refusal::new(
            "DependencyViolation",
            format!("resource {} has a dependent object: {} {}.", asked.id, user.key.kind, user.key.id),
            format!("Take the group from {} first, or destroy it.", user.key.id),
        )),
        None => Ok(()),
    }
}

/// The groups of an instance are of the VPC of its subnet.
pub(super) fn instance_groups(asked: &Asked<'_>) -> Result<(), Refusal> {
    let subnet = asked.named("subnet_id").and_then(|s| s.text("vpc_id")).map(str::to_owned);
    let vpc = subnet.unwrap_or_else(|| default_vpc(asked.region));
    for id in texts(asked.now, "vpc_security_group_ids") {
        let of = vpc_of_group(asked, id).ok_or_else(|| no_group(id, asked.region))?;
        if of != vpc {
            return Err(Refusal::new(
                "InvalidParameter",
                format!(
                    "Security group {id} and subnet {} belong to different networks.",
                    asked.text("subnet_id").unwrap_or_default()
                ),
                format!("Name groups of {vpc}; {id} is of {of}."),
            ));
        }
    }
    Ok(())
}

pub(super) fn instance_key_pair(asked: &Asked<'_>) -> Result<(), Refusal> {
    if asked.text("key_name").is_none() {
        return Ok(());
    }
    asked.must_name("key_name", "InvalidKeyPair.NotFound", "key pair").map(|_| ())
}

pub(super) fn instance_exists(asked: &Asked<'_>) -> Result<(), Refusal> {
    asked.must_name("instance_id", "InvalidInstanceID.NotFound", "instance").map(|_| ())
}

/// The launch template of an id or a name, in a region.
pub(crate) fn template<'w>(
    world: &'w World,
    region: &str,
    id: Option<&str>,
    name: Option<&str>,
) -> Option<&'w Arc<Object>> {
    let mut all = world.of_region("aws_launch_template", region);
    match id {
        Some(id) => all.find(|o| o.key.id.as_ref() == id),
        None => all.find(|o| name.is_some() && o.text("name") == name),
    }
}

pub(super) fn instance_template(asked: &Asked<'_>) -> Result<(), Refusal> {
    for block in blocks(asked.now, "launch_template") {
        let (id, name) = (text(block, "id"), text(block, "name"));
        if template(asked.world, asked.region, id, name).is_some() {
            continue;
        }
        let next = "Make an aws_launch_template in the region, and refer to it so that it comes first.";
        return Err(match id {
            Some(id) => Refusal::new(
                "InvalidLaunchTemplateId.NotFound",
                format!("The launch template '{id}' does not exist in {}.", asked.region),
                next,
            ),
            None => Refusal::new(
                "InvalidLaunchTemplateName.NotFoundException",
                format!("The launch template '{}' does not exist in {}.", name.unwrap_or_default(), asked.region),
                next,
            ),
        });
    }
    Ok(())
}

pub(super) fn template_unique(asked: &Asked<'_>) -> Result<(), Refusal> {
    let name = asked.text("name");
    match template(asked.world, asked.region, None, name) {
        Some(other) => Err(Refusal::new(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            format!("Launch template name already in use: {} ({}).", name.unwrap_or_default(), other.key.id),
            "Choose another name, or use name_prefix.",
        )),
        None => Ok(()),
    }
}
