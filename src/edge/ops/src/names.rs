//! Completion: the names that an expression may go on with.

use addrs::{Mode, ModuleInstance};
use config::Module;
use eval::{Evaluator, Repetition, Schemas};
use std::collections::BTreeSet;
use value::{Content, Type, Value};

/// Where the last name of a text begins, and the names that it may become.
pub(crate) fn completions(evaluator: &Evaluator, schemas: &Schemas, before: &str) -> (usize, Vec<String>) {
    let Some(root) = evaluator.tree().root() else { return (before.len(), Vec::new()) };
    let path = path_start(before);
    let typed = before.get(path..).unwrap_or_default();
    let cut = typed.rfind(['.', ':']).map_or(0, |at| at + 1);
    let (base, last) = typed.split_at(cut);
    let all: BTreeSet<String> = match base {
        "" => first_names(root),
        base if base.starts_with("provider::") => functions_of(root, schemas, base),
        base => members(evaluator, root, schemas, base.trim_end_matches('.')),
    };
    (path + cut, all.into_iter().filter(|name| name.starts_with(last) && name != last).collect())
}

/// Where the name with dots, keys and namespaces begins that a text ends with.
fn path_start(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            c if c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':') => {}
            _ => break,
        }
        start = at;
    }
    // A minus or a colon that nothing precedes is an operator.
    let path = text.get(start..).unwrap_or_default();
    start + path.find(|c: char| !matches!(c, '-' | ':' | '.')).unwrap_or(path.len())
}

fn first_names(root: &Module) -> BTreeSet<String> {
    let fixed = ["data", "local", "module", "path", "provider::", "terraform", "var"].into_iter().map(String::from);
    let kinds = root.resources.keys().filter(|addr| addr.mode == Mode::Managed).map(|addr| addr.kind.to_string());
    let functions = eval::function_names().map(|name| format!("{name}("));
    fixed.chain(kinds).chain(functions).collect()
}

/// `provider::`, or `provider::local::`.
fn functions_of(root: &Module, schemas: &Schemas, base: &str) -> BTreeSet<String> {
    let required = &root.required_providers;
    match base.strip_prefix("provider::").and_then(|rest| rest.strip_suffix("::")) {
        None => required.keys().map(|local| format!("{local}::")).collect(),
        Some(local) => {
            let source = required.get(local).map(|required| &required.source);
            let schema = source.and_then(|source| {
                schemas.get(source).or_else(|| schemas.iter().find(|(p, _)| p.same_as(source)).map(|(_, s)| s))
            });
            schema.into_iter().flat_map(|schema| schema.functions.keys()).map(|name| format!("{name}(")).collect()
        }
    }
}

/// What stands after `base.`
fn members(evaluator: &Evaluator, root: &Module, schemas: &Schemas, base: &str) -> BTreeSet<String> {
    let names = |names: &mut dyn Iterator<Item = &std::sync::Arc<str>>| names.map(ToString::to_string).collect();
    let of_kind = |mode: Mode, kind: &str| {
        let all = root.resources.keys().filter(|addr| addr.mode == mode && addr.kind.as_ref() == kind);
        all.map(|addr| addr.name.to_string()).collect::<BTreeSet<String>>()
    };
    match base {
        "var" => names(&mut root.variables.keys()),
        "local" => names(&mut root.locals.keys()),
        "module" => names(&mut root.module_calls.keys()),
        "path" => ["cwd", "module", "root"].map(String::from).into(),
        "terraform" => ["applying", "workspace"].map(String::from).into(),
        "data" => {
            let data = root.resources.keys().filter(|addr| addr.mode == Mode::Data);
            data.map(|addr| addr.kind.to_string()).collect()
        }
        _ => {
            let kinds = match base.strip_prefix("data.") {
                Some(kind) => of_kind(Mode::Data, kind),
                None => of_kind(Mode::Managed, base),
            };
            if !kinds.is_empty() {
                return kinds;
            }
            let value = value_of(evaluator, base);
            let attributes = value.as_ref().map(attributes).unwrap_or_default();
            if attributes.is_empty() { declared(root, schemas, base) } else { attributes }
        }
    }
}

/// The value of a path, which may be none.
fn value_of(evaluator: &Evaluator, path: &str) -> Option<Value> {
    let (expression, troubles) = syntax::parse_expression("<completion>".into(), path);
    if troubles.has_errors() {
        return None;
    }
    let (value, troubles) = evaluator.evaluate(&ModuleInstance::ROOT, &expression, &Repetition::NONE);
    let _nobody_calls_functions_here = evaluator.lacking_functions();
    (!troubles.has_errors()).then_some(value)
}

fn attributes(value: &Value) -> BTreeSet<String> {
    let identifiers = |names: Vec<&str>| -> BTreeSet<String> {
        names.into_iter().filter(|name| syntax::is_identifier(name)).map(String::from).collect()
    };
    match &value.content {
        Content::Object(entries) | Content::Map(_, entries) => identifiers(entries.keys().map(AsRef::as_ref).collect()),
        Content::Unknown(Type::Object(object), ..) => {
            identifiers(object.attributes.keys().map(AsRef::as_ref).collect())
        }
        _ => BTreeSet::new(),
    }
}

/// The attributes that the schema of a resource has whose object is not known.
fn declared(root: &Module, schemas: &Schemas, base: &str) -> BTreeSet<String> {
    let (mode, rest) = match base.strip_prefix("data.") {
        Some(rest) => (Mode::Data, rest),
        None => (Mode::Managed, base),
    };
    let bare = rest.split('[').next().unwrap_or(rest);
    let found = root.resources.iter().find(|(addr, _)| {
        addr.mode == mode
            && bare.strip_prefix(addr.kind.as_ref()).and_then(|r| r.strip_prefix('.')) == Some(&*addr.name)
    });
    let Some((addr, config)) = found else { return BTreeSet::new() };
    let provider = &config.provider_config.provider;
    let same = || schemas.iter().find(|(other, _)| other.same_as(provider)).map(|(_, schema)| schema);
    let Some(provider) = schemas.get(provider).or_else(same) else { return BTreeSet::new() };
    let kinds = if mode == Mode::Data { &provider.data_sources } else { &provider.resources };
    let Some(schema) = kinds.get(&addr.kind) else { return BTreeSet::new() };
    schema.block.attributes.keys().chain(schema.block.blocks.keys()).map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_last_path_begins() {
        for (text, want) in [
            ("var.zo", "var.zo"),
            ("1 + var.zo", "var.zo"),
            ("f(local.a[0].b", "local.a[0].b"),
            ("-var.a", "var.a"),
            ("x ? a:var", "a:var"),
            ("module.m[\"a b\"].", "module.m[\"a b\"]."),
            ("provider::aws::", "provider::aws::"),
            ("[for a in va", "va"),
            ("", ""),
        ] {
            assert_eq!(text.get(path_start(text)..), Some(want), "{text}");
        }
    }
}
