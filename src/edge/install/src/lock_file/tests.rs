use super::*;
use crate::fixture::{provider, told};
use expect_test::{Expect, expect};

const TERRAFORMS: &str = r#"# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "drform.test/dev/probe" {
  version     = "1.2.3"
  constraints = ">= 1.0.0, ~> 1.0, != 1.1.0, < 2.0.0"
  hashes = [
    "h1:FjHd7aYK0TmUs+/KmR4Hxkuft6EvcdgoZMSBgNy9cao=",
    "zh:4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3",
  ]
}

provider "registry.terraform.io/hashicorp/aws" {
  version = "0.3.1"
}
"#;

#[test]
fn terraforms_text_stays_as_it_is() {
    for tool in ["terraform", "tofu"] {
        let text = TERRAFORMS.replace("terraform init", &format!("{tool} init"));
        let (lock, diagnostics) = parse(text.as_str().into());
        assert_eq!(told(&diagnostics), "");
        assert_eq!(lock.text(), text);
    }
}

#[test]
fn either_public_registry() {
    let (lock, _) = parse(TERRAFORMS.into());
    let version = |text| lock.locked(&provider(text)).map(|(_, locked)| locked.version.to_string());
    assert_eq!(version("registry.opentofu.org/hashicorp/aws").as_deref(), Some("0.3.1"));
    assert_eq!(version("hashicorp/aws").as_deref(), Some("0.3.1"));
    assert_eq!(version("drform.test/dev/probe").as_deref(), Some("1.2.3"));
    assert_eq!(version("probe"), None);
}

fn mistake(text: &str, expect: Expect) {
    let (_, diagnostics) = parse(text.into());
    let told: String =
        diagnostics.iter().map(|d| format!("{} [{:?}]\n", d.detail, d.subject.as_ref().map(|r| r.start))).collect();
    expect.assert_eq(&told);
}

#[test]
fn mistakes() {
    mistake(
        "provider \"a/b\" {\n}\n",
        expect![[r#"
        .terraform.lock.hcl: A provider is locked without a version. [Some(0)]
    "#]],
    );
    mistake(
        "provider \"a/b\" {\n  version = \"x\"\n}\n",
        expect![[r#"
        .terraform.lock.hcl: The locked version must be a version such as 1.2.3. [Some(29)]
    "#]],
    );
    mistake(
        "provider \"a/b\" {\n  version = \"1.0.0\"\n  hashes = \"h1:\"\n}\n",
        expect![[r#"
        .terraform.lock.hcl: The hashes must be a list of checksums. [Some(48)]
    "#]],
    );
    mistake(
        "a = 1\nblock {\n}\nmodule \"x\" {\n}\nprovider \"a/b/c/d\" {\n}\n",
        expect![[r#"
        .terraform.lock.hcl: An argument named "a" is not expected here. [Some(0)]
        .terraform.lock.hcl: A block block is not expected here. [Some(6)]
        .terraform.lock.hcl: a provider source address has at most three parts: HOST/NAMESPACE/TYPE. [Some(31)]
    "#]],
    );
    let one = "provider \"a/b\" {\n  version = \"1.0.0\"\n}\n";
    mistake(
        &format!("{one}{one}"),
        expect![[r#"
        .terraform.lock.hcl: Provider registry.terraform.io/a/b is locked twice. [Some(39)]
    "#]],
    );
}
