//! What every function takes and gives.

use crate::terraform::{here, present, recording};
use drform_eval::functions::{Signature, SignatureParameter, signatures};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::process::Command;

/// Functions of ours that Terraform 1.11.4 does not have: of Terraform 1.15 the first, of OpenTofu the others.
const NEWER: &[&str] = &[
    "convert",
    "assumeequal",
    "assumelistlength",
    "assumelistlengthmax",
    "assumelistlengthmin",
    "assumemaplength",
    "assumemaplengthmax",
    "assumemaplengthmin",
    "assumenotnull",
    "assumesetlength",
    "assumesetlengthmax",
    "assumesetlengthmin",
    "assumestringprefix",
    "base64gunzip",
    "cidrcontains",
    "urldecode",
];

fn parameter(parameter: &SignatureParameter) -> Json {
    let ty: Json = serde_json::from_str(&value::json::type_to_json(&parameter.ty).print()).unwrap();
    json!([parameter.name, ty, parameter.nullable])
}

fn ours(signature: &Signature) -> Json {
    let returns: Json = serde_json::from_str(&value::json::type_to_json(&signature.returns).print()).unwrap();
    json!([
        signature.parameters.iter().map(parameter).collect::<Vec<_>>(),
        signature.variadic.as_ref().map(parameter),
        returns
    ])
}

/// What `terraform metadata functions -json` says, without its sentences.
fn terraforms() -> BTreeMap<String, Json> {
    let output = Command::new("terraform").args(["metadata", "functions", "-json"]).output().unwrap();
    let said: Json = serde_json::from_slice(&output.stdout).unwrap();
    let parameter = |p: &Json| json!([p["name"], p["type"], p["is_nullable"].as_bool().unwrap_or(false)]);
    let signatures = said["function_signatures"].as_object().unwrap().iter();
    let plain = signatures.filter(|(name, _)| !name.starts_with("core::"));
    plain
        .map(|(name, s)| {
            let parameters: Vec<Json> = s["parameters"].as_array().into_iter().flatten().map(parameter).collect();
            let variadic = s.get("variadic_parameter").map(parameter);
            (name.clone(), json!([parameters, variadic, s["return_type"]]))
        })
        .collect()
}

#[test]
fn functions_take_and_give_what_terraforms_do() {
    let path = here().join("recorded/signatures.json");
    if present() {
        let rows: Vec<String> = terraforms().iter().map(|(name, s)| format!("\"{name}\": {s}")).collect();
        let text = format!("{{\n{}\n}}\n", rows.join(",\n"));
        if recording() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "what is recorded");
    }
    let recorded: BTreeMap<String, Json> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let (all, mut wrong) = (signatures(), Vec::new());
    for (name, expected) in &recorded {
        let signature = all.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no {name}"));
        if ours(signature) != *expected {
            wrong.push(format!("{name}\n  want {expected}\n  have {}", ours(signature)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for signature in &all {
        assert!(signature.description.ends_with('.'), "{} is not described", signature.name);
        assert!(recorded.contains_key(signature.name) || NEWER.contains(&signature.name), "{}", signature.name);
        assert!(drform_eval::function_exists(signature.name));
    }
    assert_eq!(all.len(), 134);
}
