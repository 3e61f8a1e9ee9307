//! What is decided at the launch.

use super::*;
use crate::bench::fresh_token;
use std::io::{Read, Write};

/// The last request of an operation with this in its body.
fn sent(bench: &Bench, operation: &str, containing: &str) -> String {
    let all = bench.cloud.gate().requests();
    let found = all.iter().rev().find(|request| request.operation == operation && request.body.contains(containing));
    found.unwrap_or_else(|| panic!("no {operation} with {containing}")).body.clone()
}

/// A request for IAM, which the gate leaves alone, to the emulator itself.
fn iam(bench: &Bench, body: &str) {
    let address = bench.cloud.emulator().replace("http://", "");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let scope = "Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x";
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: iam.amazonaws.com\r\nAuthorization: AWS4-HMAC-SHA256 {scope}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn key(bench: &Bench) -> String {
    bench.cloud.kms(REGION, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

#[test]
fn a_root_device_with_a_key() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let (one, two) = (key(&bench), key(&bench));
    let root = |key: Json| net.instance(json!({ "root_block_device": [{ "encrypted": true, "kms_key_id": key }] }));
    // The key is made by the same apply.
    assert!(!bench.plan(KIND, None, &root(json!({ "$unknown": true }))).1.has_errors());
    let mut it = bench.create(KIND, root(json!(one)));
    let seen = it.json();
    assert_eq!(at(&seen, "root_block_device.0.kms_key_id"), &json!(one));
    assert_eq!(at(&seen, "root_block_device.0.encrypted"), &json!(true));
    // The id of the key means the same.
    let id = one.rsplit('/').next().unwrap();
    bench.same(&it, json!({ "root_block_device": [{ "encrypted": true, "kms_key_id": id }] }));
    bench.replaces(
        &it,
        json!({ "root_block_device": [{ "encrypted": true, "kms_key_id": two }] }),
        &["root_block_device[0].kms_key_id"],
    );
    let bigger = json!([{ "encrypted": true, "kms_key_id": one, "volume_size": 30, "volume_type": "gp3" }]);
    bench.update(&mut it, json!({ "root_block_device": bigger }));
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
    let by_id = bench.create(KIND, root(json!(id)));
    bench.delete(by_id);
}

#[test]
fn interfaces_that_are_there() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let interface = || {
        let made = bench.cloud.ec2(REGION, "CreateNetworkInterface", &[("SubnetId", &net.subnet)]);
        xml::text(&made, "networkInterfaceId").unwrap()
    };
    let (one, two) = (interface(), interface());
    let config = |more: Json| {
        let mut config = json!({ "ami": net.ami, "instance_type": "m5.large" });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        config
    };
    let first = json!({ "device_index": 0, "network_interface_id": one });
    let second = json!({ "device_index": 1, "network_interface_id": two });
    let mut it = bench.create(KIND, config(json!({ "network_interface": [first, second] })));
    let seen = it.json();
    assert_eq!((&seen["primary_network_interface_id"], &seen["subnet_id"]), (&json!(one), &json!(net.subnet)));
    let block = |index: i64, id: &str| {
        json!({ "device_index": index, "network_interface_id": id, "network_card_index": 0,
                "delete_on_termination": false })
    };
    assert_eq!(seen["network_interface"], json!([block(0, &one), block(1, &two)]));
    bench.update(&mut it, json!({ "tags": { "a": "b" } }));
    bench.replaces(&it, json!({ "network_interface": [first] }), &["network_interface"]);
    let other = json!([first, { "device_index": 2, "network_interface_id": two }]);
    bench.replaces(&it, json!({ "network_interface": other }), &["network_interface"]);
    bench.delete(it);
    let it = bench.create(KIND, config(json!({ "primary_network_interface": [{ "network_interface_id": one }] })));
    assert_eq!(it.get("primary_network_interface_id"), json!(one));
    bench.imports(&it, &it.id(), &[]);
    bench.replaces(
        &it,
        json!({ "primary_network_interface": [{ "network_interface_id": two }] }),
        &["primary_network_interface[0].network_interface_id"],
    );
    bench.delete(it);
}

#[test]
fn a_launch_template() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let mut template = bench.create(
        "aws_launch_template",
        json!({ "name": fresh_name("template"), "image_id": net.ami, "instance_type": "m5.large",
                "update_default_version": true }),
    );
    let (id, name) = (template.id(), template.text("name"));
    let of = |block: Json| json!({ "subnet_id": net.subnet, "launch_template": [block] });
    let mut latest = bench.create(KIND, of(json!({ "id": id, "version": "$Latest" })));
    assert_eq!((latest.get("instance_type"), latest.get("ami")), (json!("m5.large"), json!(net.ami)));
    assert_eq!(latest.get("launch_template"), json!([{ "id": id, "name": name, "version": "$Latest" }]));
    // The same version by its number is no other instance.
    bench.update(&mut latest, json!({ "launch_template": [{ "id": id, "version": "1" }] }));
    bench.update(&mut latest, json!({ "launch_template": [{ "id": id, "version": "$Latest" }] }));
    let default = bench.create(KIND, of(json!({ "name": name })));
    assert_eq!(default.get("launch_template"), json!([{ "id": id, "name": name, "version": "$Default" }]));
    let wins = bench.create(
        KIND,
        json!({ "subnet_id": net.subnet, "instance_type": "m5.xlarge",
                "launch_template": [{ "id": id, "version": "1" }], "root_block_device": [{ "volume_size": 20 }] }),
    );
    assert_eq!(wins.get("instance_type"), "m5.xlarge");
    bench.imports(&wins, &wins.id(), &[]);
    // The template moves on.
    bench.update(&mut template, json!({ "instance_type": "m5.xlarge" }));
    for it in [&latest, &default] {
        bench.drifted(it, json!({ "launch_template": [{ "id": id, "name": name, "version": "1" }] }));
    }
    bench.same(&wins, json!({}));
    bench.replaces(&wins, json!({ "launch_template": [{ "id": id, "version": "2" }] }), &["launch_template"]);
    bench.replaces(&wins, json!({ "launch_template": [{ "id": id, "version": "$Latest" }] }), &["launch_template"]);
    for it in [latest, default, wins] {
        bench.delete(it);
    }
    bench.delete(template);
}

#[test]
fn an_instance_profile_changes_in_place() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let profiles = [fresh_name("one"), fresh_name("two")];
    for name in &profiles {
        let path = "%2Fteam%2Forders%2F";
        iam(&bench, &format!("Action=CreateInstanceProfile&Version=2010-05-08&InstanceProfileName={name}&Path={path}"));
    }
    let mut it = bench
        .create(KIND, net.instance(json!({ "iam_instance_profile": profiles[0], "timeouts": { "update": "20s" } })));
    assert_eq!(it.get("iam_instance_profile"), json!(profiles[0]));
    bench.imports(&it, &it.id(), &["timeouts"]);
    bench.update(&mut it, json!({ "iam_instance_profile": profiles[1] }));
    bench.update(&mut it, json!({ "iam_instance_profile": "" }));
    bench.update(&mut it, json!({ "iam_instance_profile": profiles[0] }));
    bench.same(&it, json!({ "iam_instance_profile": null }));
    bench.delete(it);
}

/// The emulator makes no spot request for such a launch, so the answer tells the market only.
#[test]
fn spot() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let options = json!({ "max_price": "0.10", "spot_instance_type": "persistent", "valid_until": "2030-01-02T03:04:05Z",
                          "instance_interruption_behavior": "stop" });
    let market = json!([{ "market_type": "spot", "spot_options": [options] }]);
    let it = bench.create(KIND, net.instance(json!({ "instance_market_options": market })));
    let body = sent(&bench, "RunInstances", &net.subnet);
    for part in [
        "InstanceMarketOptions.MarketType=spot",
        "InstanceMarketOptions.SpotOptions.MaxPrice=0.10",
        "InstanceMarketOptions.SpotOptions.SpotInstanceType=persistent",
        "InstanceMarketOptions.SpotOptions.ValidUntil=2030-01-02T03%3A04%3A05Z",
        "InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior=stop",
    ] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
    assert_eq!((it.get("instance_lifecycle"), it.get("instance_market_options")), (json!("spot"), market));
    let cheaper = json!([{ "market_type": "spot", "spot_options": [{ "max_price": "0.05" }] }]);
    bench.replaces(
        &it,
        json!({ "instance_market_options": cheaper }),
        &["instance_market_options[0].spot_options[0].max_price"],
    );
    bench.delete(it);
}

#[test]
fn its_place() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let it = bench.create(KIND, net.instance(json!({ "tenancy": "dedicated" })));
    assert_eq!(it.get("tenancy"), "dedicated");
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
    let config = json!({ "name": fresh_name("parts"), "strategy": "partition", "partition_count": 3 });
    let group = bench.create("aws_placement_group", config);
    let (name, id) = (group.text("name"), group.text("placement_group_id"));
    let wrong = net.instance(json!({ "placement_group": name, "placement_partition_number": 4 }));
    assert!(bench.refuses(KIND, wrong).contains("has 3 partitions; there is no number 4"));
    let it = bench.create(KIND, net.instance(json!({ "placement_group": name, "placement_partition_number": 3 })));
    let shown = |it: &Thing| (it.get("placement_group"), it.get("placement_group_id"));
    assert_eq!((shown(&it), it.get("placement_partition_number")), ((json!(name), json!(id)), json!(3)));
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
    let it = bench.create(KIND, net.instance(json!({ "placement_group_id": id })));
    assert_eq!(shown(&it), (json!(name), json!(id)));
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
    bench.delete(group);
}

#[test]
fn ipv6() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let asked = [("VpcId", net.vpc.as_str()), ("AmazonProvidedIpv6CidrBlock", "true")];
    let block = xml::text(&bench.cloud.ec2(REGION, "AssociateVpcCidrBlock", &asked), "ipv6CidrBlock").unwrap();
    let block = block.replace("::/56", "::/64");
    let asked = [("SubnetId", net.subnet.as_str()), ("Ipv6CidrBlock", block.as_str())];
    bench.cloud.ec2(REGION, "AssociateSubnetCidrBlock", &asked);
    let mut it = bench.create(KIND, net.instance(json!({ "ipv6_address_count": 1 })));
    assert_eq!(it.get("ipv6_addresses").as_array().map(Vec::len), Some(1));
    bench.imports(&it, &it.id(), &[]);
    bench.update(&mut it, json!({ "ipv6_address_count": 3 }));
    assert_eq!(it.get("ipv6_addresses").as_array().map(Vec::len), Some(3));
    bench.update(&mut it, json!({ "ipv6_address_count": 1 }));
    bench.delete(it);
}

/// The emulator gives the addresses of a launch no heed, so this looks at what is asked for.
#[test]
fn ipv6_addresses_of_ones_own() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let config = net.instance(json!({ "ipv6_addresses": ["2001:db8::5"] }));
    let planned = bench.plan(KIND, None, &config).0.unwrap();
    let made = bench.apply(KIND, None, &planned, &config, &fresh_token(), false);
    assert!(!made.diagnostics.has_errors());
    let body = sent(&bench, "RunInstances", &net.subnet);
    assert!(body.contains("Ipv6Address.1.Ipv6Address=2001%3Adb8%3A%3A5"), "{body}");
    let config = net.instance(json!({ "ipv6_address_count": 2, "enable_primary_ipv6": true }));
    let planned = bench.plan(KIND, None, &config).0.unwrap();
    bench.apply(KIND, None, &planned, &config, &fresh_token(), false);
    let body = sent(&bench, "RunInstances", &net.subnet);
    assert!(body.contains("NetworkInterface.1.Ipv6AddressCount=2"), "{body}");
    assert!(body.contains("NetworkInterface.1.PrimaryIpv6=true"), "{body}");
}

#[test]
fn the_password_of_windows() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let filter = [("Filter.1.Name", "platform"), ("Filter.1.Value.1", "windows")];
    let windows = xml::text(&bench.cloud.ec2(REGION, "DescribeImages", &filter), "imageId").unwrap();
    let mut config = net.instance(json!({ "get_password_data": true }));
    config["ami"] = json!(windows);
    let mut it = bench.create(KIND, config);
    assert_ne!(it.get("password_data"), "");
    bench.update(&mut it, json!({ "get_password_data": false }));
    assert_eq!(it.get("password_data"), "");
    bench.update(&mut it, json!({ "get_password_data": true }));
    assert_ne!(it.get("password_data"), "");
    bench.delete(it);
}

#[test]
fn groups_of_the_default_vpc_by_name() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let name = fresh_name("web");
    let made = bench.cloud.ec2(REGION, "CreateSecurityGroup", &[("GroupName", &name), ("GroupDescription", "x")]);
    let id = xml::text(&made, "groupId").unwrap();
    let it = bench.create(
        KIND,
        json!({ "ami": net.ami, "instance_type": "m5.large", "availability_zone": "eu-central-1b",
                "security_groups": [name] }),
    );
    assert_eq!((it.get("security_groups"), it.get("vpc_security_group_ids")), (json!([name]), json!([id])));
    assert_eq!(it.get("availability_zone"), "eu-central-1b");
    bench.imports(&it, &it.id(), &[]);
    bench.replaces(&it, json!({ "security_groups": ["default"] }), &["security_groups"]);
    bench.delete(it);
}

#[test]
fn instance_store_volumes() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let blocks = json!([{ "device_name": "/dev/sdb", "virtual_name": "ephemeral0" },
                        { "device_name": "/dev/sdc", "no_device": true }]);
    let mut it = bench.create(KIND, net.instance(json!({ "ephemeral_block_device": blocks })));
    assert_eq!(
        it.get("ephemeral_block_device"),
        json!([{ "device_name": "/dev/sdb", "no_device": null, "virtual_name": "ephemeral0" },
               { "device_name": "/dev/sdc", "no_device": true, "virtual_name": null }])
    );
    let body = sent(&bench, "RunInstances", &net.subnet);
    assert!(body.contains("VirtualName=ephemeral0") && body.contains("NoDevice="), "{body}");
    bench.update(&mut it, json!({ "tags": { "a": "b" } }));
    let one = json!([{ "device_name": "/dev/sdb", "virtual_name": "ephemeral0" }]);
    bench.replaces(&it, json!({ "ephemeral_block_device": one }), &["ephemeral_block_device"]);
    bench.delete(it);
}

#[test]
fn default_tags_of_volumes() {
    let tags = json!({ "default_tags": [{ "tags": { "owner": "orders", "cost": "7" } }] });
    let bench = Bench::with(gate::Cloud::shared(), REGION, tags);
    let net = net(&bench, REGION, "eu-central-1a");
    let mut it = bench.create(
        KIND,
        net.instance(json!({
            "tags": { "Name": "one" },
            "root_block_device": [{ "tags": { "disk": "root", "cost": "8" } }],
            "ebs_block_device": [{ "device_name": "/dev/sdf", "volume_size": 1, "tags": { "disk": "data" } }],
        })),
    );
    let seen = it.json();
    assert_eq!(seen["tags_all"], json!({ "Name": "one", "owner": "orders", "cost": "7" }));
    assert_eq!(at(&seen, "root_block_device.0.tags_all"), &json!({ "disk": "root", "owner": "orders", "cost": "8" }));
    assert_eq!(at(&seen, "root_block_device.0.tags"), &json!({ "disk": "root", "cost": "8" }));
    assert_eq!(at(&seen, "ebs_block_device.0.tags_all"), &json!({ "disk": "data", "owner": "orders", "cost": "7" }));
    bench.update(&mut it, json!({ "root_block_device": [{ "tags": { "disk": "first" } }] }));
    assert_eq!(
        at(&it.json(), "root_block_device.0.tags_all"),
        &json!({ "disk": "first", "owner": "orders", "cost": "7" })
    );
    bench.delete(it);
    let it = bench.create(KIND, net.instance(json!({ "volume_tags": { "team": "a" } })));
    let volume = at(&it.json(), "root_block_device.0.volume_id").as_str().unwrap().to_owned();
    let there = bench.cloud.ec2(REGION, "DescribeVolumes", &[("VolumeId.1", &volume)]);
    for word in ["owner", "orders", "team"] {
        assert!(there.contains(word), "{there}");
    }
    bench.delete(it);
    let it = bench.create(KIND, net.instance(json!({})));
    assert_eq!(at(&it.json(), "root_block_device.0.tags_all"), &json!({ "owner": "orders", "cost": "7" }));
    bench.delete(it);
}
