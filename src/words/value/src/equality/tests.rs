use crate::{Marks, Number, Refinement, Type, Value};

fn strings(items: &[&str]) -> Value {
    Value::list(Type::String, items.iter().map(|s| Value::string(*s)))
}

#[test]
fn double_equals() {
    let unknown = || Value::unknown(Type::String);
    let promised = || unknown().not_null();
    let prefixed = || {
        Value::refined(Type::String, Refinement { prefix: Some("ab".into()), not_null: true, ..Refinement::default() })
    };
    let positive = || {
        let lower = Some((Number::ZERO, false));
        Value::refined(Type::Number, Refinement { lower, not_null: true, ..Refinement::default() })
    };
    let object = |v: Value| Value::object([("a", v)]);
    let s = |t: &str| Value::string(t);
    let rows = [
        (Value::null(Type::String), Value::null(Type::Number), "true"),
        (Value::null(Type::String), s("x"), "false"),
        (s("1"), Value::int(1), "false"),
        (Value::bool(true), s("true"), "false"),
        (Value::tuple([Value::int(1)]), Value::list(Type::Number, [Value::int(1)]), "false"),
        (object(Value::int(1)), Value::map(Type::Number, [("a", Value::int(1))]), "false"),
        (object(Value::int(1)), object(Value::int(1)), "true"),
        (object(Value::int(1)), object(s("1")), "false"),
        (object(unknown()), object(s("1")), "?"),
        (object(Value::null(Type::Dynamic)), object(s("1")), "false"),
        (Value::tuple([Value::int(1)]), Value::tuple([Value::null(Type::Dynamic)]), "false"),
        (Value::tuple([]), Value::tuple([Value::int(1)]), "false"),
        (strings(&["a"]), strings(&["a"]), "true"),
        (strings(&["a"]), strings(&["b"]), "false"),
        (strings(&["1"]), Value::list(Type::Number, [Value::int(1)]), "false"),
        (strings(&[]), Value::list(Type::Number, []), "false"),
        (Value::set(Type::String, [s("b"), s("a")]), Value::set(Type::String, [s("a"), s("b")]), "true"),
        (Value::set(Type::String, [s("b")]), strings(&["b"]), "false"),
        (Value::set(Type::String, [unknown()]), Value::set(Type::String, [s("a")]), "?"),
        (unknown(), s("x"), "?"),
        (unknown(), unknown(), "?"),
        (unknown(), Value::null(Type::String), "?"),
        (promised(), Value::null(Type::String), "false"),
        (Value::dynamic(), s("x"), "?"),
        (Value::dynamic(), Value::null(Type::Dynamic), "?"),
        (prefixed(), s("abc"), "?"),
        (prefixed(), s("xbc"), "false"),
        (positive(), Value::int(0), "false"),
        (positive(), Value::int(1), "?"),
        (promised(), Value::int(1), "false"),
        (Value::int(1), Value::number(Number::parse("1.0").unwrap_or(Number::ZERO)), "true"),
    ];
    for (i, (a, b, want)) in rows.into_iter().enumerate() {
        for (a, b) in [(&a, &b), (&b, &a)] {
            let result = a.equals(b);
            let got = match result.as_bool() {
                Some(true) => "true",
                Some(false) => "false",
                None => "?",
            };
            assert_eq!(got, want, "row {i}: {a:?} == {b:?}");
            assert!(result.is_never_null());
        }
    }
}

#[test]
fn marks_of_both_sides_stay() {
    let secret = Value::string("x").marked(Marks::SENSITIVE);
    assert_eq!(secret.equals(&Value::string("y")), Value::bool(false).marked(Marks::SENSITIVE));
    let inside = Value::tuple([secret]);
    assert_eq!(inside.equals(&Value::tuple([Value::string("x")])), Value::bool(true).marked(Marks::SENSITIVE));
}

#[test]
fn identity_counts_marks_but_not_promises() {
    let plain = Value::unknown(Type::String);
    assert_eq!(plain, plain.clone().not_null());
    assert_eq!(plain, plain.with_origin(&"a.b".into()));
    assert_ne!(plain, plain.clone().marked(Marks::SENSITIVE));
    assert_ne!(plain, Value::unknown(Type::Number));
    assert_ne!(Value::null(Type::String), Value::null(Type::Number));
    assert_ne!(strings(&[]), Value::list(Type::Number, []));
}
