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

#[test]
fn instances_of_a_provider() {
    let tree = valid(
        r#"#- main.tf
provider "aws" {
  alias    = "by"
  for_each = var.regions
  region   = each.key
}
resource "aws_x" "a" {
  for_each = { eu = 1 }
  provider = aws.by[each.key]
}
module "m" {
  source    = "./m"
  for_each  = { eu = 1 }
  providers = { aws.given = aws.by["${each.key}"] }
}
variable "regions" {}
#- m/main.tf
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.given]
    }
  }
}
module "inner" {
  source    = "./inner"
  providers = { aws = aws.given }
}
#- m/inner/main.tf
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
resource "aws_x" "b" {}
"#,
    );
    let shown: Vec<String> = (tree.modules.values())
        .flat_map(|module| module.resources.values().map(move |resource| (module, resource)))
        .map(|(module, resource)| {
            let key = resource.provider_key.as_ref().unwrap();
            format!("{} {}: {} {:?}", module.path, resource.addr, resource.provider_config, key.place)
        })
        .collect();
    expect![[r#"
         aws_x.a: provider["registry.terraform.io/hashicorp/aws"].by Resource
        module.m.module.inner aws_x.b: provider["registry.terraform.io/hashicorp/aws"].by Call(ModulePath(["m"]))"#]]
    .assert_eq(&shown.join("\n"));
    let block = tree.root().unwrap().provider_configs.values().next().unwrap();
    assert!(block.for_each.is_some() && block.body.attribute("for_each").is_none());
}

#[test]
fn instances_that_mean_nothing() {
    check_mistakes(
        r#"#- main.tf
provider "aws" {
  alias    = "by_region"
  for_each = var.regions
}
provider "aws" {
  alias = "plain"
}
provider "null" {
  for_each = var.regions
}
resource "aws_x" "no_key" {
  provider = aws.by_region
}
resource "aws_x" "needless" {
  provider = aws.plain["eu"]
}
resource "aws_x" "slip" {
  provider = aws.by_regoin["eu"]
}
resource "aws_x" "unheard" {
  provider = other.thing["eu"]
}
resource "aws_x" "default" {
  provider = aws["eu"]
}
resource "aws_x" "deep" {
  provider = aws.by_region["eu"].x
}
resource "aws_x" "same" {
  for_each = var.regions
  provider = aws.by_region[each.key]
}
resource "aws_x" "same_but_fixed" {
  for_each = var.regions
  provider = aws.by_region["eu"]
}
module "m" {
  source    = "./m"
  for_each  = var.regions
  providers = {
    aws           = aws.by_region
    aws.other     = aws.by_region[each.value]
    aws.by["eu"]  = aws.plain
  }
}
variable "regions" {}
#- m/main.tf
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other, aws.by["eu"]]
    }
  }
}
resource "aws_x" "passed" {
  provider = aws.other["eu"]
}
"#,
        expect![[r#"
            m/main.tf:5: Invalid configuration_aliases value: aws.by["eu"]
                Configuration aliases can only contain references to local provider configuration names in the format of aws.alias.
                > Write aws and an alias with a period between them.
            m/main.tf:10: Invalid resource provider configuration: "eu"
                This module has no provider block "aws" with the alias "other", of whose instances the key could choose one.
                > Write a block provider "aws" with alias = "other" and for_each. A module that is passed one configuration uses it without a key.
            main.tf:9: Alias required when using "for_each": var.regions
                The provider block "null" without an alias is the default configuration, of which there is exactly one.
                > Add an alias, and choose an instance by its key where the provider is used: provider = NAME.ALIAS[each.key].
            main.tf:11: Invalid resource provider configuration: resource "aws_x" "no_key"
                The provider block of aws.by_region has for_each: it stands for several configurations, of which a resource uses one.
                > Choose one with its key, such as aws.by_region[each.key].
            main.tf:15: Invalid resource provider configuration: "eu"
                The provider block of aws.plain has no for_each: it is one configuration, without instance keys.
                > Write aws.plain without the key, or give the provider block for_each.
            main.tf:18: Invalid resource provider configuration: "eu"
                This module has no provider block "aws" with the alias "by_regoin", of whose instances the key could choose one.
                > Did you mean aws.by_region?
            main.tf:21: Invalid resource provider configuration: "eu"
                This module has no provider block "other" with the alias "thing", of whose instances the key could choose one.
                > Write a block provider "other" with alias = "thing" and for_each. A module that is passed one configuration uses it without a key.
            main.tf:24: Invalid provider configuration reference: aws["eu"]
                Only a provider configuration with an alias has instances that a key could choose from.
                > Write aws.ALIAS[…] with the alias of a provider block that has for_each, or aws alone.
            main.tf:27: Invalid provider configuration reference: aws.by_region["eu"].x
                The provider argument requires a provider type name, optionally followed by a period and then a configuration alias.
                > Write the local name of the provider, or name and alias, such as aws.west.
            main.tf:30: (warning) Provider configuration for_each matches resource: var.regions
                The provider block of aws.by_region goes through the same collection as aws_x.same. When an element is removed, the provider that would have to destroy its objects is removed with it, and the plan fails.
                > Let for_each of the provider have more elements than that of aws_x.same: objects are destroyed first, with one apply, and the provider goes with the next.
            main.tf:39: (warning) Provider configuration for_each matches module: var.regions
                The provider block of aws.by_region goes through the same collection as module.m. When an element is removed, the provider that would have to destroy its objects is removed with it, and the plan fails.
                > Let for_each of the provider have more elements than that of module.m: objects are destroyed first, with one apply, and the provider goes with the next.
            main.tf:41: Invalid module provider configuration: aws.by_region
                The provider block of aws.by_region has for_each: it stands for several configurations, of which a module uses one.
                > Choose one with its key, such as aws.by_region[each.key].
            main.tf:43: Invalid provider configuration reference: "eu"
                The name on the left is that of the called module, where one configuration is passed: it has no instance key.
                > Write aws.by = … without the key.
        "#]],
    );
}

#[test]
fn instances_in_json_and_overrides() {
    let tree = valid(
        r#"#- main.tf.json
{"provider": {"aws": [{"alias": "by", "for_each": "${toset([\"eu\"])}", "region": "${each.key}"}, {"alias": "late"}]},
 "resource": {"aws_x": {"a": {"for_each": "${toset([\"eu\"])}", "provider": "aws.by[each.key]"},
                        "b": {"provider": "aws.late[\"eu\"]"}}}}
#- override.tf
provider "aws" {
  alias    = "late"
  for_each = { eu = 1 }
}
"#,
    );
    let resources = &tree.root().unwrap().resources;
    assert!(resources.values().all(|resource| resource.provider_key.is_some()));
}
