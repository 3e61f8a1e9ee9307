//! Override files.

use super::{check_mistakes, loaded, source_of};
use addrs::{Mode, Resource};
use expect_test::expect;

#[test]
fn later_files_win_argument_by_argument() {
    let (tree, texts, diagnostics) = loaded(
        r#"#- main.tf
terraform {
  required_version = "1.0"
  required_providers {
    aws = { source = "hashicorp/aws" }
    b   = { source = "hashicorp/b" }
  }
  backend "s3" {}
}
provider "aws" {
  region  = "a"
  profile = "p"
}
provider "aws" {
  alias  = "west"
  region = "a"
}
variable "v" {
  type    = number
  default = 1
}
locals {
  a = 1
  b = 2
}
output "o" {
  value = 1
}
resource "aws_instance" "r" {
  ami  = "a"
  size = 1
  ebs {
    n = 1
  }
  ebs {
    n = 2
  }
  net {
    n = 1
  }
  lifecycle {
    prevent_destroy       = true
    create_before_destroy = true
  }
}
#- override.tf
terraform {
  required_version = "2.0"
  required_providers {
    aws = { source = "me/aws" }
  }
  backend "local" {}
}
provider "aws" {
  region = "b"
}
provider "aws" {
  alias  = "west"
  region = "c"
}
variable "v" {
  type    = string
}
locals {
  b = 3
}
output "o" {
  sensitive = true
}
resource "aws_instance" "r" {
  ami = "b"
  dynamic "ebs" {
    for_each = []
    content {}
  }
  lifecycle {
    prevent_destroy = false
  }
}
#- z_override.tf
resource "aws_instance" "r" {
  ami = "c"
}
"#,
    );
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let root = tree.root().unwrap();
    assert_eq!(root.required_version.iter().map(|v| v.text.as_ref()).collect::<Vec<_>>(), ["2.0"]);
    assert_eq!(root.backend.as_ref().unwrap().kind.as_ref(), "local");
    assert_eq!(root.required_providers["aws"].source.short(), "me/aws");
    assert_eq!(root.required_providers["b"].source.short(), "hashicorp/b");
    let argument = |body: &syntax::Body, name: &str| source_of(&body.attribute(name).unwrap().expr, &texts);
    let aws = &root.provider_configs[&("aws".into(), None)];
    assert_eq!((argument(&aws.body, "region"), argument(&aws.body, "profile")), ("\"b\"".into(), "\"p\"".into()));
    let west = &root.provider_configs[&("aws".into(), Some("west".into()))];
    assert_eq!(argument(&west.body, "region"), "\"c\"");
    assert_eq!(root.variables["v"].type_constraint, value::Type::String);
    assert!(root.variables["v"].default.is_some());
    assert_eq!(source_of(&root.locals["a"].expr, &texts), "1");
    assert_eq!(source_of(&root.locals["b"].expr, &texts), "3");
    assert!(root.outputs["o"].sensitive);
    let resource = &root.resources[&Resource { mode: Mode::Managed, kind: "aws_instance".into(), name: "r".into() }];
    assert_eq!((argument(&resource.body, "ami"), argument(&resource.body, "size")), ("\"c\"".into(), "1".into()));
    let blocks: Vec<_> = resource.body.blocks.iter().map(|b| b.kind.text.as_ref()).collect();
    assert_eq!(blocks, ["net", "dynamic"]);
    let prevents = resource.lifecycle.prevent_destroy.as_ref().map(|expr| source_of(expr, &texts));
    assert_eq!((prevents.as_deref(), resource.lifecycle.create_before_destroy), (Some("false"), Some(true)));
}

#[test]
fn overriding_nothing() {
    check_mistakes(
        "resource \"a_b\" \"c\" {}\n#- x_override.tf\nresource \"a_b\" \"d\" {}\nresource \"a_b\" \"c\" {\n  depends_on = [a_b.d]\n}\nvariable \"v\" {}\nlocals {\n  l = 1\n}\nmoved {\n  from = a.b\n  to = a.c\n}\nunknown {}\n",
        expect![[r#"
            x_override.tf:1: Missing base resource to override: resource "a_b" "d"
                There is no resource named "a_b.d". An override file can only override what was already declared in a primary configuration file.
                > Declare it in another file, or check its name.
            x_override.tf:3: Unsupported override: depends_on = [a_b.d]
                The depends_on argument may not be overridden.
                > Change it where it is written first.
            x_override.tf:5: Missing base variable declaration to override: variable "v"
                There is no variable declaration named "v". An override file can only override what was already declared in a primary configuration file.
                > Declare it in another file, or check its name.
            x_override.tf:7: Missing base local value definition to override: l = 1
                There is no local value named "l". An override file can only override a local value that was already defined in a primary configuration file.
                > Define it in another file, or check its name.
            x_override.tf:9: Cannot override 'moved' blocks: moved
                Blocks of type "moved" can appear only in normal files, not in override files.
                > Move it to a file that is not an override file.
            x_override.tf:13: Unsupported block type: unknown
                Blocks of type "unknown" are not expected here.
                > Remove it, or check its type.
        "#]],
    );
}
