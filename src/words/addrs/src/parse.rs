//! Addresses from text, at the edge and in state files.

use crate::provider::DEFAULT_HOST;
use crate::{
    InstanceKey, Mode, ModuleInstance, ModulePath, Provider, ProviderConfig, Resource, ResourceInstance, Target,
};
use std::fmt;
use std::iter::Peekable;
use std::sync::Arc;
use std::vec::IntoIter;

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What was expected, as a sentence without the address itself.
    pub reason: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ParseError {}

fn error<T>(reason: impl Into<String>) -> Result<T, ParseError> {
    Err(ParseError { reason: reason.into() })
}

/// One dotted step: a name with an optional key in brackets.
struct Step {
    name: Arc<str>,
    key: InstanceKey,
}

/// Splits `a.b["c.d"].e[0]` into steps; brackets protect dots.
fn steps(text: &str) -> Result<Vec<Step>, ParseError> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return error("a name is missing");
        }
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return error(format!("{name:?} is not a name"));
        }
        let (key, after) = key(after)?;
        steps.push(Step { name: name.into(), key });
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(steps),
            None => return error(format!("expected a dot before {after:?}")),
        }
    }
}

/// Reads an optional `[0]` or `["k"]` from the front.
fn key(text: &str) -> Result<(InstanceKey, &str), ParseError> {
    let Some(inner) = text.strip_prefix('[') else {
        return Ok((InstanceKey::None, text));
    };
    if let Some(quoted) = inner.strip_prefix('"') {
        let (value, rest) = quoted_string(quoted)?;
        return match rest.strip_prefix(']') {
            Some(rest) => Ok((InstanceKey::String(value.into()), rest)),
            None => error("a ] is missing after the instance key"),
        };
    }
    let Some((digits, rest)) = inner.split_once(']') else {
        return error("a ] is missing after the instance key");
    };
    match digits.parse() {
        Ok(n) => Ok((InstanceKey::Int(n), rest)),
        Err(_) => error(format!("the instance key [{digits}] is neither a whole number nor a quoted string")),
    }
}

/// Reads up to the closing quote, resolving escapes.
fn quoted_string(text: &str) -> Result<(String, &str), ParseError> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '$' | '%'
                if text.get(at + 1..).is_some_and(|rest| rest.starts_with([c]) && rest.get(1..2) == Some("{")) =>
            {
                chars.next();
                value.push(c);
            }
            '"' => return Ok((value, text.get(at + 1..).unwrap_or(""))),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 'r')) => value.push('\r'),
                Some((_, 't')) => value.push('\t'),
                Some((_, c)) => value.push(c),
                None => break,
            },
            c => value.push(c),
        }
    }
    error("a closing quote is missing in the instance key")
}

/// Parses the address of one resource instance, such as `module.a["x"].aws_instance.pg[0]`.
///
/// # Errors
/// Says which part is missing or malformed.
pub fn parse_resource_instance(text: &str) -> Result<ResourceInstance, ParseError> {
    let mut steps = steps(text)?.into_iter().peekable();
    let module = module_steps(&mut steps)?;
    resource_steps(module, steps)
}

/// Parses what `-target` and the state commands take: the address of a module, a resource, or an instance of one. A resource
/// may be written with `resource.` before it; a type that is called as something else in expressions must be.
///
/// # Errors
/// Says which part is missing or malformed.
pub fn parse_target(text: &str) -> Result<Target, ParseError> {
    let mut steps = steps(text)?.into_iter().peekable();
    let module = module_steps(&mut steps)?;
    match steps.peek() {
        None => return Ok(Target::Module(module)),
        Some(step) if is_reserved(&step.name) => {
            let name = &step.name;
            return error(format!("{name:?} is reserved; put \"resource.\" before a resource type of this name"));
        }
        Some(_) => {}
    }
    steps.next_if(|s| s.key == InstanceKey::None && s.name.as_ref() == "resource");
    let instance = resource_steps(module, steps)?;
    Ok(match instance.key {
        InstanceKey::None => Target::Resource(instance.module, instance.resource),
        _ => Target::Instance(instance),
    })
}

/// Words that begin something else than a resource in expressions.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "count" | "each" | "local" | "path" | "self" | "terraform" | "var" | "template")
}

/// Takes `module.a[0].module.b` from the front.
fn module_steps(steps: &mut Peekable<IntoIter<Step>>) -> Result<ModuleInstance, ParseError> {
    let mut module = ModuleInstance::ROOT;
    while let Some(step) = steps.next_if(|s| s.name.as_ref() == "module") {
        if step.key != InstanceKey::None {
            return error("\"module\" takes a name before an instance key");
        }
        match steps.next() {
            Some(call) => module = module.child(call.name, call.key),
            None => return error("the name of the module call is missing"),
        }
    }
    Ok(module)
}

/// Takes all that is left for the address of a resource instance.
fn resource_steps(module: ModuleInstance, mut steps: Peekable<IntoIter<Step>>) -> Result<ResourceInstance, ParseError> {
    let mode = match steps.next_if(|s| s.key == InstanceKey::None && matches!(s.name.as_ref(), "data" | "ephemeral")) {
        Some(step) if step.name.as_ref() == "data" => Mode::Data,
        Some(_) => Mode::Ephemeral,
        None => Mode::Managed,
    };
    let (Some(kind), Some(name), None) = (steps.next(), steps.next(), steps.next()) else {
        return error("a resource type and a resource name are needed, as in aws_instance.db");
    };
    if kind.key != InstanceKey::None {
        return error("the resource type cannot have an instance key");
    }
    let resource = Resource { mode, kind: kind.name, name: name.name };
    Ok(ResourceInstance { module, resource, key: name.key })
}

/// Parses a provider source address of one, two or three parts, such as `hashicorp/aws`.
///
/// # Errors
/// When there are more parts or an empty one.
pub fn parse_provider(text: &str) -> Result<Provider, ParseError> {
    let parts: Vec<&str> = text.split('/').collect();
    let valid =
        |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
    if !parts.iter().all(|p| valid(p)) {
        return error(format!("{text:?} is not a provider source address such as \"hashicorp/aws\""));
    }
    let lower = |s: &str| -> Arc<str> { s.to_ascii_lowercase().into() };
    match parts.as_slice() {
        [kind] => Ok(Provider::default_for(lower(kind))),
        [namespace, kind] => Ok(Provider { host: DEFAULT_HOST.into(), namespace: lower(namespace), kind: lower(kind) }),
        [host, namespace, kind] => Ok(Provider { host: lower(host), namespace: lower(namespace), kind: lower(kind) }),
        _ => error("a provider source address has at most three parts: HOST/NAMESPACE/TYPE"),
    }
}

/// Parses `module.a.provider["registry.terraform.io/hashicorp/aws"].west`, the form of state files; behind the alias may
/// stand an instance key.
///
/// # Errors
/// When it has another form.
pub fn parse_provider_config(text: &str) -> Result<ProviderConfig, ParseError> {
    let malformed = || ParseError { reason: format!("{text:?} is not a provider configuration address") };
    let at = text.find("provider[\"").ok_or_else(malformed)?;
    let (modules, rest) = text.split_at(at);
    let rest = rest.strip_prefix("provider[\"").ok_or_else(malformed)?;
    let (source, rest) = rest.split_once("\"]").ok_or_else(malformed)?;
    let (alias, instance) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (alias, after) = rest.split_at(rest.find('[').unwrap_or(rest.len()));
            let (instance, after) = key(after)?;
            if alias.is_empty() || !after.is_empty() {
                return Err(malformed());
            }
            (Some(alias.into()), instance)
        }
        None if rest.is_empty() => (None, InstanceKey::None),
        None => return Err(malformed()),
    };
    let mut module = ModulePath::ROOT;
    let mut names = modules.trim_end_matches('.').split('.').filter(|s| !s.is_empty());
    while let Some(word) = names.next() {
        match (word, names.next()) {
            ("module", Some(name)) => module = module.child(name),
            _ => return Err(malformed()),
        }
    }
    Ok(ProviderConfig { module, provider: parse_provider(source)?, alias, key: instance })
}

#[cfg(test)]
mod tests;
