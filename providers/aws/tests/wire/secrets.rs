//! No secret in a log, a diagnostic or an error's text, whatever is logged.

use crate::bench::{Bench, LOG, REGION, fresh_name, provider_config};
use gate::{Cloud, Fault, What};
use serde_json::{Value as Json, json};

/// What must not be seen.
const SECRETS: [&str; 5] = ["s3cr3t-key", "s3cr3t-token", "s3cr3t-identity", "s3cr3t-environment", "s3cr3t-proxy"];

#[test]
fn nothing_secret_is_said() {
    let cloud = Cloud::shared();
    let log = std::env::temp_dir().join(fresh_name("drform-aws-log"));
    let mut said = String::new();
    let env = [
        (LOG, log.to_str().unwrap()),
        ("TF_LOG", "trace"),
        ("RUST_LOG", "trace"),
        ("AWS_SECRET_ACCESS_KEY", "s3cr3t-environment"),
        ("AWS_ACCESS_KEY_ID", "key"),
    ];
    let launch = |more: Json| Bench::launch(cloud, &env, provider_config(cloud, REGION, &more));
    let secrets = json!({ "secret_key": "s3cr3t-key", "token": "s3cr3t-token" });
    let bench = launch(secrets.clone());
    said.push_str(&bench.configured());
    let name = fresh_name("secret");
    let volume = |zone: &str| json!({ "availability_zone": zone, "size": 1, "tags": { "Name": name } });
    let made = bench.create("aws_ebs_volume", volume("eu-central-1a"));
    bench.delete(made);
    // All that can go wrong: refused by the API, broken, cut; by the checks.
    let refusal = |status, code: &str| What::Refuse { status, code: code.into(), message: "no".into() };
    for what in [refusal(403, "UnauthorizedOperation"), refusal(500, "InternalError"), What::CutBefore] {
        cloud.gate().inject(Fault::new(what).on("CreateVolume").containing(&name));
        said.push_str(
            &bench.try_create("aws_ebs_volume", volume("eu-central-1a")).map_or_else(|(_, why)| why, |_| String::new()),
        );
    }
    said.push_str(&bench.refuses("aws_ebs_volume", volume("us-east-1a")));
    // Roles, identities and proxies that do not work.
    let nowhere = json!([{ "ec2": "http://127.0.0.1:9", "sts": "http://127.0.0.1:9" }]);
    let role = json!([{ "role_arn": "arn:aws:iam::1:role/x", "web_identity_token": "s3cr3t-identity" }]);
    for more in [
        json!({ "assume_role_with_web_identity": role, "endpoints": nowhere }),
        json!({ "assume_role": [{ "role_arn": "arn:aws:iam::1:role/x" }], "endpoints": nowhere, "secret_key": "s3cr3t-key" }),
        json!({ "http_proxy": "http://u:s3cr3t-proxy@127.0.0.1:9", "max_retries": 0, "allowed_account_ids": ["1"],
                "endpoints": [{ "sts": "http://sts.invalid" }] }),
        json!({ "http_proxy": "http://u:s3cr3t-proxy@ 127.0.0.1:9" }),
        json!({ "access_key": null, "secret_key": "s3cr3t-key" }),
    ] {
        let refused = launch(more.clone()).configured();
        assert!(!refused.is_empty(), "not refused: {more}");
        said.push_str(&refused);
    }
    drop(bench);
    let logged = std::fs::read_to_string(&log).unwrap();
    let _ = std::fs::remove_file(&log);
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} was said:\n{said}");
        assert!(!logged.contains(secret), "{secret} was logged:\n{logged}");
    }
    // One line for each request, which says what became of it and nothing of what was in it.
    let lines: Vec<Json> =
        logged.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let created: Vec<&Json> = lines.iter().filter(|line| line["operation"] == "CreateVolume").collect();
    let outcomes: Vec<&str> = created.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "UnauthorizedOperation", "InternalError", "ok", "no answer", "ok"]);
    for line in created {
        assert_eq!(
            (&line["@level"], &line["service"], &line["region"]),
            (&json!("debug"), &json!("ec2"), &json!(REGION))
        );
        assert!(line["milliseconds"].is_string() && !line.to_string().contains(&name), "{line}");
    }
    assert!(!logged.contains("Authorization") && !logged.contains("Signature"), "{logged}");
}
