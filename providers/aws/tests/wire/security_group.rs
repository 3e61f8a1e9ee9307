//! `aws_security_group`.

use crate::bench::{Bench, OTHER, REGION, fresh_name, fresh_token};
use crate::vpcs::{made, vpc};
use gate::{Fault, What, xml};
use serde_json::{Value as Json, json};

const KIND: &str = "aws_security_group";

/// A rule with every attribute as it is stored; `more` says what differs.
fn rule(more: Json) -> Json {
    let mut rule = json!({
        "cidr_blocks": [], "description": "", "from_port": 0, "ipv6_cidr_blocks": [], "prefix_list_ids": [],
        "protocol": "tcp", "security_groups": [], "self": false, "to_port": 0,
    });
    for (name, value) in more.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// The names of the groups of a VPC, without the default one.
fn groups(bench: &Bench, vpc: &str) -> Vec<String> {
    let answer =
        bench.cloud.ec2(REGION, "DescribeSecurityGroups", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc)]);
    xml::texts(&answer, "groupName").into_iter().filter(|name| name != "default").collect()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let web = rule(json!({ "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8", "192.168.0.0/16"] }));
    let all = rule(json!({ "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": [] }));
    let mut group = bench.create(
        KIND,
        json!({ "name": "web", "vpc_id": vpc, "ingress": [web], "egress": [all], "tags": { "Name": "web" },
                "description": "for the web" }),
    );
    let id = group.id();
    let seen = group.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:security-group/{id}"));
    assert_eq!((&seen["owner_id"], &seen["name_prefix"]), (&json!("123456789012"), &json!("")));
    bench.imports(&group, &id, &[]);
    bench.imports_nothing(KIND, "sg-0123456789abcdef0");
    bench.imports_nothing(KIND, "web");
    // The same rules, written otherwise.
    let one = |cidr: &str| rule(json!({ "from_port": 443, "to_port": 443, "protocol": "6", "cidr_blocks": [cidr] }));
    bench.same(&group, json!({ "ingress": [one("10.0.0.0/8"), one("192.168.0.0/16")] }));
    let bare = json!({ "from_port": 443, "to_port": 443, "protocol": "TCP",
                       "cidr_blocks": ["192.168.0.0/16", "10.0.0.0/8"] });
    bench.same(&group, json!({ "ingress": [bare] }));
    bench.same(&group, json!({ "ingress": null, "egress": null }));
    // One source goes, one comes, one rule gets a description, and all kinds of peers.
    let peer = made(
        &bench,
        "CreateSecurityGroup",
        &[("GroupName", "peer"), ("GroupDescription", "peer"), ("VpcId", &vpc)],
        "groupId",
    );
    let list = made(
        &bench,
        "CreateManagedPrefixList",
        &[("PrefixListName", "peers"), ("AddressFamily", "IPv4"), ("MaxEntries", "1")],
        "prefixListId",
    );
    let described = |text: &str| {
        json!({ "from_port": 443, "to_port": 443, "protocol": "tcp", "description": text,
                "cidr_blocks": ["10.0.0.0/8", "172.16.0.0/12"] })
    };
    let peers = json!({ "from_port": 0, "to_port": 65535, "protocol": "udp", "security_groups": [peer], "self": true,
                        "ipv6_cidr_blocks": ["2001:DB8:0::/48"], "prefix_list_ids": [list] });
    let ping = json!({ "from_port": -1, "to_port": -1, "protocol": "icmp", "cidr_blocks": ["0.0.0.0/0"] });
    bench.update(&mut group, json!({ "ingress": [described("https"), peers, ping] }));
    bench.update(&mut group, json!({ "ingress": [described("HTTPS"), peers, ping] }));
    bench.update(&mut group, json!({ "egress": [], "tags": { "Name": "db" } }));
    bench.update(&mut group, json!({ "revoke_rules_on_delete": true }));
    bench.replaces(&group, json!({ "name": "db" }), &["name"]);
    bench.replaces(&group, json!({ "name": null, "name_prefix": "db-" }), &["name_prefix"]);
    bench.replaces(&group, json!({ "vpc_id": "vpc-0123456789abcdef0" }), &["vpc_id"]);
    bench.replaces(&group, json!({ "description": "something else" }), &["description"]);
    bench.replaces(&group, json!({ "region": OTHER }), &["region"]);
    // Somebody adds and removes rules.
    let ssh = [
        ("GroupId", id.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "22"),
        ("IpPermissions.1.ToPort", "22"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ];
    bench.cloud.ec2(REGION, "AuthorizeSecurityGroupEgress", &ssh);
    let shown = rule(json!({ "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"] }));
    bench.drifted(&group, json!({ "egress": [shown] }));
    bench.cloud.ec2(REGION, "RevokeSecurityGroupEgress", &ssh);
    let https = [
        ("GroupId", id.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/8"),
    ];
    bench.cloud.ec2(REGION, "RevokeSecurityGroupIngress", &https);
    let left = rule(json!({ "from_port": 443, "to_port": 443, "description": "HTTPS",
                            "cidr_blocks": ["172.16.0.0/12"] }));
    bench.drifted(&group, json!({}));
    assert!(bench.read(&group).unwrap()["ingress"].as_array().unwrap().contains(&left));
    bench.cloud.ec2(REGION, "DeleteSecurityGroup", &[("GroupId", &id)]);
    bench.gone(&group);
}

#[test]
fn rules_that_are_not_written() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let mut group = bench.create(KIND, json!({ "vpc_id": vpc, "name_prefix": "web-" }));
    let seen = group.json();
    assert_eq!((&seen["ingress"], &seen["egress"]), (&json!([]), &json!([])), "the rule that AWS gives is taken away");
    assert!(group.text("name").starts_with("web-") && group.text("name").len() == 30, "{seen}");
    assert_eq!((&seen["description"], &seen["name_prefix"]), (&json!("Managed by Terraform"), &json!("web-")));
    bench.update(&mut group, json!({ "tags": { "a": "b" } }));
    // What others do with rules is shown and left alone.
    let dns = [
        ("GroupId", group.id()),
        ("IpPermissions.1.IpProtocol", "udp".into()),
        ("IpPermissions.1.FromPort", "53".into()),
        ("IpPermissions.1.ToPort", "53".into()),
        ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/8".into()),
    ];
    let dns: Vec<(&str, &str)> = dns.iter().map(|(name, text)| (*name, text.as_str())).collect();
    bench.cloud.ec2(REGION, "AuthorizeSecurityGroupIngress", &dns);
    let shown = rule(json!({ "from_port": 53, "to_port": 53, "protocol": "udp", "cidr_blocks": ["10.0.0.0/8"] }));
    assert_eq!(bench.read(&group).unwrap()["ingress"], json!([shown]));
    let empty = json!({ "from_port": 80, "to_port": 80, "protocol": "tcp", "cidr_blocks": [] });
    bench.same(&group, json!({ "ingress": [empty] }));
    bench.delete(group);
    // A rule for nobody stays as it is written.
    let unnamed = bench.create(KIND, json!({ "vpc_id": vpc, "ingress": [empty] }));
    assert!(unnamed.text("name").starts_with("terraform-"), "{}", unnamed.json());
    bench.delete(unnamed);
}

#[test]
fn a_lost_answer_makes_one_group() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let name = fresh_name("lost");
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("CreateSecurityGroup").containing(&name));
    let all = json!({ "from_port": 0, "to_port": 0, "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"] });
    let ssh = json!({ "from_port": 22, "to_port": 22, "protocol": "tcp", "self": true });
    let config = json!({ "name": name, "vpc_id": vpc, "ingress": [ssh], "egress": [all], "tags": { "of": name } });
    let group = bench.create(KIND, config.clone());
    assert_eq!(groups(&bench, &vpc), std::slice::from_ref(&name));
    // The whole change again, as after a crash.
    let (planned, _) = bench.plan(KIND, None, &config);
    let again = bench.apply(KIND, None, &planned.unwrap(), &config, &fresh_token(), true);
    assert!(!again.diagnostics.has_errors(), "{:?}", again.diagnostics);
    assert_eq!(again.object.unwrap().value.get("id").unwrap().as_str(), Some(group.id().as_str()));
    assert_eq!(groups(&bench, &vpc), std::slice::from_ref(&name));
    // A group that is not ours is not taken over: neither in a first try, nor when it looks otherwise.
    let (_, said) = bench.try_create(KIND, config.clone()).unwrap_err();
    assert!(said.contains("InvalidGroup.Duplicate") && said.contains("Import it"), "{said}");
    let mut other = config;
    other["tags"] = json!({ "of": "somebody else" });
    let (planned, _) = bench.plan(KIND, None, &other);
    let again = bench.apply(KIND, None, &planned.unwrap(), &other, &fresh_token(), true);
    assert!(again.diagnostics.has_errors());
    assert!(again.object.is_none_or(|object| object.value.is_null()));
    bench.delete(group);
}

#[test]
fn lost_answers_about_rules() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let mut group = bench.create(KIND, json!({ "name": "rules", "vpc_id": vpc, "ingress": [] }));
    let rule = |cidr: &str| json!({ "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": [cidr] });
    for operation in ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"] {
        bench.cloud.gate().inject(Fault::new(What::CutAfter).on(operation).containing(&group.id()));
    }
    bench.update(&mut group, json!({ "ingress": [rule("10.1.0.0/16")] }));
    bench.update(&mut group, json!({ "ingress": [rule("10.2.0.0/16")] }));
    // No room for both.
    let refuse = What::Refuse {
        status: 400,
        code: "RulesPerSecurityGroupLimitExceeded".into(),
        message: "The maximum number of rules per security group has been reached.".into(),
    };
    let full = Fault::new(refuse).on("AuthorizeSecurityGroupIngress").containing(&group.id());
    bench.cloud.gate().inject(full);
    bench.update(&mut group, json!({ "ingress": [rule("10.3.0.0/16")] }));
    bench.delete(group);
}

#[test]
fn deletes_wait_for_what_uses_the_group() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let mut group = bench.create(KIND, json!({ "name": "used", "vpc_id": vpc }));
    let refuse = || What::Refuse {
        status: 400,
        code: "DependencyViolation".into(),
        message: "resource sg-1 has a dependent object".into(),
    };
    let used = |times| Fault::new(refuse()).on("DeleteSecurityGroup").containing(&group.id()).times(times);
    // As often as it is asked within a second.
    bench.cloud.gate().inject(used(2));
    bench.update(&mut group, json!({ "timeouts": { "delete": "1s" } }));
    let said = bench.try_delete(&group).unwrap_err();
    assert!(said.contains("in use (resource sg-1 has a dependent object)"), "{said}");
    // Rules of others that name the group go with it, when that is asked for.
    let other = bench.create(
        KIND,
        json!({ "name": "other", "vpc_id": vpc, "ingress": [
            { "from_port": 1, "to_port": 2, "protocol": "tcp", "security_groups": [group.id()],
              "cidr_blocks": ["10.0.0.0/8"] }] }),
    );
    bench.update(&mut group, json!({ "timeouts": null, "revoke_rules_on_delete": true }));
    bench.delete(group);
    let left = rule(json!({ "from_port": 1, "to_port": 2, "cidr_blocks": ["10.0.0.0/8"] }));
    bench.drifted(&other, json!({ "ingress": [left] }));
    bench.delete(other);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let with = |rule: Json| json!({ "ingress": [rule] });
    let rows = [
        (json!({ "name": "a", "name_prefix": "b" }), "Only one of name, name_prefix can be set"),
        (json!({ "name": "sg-1" }), "cannot begin with sg-"),
        (json!({ "description": "x".repeat(256) }), "must have 0 to 255 characters"),
        (with(json!({ "from_port": 1, "to_port": 2 })), "Every rule needs protocol."),
        (with(json!({ "from_port": 1, "protocol": "tcp" })), "Every rule needs to_port."),
        (with(json!({ "from_port": 1, "to_port": 2, "protocol": "all" })), "from_port and to_port must be 0"),
        (with(json!({ "from_port": 2, "to_port": 1, "protocol": "tcp" })), "Ports 2 to 1 are no range"),
        (
            with(json!({ "from_port": 1, "to_port": 1, "protocol": "tcp", "cidr_blocks": ["10.0.0.1/8"] })),
            "the network is 10.0.0.0/8",
        ),
        (
            with(json!({ "from_port": 1, "to_port": 1, "protocol": "tcp", "ipv6_cidr_blocks": ["10.0.0.0/8"] })),
            "is not an IPv6 network",
        ),
        (with(json!({ "from_port": 1, "to_port": 1, "protocol": "tcp", "description": "a\"b" })), "at most 255"),
        (
            json!({ "egress": [
                { "from_port": 1, "to_port": 1, "protocol": "tcp", "self": true, "description": "a" },
                { "from_port": 1, "to_port": 1, "protocol": "6", "self": true, "description": "b" }] }),
            "is allowed twice with different descriptions",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses(KIND, config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "$unknown": true });
    let config = json!({ "ingress": unknown, "name": unknown, "vpc_id": unknown });
    assert!(!bench.plan(KIND, None, &config).1.has_errors());
    assert!(!bench.check(KIND, &config).has_errors());
}

/// Interfaces that hold a group are named.
#[test]
fn interfaces_that_hold_it() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let asked = [("VpcId", vpc.as_str()), ("CidrBlock", "10.0.200.0/24")];
    let subnet = bench.cloud.ec2(REGION, "CreateSubnet", &asked);
    let subnet = xml::text(&subnet, "subnetId").unwrap();
    let group = bench.create(KIND, json!({ "name": "held", "vpc_id": vpc, "timeouts": { "delete": "2s" } }));
    let id = group.id();
    let asked = [("SubnetId", subnet.as_str()), ("SecurityGroupId.1", &id), ("Description", "aws-K8S-i-1")];
    let made = bench.cloud.ec2(REGION, "CreateNetworkInterface", &asked);
    let interface = xml::text(&made, "networkInterfaceId").unwrap();
    let why = bench.try_delete(&group).unwrap_err();
    assert!(why.contains(&format!("Network interfaces hold it: {interface} (")), "{why}");
    bench.cloud.ec2(REGION, "DeleteNetworkInterface", &[("NetworkInterfaceId", &interface)]);
    bench.delete(group);
    bench.cloud.ec2(REGION, "DeleteSubnet", &[("SubnetId", &subnet)]);
}
