//! What plans say, and what they cost.

use super::*;
use crate::bench::{OTHER, fresh_token};

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let key = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1";
    let rows = [
        (json!({ "ami": "ami-1" }), "One of instance_type, launch_template must be set."),
        (json!({ "instance_type": "m5.large" }), "One of ami, launch_template must be set."),
        (
            net.instance(json!({ "user_data": "x", "user_data_base64": "eA==" })),
            "Only one of user_data, user_data_base64",
        ),
        (net.instance(json!({ "user_data_base64": "?" })), "It is not base64."),
        (net.instance(json!({ "security_groups": ["web"] })), "use vpc_security_group_ids"),
        (
            net.instance(json!({ "network_interface": [{ "device_index": 0, "network_interface_id": "eni-1" }] })),
            "subnet_id cannot be set with network_interface",
        ),
        (
            net.instance(json!({ "primary_network_interface": [{ "network_interface_id": "eni-1" }] })),
            "subnet_id cannot be set with primary_network_interface",
        ),
        (
            net.instance(json!({ "availability_zone": "eu-central-1b" })),
            "is in zone eu-central-1a, not in eu-central-1b",
        ),
        (net.instance(json!({ "availability_zone": "us-east-1b" })), "Zone us-east-1b is not in region eu-central-1."),
        (
            net.instance(json!({ "root_block_device": [{ "encrypted": true, "kms_key_id": key }] })),
            "The key is of region eu-west-1, the instance of eu-central-1.",
        ),
        (net.instance(json!({ "root_block_device": [{ "volume_type": "io2" }] })), "A volume of type io2 needs iops."),
        (net.instance(json!({ "root_block_device": [{ "volume_type": "gp2", "throughput": 200 }] })), "only gp3"),
        (
            net.instance(json!({ "volume_tags": { "a": "b" }, "root_block_device": [{ "tags": { "a": "b" } }] })),
            "Tags of volumes are in volume_tags or in root_block_device",
        ),
        (
            net.instance(json!({ "credit_specification": [{ "cpu_credits": "standard" }] })),
            "m5.large has no CPU credits",
        ),
        (net.instance(json!({ "placement_group": "a", "placement_group_id": "pg-1" })), "Only one of"),
        (net.instance(json!({ "launch_template": [{}] })), "One of id and name must be set"),
        (net.instance(json!({ "private_ip": "10.9.1" })), "It must be an IPv4 address."),
    ];
    for (config, expected) in rows {
        let said = bench.refuses(KIND, config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "ami": { "$unknown": true }, "instance_type": { "$unknown": true },
        "subnet_id": { "$unknown": true }, "availability_zone": "eu-central-1a", "placement_group": { "$unknown": true },
        "user_data": { "$unknown": true } });
    assert!(!bench.plan(KIND, None, &unknown).1.has_errors());
    // User data is nobody's business.
    let secret = "a-secret-word ".repeat(2_000);
    let said = bench.refuses(KIND, net.instance(json!({ "user_data": secret })));
    assert!(said.contains("16384 are the most") && !said.contains("a-secret-word"), "{said}");
}

#[test]
fn replaced() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let it = bench.create(KIND, net.instance(json!({})));
    let rows = [
        (json!({ "ami": "ami-0123456789abcdef0" }), vec!["ami"]),
        (json!({ "associate_public_ip_address": false }), vec!["associate_public_ip_address"]),
        (json!({ "ebs_optimized": true }), vec!["ebs_optimized"]),
        (json!({ "hibernation": true }), vec!["hibernation"]),
        (json!({ "host_id": "h-1" }), vec!["host_id"]),
        (json!({ "ipv6_addresses": ["2001:db8::1"] }), vec!["ipv6_addresses"]),
        (json!({ "key_name": "other" }), vec!["key_name"]),
        (json!({ "placement_group": "other" }), vec!["placement_group"]),
        (json!({ "placement_group_id": "pg-other" }), vec!["placement_group_id"]),
        (json!({ "placement_partition_number": 2 }), vec!["placement_partition_number"]),
        (json!({ "private_ip": "10.9.1.99" }), vec!["private_ip"]),
        (json!({ "subnet_id": "subnet-0123456789abcdef0" }), vec!["subnet_id"]),
        (json!({ "tenancy": "dedicated" }), vec!["tenancy"]),
        (json!({ "region": OTHER }), vec!["region"]),
        (json!({ "cpu_options": [{ "core_count": 2 }] }), vec!["cpu_options[0].core_count"]),
        (json!({ "cpu_options": [{ "threads_per_core": 1 }] }), vec!["cpu_options[0].threads_per_core"]),
        (json!({ "enclave_options": [{ "enabled": true }] }), vec!["enclave_options[0].enabled"]),
        (json!({ "instance_market_options": [{ "market_type": "spot" }] }), vec!["instance_market_options"]),
        (json!({ "launch_template": [{ "name": "x" }] }), vec!["launch_template"]),
        (
            json!({ "ephemeral_block_device": [{ "device_name": "/dev/sdb", "virtual_name": "ephemeral0" }] }),
            vec!["ephemeral_block_device"],
        ),
        (json!({ "ebs_block_device": [{ "device_name": "/dev/sdg", "volume_size": 1 }] }), vec!["ebs_block_device"]),
    ];
    for (changes, because) in rows {
        bench.replaces(&it, changes, &because);
    }
    bench.same(&it, json!({ "cpu_options": [{ "amd_sev_snp": "disabled" }] }));
    bench.delete(it);
}

#[test]
fn eight_do_not_fit_into_a_spread_group() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let name = fresh_name("spread");
    let group = json!({ "name": name, "strategy": "spread" });
    // The group is planned too: nothing of it is there.
    assert!(!bench.plan("aws_placement_group", None, &group).1.has_errors());
    let config = net.instance(json!({ "placement_group": name }));
    for n in 1..=8 {
        let said = bench.plan(KIND, None, &config).1;
        assert_eq!(said.has_errors(), n == 8, "{n}: {}", crate::bench::texts(&said));
    }
    bench.next_operation();
    let group = bench.create("aws_placement_group", group);
    bench.next_operation();
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(bench.create(KIND, config.clone()));
    }
    assert_eq!(made[0].get("placement_group"), group.get("id"));
    // One more is said to fail if none goes; whether one goes is not known so far.
    bench.next_operation();
    let said = bench.plan(KIND, None, &config).1;
    let text = crate::bench::texts(&said);
    assert!(!said.has_errors() && text.contains("has 7 running instances in eu-central-1a, and 1 are"), "{text}");
    assert!(made.iter().all(|it| text.contains(&it.id())), "{text}");
    // The last of the seven makes it certain. A plan that comes twice is one.
    for it in &made[..6] {
        bench.same(it, json!({}));
        bench.same(it, json!({}));
    }
    let text = bench.refuses_update(&made[6], json!({}));
    assert!(text.contains(&format!("{name} would get 1 new instances in eu-central-1a, beside")), "{text}");
    assert!(made.iter().all(|it| text.contains(&it.id())), "{text}");
    // The other way round it is the new one.
    bench.next_operation();
    for it in &made {
        bench.same(it, json!({}));
    }
    let said = bench.plan(KIND, None, &config).1;
    assert!(said.has_errors() && crate::bench::texts(&said).contains("more zones or groups"));
    // A successor is not one more, nor does one count that is to be stopped.
    bench.next_operation();
    for it in &made {
        bench.same(it, json!({}));
    }
    for _ in 0..2 {
        let said = bench.plan_forced(&made[0]);
        assert!(said.is_empty(), "{}", crate::bench::texts(&said));
    }
    let stop = json!({ "instance_id": made[1].id(), "state": "stopped" });
    assert!(!bench.plan("aws_ec2_instance_state", None, &stop).1.has_errors());
    let said = bench.plan(KIND, None, &config).1;
    assert!(!said.has_errors(), "{}", crate::bench::texts(&said));
    assert!(bench.plan(KIND, None, &config).1.has_errors());
    // Which one is stopped may be known only later: then it may fit.
    bench.next_operation();
    let stop = json!({ "instance_id": { "$unknown": true }, "state": "stopped" });
    assert!(!bench.plan("aws_ec2_instance_state", None, &stop).1.has_errors());
    for it in &made {
        bench.same(it, json!({}));
    }
    let said = bench.plan(KIND, None, &config).1;
    let text = crate::bench::texts(&said);
    assert!(!said.has_errors() && text.contains("let the new instances depend on it"), "{text}");
    // What was stopped or terminated behind our back does not count.
    bench.next_operation();
    bench.cloud.ec2(REGION, "StopInstances", &[("InstanceId.1", &made[2].id())]);
    for it in &made {
        bench.same(it, json!({}));
    }
    assert!(!bench.plan(KIND, None, &config).1.has_errors());
    bench.cloud.ec2(REGION, "StartInstances", &[("InstanceId.1", &made[2].id())]);
    // One out, one in: nothing to say.
    bench.next_operation();
    let mut other = config.clone();
    other["key_name"] = json!("other");
    bench.replaces(&made[0], json!({ "key_name": "other" }), &["key_name"]);
    let said = bench.plan(KIND, None, &other).1;
    assert!(said.is_empty(), "{}", crate::bench::texts(&said));
    let other = net.instance(json!({ "placement_group": name, "placement_partition_number": 1 }));
    bench.next_operation();
    assert!(bench.refuses(KIND, other).contains("only partition groups have partitions"));
    for it in made {
        bench.delete(it);
    }
    bench.delete(group);
}

/// No other test uses us-west-1.
#[test]
fn a_refresh_asks_little() {
    let bench = Bench::in_region("us-west-1");
    let net = net(&bench, "us-west-1", "us-west-1a");
    let one = bench.create(KIND, net.instance(json!({})));
    let two = bench.create(KIND, net.instance(json!({ "disable_api_stop": false })));
    let asked = |thing: &Thing| {
        let before = bench.cloud.gate().requests().len();
        bench.read(thing).unwrap();
        let all = bench.cloud.gate().requests();
        let ours = all[before..].iter().filter(|request| request.region == "us-west-1");
        let mut names: Vec<String> = ours.map(|request| request.operation.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(asked(&one), ["DescribeInstances", "DescribeVolumes"]);
    assert_eq!(asked(&two), ["DescribeInstanceAttribute", "DescribeInstances", "DescribeVolumes"]);
    bench.delete(one);
    bench.delete(two);
}

/// No other test uses ca-central-1, where things take their time.
#[test]
fn states_that_take_time_and_an_answer_that_is_lost() {
    let region = "ca-central-1";
    let bench = Bench::in_region(region);
    let net = net(&bench, region, "ca-central-1a");
    bench.cloud.gate().lag(region, gate::Lag::polls(1));
    let cut = gate::Fault::new(gate::What::CutAfter).on("RunInstances").region(region).times(1);
    bench.cloud.gate().inject(cut);
    let mut it = bench.create(KIND, net.instance(json!({})));
    let filter = [("Filter.1.Name", "subnet-id"), ("Filter.1.Value.1", net.subnet.as_str())];
    let there = bench.cloud.ec2(region, "DescribeInstances", &filter);
    assert_eq!(xml::texts(&there, "instanceId").len(), 1, "{there}");
    bench.update(&mut it, json!({ "instance_type": "m5.xlarge" }));
    bench.delete(it);
    // The host repeats a create with the same token: one instance.
    let config = net.instance(json!({}));
    let planned = bench.plan(KIND, None, &config).0.unwrap();
    let token = fresh_token();
    let one = bench.apply(KIND, None, &planned, &config, &token, false).object.unwrap();
    let two = bench.apply(KIND, None, &planned, &config, &token, true).object.unwrap();
    assert_eq!(crate::bench::as_json(&one.value)["id"], crate::bench::as_json(&two.value)["id"]);
    // A volume whose key cannot be used ends the instance, and the error says why.
    let key = bench.cloud.kms(region, "CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    bench.cloud.kms(region, "DisableKey", json!({ "KeyId": key }));
    let root = json!([{ "encrypted": true, "kms_key_id": key }]);
    let (_, said) = bench.try_create(KIND, net.instance(json!({ "root_block_device": root }))).unwrap_err();
    assert!(said.contains("ended at once") && said.contains("InvalidKMSKey"), "{said}");
}

/// Hosts plan once more at apply what was not wholly known before; nothing else has changed by then.
#[test]
fn seven_fit_that_are_planned_twice() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let name = fresh_name("twice");
    let group = bench.create("aws_placement_group", json!({ "name": name, "strategy": "spread" }));
    bench.next_operation();
    let config = |data: Json| net.instance(json!({ "placement_group": name, "user_data": data }));
    for _ in 0..7 {
        let said = bench.plan(KIND, None, &config(json!({ "$unknown": true }))).1;
        assert!(said.is_empty(), "{}", crate::bench::texts(&said));
    }
    for _ in 0..7 {
        let said = bench.plan(KIND, None, &config(json!("x"))).1;
        assert!(!said.has_errors(), "{}", crate::bench::texts(&said));
    }
    bench.delete(group);
}

/// "EbsBlockDevice", KmsKeyId: a key alone encrypts nothing, and the launch is refused. A template is taken.
#[test]
fn a_key_needs_encryption() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1a");
    let key = format!("arn:aws:kms:{REGION}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    let found = bench.cloud.ec2(REGION, "DescribeImages", &[("ImageId.1", &net.ami)]);
    assert_eq!(xml::text(&found, "encrypted").as_deref(), Some("false"), "{found}");
    let root = |more: Json| net.instance(json!({ "root_block_device": [more] }));
    let disk = |more: Json| net.instance(json!({ "ebs_block_device": [more] }));
    let data = |more: Json| {
        let mut all = json!({ "device_name": "/dev/sdf", "volume_size": 1, "kms_key_id": key });
        for (name, value) in more.as_object().unwrap() {
            all[name] = value.clone();
        }
        disk(all)
    };
    let unknown = json!({ "$unknown": true });
    let rows = [
        (root(json!({ "kms_key_id": key })), true),
        (data(json!({})), true),
        (root(json!({ "kms_key_id": key, "encrypted": true })), false),
        (root(json!({ "kms_key_id": key, "encrypted": unknown })), false),
        (root(json!({ "kms_key_id": unknown })), false),
        (data(json!({ "encrypted": true })), false),
        (data(json!({ "snapshot_id": "snap-0123456789abcdef0" })), false),
    ];
    for (config, refused) in rows {
        let said = bench.plan(KIND, None, &config).1;
        let text = crate::bench::texts(&said);
        assert_eq!(said.has_errors(), refused, "{config}\n{text}");
        assert!(!refused || text.contains("set encrypted = true too"), "{text}");
    }
    let template = |ebs: Json| json!({ "block_device_mappings": [{ "device_name": "/dev/sdf", "ebs": ebs }] });
    for (ebs, warned) in [
        (json!({ "kms_key_id": key }), true),
        (json!({ "kms_key_id": key, "encrypted": "true" }), false),
        (json!({ "kms_key_id": key, "encrypted": unknown }), false),
    ] {
        let said = bench.plan("aws_launch_template", None, &template(ebs)).1;
        let text = crate::bench::texts(&said);
        assert!(!said.has_errors() && text.contains("launches from this template are refused") == warned, "{text}");
    }
}
