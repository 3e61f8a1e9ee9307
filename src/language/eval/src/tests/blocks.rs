//! Bodies against schemas, and the validate walk.

use super::support::{load, run, settings, squeeze, told};
use crate::{Phase, Repetition, Schemas, validate_module_tree};
use addrs::{ModuleInstance, Provider};
use configschema::{Attribute, AttributeType, Block, NestedAttributes, NestedBlock, Nesting, ProviderSchema, Schema};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Type;

fn attributes(list: Vec<(&str, Attribute)>) -> BTreeMap<Arc<str>, Attribute> {
    list.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect()
}

fn nested(nesting: Nesting, min_items: u64, max_items: u64, list: Vec<(&str, Attribute)>) -> NestedBlock {
    NestedBlock { nesting, block: Block { attributes: attributes(list), ..Block::default() }, min_items, max_items }
}

pub(super) fn legacy_schema() -> Block {
    let rule = Type::object([("port", Type::Number), ("who", Type::list(Type::String))]);
    Block {
        attributes: attributes(vec![
            ("id", Attribute::computed(Type::String)),
            ("ami", Attribute::required(Type::String)),
            ("size", Attribute::optional(Type::Number)),
            ("tags", Attribute::optional(Type::map(Type::String))),
            ("ingress", Attribute::optional_computed(Type::set(rule))),
        ]),
        blocks: [
            (
                "disk",
                nested(
                    Nesting::List,
                    0,
                    2,
                    vec![("size", Attribute::required(Type::Number)), ("kind", Attribute::optional(Type::String))],
                ),
            ),
            ("net", nested(Nesting::Set, 0, 0, vec![("name", Attribute::optional(Type::String))])),
            ("timeouts", nested(Nesting::Single, 0, 0, vec![("create", Attribute::optional(Type::String))])),
            ("opts", nested(Nesting::Group, 0, 0, vec![("x", Attribute::optional(Type::Bool))])),
            ("zone", nested(Nesting::Map, 0, 0, vec![("n", Attribute::optional(Type::Number))])),
        ]
        .into_iter()
        .map(|(name, block)| (name.into(), block))
        .collect(),
        ..Block::default()
    }
}

const VALUES: &str = "
    variable \"list\" { default = [{ size = 1 }, { size = 2, kind = \"ssd\" }] }
    variable \"secret\" {
      default = [\"s\"]
      sensitive = true
    }
    resource \"terraform_data\" \"later\" { input = [] }";

/// The parts of the object that are not null or empty, or what is said.
fn decoded(schema: &Block, body: &str) -> String {
    decoded_of(schema, &format!("resource \"test_thing\" \"t\" {{\n{body}\n}}"))
}

/// The same of a whole configuration with one `test_thing`.
pub(super) fn decoded_of(schema: &Block, text: &str) -> String {
    let loaded = load(&format!("{VALUES}\n{text}"));
    assert!(!loaded.diagnostics.has_errors(), "{}", told(&loaded.diagnostics));
    let (evaluator, _) = run(&loaded, &[]);
    let tree = evaluator.tree().clone();
    let config = tree.root().unwrap().resources.values().find(|r| r.addr.kind.as_ref() == "test_thing").unwrap();
    let (object, diagnostics) = evaluator.decode_body(&ModuleInstance::ROOT, &config.body, schema, &Repetition::NONE);
    let written: Vec<String> = object
        .children()
        .filter(|(_, part)| {
            !part.is_known() || part.children().next().is_some() || !part.is_null() && !part.ty().is_collection()
        })
        .map(|(step, part)| match step {
            value::PathStep::Attribute(name) => format!("{name}={}", squeeze(&value::text::value_text(part))),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(object.ty(), configschema::implied_type(schema), "the type that the schema implies");
    if diagnostics.is_empty() { written.join(" ") } else { squeeze(&told(&diagnostics)) }
}

#[test]
fn arguments_and_blocks() {
    for (body, expected) in [
        ("ami = 5", "ami=\"5\" opts={ \"x\" = tobool(null) }"),
        (
            "ami = \"a\"\nsize = \"3\"\ntags = { a = 1 }\nopts { x = true }",
            "ami=\"a\" opts={ \"x\" = true } size=3 tags=tomap({ \"a\" = \"1\" })",
        ),
        (
            "ami = \"a\"\nopts {}\ndisk { size = 1 }\ndisk {\nsize = 2\nkind = \"ssd\"\n}",
            "ami=\"a\" disk=tolist([ { \"kind\" = tostring(null) \"size\" = 1 }, { \"kind\" = \"ssd\" \"size\" = 2 }, ]) \
             opts={ \"x\" = tobool(null) }",
        ),
        (
            "ami = \"a\"\nnet { name = \"b\" }\nnet { name = \"a\" }\nnet { name = \"b\" }",
            "ami=\"a\" net=toset([ { \"name\" = \"a\" }, { \"name\" = \"b\" }, ]) opts={ \"x\" = tobool(null) }",
        ),
        (
            "ami = \"a\"\ntimeouts { create = \"5m\" }\nzone \"z\" { n = 1 }",
            "ami=\"a\" opts={ \"x\" = tobool(null) } timeouts={ \"create\" = \"5m\" } zone=tomap({ \"z\" = { \"n\" = 1 } })",
        ),
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = var.list\ncontent {\nsize = disk.value.size\n}\n}",
            "ami=\"a\" disk=tolist([ { \"kind\" = tostring(null) \"size\" = 1 }, { \"kind\" = tostring(null) \"size\" = 2 }, ]) \
             opts={ \"x\" = tobool(null) }",
        ),
        (
            "ami = \"a\"\ndisk { size = 9 }\ndynamic \"disk\" {\nfor_each = { k = 5 }\niterator = it\ncontent {\nsize = it.value\nkind = it.key\n}\n}",
            "ami=\"a\" disk=tolist([ { \"kind\" = tostring(null) \"size\" = 9 }, { \"kind\" = \"k\" \"size\" = 5 }, ]) opts={ \"x\" \
             = tobool(null) }",
        ),
        (
            "ami = \"a\"\ndynamic \"zone\" {\nfor_each = toset([\"p\", \"q\"])\nlabels = [zone.key]\ncontent { n = 1 }\n}",
            "ami=\"a\" opts={ \"x\" = tobool(null) } zone=tomap({ \"p\" = { \"n\" = 1 } \"q\" = { \"n\" = 1 } })",
        ),
        // After an unknown number of blocks, Terraform does not look at the next of that type while planning.
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = terraform_data.later.output\ncontent { size = 1 }\n}\n\
             disk { size = tonumber(\"x\") }",
            "ami=\"a\" disk=(known after apply) opts={ \"x\" = tobool(null) }",
        ),
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = terraform_data.later.output\ncontent { size = 1 }\n}\n\
             disk { sise = 1 }",
            "Error: Missing required argument: The argument \"size\" is required, but no definition was found. Error: \
             Unsupported argument: An argument named \"sise\" is not expected here.",
        ),
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = terraform_data.later.output\ncontent { size = disk.value }\n}",
            "ami=\"a\" disk=(known after apply) opts={ \"x\" = tobool(null) }",
        ),
        (
            "ami = \"a\"\ndynamic \"disk\" {\nfor_each = var.secret\ncontent {\nsize = 1\nkind = disk.value\n}\n}",
            "ami=\"a\" disk=tolist([ { \"kind\" = (sensitive value) \"size\" = (sensitive value) }, ]) opts={ \"x\" = \
             tobool(null) }",
        ),
        // Attributes of the old SDK may be written as blocks.
        (
            "ami = \"a\"\ningress { port = 80 }\ningress {\nport = 443\nwho = [\"x\"]\n}",
            "ami=\"a\" ingress=toset([ { \"port\" = 443 \"who\" = tolist([ \"x\", ]) }, { \"port\" = 80 \"who\" = \
             tolist(null) /* of string */ }, ]) opts={ \"x\" = tobool(null) }",
        ),
        (
            "ami = \"a\"\ndynamic \"ingress\" {\nfor_each = [1]\ncontent { port = ingress.value }\n}",
            "ami=\"a\" ingress=toset([ { \"port\" = 1 \"who\" = tolist(null) /* of string */ }, ]) opts={ \"x\" = \
             tobool(null) }",
        ),
    ] {
        let expected = squeeze(expected);
        let got = decoded(&legacy_schema(), body);
        // Members of a set of objects come in an order of their own.
        let sorted = |text: &str| {
            let mut words: Vec<String> = text.split_whitespace().map(str::to_string).collect();
            words.sort();
            words
        };
        assert_eq!(sorted(&got), sorted(&expected), "{body}\n{got}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    for (body, expected) in [
        ("", "Error: Missing required argument: The argument \"ami\" is required, but no definition was found."),
        (
            "ami = []\nsize = \"x\"\ntagz = {}",
            "Error: Incorrect attribute value type: Inappropriate value for attribute \"ami\": string required. Error: \
             Incorrect attribute value type: Inappropriate value for attribute \"size\": a number is required. Error: \
             Unsupported argument: An argument named \"tagz\" is not expected here.",
        ),
        (
            "ami = 1\nid = 2",
            "Error: Value for unconfigurable attribute: Can't configure a value for \"id\": its value will be decided \
             automatically based on the result of applying this configuration.",
        ),
        ("ami = 1\ndisk = []", "Error: Unsupported argument: An argument named \"disk\" is not expected here."),
        ("ami = 1\ntags {}", "Error: Unsupported block type: Blocks of type \"tags\" are not expected here."),
        ("ami = 1\ndisks {}", "Error: Unsupported block type: Blocks of type \"disks\" are not expected here."),
        (
            "ami = 1\ndisk {}\ndisk {}\ndisk {}",
            "Error: Missing required argument: The argument \"size\" is required, but no definition was found. Error: Missing \
             required argument: The argument \"size\" is required, but no definition was found. Error: Missing required \
             argument: The argument \"size\" is required, but no definition was found. Error: Too many disk blocks: No more \
             than 2 \"disk\" blocks are allowed.",
        ),
        (
            "ami = 1\ntimeouts {}\ntimeouts {}",
            "Error: Duplicate timeouts block: Only one block of type \"timeouts\" is allowed.",
        ),
        ("ami = 1\nzone {}", "Error: Missing key for zone: All zone blocks must have 1 label (key)."),
        (
            "ami = 1\ndisk \"x\" { size = 1 }",
            "Error: Extraneous label for disk: No labels are expected for disk blocks.",
        ),
        (
            "ami = 1\ndynamic \"disk\" {\nfor_each = 5\ncontent { size = 1 }\n}",
            "Error: Invalid dynamic for_each value: Cannot use a number value in for_each. An iterable collection is \
             required.",
        ),
        (
            "ami = 1\ndynamic \"disk\" {\nfor_each = []\n}",
            "Error: Missing content block: A dynamic block must have a nested block of type \"content\" to describe the body \
             of each generated block.",
        ),
        (
            "ami = 1\ndynamic \"disc\" {\nfor_each = []\ncontent {}\n}",
            "Error: Unsupported block type: Blocks of type \"disc\" are not expected here.",
        ),
    ] {
        assert_eq!(decoded(&legacy_schema(), body), squeeze(expected), "{body}");
    }
}

#[test]
fn nested_attributes_of_newer_providers() {
    let rules = NestedAttributes {
        nesting: Nesting::List,
        attributes: attributes(vec![
            ("port", Attribute::required(Type::Number)),
            ("who", Attribute::optional(Type::String)),
            ("id", Attribute::computed(Type::String)),
        ]),
    };
    let rules = Attribute { ty: AttributeType::Nested(rules), ..Attribute::optional(Type::Dynamic) };
    let anything = nested(Nesting::List, 0, 0, vec![("any", Attribute::optional(Type::Dynamic))]);
    let schema = Block {
        attributes: attributes(vec![("rules", rules)]),
        blocks: [("loose".into(), anything)].into(),
        ..Block::default()
    };
    for (body, expected) in [
        (
            "rules = [{ port = \"80\" }]",
            "rules=tolist([ { \"id\" = tostring(null) \"port\" = 80 \"who\" = tostring(null) }, ])",
        ),
        (
            "rules = [{ who = 1 }]",
            "Error: Incorrect attribute value type: Inappropriate value for attribute \"rules\": element 0: attribute \"port\" is \
             required.",
        ),
        // Not a schema of the old SDK: no blocks for attributes.
        ("rules {}", "Error: Unsupported block type: Blocks of type \"rules\" are not expected here."),
    ] {
        let loaded = load(&format!("resource \"test_thing\" \"t\" {{\n{body}\n}}"));
        let (evaluator, _) = run(&loaded, &[]);
        let tree = evaluator.tree().clone();
        let config = tree.root().unwrap().resources.values().next().unwrap();
        let (object, diagnostics) =
            evaluator.decode_body(&ModuleInstance::ROOT, &config.body, &schema, &Repetition::NONE);
        let rules = squeeze(&value::text::value_text(object.get("rules").unwrap()));
        let got = if diagnostics.is_empty() { format!("rules={rules}") } else { squeeze(&told(&diagnostics)) };
        assert_eq!(got, expected, "{body}");
        assert!(matches!(object.get("loose").unwrap().content, value::Content::Tuple(_)));
    }
}

fn validated(text: &str) -> String {
    let loaded = load(text);
    if loaded.diagnostics.has_errors() {
        return squeeze(&told(&loaded.diagnostics));
    }
    let resource = Schema { version: 0, block: legacy_schema() };
    let provider =
        Block { attributes: attributes(vec![("region", Attribute::required(Type::String))]), ..Block::default() };
    let test = ProviderSchema {
        provider,
        resources: [("test_thing".into(), Arc::new(resource))].into(),
        ..ProviderSchema::default()
    };
    let schemas: Schemas = [(Provider::default_for("test"), Arc::new(test))].into();
    squeeze(&told(
        &validate_module_tree(&loaded.tree, &loaded.graph, &schemas, settings(Phase::Validate), &[]).diagnostics,
    ))
}

#[test]
fn validation_needs_no_values() {
    for (text, expected) in [
        ("variable \"v\" { type = number }\nresource \"test_thing\" \"a\" { ami = var.v }", ""),
        ("variable \"n\" { type = number }\nresource \"test_thing\" \"a\" {\ncount = var.n\nami = count.index\n}", ""),
        (
            "variable \"m\" { type = map(string) }\nresource \"test_thing\" \"a\" {\nfor_each = var.m\nami = each.value.x\n}",
            "",
        ),
        (
            "resource \"test_thing\" \"a\" { ami = each.key }",
            "Error: Reference to \"each\" in context without for_each: The \"each\" object can be used only in \"module\" or \
             \"resource\" blocks, and only when the \"for_each\" argument is set.",
        ),
        (
            "variable \"l\" { type = list(string) }\nresource \"test_thing\" \"a\" { ami = var.l }",
            "Error: Incorrect attribute value type: Inappropriate value for attribute \"ami\": string required.",
        ),
        (
            "resource \"test_thing\" \"a\" { ami = 1 }\noutput \"o\" { value = test_thing.a.amy }",
            "Error: Unsupported attribute: This object has no argument, nested block, or exported attribute named \"amy\". \
             Did you mean \"ami\"?",
        ),
        (
            "resource \"test_thing\" \"a\" { ami = 1 }\noutput \"o\" { value = test_thing.a.disk[0].sise }",
            "Error: Unsupported attribute: This object has no argument, nested block, or exported attribute named \"sise\". \
             Did you mean \"size\"?",
        ),
        (
            "resource \"test_thingy\" \"a\" {}",
            "Error: Invalid resource type: The provider registry.terraform.io/hashicorp/test does not support resource type \
             \"test_thingy\". Did you mean \"test_thing\"?",
        ),
        ("provider \"test\" { alias = \"x\" }", ""),
        (
            "provider \"test\" { regoin = 1 }",
            "Error: Missing required argument: The argument \"region\" is required, but no definition was found. Error: \
             Unsupported argument: An argument named \"regoin\" is not expected here.",
        ),
        (
            "variable \"v\" {\ntype = number\ndefault = \"x\"\n}",
            "Error: Invalid default value for variable: This default value is not compatible with the variable's type \
             constraint: a number is required.",
        ),
        (
            "locals {\na = [1][2]\nb = upper([])\n}",
            "Error: Invalid index: The given key does not identify an element in this \
          collection value: the given index is greater than or equal to the length of the collection. Error: Invalid function \
          argument: Invalid value for \"str\" parameter: string required.",
        ),
        (
            "module \"m\" {\nsource = \"./m\"\ncount = 2\nx = count.index\n}\noutput \"o\" { value = module.m[5].y.z }\n#- \
             m/main.tf\nvariable \"x\" { type = number }\noutput \"y\" { value = var.x }",
            "",
        ),
        (
            "module \"m\" {\nsource = \"./m\"\nx = []\n}\n#- m/main.tf\nvariable \"x\" { type = number }",
            "Error: Invalid value for input variable: The given value is not suitable for child module variable \"x\": number \
             required.",
        ),
        (
            "resource \"test_thing\" \"a\" {\nami = 1\nlifecycle {\npostcondition {\ncondition = self.ami == each.key\n\
             error_message = \"m\"\n}\n}\n}",
            "Error: Reference to \"each\" in context without for_each: The \"each\" object can be used only in \"module\" or \
             \"resource\" blocks, and only when the \"for_each\" argument is set.",
        ),
    ] {
        assert_eq!(validated(text), squeeze(expected), "{text}");
    }
}

#[test]
fn instances_of_providers_are_checked_as_far_as_known() {
    let provider = |for_each: &str| {
        format!("provider \"test\" {{\nalias = \"by\"\nfor_each = {for_each}\nregion = each.key\n}}\n")
    };
    let thing = |name: &str, rest: &str| format!("resource \"test_thing\" \"{name}\" {{\nami = 1\n{rest}\n}}\n");
    let some = provider("toset([\"eu\"])");
    let module = "#- m/main.tf\nterraform {\nrequired_providers {\ntest = { source = \"hashicorp/test\" }\n}\n}\n\
                  resource \"test_thing\" \"a\" { ami = 1 }";
    let called = |key: &str| {
        format!(
            "{some}module \"m\" {{\nsource = \"./m\"\nfor_each = {{ eu = 1 }}\nproviders = {{ test = test.by[{key}] }}\n}}\n{module}"
        )
    };
    let open = "variable \"m\" { type = map(string) }\n".to_owned() + &provider("var.m");
    let told: Vec<String> = [
        open.clone() + &thing("a", "for_each = merge(var.m, {})\nprovider = test.by[each.key]"),
        open + &thing("a", "count = 2\nprovider = test.by[count.index]"),
        some.clone() + &thing("a", "provider = test.by[\"us\"]"),
        some.clone() + &thing("a", "provider = test.by[each.key]"),
        provider("[\"eu\"]") + &thing("a", "provider = test.by[\"eu\"]"),
        "provider \"test\" { region = each.key }".to_owned(),
        "locals { all = toset([test_thing.a.id]) }\n".to_owned() + &thing("a", "") + &provider("local.all"),
        provider("toset([each.key])"),
        called("each.key"),
        called("each.kex"),
        called("\"us\""),
        called("var.none"),
    ]
    .iter()
    .map(|text| validated(text))
    .collect();
    let each = "Error: Reference to \"each\" in context without for_each: The \"each\" object can be used only in \"module\" or \
                \"resource\" blocks, and only when the \"for_each\" argument is set.";
    let expected = [
        "",
        "",
        "Error: Invalid provider instance key: provider test.by has no instance \"us\". Its instances are \"eu\".",
        each,
        "Error: Invalid for_each argument: The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be \
         a map, or set of strings, and you have provided a value of type tuple.",
        each,
        "Error: Invalid for_each argument: for_each of a provider block must be known from the configuration and its variables \
         alone, and this one depends on test_thing.a.",
        each,
        "",
        "Error: Invalid \"each\" attribute: The \"each\" object does not have an attribute named \"kex\". The supported attributes \
         are each.key and each.value, the current key and value pair of the \"for_each\" attribute set.",
        "Error: Invalid provider instance key: provider test.by has no instance \"us\". Its instances are \"eu\".",
        "Error: Reference to undeclared input variable: An input variable with the name \"none\" has not been declared. This \
         variable can be declared with a variable \"none\" {} block.",
    ];
    assert_eq!(told, expected);
}
