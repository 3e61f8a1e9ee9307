//! Where credentials, endpoints and trust come from: what AWS itself would be is played on loopback.

use crate::bench::{Bench, REGION, fresh_name};
use gate::Cloud;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A provider whose environment and files have no credentials but those given.
fn launch(env: &[(&str, &str)], config: Json) -> Bench {
    let mut all = vec![("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")];
    all.extend(env);
    Bench::launch(Cloud::shared(), &all, config)
}

/// Heads of requests that a server on loopback got.
type Heads = Arc<Mutex<Vec<String>>>;

/// A server on loopback that answers the head of a request with a whole answer, with TLS where there is some: its port.
fn serve(tls: Option<Arc<ServerConfig>>, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (u16, Heads) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heads, answer) = (Heads::default(), Arc::new(answer));
    let seen = heads.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tls, seen, answer) = (tls.clone(), seen.clone(), answer.clone());
            std::thread::spawn(move || match tls {
                None => exchange(stream, &seen, &*answer),
                Some(tls) => {
                    exchange(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream), &seen, &*answer);
                }
            });
        }
    });
    (port, heads)
}

/// One request and its answer.
fn exchange(mut stream: impl Read + Write, seen: &Heads, answer: &dyn Fn(&str) -> String) {
    let (mut read, mut buffer) = (Vec::new(), [0; 4_096]);
    let (head, body) = loop {
        let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            break (head.to_owned(), body.len());
        }
    };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut missing = length.unwrap_or(0_usize).saturating_sub(body);
    while missing > 0 {
        let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
        missing = missing.saturating_sub(count);
    }
    let text = answer(&head);
    seen.lock().unwrap().push(head);
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.flush();
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// A certificate for localhost by an authority of its own: the server's side, and the authority as PEM.
fn authority() -> (Arc<ServerConfig>, String) {
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let certificate = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &issuer).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(crypto).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], private).unwrap();
    (Arc::new(config), pem)
}

/// STS, as far as it says who asks.
fn sts(_head: &str) -> String {
    let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                <Arn>arn:aws:iam::111122223333:user/tls</Arn><UserId>AIDATLS</UserId><Account>111122223333</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    http("200 OK", "content-type: text/xml\r\n", body)
}

#[test]
fn an_authority_of_ones_own_is_trusted_when_it_is_named() {
    let (tls, pem) = authority();
    let (port, _) = serve(Some(tls), sts);
    let file = std::env::temp_dir().join(fresh_name("drform-aws-ca"));
    std::fs::write(&file, pem).unwrap();
    let file = file.to_str().unwrap();
    let config = |more: Json| {
        let mut config = json!({
            "region": REGION, "access_key": "key", "secret_key": "secret",
            "endpoints": [{ "sts": format!("https://localhost:{port}") }],
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let bench = launch(&[], config(json!({})));
    assert_eq!(bench.configured(), "");
    let said = bench.try_data("aws_caller_identity", json!({})).unwrap_err();
    assert!(said.contains("The certificate is not trusted. Name the authority's file in custom_ca_bundle"), "{said}");
    for (env, more) in [(vec![], json!({ "custom_ca_bundle": file })), (vec![("AWS_CA_BUNDLE", file)], json!({}))] {
        let bench = launch(&env, config(more));
        assert_eq!(bench.configured(), "");
        assert_eq!(bench.data("aws_caller_identity", json!({}))["account_id"], "111122223333");
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn endpoints_of_other_kinds() {
    // A proxy that lets nobody through: it is told the host, and that is all that leaves the machine's loopback.
    let (port, heads) = serve(None, |_| http("403 Forbidden", "", ""));
    let proxy = format!("http://127.0.0.1:{port}");
    let (fips, dual) =
        (("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"), ("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"));
    let rows = [
        (vec![], ["ec2.us-east-1.amazonaws.com", "kms.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com"]),
        (
            vec![fips],
            [
                "ec2-fips.us-east-1.amazonaws.com",
                "kms-fips.us-east-1.amazonaws.com",
                "sts-fips.us-east-1.amazonaws.com",
            ],
        ),
        (vec![dual], ["ec2.us-east-1.api.aws", "kms.us-east-1.api.aws", "sts.us-east-1.api.aws"]),
        (vec![fips, dual], ["ec2-fips.us-east-1.api.aws", "kms-fips.us-east-1.api.aws", "sts-fips.us-east-1.api.aws"]),
    ];
    for (kinds, expected) in rows {
        for by_environment in [false, true] {
            let mut config = json!({
                "region": "us-east-1", "access_key": "key", "secret_key": "secret", "https_proxy": proxy, "max_retries": 0,
            });
            let mut env = Vec::new();
            for (argument, variable) in &kinds {
                match by_environment {
                    true => env.push((*variable, "true")),
                    false => config[*argument] = json!(true),
                }
            }
            let bench = launch(&env, config);
            assert_eq!(bench.configured(), "");
            heads.lock().unwrap().clear();
            let kms = json!({ "key_id": "12345678-1234-1234-1234-123456789012" });
            for (kind, config) in
                [("aws_availability_zones", json!({})), ("aws_kms_key", kms), ("aws_caller_identity", json!({}))]
            {
                bench.try_data(kind, config).unwrap_err();
            }
            let asked = heads.lock().unwrap().clone();
            let hosts: Vec<&str> = asked.iter().map(|head| head.split_whitespace().nth(1).unwrap()).collect();
            assert_eq!(hosts, expected.map(|host| format!("{host}:443")), "{kinds:?} {by_environment}");
        }
    }
}

#[test]
fn an_instance_has_credentials_of_its_role() {
    let (port, heads) = serve(None, |head| {
        let path = head.split_whitespace().nth(1).unwrap_or_default();
        let role = "{\"Code\":\"Success\",\"LastUpdated\":\"2026-01-01T00:00:00Z\",\"Type\":\"AWS-HMAC\",\
                    \"AccessKeyId\":\"ASIAOFTHEROLE\",\"SecretAccessKey\":\"secret\",\"Token\":\"token\",\
                    \"Expiration\":\"2099-01-01T00:00:00Z\"}";
        let with_token = head.to_ascii_lowercase().contains("x-aws-ec2-metadata-token: of-imds");
        match path {
            "/latest/api/token" if head.starts_with("PUT ") => {
                http("200 OK", "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n", "of-imds")
            }
            _ if !with_token => http("401 Unauthorized", "", ""),
            "/latest/meta-data/iam/security-credentials/" => http("200 OK", "", "builder"),
            "/latest/meta-data/iam/security-credentials/builder" => http("200 OK", "", role),
            _ => http("404 Not Found", "", ""),
        }
    });
    let (imds, endpoint) = (format!("http://127.0.0.1:{port}"), Cloud::shared().endpoint());
    let config = json!({
        "region": REGION, "endpoints": [{ "sts": endpoint }], "ec2_metadata_service_endpoint": imds,
        "ec2_metadata_service_endpoint_mode": "IPv4",
    });
    let bench = launch(&[("AWS_EC2_METADATA_DISABLED", "false")], config.clone());
    assert_eq!(bench.configured(), "");
    assert_eq!(bench.data("aws_caller_identity", json!({}))["account_id"], "123456789012");
    let role = "GET /latest/meta-data/iam/security-credentials/builder ";
    let asked = heads.lock().unwrap().iter().filter(|head| head.starts_with(role)).count();
    // What the check of the configuration got is what the first request uses.
    assert_eq!(asked, 1);
    // Nobody asks the instance who must not.
    let mut without = config;
    without["skip_metadata_api_check"] = json!("true");
    let said = launch(&[("AWS_EC2_METADATA_DISABLED", "false")], without).configured();
    assert!(said.contains("No credentials") && !said.contains("instance:"), "{said}");
    let asked = heads.lock().unwrap().iter().filter(|head| head.starts_with(role)).count();
    assert_eq!(asked, 1);
}

#[test]
fn a_profile_whose_role_is_assumed_from_another_one() {
    let files = |text: &str| {
        let file = std::env::temp_dir().join(fresh_name("drform-aws-profile"));
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let config = files(
        "[profile work]\nregion = eu-west-1\nrole_arn = arn:aws:iam::444444444444:role/work\nsource_profile = base\n\
         role_session_name = of-profile\n",
    );
    let credentials = files("[base]\naws_access_key_id = basekey\naws_secret_access_key = basesecret\n");
    let endpoint = Cloud::shared().endpoint();
    let env = [
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str()),
        ("AWS_PROFILE", "work"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
    ];
    let bench = launch(&env, json!({}));
    assert_eq!(bench.configured(), "");
    let identity = bench.data("aws_caller_identity", json!({}));
    assert_eq!(identity["account_id"], "444444444444");
    assert_eq!(bench.data("aws_region", json!({}))["region"], "eu-west-1");
    for file in [config, credentials] {
        std::fs::remove_file(file).unwrap();
    }
}
