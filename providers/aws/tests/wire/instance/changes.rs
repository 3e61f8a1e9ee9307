//! What changes in place, one by one.

use super::*;

#[test]
fn switches() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let mut it = bench.create(KIND, net.instance(json!({})));
    assert_eq!((it.get("disable_api_stop"), it.get("disable_api_termination")), (json!(false), json!(false)));
    assert_eq!(it.get("instance_initiated_shutdown_behavior"), "stop");
    bench.update(&mut it, json!({ "disable_api_termination": true }));
    bench.update(&mut it, json!({ "disable_api_stop": true }));
    bench.imports(&it, &it.id(), &[]);
    let said = bench.try_delete(&it).unwrap_err();
    assert!(said.contains("disable_api_termination = false") && said.contains("force_destroy"), "{said}");
    bench.update(&mut it, json!({ "disable_api_stop": false, "instance_initiated_shutdown_behavior": "terminate" }));
    bench.update(&mut it, json!({ "instance_initiated_shutdown_behavior": "stop" }));
    bench.update(&mut it, json!({ "monitoring": true }));
    bench.update(&mut it, json!({ "monitoring": false }));
    bench.update(&mut it, json!({ "source_dest_check": false }));
    bench.update(&mut it, json!({ "source_dest_check": null }));
    let id = it.id();
    bench.cloud.ec2(REGION, "ModifyInstanceAttribute", &[("InstanceId", &id), ("DisableApiStop.Value", "true")]);
    bench.drifted(&it, json!({ "disable_api_stop": true }));
    bench.cloud.ec2(REGION, "ModifyInstanceAttribute", &[("InstanceId", &id), ("DisableApiStop.Value", "false")]);
    bench.update(&mut it, json!({ "force_destroy": true }));
    bench.delete(it);
}

#[test]
fn type_and_user_data_change_while_it_is_stopped() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let mut it = bench.create(KIND, net.instance(json!({ "user_data": "#!/bin/sh\necho one\n" })));
    assert_eq!(it.get("user_data"), "#!/bin/sh\necho one\n");
    bench.update(&mut it, json!({ "instance_type": "m5.xlarge" }));
    assert_eq!(it.get("instance_state"), "running");
    bench.update(&mut it, json!({ "user_data": "#!/bin/sh\necho two\n" }));
    bench.imports(&it, &it.id(), &[]);
    bench.update(&mut it, json!({ "user_data": null, "user_data_base64": "//79AA==" }));
    assert_eq!((it.get("user_data"), it.get("user_data_base64")), (Json::Null, json!("//79AA==")));
    bench.update(&mut it, json!({ "user_data_base64": null, "user_data": "three" }));
    assert_eq!((it.get("user_data"), it.get("user_data_base64")), (json!("three"), Json::Null));
    bench.update(&mut it, json!({ "user_data": null }));
    // Somebody stopped it: it stays so.
    bench.cloud.ec2(REGION, "StopInstances", &[("InstanceId.1", &it.id())]);
    assert_eq!(bench.read(&it).unwrap()["instance_state"], "stopped");
    bench.update(&mut it, json!({ "user_data_replace_on_change": true }));
    bench.replaces(&it, json!({ "user_data": "four" }), &["user_data"]);
    bench.update(&mut it, json!({ "instance_type": "m5.large" }));
    assert_eq!(it.get("instance_state"), "stopped");
    bench.delete(it);
}

#[test]
fn options() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let mut it = bench.create(KIND, net.instance(json!({ "instance_type": "t3.micro" })));
    assert_eq!(it.get("credit_specification"), json!([{ "cpu_credits": "unlimited" }]));
    bench.update(&mut it, json!({ "credit_specification": [{ "cpu_credits": "standard" }] }));
    bench.update(&mut it, json!({ "maintenance_options": [{ "auto_recovery": "disabled" }] }));
    bench.update(&mut it, json!({ "metadata_options": [{ "http_tokens": "required" }] }));
    bench.update(
        &mut it,
        json!({ "metadata_options": [{ "http_tokens": "required", "http_put_response_hop_limit": 3,
                                       "instance_metadata_tags": "enabled" }] }),
    );
    assert_eq!(at(&it.json(), "metadata_options.0.http_put_response_hop_limit"), &json!(3));
    bench.update(&mut it, json!({ "metadata_options": [{ "http_endpoint": "disabled" }] }));
    bench.update(&mut it, json!({ "private_dns_name_options": [{ "enable_resource_name_dns_a_record": true }] }));
    bench.update(&mut it, json!({ "private_dns_name_options": [{ "hostname_type": "resource-name" }] }));
    bench.update(
        &mut it,
        json!({ "capacity_reservation_specification": [{ "capacity_reservation_preference": "none" }] }),
    );
    assert_eq!(it.get("instance_state"), "running");
    bench.update(&mut it, json!({ "instance_type": "m5.large", "credit_specification": null }));
    assert_eq!(it.get("credit_specification"), json!([]));
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
}

#[test]
fn the_network() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let group = |name: &str| {
        let name = fresh_name(name);
        let asked = [("GroupName", name.as_str()), ("GroupDescription", "x"), ("VpcId", net.vpc.as_str())];
        xml::text(&bench.cloud.ec2(REGION, "CreateSecurityGroup", &asked), "groupId").unwrap()
    };
    let (one, two) = (group("one"), group("two"));
    let mut it = bench.create(KIND, net.instance(json!({ "vpc_security_group_ids": [one] })));
    assert_eq!(it.get("vpc_security_group_ids"), json!([one]));
    assert_eq!(it.get("security_groups"), json!([]));
    bench.update(&mut it, json!({ "vpc_security_group_ids": [two] }));
    bench.update(&mut it, json!({ "secondary_private_ips": ["10.9.1.50", "10.9.1.51"] }));
    bench.update(&mut it, json!({ "secondary_private_ips": ["10.9.1.51"] }));
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
    let it = bench.create(
        KIND,
        net.instance(json!({ "private_ip": "10.9.1.77", "associate_public_ip_address": true,
                              "source_dest_check": false })),
    );
    assert_eq!((it.get("private_ip"), it.get("source_dest_check")), (json!("10.9.1.77"), json!(false)));
    assert_eq!(it.get("associate_public_ip_address"), true);
    assert_ne!(it.get("public_ip"), "");
    bench.delete(it);
}

#[test]
fn disks() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let mut it = bench.create(
        KIND,
        net.instance(json!({
            "root_block_device": [{ "volume_size": 20, "volume_type": "gp3", "tags": { "disk": "root" } }],
            "ebs_block_device": [{ "device_name": "/dev/sdf", "volume_size": 5, "encrypted": true,
                                   "tags": { "disk": "data" } }],
        })),
    );
    let root = |it: &Thing, name: &str| at(&it.json(), &format!("root_block_device.0.{name}")).clone();
    assert_eq!((root(&it, "volume_size"), root(&it, "tags")), (json!(20), json!({ "disk": "root" })));
    assert_eq!(at(&it.json(), "ebs_block_device.0.encrypted"), &json!(true));
    let data = json!({ "device_name": "/dev/sdf", "volume_size": 5, "encrypted": true });
    let with = |more: Json| {
        let mut block = data.clone();
        for (name, value) in more.as_object().unwrap() {
            block[name] = value.clone();
        }
        json!({ "ebs_block_device": [block] })
    };
    bench.update(&mut it, with(json!({ "tags": { "disk": "log" } })));
    assert_eq!(at(&it.json(), "ebs_block_device.0.tags"), &json!({ "disk": "log" }));
    bench.replaces(&it, with(json!({ "volume_size": 6 })), &["ebs_block_device"]);
    bench.replaces(&it, with(json!({ "delete_on_termination": false })), &["ebs_block_device"]);
    let volume = root(&it, "volume_id");
    let update = |it: &mut Thing, block: Json| {
        bench.update(it, json!({ "root_block_device": [block] }));
        assert_eq!(root(it, "volume_id"), volume);
    };
    update(&mut it, json!({ "volume_size": 30, "volume_type": "gp3", "tags": { "disk": "root" } }));
    assert_eq!(root(&it, "volume_size"), 30);
    update(&mut it, json!({ "volume_size": 30, "volume_type": "gp3", "iops": 4000, "throughput": 300 }));
    assert_eq!((root(&it, "iops"), root(&it, "throughput"), root(&it, "tags")), (json!(4000), json!(300), Json::Null));
    update(&mut it, json!({ "volume_size": 30, "volume_type": "io2", "iops": 500 }));
    update(&mut it, json!({ "volume_size": 30, "volume_type": "io2", "iops": 500, "delete_on_termination": false }));
    assert_eq!(root(&it, "delete_on_termination"), false);
    bench.replaces(
        &it,
        json!({ "root_block_device": [{ "volume_size": 30, "volume_type": "io2", "iops": 500, "encrypted": true,
                                        "delete_on_termination": false }] }),
        &["root_block_device[0].encrypted"],
    );
    let said = bench.refuses_update(&it, json!({ "root_block_device": [{ "volume_size": 10 }] }));
    assert!(said.contains("A volume cannot shrink: it has 30 GiB, 10 are asked for."), "{said}");
    bench.imports(&it, &it.id(), &[]);
    bench.delete(it);
}

#[test]
fn volume_tags() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let mut it = bench.create(KIND, net.instance(json!({ "volume_tags": { "team": "a" } })));
    assert_eq!(it.get("volume_tags"), json!({ "team": "a" }));
    bench.update(&mut it, json!({ "volume_tags": { "team": "b", "cost": "1" } }));
    let volume = at(&it.json(), "root_block_device.0.volume_id").as_str().unwrap().to_owned();
    bench.cloud.ec2(REGION, "CreateTags", &[("ResourceId.1", &volume), ("Tag.1.Key", "who"), ("Tag.1.Value", "me")]);
    bench.drifted(&it, json!({ "volume_tags": { "team": "b", "cost": "1", "who": "me" } }));
    bench.cloud.ec2(REGION, "DeleteTags", &[("ResourceId.1", &volume), ("Tag.1.Key", "who")]);
    bench.update(&mut it, json!({ "volume_tags": null, "root_block_device": [{ "tags": { "x": "y" } }] }));
    bench.delete(it);
}
