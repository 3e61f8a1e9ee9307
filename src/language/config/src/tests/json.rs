//! `.tf.json` files: every construct, and where strings are what.

use super::{check_mistakes, source_of, valid};
use crate::{IgnoreChanges, RemovedAction};
use addrs::{Mode, ModulePath, Resource};
use expect_test::expect;
use syntax::ExprKind;

const ALL: &str = r#"#- main.tf.json
{
  "//": "a comment",
  "terraform": [{
    "required_version": "~> 1.0",
    "required_providers": {
      "aws": {"source": "hashicorp/aws", "version": ">= ${1}", "configuration_aliases": ["aws.west"]},
      "null": "~> 3.0"
    },
    "backend": {"local": {"path": "${literal}"}},
    "provider_meta": {"aws": {"module": "m"}}
  }],
  "provider": {"aws": [{"region": "${var.v}"}, {"alias": "west", "//": "c"}]},
  "variable": {
    "v": {"type": "list(object({ a = optional(string, \"x\") }))", "default": [{"a": "${not}"}], "nullable": false,
          "validation": {"condition": "${var.v != 1}", "error_message": "bad ${1 + 1}"}},
    "any": [{"type": "any", "sensitive": "true"}]
  },
  "locals": [{"a": "${var.v}", "//": "c"}, {"b": {"//": "kept"}}],
  "output": {"o": {"value": "${local.a}", "depends_on": ["aws_instance.r"], "precondition": [{"condition": "${local.a != 2}", "error_message": "m"}]}},
  "module": {"m": {"source": "./m", "x": 1, "count": "${1}", "providers": {"aws.inner": "aws.west", "aws": "aws"}, "depends_on": ["aws_instance.r"]}},
  "resource": {"aws_instance": {"r": {
    "count": 2,
    "provider": "aws.west",
    "depends_on": ["module.m", "data.aws_ami.d"],
    "lifecycle": {
      "create_before_destroy": true,
      "prevent_destroy": "false",
      "ignore_changes": ["tags[\"Name\"]", "ami"],
      "replace_triggered_by": ["null_resource.n[count.index]"],
      "postcondition": {"condition": "${self.ami != \"\"}", "error_message": "m"}
    },
    "connection": {"host": "${self.ip}"},
    "provisioner": [
      {"local-exec": {"command": "echo ${self.id}", "when": "destroy", "on_failure": "continue"}},
      {"file": [{"source": "a"}, {"source": "b", "connection": {"host": "h"}}]}
    ],
    "_": {"count": "kept"},
    "ami": "a",
    "ebs": [{"n": 1}],
    "dynamic": {"net": {"for_each": [1], "iterator": "it", "content": {"v": "${it.value}"}}}
  }}, "null_resource": {"n": {"lifecycle": {"ignore_changes": "all"}}}},
  "data": {"aws_ami": {"d": {"name": "x"}}},
  "moved": [{"from": "aws_instance.old[0]", "to": "aws_instance.r[0]"}],
  "removed": {"from": "aws_instance.gone", "lifecycle": {"destroy": false}},
  "import": {"to": "aws_instance.r[each.key]", "id": "i-${each.value}", "for_each": {"0": "x"}},
  "check": {"c": {"data": {"aws_ami": {"inner": {}}}, "assert": [{"condition": "${local.a != 1}", "error_message": "m"}]}}
}
#- m/main.tf.json
{"variable": {"x": {}}, "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "configuration_aliases": ["aws.inner"]}}}}
"#;

#[test]
fn every_construct() {
    let (tree, texts, diagnostics) = super::loaded(ALL);
    assert!(diagnostics.is_empty(), "{}", super::listed(&diagnostics, &texts));
    let root = tree.root().unwrap();
    let source = |expr: &syntax::Expression| source_of(expr, &texts);
    assert_eq!(root.required_version[0].text.as_ref(), "~> 1.0");
    let aws = &root.required_providers["aws"];
    assert_eq!((aws.source.short(), aws.version.as_deref()), ("hashicorp/aws".into(), Some(">= ${1}")));
    assert_eq!(aws.aliases, ["west".into()]);
    assert_eq!(root.required_providers["null"].version.as_deref(), Some("~> 3.0"));
    let backend = root.backend.as_ref().unwrap();
    assert!(
        matches!(&backend.body.attribute("path").unwrap().expr.root.kind, ExprKind::String(text) if text.as_ref() == "${literal}")
    );
    assert_eq!(root.provider_configs.len(), 2);
    assert!(root.provider_configs[&("aws".into(), None)].body.attribute("region").is_some());
    let v = &root.variables["v"];
    assert_eq!(v.type_constraint.to_string(), "list(object({ a = optional(string) }))");
    assert!(!v.nullable && v.validations.len() == 1 && root.variables["any"].sensitive);
    assert_eq!(root.locals.keys().map(AsRef::as_ref).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(root.outputs["o"].depends_on.iter().map(source).collect::<Vec<_>>(), ["aws_instance.r"]);
    let call = &root.module_calls["m"];
    assert_eq!(call.arguments.attributes.len(), 1);
    assert_eq!(call.providers[&("aws".into(), Some("inner".into()))].name, ("aws".into(), Some("west".into())));
    assert!(tree.module(&ModulePath::ROOT.child("m")).is_some());
    let resource = |kind: &str, name: &str| {
        &root.resources[&Resource { mode: Mode::Managed, kind: kind.into(), name: name.into() }]
    };
    let r = resource("aws_instance", "r");
    assert_eq!(r.provider_name, ("aws".into(), Some("west".into())));
    assert_eq!(r.depends_on.iter().map(source).collect::<Vec<_>>(), ["module.m", "data.aws_ami.d"]);
    assert_eq!(r.lifecycle.create_before_destroy, Some(true));
    assert!(r.lifecycle.prevent_destroy.is_some());
    let IgnoreChanges::Paths(paths) = &r.lifecycle.ignore_changes else { panic!() };
    assert_eq!(paths.iter().map(|(path, _)| path.to_string()).collect::<Vec<_>>(), ["tags[\"Name\"]", "ami"]);
    assert!(matches!(resource("null_resource", "n").lifecycle.ignore_changes, IgnoreChanges::All));
    assert_eq!(
        r.lifecycle.replace_triggered_by.iter().map(source).collect::<Vec<_>>(),
        ["null_resource.n[count.index]"]
    );
    assert_eq!((r.lifecycle.postconditions.len(), r.provisioners.len()), (1, 3));
    assert_eq!(r.provisioners[0].when, crate::ProvisionWhen::Destroy);
    let undecided: Vec<&str> = r.body.undecided.iter().map(|p| p.name.text.as_ref()).collect();
    assert_eq!(undecided, ["ami", "ebs", "count"]);
    assert_eq!(r.body.blocks.iter().map(|b| b.kind.text.as_ref()).collect::<Vec<_>>(), ["dynamic"]);
    assert_eq!(source(&root.moved[0].from), "aws_instance.old[0]");
    assert_eq!(
        (source(&root.removed[0].from).as_str(), root.removed[0].action),
        ("aws_instance.gone", RemovedAction::Forget)
    );
    let to = &root.imports[0].to;
    assert_eq!(
        (to.resource.to_string(), to.key.as_ref().map(source)),
        ("aws_instance.r".into(), Some("each.key".into()))
    );
    assert!(root.imports[0].for_each.is_some());
    assert_eq!((root.checks["c"].asserts.len(), root.checks["c"].data.is_some()), (1, true));
}

/// Files of both forms make one module.
#[test]
fn both_forms_in_one_directory() {
    let tree = valid(
        "#- a.tf\nlocals {\n  a = 1\n}\n#- b.tf.json\n[{\"locals\": {\"b\": 2}}, {\"output\": {\"o\": {\"value\": \"${local.a}\"}}}]\n",
    );
    let root = tree.root().unwrap();
    assert_eq!((root.locals.len(), root.outputs.len()), (2, 1));
}

#[test]
fn mistakes() {
    check_mistakes(
        r#"#- x.tf.json
{
  "resorce": {},
  "output": {"a": {"value": 1, "vaule": 2, "depends_on": ["${a.b}", "f()"]}, "b": {"value": 1, "value": 2}, "//": "c"},
  "variable": {"a": {"type": "strng"}, "b": {"type": "list("}, "c": {"type": ["string"]}, "d": {"default": "${x}", "type": "number"}},
  "locals": {"a": 1}, "locals": {"a": 2},
  "resource": {"a_b": {"c": {"lifecycle": {"ignore_changes": ["*"], "preventdestroy": true}, "provider": "a.b.c"}}},
  "moved": {"from": "a.b"},
  "terraform": {"backend": "local", "required_providers": {"x": {"source": "a/b/c/d"}}},
  "check": {"c": {}}
}
"#,
        expect![[r#"
            x.tf.json:2: Extraneous JSON object property: "resorce"
                No argument or block type is named "resorce".
                > Did you mean "resource"?
            x.tf.json:3: Extraneous JSON object property: "vaule"
                No argument or block type is named "vaule".
                > Did you mean "value"?
            x.tf.json:3: Invalid expression: "${a.b}"
                In this place a string is read as an expression, not as a template.
                > Write it without "${" and "}".
            x.tf.json:3: Invalid expression: f()
                A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.
                > Write a reference, such as aws_instance.web or module.network.
            x.tf.json:3: Duplicate argument: "value"
                The argument "value" was already set.
                > Remove one of the two.
            x.tf.json:3: Incorrect JSON value type: "c"
                Either a JSON object or a JSON array is required, representing the contents of one or more "output" blocks.
                > Write an object in braces, or several in brackets.
            x.tf.json:4: Invalid type specification: strng
                The keyword "strng" is not a valid type specification.
                > Did you mean "string"?
            x.tf.json:4: Unterminated function call: (
                There is no closing parenthesis for this function call.
                > Close it, and check the nesting of the brackets in between.
            x.tf.json:4: Invalid type specification: ["string"]
                A type specification is either a primitive type keyword (bool, number, string), "any", or a complex type constructor call, like list(string).
                > Write a type, such as string or list(string).
            x.tf.json:4: Invalid default value for variable: "${x}"
                This default value is not compatible with the variable's type constraint: a number is required.
                > Write a value of type number, or change the type.
            x.tf.json:5: Duplicate local value definition: "a"
                A local value named "a" was already declared at x.tf.json:5. Local value names must be unique within a module.
                > Rename or remove one of the two.
            x.tf.json:6: Invalid ignore_changes wildcard: ["*"]
                The ["*"] form of ignore_changes wildcard was deprecated and is now invalid.
                > Write ignore_changes = all.
            x.tf.json:6: Extraneous JSON object property: "preventdestroy"
                No argument or block type is named "preventdestroy".
                > Did you mean "prevent_destroy"?
            x.tf.json:6: Invalid provider configuration reference: a.b.c
                The provider argument requires a provider type name, optionally followed by a period and then a configuration alias.
                > Write the local name of the provider, or name and alias, such as aws.west.
            x.tf.json:7: Missing required argument: }
                The argument "to" is required, but no definition was found.
                > Write to = ….
            x.tf.json:8: Incorrect JSON value type: "local"
                Either a JSON object or JSON array of objects is required here, to specify type labels for this block.
                > Write an object in braces: {"name": value}.
            x.tf.json:8: Invalid provider source string: "a/b/c/d"
                "a/b/c/d" is not a valid provider source: a provider source address has at most three parts: HOST/NAMESPACE/TYPE.
                > Write namespace and type, such as "hashicorp/aws".
            x.tf.json:9: Zero assert blocks: "c"
                Check blocks must have at least one assert block.
                > Write assert { condition = … }.
        "#]],
    );
}
