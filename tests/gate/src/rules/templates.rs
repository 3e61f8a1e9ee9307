//! Launch templates.
//!
//! - "DescribeLaunchTemplates": an id that is not there fails the request (`InvalidLaunchTemplateId.NotFound`); the
//!   emulator leaves it out. It pages at 15 without a token, here at 200 as AWS does.
//! - "CreateTags": the emulator shows the tags that a template was made with for ever.
//! - "CreateLaunchTemplate", TagSpecification: the tags are those of the template. The emulator puts them into the data
//!   of its first version too.

use super::{Done, forward, refuse};
use crate::call::{Call, Params};
use crate::gate::Gate;
use crate::xml::Element;

pub(super) fn describe(gate: &Gate, mut call: Call) -> Done {
    if call.params.get("MaxResults").is_none() {
        call.params.push("MaxResults", "200");
    }
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    if let Some(set) = root.child_mut("launchTemplates") {
        for template in &mut set.children {
            let filter = [("Filter.1.Name", "resource-id"), ("Filter.1.Value.1", template.at("launchTemplateId"))];
            let found = forward(gate, &Call::query("ec2", &call.region, "DescribeTags", Params::of(&filter)))?.xml();
            let leaf = |tag: &Element, name: &str| Element::leaf(name, tag.at(name));
            let tags =
                found.items("tagSet").map(|tag| Element::node("item", vec![leaf(tag, "key"), leaf(tag, "value")]));
            template.put(Element::node("tagSet", tags.collect()));
        }
    }
    answer.set_xml(&root);
    let there: Vec<&str> = root.items("launchTemplates").map(|one| one.at("launchTemplateId")).collect();
    let asked = call.params.list("LaunchTemplateId");
    match asked.iter().find(|id| !there.contains(&id.as_str())) {
        Some(id) if call.params.filters().is_empty() => refuse(
            &call,
            "InvalidLaunchTemplateId.NotFound",
            format!("The specified launch template, with template ID {id}, does not exist."),
        ),
        _ => Ok(answer),
    }
}

pub(super) fn versions(gate: &Gate, mut call: Call) -> Done {
    if call.params.get("MaxResults").is_none() {
        call.params.push("MaxResults", "200");
    }
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    if let Some(set) = root.child_mut("launchTemplateVersionSet") {
        for data in set.children.iter_mut().filter_map(|version| version.child_mut("launchTemplateData")) {
            if let Some(tags) = data.child_mut("tagSpecificationSet") {
                tags.children.retain(|one| one.at("resourceType") != "launch-template");
            }
        }
    }
    answer.set_xml(&root);
    Ok(answer)
}
