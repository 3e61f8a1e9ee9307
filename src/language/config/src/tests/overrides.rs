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
    assert_eq!((resource.lifecycle.prevent_destroy, resource.lifecycle.create_before_destroy), (false, Some(true)));
}

#[test]
fn overriding_nothing() {
    check_mistakes(
        "resource \"a_b\" \"c\" {}\n#- x_override.tf\nresource \"a_b\" \"d\" {}\nresource \"a_b\" \"c\" {\n  depends_on = [a_b.d]\n}\nvariable \"v\" {}\nlocals {\n  l = 1\n}\nmoved {\n  from = a.b\n  to = a.c\n}\nunknown {}\n",
        expect![[r#"
            x_override.tf:1: Missing resource to override: resource "a_b" "d"
                There is no resource named "a_b.d". An override file can only override what was already declared in a primary configuration file.
                > Declare it in another file, or check its name.
            x_override.tf:3: Unsupported override: depends_on = [a_b.d]
                The depends_on argument may not be overridden.
                > Change it where it is written first.
            x_override.tf:5: Missing base variable declaration to override: variable "v"
                There is no variable named "v". An override file can only override what was already declared in a primary configuration file.
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

#[test]
fn what_cannot_be_overridden() {
    check_mistakes(
        r#"variable "v" {
  default = 1
}
output "o" {
  value = 1
}
resource "a_b" "c" {
  count      = 2
  depends_on = []
  lifecycle {
    ignore_changes       = all
    replace_triggered_by = [a_b.d]
  }
}
resource "a_b" "d" {
  lifecycle {
    ignore_changes = [x]
  }
}
#- x_override.tf
variable "v" {
  validation {
    condition     = var.v != 2
    error_message = "m"
  }
}
output "o" {
  precondition {
    condition     = false
    error_message = "m"
  }
}
resource "a_b" "c" {
  for_each   = {}
  depends_on = []
  lifecycle {
    ignore_changes       = [y]
    replace_triggered_by = []
    postcondition {
      condition     = false
      error_message = "m"
    }
  }
}
check "c" {}
provider "p" {
  alias = "x"
}
provider "q" {}
resource "a_b" {}
terraform {
  backend "local" {}
}
terraform {
  backend "s3" {}
}
"#,
        expect![[r#"
            x_override.tf:2: Can't override validation blocks: validation
                Override files cannot override "validation" blocks.
                > Move it to a file that is not an override file.
            x_override.tf:8: Can't override precondition blocks: precondition
                Override files cannot override "precondition" blocks.
                > Move it to a file that is not an override file.
            x_override.tf:14: (warning) Override without effect: for_each
                One file sets "count" and another "for_each" for the same block. As in Terraform, "count" decides.
                > Set the same one of the two in both files.
            x_override.tf:18: (warning) Override without effect: replace_triggered_by = []
                The replace_triggered_by argument cannot be overridden. As in Terraform, what an override file says about it is ignored.
                > Change it where the resource is declared.
            x_override.tf:19: Can't override postcondition blocks: postcondition
                Override files cannot override "postcondition" blocks.
                > Move it to a file that is not an override file.
            x_override.tf:25: Can't override check blocks: check "c"
                Blocks of type "check" can appear only in normal files, not in override files.
                > Move it to a file that is not an override file.
            x_override.tf:26: Missing base provider configuration for override: provider "p"
                There is no p provider configuration with the alias "x". An override file can only override an aliased provider configuration that was already defined in a primary configuration file.
                > Declare it in another file, or check its name.
            x_override.tf:30: Missing name for resource: resource "a_b"
                All resource blocks must have 2 labels (type, name).
                > Write the name in quotes before the opening brace.
            x_override.tf:35: Duplicate 'backend' configuration block: backend "s3"
                A module may have only one backend configuration. It was previously configured at x_override.tf:32.
                > Remove one of the two.
        "#]],
    );
}

#[test]
fn both_forms() {
    let (tree, texts, diagnostics) = loaded(
        r#"#- a.tf
resource "a_b" "native" {
  x = 1
  y = 1
  ebs {
    n = 1
  }
  net {
    n = 1
  }
  lifecycle {
    ignore_changes = all
  }
}
locals {
  l = 1
}
#- b.tf.json
{"resource": {"a_b": {"json": {"x": 1, "y": 1, "ebs": {"n": 1}, "net": [{"n": 1}], "dynamic": {"net": {"for_each": [], "content": {}}}}}}}
#- c_override.tf
resource "a_b" "json" {
  x = 2
  net {
    n = 2
  }
}
#- override.tf.json
{"resource": {"a_b": {"native": {"x": 3, "ebs": {"n": 3}, "net": null, "lifecycle": {"ignore_changes": ["x"]}}, "json": {"y": 3}}}, "locals": {"l": 3}}
"#,
    );
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let root = tree.root().unwrap();
    let shown = |name: &str| {
        let resource = &root.resources[&Resource { mode: Mode::Managed, kind: "a_b".into(), name: name.into() }];
        let body = &resource.body;
        let argument = |name: &str| source_of(&body.attribute(name).unwrap().expr, &texts);
        let blocks: Vec<_> = body.blocks.iter().map(|b| b.kind.text.as_ref()).collect();
        let undecided: Vec<_> = body.undecided.iter().map(|p| p.name.text.as_ref()).collect();
        format!("{} {} {blocks:?} {undecided:?}", argument("x"), argument("y"))
    };
    assert_eq!(shown("native"), "3 1 [\"net\"] [\"x\", \"ebs\", \"net\"]");
    assert_eq!(shown("json"), "2 3 [\"net\"] [\"ebs\", \"y\"]");
    assert_eq!(source_of(&root.locals["l"].expr, &texts), "3");
    let native = Resource { mode: Mode::Managed, kind: "a_b".into(), name: "native".into() };
    assert!(matches!(root.resources[&native].lifecycle.ignore_changes, crate::IgnoreChanges::All));
}
