//! From the launch to the end.

use super::*;

#[test]
fn a_life() {
    let bench = Bench::new();
    let net = net(&bench, REGION, "eu-central-1b");
    let mut instance = bench.create(KIND, net.instance(json!({ "tags": { "Name": "one" } })));
    let seen = instance.json();
    assert_eq!(seen["arn"], format!("arn:aws:ec2:{REGION}:123456789012:instance/{}", instance.id()));
    assert_eq!((&seen["instance_state"], &seen["availability_zone"]), (&json!("running"), &json!("eu-central-1b")));
    assert!(at(&seen, "root_block_device.0.volume_id").as_str().unwrap().starts_with("vol-"));
    bench.update(&mut instance, json!({ "tags": { "Name": "two", "team": "orders" } }));
    bench.imports(&instance, &instance.id(), &[]);
    bench.imports_nothing(KIND, "i-0123456789abcdef0");
    bench.imports_nothing(KIND, "vol-0123456789abcdef0");
    bench.delete(instance);
}
