//! Null, unknown and marked arguments.

use crate::functions::{Surroundings, call, exists, names};
use value::{Content, Marks, Number, Refinement, Type, Value};

fn text(text: &str) -> Value {
    Value::string(text)
}

fn unknown(ty: Type) -> Value {
    Value::unknown(ty)
}

fn secret(value: Value) -> Value {
    value.marked(Marks::SENSITIVE)
}

fn run(name: &str, args: &[Value]) -> Value {
    call(name, args, &Surroundings::NONE).unwrap_or_else(|e| panic!("{name}: {e:?}"))
}

#[test]
fn the_table_is_in_order_and_takes_the_core_prefix() {
    let all: Vec<&str> = names().collect();
    assert!(all.is_sorted() && all.len() >= 100, "{}", all.len());
    assert!(exists("core::upper") && exists("zipmap") && !exists("core::core::upper") && !exists("nosuch"));
    assert_eq!(run("core::upper", &[text("a")]), text("A"));
}

#[test]
fn unknown_arguments_give_unknown_results_of_the_right_type() {
    let strings = || unknown(Type::list(Type::String));
    let rows: Vec<(&str, Vec<Value>, Type)> = vec![
        ("upper", vec![unknown(Type::Dynamic)], Type::String),
        ("abs", vec![unknown(Type::String)], Type::Number),
        ("concat", vec![strings(), strings()], Type::list(Type::String)),
        ("concat", vec![strings(), Value::tuple([text("a")])], Type::Dynamic),
        ("merge", vec![unknown(Type::map(Type::String)), Value::object([("a", text("b"))])], Type::Dynamic),
        ("merge", vec![unknown(Type::map(Type::String)); 2], Type::map(Type::String)),
        ("lookup", vec![unknown(Type::map(Type::Number)), text("a"), Value::int(1)], Type::Number),
        ("element", vec![strings(), Value::int(0)], Type::String),
        ("split", vec![text(","), unknown(Type::String)], Type::list(Type::String)),
        ("toset", vec![strings()], Type::set(Type::Dynamic)),
        ("tolist", vec![unknown(Type::Dynamic)], Type::list(Type::Dynamic)),
        ("jsondecode", vec![unknown(Type::String)], Type::Dynamic),
        ("regex", vec![text("(?P<a>x)"), unknown(Type::String)], Type::object([("a", Type::String)])),
        ("regex", vec![unknown(Type::String), text("x")], Type::Dynamic),
        ("jsonencode", vec![Value::tuple([unknown(Type::String)])], Type::String),
        ("format", vec![text("%s"), unknown(Type::String)], Type::String),
        ("flatten", vec![Value::tuple([strings()])], Type::Dynamic),
        ("sum", vec![Value::tuple([Value::int(1), unknown(Type::Number)])], Type::Number),
        ("coalesce", vec![unknown(Type::String), text("a")], Type::String),
        ("timestamp", vec![], Type::String),
        ("plantimestamp", vec![], Type::String),
        ("uuid", vec![], Type::String),
        ("bcrypt", vec![text("a")], Type::String),
        ("zipmap", vec![strings(), strings()], Type::map(Type::String)),
        (
            "setunion",
            vec![unknown(Type::set(Type::String)), Value::set(Type::String, [text("a")])],
            Type::set(Type::String),
        ),
        ("issensitive", vec![unknown(Type::String)], Type::Bool),
    ];
    for (name, args, ty) in rows {
        let value = run(name, &args);
        assert!(!value.is_known(), "{name}: {value:?}");
        assert_eq!(value.ty(), ty, "{name}");
        let promises = ty != Type::Dynamic && !["lookup", "element", "toset", "tolist"].contains(&name);
        assert_eq!(value.is_never_null(), promises, "{name}");
    }
}

#[test]
fn what_is_known_of_an_unknown_is_used() {
    let tuple = Value::tuple([unknown(Type::String), unknown(Type::String)]);
    assert_eq!(run("length", std::slice::from_ref(&tuple)), Value::int(2));
    assert_eq!(run("length", &[unknown(Type::tuple([Type::String]))]), Value::int(1));
    assert_eq!(run("keys", &[unknown(Type::object([("a", Type::String)]))]), Value::tuple([text("a")]));
    assert_eq!(run("flatten", &[Value::tuple([tuple.clone()])]).as_items().map(<[Value]>::len), Some(2));
    assert_eq!(run("element", &[tuple, Value::int(1)]).ty(), Type::String);
    let begins = Value::refined(Type::String, Refinement { prefix: Some("arn:".into()), ..Refinement::not_null() });
    assert_eq!(run("startswith", &[begins.clone(), text("arn")]), Value::bool(true));
    assert_eq!(run("startswith", &[begins, text("vpc")]), Value::bool(false));
    let set = Value::set(Type::String, [text("a"), unknown(Type::String)]);
    let length = run("length", &[set]);
    let promised = length.refinement().cloned().unwrap_or_default();
    assert_eq!(promised.lower, Some((Number::from(1_i64), true)));
    assert_eq!(promised.upper, Some((Number::from(2_i64), true)));
}

#[test]
fn null_arguments_are_refused_where_terraform_refuses_them() {
    for (name, args, parameter) in [
        ("upper", vec![Value::null(Type::Dynamic)], "str"),
        ("length", vec![Value::null(Type::list(Type::String))], "value"),
        ("max", vec![Value::int(1), Value::null(Type::Number)], "numbers"),
        ("contains", vec![Value::tuple([text("a")]), Value::null(Type::String)], "value"),
    ] {
        let error = call(name, &args, &Surroundings::NONE).unwrap_err();
        assert_eq!(error[0].reason, format!("Invalid value for {parameter:?} parameter: argument must not be null."));
    }
    assert_eq!(run("tostring", &[Value::null(Type::Dynamic)]), Value::null(Type::String));
    assert_eq!(run("coalesce", &[Value::null(Type::String), text("a")]), text("a"));
}

#[test]
fn marks_survive_every_function() {
    let both = Marks::SENSITIVE.union(Marks::EPHEMERAL);
    for (name, args) in [
        ("upper", vec![text("a").marked(both)]),
        ("join", vec![text(","), Value::tuple([text("a").marked(both)])]),
        ("length", vec![Value::tuple([text("a")]).marked(both)]),
        ("lookup", vec![Value::object([("a", text("b"))]).marked(both), text("a")]),
        ("merge", vec![Value::object([("a", text("b"))]).marked(both)]),
        ("keys", vec![Value::object([("a", text("b"))]).marked(both)]),
        ("tostring", vec![Value::int(1).marked(both)]),
        ("concat", vec![Value::tuple([text("a")]).marked(both), Value::tuple([])]),
        ("upper", vec![unknown(Type::String).marked(both)]),
        ("element", vec![Value::tuple([text("a")]), Value::int(0).marked(both)]),
        ("jsonencode", vec![Value::object([("a", unknown(Type::String).marked(both))])]),
        ("base64decode", vec![text("YQ==").marked(both)]),
        ("formatlist", vec![text("%s"), Value::tuple([text("a").marked(both)])]),
        ("toset", vec![Value::tuple([text("a").marked(both)])]),
        ("zipmap", vec![Value::tuple([text("a").marked(both)]), Value::tuple([text("b")])]),
        ("flatten", vec![Value::tuple([Value::tuple([text("a")]).marked(both)])]),
        ("setunion", vec![Value::set(Type::String, [text("a")]).marked(both)]),
        ("chunklist", vec![Value::list(Type::String, [text("a")]), Value::int(1).marked(both)]),
    ] {
        let value = run(name, &args);
        assert_eq!(value.all_marks(), both, "{name}: {value:?}");
    }
    // Marks of elements stay with the elements.
    let value = run("concat", &[Value::tuple([secret(text("a"))]), Value::tuple([text("b")])]);
    assert!(value.marks.is_empty() && value.as_items().is_some_and(|i| i[1].marks.is_empty()));
    let value = run("nonsensitive", &[text("a").marked(both)]);
    assert_eq!(value.marks, Marks::EPHEMERAL);
    assert_eq!(run("issensitive", &[secret(unknown(Type::String))]), Value::bool(true));
    let ephemeral = Value::object([("a", text("b").marked(Marks::EPHEMERAL)), ("c", text("d"))]);
    let stripped = run("ephemeralasnull", &[ephemeral]);
    assert_eq!(stripped, Value::object([("a", Value::null(Type::String)), ("c", text("d"))]));
}

#[test]
fn secrets_are_not_told_in_errors() {
    for (name, args) in [
        ("base64decode", vec![secret(text("s3cret!"))]),
        ("tonumber", vec![secret(text("s3cret!"))]),
        ("lookup", vec![Value::map(Type::String, [("a", text("b"))]), secret(text("s3cret!"))]),
    ] {
        let error = call(name, &args, &Surroundings::NONE).unwrap_err();
        assert!(!error[0].reason.contains("s3cret"), "{error:?}");
        assert!(error[0].reason.contains("sensitive"), "{error:?}");
    }
}

#[test]
fn precision_is_kept() {
    let big = Number::parse("123456789012345678901234567890").unwrap_or(Number::ZERO);
    let value = run("tostring", &[Value::number(big.clone())]);
    assert_eq!(value, text("123456789012345678901234567890"));
    assert!(matches!(run("max", &[Value::number(big.clone()), Value::int(1)]).content, Content::Number(n) if n == big));
}

#[test]
fn functions_of_opentofu_alone() {
    for (written, expected) in [("a+b%2Fc%C3%A9", Some("a b/c\u{e9}")), ("%zz", None), ("%2", None), ("%ff", None)] {
        let decoded = call("urldecode", &[text(written)], &Surroundings::NONE).ok();
        assert_eq!(decoded, expected.map(text), "{written}");
    }
    for (outer, inner, expected) in [
        ("10.0.0.0/8", "10.2.3.4", Some(true)),
        ("10.0.0.0/8", "11.2.3.4", Some(false)),
        ("10.0.0.0/8", "10.0.0.0/7", Some(false)),
        ("10.0.0.0/8", "10.64.0.0/16", Some(true)),
        ("fd00::/16", "fd00::1", Some(true)),
        ("fd00::/16", "10.0.0.1", None),
        ("10.0.0.0/8", "x", None),
    ] {
        let contains = call("cidrcontains", &[text(outer), text(inner)], &Surroundings::NONE).ok();
        assert_eq!(contains, expected.map(Value::bool), "{outer} {inner}");
    }
}

/// What OpenTofu's functions do, of which 1.11.4 knows nothing.
#[test]
fn assumptions_are_kept_or_told() {
    let strings = |items: &[&str]| Value::list(Type::String, items.iter().map(|i| text(i)));
    let length = |n: u64| Refinement { length_min: Some(n), length_max: Some(n), ..Refinement::default() };
    let rows: Vec<(&str, Vec<Value>, Option<Value>)> = vec![
        ("assumelistlength", vec![strings(&["a"]), Value::int(1), Value::int(2)], Some(strings(&["a"]))),
        ("assumelistlength", vec![strings(&["a"]), Value::int(2), Value::int(3)], None),
        ("assumelistlength", vec![strings(&["a"]), Value::int(-1), Value::int(3)], None),
        ("assumelistlength", vec![Value::null(Type::list(Type::String)), Value::int(0), Value::int(3)], None),
        (
            "assumelistlength",
            vec![unknown(Type::list(Type::String)), Value::int(2), Value::int(2)],
            Some(Value::refined(Type::list(Type::String), length(2))),
        ),
        ("assumelistlength", vec![unknown(Type::list(Type::String)), Value::int(3), Value::int(2)], None),
        ("assumelistlengthmin", vec![strings(&["a"]), Value::int(1)], Some(strings(&["a"]))),
        ("assumelistlengthmin", vec![strings(&["a"]), Value::int(2)], None),
        ("assumelistlengthmax", vec![strings(&["a"]), Value::int(0)], None),
        (
            "assumesetlengthmax",
            vec![Value::tuple([text("a"), text("a")]), Value::int(1)],
            Some(Value::set(Type::String, [text("a")])),
        ),
        ("assumemaplengthmin", vec![Value::object([("a", text("b"))]), Value::int(2)], None),
        ("assumenotnull", vec![text("a")], Some(text("a"))),
        ("assumenotnull", vec![Value::null(Type::String)], None),
        ("assumenotnull", vec![Value::dynamic()], None),
        ("assumenotnull", vec![unknown(Type::String)], Some(unknown(Type::String).not_null())),
        ("assumestringprefix", vec![text("arn:aws"), text("arn:")], Some(text("arn:aws"))),
        ("assumestringprefix", vec![text("aws"), text("arn:")], None),
        (
            "assumestringprefix",
            vec![unknown(Type::String), text("arn:")],
            Some(Value::refined(Type::String, Refinement { prefix: Some("arn:".into()), ..Refinement::default() })),
        ),
        ("assumeequal", vec![Value::tuple([text("a")]), strings(&["a"])], Some(strings(&["a"]))),
        ("assumeequal", vec![text("a"), text("b")], None),
        ("assumeequal", vec![text("a"), Value::tuple([])], None),
        ("assumeequal", vec![unknown(Type::String), text("b")], Some(text("b"))),
        ("assumeequal", vec![secret(text("b")), text("b")], Some(text("b"))),
    ];
    for (name, args, expected) in rows {
        assert_eq!(call(name, &args, &Surroundings::NONE).ok(), expected, "{name} {args:?}");
    }
}

#[test]
fn gzip_is_undone() {
    for plain in ["", "a", "hello hello hello", &"ü€𝄞 ".repeat(50_000)] {
        assert_eq!(run("base64gunzip", &[run("base64gzip", &[text(plain)])]), text(plain));
    }
    for broken in ["", "AAAA", "!", "H4sIAAAAAAAA/w=="] {
        assert!(call("base64gunzip", &[text(broken)], &Surroundings::NONE).is_err(), "{broken}");
    }
}
