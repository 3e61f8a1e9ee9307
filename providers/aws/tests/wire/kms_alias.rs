//! `aws_kms_alias`.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_name, fresh_token, texts};
use gate::{Fault, What};
use serde_json::{Value as Json, json};

/// A region where no other test lists aliases, for what cannot tell them apart.
const ALONE: &str = "ap-northeast-3";

fn key(bench: &Bench) -> Thing {
    bench.create("aws_kms_key", json!({ "deletion_window_in_days": 7 }))
}

fn name() -> String {
    format!("alias/{}", fresh_name("orders"))
}

/// The aliases of a key, asked behind everybody's back.
fn aliases(bench: &Bench, key: &Thing) -> Vec<Json> {
    let listed = bench.cloud.kms(REGION, "ListAliases", json!({ "KeyId": key.id() }));
    listed["Aliases"].as_array().unwrap().clone()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let (one, two) = (key(&bench), key(&bench));
    let name = name();
    let mut alias = bench.create("aws_kms_alias", json!({ "name": name, "target_key_id": one.id() }));
    let expected = json!({
        "id": name, "name": name, "name_prefix": "", "arn": format!("arn:aws:kms:{REGION}:123456789012:{name}"),
        "target_key_id": one.id(), "target_key_arn": one.text("arn"), "region": REGION,
    });
    assert_eq!(alias.json(), expected);
    bench.imports(&alias, &name, &[]);
    bench.imports(&alias, &format!("{name}@{REGION}"), &[]);
    bench.imports_nothing("aws_kms_alias", "alias/nothing");
    bench.imports_nothing("aws_kms_alias", "orders");
    // Id and ARN name the same key.
    bench.same(&alias, json!({ "target_key_id": one.text("arn") }));
    bench.update(&mut alias, json!({ "target_key_id": two.text("arn") }));
    assert_eq!((alias.get("target_key_arn"), alias.get("target_key_id")), (two.get("arn"), two.get("arn")));
    bench.same(&alias, json!({ "target_key_id": two.id() }));
    bench.replaces(&alias, json!({ "name": "alias/other" }), &["name"]);
    bench.replaces(&alias, json!({ "name": null, "name_prefix": "alias/other-" }), &["name_prefix"]);
    bench.replaces(&alias, json!({ "region": OTHER, "target_key_id": one.id() }), &["region"]);
    bench.cloud.kms(REGION, "UpdateAlias", json!({ "AliasName": name, "TargetKeyId": one.id() }));
    bench.drifted(&alias, json!({ "target_key_id": one.id(), "target_key_arn": one.text("arn") }));
    bench.cloud.kms(REGION, "DeleteAlias", json!({ "AliasName": name }));
    bench.gone(&alias);
    let alias = bench.create("aws_kms_alias", json!({ "name": name, "target_key_id": two.text("arn") }));
    bench.delete(alias);
    bench.delete(one);
    bench.delete(two);
}

#[test]
fn names_are_made_up() {
    let bench = Bench::new();
    let one = key(&bench);
    let prefix = format!("{}-", name());
    let given = bench.create("aws_kms_alias", json!({ "name_prefix": prefix, "target_key_id": one.id() }));
    assert!(given.text("name").starts_with(&prefix) && given.text("name").len() == prefix.len() + 26);
    assert_eq!(given.text("name_prefix"), prefix);
    bench.imports(&given, &given.id(), &[]);
    bench.replaces(&given, json!({ "name_prefix": "alias/b-" }), &["name_prefix"]);
    let none = bench.create("aws_kms_alias", json!({ "target_key_id": one.id() }));
    assert_eq!(none.text("name_prefix"), "alias/");
    bench.delete(given);
    bench.delete(none);
    bench.delete(one);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let rows = [
        (json!({ "name": "orders-1", "target_key_id": id }), "It must begin with alias/."),
        (json!({ "name": "alias/aws/ebs", "target_key_id": id }), "alias/aws/ is reserved"),
        (json!({ "name_prefix": "alias/aws/", "target_key_id": id }), "alias/aws/ is reserved"),
        (json!({ "name": "alias/a b", "target_key_id": id }), "' ' is not possible"),
        (json!({ "name": "alias/", "target_key_id": id }), "name must have 7 to 256 characters; it has 6."),
        (
            json!({ "name": "alias/a", "name_prefix": "alias/b", "target_key_id": id }),
            "Only one of name, name_prefix can be set",
        ),
        (json!({ "name": "alias/a", "target_key_id": "alias/b" }), "not by another alias"),
        (
            json!({ "name": "alias/a", "target_key_id": format!("arn:aws:kms:{OTHER}:123456789012:key/{id}") }),
            "The key is of region eu-west-1, the alias of eu-central-1.",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses("aws_kms_alias", config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "$unknown": true });
    let unknown = json!({ "name": unknown, "target_key_id": unknown });
    assert!(!bench.plan("aws_kms_alias", None, &unknown).1.has_errors());
    // An alias moves only between keys of the same kind.
    let one = key(&bench);
    let mac = json!({ "customer_master_key_spec": "HMAC_256", "key_usage": "GENERATE_VERIFY_MAC" });
    let mac = bench.create("aws_kms_key", mac);
    let alias = bench.create("aws_kms_alias", json!({ "name": name(), "target_key_id": one.id() }));
    let said = bench.refuses_update(&alias, json!({ "target_key_id": mac.id() }));
    assert!(said.contains("ENCRYPT_DECRYPT (symmetric), the new key is one for GENERATE_VERIFY_MAC (HMAC)"), "{said}");
    bench.delete(alias);
    bench.delete(one);
    bench.delete(mac);
}

/// The answer is lost: the alias is there once, and ours. With a made up name too.
#[test]
fn a_lost_answer() {
    let bench = Bench::new();
    for argument in ["name", "name_prefix"] {
        let (one, name) = (key(&bench), name());
        bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateAlias").containing(&name));
        let mut config = json!({ "target_key_id": one.id() });
        config[argument] = json!(name);
        let alias = bench.create("aws_kms_alias", config);
        let asked = bench.cloud.gate().requests().into_iter();
        assert_eq!(asked.filter(|r| r.operation == "CreateAlias" && r.body.contains(&name)).count(), 2);
        assert_eq!(aliases(&bench, &one).len(), 1);
        bench.delete(alias);
        bench.delete(one);
    }
}

/// The same change again gives the same alias; somebody else's is not taken.
#[test]
fn a_repeated_change() {
    let bench = Bench::new();
    let (one, two) = (key(&bench), key(&bench));
    let kind = "aws_kms_alias";
    let config = json!({ "name_prefix": format!("{}-", name()), "target_key_id": one.id() });
    let planned = bench.plan(kind, None, &config).0.unwrap();
    let token = fresh_token();
    let made = bench.apply(kind, None, &planned, &config, &token, false);
    let again = bench.apply(kind, None, &planned, &config, &token, true);
    assert!(!again.diagnostics.has_errors(), "{}", texts(&again.diagnostics));
    assert_eq!(again.object.unwrap().value, made.object.unwrap().value);
    assert_eq!(aliases(&bench, &one).len(), 1);
    let name = name();
    bench.cloud.kms(REGION, "CreateAlias", json!({ "AliasName": name, "TargetKeyId": two.id() }));
    let config = json!({ "name": name, "target_key_id": one.id() });
    let planned = bench.plan(kind, None, &config).0.unwrap();
    let refused = bench.apply(kind, None, &planned, &config, &fresh_token(), true);
    assert!(refused.object.is_none_or(|object| object.value.is_null()));
    assert!(texts(&refused.diagnostics).contains("AlreadyExistsException"), "{}", texts(&refused.diagnostics));
    // Without a doubt even an alias of the same key is not ours.
    let config = json!({ "name": name, "target_key_id": two.id() });
    let (_, why) = bench.try_create(kind, config).unwrap_err();
    assert!(why.contains("AlreadyExistsException"), "{why}");
}

/// A new key and a new alias are not known everywhere at once.
#[test]
fn what_is_not_seen_yet_is_waited_for() {
    let bench = Bench::new();
    let (one, name) = (key(&bench), name());
    let not_found = What::Refuse {
        status: 400,
        code: "NotFoundException".into(),
        message: format!("Key '{}' does not exist", one.text("arn")),
    };
    bench.cloud.gate().inject(Fault::new(not_found).on("CreateAlias").containing(&name).times(2));
    let alias = bench.create("aws_kms_alias", json!({ "name": name, "target_key_id": one.id() }));
    bench.delete(alias);
    bench.delete(one);
}

/// However many aliases an operation reads, they are listed once.
#[test]
fn one_list_for_all() {
    let bench = Bench::in_region(ALONE);
    let one = key(&bench);
    let made: Vec<Thing> =
        (0..3).map(|_| bench.create("aws_kms_alias", json!({ "name": name(), "target_key_id": one.id() }))).collect();
    bench.next_operation();
    let lists = || {
        let asked = bench.cloud.gate().requests().into_iter();
        asked.filter(|r| r.operation == "ListAliases" && r.region == ALONE).count()
    };
    let before = lists();
    for alias in &made {
        assert_eq!(bench.read_again(alias).unwrap(), alias.json());
    }
    assert_eq!(lists() - before, 1);
}
