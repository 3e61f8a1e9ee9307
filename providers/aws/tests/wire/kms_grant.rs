//! `aws_kms_grant`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name, fresh_token, texts};
use gate::{Fault, What};
use serde_json::{Value as Json, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/app";

fn key(bench: &Bench) -> Thing {
    bench.create("aws_kms_key", json!({ "deletion_window_in_days": 7 }))
}

/// The grants on a key, asked behind everybody's back.
fn grants(bench: &Bench, key: &Thing) -> Vec<Json> {
    bench.cloud.kms(REGION, "ListGrants", json!({ "KeyId": key.id() }))["Grants"].as_array().unwrap().clone()
}

fn config(key: &Thing, more: Json) -> Json {
    let mut config = json!({ "key_id": key.id(), "grantee_principal": ROLE, "operations": ["Decrypt", "Encrypt"] });
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let one = key(&bench);
    let name = fresh_name("grant");
    let grant = bench.create(
        "aws_kms_grant",
        config(
            &one,
            json!({
                "name": name, "retiring_principal": "arn:aws:iam::123456789012:role/boss",
                "constraints": [{ "encryption_context_equals": { "app": "orders" } }],
                "grant_creation_tokens": ["token"],
            }),
        ),
    );
    let seen = grant.json();
    assert_eq!(grant.id(), format!("{}:{}", one.id(), grant.text("grant_id")));
    assert_eq!((seen["key_id"].clone(), seen["retire_on_delete"].clone()), (json!(one.id()), json!(false)));
    assert!(!grant.text("grant_token").is_empty());
    let told = &grants(&bench, &one)[0];
    assert_eq!(told["Constraints"], json!({ "EncryptionContextEquals": { "app": "orders" } }));
    let except = ["grant_token", "grant_creation_tokens"];
    bench.imports(&grant, &grant.id(), &except);
    bench.imports(&grant, &format!("{}@{REGION}", grant.id()), &except);
    bench.imports_nothing("aws_kms_grant", &format!("{}:0123456789abcdef", one.id()));
    bench.imports_nothing("aws_kms_grant", "1234abcd-12ab-34cd-56ef-1234567890ab:0123456789abcdef");
    bench.imports_nothing("aws_kms_grant", "nothing");
    bench.imports_nothing("aws_kms_grant", "arn:aws:kms:eu-central-1:123456789012:alias/a:b");
    let other = "arn:aws:iam::123456789012:role/other";
    for (changes, because) in [
        (json!({ "key_id": "1234abcd-12ab-34cd-56ef-1234567890ab" }), "key_id"),
        (json!({ "grantee_principal": other }), "grantee_principal"),
        (json!({ "operations": ["Decrypt"] }), "operations"),
        (json!({ "name": "other" }), "name"),
        (json!({ "retiring_principal": other }), "retiring_principal"),
        (json!({ "retire_on_delete": true }), "retire_on_delete"),
        (json!({ "grant_creation_tokens": ["another"] }), "grant_creation_tokens"),
        (json!({ "constraints": [{ "encryption_context_subset": { "app": "orders" } }] }), "constraints"),
        (json!({ "constraints": null }), "constraints"),
        (json!({ "region": OTHER }), "region"),
    ] {
        bench.replaces(&grant, changes, &[because]);
    }
    bench.delete(grant);
    assert!(grants(&bench, &one).is_empty());
    let grant = bench.create("aws_kms_grant", config(&one, json!({ "key_id": one.text("arn"), "name": name })));
    assert_eq!(grant.id(), format!("{}:{}", one.text("arn"), grant.text("grant_id")));
    bench.imports(&grant, &grant.id(), &except);
    bench.cloud.kms(REGION, "RevokeGrant", json!({ "KeyId": one.id(), "GrantId": grant.text("grant_id") }));
    bench.gone(&grant);
    bench.delete(one);
}

#[test]
fn kinds_of_grants() {
    let bench = Bench::new();
    let one = key(&bench);
    let subset = json!({ "constraints": [{ "encryption_context_subset": { "app": "orders", "env": "test" } }] });
    for more in [
        json!({}),
        subset,
        json!({ "grantee_principal": "ec2.amazonaws.com", "operations": ["CreateGrant", "DescribeKey"] }),
        json!({ "constraints": [{ "encryption_context_equals": { "a": "b" }, "encryption_context_subset": {} }] }),
    ] {
        let grant = bench.create("aws_kms_grant", config(&one, more));
        assert_eq!(grants(&bench, &one).len(), 1);
        bench.delete(grant);
    }
    // Retired, not revoked.
    let grant = bench.create("aws_kms_grant", config(&one, json!({ "retire_on_delete": true })));
    let id = grant.text("grant_id");
    bench.delete(grant);
    let asked: Vec<_> = bench.cloud.gate().requests().into_iter().filter(|r| r.body.contains(&id)).collect();
    assert!(asked.iter().any(|r| r.operation == "RetireGrant"));
    assert!(!asked.iter().any(|r| r.operation == "RevokeGrant"));
    assert!(grants(&bench, &one).is_empty());
    let grant = bench.create("aws_kms_grant", config(&one, json!({ "retire_on_delete": true })));
    bench.cloud.kms(REGION, "RevokeGrant", json!({ "KeyId": one.id(), "GrantId": grant.text("grant_id") }));
    bench.gone(&grant);
    bench.delete(one);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let nine: serde_json::Map<String, Json> = (0..9).map(|i| (format!("k{i}"), json!("v"))).collect();
    let context = json!({ "a": "b" });
    let rows = [
        (json!({ "operations": ["Wrap"] }), "operations must be one of"),
        (json!({ "grantee_principal": "app" }), "It is neither an ARN nor an AWS service"),
        (json!({ "grantee_principal": ".amazonaws.com" }), "It is neither an ARN nor an AWS service"),
        (json!({ "retiring_principal": "app" }), "It is neither an ARN nor an AWS service"),
        (json!({ "name": "a b" }), "' ' is not possible"),
        (json!({ "name": "a".repeat(257) }), "name must have 1 to 256 characters"),
        (json!({ "key_id": "alias/a" }), "A grant names its key by id or ARN"),
        (
            json!({ "key_id": format!("arn:aws:kms:{OTHER}:123456789012:key/{id}") }),
            "The key is of region eu-west-1, this grant of eu-central-1",
        ),
        (json!({ "constraints": [{}] }), "A constraint needs encryption_context_equals or"),
        (
            json!({ "constraints": [{ "encryption_context_equals": context, "encryption_context_subset": context }] }),
            "A grant has one constraint",
        ),
        (
            json!({ "constraints": [{ "encryption_context_equals": context }, { "encryption_context_subset": context }] }),
            "A grant has one constraint",
        ),
        (json!({ "constraints": [{ "encryption_context_equals": nine }] }), "A constraint has at most 8 pairs"),
        (
            json!({ "operations": ["Sign"], "constraints": [{ "encryption_context_equals": context }] }),
            "Sign have no encryption context",
        ),
    ];
    for (more, expected) in rows {
        let mut config = json!({ "key_id": id, "grantee_principal": ROLE, "operations": ["Decrypt"] });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        let said = bench.refuses("aws_kms_grant", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "$unknown": true });
    let unknown = json!({ "key_id": unknown, "grantee_principal": unknown, "operations": unknown,
        "constraints": [{ "encryption_context_equals": unknown, "encryption_context_subset": unknown }] });
    assert!(!bench.check("aws_kms_grant", &unknown).has_errors());
    assert!(!bench.plan("aws_kms_grant", None, &unknown).1.has_errors());
}

/// The answer is lost: one grant, with a name and without one.
#[test]
fn a_lost_answer() {
    let bench = Bench::new();
    for more in [json!({ "name": fresh_name("grant") }), json!({})] {
        for what in [What::CutAfter, What::CutBefore] {
            let one = key(&bench);
            bench.cloud.gate().inject(Fault::new(what).on("CreateGrant").containing(&one.id()));
            let grant = bench.create("aws_kms_grant", config(&one, more.clone()));
            let asked = bench.cloud.gate().requests().into_iter();
            assert_eq!(asked.filter(|r| r.operation == "CreateGrant" && r.body.contains(&one.id())).count(), 2);
            assert_eq!(grants(&bench, &one).len(), 1);
            assert_eq!(grant.get("name"), more["name"]);
            bench.imports(&grant, &grant.id(), &["grant_token", "retire_on_delete"]);
            bench.delete(grant);
            bench.delete(one);
        }
    }
}

/// Two that are alike in everything, both in doubt: never one grant for both, nor one that another object has.
#[test]
fn alike_and_in_doubt() {
    let bench = Bench::new();
    let kind = "aws_kms_grant";
    let one = key(&bench);
    let config = config(&one, json!({}));
    let owned = bench.create(kind, config.clone());
    let planned = bench.plan(kind, None, &config).0.unwrap();
    let tokens = [fresh_token(), fresh_token()];
    let all: Vec<_> = tokens
        .iter()
        .map(|token| {
            bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateGrant").containing(&one.id()));
            bench.apply(kind, None, &planned, &config, token, false).object.unwrap()
        })
        .collect();
    let id = |value: &value::Value| value.get("id").unwrap().as_str().unwrap().to_owned();
    assert_ne!(id(&all[0].value), id(&all[1].value));
    assert!(all.iter().all(|object| id(&object.value) != owned.id()));
    // A host that died: the same changes again, and one that was not made before.
    for (token, object) in tokens.iter().zip(&all) {
        let again = bench.apply(kind, None, &planned, &config, token, true).object.unwrap();
        assert_eq!(id(&again.value), id(&object.value));
    }
    let fourth = bench.apply(kind, None, &planned, &config, &fresh_token(), true).object.unwrap();
    assert!(all.iter().all(|object| id(&object.value) != id(&fourth.value)) && id(&fourth.value) != owned.id());
    assert_eq!(grants(&bench, &one).len(), 4);
}

/// The same change again gives the same grant, with a name and without one.
#[test]
fn a_repeated_change() {
    let bench = Bench::new();
    let kind = "aws_kms_grant";
    for more in [
        json!({ "name": fresh_name("grant") }),
        json!({ "constraints": [{ "encryption_context_subset": { "a": "b" } }] }),
    ] {
        let one = key(&bench);
        let config = config(&one, more);
        let planned = bench.plan(kind, None, &config).0.unwrap();
        let token = fresh_token();
        let made = bench.apply(kind, None, &planned, &config, &token, false).object.unwrap();
        let again = bench.apply(kind, None, &planned, &config, &token, true);
        assert!(!again.diagnostics.has_errors(), "{}", texts(&again.diagnostics));
        assert_eq!(again.object.unwrap().value.get("id"), made.value.get("id"));
        assert_eq!(grants(&bench, &one).len(), 1);
    }
}

/// A role that was made a moment ago is no valid ARN yet.
#[test]
fn new_principals_are_waited_for() {
    let bench = Bench::new();
    let one = key(&bench);
    let invalid = What::Refuse { status: 400, code: "InvalidArnException".into(), message: ROLE.into() };
    bench.cloud.gate().inject(Fault::new(invalid).on("CreateGrant").containing(&one.id()).times(2));
    let grant = bench.create("aws_kms_grant", config(&one, json!({})));
    bench.delete(grant);
    bench.delete(one);
}
