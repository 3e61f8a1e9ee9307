//! `aws_launch_template`.

use crate::bench::{Bench, OTHER, REGION, at, fresh_name, fresh_token};
use gate::{Fault, What, xml};
use serde_json::{Value as Json, json};

const KIND: &str = "aws_launch_template";

/// Base64 of a text that must be seen nowhere.
const SECRET: &str = "cGFzc3dvcmQ9aHVudGVyMg==";

/// Every argument that makes a version, with two values each.
fn contents() -> Vec<(&'static str, Json, Json)> {
    let arn = "arn:aws:license-manager:eu-central-1:123456789012:license-configuration:lic-1";
    vec![
        (
            "block_device_mappings",
            json!([{ "device_name": "/dev/sda1", "ebs": {
                "delete_on_termination": "true", "encrypted": "true", "iops": 4000, "throughput": 250,
                "kms_key_id": "arn:aws:kms:eu-central-1:123456789012:key/k", "volume_size": 20, "volume_type": "gp3" } },
                { "device_name": "/dev/sdb", "virtual_name": "ephemeral0" }]),
            json!([{ "device_name": "/dev/sda1", "ebs": {
                "delete_on_termination": "false", "snapshot_id": "snap-1", "volume_initialization_rate": 200,
                "volume_size": 30, "volume_type": "gp2" } }, { "device_name": "/dev/sdc", "no_device": "" }]),
        ),
        (
            "capacity_reservation_specification",
            json!([{ "capacity_reservation_preference": "open" }]),
            json!([{ "capacity_reservation_target": { "capacity_reservation_id": "cr-1" } }]),
        ),
        (
            "cpu_options",
            json!([{ "core_count": 2, "threads_per_core": 1 }]),
            json!([{ "amd_sev_snp": "enabled", "core_count": 4, "threads_per_core": 2 }]),
        ),
        ("credit_specification", json!([{ "cpu_credits": "standard" }]), json!([{ "cpu_credits": "unlimited" }])),
        ("description", json!("one"), json!("two")),
        ("disable_api_stop", json!(true), json!(false)),
        ("disable_api_termination", json!(false), json!(true)),
        ("ebs_optimized", json!("true"), json!("false")),
        ("enclave_options", json!([{ "enabled": true }]), json!([{ "enabled": false }])),
        ("hibernation_options", json!([{ "configured": true }]), json!([{ "configured": false }])),
        (
            "iam_instance_profile",
            json!([{ "name": "web" }]),
            json!([{ "arn": "arn:aws:iam::123456789012:instance-profile/web" }]),
        ),
        ("image_id", json!("ami-12345678"), json!("resolve:ssm:/image")),
        ("instance_initiated_shutdown_behavior", json!("stop"), json!("terminate")),
        (
            "instance_market_options",
            json!([{ "market_type": "spot", "spot_options": {
                "instance_interruption_behavior": "stop", "max_price": "0.05", "spot_instance_type": "persistent",
                "valid_until": "2030-01-01T00:00:00Z" } }]),
            json!([{ "market_type": "spot", "spot_options": { "block_duration_minutes": 120,
                     "instance_interruption_behavior": "terminate", "spot_instance_type": "one-time" } }]),
        ),
        ("instance_type", json!("t3.micro"), json!("t3.small")),
        ("kernel_id", json!("aki-1"), json!("aki-2")),
        ("key_name", json!("one"), json!("two")),
        (
            "license_specification",
            json!([{ "license_configuration_arn": arn }]),
            json!([{ "license_configuration_arn": format!("{arn}2") }, { "license_configuration_arn": arn }]),
        ),
        ("maintenance_options", json!([{ "auto_recovery": "default" }]), json!([{ "auto_recovery": "disabled" }])),
        (
            "metadata_options",
            json!([{ "http_endpoint": "enabled", "http_protocol_ipv6": "disabled", "http_put_response_hop_limit": 1,
                     "http_tokens": "optional", "instance_metadata_tags": "disabled" }]),
            json!([{ "http_endpoint": "enabled", "http_protocol_ipv6": "enabled", "http_put_response_hop_limit": 2,
                     "http_tokens": "required", "instance_metadata_tags": "enabled" }]),
        ),
        ("monitoring", json!([{ "enabled": true }]), json!([{ "enabled": false }])),
        (
            "network_interfaces",
            json!([{ "associate_carrier_ip_address": "true", "associate_public_ip_address": "true",
                     "delete_on_termination": "true", "description": "first", "device_index": 0,
                     "interface_type": "interface", "ipv4_address_count": 2, "ipv6_address_count": 1,
                     "security_groups": ["sg-1", "sg-2"], "subnet_id": "subnet-1",
                     "connection_tracking_specification": { "tcp_established_timeout": 600, "udp_stream_timeout": 90,
                                                            "udp_timeout": 40 },
                     "ena_srd_specification": { "ena_srd_enabled": true,
                                                "ena_srd_udp_specification": { "ena_srd_udp_enabled": true } } }]),
            json!([{ "device_index": 1, "ipv4_addresses": ["10.0.0.4", "10.0.0.5"], "private_ip_address": "10.0.0.4",
                     "ipv4_prefixes": ["10.0.1.0/28"], "ipv6_addresses": ["2001:db8::1"],
                     "ipv6_prefixes": ["2001:db8:1::/80"], "network_card_index": 1, "primary_ipv6": "true" },
                   { "device_index": 2, "ipv4_prefix_count": 1, "ipv6_prefix_count": 1,
                     "network_interface_id": "eni-1" }]),
        ),
        (
            "placement",
            json!([{ "affinity": "host", "availability_zone": "eu-central-1a", "host_id": "h-1", "tenancy": "host" }]),
            json!([{ "group_name": "parts", "partition_number": 2, "spread_domain": "x", "tenancy": "default" }]),
        ),
        (
            "private_dns_name_options",
            json!([{ "enable_resource_name_dns_a_record": true, "hostname_type": "ip-name" }]),
            json!([{ "enable_resource_name_dns_aaaa_record": true, "hostname_type": "resource-name" }]),
        ),
        ("ram_disk_id", json!("ari-1"), json!("ari-2")),
        (
            "tag_specifications",
            json!([{ "resource_type": "instance", "tags": { "Name": "web" } }]),
            json!([{ "resource_type": "instance", "tags": { "Name": "db" } },
                   { "resource_type": "volume", "tags": { "of": "db" } }]),
        ),
        ("user_data", json!(SECRET), json!("IyEvYmluL3No")),
        ("vpc_security_group_ids", json!(["sg-1"]), json!(["sg-2", "sg-3"])),
    ]
}

#[test]
fn a_life_of_everything() {
    let bench = Bench::new();
    let name = fresh_name("all");
    let mut config = json!({ "name": name, "tags": { "Name": "all" } });
    for (name, first, _) in contents() {
        config[name] = first;
    }
    let mut template = bench.create(KIND, config);
    let id = template.id();
    let seen = template.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:launch-template/{id}"));
    assert_eq!((&seen["default_version"], &seen["latest_version"]), (&json!(1), &json!(1)));
    assert_eq!(at(&seen, "block_device_mappings.0.ebs.0.iops"), &json!(4000));
    assert_eq!(at(&seen, "network_interfaces.0.connection_tracking_specification.0.udp_timeout"), &json!(40));
    assert_eq!(at(&seen, "network_interfaces.0.primary_ipv6"), &json!(""));
    assert_eq!(at(&seen, "placement.0.group_name"), &json!(""));
    bench.imports(&template, &id, &[]);
    bench.imports_nothing(KIND, "lt-0123456789abcdef0");
    bench.imports_nothing(KIND, &name);
    // Another value is a new version, and none at all is one.
    let mut version = 1;
    for (name, _, second) in contents() {
        bench.update(&mut template, json!({ name: second }));
        version += 1;
        assert_eq!(template.get("latest_version"), json!(version), "{name}");
        // What the new value says of a block is stored; what it does not say is not.
        for (inner, value) in at(&second, "0").as_object().into_iter().flatten() {
            if !value.is_object() && name != "license_specification" {
                assert_eq!(at(&template.json(), &format!("{name}.0.{inner}")), value, "{name}.{inner}");
            }
        }
        // A block that is computed stays when it is not written any more; false is as good as nothing.
        if !["disable_api_stop", "metadata_options"].contains(&name) {
            bench.update(&mut template, json!({ name: null }));
            version += 1;
            assert_eq!(template.get("latest_version"), json!(version), "{name}");
        }
    }
    assert_eq!(template.get("default_version"), json!(1));
    bench.same(&template, json!({ "metadata_options": null }));
    bench.same(&template, json!({ "disable_api_stop": null, "key_name": "" }));
    bench.delete(template);
}

#[test]
fn versions() {
    let bench = Bench::new();
    let mut template = bench.create(KIND, json!({ "name_prefix": "web-", "image_id": "ami-1" }));
    let (id, name) = (template.id(), template.text("name"));
    assert!(name.starts_with("web-") && name.len() == 30, "{name}");
    assert_eq!(template.get("metadata_options"), json!([]));
    bench.update(&mut template, json!({ "tags": { "a": "b" } }));
    assert_eq!(template.get("latest_version"), json!(1));
    bench.update(&mut template, json!({ "image_id": "ami-2" }));
    assert_eq!((template.get("default_version"), template.get("latest_version")), (json!(1), json!(2)));
    bench.update(&mut template, json!({ "default_version": 2 }));
    assert_eq!((template.get("default_version"), template.get("latest_version")), (json!(2), json!(2)));
    bench.update(&mut template, json!({ "default_version": 3, "image_id": "ami-3" }));
    assert_eq!((template.get("default_version"), template.get("latest_version")), (json!(3), json!(3)));
    bench.update(&mut template, json!({ "default_version": 1 }));
    let said = bench.refuses_update(&template, json!({ "default_version": 4 }));
    assert!(said.contains("There is no version 4: the newest is 3."), "{said}");
    bench.update(&mut template, json!({ "default_version": null, "update_default_version": true }));
    assert_eq!(template.get("default_version"), json!(3));
    bench.update(&mut template, json!({ "image_id": "ami-4", "instance_type": "m5.large" }));
    assert_eq!((template.get("default_version"), template.get("latest_version")), (json!(4), json!(4)));
    // A type without credits: what is written stays.
    bench.update(&mut template, json!({ "credit_specification": [{ "cpu_credits": "standard" }] }));
    bench.update(&mut template, json!({ "security_group_names": ["default"] }));
    bench.replaces(&template, json!({ "name_prefix": "db-" }), &["name_prefix"]);
    bench.replaces(&template, json!({ "name_prefix": null, "name": "db" }), &["name"]);
    bench.replaces(&template, json!({ "region": OTHER }), &["region"]);
    // A version by somebody else.
    let other = [("LaunchTemplateId", id.as_str()), ("LaunchTemplateData.ImageId", "ami-5")];
    bench.cloud.ec2(REGION, "CreateLaunchTemplateVersion", &other);
    bench.drifted(&template, json!({ "image_id": "ami-5", "latest_version": 7, "instance_type": "" }));
    bench.cloud.ec2(REGION, "DeleteLaunchTemplate", &[("LaunchTemplateId", &id)]);
    bench.gone(&template);
}

#[test]
fn requirements_of_types() {
    let bench = Bench::new();
    let few = json!([{ "memory_mib": { "min": 4096 }, "vcpu_count": { "min": 2 } }]);
    let many = json!([{
        "accelerator_count": { "max": 0 }, "accelerator_manufacturers": ["nvidia"], "accelerator_names": ["a100"],
        "accelerator_total_memory_mib": { "min": 1, "max": 2 }, "accelerator_types": ["gpu"],
        "allowed_instance_types": ["m5*", "c5*"], "bare_metal": "included",
        "baseline_ebs_bandwidth_mbps": { "min": 100 }, "burstable_performance": "excluded",
        "cpu_manufacturers": ["amd", "intel"], "instance_generations": ["current"], "local_storage": "required",
        "local_storage_types": ["ssd"], "memory_gib_per_vcpu": { "min": 0.5, "max": 8 },
        "memory_mib": { "min": 2048, "max": 8192 }, "network_bandwidth_gbps": { "min": 0.1 },
        "network_interface_count": { "min": 1, "max": 4 },
        "on_demand_max_price_percentage_over_lowest_price": 50, "require_hibernate_support": true,
        "spot_max_price_percentage_over_lowest_price": 40, "total_local_storage_gb": { "min": 100.5 },
        "vcpu_count": { "min": 2, "max": 8 } }]);
    let mut template = bench.create(KIND, json!({ "name": fresh_name("like"), "instance_requirements": few }));
    bench.update(&mut template, json!({ "instance_requirements": many }));
    let seen = template.json();
    let at = |path: &str| at(&seen, &format!("instance_requirements.0.{path}")).clone();
    assert_eq!((at("network_bandwidth_gbps.0.min"), at("total_local_storage_gb.0.min")), (json!(0.1), json!(100.5)));
    assert_eq!((at("accelerator_count.0.max"), at("bare_metal")), (json!(0), json!("included")));
    assert_eq!(
        (at("cpu_manufacturers"), at("spot_max_price_percentage_over_lowest_price")),
        (json!(["amd", "intel"]), json!(40))
    );
    bench.imports(&template, &template.id(), &[]);
    bench.update(&mut template, json!({ "instance_requirements": few }));
    let other = json!([{ "excluded_instance_types": ["t*"], "memory_mib": { "min": 1 }, "vcpu_count": { "min": 1 },
                         "max_spot_price_as_percentage_of_optimal_on_demand_price": 70 }]);
    bench.update(&mut template, json!({ "instance_requirements": other }));
    bench.update(&mut template, json!({ "instance_requirements": null, "instance_type": "m5.large" }));
    bench.delete(template);
}

#[test]
fn lost_answers_make_one_template_and_one_version() {
    let bench = Bench::new();
    let name = fresh_name("lost");
    let count = || {
        let asked = [("Filter.1.Name", "launch-template-name"), ("Filter.1.Value.1", name.as_str())];
        xml::texts(&bench.cloud.ec2(REGION, "DescribeLaunchTemplates", &asked), "launchTemplateId").len()
    };
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateLaunchTemplate").containing(&name));
    let config = json!({ "name": name, "image_id": "ami-1", "user_data": SECRET, "tags": { "of": name },
                         "cpu_options": [{ "core_count": 2, "threads_per_core": 1 }] });
    let mut template = bench.create(KIND, config.clone());
    assert_eq!(count(), 1);
    // The change again with a token that AWS has forgotten: the name leads to the template.
    let (planned, _) = bench.plan(KIND, None, &config);
    let again = bench.apply(KIND, None, &planned.unwrap(), &config, &fresh_token(), true);
    assert!(!again.diagnostics.has_errors(), "{:?}", again.diagnostics);
    assert_eq!(again.object.unwrap().value.get("id").unwrap().as_str(), Some(template.id().as_str()));
    assert_eq!(count(), 1);
    // Not in a first try, and not a template that is otherwise; user data is never told.
    let (_, said) = bench.try_create(KIND, config.clone()).unwrap_err();
    assert!(said.contains("AlreadyExists") && !said.contains(SECRET), "{said}");
    let mut other = config;
    other["user_data"] = json!("IyEvYmluL3No");
    let (planned, _) = bench.plan(KIND, None, &other);
    let again = bench.apply(KIND, None, &planned.unwrap(), &other, &fresh_token(), true);
    assert!(again.diagnostics.has_errors());
    for operation in ["CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplate"] {
        bench.cloud.gate().inject(Fault::new(What::CutAfter).on(operation).containing(&template.id()));
    }
    bench.update(&mut template, json!({ "image_id": "ami-2", "update_default_version": true }));
    assert_eq!((template.get("default_version"), template.get("latest_version")), (json!(2), json!(2)));
    bench.delete(template);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let needs = |more: Json| {
        let mut block = json!({ "memory_mib": { "min": 1 }, "vcpu_count": { "min": 1 } });
        for (name, value) in more.as_object().unwrap() {
            block[name] = value.clone();
        }
        json!({ "instance_requirements": [block] })
    };
    let rows = [
        (json!({ "name": "a b c" }), "Names of launch templates are made of"),
        (json!({ "name": "ab" }), "must have 3 to 128 characters"),
        (json!({ "name": "one", "name_prefix": "two" }), "Only one of name, name_prefix"),
        (json!({ "default_version": 2 }), "A new template has version 1 only"),
        (json!({ "default_version": 1, "update_default_version": true }), "Only one of default_version"),
        (json!({ "security_group_names": ["a"], "vpc_security_group_ids": ["b"] }), "Only one of security_group_names"),
        (json!({ "user_data": "hunter2!" }), "It must be in Base64"),
        (json!({ "ebs_optimized": "maybe" }), "ebs_optimized must be one of"),
        (json!({ "placement": [{ "group_id": "pg-1", "group_name": "a" }] }), "Only one of group_id and group_name"),
        (json!({ "placement": [{ "tenancy": "mine" }] }), "tenancy must be one of"),
        (
            json!({ "iam_instance_profile": [{ "name": "a", "arn": "arn:aws:iam::1:instance-profile/a" }] }),
            "Only one of arn and name",
        ),
        (json!({ "iam_instance_profile": [{ "arn": "a" }] }), "It must be an ARN"),
        (
            json!({ "instance_market_options": [{ "spot_options": [{ "block_duration_minutes": 90 }] }] }),
            "It must be a multiple of 60.",
        ),
        (
            json!({ "instance_market_options": [{ "spot_options": [{ "valid_until": "tomorrow" }] }] }),
            "A time is written like",
        ),
        (
            needs(json!({ "allowed_instance_types": ["a"], "excluded_instance_types": ["b"] })),
            "Only one of allowed_instance_types and excluded_instance_types",
        ),
        (needs(json!({ "memory_mib": { "min": 0 } })), "min must be from 1"),
        (needs(json!({ "network_bandwidth_gbps": { "min": 0 } })), "It must be more than 0."),
        (
            json!({ "block_device_mappings": [{ "ebs": [{ "throughput": 100 }] }] }),
            "throughput must be from 125 to 2000; it is 100.",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses(KIND, config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let mut both = needs(json!({}));
    both["instance_type"] = json!("m5.large");
    assert!(bench.refuses(KIND, both).contains("Only one of instance_requirements"));
    let unknown = json!({ "$unknown": true });
    let config = json!({ "name": unknown, "user_data": unknown, "vpc_security_group_ids": unknown,
                         "placement": [{ "group_id": unknown }] });
    assert!(!bench.check(KIND, &config).has_errors() && !bench.plan(KIND, None, &config).1.has_errors());
}

#[test]
fn many_templates_are_read_together() {
    // In a region of its own: all templates of a region are asked for.
    let region = "ap-southeast-1";
    let bench = Bench::in_region(region);
    let key = |i: usize| format!("key-{i}");
    let templates: Vec<_> = (0..12).map(|i| bench.create(KIND, json!({ "key_name": key(i) }))).collect();
    let count = || {
        let all = bench.cloud.gate().requests();
        all.iter().filter(|one| one.region == region && one.operation == "DescribeLaunchTemplateVersions").count()
    };
    let before = count();
    for (i, seen) in bench.read_together(&templates).into_iter().enumerate() {
        assert_eq!(seen.unwrap()["key_name"], key(i));
    }
    // One request for all; with bad luck a few.
    assert!(count() - before < templates.len(), "{} requests", count() - before);
    for template in templates {
        bench.delete(template);
    }
}
