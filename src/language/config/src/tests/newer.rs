//! What newer versions of Terraform and OpenTofu have: read, and checked.

use super::{check_mistakes, valid};
use expect_test::expect;

#[test]
fn flags_of_variables() {
    check_mistakes(
        r#"variable "a" {
  const     = true
  sensitive = true
}
variable "b" {
  const     = "maybe"
  ephemeral = true
}
variable "c" {
  deprecated = ""
}
variable "d" {
  deprecated  = ["x"]
  description = var.a
  sensitive   = 5
  ephemeral   = "no way"
  nullable    = [true]
}
variable "e" {
  nullable = false
  default  = null
}
variable "f" {
  type    = list(number)
  default = ["x"]
}
variable "g" {
  type = strin
}
variable "h" {
  const     = true
  ephemeral = true
}
"#,
        expect![[r#"
            main.tf:2: Invalid constant variable: const
                A variable cannot be both const and sensitive: the values of constant variables decide which modules are installed, and are written down there.
                > Remove one of the two arguments.
            main.tf:6: Unsuitable value type: "maybe"
                Unsuitable value: a bool is required.
                > Write the value of "const" as a literal.
            main.tf:10: Invalid deprecation message: ""
                The message tells users what to do instead, and must not be empty.
                > Write what is to be used instead.
            main.tf:13: Unsuitable value type: ["x"]
                Unsuitable value: a string is required.
                > Write the value of "deprecated" as a literal.
            main.tf:14: Variables not allowed: var
                Variables may not be used here.
                > Write a constant value here.
            main.tf:15: Unsuitable value type: 5
                Unsuitable value: a bool is required.
                > Write the value of "sensitive" as a literal.
            main.tf:16: Unsuitable value type: "no way"
                Unsuitable value: a bool is required.
                > Write the value of "ephemeral" as a literal.
            main.tf:17: Unsuitable value type: [true]
                Unsuitable value: a bool is required.
                > Write the value of "nullable" as a literal.
            main.tf:21: Invalid default value for variable: null
                A null default value is not valid when nullable = false.
                > Remove one of the two.
            main.tf:25: Invalid default value for variable: ["x"]
                This default value is not compatible with the variable's type constraint: [0]: a number is required.
                > Write a value of type list(number), or change the type.
            main.tf:28: Invalid type specification: strin
                The keyword "strin" is not a valid type specification.
                > Did you mean "string"?
            main.tf:31: Invalid constant variable: const
                A variable cannot be both const and ephemeral: the values of constant variables decide which modules are installed, and are written down there.
                > Remove one of the two arguments.
        "#]],
    );
}

#[test]
fn flags_of_outputs() {
    check_mistakes(
        r#"output "a" {
  value     = 1
  ephemeral = true
}
output "b" {
  value      = 1
  deprecated = " "
  sensitive  = "x"
  type       = strin
}
output "c" {
  description = 1
  depends_on  = "x"
}
output "d" {
  value = 1
  precondition {
    condition = true
  }
}
"#,
        expect![[r#"
            main.tf:3: Ephemeral output not allowed: ephemeral
                Outputs of the root module are kept in the state, which holds no ephemeral values.
                > Remove ephemeral, and leave ephemeral values out of the output.
            main.tf:7: Invalid deprecation message: " "
                The message tells users what to do instead, and must not be empty.
                > Write what is to be used instead.
            main.tf:8: Unsuitable value type: "x"
                Unsuitable value: a bool is required.
                > Write the value of "sensitive" as a literal.
            main.tf:9: Invalid type specification: strin
                The keyword "strin" is not a valid type specification.
                > Did you mean "string"?
            main.tf:11: Missing required argument: output "c"
                The argument "value" is required, but no definition was found.
                > Write value = ….
            main.tf:17: Missing required argument: precondition
                The argument "error_message" is required, but no definition was found.
                > Write error_message = ….
            main.tf:18: Invalid precondition expression: true
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
        "#]],
    );
}

#[test]
fn the_language_block() {
    check_mistakes(
        r#"language {
  edition     = tofu2025
  experiments = [x]
  compatible_with {
    opentofu = ">= 1.12"
    other    = "what it likes"
  }
  compatible_with {
    opentofu = "1.13"
  }
  compatible {}
}
language {
  edition = "tofu2024"
}
terraform {
  language    = TF2030
  experiments = [provider_sensitive_attrs]
  encryption {
    method "unencrypted" "u" {}
  }
}
#- a_override.tf
language {}
"#,
        expect![[r#"
            a_override.tf:1: Cannot override 'language' blocks: language
                Blocks of type "language" can appear only in normal files, not in override files.
                > Move it to a file that is not an override file.
            main.tf:2: Unsupported language edition: tofu2025
                There is no edition tofu2025 of the language here: the only one is tofu2024.
                > Write tofu2024, or remove the argument.
            main.tf:3: Module uses experimental features: experiments = [x]
                Experimental features of the language are only in prereleases of Terraform and OpenTofu.
                > Remove the argument, and what needs it.
            main.tf:8: Duplicate compatible_with block: compatible_with
                A language block says only once which versions of OpenTofu it fits. The first time is at main.tf:4.
                > Merge the two.
            main.tf:11: Unsupported block type: compatible
                Blocks of type "compatible" are not expected here.
                > Remove it, or check its type.
            main.tf:14: Invalid language edition: "tofu2024"
                The edition of the language is a word without quotes. The only one is tofu2024.
                > Write tofu2024, or remove the argument.
            main.tf:17: Unsupported language edition: TF2030
                There is no edition TF2030 of the language here: the only one is TF2021.
                > Write TF2021, or remove the argument.
            main.tf:18: Module uses experimental features: experiments = [provider_sensitive_attrs]
                Experimental features of the language are only in prereleases of Terraform and OpenTofu.
                > Remove the argument, and what needs it.
            main.tf:19: State encryption is not supported yet: encryption
                The encryption block asks for state and plan files that only a key can read; drform cannot write these.
                > Use OpenTofu for this configuration, or keep the state where the storage encrypts it and remove the block.
        "#]],
    );
}

#[test]
fn lifecycle() {
    check_mistakes(
        r#"resource "a_b" "c" {
  count = 1
  lifecycle {
    enabled = true
    destroy = false
  }
}
data "a_b" "d" {
  for_each = {}
  lifecycle {
    enabled         = var.x
    prevent_destroy = true
  }
}
module "m" {
  source = "./m"
  count  = 2
  lifecycle {
    enabled = false
    destroy = true
  }
  lifecycle {}
}
provider "a" {
  alias    = "x"
  for_each = {}
}
#- m/main.tf
"#,
        expect![[r#"
            main.tf:4: Invalid combination of "enabled" and "count": true
                The arguments "enabled" and "count" both decide how many instances there are; only one of them can be used.
                > Remove one of the two. With count, leave instances out of its value.
            main.tf:11: Invalid combination of "enabled" and "for_each": var.x
                The arguments "enabled" and "for_each" both decide how many instances there are; only one of them can be used.
                > Remove one of the two. With for_each, leave instances out of its value.
            main.tf:12: Invalid data resource lifecycle argument: prevent_destroy
                The lifecycle argument "prevent_destroy" is defined only for managed resources ("resource" blocks), and is not valid for data resources.
                > Remove it.
            main.tf:19: Invalid combination of "enabled" and "count": false
                The arguments "enabled" and "count" both decide how many instances there are; only one of them can be used.
                > Remove one of the two. With count, leave instances out of its value.
            main.tf:20: Unsupported argument: destroy
                An argument named "destroy" is not expected here.
                > Remove it, or check its name.
            main.tf:22: Duplicate lifecycle block: lifecycle
                Only one lifecycle block is allowed here. The previous one is at main.tf:18.
                > Merge the two.
        "#]],
    );
}

#[test]
fn provisioners() {
    check_mistakes(
        r#"resource "a_b" "c" {
  provisioner "local-exce" {
    command = "x"
  }
  provisioner "local-exec" {
    when       = destroied
    on_failure = 5
    command    = var.x
  }
  provisioner "remote-exec" {
    when   = destroy
    inline = [for x in self.y : "${x} ${var.z} ${each.key}"]
    connection {
      host = local.host
      user = self.user
    }
  }
}
"#,
        expect![[r#"
            main.tf:2: Unknown provisioner: "local-exce"
                There is no provisioner "local-exce".
                > Did you mean "local-exec"?
            main.tf:6: Invalid "when" keyword: destroied
                The argument "when" is one of the words create and destroy.
                > Write when = create, or remove the argument.
            main.tf:7: Invalid "on_failure" keyword: 5
                The argument "on_failure" is one of the words continue and fail.
                > Write on_failure = continue, or remove the argument.
            main.tf:12: Invalid reference from destroy provisioner: var
                A provisioner that runs when an object is destroyed can refer only to self, count.index and each.key: nothing else is sure to be there then.
                > Keep the value in the object itself, such as in triggers_replace or tags, and refer to it by self.
            main.tf:14: Invalid reference from destroy provisioner: local
                A provisioner that runs when an object is destroyed can refer only to self, count.index and each.key: nothing else is sure to be there then.
                > Keep the value in the object itself, such as in triggers_replace or tags, and refer to it by self.
        "#]],
    );
}

#[test]
fn what_is_declared() {
    let tree = valid(
        r#"language {
  edition = tofu2024
  compatible_with {
    opentofu = ">= 1.12"
  }
}
terraform {
  language = TF2021
}
variable "a" {
  const      = true
  default    = "./m"
  deprecated = "Use b."
}
resource "a_b" "c" {
  lifecycle {
    enabled         = var.a != ""
    prevent_destroy = var.a == "x"
  }
}
module "m" {
  source                     = "./m"
  ignore_nested_deprecations = true
  lifecycle {
    enabled = var.a != ""
  }
}
#- m/main.tf
output "o" {
  value      = 1
  type       = string
  deprecated = "Use p."
  ephemeral  = true
}
"#,
    );
    let root = tree.root().unwrap();
    assert_eq!(root.compatible_with[0].text.as_ref(), ">= 1.12");
    let variable = &root.variables["a"];
    assert_eq!((variable.constant, variable.deprecated.as_deref()), (true, Some("Use b.")));
    let resource = root.resources.values().next().unwrap();
    assert!(resource.lifecycle.enabled.is_some() && resource.lifecycle.prevent_destroy.is_some());
    let call = &root.module_calls["m"];
    assert!(call.enabled.is_some() && call.ignores_deprecations && call.open_source.is_none());
    let output = &tree.modules.values().nth(1).unwrap().outputs["o"];
    assert_eq!(output.type_constraint.as_ref().unwrap().0, value::Type::String);
    assert_eq!((output.deprecated.as_deref(), output.ephemeral), (Some("Use p."), true));
}

#[test]
fn sources_that_are_no_literals() {
    check_mistakes(
        r#"variable "v" {
  default = "m"
}
module "a" {
  source = "./${var.v}"
}
module "b" {
  source  = "./m"
  version = local.v
}
#- m/main.tf
"#,
        expect![[r#"
            main.tf:5: Variables not allowed: var
                Variables may not be used here.
                > Write a constant value here.
            main.tf:9: Variables not allowed: local
                Variables may not be used here.
                > Write a constant value here.
        "#]],
    );
}

#[test]
fn providers_that_are_passed_by_guess() {
    check_mistakes(
        r#"provider "a" {
  alias = "x"
}
module "m" {
  source    = "./m"
  providers = { a = a.x, b.y = a.x }
}
#- m/main.tf
provider "b" {
  alias = "y"
}
resource "a_b" "c" {}
"#,
        expect![[r#"
            m/main.tf:1: (warning) Redundant empty provider block: provider "b"
                module.m has an empty provider block for b.y, which was the way of older versions to say that the caller passes one.
                > Remove it; a name with an alias goes into configuration_aliases of required_providers.
            main.tf:6: (warning) Reference to undefined provider: a.x
                module.m declares no provider under the name "a": which one is meant is only guessed.
                > Add a to required_providers of the module.
            main.tf:6: Provider type mismatch: a.x
                The local name "a" in the root module represents provider "registry.terraform.io/hashicorp/a", but "b" in module.m represents "registry.terraform.io/hashicorp/b".
                > Each provider must be passed under the name of the same provider: compare required_providers of both modules.
        "#]],
    );
}
