use super::*;
use crate::fixture::{Fixture, provider};
use crate::platform::platform;

#[test]
fn what_is_there() {
    let fixture = Fixture::new("");
    for version in ["1.0.0", "1.10.0", "1.9.0", "2.0.0-beta1"] {
        fixture.unpacked("registry.terraform.io/hashicorp/aws", version);
    }
    fixture.packed("registry.terraform.io/hashicorp/aws", "1.10.0");
    fixture.packed("registry.opentofu.org/hashicorp/aws", "1.11.0");
    let dir = "mirror/registry.terraform.io/hashicorp/aws";
    fixture.file(&format!("{dir}/v3.0.0/{}/terraform-provider-aws", platform()), "");
    fixture.file(&format!("{dir}/4.0.0/plan9_mips/terraform-provider-aws"), "");
    fixture.file(&format!("{dir}/index.json"), "{}");
    fixture.file(&format!("{dir}/terraform-provider-aws_5.0.0_plan9_mips.zip"), "");
    let found = packages(&fixture.path("mirror"), &provider("aws"), &platform()).unwrap();
    let shown: Vec<String> = found
        .iter()
        .map(|f| {
            format!(
                "{} {} {}",
                f.provider.host,
                f.version,
                if matches!(f.package, Package::Packed(_)) { "zip" } else { "dir" }
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "registry.terraform.io 2.0.0-beta1 dir",
            "registry.opentofu.org 1.11.0 zip",
            "registry.terraform.io 1.10.0 dir",
            "registry.terraform.io 1.10.0 zip",
            "registry.terraform.io 1.9.0 dir",
            "registry.terraform.io 1.0.0 dir",
        ]
    );
    assert!(packages(&fixture.path("nope"), &provider("aws"), &platform()).unwrap().is_empty());
    assert!(packages(&fixture.path("mirror"), &provider("example.com/hashicorp/aws"), &platform()).unwrap().is_empty());
}
