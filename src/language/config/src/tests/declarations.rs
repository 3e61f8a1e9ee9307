//! Valid blocks and what they declare.

use super::{loaded, source_of, valid};
use crate::{IgnoreChanges, RemovedAction};
use addrs::{Mode, ModulePath, Resource};

fn managed(kind: &str, name: &str) -> Resource {
    Resource { mode: Mode::Managed, kind: kind.into(), name: name.into() }
}

#[test]
fn a_module_with_everything() {
    let (tree, texts, diagnostics) = loaded(
        r#"#- main.tf
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.0"
      configuration_aliases = [aws.west]
    }
    old = "1.0"
    mine = { source = "example.com/me/mine" }
  }
  backend "s3" {
    bucket = "state"
  }
  provider_meta "aws" {
    name = "x"
  }
}
provider "aws" {
  region = var.region
}
provider "aws" {
  alias  = "west"
  region = "us-west-1"
}
variable "region" {
  type        = string
  default     = "eu-central-1"
  description = "Where."
  nullable    = false
  sensitive   = "true"
  validation {
    condition     = var.region != ""
    error_message = "Empty."
  }
}
locals {
  a = 1
  b = local.a
}
output "id" {
  value      = aws_instance.web.id
  sensitive  = true
  depends_on = [aws_instance.web]
  precondition {
    condition     = local.a == 1
    error_message = "No."
  }
}
resource "aws_instance" "web" {
  count      = 2
  provider   = aws.west
  depends_on = [data.aws_ami.this, module.net]
  ami        = data.aws_ami.this.id
  lifecycle {
    create_before_destroy = true
    prevent_destroy       = true
    ignore_changes        = [tags["Name"], ebs[0].size, ami]
    replace_triggered_by  = [null_resource.x[count.index].id]
    postcondition {
      condition     = self.id != ""
      error_message = "No id."
    }
  }
  connection {
    host = self.ip
  }
  provisioner "local-exec" {
    command = "true"
  }
  ebs {
    size = 1
  }
  _ {
    count = 3
  }
}
resource "null_resource" "x" {
  for_each = toset(["a"])
  lifecycle {
    ignore_changes = all
  }
}
data "aws_ami" "this" {
}
ephemeral "aws_secret" "s" {
}
module "net" {
  source     = "./net"
  version    = "1.0"
  count      = 1
  depends_on = [null_resource.x]
  providers  = { aws = aws.west }
  cidr       = "10.0.0.0/8"
}
moved {
  from = aws_instance.old
  to   = aws_instance.web[0]
}
removed {
  from = aws_instance.gone
  lifecycle {
    destroy = false
  }
}
import {
  to       = null_resource.x["a"]
  id       = "i-1"
}
check "up" {
  data "http" "probe" {
    url = "https://x"
  }
  assert {
    condition     = data.http.probe.status == 200
    error_message = "Down."
  }
}
#- net/main.tf
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
variable "cidr" {}
resource "aws_vpc" "v" {}
"#,
    );
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let root = tree.root().unwrap();
    assert_eq!(root.required_version[0].text.as_ref(), ">= 1.5");
    assert_eq!(root.backend.as_ref().unwrap().kind.as_ref(), "s3");
    let aws = &root.required_providers["aws"];
    assert_eq!((aws.version.as_deref(), aws.aliases[0].as_ref()), (Some("~> 5.0"), "west"));
    assert_eq!(root.required_providers["mine"].source.to_string(), "example.com/me/mine");
    assert_eq!(root.required_providers["old"].source.to_string(), "registry.terraform.io/hashicorp/old");
    assert_eq!(root.provider_metas["aws"].provider, aws.source);

    let variable = &root.variables["region"];
    assert_eq!(variable.type_constraint, value::Type::String);
    assert!(variable.sensitive && !variable.nullable && variable.validations.len() == 1);
    assert_eq!(root.locals.keys().map(AsRef::as_ref).collect::<Vec<_>>(), ["a", "b"]);
    let output = &root.outputs["id"];
    assert!(output.sensitive && output.depends_on.len() == 1 && output.preconditions.len() == 1);

    let web = &root.resources[&managed("aws_instance", "web")];
    let arguments: Vec<_> = web.body.attributes.iter().map(|a| a.name.text.as_ref()).collect();
    let blocks: Vec<_> = web.body.blocks.iter().map(|b| b.kind.text.as_ref()).collect();
    assert_eq!((arguments, blocks), (vec!["ami", "count"], vec!["ebs"]));
    assert_eq!(source_of(web.count.as_ref().unwrap(), &texts), "2");
    assert_eq!(web.provider_config.to_string(), "provider[\"registry.terraform.io/hashicorp/aws\"].west");
    let depends_on: Vec<_> = web.depends_on.iter().map(|e| source_of(e, &texts)).collect();
    assert_eq!(depends_on, ["data.aws_ami.this", "module.net"]);
    assert_eq!((web.provisioners.len(), web.connection.is_some()), (1, true));
    let lifecycle = &web.lifecycle;
    assert_eq!((lifecycle.create_before_destroy, lifecycle.prevent_destroy.is_some()), (Some(true), true));
    let IgnoreChanges::Paths(paths) = &lifecycle.ignore_changes else { panic!() };
    let paths: Vec<_> = paths.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["tags[\"Name\"]", "ebs[0].size", "ami"]);
    assert_eq!((lifecycle.replace_triggered_by.len(), lifecycle.postconditions.len()), (1, 1));
    let x = &root.resources[&managed("null_resource", "x")];
    assert!(matches!(x.lifecycle.ignore_changes, IgnoreChanges::All) && x.for_each.is_some());

    let call = &root.module_calls["net"];
    assert_eq!((call.source.as_ref(), call.arguments.attributes.len()), ("./net", 1));
    assert_eq!(root.moved.len(), 1);
    assert_eq!(root.removed[0].action, RemovedAction::Forget);
    assert_eq!((root.imports[0].to.resource.name.as_ref(), root.imports[0].to.key.is_some()), ("x", true));
    let probe = root.checks["up"].data.clone().unwrap();
    assert_eq!(root.resources[&probe].check.as_deref(), Some("up"));

    let net = &tree.modules[&ModulePath(vec!["net".into()])];
    assert_eq!(net.dir.as_ref(), "net");
    let vpc = &net.resources[&managed("aws_vpc", "v")];
    assert_eq!(vpc.provider_config.to_string(), "provider[\"registry.terraform.io/hashicorp/aws\"].west");
}

#[test]
fn a_resource_type_implies_its_provider() {
    let tree = valid(
        "resource \"aws_instance\" \"a\" {}\nresource \"terraform_data\" \"b\" {}\nresource \"plain\" \"c\" {}\nresource \"drform_x\" \"d\" {}\n",
    );
    let shown: Vec<_> = tree.root().unwrap().resources.values().map(|r| r.provider.to_string()).collect();
    assert_eq!(
        shown,
        [
            "registry.terraform.io/hashicorp/aws",
            "registry.terraform.io/drform/drform",
            "registry.terraform.io/hashicorp/plain",
            "terraform.io/builtin/terraform",
        ]
    );
}

#[test]
fn quoted_references_are_read() {
    let (tree, texts, diagnostics) =
        loaded("resource \"a_b\" \"c\" {\n  depends_on = [\"a_b.d\"]\n}\nresource \"a_b\" \"d\" {}\n");
    assert_eq!(diagnostics.len(), 1);
    assert!(!diagnostics.has_errors());
    let expression = &tree.root().unwrap().resources[&managed("a_b", "c")].depends_on[0];
    assert_eq!(source_of(expression, &texts), "a_b.d");
}

#[test]
fn a_module_called_twice_is_there_twice() {
    let tree = valid(
        "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}\n#- m/main.tf\nmodule \"c\" {\n  source = \"./n\"\n}\n#- m/n/main.tf\nlocals {}\n",
    );
    let paths: Vec<_> = tree.modules.keys().map(ToString::to_string).collect();
    assert_eq!(paths, ["", "module.a", "module.a.module.c", "module.b", "module.b.module.c"]);
}
