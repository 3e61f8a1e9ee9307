use super::{parse, print};
use crate::{StateErrorKind, content_equal, integrity};

/// Written by Terraform 1.11.4 (2026-11-22). How: apply of small configurations of `terraform_data`, with
/// failing provisioners for tainted and deposed objects, and `terraform state rm` over a state by hand for what
/// only real providers have (`private`, `attributes_flat`, odd addresses).
const GOLDENS: [(&str, &str); 6] = [
    ("deposed", include_str!("goldens/deposed.tfstate")),
    ("destroyed", include_str!("goldens/destroyed.tfstate")),
    ("language", include_str!("goldens/language.tfstate")),
    ("outputs", include_str!("goldens/outputs.tfstate")),
    ("providers", include_str!("goldens/providers.tfstate")),
    ("tainted", include_str!("goldens/tainted.tfstate")),
];

#[test]
fn what_terraform_wrote_comes_back_byte_for_byte() {
    for (name, text) in GOLDENS {
        let state = parse(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(print(&state), text, "{name}");
    }
}

#[test]
fn every_cut_is_noticed() {
    for (name, text) in GOLDENS {
        let end = text.trim_end().len();
        // Every place in the small ones, every seventh in the large ones.
        for cut in (0..end).step_by(if end > 10_000 { 7 } else { 1 }).filter(|cut| text.is_char_boundary(*cut)) {
            let error = parse(&text[..cut]).expect_err(name);
            let expected = if cut == 0 { StateErrorKind::Empty } else { StateErrorKind::Torn };
            assert_eq!(error.kind, expected, "{name} cut at {cut}: {error}");
        }
    }
}

/// A state with one resource entry, from JSON text.
fn with_resources(resources: &str) -> String {
    format!(
        r#"{{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"l","outputs":{{}},"resources":[{resources}]}}"#
    )
}

fn with_instances(instances: &str) -> String {
    with_resources(&format!(
        r#"{{"mode":"managed","type":"t","name":"n","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[{instances}]}}"#
    ))
}

#[test]
fn refusals() {
    use StateErrorKind::*;
    let rows: Vec<(String, StateErrorKind, &str)> = vec![
        ("".into(), Empty, "no content"),
        (" \n".into(), Empty, "no content"),
        ("\0\0\0\0".into(), NotState, "stops being JSON at line 1, column 1"),
        ("{\"version\":4} x".into(), NotState, "column 15"),
        ("[]".into(), NotState, "not an object"),
        ("{}".into(), NotState, "no \"version\""),
        ("{\"version\":0}".into(), NotState, "is 0"),
        ("{\"version\":\"4\"}".into(), Malformed, "whole number"),
        ("{\"version\":3,\"modules\":[]}".into(), OlderVersion, "format version 3"),
        ("{\"version\":5,\"terraform_version\":\"9.9.9\"}".into(), NewerVersion, "calls itself version 9.9.9"),
        ("{\"version\":4,\"serial\":-1}".into(), Malformed, "serial"),
        ("{\"version\":4,\"resources\":{}}".into(), Malformed, "should be a list: resources"),
        (r#"{"version":4,"outputs":{"o":{"value":"x","type":"number"}}}"#.into(), Malformed, "do not belong together"),
        (with_resources(r#"{"mode":"other","type":"t","name":"n"}"#), Malformed, "mode \"other\""),
        (with_resources(r#"{"mode":"managed","type":"t","name":"n[0]"}"#), Malformed, "do not fit together"),
        (
            with_resources(r#"{"module":"module.a.b","mode":"managed","type":"t","name":"n"}"#),
            Malformed,
            "not the address of a resource",
        ),
        (
            with_resources(r#"{"module":"module.a.module","mode":"managed","type":"t","name":"n"}"#),
            Malformed,
            "not the address of a resource",
        ),
        (
            with_resources(r#"{"mode":"managed","type":"t","name":"n","provider":"provider.aws"}"#),
            Malformed,
            "provider configuration",
        ),
        (
            with_resources(r#"{"mode":"managed","type":"t","name":"n","instances":[{}]}"#),
            Malformed,
            "No provider configuration",
        ),
        (with_instances(r#"{"attributes":{}},{"attributes":{}}"#), Malformed, "in the state twice"),
        (with_instances(r#"{"deposed":"00000001"},{"deposed":"00000001"}"#), Malformed, "in the state twice"),
        (with_instances(r#"{"index_key":1.5}"#), Malformed, "index_key"),
        (with_instances(r#"{"index_key":true}"#), Malformed, "index_key"),
        (with_instances(r#"{"status":"odd"}"#), Malformed, "status \"odd\""),
        (with_instances(r#"{"private":"?"}"#), Malformed, "base64"),
        (with_instances(r#"{"dependencies":["a b"]}"#), Malformed, "not an address"),
        (with_instances(r#"{"sensitive_attributes":[[{"type":"x"}]]}"#), Malformed, "sensitive_attributes"),
    ];
    for (text, kind, says) in rows {
        let error = parse(&text).expect_err(&text);
        assert_eq!(error.kind, kind, "{text}: {error}");
        assert!(error.detail.contains(says), "{text}: {error}");
        assert!(!error.next_step.is_empty(), "{text}");
    }
}

#[test]
fn refusals_keep_secrets() {
    let secret = "hunter2";
    let texts = [
        format!(r#"{{"version":4,"outputs":{{"o":{{"value":"{secret}","type":"number"}}}}}}"#),
        with_instances(&format!(r#"{{"attributes":"{secret}","private":"{secret}?"}}"#)),
        format!("{{\"version\":4,\"outputs\":{{\"o\":\"{secret}\" x"),
    ];
    for text in texts {
        let error = parse(&text).expect_err(&text);
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
}

#[test]
fn what_we_do_not_understand_is_kept() {
    let text = concat!(
        "{\"version\":4,\"terraform_version\":\"1.99.0\",\"serial\":1,\"lineage\":\"l\",\"outputs\":{},\"resources\":[",
        r#"{"mode":"managed","type":"t","name":"n","provider":"provider[\"terraform.io/builtin/terraform\"]","colour":["red"],"instances":["#,
        r#"{"schema_version":0,"attributes":{"a": 1.50},"identity":{"id":1},"identity_schema_version":0,"private":"eA==","skip_destroy":true}]}],"#,
        r#""check_results":[],"zebra":{"x":{}}}"#
    );
    let state = parse(text).unwrap();
    let printed = print(&state);
    for kept in [
        "\"colour\": [",
        "\"a\": 1.50",
        "\"skip_destroy\": true",
        "\"check_results\": []",
        "\"zebra\": {",
        "\"terraform_version\": \"1.99.0\"",
    ] {
        assert!(printed.contains(kept), "{kept} is not in {printed}");
    }
    let at = |needle: &str| printed.find(needle).unwrap();
    assert!(at("identity_schema_version") < at("\"identity\"") && at("\"identity\"") < at("\"private\""));
    assert!(content_equal(&parse(&printed).unwrap(), &state));
    assert_eq!(print(&parse(&printed).unwrap()), printed);
}

#[test]
fn instances_with_providers_of_their_own() {
    let text = with_resources(concat!(
        r#"{"mode":"managed","type":"t","name":"n","instances":["#,
        r#"{"index_key":"a","provider":"provider[\"registry.opentofu.org/hashicorp/aws\"].by[\"a\"]","attributes":{}},"#,
        r#"{"index_key":"b","provider":"provider[\"registry.opentofu.org/hashicorp/aws\"].by[\"b\"]","attributes":{}}]}"#
    ));
    let state = parse(&text).unwrap();
    let printed = print(&state);
    assert!(
        printed.contains(r#""provider": "provider[\"registry.opentofu.org/hashicorp/aws\"].by[\"a\"]""#),
        "{printed}"
    );
    assert!(content_equal(&parse(&printed).unwrap(), &state));
}

#[test]
fn content_ignores_serial_lineage_and_white_space() {
    let state = parse(GOLDENS[2].1).unwrap();
    let mut other = state.clone();
    other.serial += 1;
    other.lineage = "other".into();
    other.terraform_version = "1.0.0".into();
    assert!(content_equal(&state, &other));
    assert!(content_equal(
        &parse(&with_instances(r#"{"attributes":{"a":1}}"#)).unwrap(),
        &parse(&with_instances(r#"{"attributes":{ "a" : 1 }}"#)).unwrap()
    ));
    assert!(!content_equal(
        &parse(&with_instances(r#"{"attributes":{"a":1}}"#)).unwrap(),
        &parse(&with_instances(r#"{"attributes":{"a":2}}"#)).unwrap()
    ));
    let addr = other.instances.keys().next().unwrap().clone();
    other.remove(&addr, None);
    assert!(!content_equal(&state, &other));
}

#[test]
fn integrity_of_goldens_and_of_a_contradiction() {
    for (name, text) in GOLDENS {
        let found = integrity(&parse(text).unwrap());
        // In one of them an object has the attributes `null`, put there by hand.
        assert_eq!(found.len(), usize::from(name == "providers"), "{name}: {found:?}");
    }
    let bad = parse(&with_instances(r#"{"attributes":"x"},{"deposed":"short"}"#)).unwrap();
    let details: Vec<String> = integrity(&bad).into_iter().map(|d| d.detail).collect();
    assert_eq!(details.len(), 2, "{details:?}");
}

#[test]
fn ten_thousand_instances_are_read_and_written() {
    let instances: Vec<String> = (0..10_000)
        .map(|i| {
            format!(r#"{{"index_key":{i},"schema_version":0,"attributes":{{"id":"{i}"}},"sensitive_attributes":[]}}"#)
        })
        .collect();
    let state = parse(&with_instances(&instances.join(","))).unwrap();
    assert_eq!(state.instances.len(), 10_000);
    assert!(content_equal(&parse(&print(&state)).unwrap(), &state));
}
