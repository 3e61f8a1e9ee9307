//! `aws_route`.

use crate::bench::{Bench, OTHER, REGION, fresh_token};
use crate::vpcs::{gateway, made, subnet, vpc};
use gate::{Fault, What};
use serde_json::json;

const KIND: &str = "aws_route";

#[test]
fn a_life() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let (out, subnet) = (gateway(&bench, &vpc), subnet(&bench, &vpc, "10.0.1.0/24"));
    let eni = made(&bench, "CreateNetworkInterface", &[("SubnetId", &subnet)], "networkInterfaceId");
    let eigw = made(&bench, "CreateEgressOnlyInternetGateway", &[("VpcId", &vpc)], "egressOnlyInternetGatewayId");
    let table = made(&bench, "CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    let to = "0.0.0.0/0";
    let config = json!({ "route_table_id": table, "destination_cidr_block": to, "gateway_id": out });
    let mut route = bench.create(KIND, config.clone());
    assert_eq!(route.id(), format!("r-{table}1080289494"));
    let seen = route.json();
    assert_eq!((&seen["origin"], &seen["state"]), (&json!("CreateRoute"), &json!("active")));
    assert_eq!((&seen["instance_id"], &seen["nat_gateway_id"]), (&json!(""), &json!(null)));
    bench.imports(&route, &format!("{table}_{to}"), &[]);
    bench.imports_nothing(KIND, &format!("{table}_10.9.0.0/16"));
    bench.imports_nothing(KIND, &table);
    // There is one already.
    let (_, said) = bench.try_create(KIND, config).unwrap_err();
    assert!(said.contains(&format!("Import it ({table}_{to})")), "{said}");
    // Another target.
    bench.update(&mut route, json!({ "gateway_id": null, "network_interface_id": eni }));
    assert_eq!(route.get("network_interface_id"), json!(eni));
    bench.update(&mut route, json!({ "gateway_id": out, "network_interface_id": null }));
    assert_eq!(route.get("network_interface_id"), json!(""));
    bench.update(&mut route, json!({ "timeouts": { "create": "3m" } }));
    bench.replaces(&route, json!({ "destination_cidr_block": "10.9.0.0/16" }), &["destination_cidr_block"]);
    bench.replaces(
        &route,
        json!({ "destination_cidr_block": null, "destination_ipv6_cidr_block": "::/0" }),
        &["destination_cidr_block", "destination_ipv6_cidr_block"],
    );
    bench.replaces(
        &route,
        json!({ "destination_cidr_block": null, "destination_prefix_list_id": "pl-1" }),
        &["destination_cidr_block", "destination_prefix_list_id"],
    );
    bench.replaces(&route, json!({ "route_table_id": "rtb-0123456789abcdef0" }), &["route_table_id"]);
    bench.replaces(&route, json!({ "region": OTHER }), &["region"]);
    let moved = [("RouteTableId", table.as_str()), ("DestinationCidrBlock", to), ("NetworkInterfaceId", &eni)];
    bench.cloud.ec2(REGION, "ReplaceRoute", &moved);
    bench.drifted(&route, json!({ "gateway_id": null, "network_interface_id": eni }));
    bench.cloud.ec2(REGION, "DeleteRoute", &[("RouteTableId", &table), ("DestinationCidrBlock", to)]);
    bench.gone(&route);
    // IPv6, however it is written; prefix lists.
    let six = json!({ "route_table_id": table, "destination_ipv6_cidr_block": "2001:DB8:0::/48",
                      "egress_only_gateway_id": eigw });
    let six = bench.create(KIND, six);
    bench.same(&six, json!({ "destination_ipv6_cidr_block": "2001:db8::/48" }));
    bench.delete(six);
    let list = made(
        &bench,
        "CreateManagedPrefixList",
        &[("PrefixListName", "route"), ("AddressFamily", "IPv4"), ("MaxEntries", "1")],
        "prefixListId",
    );
    let route = json!({ "route_table_id": table, "destination_prefix_list_id": list, "gateway_id": out });
    let route = bench.create(KIND, route);
    bench.imports(&route, &format!("{table}_{list}"), &[]);
    // With its table the route is gone.
    bench.cloud.ec2(REGION, "DeleteRouteTable", &[("RouteTableId", &table)]);
    bench.gone(&route);
}

#[test]
fn a_lost_answer_makes_one_route() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let out = gateway(&bench, &vpc);
    let table = made(&bench, "CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    for operation in ["CreateRoute", "DeleteRoute"] {
        bench.cloud.gate().inject(Fault::new(What::CutAfter).on(operation).containing(&table));
    }
    let config = json!({ "route_table_id": table, "destination_cidr_block": "0.0.0.0/0", "gateway_id": out });
    let route = bench.create(KIND, config.clone());
    let (planned, _) = bench.plan(KIND, None, &config);
    let again = bench.apply(KIND, None, &planned.unwrap(), &config, &fresh_token(), true);
    assert!(!again.diagnostics.has_errors(), "{:?}", again.diagnostics);
    // Through something else it is not ours.
    let mut other = config;
    other["gateway_id"] = json!("igw-0123456789abcdef0");
    let (planned, _) = bench.plan(KIND, None, &other);
    let again = bench.apply(KIND, None, &planned.unwrap(), &other, &fresh_token(), true);
    assert!(again.diagnostics.has_errors());
    bench.delete(route);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({ "gateway_id": "igw-1" }), "One of destination_cidr_block"),
        (json!({ "destination_cidr_block": "0.0.0.0/0" }), "One of carrier_gateway_id"),
        (
            json!({ "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": "nat-1" }),
            "Only one of carrier_gateway_id",
        ),
        (
            json!({ "destination_cidr_block": "0.0.0.0/0", "egress_only_gateway_id": "eigw-1" }),
            "Only one of egress_only_gateway_id, destination_cidr_block",
        ),
        (
            json!({ "destination_ipv6_cidr_block": "::/0", "carrier_gateway_id": "cagw-1" }),
            "Only one of carrier_gateway_id, destination_ipv6_cidr_block",
        ),
        (
            json!({ "destination_prefix_list_id": "pl-1", "vpc_endpoint_id": "vpce-1" }),
            "Only one of vpc_endpoint_id, destination_prefix_list_id",
        ),
        (json!({ "destination_cidr_block": "10.0.0.1/8", "gateway_id": "igw-1" }), "the network is 10.0.0.0/8"),
        (json!({ "destination_cidr_block": "10.0.0.0/8", "gateway_id": "local" }), "Import this one"),
    ];
    for (mut config, expected) in rows {
        config["route_table_id"] = json!("rtb-1");
        let said = bench.refuses(KIND, config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "$unknown": true });
    let config = json!({ "route_table_id": unknown, "destination_cidr_block": unknown, "nat_gateway_id": unknown });
    assert!(!bench.check(KIND, &config).has_errors() && !bench.plan(KIND, None, &config).1.has_errors());
}
