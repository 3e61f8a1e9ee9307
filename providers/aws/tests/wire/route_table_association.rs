//! `aws_route_table_association`.

use crate::bench::{Bench, OTHER, REGION, fresh_token};
use crate::vpcs::{gateway, made, subnet, vpc};
use gate::{Fault, What};
use serde_json::json;

const KIND: &str = "aws_route_table_association";

#[test]
fn a_life() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let (out, subnet) = (gateway(&bench, &vpc), subnet(&bench, &vpc, "10.0.1.0/24"));
    let table = || made(&bench, "CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    let (one, two) = (table(), table());
    let mut association = bench.create(KIND, json!({ "subnet_id": subnet, "route_table_id": one }));
    assert!(association.id().starts_with("rtbassoc-"), "{}", association.json());
    bench.imports(&association, &format!("{subnet}/{one}"), &[]);
    bench.imports_nothing(KIND, &format!("{subnet}/{two}"));
    bench.imports_nothing(KIND, &association.id());
    let before = association.id();
    bench.update(&mut association, json!({ "route_table_id": two }));
    assert_ne!(association.id(), before);
    bench.update(&mut association, json!({ "timeouts": { "create": "3m" } }));
    bench.replaces(&association, json!({ "subnet_id": "subnet-1" }), &["subnet_id"]);
    bench.replaces(&association, json!({ "subnet_id": null, "gateway_id": out }), &["gateway_id", "subnet_id"]);
    bench.replaces(&association, json!({ "region": OTHER }), &["region"]);
    // A subnet has one table.
    let (_, said) = bench.try_create(KIND, json!({ "subnet_id": subnet, "route_table_id": one })).unwrap_err();
    assert!(said.contains("Resource.AlreadyAssociated"), "{said}");
    // Somebody took it away: an update makes a new one, and a read says that it is gone.
    bench.cloud.ec2(REGION, "DisassociateRouteTable", &[("AssociationId", &association.id())]);
    bench.update(&mut association, json!({ "route_table_id": one }));
    bench.cloud.ec2(REGION, "DisassociateRouteTable", &[("AssociationId", &association.id())]);
    bench.gone(&association);
    let edge = bench.create(KIND, json!({ "gateway_id": out, "route_table_id": one }));
    bench.imports(&edge, &format!("{out}/{one}"), &[]);
    bench.delete(edge);
}

#[test]
fn a_lost_answer_makes_one_association() {
    let bench = Bench::new();
    let vpc = vpc(&bench);
    let subnet = subnet(&bench, &vpc, "10.0.1.0/24");
    let table = || made(&bench, "CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    let (one, two) = (table(), table());
    let refuse = || What::Refuse {
        status: 400,
        code: "Resource.AlreadyAssociated".into(),
        message: "conflicts with an existing association".into(),
    };
    let on = |what| Fault::new(what).on("AssociateRouteTable").containing(&subnet);
    bench.cloud.gate().inject(on(What::CutAfter));
    bench.cloud.gate().inject(on(refuse()));
    let config = json!({ "subnet_id": subnet, "route_table_id": one });
    let mut association = bench.create(KIND, config.clone());
    bench.cloud.gate().inject(on(refuse()));
    let (planned, _) = bench.plan(KIND, None, &config);
    let again = bench.apply(KIND, None, &planned.unwrap(), &config, &fresh_token(), true);
    assert!(!again.diagnostics.has_errors(), "{:?}", again.diagnostics);
    assert_eq!(again.object.unwrap().value.get("id").unwrap().as_str(), Some(association.id().as_str()));
    let replace = Fault::new(What::CutAfter).on("ReplaceRouteTableAssociation").containing(&two);
    bench.cloud.gate().inject(replace);
    bench.update(&mut association, json!({ "route_table_id": two }));
    bench.delete(association);
}

#[test]
fn refused_at_plan_time() {
    let bench = Bench::new();
    let rows = [
        (json!({ "route_table_id": "rtb-1" }), "One of gateway_id, subnet_id must be set."),
        (
            json!({ "route_table_id": "rtb-1", "subnet_id": "subnet-1", "gateway_id": "igw-1" }),
            "Only one of gateway_id, subnet_id can be set",
        ),
    ];
    for (config, expected) in rows {
        let said = bench.refuses(KIND, config.clone());
        assert!(said.contains(expected), "{config}\n{said}");
    }
    let unknown = json!({ "route_table_id": { "$unknown": true }, "subnet_id": { "$unknown": true } });
    assert!(!bench.check(KIND, &unknown).has_errors() && !bench.plan(KIND, None, &unknown).1.has_errors());
}
