//! `aws_key_pair`.

use crate::bench::{Bench, OTHER, REGION, fresh_name, fresh_token};
use gate::{Fault, What};
use serde_json::json;

const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJG5ti3DIaBTde5T9hu8EArmlZYefzkyWdvJccTwmdZ2";
const OTHER_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIERJXMJY/DtOlQ/Ai2gGhiOsI3in4DOI3n8f99COcOAy";

#[test]
fn a_life() {
    let bench = Bench::new();
    let name = fresh_name("life");
    let config = json!({ "key_name": name, "public_key": format!("{ONE} me@here\n"), "tags": { "Name": "a" } });
    let mut pair = bench.create("aws_key_pair", config);
    let seen = pair.json();
    assert_eq!((pair.id(), pair.text("key_name_prefix")), (name.clone(), String::new()));
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:key-pair/{name}"));
    assert_eq!((&seen["key_type"], &seen["tags_all"]), (&json!("ed25519"), &json!({ "Name": "a" })));
    assert!(pair.text("key_pair_id").starts_with("key-") && !pair.text("fingerprint").is_empty());
    bench.update(&mut pair, json!({ "tags": { "Name": "b" } }));
    bench.update(&mut pair, json!({ "tags": null }));
    bench.same(&pair, json!({ "public_key": format!("{ONE} me@home") }));
    bench.replaces(&pair, json!({ "public_key": OTHER_KEY }), &["public_key"]);
    bench.replaces(&pair, json!({ "key_name": "another" }), &["key_name"]);
    bench.replaces(&pair, json!({ "region": OTHER }), &["region"]);
    bench.imports(&pair, &name, &["public_key"]);
    bench.imports_nothing("aws_key_pair", &fresh_name("nobody"));
    bench.cloud.ec2(
        REGION,
        "CreateTags",
        &[("ResourceId.1", &pair.text("key_pair_id")), ("Tag.1.Key", "who"), ("Tag.1.Value", "me")],
    );
    bench.drifted(&pair, json!({ "tags": { "who": "me" } }));
    bench.cloud.ec2(REGION, "DeleteKeyPair", &[("KeyName", &name)]);
    bench.gone(&pair);
}

#[test]
fn made_up_names() {
    let bench = Bench::new();
    let prefix = fresh_name("deploy-");
    let config = json!({ "key_name_prefix": prefix, "public_key": ONE });
    let pair = bench.create("aws_key_pair", config.clone());
    assert!(pair.id().starts_with(&prefix) && pair.text("key_name_prefix") == prefix);
    bench.imports(&pair, &pair.id(), &[]);
    bench.replaces(&pair, json!({ "key_name_prefix": "x" }), &["key_name_prefix"]);
    bench.delete(pair);
    // A repetition has the same name, and finds what the first one made.
    let (planned, _) = bench.plan("aws_key_pair", None, &config);
    let (planned, token) = (planned.unwrap(), fresh_token());
    let made = bench.apply("aws_key_pair", None, &planned, &config, &token, false).object.unwrap();
    let again = bench.apply("aws_key_pair", None, &planned, &config, &token, true);
    assert!(!again.diagnostics.has_errors(), "{:?}", again.diagnostics);
    assert_eq!(again.object.unwrap().value, made.value);
    let unnamed = bench.create("aws_key_pair", json!({ "public_key": ONE }));
    assert!(unnamed.id().starts_with("terraform-"));
    bench.delete(unnamed);
}

#[test]
fn a_lost_answer_makes_no_second_pair() {
    let bench = Bench::new();
    let name = fresh_name("lost");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("ImportKeyPair").containing(&name));
    let config = json!({ "key_name": name, "public_key": ONE });
    let pair = bench.create("aws_key_pair", config.clone());
    let (planned, _) = bench.plan("aws_key_pair", None, &config);
    let planned = planned.unwrap();
    let other = bench.apply("aws_key_pair", None, &planned, &config, &fresh_token(), false);
    assert!(other.diagnostics.has_errors(), "a pair of somebody else was taken");
    let strange = json!({ "key_name": name, "public_key": OTHER_KEY });
    let (planned, _) = bench.plan("aws_key_pair", None, &strange);
    let other = bench.apply("aws_key_pair", None, &planned.unwrap(), &strange, &fresh_token(), true);
    assert!(other.diagnostics.has_errors(), "another key was taken");
    bench.delete(pair);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nverysecretmaterial\n-----END OPENSSH PRIVATE KEY-----";
    let said = bench.refuses("aws_key_pair", json!({ "key_name": "k", "public_key": secret }));
    assert!(said.contains("It is a private key.") && !said.contains("verysecret"), "{said}");
    let rows = [
        (json!({ "key_name": "k", "public_key": " " }), "It is empty."),
        (
            json!({ "key_name": "k", "key_name_prefix": "k", "public_key": ONE }),
            "Only one of key_name, key_name_prefix",
        ),
        (json!({ "key_name_prefix": "k".repeat(230), "public_key": ONE }), "must have 0 to 229 characters"),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_key_pair", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "key_name": { "$unknown": true }, "public_key": { "$unknown": true } });
    assert!(!bench.plan("aws_key_pair", None, &unknown).1.has_errors());
}
