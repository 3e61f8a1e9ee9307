//! Every type that is promised is served, with every argument that `hashicorp/aws` 6.25.0 has for it; and, where its
//! whole schema is known, with the same attributes, types and nesting. `attributes.json` has both:
//!
//! - `arguments`: names of the arguments of each type, of blocks too (reference documentation of 6.25.0);
//! - `exact`: whole schemas. An attribute is `[required | optional | computed, type]`, a block `[nesting, {…}]`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say so")]

use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Where we differ: where, how, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    // A legacy of the first plugin SDK: it may be written there, and every apply then fails.
    (".id", "computed, not optional", "an id is the API's; to write one was never possible"),
];

fn ours() -> Json {
    serde_json::from_str(&sdk::provider_schema(&drform_aws::AwsProvider::new()).to_json()).unwrap()
}

fn theirs() -> Json {
    serde_json::from_str(include_str!("attributes.json")).unwrap()
}

/// The block of a type; `data.` begins the names of data sources, `provider` is the provider's own.
fn block<'a>(schema: &'a Json, name: &str) -> &'a Json {
    match name.strip_prefix("data.") {
        _ if name == "provider" => &schema["provider"]["block"],
        Some(name) => &schema["data_source_schemas"][name]["block"],
        None => &schema["resource_schemas"][name]["block"],
    }
}

fn members(json: &Json) -> impl Iterator<Item = (&String, &Json)> {
    json.as_object().into_iter().flatten()
}

/// All names in a block: attributes, blocks, and what is in their types.
fn names(block: &Json, found: &mut BTreeSet<String>) {
    for (name, attribute) in members(&block["attributes"]) {
        found.insert(name.clone());
        names_of_type(&attribute["type"], found);
    }
    for (name, nested) in members(&block["block_types"]) {
        found.insert(name.clone());
        names(&nested["block"], found);
    }
}

fn names_of_type(ty: &Json, found: &mut BTreeSet<String>) {
    for (name, part) in members(ty) {
        found.insert(name.clone());
        names_of_type(part, found);
    }
    ty.as_array().into_iter().flatten().for_each(|part| names_of_type(part, found));
}

#[test]
fn every_type_has_all_arguments() {
    let (ours, theirs) = (ours(), theirs());
    let mut wrong = Vec::new();
    for (name, arguments) in members(&theirs["arguments"]) {
        let block = block(&ours, name);
        if block.is_null() {
            wrong.push(format!("{name} is not served"));
            continue;
        }
        let mut found = BTreeSet::new();
        names(block, &mut found);
        let missing = arguments.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        wrong.extend(missing.filter(|argument| !found.contains(*argument)).map(|one| format!("{name} has no {one}")));
    }
    // Nothing is served that this test does not know.
    let served = members(&ours["resource_schemas"]).map(|(name, _)| name.clone());
    let served = served.chain(members(&ours["data_source_schemas"]).map(|(name, _)| format!("data.{name}")));
    wrong.extend(served.filter(|name| theirs["arguments"][name].is_null()).map(|name| format!("{name} is unknown")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn schemas_are_the_same_but_for_known_differences() {
    let (ours, theirs) = (ours(), theirs());
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for (name, known) in members(&theirs["exact"]) {
        compare(name, block(&ours, name), known, &mut |at: &str, what: String| {
            let fits = |(end, how, _): &&(&str, &str, &str)| at.ends_with(end) && *how == what;
            match DIFFERENT.iter().position(|row| fits(&row)) {
                Some(row) => drop(used.insert(row)),
                None => wrong.push(format!("{at}: {what}")),
            }
        });
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let idle: Vec<_> = (0..DIFFERENT.len()).filter(|row| !used.contains(row)).map(|row| DIFFERENT[row]).collect();
    assert!(idle.is_empty(), "no differences any more: {idle:?}");
}

fn compare(at: &str, ours: &Json, theirs: &Json, differs: &mut impl FnMut(&str, String)) {
    let (attributes, blocks) = (&ours["attributes"], &ours["block_types"]);
    for (name, known) in members(theirs) {
        let at = format!("{at}.{name}");
        let (how, what) = (known[0].as_str().unwrap(), &known[1]);
        let is_block = !matches!(how, "required" | "optional" | "computed");
        match (&attributes[name], &blocks[name], is_block) {
            (_, nested, true) if !nested.is_null() => {
                if nested["nesting_mode"] != how {
                    differs(&at, format!("nested as {}, not {how}", nested["nesting_mode"]));
                }
                compare(&at, &nested["block"], what, differs);
            }
            (attribute, _, false) if !attribute.is_null() => {
                if attribute["type"] != *what {
                    differs(&at, format!("of type {}, not {what}", attribute["type"]));
                }
                let is = |flag: &str| attribute[flag] == true;
                let found = if is("required") {
                    "required"
                } else if is("optional") {
                    "optional"
                } else {
                    "computed"
                };
                if found != how {
                    differs(&at, format!("{found}, not {how}"));
                }
            }
            _ => differs(&at, "missing".into()),
        }
    }
    for (name, _) in members(attributes).chain(members(blocks)).filter(|(name, _)| theirs[name].is_null()) {
        differs(&format!("{at}.{name}"), "not there".into());
    }
}
