#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn instances_round_trip() {
    for text in [
        "aws_instance.db",
        "aws_instance.db[0]",
        "aws_instance.db[\"a.b\"]",
        "data.aws_region.here",
        "module.a.module.b[\"x\\\"y\"].aws_instance.db[\"k\"]",
        "ephemeral.vault_secret.s",
    ] {
        assert_eq!(parse_resource_instance(text).unwrap().to_string(), text);
    }
}

#[test]
fn malformed_instances_say_why() {
    for (text, reason) in [
        ("", "a name is missing"),
        ("aws_instance", "a resource type and a resource name are needed, as in aws_instance.db"),
        ("aws_instance.db[x]", "the instance key [x] is neither a whole number nor a quoted string"),
        ("aws_instance.db[0", "a ] is missing after the instance key"),
        ("aws_instance[0].db", "the resource type cannot have an instance key"),
        ("a.b.c", "a resource type and a resource name are needed, as in aws_instance.db"),
        ("module.a", "a resource type and a resource name are needed, as in aws_instance.db"),
    ] {
        assert_eq!(parse_resource_instance(text).unwrap_err().reason, reason, "{text}");
    }
}

#[test]
fn provider_configs_round_trip() {
    for text in [
        "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "provider[\"registry.terraform.io/hashicorp/aws\"].west",
        "module.a.module.b.provider[\"terraform.io/builtin/terraform\"]",
        "provider[\"registry.terraform.io/hashicorp/aws\"].by_region[\"eu-\\\"1\\\".[x]\"]",
    ] {
        assert_eq!(parse_provider_config(text).unwrap().to_string(), text);
    }
    for text in [
        "provider.aws",
        "provider[\"hashicorp/aws\"][\"eu\"]",
        "provider[\"hashicorp/aws\"].[\"eu\"]",
        "provider[\"hashicorp/aws\"].by[\"eu\"",
        "provider[\"hashicorp/aws\"].by[\"eu\"]x",
    ] {
        assert!(parse_provider_config(text).is_err(), "{text}");
    }
}

#[test]
fn both_public_registries_are_one() {
    let a = parse_provider("hashicorp/aws").unwrap();
    let b = parse_provider("registry.opentofu.org/hashicorp/aws").unwrap();
    assert!(a.same_as(&b));
    assert!(!a.same_as(&parse_provider("example.test/hashicorp/aws").unwrap()));
    assert_eq!(parse_provider("terraform").unwrap(), Provider::builtin());
}

#[test]
fn targets() {
    for (text, shown) in [
        ("module.a", "module.a"),
        ("module.a[\"x.y\"].module.b[0]", "module.a[\"x.y\"].module.b[0]"),
        ("aws_instance.db", "aws_instance.db"),
        ("resource.aws_instance.db[0]", "aws_instance.db[0]"),
        ("module.a.data.aws_ami.x", "module.a.data.aws_ami.x"),
        ("resource.local.x[0]", "resource.local.x[0]"),
        ("module.a.resource.var.y", "module.a.resource.var.y"),
        ("data.local.x", "data.local.x"),
    ] {
        assert_eq!(parse_target(text).unwrap().to_string(), shown);
    }
    for text in ["", "module", "a", "a.b.c", "count.index", "module.a.path.module", "a.b[*]", "a.b[", "a[0].b"] {
        assert!(parse_target(text).is_err(), "{text}");
    }
    let covers = |part: &str, addr: &str| parse_target(part).unwrap().covers(&parse_resource_instance(addr).unwrap());
    assert!(covers("module.a", "module.a[0].t.x") && covers("module.a", "module.a[0].module.b.t.x[1]"));
    assert!(covers("module.a.module.b", "module.a[0].module.b.module.c.t.x"));
    assert!(!covers("module.a.module.b", "module.a[0].module.b.t.x"), "as Terraform 1.11.4");
    assert!(!covers("module.a[0]", "module.a[1].t.x") && !covers("module.a", "module.ab.t.x"));
    assert!(covers("t.x", "t.x[0]") && !covers("t.x", "module.a.t.x") && !covers("t.x[0]", "t.x[1]"));
}
