//! Values of objects, one on a line, in a form that is the same for every run: ids and times are named.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Stands for what the plan does not know.
pub const UNKNOWN: &str = "(known after apply)";

/// Objects by address.
pub type Objects = BTreeMap<String, Value>;

/// Objects of a state file, data sources with `data.` before their type.
pub fn of_state(state: &Value) -> Objects {
    let mut objects = Objects::new();
    for resource in state["resources"].as_array().into_iter().flatten() {
        let module = resource["module"].as_str().map(|m| format!("{m}.")).unwrap_or_default();
        let data = if resource["mode"] == "data" { "data." } else { "" };
        let (kind, name) = (resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap());
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let key = match &instance["index_key"] {
                Value::Null => String::new(),
                key => format!("[{key}]"),
            };
            objects.insert(format!("{module}{data}{kind}.{name}{key}"), instance["attributes"].clone());
        }
    }
    objects
}

/// What a plan (`terraform show -json`) wants: managed objects that it creates or changes, unknown values marked.
/// Data sources that it has read already are among them.
pub fn of_plan(plan: &Value) -> Objects {
    let mut objects = Objects::new();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        let address = change["address"].as_str().unwrap().to_owned();
        objects.insert(address, marked(&change["change"]["after"], &change["change"]["after_unknown"]));
    }
    let mut modules = vec![&plan["prior_state"]["values"]["root_module"]];
    while let Some(module) = modules.pop() {
        for resource in module["resources"].as_array().into_iter().flatten() {
            objects.entry(resource["address"].as_str().unwrap().to_owned()).or_insert(resource["values"].clone());
        }
        modules.extend(module["child_modules"].as_array().into_iter().flatten());
    }
    objects
}

fn marked(after: &Value, unknown: &Value) -> Value {
    match (after, unknown) {
        (_, Value::Bool(true)) => Value::from(UNKNOWN),
        (Value::Object(after), Value::Object(unknown)) => {
            let flag = |name: &String| unknown.get(name).unwrap_or(&Value::Null);
            let mut all: Map<String, Value> =
                after.iter().map(|(name, value)| (name.clone(), marked(value, flag(name)))).collect();
            for (name, flag) in unknown {
                all.entry(name.clone()).or_insert_with(|| marked(&Value::Null, flag));
            }
            Value::Object(all)
        }
        (Value::Object(after), _) => {
            Value::Object(after.iter().map(|(name, value)| (name.clone(), marked(value, &Value::Null))).collect())
        }
        (Value::Array(after), _) => {
            let each = after.iter().enumerate();
            Value::Array(each.map(|(at, value)| marked(value, unknown.get(at).unwrap_or(&Value::Null))).collect())
        }
        (after, _) => after.clone(),
    }
}

/// Replaces ids of the objects by their addresses, and what else belongs to one run by its sort. Elements are sorted
/// then: the order of a set follows from its values.
pub fn named(objects: &Objects) -> Objects {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (address, object) in objects.iter().filter(|(address, _)| !address.contains("data.")) {
        // Of a compound id only an object of its own is the owner: `vpc-…`, not `rtb-…_0.0.0.0/0`.
        if let Some(id) = object["id"].as_str().filter(|id| words(id).count() == 1 && is_id(id)) {
            names.insert(id.to_owned(), format!("<{address}>"));
        }
    }
    objects.iter().map(|(address, object)| (address.clone(), renamed(object, &names))).collect()
}

fn renamed(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(steady(text, names)),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| renamed(item, names)).collect();
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        Value::Object(object) => {
            Value::Object(object.iter().map(|(name, value)| (name.clone(), renamed(value, names))).collect())
        }
        other => other.clone(),
    }
}

/// Words of letters, digits and hyphens with what lies between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

/// The text without what belongs to one run.
pub fn steady(text: &str, names: &BTreeMap<String, String>) -> String {
    if is_time(text) {
        return "<time>".into();
    }
    // Who comes first gets the first address of a subnet.
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return "<ip>".into();
    }
    words(text)
        .map(|word| match names.get(word) {
            Some(name) => name.clone(),
            // Images are the emulator's, the same in each run.
            None if is_id(word) && !word.starts_with("ami-") => {
                format!("<{}>", word.split_once('-').filter(|_| !is_uuid(word)).map_or("id", |(sort, _)| sort))
            }
            None => word.to_owned(),
        })
        .collect()
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| is_hex(part))
}

/// `vol-049df61146c4d7901`, a UUID, a multi-Region key, a grant.
fn is_id(word: &str) -> bool {
    let numbers = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match word.rsplit_once('-') {
        _ if is_uuid(word.strip_prefix("mrk-").unwrap_or(word)) => true,
        // The name of an address, the hash of an attachment.
        Some(_) if ["ip-", "ec2-", "vai-"].iter().any(|sort| word.strip_prefix(sort).is_some_and(numbers)) => true,
        Some((sort, number)) => {
            matches!(number.len(), 8 | 17 | 32) && is_hex(number) && sort.starts_with(|c: char| c.is_ascii_alphabetic())
        }
        None => word.len() >= 32 && is_hex(word),
    }
}

fn is_time(text: &str) -> bool {
    let digits = |from: usize, to: usize| text.get(from..to).is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit()));
    digits(0, 4) && text.get(4..5) == Some("-") && text.get(10..11) == Some("T") && digits(11, 13) && text.len() >= 19
}

/// One line for each value: `ADDRESS PATH = JSON`.
pub fn lines(objects: &Objects) -> Vec<String> {
    objects
        .iter()
        .flat_map(|(address, object)| {
            leaves(object).into_iter().map(move |(path, v)| format!("{address} {path} = {v}"))
        })
        .collect()
}

/// Values of an object by path: `ingress[0].cidr_blocks`. Lists of plain values are one value.
pub fn leaves(object: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect("", object, &mut found);
    found
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                let dot = if path.is_empty() { "" } else { "." };
                collect(&format!("{path}{dot}{name}"), value, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (at, item) in items.iter().enumerate() {
                collect(&format!("{path}[{at}]"), item, found);
            }
        }
        value => {
            found.insert(path.to_owned(), value.clone());
        }
    }
}
