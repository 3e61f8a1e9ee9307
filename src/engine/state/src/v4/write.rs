//! From state to text.

use super::layout::Layout;
use super::{BEFORE_PRIVATE, paths, typed};
use crate::{DeposedKey, InstanceState, Object, OutputState, State, Status};
use addrs::{InstanceKey, Mode, ModuleInstance, ProviderConfig, Resource, ResourceInstance};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Format version.
const VERSION: u64 = 4;

/// The text of a state. Never fails: also a state that must not be acted upon is written.
pub fn print(state: &State) -> String {
    let mut out = Layout::default();
    out.object(|out| {
        out.key("version").number(VERSION);
        out.key("terraform_version").string(&state.terraform_version);
        out.key("serial").number(state.serial);
        out.key("lineage").string(&state.lineage);
        out.key("outputs").object(|out| {
            for (name, output) in &state.outputs {
                out.key(name).object(|out| print_output(out, output));
            }
        });
        out.key("resources").array(|out| {
            for group in groups(state) {
                out.element().object(|out| print_resource(out, &group, state));
            }
        });
        out.key("check_results").json(state.check_results.as_deref().unwrap_or("null"));
        print_unread(out, state.unread.iter());
    });
    out.finish()
}

fn print_output(out: &mut Layout, output: &OutputState) {
    out.key("value").json(&typed::print_value(&output.value, &output.ty));
    out.key("type").json(&typed::print_type(&output.ty));
    if output.sensitive {
        out.key("sensitive").truth(true);
    }
}

/// All instances of one resource in one module instance.
struct Group<'s> {
    /// The module as text: resources are sorted by it, and that is not the order of addresses.
    module: String,
    resource: &'s Resource,
    of: &'s ModuleInstance,
    instances: Vec<(&'s ResourceInstance, &'s InstanceState)>,
}

/// Instances come in address order, so those of one resource stand together. Resources are sorted by the text
/// of the module, mode, type and name; data sources come first because `data` is before `managed`.
fn groups(state: &State) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (addr, instance) in &state.instances {
        match groups.last_mut() {
            Some(group) if *group.resource == addr.resource && *group.of == addr.module => {
                group.instances.push((addr, instance))
            }
            _ => groups.push(Group {
                module: addr.module.to_string(),
                resource: &addr.resource,
                of: &addr.module,
                instances: vec![(addr, instance)],
            }),
        }
    }
    groups.sort_by(|a, b| (&a.module, a.resource).cmp(&(&b.module, b.resource)));
    for group in &mut groups {
        // Measured: while a resource goes over from count to for_each, string keys come before numbers.
        group.instances.sort_by_key(|(addr, _)| matches!(addr.key, InstanceKey::Int(_)));
    }
    groups
}

fn print_resource(out: &mut Layout, group: &Group<'_>, state: &State) {
    if !group.module.is_empty() {
        out.key("module").string(&group.module);
    }
    out.key("mode").string(match group.resource.mode {
        Mode::Data => "data",
        Mode::Managed => "managed",
        Mode::Ephemeral => "ephemeral",
    });
    out.key("type").string(&group.resource.kind);
    out.key("name").string(&group.resource.name);
    // Terraform knows one provider configuration per resource. Where instances differ, or have one of a provider block
    // with for_each, which only OpenTofu can express, each names its own, as OpenTofu writes it.
    let first = group.instances.first().map(|(_, instance)| &instance.provider);
    let one = |first: &&ProviderConfig| {
        first.key == InstanceKey::None && group.instances.iter().all(|(_, instance)| instance.provider == **first)
    };
    let shared = first.filter(one);
    if let Some(provider) = shared {
        out.key("provider").string(&provider.to_string());
    }
    out.key("instances").array(|out| {
        for (addr, instance) in &group.instances {
            let own = shared.is_none().then_some(&instance.provider);
            if let Some(object) = &instance.current {
                out.element().object(|out| print_instance(out, Place { key: &addr.key, deposed: None, own }, object));
            }
            for (key, object) in &instance.deposed {
                out.element()
                    .object(|out| print_instance(out, Place { key: &addr.key, deposed: Some(key), own }, object));
            }
        }
    });
    if let Some(unread) = state.resource_unread.get(&(group.of.clone(), group.resource.clone())) {
        print_unread(out, unread.iter());
    }
}

/// Which object of a resource.
struct Place<'s> {
    key: &'s InstanceKey,
    deposed: Option<&'s DeposedKey>,
    own: Option<&'s ProviderConfig>,
}

fn print_instance(out: &mut Layout, place: Place<'_>, object: &Object) {
    match place.key {
        InstanceKey::None => {}
        InstanceKey::Int(i) => out.key("index_key").number(u64::from(*i)),
        InstanceKey::String(s) => out.key("index_key").string(s),
    }
    if object.status == Status::Tainted {
        out.key("status").string("tainted");
    }
    if let Some(key) = place.deposed {
        out.key("deposed").string(key);
    }
    if let Some(provider) = place.own {
        out.key("provider").string(&provider.to_string());
    }
    out.key("schema_version").number(object.schema_version);
    match &object.flat_attributes {
        None => out.key("attributes").json(&object.attributes),
        Some(flat) => print_flat(out, flat),
    }
    paths::print(out.key("sensitive_attributes"), &object.sensitive);
    print_unread(out, BEFORE_PRIVATE.iter().filter_map(|key| object.unread.get_key_value(*key)));
    if !object.private.is_empty() {
        out.key("private").string(&typed::to_base64(&object.private));
    }
    if !object.dependencies.is_empty() {
        out.key("dependencies")
            .array(|out| object.dependencies.iter().for_each(|d| out.element().string(&d.to_string())));
    }
    if object.create_before_destroy {
        out.key("create_before_destroy").truth(true);
    }
    if object.skip_destroy {
        out.key("skip_destroy").truth(true);
    }
    print_unread(out, object.unread.iter().filter(|(key, _)| !BEFORE_PRIVATE.contains(&key.as_ref())));
}

fn print_flat(out: &mut Layout, flat: &BTreeMap<Arc<str>, Arc<str>>) {
    out.key("attributes_flat").object(|out| {
        for (path, text) in flat {
            out.key(path).string(text);
        }
    });
}

fn print_unread<'s>(out: &mut Layout, unread: impl Iterator<Item = (&'s Arc<str>, &'s Arc<str>)>) {
    for (key, json) in unread {
        out.key(key).json(json);
    }
}
