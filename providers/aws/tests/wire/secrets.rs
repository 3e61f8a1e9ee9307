//! No secret in a log, a diagnostic or an error's text, whatever is logged.

use crate::bench::{Bench, LOG, REGION, fresh_name, provider_config};
use gate::{Cloud, Fault, What};
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::net::TcpListener;

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

/// What must not be seen of objects, and of the session that a role is assumed for.
const OF_OBJECTS: [&str; 6] = [
    "s3cr3t-user-data",
    "czNjcjN0LXVzZXItZGF0YQ==", // the same in Base64
    "s3cr3t-malformed",
    "s3cr3t-private-key",
    "s3cr3t-grant-token",
    "s3cr3t-of-sts",
];

#[test]
fn nothing_of_objects_is_said() {
    let cloud = Cloud::shared();
    let log = std::env::temp_dir().join(fresh_name("drform-aws-objects-log"));
    let env = [(LOG, log.to_str().unwrap()), ("TF_LOG", "trace"), ("RUST_LOG", "trace")];
    let (ec2, sts) = (cloud.endpoint(), sts_that_gives(OF_OBJECTS[5]));
    let role = json!([{ "role_arn": "arn:aws:iam::123456789012:role/app", "session_name": "s" }]);
    let endpoints = json!([{ "ec2": ec2, "kms": ec2, "sts": sts }]);
    let config =
        provider_config(cloud, REGION, &json!({ "assume_role": role, "endpoints": endpoints, "max_retries": 1 }));
    let bench = Bench::launch(cloud, &env, config);
    let mut said = bench.configured();
    assert_eq!(said, "", "the role");
    let (plain, encoded) = (OF_OBJECTS[0], OF_OBJECTS[1]);
    let key = cloud.kms(REGION, "CreateKey", json!({}))["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let name = fresh_name("secret");
    let instance = |image: &str, more: Json| {
        let mut config = json!({ "ami": image, "instance_type": "m5.large", "tags": { "Name": name } });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("aws_instance", config)
    };
    let template = |user_data: &str| ("aws_launch_template", json!({ "name": name, "user_data": user_data }));
    let grant = json!({ "key_id": key, "grantee_principal": "arn:aws:iam::123456789012:role/app",
                        "operations": ["Decrypt"], "grant_creation_tokens": [OF_OBJECTS[4]], "name": name });
    let (there, missing) = ("ami-12c6146b", "ami-0123456789abcdef0");
    let malformed = format!("!{}", OF_OBJECTS[2]);
    let pair = |text: String| ("aws_key_pair", json!({ "key_name": name, "public_key": text }));
    let private = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----", OF_OBJECTS[3]);
    // Refused by the checks, by the rules of the cloud.
    let mut refused = vec![
        instance(missing, json!({ "user_data": plain })),
        instance(missing, json!({ "user_data_base64": encoded })),
        instance(there, json!({ "user_data_base64": malformed })),
        template(&malformed),
        pair(private),
        pair(format!("ssh-rsa {}", OF_OBJECTS[3])),
    ];
    for (kind, config) in refused.drain(..) {
        let why = bench.try_create(kind, config).map(|thing| thing.id()).expect_err(kind).1;
        assert!(!why.is_empty());
        said.push_str(&why);
    }
    // Refused, broken and cut on the way.
    let refusal = |status, code: &str| What::Refuse { status, code: code.into(), message: "no".into() };
    // What is refused is not asked again; the others are, once.
    for (what, times) in
        [(refusal(403, "UnauthorizedOperation"), 1), (refusal(500, "InternalError"), 2), (What::CutBefore, 2)]
    {
        for (operation, (kind, config)) in [
            ("RunInstances", instance(there, json!({ "user_data": plain }))),
            ("RunInstances", instance(there, json!({ "user_data_base64": encoded }))),
            ("CreateLaunchTemplate", template(encoded)),
            ("CreateGrant", ("aws_kms_grant", grant.clone())),
        ] {
            cloud.gate().inject(Fault::new(what.clone()).on(operation).containing(&name).times(times));
            let why = bench.try_create(kind, config).map(|thing| thing.id()).expect_err(kind).1;
            said.push_str(&why);
        }
    }
    // Made, read, changed, removed.
    let mut instance = bench.create("aws_instance", instance(there, json!({ "user_data": plain })).1);
    bench.update(&mut instance, json!({ "user_data": null, "user_data_base64": encoded }));
    bench.delete(instance);
    bench.delete(bench.create("aws_launch_template", template(encoded).1));
    let grant = bench.create("aws_kms_grant", grant);
    let token = grant.text("grant_token");
    bench.delete(grant);
    drop(bench);
    let logged = std::fs::read_to_string(&log).unwrap();
    let _ = std::fs::remove_file(&log);
    assert!(logged.contains("RunInstances") && logged.contains("CreateGrant"), "{logged}");
    for secret in OF_OBJECTS.into_iter().chain([token.as_str()]) {
        assert!(!said.contains(secret), "{secret} was said:\n{said}");
        assert!(!logged.contains(secret), "{secret} was logged:\n{logged}");
    }
}

/// An STS on loopback whose roles all have this secret key; its address.
fn sts_that_gives(secret: &str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let assumed = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{secret}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/app/s</Arn><AssumedRoleId>A:s</AssumedRoleId>\
         </AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
    );
    let who = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
               <Arn>arn:aws:sts::123456789012:assumed-role/app/s</Arn><UserId>A:s</UserId><Account>123456789012</Account>\
               </GetCallerIdentityResult></GetCallerIdentityResponse>";
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = String::new();
            let mut part = [0; 4096];
            while let Ok(read @ 1..) = stream.read(&mut part) {
                asked.push_str(&String::from_utf8_lossy(&part[..read]));
                if asked.contains("Action=") {
                    break;
                }
            }
            let body = if asked.contains("Action=AssumeRole") { assumed.as_str() } else { who };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: {}",
                body.len()
            );
            let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    address
}
