//! `aws_kms_key_policy`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name};
use crate::kms_key::policy;
use gate::{Fault, What};
use serde_json::{Value as Json, json};

fn key(bench: &Bench) -> Thing {
    bench.create("aws_kms_key", json!({ "deletion_window_in_days": 7 }))
}

fn policy_now(bench: &Bench, key: &Thing) -> Json {
    let found = bench.cloud.kms(REGION, "GetKeyPolicy", json!({ "KeyId": key.id(), "PolicyName": "default" }));
    serde_json::from_str(found["Policy"].as_str().unwrap()).unwrap()
}

fn parsed(policy: &str) -> Json {
    serde_json::from_str(policy).unwrap()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let (one, two) = (key(&bench), key(&bench));
    let (a, b) = (policy("a"), policy("b"));
    let mut thing = bench.create("aws_kms_key_policy", json!({ "key_id": one.id(), "policy": a }));
    assert_eq!(
        thing.json(),
        json!({ "id": one.id(), "key_id": one.id(), "policy": a, "region": REGION,
                "bypass_policy_lockout_safety_check": false })
    );
    assert_eq!(policy_now(&bench, &one), parsed(&a));
    bench.imports(&thing, &one.id(), &[]);
    bench.imports(&thing, &one.text("arn"), &[]);
    bench.imports_nothing("aws_kms_key_policy", "1234abcd-12ab-34cd-56ef-1234567890ab");
    bench.same(&thing, json!({ "policy": a.replace(r#""kms:*""#, r#"["kms:*"]"#), "key_id": one.text("arn") }));
    bench.update(&mut thing, json!({ "policy": b }));
    assert_eq!(policy_now(&bench, &one), parsed(&b));
    bench.update(&mut thing, json!({ "bypass_policy_lockout_safety_check": true }));
    bench.update(&mut thing, json!({ "bypass_policy_lockout_safety_check": null }));
    bench.replaces(&thing, json!({ "key_id": two.id() }), &["key_id"]);
    bench.replaces(&thing, json!({ "region": OTHER }), &["region"]);
    let put = json!({ "KeyId": one.id(), "PolicyName": "default", "Policy": a });
    bench.cloud.kms(REGION, "PutKeyPolicy", put);
    bench.drifted(&thing, json!({ "policy": a }));
    // The key stays, with the default policy.
    bench.try_delete(&thing).unwrap();
    let left = policy_now(&bench, &one);
    assert_eq!(left["Statement"].as_array().unwrap().len(), 1);
    assert_eq!(left["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::123456789012:root");
    bench.delete(one);
    bench.delete(two);
}

#[test]
fn bypassed_policies_stay() {
    let bench = Bench::new();
    let one = key(&bench);
    let config = json!({
        "key_id": one.text("arn"), "policy": policy("a"), "bypass_policy_lockout_safety_check": true,
    });
    let thing = bench.create("aws_kms_key_policy", config);
    assert_eq!((thing.id(), thing.text("key_id")), (one.text("arn"), one.text("arn")));
    let asked = bench.cloud.gate().requests().into_iter().rev();
    let put = asked.filter(|r| r.operation == "PutKeyPolicy").find(|r| r.body.contains(&one.id())).unwrap();
    assert_eq!(parsed(&put.body)["BypassPolicyLockoutSafetyCheck"], true);
    bench.try_delete(&thing).unwrap();
    assert_eq!(policy_now(&bench, &one), parsed(&policy("a")));
    // With its key the policy is gone.
    bench.cloud.kms(REGION, "ScheduleKeyDeletion", json!({ "KeyId": one.id(), "PendingWindowInDays": 7 }));
    bench.gone(&thing);
    let two = key(&bench);
    let thing = bench.create("aws_kms_key_policy", json!({ "key_id": two.id(), "policy": policy("a") }));
    bench.cloud.kms(REGION, "ScheduleKeyDeletion", json!({ "KeyId": two.id(), "PendingWindowInDays": 7 }));
    bench.gone(&thing);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let rows = [
        (json!({ "key_id": id, "policy": "{" }), "It is no JSON"),
        (json!({ "key_id": "", "policy": policy("a") }), "key_id must have 1 to 2048 characters"),
        (
            json!({ "key_id": format!("arn:aws:kms:{OTHER}:123456789012:key/{id}"), "policy": policy("a") }),
            "The key is of region eu-west-1, this policy of eu-central-1",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_kms_key_policy", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "key_id": { "$unknown": true }, "policy": { "$unknown": true } });
    assert!(!bench.plan("aws_kms_key_policy", None, &unknown).1.has_errors());
}

/// A lost answer does no harm, and a new role is waited for.
#[test]
fn asked_again() {
    let bench = Bench::new();
    let (one, role) = (key(&bench), fresh_name("role"));
    let malformed = What::Refuse {
        status: 400,
        code: "MalformedPolicyDocumentException".into(),
        message: "Policy contains a statement with one or more invalid principals.".into(),
    };
    let gate = bench.cloud.gate();
    gate.inject(Fault::new(malformed).on("PutKeyPolicy").containing(&role).times(2));
    gate.inject(Fault::new(What::CutAfter).on("PutKeyPolicy").containing(&role));
    let thing = bench.create("aws_kms_key_policy", json!({ "key_id": one.id(), "policy": policy(&role) }));
    let puts = gate.requests().into_iter().filter(|r| r.operation == "PutKeyPolicy" && r.body.contains(&role));
    assert_eq!(puts.count(), 4);
    bench.try_delete(&thing).unwrap();
    bench.delete(one);
}
