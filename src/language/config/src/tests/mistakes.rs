//! What is reported, where, in which words.

use super::check_mistakes;
use expect_test::expect;

#[test]
fn duplicates() {
    check_mistakes(
        "variable \"a\" {}\nlocals {\n  l = 1\n}\noutput \"o\" {\n  value = 1\n}\nprovider \"p\" {}\nprovider \"p\" {\n  alias = \"q\"\n}\nresource \"r_s\" \"t\" {}\nmodule \"m\" {\n  source = \"./m\"\n}\nterraform {\n  required_providers {}\n  backend \"a\" {}\n}\ncheck \"c\" {\n  assert {\n    condition = true\n    error_message = \"\"\n  }\n}\n#- m/main.tf\nlocals {}\n#- other.tf\nvariable \"a\" {}\nlocals {\n  l = 1\n}\noutput \"o\" {\n  value = 1\n}\nprovider \"p\" {}\nprovider \"p\" {\n  alias = \"q\"\n}\nresource \"r_s\" \"t\" {}\nmodule \"m\" {\n  source = \"./m\"\n}\nterraform {\n  required_providers {}\n  cloud {}\n}\ncheck \"c\" {\n  assert {\n    condition = true\n    error_message = \"\"\n  }\n}\n",
        expect![[r#"
            main.tf:22: Invalid assert expression: true
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
            other.tf:1: Duplicate variable declaration: variable "a"
                A variable named "a" was already declared at main.tf:1. Variable names must be unique within a module.
                > Rename or remove one of the two.
            other.tf:3: Duplicate local value definition: l
                A local value named "l" was already declared at main.tf:3. Local value names must be unique within a module.
                > Rename or remove one of the two.
            other.tf:5: Duplicate output definition: output "o"
                An output named "o" was already declared at main.tf:5. Output names must be unique within a module.
                > Rename or remove one of the two.
            other.tf:8: Duplicate provider configuration: provider "p"
                A default (non-aliased) provider configuration for "p" was already declared at main.tf:8. If multiple configurations are required, set the "alias" argument for alternative configurations.
                > Rename or remove one of the two.
            other.tf:9: Duplicate provider configuration: provider "p"
                A provider configuration for "p" with alias "q" was already declared at main.tf:9. Each configuration for the same provider must have a distinct alias.
                > Rename or remove one of the two.
            other.tf:12: Duplicate resource "r_s" configuration: resource "r_s" "t"
                A r_s resource named "t" was already declared at main.tf:12. Resource names must be unique per type in each module.
                > Rename or remove one of the two.
            other.tf:13: Duplicate module call: module "m"
                A module call named "m" was already declared at main.tf:13. Module calls must have unique names within a module.
                > Rename or remove one of the two.
            other.tf:17: Duplicate required providers configuration: required_providers
                A module may have only one required providers configuration. The required providers were previously configured at main.tf:17.
                > Merge the two blocks.
            other.tf:18: Both a backend and cloud configuration are present: cloud
                A module may declare either one 'cloud' block or one 'backend' block, but not both. The other one is at main.tf:18.
                > Remove one of the two.
            other.tf:20: Duplicate check block: check "c"
                A check block named "c" was already declared at main.tf:20. Check block names must be unique within a module.
                > Rename or remove one of the two.
            other.tf:22: Invalid assert expression: true
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
        "#]],
    );
}

#[test]
fn unknown_words() {
    check_mistakes(
        "resourse \"a\" \"b\" {}\nvariable = 1\nx = 1\nvariable \"v\" {\n  typ = string\n  defaults = 1\n  validations {}\n  type {}\n}\noutput \"o\" {\n  valeu = 1\n}\nresource \"a_b\" \"c\" {\n  lifecycle {\n    prevent_destory = true\n    ignore_changes {}\n  }\n}\nterraform {\n  required_versions = \"1\"\n  required_provider {}\n}\nlocals {\n  a {}\n}\nmoved {\n  form = a.b\n}\n",
        expect![[r#"
            main.tf:1: Unsupported block type: resourse
                Blocks of type "resourse" are not expected here.
                > Did you mean "resource"?
            main.tf:2: Unsupported argument: variable
                An argument named "variable" is not expected here.
                > Did you mean to define a block of type "variable"? A block has no equals sign.
            main.tf:3: Unsupported argument: x
                An argument named "x" is not expected here.
                > Arguments stand inside blocks. To set a variable's value, use a .tfvars file.
            main.tf:5: Unsupported argument: typ
                An argument named "typ" is not expected here.
                > Did you mean "type"?
            main.tf:6: Unsupported argument: defaults
                An argument named "defaults" is not expected here.
                > Did you mean "default"?
            main.tf:7: Unsupported block type: validations
                Blocks of type "validations" are not expected here.
                > Did you mean "validation"?
            main.tf:8: Unsupported block type: type
                Blocks of type "type" are not expected here.
                > Did you mean to define argument "type"? Use the equals sign to assign it a value.
            main.tf:10: Missing required argument: output "o"
                The argument "value" is required, but no definition was found.
                > Write value = ….
            main.tf:11: Unsupported argument: valeu
                An argument named "valeu" is not expected here.
                > Did you mean "value"?
            main.tf:15: Unsupported argument: prevent_destory
                An argument named "prevent_destory" is not expected here.
                > Did you mean "prevent_destroy"?
            main.tf:16: Unsupported block type: ignore_changes
                Blocks of type "ignore_changes" are not expected here.
                > Did you mean to define argument "ignore_changes"? Use the equals sign to assign it a value.
            main.tf:20: Unsupported argument: required_versions
                An argument named "required_versions" is not expected here.
                > Did you mean "required_version"?
            main.tf:21: Unsupported block type: required_provider
                Blocks of type "required_provider" are not expected here.
                > Did you mean "required_providers"?
            main.tf:24: Unsupported block type: a
                Blocks of type "a" are not expected here.
                > Remove it, or check its type.
            main.tf:26: Missing required argument: moved
                The argument "from" is required, but no definition was found.
                > Write from = ….
            main.tf:26: Missing required argument: moved
                The argument "to" is required, but no definition was found.
                > Write to = ….
            main.tf:27: Unsupported argument: form
                An argument named "form" is not expected here.
                > Did you mean "from"?
        "#]],
    );
}

#[test]
fn labels_and_names() {
    check_mistakes(
        "resource \"a\" {}\ndata {}\nvariable \"a\" \"b\" {}\nlocals \"x\" {}\noutput \"0\" {\n  value = 1\n}\nresource \"a b\" \"c.d\" {}\nvariable \"source\" {}\nvariable \"count\" {}\nmodule \"m n\" {\n  source = \"./m\"\n}\n#- m/main.tf\nlocals {}\n",
        expect![[r#"
            main.tf:1: Missing name for resource: resource "a"
                All resource blocks must have 2 labels (type, name).
                > Write the name in quotes before the opening brace.
            main.tf:2: Missing type for data: data
                All data blocks must have 2 labels (type, name).
                > Write the type in quotes before the opening brace.
            main.tf:3: Extraneous label for variable: "b"
                Only 1 label (name) is expected for variable blocks.
                > Remove this label.
            main.tf:4: Extraneous label for locals: "x"
                No labels are expected for locals blocks.
                > Remove this label.
            main.tf:5: Invalid output name: "0"
                A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.
                > Choose another name.
            main.tf:8: Invalid resource type name: "a b"
                A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.
                > Choose another name.
            main.tf:8: Invalid resource name: "c.d"
                A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.
                > Choose another name.
            main.tf:9: Invalid variable name: "source"
                The variable name "source" is reserved due to its special meaning inside module blocks.
                > Choose another name.
            main.tf:10: Invalid variable name: "count"
                The variable name "count" is reserved due to its special meaning inside module blocks.
                > Choose another name.
            main.tf:11: Invalid module instance name: "m n"
                A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.
                > Choose another name.
        "#]],
    );
}

#[test]
fn constants() {
    check_mistakes(
        "variable \"a\" {\n  default   = var.b\n  sensitive = \"maybe\"\n  nullable  = upper(\"x\")\n}\nvariable \"b\" {\n  default = [for x in [1] : x]\n}\nvariable \"c\" {\n  type    = number\n  default = \"x\"\n}\nvariable \"d\" {\n  default  = null\n  nullable = false\n}\nmodule \"m\" {\n  source = \"./${var.a}\"\n}\nresource \"a_b\" \"c\" {\n  lifecycle {\n    prevent_destroy = var.a\n    ignore_changes  = [\"*\"]\n  }\n}\n",
        expect![[r#"
            main.tf:2: Variables not allowed: var
                Variables may not be used here.
                > Write a constant value here.
            main.tf:3: Unsuitable value type: "maybe"
                Unsuitable value: a bool is required.
                > Write the value of "sensitive" as a literal.
            main.tf:4: Function calls not allowed: upper("x")
                Functions may not be called here.
                > Write a constant value here.
            main.tf:11: Invalid default value for variable: "x"
                This default value is not compatible with the variable's type constraint: a number is required.
                > Write a value of type number, or change the type.
            main.tf:14: Invalid default value for variable: null
                A null default value is not valid when nullable = false.
                > Remove one of the two.
            main.tf:18: Variables not allowed: var
                Variables may not be used here.
                > Write a constant value here.
            main.tf:23: Invalid ignore_changes wildcard: ["*"]
                The ["*"] form of ignore_changes wildcard was deprecated and is now invalid.
                > Write ignore_changes = all.
        "#]],
    );
}

#[test]
fn before_anything_is_evaluated() {
    check_mistakes(
        "terraform {\n  backend \"s3\" {\n    bucket = var.b\n    inner {\n      x = f(1)\n    }\n  }\n  provider_meta \"p\" {\n    a = local.a\n  }\n}\nvariable \"b\" {\n  validation {\n    condition     = var.c == \"\"\n    error_message = \"x\"\n  }\n  validation {\n    condition     = alltrue([for x in var.b : x != null])\n    error_message = \"x\"\n  }\n}\nprovider \"TEST\" {}\nresource \"a_b\" \"c\" {\n  provider = my_test\n}\n",
        expect![[r#"
            main.tf:9: Variables not allowed: local
                Variables may not be used here.
                > Write a constant value here.
            main.tf:14: Invalid variable validation condition: var.c == ""
                The condition for variable "b" must refer to var.b in order to test incoming values.
                > Use var.b in the condition.
            main.tf:22: Invalid provider local name: "TEST"
                Provider names must be normalized: they are in lower case.
                > Write "test".
            main.tf:24: Invalid provider local name: my_test
                "my_test" is an invalid provider local name: it must contain only letters, digits, and dashes, and may not use leading or trailing dashes.
                > Choose another name, and set the source in required_providers.
        "#]],
    );
}

#[test]
fn meta_arguments() {
    check_mistakes(
        "resource \"a_b\" \"c\" {\n  count      = 1\n  for_each   = {}\n  depends_on = a.b\n  provider   = a.b.c\n  locals {}\n}\nresource \"a_b\" \"d\" {\n  depends_on = [1, f(x)]\n  lifecycle {}\n  lifecycle {}\n  provisioner {}\n}\ndata \"a_b\" \"e\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n  provisioner \"x\" {}\n}\nprovider \"x\" {\n  count   = 1\n  version = \"1\"\n}\nmodule \"m\" {\n  provider \"x\" {}\n  other {}\n}\ncheck \"n\" {}\n",
        expect![[r#"
            main.tf:3: Invalid combination of "count" and "for_each": for_each
                The "count" and "for_each" meta-arguments are mutually-exclusive, only one should be used to be explicit about the number of instances to be created.
                > Remove one of the two.
            main.tf:4: Invalid expression: a.b
                A static list expression is required.
                > Write the references in brackets, with commas between them.
            main.tf:5: Invalid provider configuration reference: a.b.c
                The provider argument requires a provider type name, optionally followed by a period and then a configuration alias.
                > Write the local name of the provider, or name and alias, such as aws.west.
            main.tf:6: Reserved block type name in resource block: locals
                The block type name "locals" is reserved for use by Terraform in a future version.
                > Move it out of the resource. A nested block of this name goes into an escape block: _ { … }.
            main.tf:9: Invalid expression: 1
                A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.
                > Write a reference, such as aws_instance.web or module.network.
            main.tf:9: Invalid expression: f(x)
                A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.
                > Write a reference, such as aws_instance.web or module.network.
            main.tf:11: Duplicate lifecycle block: lifecycle
                Only one lifecycle block is allowed here. The previous one is at main.tf:10.
                > Merge the two.
            main.tf:12: Missing type for provisioner: provisioner
                All provisioner blocks must have 1 label (type).
                > Write the type in quotes before the opening brace.
            main.tf:16: Invalid data resource lifecycle argument: prevent_destroy
                The lifecycle argument "prevent_destroy" is defined only for managed resources ("resource" blocks), and is not valid for data resources.
                > Remove it.
            main.tf:18: Unsupported provisioner block: provisioner "x"
                Only managed resources ("resource" blocks) have provisioner blocks.
                > Remove it.
            main.tf:21: Reserved argument name in provider block: count
                The provider argument name "count" is reserved for use by Terraform in a future version.
                > Remove it. For several configurations give the block an alias and for_each, or write a block for each.
            main.tf:22: (warning) Version constraints inside provider configuration blocks are deprecated: version = "1"
                The version argument of a provider block was replaced by required_providers in the terraform block.
                > Move the constraint to required_providers.
            main.tf:24: Missing required argument: module "m"
                The argument "source" is required, but no definition was found.
                > Write source = ….
            main.tf:25: Reserved block type name in module block: provider "x"
                The block type name "provider" is reserved for use by Terraform in a future version.
                > Remove it. Provider configurations are passed with the argument "providers".
            main.tf:26: Unsupported block type: other
                Blocks of type "other" are not expected here.
                > Remove it, or check its type.
            main.tf:28: Zero assert blocks: check "n"
                Check blocks must have at least one assert block.
                > Write assert { condition = … }.
        "#]],
    );
}

#[test]
fn required_providers() {
    check_mistakes(
        "terraform {\n  required_providers {\n    a = { sorce = \"x/y\" }\n    b = { source = \"a/b/c/d\" }\n    c = [1]\n    d = { configuration_aliases = [e.f, d] }\n  }\n}\n",
        expect![[r#"
            main.tf:3: Invalid required_providers object: sorce
                required_providers objects can only contain "version", "source" and "configuration_aliases" attributes.
                > Did you mean "source"?
            main.tf:4: Invalid provider source string: "a/b/c/d"
                "a/b/c/d" is not a valid provider source: a provider source address has at most three parts: HOST/NAMESPACE/TYPE.
                > Write namespace and type, such as "hashicorp/aws".
            main.tf:5: Invalid required_providers object: [1]
                required_providers entries must be strings or objects.
                > Write c = { source = "hashicorp/c" }.
            main.tf:6: Invalid configuration_aliases value: e.f
                Configuration aliases can only contain references to local provider configuration names in the format of d.alias.
                > Write d and an alias with a period between them.
        "#]],
    );
}

#[test]
fn module_calls() {
    check_mistakes(
        "module \"a\" {\n  source = \"./m\"\n  nmae   = 1\n}\nmodule \"b\" {\n  source = \"elsewhere\"\n}\nmodule \"c\" {\n  source = \"./none\"\n}\nmodule \"d\" {}\nmodule \"e\" {\n  source    = \"./self\"\n  providers = [1]\n}\n#- m/main.tf\nvariable \"name\" {}\nvariable \"other\" {\n  default = 1\n}\nterraform {\n  backend \"x\" {}\n}\n#- self/main.tf\nmodule \"f\" {\n  source = \"..\"\n}\n",
        expect![[r#"
            m/main.tf:6: (warning) Backend configuration ignored: backend "x"
                Any selected backend applies to the entire configuration, so a backend is expected only in the root module.
                > Remove it from this module.
            main.tf:1: Missing required argument: module "a"
                The argument "name" is required, but no definition was found.
                > Write name = ….
            main.tf:3: Unsupported argument: nmae
                An argument named "nmae" is not expected here.
                > Did you mean "name"?
            main.tf:6: Module not installed: "elsewhere"
                module.b is not installed.
                > Run init.
            main.tf:9: Module has no configuration: "./none"
                The directory none has no configuration files (.tf or .tf.json).
                > Check the source.
            main.tf:11: Missing required argument: module "d"
                The argument "source" is required, but no definition was found.
                > Write source = ….
            main.tf:14: Invalid providers argument: [1]
                The providers argument requires a map from the provider names of the called module to those of this module.
                > Write providers = { aws = aws.west }.
            self/main.tf:2: Module calls itself: ".."
                module.e.module.f would call modules without end: its directory (.) is already among its callers.
                > Take the common part out into a module that both can call.
        "#]],
    );
}

#[test]
fn syntax_mistakes_come_along() {
    check_mistakes(
        "variable \"a\" {\n  default = \n}\nvariable \"b\" {\n  type = \n}\noutput \"c\" {\n  value = 1 +\n}\n",
        expect![[r#"
            main.tf:2: Invalid expression: 
                Expected the start of an expression, but the line ends here.
                > Write the value on this line. An expression can go on in the next line inside parentheses.
            main.tf:5: Invalid expression: 
                Expected the start of an expression, but the line ends here.
                > Write the value on this line. An expression can go on in the next line inside parentheses.
            main.tf:8: Invalid expression: 
                Expected the start of an expression, but the line ends here.
                > Write the value on this line. An expression can go on in the next line inside parentheses.
        "#]],
    );
}

#[test]
fn nothing_there() {
    check_mistakes(
        "#- sub/main.tf\n",
        expect![[r#"
            No configuration files
                The directory . has no configuration files (.tf or .tf.json).
                > Change to a directory with configuration, or write a first main.tf.
        "#]],
    );
}
