//! Variables, module calls, outputs and expansion, through a whole configuration.

use super::support::{answer, load, run, squeeze, summaries, told, value};
use crate::{Expansion, Repetition, VariableInput};
use addrs::{InstanceKey, ModuleInstance, Resource};
use configschema::{Function, FunctionParameter, ProviderSchema};
use value::{Marks, Type, Value};

fn text(given: &str) -> VariableInput {
    VariableInput::Text(given.into(), "-var".into())
}

/// What `var.v` is, or what is said, for one declaration and one given text.
fn variable(declaration: &str, given: Option<&str>) -> String {
    let loaded = load(&format!("variable \"v\" {{\n{declaration}\n}}"));
    let given: Vec<_> = given.map(|g| ("v", text(g))).into_iter().collect();
    let (evaluator, diagnostics) = run(&loaded, &given);
    if diagnostics.is_empty() { squeeze(&answer(&evaluator, "var.v")) } else { squeeze(&told(&diagnostics)) }
}

#[test]
fn values_of_root_variables() {
    for (declaration, given, expected) in [
        ("type = string", Some("5"), "\"5\""),
        ("type = string", Some("[1]"), "\"[1]\""),
        ("type = number", Some("5"), "5"),
        ("type = bool", Some("true"), "true"),
        ("type = bool", Some("1"), "true"),
        ("type = list(string)", Some("[\"a\", 1]"), "tolist([ \"a\", \"1\", ])"),
        ("type = any", Some("[1]"), "[ 1, ]"),
        ("", Some("x"), "\"x\""),
        ("default = []", Some("[1]"), "\"[1]\""),
        ("default = \"d\"", None, "\"d\""),
        ("type = number\ndefault = \"7\"", None, "7"),
        ("type = string\ndefault = null", None, "tostring(null)"),
        ("type = string\ndefault = \"d\"\nnullable = false", Some("x"), "\"x\""),
        ("type = list(string)\ndefault = [\"d\"]\nnullable = false", Some("null"), "tolist([ \"d\", ])"),
        ("type = object({ a = optional(number, 5), b = string })", Some("{ b = 1 }"), "{ \"a\" = 5 \"b\" = \"1\" }"),
        (
            "type = map(object({ a = optional(list(string), [\"x\"]) }))",
            Some("{ k = {} }"),
            "tomap({ \"k\" = { \"a\" = tolist([ \"x\", ]) } })",
        ),
        ("sensitive = true\ndefault = 1", None, "(sensitive value)"),
        (
            "type = string",
            None,
            "Error: No value for required variable: The root module input variable \"v\" is not set, and has no default \
             value.",
        ),
        (
            "type = number",
            Some("x"),
            "Error: Invalid value for input variable: The given value is not suitable for var.v, set by -var: a number is \
             required.",
        ),
        (
            "type = list(string)",
            Some("x.y"),
            "Error: Variables not allowed: The value of var.v, set by -var, is read as an expression because the variable \
             is not of a primitive type. Variables may not be used here.",
        ),
        (
            "type = list(string)\nnullable = false",
            Some("null"),
            "Error: Required variable not set: Unsuitable value for var.v set from outside of the configuration: required \
             variable may not be set to null.",
        ),
    ] {
        assert_eq!(variable(declaration, given), expected, "{declaration} {given:?}");
    }
}

#[test]
fn rules_of_variables() {
    let rule = |condition: &str, message: &str| {
        format!("type = number\nvalidation {{\ncondition = {condition}\nerror_message = {message}\n}}")
    };
    for (condition, message, expected) in [
        ("var.v > 1", "\"too small\"", "2"),
        ("var.v > 5", "\"too small: ${var.v}\"", "Error: Invalid value for variable: too small: 2"),
        (
            "var.v > 1 ? null : null",
            "\"m\"",
            "Error: Invalid condition result: Condition expression must return either true or false, not null.",
        ),
        ("[var.v]", "\"m\"", "Error: Invalid condition result: Invalid condition result value: bool required."),
        (
            "var.v > 5",
            "sensitive(\"m\")",
            "Error: Error message refers to sensitive values: The error expression used to explain this condition refers \
             to sensitive values, so the message is not shown. Error: Invalid value for variable: The condition is not \
             met; its error message cannot be shown.",
        ),
    ] {
        assert_eq!(variable(&rule(condition, message), Some("2")), expected, "{condition}");
    }
    assert_eq!(
        variable("sensitive = true\nvalidation {\ncondition = var.v == 1\nerror_message = \"m\"\n}", Some("2")),
        "Error: Invalid value for variable: m"
    );
}

#[test]
fn rules_may_look_at_other_things() {
    let loaded = load(
        "variable \"low\" { default = 3 }
         variable \"high\" {
           default = 2
           validation {
             condition = var.high > var.low
             error_message = \"${var.high} is not above ${var.low}\"
           }
         }",
    );
    let (_, diagnostics) = run(&loaded, &[]);
    assert_eq!(told(&diagnostics), "Error: Invalid value for variable: 2 is not above 3");
    let involved: Vec<_> = diagnostics.iter().flat_map(|d| d.involved.clone()).collect();
    assert_eq!(involved[0].expression, "var.high");
    assert_eq!(involved[0].description, "is 2");
}

const MODULES: &str = "
    locals { zones = { a = \"z1\", b = \"z2\" } }
    module \"one\" {
      source = \"./m\"
      name = \"solo\"
    }
    module \"each\" {
      source = \"./m\"
      for_each = local.zones
      name = \"${each.key}-${each.value}\"
    }
    module \"many\" {
      source = \"./m\"
      count = 2
      name = \"n${count.index}\"
    }
    module \"none\" {
      source = \"./m\"
      count = 0
      name = \"x\"
    }
    #- m/main.tf
    variable \"name\" { type = string }
    variable \"size\" { default = 1 }
    module \"inner\" {
      source = \"./inner\"
      count = 2
      x = \"${var.name}/${count.index}\"
    }
    output \"upper\" { value = upper(var.name) }
    output \"inner\" { value = module.inner[*].x }
    output \"secret\" {
      value = var.name
      sensitive = true
    }
    output \"here\" { value = path.module }
    #- m/inner/main.tf
    variable \"x\" {}
    output \"x\" { value = var.x }";

#[test]
fn module_calls() {
    let loaded = load(MODULES);
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert!(diagnostics.is_empty(), "{}", told(&diagnostics));
    for (text, expected) in [
        ("module.one.upper", "\"SOLO\""),
        ("module.one.here", "\"m\""),
        ("module.each[\"a\"].upper", "\"A-Z1\""),
        ("{for k, m in module.each : k => m.upper}", "{ \"a\" = \"A-Z1\" \"b\" = \"B-Z2\" }"),
        ("module.many[*].upper", "[ \"N0\", \"N1\", ]"),
        ("module.many[1].inner", "[ \"n1/0\", \"n1/1\", ]"),
        ("module.none", "[]"),
        ("module.one.secret", "(sensitive value)"),
        ("length(module.each)", "2"),
        (
            "module.many[2].upper",
            "Error: Invalid index: The given key does not identify an element in this collection value: the given index is \
             greater than or equal to the length of the collection.",
        ),
    ] {
        assert_eq!(squeeze(&answer(&evaluator, text)), expected, "{text}");
    }
    let instances = evaluator.module_instances(&addrs::ModulePath::ROOT.child("many").child("inner"));
    let shown: Vec<String> = instances.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "module.many[0].module.inner[0]",
            "module.many[0].module.inner[1]",
            "module.many[1].module.inner[0]",
            "module.many[1].module.inner[1]"
        ]
    );
    let inner = ModuleInstance::ROOT.child("one", InstanceKey::None).child("inner", InstanceKey::Int(1));
    assert_eq!(evaluator.output_value(&inner, "x"), Some(&Value::string("solo/1")));
}

/// What the expansion of a resource is, or what is said.
fn expansion(argument: &str) -> String {
    let loaded = load(&format!(
        "variable \"secret\" {{
           default = [\"s\"]
           sensitive = true
         }}
         resource \"terraform_data\" \"later\" {{}}
         resource \"terraform_data\" \"r\" {{ {argument} }}"
    ));
    let (evaluator, _) = run(&loaded, &[]);
    let tree = evaluator.tree().clone();
    let config = tree.root().unwrap().resources.values().find(|r| r.addr.name.as_ref() == "r").unwrap();
    let (expansion, mut diagnostics) = evaluator.expand_resource(&ModuleInstance::ROOT, config);
    diagnostics.extend(expansion.refusal());
    if !diagnostics.is_empty() {
        return squeeze(&told(&diagnostics));
    }
    let keys: Vec<String> = expansion.keys().iter().map(ToString::to_string).collect();
    format!("{}:{}", keys.len(), keys.concat())
}

#[test]
fn instances_of_resources() {
    for (argument, expected) in [
        ("", "1:"),
        ("count = 3", "3:[0][1][2]"),
        ("count = \"2\"", "2:[0][1]"),
        ("count = 0", "0:"),
        ("count = length(var.secret)", "1:[0]"),
        ("for_each = { a = 1, b = 2 }", "2:[\"a\"][\"b\"]"),
        ("for_each = { a = terraform_data.later.id }", "1:[\"a\"]"),
        ("for_each = toset([\"x\", \"y\"])", "2:[\"x\"][\"y\"]"),
        ("for_each = toset([])", "0:"),
        ("for_each = tomap({})", "0:"),
        ("for_each = {}", "0:"),
        (
            "count = null",
            "Error: Invalid count argument: The given \"count\" argument value is null. An integer is required.",
        ),
        (
            "count = -1",
            "Error: Invalid count argument: The given \"count\" argument value is unsuitable: must be greater than or equal \
             to zero.",
        ),
        (
            "count = 1.5",
            "Error: Invalid count argument: The given \"count\" argument value is unsuitable: must be a whole number.",
        ),
        (
            "count = \"x\"",
            "Error: Invalid count argument: The given \"count\" argument value is unsuitable: a number is required.",
        ),
        (
            "count = 3000000000",
            "Error: Invalid count argument: The given \"count\" argument value is unsuitable: must be at most 2147483647.",
        ),
        (
            "count = length(terraform_data.later.id)",
            "Error: Invalid count argument: The \"count\" value depends on resource attributes that cannot be determined \
             until apply, so the number of instances cannot be predicted.",
        ),
        (
            "count = terraform.applying ? 1 : 0",
            "Error: Invalid count argument: The given \"count\" is derived from an ephemeral value, which cannot be kept \
             between plan and apply. Use only non-ephemeral values to specify a number of resource instances.",
        ),
        (
            "for_each = null",
            "Error: Invalid for_each argument: The given \"for_each\" argument value is unsuitable: the given \"for_each\" \
             argument value is null. A map, or set of strings is allowed.",
        ),
        (
            "for_each = [\"a\"]",
            "Error: Invalid for_each argument: The given \"for_each\" argument value is unsuitable: the \"for_each\" \
             argument must be a map, or set of strings, and you have provided a value of type tuple.",
        ),
        (
            "for_each = toset([1])",
            "Error: Invalid for_each argument: The given \"for_each\" argument value is unsuitable: \"for_each\" supports \
             maps and sets of strings, but you have provided a set containing type number.",
        ),
        (
            "for_each = toset([\"a\", null])",
            "Error: Invalid for_each argument: The given \"for_each\" argument value is unsuitable: \"for_each\" sets must \
             not contain null values.",
        ),
        (
            "for_each = toset(var.secret)",
            "Error: Invalid for_each argument: Sensitive values, or values derived from sensitive values, cannot be used as \
             for_each arguments. If used, the sensitive value could be exposed as a resource instance key.",
        ),
        (
            "for_each = toset([terraform_data.later.id])",
            "Error: Invalid for_each argument: The \"for_each\" set includes values derived from resource attributes that \
             cannot be determined until apply, so that the full set of keys that will identify the instances is not known.",
        ),
        (
            "for_each = { (terraform_data.later.id) = 1 }",
            "Error: Invalid for_each argument: The \"for_each\" map includes keys derived from resource attributes that \
             cannot be determined until apply, so that the full set of keys that will identify the instances is not known.",
        ),
    ] {
        assert_eq!(expansion(argument), expected, "{argument}");
    }
}

#[test]
fn outputs_do_not_give_secrets_away() {
    let loaded = load(
        "variable \"s\" {
           default = 1
           sensitive = true
         }
         output \"open\" { value = [var.s] }
         output \"closed\" {
           value = var.s
           sensitive = true
         }
         output \"failing\" {
           value = 1
           precondition {
             condition = path.module != \".\"
             error_message = \"never\"
           }
         }
         output \"leased\" { value = terraform.applying }",
    );
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert_eq!(
        summaries(&diagnostics),
        ["Module output value precondition failed", "Ephemeral value not allowed", "Output refers to sensitive values"]
    );
    let closed = evaluator.output_value(&ModuleInstance::ROOT, "closed").unwrap();
    assert!(closed.marks.contains(Marks::SENSITIVE));
}

#[test]
fn collections_are_shared_not_copied() {
    let loaded = load("resource \"terraform_data\" \"r\" { count = 1000 }");
    let (evaluator, _) = run(&loaded, &[]);
    let (a, b) = (value(&evaluator, "terraform_data.r"), value(&evaluator, "terraform_data.r"));
    let (value::Content::Tuple(a), value::Content::Tuple(b)) = (&a.content, &b.content) else { panic!("{a:?}") };
    assert!(std::sync::Arc::ptr_eq(a, b));
}

#[test]
fn unknowns_remember_where_they_come_from() {
    let loaded = load(
        "resource \"terraform_data\" \"a\" {}
         resource \"terraform_data\" \"b\" {}
         locals { id = terraform_data.a.id }",
    );
    let (evaluator, _) = run(&loaded, &[]);
    for (text, expected) in [
        ("terraform_data.a.id", Some("terraform_data.a id")),
        ("local.id", Some("terraform_data.a id")),
        ("\"x-${local.id}\"", Some("terraform_data.a id")),
        ("\"${terraform_data.a.id}${terraform_data.b.id}\"", None),
        ("true ? terraform_data.b.id : null", Some("terraform_data.b id")),
        ("[local.id][0]", Some("terraform_data.a id")),
        ("tostring(local.id)", Some("terraform_data.a id")),
    ] {
        let value = value(&evaluator, text);
        let origin = value.origin().map(|origin| format!("{} {}", origin.address, origin.path));
        assert_eq!(origin.as_deref(), expected, "{text}");
    }
}

#[test]
fn instances_that_are_not_there_yet_are_unknown() {
    let loaded = load("resource \"terraform_data\" \"r\" { count = 2 }\nresource \"other_thing\" \"o\" {}");
    let (mut evaluator, _) = run(&loaded, &[]);
    assert_eq!(answer(&evaluator, "other_thing.o.x"), "(known after apply)");
    let resource = Resource { mode: addrs::Mode::Managed, kind: "terraform_data".into(), name: "r".into() };
    evaluator.finish_resource(&ModuleInstance::ROOT, &resource, &Expansion::Count(3));
    assert_eq!(squeeze(&answer(&evaluator, "terraform_data.r[2]")), "(known after apply)");
    assert_eq!(answer(&evaluator, "length(terraform_data.r)"), "3");
}

#[test]
fn diagnostics_show_values_but_no_secrets() {
    let loaded = load(
        "variable \"zone\" { default = \"x\" }
         variable \"secret\" {
           default = \"hidden\"
           sensitive = true
         }",
    );
    let (evaluator, _) = run(&loaded, &[]);
    let (expr, _) = syntax::parse_expression("t".into(), "1 + var.zone + length(var.secret) + tonumber(var.secret)");
    let (_, diagnostics) = evaluator.evaluate(&ModuleInstance::ROOT, &expr, &Repetition::NONE);
    let all: Vec<String> = diagnostics
        .iter()
        .flat_map(|d| d.involved.iter().map(|i| format!("{} {}", i.expression, i.description)))
        .collect();
    assert!(all.contains(&"var.zone is \"x\"".into()), "{all:?}");
    assert!(!all.iter().any(|said| said.contains("var.secret")), "{all:?}");
    let everything = format!("{diagnostics:?}");
    assert!(!everything.contains("hidden"), "{everything}");
}

#[test]
fn functions_of_providers_are_asked_for() {
    let loaded = load(
        "terraform {
           required_providers { t = { source = \"terraform.io/builtin/terraform\" } }
         }
         variable \"secret\" {
           default = \"s\"
           sensitive = true
         }",
    );
    let (mut evaluator, _) = run(&loaded, &[]);
    let call = "provider::t::encode_expr([var.secret, \"x\"])";
    assert!(answer(&evaluator, call).contains("Unknown provider function"));
    let old = Function { deprecated: Some("Use encode_expr.".into()), ..Function::new([], Type::Number) };
    let value = FunctionParameter { allow_unknown: true, ..FunctionParameter::new("value", Type::Dynamic) };
    let schema = ProviderSchema {
        functions: [
            ("encode_expr".into(), Function::new([FunctionParameter::new("value", Type::Dynamic)], Type::String)),
            ("known".into(), Function::new([value], Type::Bool)),
            ("old".into(), old),
        ]
        .into(),
        ..ProviderSchema::default()
    };
    evaluator.know_functions(&[(addrs::Provider::builtin(), std::sync::Arc::new(schema))].into());
    assert_eq!(answer(&evaluator, &format!("[{call}, {call}]")).matches("(known after apply)").count(), 2);
    let lacking = evaluator.lacking_functions();
    let [one] = lacking.as_slice() else { panic!("{lacking:?}") };
    assert_eq!((one.provider.kind.as_ref(), one.function.as_ref()), ("terraform", "encode_expr"));
    evaluator.answer_function(one, Ok(Value::string("[s, x]")));
    assert_eq!(answer(&evaluator, &format!("nonsensitive({call})")), "\"[s, x]\"");
    assert!(evaluator.lacking_functions().is_empty());
    for (text, want) in [
        ("provider::other::f()", "Unknown provider function"),
        ("provider::t::encode_exp(1)", "Did you mean \"encode_expr\"?"),
        ("t::encode_expr(1)", "The function namespace \"t\" is not valid"),
        ("provider::t::encode_expr(null)", "argument must not be null"),
        ("provider::t::encode_expr(1, 2)", "expects only 1 argument(s)"),
        ("try(provider::t::nothing(1), 5)", "5"),
        ("provider::t::encode_expr([unknown])", "(known after apply)"),
    ] {
        let text = text.replace("unknown", "timestamp()");
        let told = answer(&evaluator, &text);
        assert!(told.contains(want), "{text}: {told}");
    }
    assert!(evaluator.lacking_functions().is_empty());
    // A parameter that allows it is given what is not known.
    assert_eq!(answer(&evaluator, "provider::t::known(timestamp())"), "(known after apply)");
    let [known] = evaluator.lacking_functions().try_into().unwrap();
    evaluator.answer_function(&known, Ok(Value::bool(false)));
    assert_eq!(answer(&evaluator, "provider::t::known(timestamp())"), "false");
    // An answer that breaks what the signature or an earlier run says.
    let (expr, _) = syntax::parse_expression("test".into(), "provider::t::old()");
    let (_, warnings) = evaluator.evaluate(&addrs::ModuleInstance::ROOT, &expr, &crate::Repetition::NONE);
    assert_eq!(summaries(&warnings), ["Deprecated function"]);
    let [old] = evaluator.lacking_functions().try_into().unwrap();
    for (result, want) in [
        (Value::string("1"), "gave a result of the wrong type"),
        (Value::unknown(Type::Number), "gave an unknown result for known arguments"),
        (Value::int(1), "1"),
    ] {
        evaluator.answer_function(&old, Ok(result));
        let told = answer(&evaluator, "provider::t::old()");
        assert!(told.contains(want), "{told}");
    }
    let results = evaluator.function_results();
    evaluator.expect_functions(results);
    evaluator.answer_function(&old, Ok(Value::int(2)));
    assert!(answer(&evaluator, "provider::t::old()").contains("another result for the same arguments"));
}
