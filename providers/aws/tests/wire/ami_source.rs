//! Data source `aws_ami`.

use crate::bench::{Bench, OTHER, REGION, fresh_name};
use serde_json::{Value as Json, json};

const IMAGE: &str = "ami-12c6146b";

fn filter(name: &str, value: &str) -> Json {
    json!([{ "name": name, "values": [value] }])
}

#[test]
fn one_image() {
    let bench = Bench::new();
    let image = bench.data("aws_ami", json!({ "filter": filter("image-id", IMAGE) }));
    assert_eq!((&image["id"], &image["image_id"]), (&json!(IMAGE), &json!(IMAGE)));
    assert_eq!(image["arn"], format!("arn:aws:ec2:{REGION}::image/{IMAGE}"));
    assert_eq!((&image["state"], &image["root_device_type"]), (&json!("available"), &json!("ebs")));
    assert_eq!(image["state_reason"], json!({ "code": "UNSET", "message": "UNSET" }));
    let device = &image["block_device_mappings"][0];
    assert_eq!(device["ebs"]["snapshot_id"], image["root_snapshot_id"]);
    assert_eq!((&device["ebs"]["volume_size"], &device["ebs"]["encrypted"]), (&json!("8"), &json!("false")));
    assert_eq!(device["device_name"], image["root_device_name"]);
    let abroad = bench.data("aws_ami", json!({ "region": OTHER, "filter": filter("image-id", IMAGE) }));
    assert_eq!(abroad["region"], json!(OTHER));
}

#[test]
fn the_newest_of_mine() {
    let bench = Bench::new();
    let name = fresh_name("ami-source");
    let make = |suffix: &str| {
        let config = json!({ "name": format!("{name}-{suffix}"), "source_ami_id": IMAGE, "source_ami_region": OTHER,
            "tags": { "of": name } });
        bench.create("aws_ami_copy", config)
    };
    let old = make("one");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let new = make("two");
    let mine = |more: Json| {
        let mut config = json!({ "owners": ["self"], "filter": filter("tag:of", &name) });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        config
    };
    let newest = bench.data("aws_ami", mine(json!({ "most_recent": true })));
    assert_eq!((&newest["id"], &newest["tags"]), (&json!(new.id()), &json!({ "of": name })));
    let by_name = bench.data("aws_ami", mine(json!({ "name_regex": "-one$" })));
    assert_eq!(by_name["id"], json!(old.id()));
    let said = bench.try_data("aws_ami", mine(json!({}))).unwrap_err();
    assert!(said.contains("2 images fit."), "{said}");
    let said = bench.try_data("aws_ami", mine(json!({ "name_regex": "-three$" }))).unwrap_err();
    assert!(said.contains("No image fits."), "{said}");
    bench.delete(old);
    bench.delete(new);
}

#[test]
fn what_is_asked_for() {
    let bench = Bench::new();
    let unsafe_one = json!({ "most_recent": true, "filter": filter("name", "amzn-ami-*") });
    let said = bench.try_data("aws_ami", unsafe_one.clone()).unwrap_err();
    assert!(said.contains("The most recent image may be anybody's"), "{said}");
    let mut allowed = unsafe_one;
    allowed["allow_unsafe_filter"] = json!(true);
    bench.data("aws_ami", allowed);
    for (config, expected) in [
        (json!({ "owners": ["self"], "name_regex": "(" }), "It is no regular expression"),
        (json!({ "owners": [] }), "Name one owner at least"),
        (json!({ "owners": [""] }), "An owner is an account"),
    ] {
        let said = bench.try_data("aws_ami", config.clone()).unwrap_err();
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let narrow = json!({ "owners": ["amazon", "self"], "executable_users": ["self"], "include_deprecated": true,
        "filter": filter("image-id", IMAGE) });
    bench.data("aws_ami", narrow);
    let requests = bench.cloud.gate().requests();
    let sent = |part: &str| requests.iter().any(|r| r.operation == "DescribeImages" && r.body.contains(part));
    for part in ["ExecutableBy.1=self", "Owner.1=amazon&Owner.2=self", "IncludeDeprecated=true"] {
        assert!(sent(part), "{part}");
    }
}
