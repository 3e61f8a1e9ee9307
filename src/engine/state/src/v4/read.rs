//! From text to state.

use super::{paths, typed};
use crate::{DeposedKey, InstanceState, Object, OutputState, State, StateError, Status};
use addrs::{ConfigResource, InstanceKey, Mode, ProviderConfig, ResourceInstance};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys with their values as they are written; a repeated key counts once, the last time, as in Go.
type Fields<'t> = BTreeMap<String, &'t RawValue>;

/// Reads the text of a state.
///
/// # Errors
/// When the text is empty, cut off, not JSON, of another format version, or contradicts itself. The error says
/// what to do; it quotes no values.
pub fn parse(text: &str) -> Result<State, StateError> {
    if text.trim().is_empty() {
        return Err(StateError::empty());
    }
    let all: &RawValue = serde_json::from_str(text).map_err(|e| StateError::json(&e, text))?;
    if !all.get().starts_with('{') {
        return Err(StateError::not_a_state("it is not an object"));
    }
    let mut top = fields(all.get(), "the state")?;
    let mut take = |key: &str| top.remove(key).map(RawValue::get).filter(|json| *json != "null");
    let terraform_version = take("terraform_version").map_or(Ok(String::new()), |v| text_of(v, "terraform_version"))?;
    check_version(take("version"), &terraform_version)?;
    let mut state = State {
        terraform_version: terraform_version.into(),
        serial: take("serial").map_or(Ok(0), |v| number(v, "serial"))?,
        lineage: take("lineage").map_or(Ok(String::new()), |v| text_of(v, "lineage"))?.into(),
        ..State::default()
    };
    for (name, output) in take("outputs").map_or(Ok(Fields::new()), |v| fields(v, "outputs"))? {
        state.outputs.insert(name.as_str().into(), output_of(&name, output.get())?);
    }
    for resource in take("resources").map_or(Ok(Vec::new()), |v| items(v, "resources"))? {
        read_resource(resource.get(), &mut state)?;
    }
    state.check_results = take("check_results").map(Arc::from);
    state.unread = unread(top).filter(|(_, json)| json.as_ref() != "null").collect();
    Ok(state)
}

fn check_version(version: Option<&str>, tool: &str) -> Result<(), StateError> {
    let Some(version) = version else {
        return Err(StateError::not_a_state("it has no \"version\", which every state has"));
    };
    match number(version, "version")? {
        4 => Ok(()),
        old @ 1..=3 => Err(StateError::older_version(old)),
        0 => Err(StateError::not_a_state("its \"version\" is 0, which no state has")),
        new => Err(StateError::newer_version(new, tool)),
    }
}

fn output_of(name: &str, json: &str) -> Result<OutputState, StateError> {
    let what =
        || StateError::malformed("Its value and its type do not belong together.").about(&format!("output.{name}"));
    let output = fields(json, "an output")?;
    let ty = typed::parse_type(field(&output, "type").ok_or_else(what)?).ok_or_else(what)?;
    let value = typed::parse_value(field(&output, "value").unwrap_or("null"), &ty).ok_or_else(what)?;
    Ok(OutputState { value, ty, sensitive: field(&output, "sensitive") == Some("true") })
}

fn read_resource(json: &str, state: &mut State) -> Result<(), StateError> {
    let mut resource = fields(json, "a resource")?;
    let mut part = |key: &str| resource.remove(key).map_or(Ok(String::new()), |v| text_of(v.get(), key));
    let (module, mode, kind, name) = (part("module")?, part("mode")?, part("type")?, part("name")?);
    let provider = part("provider")?;
    let addr = address(&module, &mode, &kind, &name)?;
    let about = |e: StateError| e.about(&addr.to_string());
    let provider = match provider.as_str() {
        "" => None,
        text => Some(provider_of(text).map_err(about)?),
    };
    let instances = resource.remove("instances").map_or("[]", RawValue::get);
    for instance in items(instances, "instances").map_err(about)? {
        read_instance(instance.get(), &addr, provider.as_ref(), state)?;
    }
    // "each" says since Terraform 0.13 nothing that the instances do not say.
    resource.remove("each");
    if !resource.is_empty() {
        state.resource_unread.insert((addr.module, addr.resource), unread(resource).collect());
    }
    Ok(())
}

/// The address without instance key. The parts are parsed as one text, then compared: a part that changes the
/// meaning of another one is found.
fn address(module: &str, mode: &str, kind: &str, name: &str) -> Result<ResourceInstance, StateError> {
    let mode_prefix = match mode {
        "managed" => "",
        "data" => "data.",
        _ => {
            return Err(StateError::malformed(format!(
                "A resource has the mode {mode:?}; only \"managed\" and \"data\" exist."
            )));
        }
    };
    let dot = if module.is_empty() { "" } else { "." };
    let text = format!("{module}{dot}{mode_prefix}{kind}.{name}");
    let malformed =
        |reason: &str| StateError::malformed(format!("{text:?} is not the address of a resource: {reason}."));
    let addr = addrs::parse_resource_instance(&text).map_err(|e| malformed(&e.reason))?;
    let same = addr.key == InstanceKey::None
        && addr.resource.kind.as_ref() == kind
        && addr.resource.name.as_ref() == name
        && addr.resource.mode == if mode == "data" { Mode::Data } else { Mode::Managed }
        && addr.module.is_root() == module.is_empty();
    if same { Ok(addr) } else { Err(malformed("its parts do not fit together")) }
}

fn provider_of(text: &str) -> Result<ProviderConfig, StateError> {
    addrs::parse_provider_config(text).map_err(|_| {
        let error = StateError::malformed(format!("{text:?} is not the address of a provider configuration."));
        if text.contains("provider.") {
            return error.advise(
                "This form is from before Terraform 0.13. Open the state once with Terraform 0.13 or later, for example with \
                 \"terraform state replace-provider\".",
            );
        }
        error
    })
}

fn read_instance(
    json: &str,
    resource: &ResourceInstance,
    provider: Option<&ProviderConfig>,
    state: &mut State,
) -> Result<(), StateError> {
    let mut instance = fields(json, "an instance").map_err(|e| e.about(&resource.to_string()))?;
    let key = instance.remove("index_key").map_or(Some(InstanceKey::None), |v| key_of(v.get()));
    let Some(key) = key else {
        let detail = "An index_key is neither a whole number nor a string.";
        return Err(StateError::malformed(detail).about(&resource.to_string()));
    };
    let addr = ResourceInstance { key, ..resource.clone() };
    let about = |e: StateError| e.about(&addr.to_string());
    let own_provider = match instance.remove("provider") {
        Some(text) => Some(text_of(text.get(), "provider").and_then(|t| provider_of(&t)).map_err(about)?),
        None => None,
    };
    let Some(provider) = own_provider.as_ref().or(provider) else {
        return Err(about(StateError::malformed("No provider configuration is named for it.")));
    };
    let deposed =
        instance.remove("deposed").map_or(Ok(String::new()), |v| text_of(v.get(), "deposed")).map_err(about)?;
    let object = Arc::new(object_of(instance).map_err(about)?);
    insert(state, addr, (!deposed.is_empty()).then(|| deposed.as_str().into()), provider, object)
}

fn insert(
    state: &mut State,
    addr: ResourceInstance,
    deposed: Option<DeposedKey>,
    provider: &ProviderConfig,
    object: Arc<Object>,
) -> Result<(), StateError> {
    let name = addr.to_string();
    let instance = state.instances.entry(addr).or_insert_with(|| InstanceState {
        provider: provider.clone(),
        current: None,
        deposed: BTreeMap::new(),
    });
    let before = match deposed {
        None => instance.current.replace(object),
        Some(key) => instance.deposed.insert(key, object),
    };
    match before {
        None => Ok(()),
        Some(_) => {
            Err(StateError::malformed("It is in the state twice, so it is not clear which object is meant.")
                .about(&name))
        }
    }
}

fn key_of(json: &str) -> Option<InstanceKey> {
    match json {
        "null" => Some(InstanceKey::None),
        text if text.starts_with('"') => {
            serde_json::from_str::<String>(text).ok().map(|s| InstanceKey::String(s.into()))
        }
        number => number.parse().ok().map(InstanceKey::Int),
    }
}

fn object_of(mut instance: Fields<'_>) -> Result<Object, StateError> {
    let attributes = instance.remove("attributes").map(RawValue::get);
    let mut take = |key: &str| instance.remove(key).map(RawValue::get).filter(|json| *json != "null");
    let flat = take("attributes_flat").map_or(Ok(None), |json| flat_of(json).map(Some))?;
    // Terraform takes an object without attributes for an empty one.
    let default = if flat.is_some() { "" } else { "{}" };
    let attributes = attributes.unwrap_or(default);
    let private = take("private").map_or(Ok(String::new()), |v| text_of(v, "private"))?;
    let status = match take("status").map_or(Ok(String::new()), |v| text_of(v, "status"))?.as_str() {
        "" => Status::Ready,
        "tainted" => Status::Tainted,
        other => return Err(StateError::malformed(format!("It has the status {other:?}; only \"tainted\" exists."))),
    };
    Ok(Object {
        schema_version: take("schema_version").map_or(Ok(0), |v| number(v, "schema_version"))?,
        attributes: attributes.into(),
        flat_attributes: flat.map(Arc::new),
        sensitive: take("sensitive_attributes").map_or(Ok(Vec::new()), paths::parse)?.into(),
        private: typed::from_base64(&private)
            .ok_or_else(|| StateError::malformed("Its private bytes are not base64."))?
            .into(),
        status,
        dependencies: take("dependencies").map_or(Ok(Vec::new()), dependencies_of)?.into(),
        create_before_destroy: take("create_before_destroy") == Some("true"),
        skip_destroy: take("skip_destroy") == Some("true"),
        unread: unread(instance).collect(),
    })
}

fn flat_of(json: &str) -> Result<BTreeMap<Arc<str>, Arc<str>>, StateError> {
    let texts = fields(json, "attributes_flat")?;
    texts.into_iter().map(|(k, v)| Ok((k.into(), text_of(v.get(), "attributes_flat")?.into()))).collect()
}

fn dependencies_of(json: &str) -> Result<Vec<ConfigResource>, StateError> {
    let one = |json: &RawValue| {
        let text = text_of(json.get(), "dependencies")?;
        let parsed = addrs::parse_resource_instance(&text);
        parsed
            .map(|addr| addr.config())
            .map_err(|_| StateError::malformed(format!("It depends on {text:?}, which is not an address.")))
    };
    items(json, "dependencies")?.into_iter().map(one).collect()
}

fn unread<'t>(rest: Fields<'t>) -> impl Iterator<Item = (Arc<str>, Arc<str>)> + use<'t> {
    rest.into_iter().map(|(key, json)| (key.into(), json.get().into()))
}

/// The value of a key, if it is there and not null.
pub(super) fn field<'t>(fields: &Fields<'t>, key: &str) -> Option<&'t str> {
    fields.get(key).map(|json| json.get()).filter(|json| *json != "null")
}

/// The keys of a JSON object.
pub(super) fn fields<'t>(json: &'t str, what: &str) -> Result<Fields<'t>, StateError> {
    if json == "null" {
        return Ok(Fields::new());
    }
    serde_json::from_str(json).map_err(|_| StateError::malformed(format!("It should be an object: {what}.")))
}

/// The elements of a JSON array.
pub(super) fn items<'t>(json: &'t str, what: &str) -> Result<Vec<&'t RawValue>, StateError> {
    if json == "null" {
        return Ok(Vec::new());
    }
    serde_json::from_str(json).map_err(|_| StateError::malformed(format!("It should be a list: {what}.")))
}

/// The text of a JSON string.
pub(super) fn text_of(json: &str, what: &str) -> Result<String, StateError> {
    serde_json::from_str(json).map_err(|_| StateError::malformed(format!("It should be a string: {what}.")))
}

fn number(json: &str, what: &str) -> Result<u64, StateError> {
    json.parse().map_err(|_| StateError::malformed(format!("It should be a whole number, not negative: {what}.")))
}
