//! Which provider configuration serves which resource.

use super::{check_mistakes, valid};
use crate::ModuleTree;
use expect_test::{Expect, expect};
use std::fmt::Write;

fn shown(tree: &ModuleTree) -> String {
    let mut text = String::new();
    for module in tree.modules.values() {
        for resource in module.resources.values() {
            let dot = if module.path.is_root() { "" } else { "." };
            let block = if tree.provider_block(&resource.provider_config).is_some() { "" } else { " (implicit)" };
            writeln!(text, "{}{dot}{}: {}{block}", module.path, resource.addr, resource.provider_config).unwrap();
        }
    }
    text
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&shown(&valid(text)));
}

#[test]
fn defaults_are_inherited() {
    check(
        r#"#- main.tf
provider "aws" {
  region = "a"
}
resource "aws_x" "r" {}
resource "null_x" "r" {}
module "m" {
  source = "./m"
}
#- m/main.tf
resource "aws_x" "r" {}
resource "null_x" "r" {}
module "n" {
  source = "./n"
}
#- m/n/main.tf
terraform {
  required_providers {
    amazon = { source = "hashicorp/aws" }
  }
}
resource "amazon_x" "r" {}
resource "aws_x" "r" {
  provider = amazon
}
"#,
        expect![[r#"
            aws_x.r: provider["registry.terraform.io/hashicorp/aws"]
            null_x.r: provider["registry.terraform.io/hashicorp/null"] (implicit)
            module.m.aws_x.r: provider["registry.terraform.io/hashicorp/aws"]
            module.m.null_x.r: provider["registry.terraform.io/hashicorp/null"] (implicit)
            module.m.module.n.amazon_x.r: provider["registry.terraform.io/hashicorp/aws"]
            module.m.module.n.aws_x.r: provider["registry.terraform.io/hashicorp/aws"]
        "#]],
    );
}

#[test]
fn configurations_are_passed() {
    check(
        r#"#- main.tf
provider "aws" {
  region = "a"
}
provider "aws" {
  alias  = "west"
  region = "b"
}
module "m" {
  source    = "./m"
  providers = {
    aws       = aws.west
    aws.other = aws
  }
}
#- m/main.tf
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
resource "aws_x" "r" {}
resource "aws_x" "s" {
  provider = aws.other
}
module "n" {
  source    = "./n"
  providers = { aws = aws.other }
}
#- m/n/main.tf
provider "aws" {}
resource "aws_x" "r" {}
module "own" {
  source = "./own"
}
#- m/n/own/main.tf
provider "aws" {
  region = "c"
}
resource "aws_x" "r" {}
"#,
        expect![[r#"
            module.m.aws_x.r: provider["registry.terraform.io/hashicorp/aws"].west
            module.m.aws_x.s: provider["registry.terraform.io/hashicorp/aws"]
            module.m.module.n.aws_x.r: provider["registry.terraform.io/hashicorp/aws"]
            module.m.module.n.module.own.aws_x.r: module.m.module.n.module.own.provider["registry.terraform.io/hashicorp/aws"]
        "#]],
    );
}

#[test]
fn words_of_literals_and_empty_blocks_are_names_too() {
    check(
        r#"#- main.tf
provider "null" {
  alias = "x"
}
resource "null_x" "r" {
  provider = null.x
}
module "m" {
  source    = "./m"
  providers = { null = null.x }
}
#- m/main.tf
terraform {
  required_providers {
    null = {
      source                = "hashicorp/null"
      configuration_aliases = [null]
    }
  }
}
provider "aws" {
  alias = "eu"
}
resource "null_x" "r" {}
resource "aws_x" "r" {
  provider = aws.eu
}
"#,
        expect![[r#"
            null_x.r: provider["registry.terraform.io/hashicorp/null"].x
            module.m.aws_x.r: module.m.provider["registry.terraform.io/hashicorp/aws"].eu
            module.m.null_x.r: provider["registry.terraform.io/hashicorp/null"].x
        "#]],
    );
}

#[test]
fn names_that_mean_nothing() {
    check_mistakes(
        r#"#- main.tf
resource "aws_x" "r" {
  provider = aws.west
}
module "m" {
  source    = "./m"
  count     = 1
  providers = {
    aws    = google
    null   = null.none
    random = random
  }
}
#- m/main.tf
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.needed]
    }
  }
}
provider "random" {
  seed = 1
}
resource "aws_x" "r" {
  provider = aws.needed
}
resource "aws_x" "s" {
  provider = aws.unheard
}
"#,
        expect![[r#"
            m/main.tf:15: Provider configuration not present: resource "aws_x" "s"
                There is no provider configuration aws.unheard in module.m.
                > Write a block provider "aws" with alias = "unheard", or use another configuration.
            main.tf:1: Provider configuration not present: resource "aws_x" "r"
                There is no provider configuration aws.west in the root module.
                > Write a block provider "aws" with alias = "west", or use another configuration.
            main.tf:4: Missing required provider configuration: module "m"
                The child module requires an additional configuration for provider hashicorp/aws, with the local name "aws.needed".
                > Pass it: providers = { aws.needed = … }.
            main.tf:4: Module is incompatible with count, for_each, and depends_on: module "m"
                The module module.m is a legacy module which contains its own local provider configurations (in m/main.tf), and so calls to it may not use the count, for_each, or depends_on arguments.
                > Remove count, or move the provider block to the root module and pass it with "providers".
            main.tf:8: Provider type mismatch: google
                The local name "google" in the root module represents provider "registry.terraform.io/hashicorp/google", but "aws" in module.m represents "registry.terraform.io/hashicorp/aws".
                > Each provider must be passed under the name of the same provider: compare required_providers of both modules.
            main.tf:9: Provider configuration not present: null.none
                There is no provider configuration null.none in the root module.
                > Write a block provider "null" with alias = "none", or use another configuration.
            main.tf:9: (warning) Reference to undefined provider: null.none
                module.m declares no provider under the name "null": which one is meant is only guessed.
                > Add null to required_providers of the module.
            main.tf:10: Cannot override provider configuration: random
                The configuration of random is set inside module.m and cannot be passed too.
                > Remove this entry, or the provider block in m/main.tf.
        "#]],
    );
}
