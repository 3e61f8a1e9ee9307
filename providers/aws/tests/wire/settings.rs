//! The `provider` block.

use crate::bench::{Bench, OTHER, REGION, fresh_name, provider_config};
use configschema::{Attribute, AttributeType, Block};
use gate::{Cloud, Fault, What};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use value::Type;

/// A provider with exactly this block and environment, on the shared cloud.
fn launch(env: &[(&str, &str)], config: Json) -> Bench {
    Bench::launch(Cloud::shared(), env, config)
}

/// What the configuration is refused with.
fn refused(env: &[(&str, &str)], more: Json) -> String {
    let said = launch(env, provider_config(Cloud::shared(), REGION, &more)).configured();
    assert!(!said.is_empty(), "not refused: {more}");
    said
}

/// Credentials and endpoint by the environment alone.
fn in_environment() -> Vec<(&'static str, &'static str)> {
    let endpoint: &'static str = Box::leak(Cloud::shared().endpoint().into_boxed_str());
    vec![("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_ENDPOINT_URL", endpoint)]
}

/// A file with this text that goes when the test ends.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> File {
        let file = File(std::env::temp_dir().join(fresh_name("drform-aws")));
        std::fs::write(&file.0, text).unwrap();
        file
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A type as schemas in JSON have it.
fn type_json(ty: &Type) -> Json {
    match ty {
        Type::String => json!("string"),
        Type::Number => json!("number"),
        Type::Bool => json!("bool"),
        Type::List(element) => json!(["list", type_json(element)]),
        Type::Set(element) => json!(["set", type_json(element)]),
        Type::Map(element) => json!(["map", type_json(element)]),
        other => panic!("{other:?}"),
    }
}

fn volume() -> Json {
    json!({ "availability_zone": "eu-central-1a", "size": 1 })
}

#[test]
fn the_block_is_that_of_hashicorp_aws() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/providers/registry.terraform.io/hashicorp/aws.json");
    let theirs: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let attribute = |name: &str, attribute: &Attribute| {
        let AttributeType::Plain(ty) = &attribute.ty else { panic!("{name}") };
        assert!(attribute.optional && !attribute.required && !attribute.computed, "{name}");
        let secret = matches!(name, "secret_key" | "token" | "web_identity_token");
        assert_eq!(attribute.sensitive, secret, "{name}");
        type_json(ty)
    };
    let same = |ours: &Block, theirs: &Json| {
        let types: serde_json::Map<String, Json> =
            ours.attributes.iter().map(|(name, a)| (name.to_string(), attribute(name, a))).collect();
        let their_types: serde_json::Map<String, Json> =
            theirs["attributes"].as_object().unwrap().iter().map(|(n, a)| (n.clone(), a["type"].clone())).collect();
        assert_eq!(types, their_types);
    };
    let (ours, theirs) = (launch(&[], json!({})).block(), &theirs["provider"]["block"]);
    same(&ours, theirs);
    let names: Vec<&str> = ours.blocks.keys().map(|name| &**name).collect();
    assert_eq!(names, theirs["block_types"].as_object().unwrap().keys().collect::<Vec<_>>());
    for (name, nested) in &ours.blocks {
        let their = &theirs["block_types"][&**name];
        same(&nested.block, &their["block"]);
        assert_eq!(nested.max_items, their["max_items"].as_u64().unwrap_or(0), "{name}");
    }
}

#[test]
fn wrong_blocks_are_refused_with_what_to_do() {
    let none = File::new("not a certificate");
    let rows = [
        (json!({ "region": "eu-centrl-1" }), "There is no region \"eu-centrl-1\""),
        (json!({ "secret_key": null }), "access_key needs secret_key to be set too."),
        (json!({ "insecure": true }), "Name your authority's file in custom_ca_bundle instead."),
        (json!({ "tag_policy_compliance": "error" }), "plans are not held against tag policies here"),
        (json!({ "allowed_account_ids": ["1"], "forbidden_account_ids": ["2"] }), "Only one of allowed_account_ids"),
        (json!({ "http_proxy": "http://a:1", "https_proxy": "http://b:1" }), "Set HTTP_PROXY and HTTPS_PROXY"),
        (json!({ "http_proxy": "http://user:hidden@ a" }), "It must be a URL like"),
        (json!({ "custom_ca_bundle": "/nowhere.pem" }), "/nowhere.pem: No such file"),
        (json!({ "custom_ca_bundle": none.path() }), "there is no certificate in it (PEM)"),
        (json!({ "endpoints": [{ "ec2": "127.0.0.1:80" }] }), "An endpoint begins with http:// or https://."),
        (json!({ "assume_role": [{ "session_name": "x" }] }), "Set role_arn to the ARN"),
        (json!({ "assume_role": [{ "role_arn": "x", "duration": "5m" }] }), "from 15 minutes to 12 hours"),
        (json!({ "assume_role_with_web_identity": [{ "role_arn": "x" }] }), "Set web_identity_token or"),
        (json!({ "retry_mode": "never" }), "retry_mode must be one of standard, adaptive"),
    ];
    for (more, expected) in rows {
        let said = refused(&[], more.clone());
        assert!(said.contains(expected) && !said.contains("hidden"), "{more}\n{said}");
    }
    let said = refused(&[("TF_AWS_TAG_POLICY_COMPLIANCE", "warning")], json!({}));
    assert!(said.contains("unset TF_AWS_TAG_POLICY_COMPLIANCE"), "{said}");
    // All that is only accepted.
    let accepted = json!({
        "skip_region_validation": true, "skip_credentials_validation": true, "skip_metadata_api_check": "true",
        "retry_mode": "adaptive", "token_bucket_rate_limiter_capacity": 100, "s3_use_path_style": true,
        "s3_us_east_1_regional_endpoint": "regional", "tag_policy_compliance": "disabled", "insecure": false,
        "use_fips_endpoint": true, "use_dualstack_endpoint": true,
        "endpoints": [{ "s3": "http://localhost", "iam": "http://localhost", "ssm": "http://localhost" }],
    });
    assert_eq!(launch(&[], provider_config(Cloud::shared(), "mars-north-1", &accepted)).configured(), "");
}

#[test]
fn the_region_and_credentials_of_the_environment() {
    let mut env = in_environment();
    let said = launch(&[("AWS_CONFIG_FILE", "/dev/null")], json!({})).configured();
    assert!(said.contains("No region") && said.contains("AWS_REGION in the environment"), "{said}");
    env.push(("AWS_REGION", "eu-centrl-1"));
    assert!(launch(&env, json!({})).configured().contains("There is no region"));
    env.pop();
    env.push(("AWS_DEFAULT_REGION", OTHER));
    let bench = launch(&env, json!({}));
    assert_eq!(bench.configured(), "");
    let made = bench.create("aws_ebs_volume", json!({ "availability_zone": "eu-west-1a", "size": 1 }));
    assert_eq!(made.text("region"), OTHER);
    bench.delete(made);
    // The endpoint of one service wins over that of all.
    env.extend([("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:9"), ("AWS_MAX_ATTEMPTS", "1")]);
    let bench = launch(&env, json!({}));
    assert_eq!(bench.configured(), "");
    let (_, said) =
        bench.try_create("aws_ebs_volume", json!({ "availability_zone": "eu-west-1a", "size": 1 })).unwrap_err();
    assert!(said.contains("Nobody answers there: check the endpoint"), "{said}");
    assert_eq!(bench.data("aws_caller_identity", json!({}))["account_id"], "123456789012");
}

#[test]
fn a_profile_of_files() {
    let config = File::new("[profile work]\nregion = eu-west-1\n[default]\nregion = us-east-1\n");
    let credentials = File::new("[work]\naws_access_key_id = filekey\naws_secret_access_key = filesecret\n");
    let block = json!({
        "profile": "work",
        "shared_config_files": [config.path()],
        "shared_credentials_files": [credentials.path()],
    });
    let bench = launch(&in_environment(), block);
    assert_eq!(bench.configured(), "");
    let name = fresh_name("profile");
    let made = bench
        .create("aws_ebs_volume", json!({ "availability_zone": "eu-west-1a", "size": 1, "tags": { "Name": name } }));
    assert_eq!(made.text("region"), "eu-west-1");
    bench.delete(made);
    let nobody = json!({ "profile": "nobody", "region": REGION, "shared_credentials_files": [credentials.path()] });
    let said = launch(&in_environment(), nobody).configured();
    assert!(said.contains("No credentials") && said.contains("profile nobody: "), "{said}");
}

#[test]
fn credentials_that_are_missing_or_wrong() {
    let endpoint = Cloud::shared().endpoint();
    let files = [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")];
    let mut block = json!({ "region": REGION, "endpoints": [{ "ec2": endpoint, "sts": endpoint }] });
    // Said once, and with where they were looked for.
    let said = launch(&files, block.clone()).configured();
    for part in [
        "No credentials: there are no credentials in\n- environment (AWS_ACCESS_KEY_ID): ",
        "\n- profile default: ",
        "\n- web identity (AWS_WEB_IDENTITY_TOKEN_FILE): ",
        "\n- container (AWS_CONTAINER_CREDENTIALS_FULL_URI): ",
        "\n- instance: ",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // With a role to assume it is the same: not the role is at fault.
    let mut with_role = block.clone();
    with_role["assume_role"] = json!([{ "role_arn": "arn:aws:iam::111111111111:role/x" }]);
    assert!(launch(&files, with_role).configured().contains("No credentials: "));
    block["skip_credentials_validation"] = json!(true);
    let bench = launch(&files, block);
    assert_eq!(bench.configured(), "");
    let said = bench.try_data("aws_caller_identity", json!({})).unwrap_err();
    assert!(
        said.contains("find out the account") && said.contains("There are no credentials that can be used."),
        "{said}"
    );
    let bench = Bench::new();
    let name = fresh_name("denied");
    let refusal = What::Refuse { status: 401, code: "AuthFailure".into(), message: "Not able to validate".into() };
    Cloud::shared().gate().inject(Fault::new(refusal).on("CreateVolume").containing(&name));
    let mut config = volume();
    config["tags"] = json!({ "Name": name });
    let (made, said) = bench.try_create("aws_ebs_volume", config).unwrap_err();
    assert!(made.is_none());
    for part in [
        "Could not create the EBS volume: ec2:CreateVolume in eu-central-1 answered AuthFailure: Not able to validate",
        "Request id: ",
        "The credentials are not accepted.",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn credentials_that_a_region_refuses_are_tried_once() {
    // Nobody else uses it: requests are counted.
    let region = "ap-southeast-2";
    let gate = Cloud::shared().gate();
    let bench = Bench::in_region(region);
    let refusal = What::Refuse {
        status: 401,
        code: "AuthFailure".into(),
        message: "AWS was not able to validate the provided access credentials".into(),
    };
    gate.inject(Fault::new(refusal).service("ec2").region(region));
    let requests = || gate.requests().iter().filter(|request| request.region == region).count();
    let config = json!({ "availability_zone": "ap-southeast-2a", "size": 1 });
    let before = requests();
    let (_, said) = bench.try_create("aws_ebs_volume", config.clone()).unwrap_err();
    assert!(said.contains("The credentials are not accepted. Check them") && said.contains("Request id: "), "{said}");
    // The fault met one request only: whatever were sent now would succeed.
    for _ in 0..3 {
        let (_, said) = bench.try_create("aws_ebs_volume", config.clone()).unwrap_err();
        let short =
            "The credentials are not accepted in ap-southeast-2 (AuthFailure). Another error of this run says more.";
        assert_eq!(said, format!("Could not create the EBS volume: {short}"));
    }
    assert_eq!(requests() - before, 1);
    // Other regions may take them, and so may the next run.
    let mut elsewhere = volume();
    elsewhere["region"] = json!(REGION);
    bench.delete(bench.create("aws_ebs_volume", elsewhere));
    bench.next_operation();
    bench.delete(bench.create("aws_ebs_volume", config));
}

#[test]
fn roles_are_assumed_one_after_the_other() {
    let session = fresh_name("session");
    let role = |account: &str, more: Json| {
        let mut role = json!({ "role_arn": format!("arn:aws:iam::{account}:role/{session}"), "session_name": session });
        role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        role
    };
    let all = json!({
        "duration": "1h", "external_id": "outside", "policy": "{\"Version\":\"2012-10-17\",\"Statement\":[]}",
        "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "source_identity": "ada",
        "tags": { "team": "orders" }, "transitive_tag_keys": ["team"],
    });
    let roles = json!([role("111111111111", all), role("222222222222", json!({}))]);
    let bench = Bench::with(Cloud::shared(), REGION, json!({ "assume_role": roles }));
    assert_eq!(bench.data("aws_caller_identity", json!({}))["account_id"], "222222222222");
    let requests = Cloud::shared().gate().requests();
    let asked: Vec<_> = requests.iter().filter(|r| r.operation == "AssumeRole" && r.body.contains(&session)).collect();
    // Each was assumed once, and the check's credentials were used.
    assert_eq!(asked.len(), 2);
    for part in [
        "DurationSeconds=3600",
        "ExternalId=outside",
        "Policy=%7B",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam",
        "SourceIdentity=ada",
        "Tags.member.1.Key=team",
        "Tags.member.1.Value=orders",
        "TransitiveTagKeys.member.1=team",
    ] {
        assert!(asked[0].body.contains(part), "{part}: {}", asked[0].body);
    }
    // The account of the role is another one: its objects are not ours.
    let made = bench.create("aws_ebs_volume", volume());
    assert_eq!(made.text("arn"), format!("arn:aws:ec2:{REGION}:222222222222:volume/{}", made.id()));
    let ours = Bench::new();
    assert!(ours.read(&made).is_none());
    // A web identity needs no other credentials.
    let token = File::new("a-token\n");
    let web = json!({ "region": REGION, "assume_role_with_web_identity": [
        role("333333333333", json!({ "web_identity_token_file": token.path() }))] });
    let endpoint = Cloud::shared().endpoint();
    let bench = launch(&[("AWS_ENDPOINT_URL", &endpoint)], web);
    assert_eq!(bench.configured(), "");
    assert_eq!(bench.data("aws_caller_identity", json!({}))["account_id"], "333333333333");
}

#[test]
fn a_role_that_is_not_given() {
    let session = fresh_name("nobody");
    let refusal = What::Refuse { status: 403, code: "AccessDenied".into(), message: "You may not assume it".into() };
    Cloud::shared().gate().inject(Fault::new(refusal).on("AssumeRole").containing(&session));
    let said =
        refused(&[], json!({ "assume_role": [{ "role_arn": "arn:aws:iam::1:role/x", "session_name": session }] }));
    for part in [
        "Role cannot be assumed: arn:aws:iam::1:role/x was not given: ",
        "You may not assume it",
        "trusts the identity",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn accounts() {
    let ours = "123456789012";
    for fine in [json!({ "allowed_account_ids": [ours, "2"] }), json!({ "forbidden_account_ids": ["2"] })] {
        assert_eq!(launch(&[], provider_config(Cloud::shared(), REGION, &fine)).configured(), "");
    }
    let said = refused(&[], json!({ "allowed_account_ids": ["2"] }));
    assert!(said.contains(&format!("account {ours}, which is not one of allowed_account_ids")), "{said}");
    let said = refused(&[], json!({ "forbidden_account_ids": [ours] }));
    assert!(said.contains(&format!("account {ours}, which is one of forbidden_account_ids")), "{said}");
    // Nothing is done with a configuration that was refused.
    let bench = launch(&[], provider_config(Cloud::shared(), REGION, &json!({ "forbidden_account_ids": [ours] })));
    assert!(!bench.configured().is_empty());
    let (_, said) = bench.try_create("aws_ebs_volume", volume()).unwrap_err();
    assert!(said.contains("not configured"), "{said}");
    // Without the account ARNs are as those of hashicorp/aws, and STS is not asked.
    let without = json!({ "skip_requesting_account_id": true, "endpoints": [{ "ec2": Cloud::shared().endpoint(), "sts": "http://127.0.0.1:9" }] });
    let bench = Bench::with(Cloud::shared(), REGION, without);
    let made = bench.create("aws_ebs_volume", volume());
    assert_eq!(made.text("arn"), format!("arn:aws:ec2:{REGION}::volume/{}", made.id()));
    bench.delete(made);
}

#[test]
fn what_is_not_known_yet() {
    let unknown = json!({ "$unknown": true });
    // The region is decided by an apply: plans leave it open.
    let bench = Bench::with(Cloud::shared(), REGION, json!({ "region": unknown }));
    let (planned, said) = bench.plan("aws_ebs_volume", None, &volume());
    assert!(!said.has_errors());
    assert!(!planned.unwrap().planned.get("region").unwrap().is_known());
    // So do they with the tags; the region is known.
    let bench = Bench::with(Cloud::shared(), REGION, json!({ "default_tags": [{ "tags": unknown }] }));
    let planned = bench.plan("aws_ebs_volume", None, &volume()).0.unwrap().planned;
    assert!(!planned.get("tags_all").unwrap().is_known());
    assert_eq!(planned.get("region").unwrap().as_str(), Some(REGION));
    // Nothing can be read or made.
    let (_, said) = bench.try_create("aws_ebs_volume", volume()).unwrap_err();
    assert!(said.contains("Apply what it depends on first"), "{said}");
}

#[test]
fn default_tags_are_under_the_tags_of_an_object() {
    let env = [("TF_AWS_DEFAULT_TAGS_stage", "test"), ("TF_AWS_DEFAULT_TAGS_team", "nobody")];
    let more = json!({ "default_tags": [{ "tags": { "team": "orders", "cost": "1" } }] });
    let bench = launch(&env, provider_config(Cloud::shared(), REGION, &more));
    assert_eq!(bench.configured(), "");
    let mut config = volume();
    config["tags"] = json!({ "cost": "2", "Name": "x" });
    let mut made = bench.create("aws_ebs_volume", config);
    assert_eq!(made.get("tags"), json!({ "cost": "2", "Name": "x" }));
    assert_eq!(made.get("tags_all"), json!({ "cost": "2", "Name": "x", "team": "orders", "stage": "test" }));
    bench.update(&mut made, json!({ "tags": null }));
    assert_eq!(made.get("tags_all"), json!({ "cost": "1", "team": "orders", "stage": "test" }));
    // The same tag as the default's may be written too.
    bench.update(&mut made, json!({ "tags": { "team": "orders" , "x": "y" } }));
    let id = made.id();
    bench.cloud.ec2(REGION, "DeleteTags", &[("ResourceId.1", &id), ("Tag.1.Key", "stage")]);
    bench.drifted(&made, json!({ "tags_all": { "cost": "1", "team": "orders", "x": "y" } }));
    bench.delete(made);
}

#[test]
fn ignored_tags_are_neither_seen_nor_touched() {
    let env = [("TF_AWS_IGNORE_TAGS_KEYS", "owner, seen-by"), ("TF_AWS_IGNORE_TAGS_KEY_PREFIXES", "scan:")];
    let more = json!({ "ignore_tags": [{ "keys": ["last"], "key_prefixes": ["kubernetes.io/"] }] });
    let bench = launch(&env, provider_config(Cloud::shared(), REGION, &more));
    assert_eq!(bench.configured(), "");
    let mut config = volume();
    config["tags"] = json!({ "Name": "x" });
    let mut made = bench.create("aws_ebs_volume", config);
    let id = made.id();
    for key in ["owner", "seen-by", "scan:1", "last", "kubernetes.io/x"] {
        bench.cloud.ec2(REGION, "CreateTags", &[("ResourceId.1", &id), ("Tag.1.Key", key), ("Tag.1.Value", "v")]);
    }
    assert_eq!(bench.read(&made).unwrap(), made.json());
    bench.update(&mut made, json!({ "tags": { "other": "y" } }));
    let there = bench.cloud.ec2(REGION, "DescribeVolumes", &[("VolumeId.1", &id)]);
    for key in ["owner", "seen-by", "scan:1", "last", "kubernetes.io/x", "other"] {
        assert!(there.contains(&format!("<key>{key}</key>")), "{key}: {there}");
    }
    assert!(!there.contains("<key>Name</key>"));
    // Tags that are written all the same are left alone too: no plan without end.
    bench.update(&mut made, json!({ "tags": { "other": "y", "last": "mine" } }));
    assert_eq!(made.get("tags_all"), json!({ "other": "y" }));
    bench.delete(made);
}

#[test]
fn requests_go_through_the_proxy() {
    // The host is known to the proxy alone.
    let more = json!({
        "http_proxy": Cloud::shared().endpoint(),
        "endpoints": [{ "ec2": "http://ec2.nowhere.invalid", "sts": "http://sts.nowhere.invalid" }],
        "max_retries": 0,
    });
    let bench = Bench::with(Cloud::shared(), REGION, more.clone());
    assert_eq!(bench.data("aws_caller_identity", json!({}))["account_id"], "123456789012");
    let mut without = more;
    without["no_proxy"] = json!("nowhere.invalid");
    let bench = Bench::with(Cloud::shared(), REGION, without);
    let said = bench.try_data("aws_caller_identity", json!({})).unwrap_err();
    assert!(said.contains("Nobody knows the host"), "{said}");
}
