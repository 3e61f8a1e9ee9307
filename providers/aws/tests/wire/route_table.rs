//! `aws_route_table`.

use crate::bench::{Bench, OTHER, REGION, fresh_name, fresh_token};
use crate::vpcs::{gateway, made, subnet, vpc};
use gate::{Fault, What, xml};
use serde_json::{Value as Json, json};

const KIND: &str = "aws_route_table";

/// A route with every attribute as it is stored.
fn route(more: Json) -> Json {
    let names = [
        "carrier_gateway_id",
        "cidr_block",
        "core_network_arn",
        "destination_prefix_list_id",
        "egress_only_gateway_id",
        "gateway_id",
        "ipv6_cidr_block",
        "local_gateway_id",
        "nat_gateway_id",
        "network_interface_id",
        "transit_gateway_id",
        "vpc_endpoint_id",
        "vpc_peering_connection_id",
    ];
    let mut route: Json = names.into_iter().map(|name| (name.to_owned(), json!(""))).collect();
    for (name, value) in more.as_object().unwrap() {
        route[name] = value.clone();
    }
    route
}

/// How many tables a VPC has, without the main one.
fn tables(bench: &Bench, vpc: &str) -> usize {
    let answer =
        bench.cloud.ec2(REGION, "DescribeRouteTables", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", vpc)]);
    xml::texts(&answer, "routeTableId").into_iter().collect::<std::collections::BTreeSet<_>>().len() - 1
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let (out, vgw) = (gateway(&bench, &vpc), made(&bench, "CreateVpnGateway", &[("Type", "ipsec.1")], "vpnGatewayId"));
    bench.cloud.ec2(REGION, "AttachVpnGateway", &[("VpnGatewayId", &vgw), ("VpcId", &vpc)]);
    let eigw = made(&bench, "CreateEgressOnlyInternetGateway", &[("VpcId", &vpc)], "egressOnlyInternetGatewayId");
    let subnet = subnet(&bench, &vpc, "10.0.1.0/24");
    let eni = made(&bench, "CreateNetworkInterface", &[("SubnetId", &subnet)], "networkInterfaceId");
    let list = made(
        &bench,
        "CreateManagedPrefixList",
        &[("PrefixListName", "routes"), ("AddressFamily", "IPv4"), ("MaxEntries", "1")],
        "prefixListId",
    );
    let default = route(json!({ "cidr_block": "0.0.0.0/0", "gateway_id": out }));
    let mut table =
        bench.create(KIND, json!({ "vpc_id": vpc, "route": [default.clone()], "tags": { "Name": "public" } }));
    let id = table.id();
    let seen = table.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:route-table/{id}"));
    assert_eq!((&seen["owner_id"], &seen["propagating_vgws"]), (&json!("123456789012"), &json!([])));
    bench.imports(&table, &id, &[]);
    bench.imports_nothing(KIND, "rtb-0123456789abcdef0");
    bench.imports_nothing(KIND, "public");
    bench.same(&table, json!({ "route": [{ "cidr_block": "0.0.0.0/0", "gateway_id": out }] }));
    bench.same(&table, json!({ "route": null }));
    let six = json!({ "ipv6_cidr_block": "::/0", "egress_only_gateway_id": eigw });
    let lists = json!({ "destination_prefix_list_id": list, "gateway_id": out });
    bench.update(&mut table, json!({ "route": [default, six, lists] }));
    // The first route goes through something else, the second and third go.
    let through = json!({ "cidr_block": "0.0.0.0/0", "network_interface_id": eni });
    let far = json!({ "cidr_block": "192.168.0.0/16", "gateway_id": vgw });
    bench.update(&mut table, json!({ "route": [through, far] }));
    bench.update(&mut table, json!({ "propagating_vgws": [vgw], "tags": { "Name": "private" } }));
    bench.update(&mut table, json!({ "propagating_vgws": [] }));
    bench.replaces(&table, json!({ "vpc_id": "vpc-0123456789abcdef0" }), &["vpc_id"]);
    bench.replaces(&table, json!({ "region": OTHER }), &["region"]);
    let extra = [("RouteTableId", id.as_str()), ("DestinationCidrBlock", "172.16.0.0/12"), ("GatewayId", &vgw)];
    bench.cloud.ec2(REGION, "CreateRoute", &extra);
    bench.drifted(&table, json!({}));
    let shown = route(json!({ "cidr_block": "172.16.0.0/12", "gateway_id": vgw }));
    assert!(bench.read(&table).unwrap()["route"].as_array().unwrap().contains(&shown));
    // The update removes it again.
    bench.update(&mut table, json!({ "route": [far] }));
    bench.update(&mut table, json!({ "route": [] }));
    // Subnets do not keep the table.
    bench.cloud.ec2(REGION, "AssociateRouteTable", &[("RouteTableId", &id), ("SubnetId", &subnet)]);
    bench.delete(table);
    let table = bench.create(KIND, json!({ "vpc_id": vpc }));
    assert_eq!(table.get("route"), json!([]));
    bench.cloud.ec2(REGION, "DeleteRouteTable", &[("RouteTableId", &table.id())]);
    bench.gone(&table);
}

#[test]
fn lost_answers_make_one_table_and_one_route() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let out = gateway(&bench, &vpc);
    for operation in ["CreateRouteTable", "CreateRoute"] {
        let about = if operation == "CreateRoute" { &out } else { &vpc };
        bench.cloud.gate().inject(Fault::new(What::CutAfter).on(operation).containing(about));
    }
    let config = json!({ "vpc_id": vpc, "route": [{ "cidr_block": "0.0.0.0/0", "gateway_id": out }] });
    let table = bench.create(KIND, config.clone());
    assert_eq!(tables(&bench, &vpc), 1);
    let token = fresh_token();
    let (planned, _) = bench.plan(KIND, None, &config);
    let planned = planned.unwrap();
    for repeated in [false, true] {
        let answer = bench.apply(KIND, None, &planned, &config, &token, repeated);
        assert!(!answer.diagnostics.has_errors(), "{:?}", answer.diagnostics);
    }
    assert_eq!(tables(&bench, &vpc), 2);
    bench.delete(table);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let with = |routes: Json| json!({ "vpc_id": fresh_name("vpc"), "route": routes });
    let rows = [
        (with(json!([{ "gateway_id": "igw-1" }])), "Every route needs one destination, it has 0"),
        (with(json!([{ "cidr_block": "0.0.0.0/0" }])), "Every route needs one target, it has 0"),
        (
            with(json!([{ "cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": "nat-1" }])),
            "Every route needs one target, it has 2",
        ),
        (with(json!([{ "cidr_block": "10.0.0.1/8", "gateway_id": "igw-1" }])), "the network is 10.0.0.0/8"),
        (with(json!([{ "ipv6_cidr_block": "10.0.0.0/8", "gateway_id": "igw-1" }])), "is not an IPv6 network"),
        (
            with(json!([{ "cidr_block": "10.0.0.0/8", "gateway_id": "igw-1" },
                        { "cidr_block": "10.0.0.0/8", "gateway_id": "igw-2" }])),
            "There are two routes to 10.0.0.0/8",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses(KIND, config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "vpc_id": { "$unknown": true }, "route": { "$unknown": true } });
    assert!(!bench.check(KIND, &unknown).has_errors());
    assert!(!bench.plan(KIND, None, &unknown).1.has_errors());
}
