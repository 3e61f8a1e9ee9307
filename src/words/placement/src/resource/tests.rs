use super::*;

fn set(text: &str) -> Value {
    Value::set(Type::String, text.split_whitespace().map(Value::string))
}

fn config(members: Value, candidates: &str) -> Value {
    Value::object([
        ("id", Value::null(Type::String)),
        ("group", Value::string("kafka")),
        ("members", members),
        ("candidates", set(candidates)),
        ("drain", Value::null(Type::set(Type::String))),
        ("per_zone_max", Value::null(Type::Number)),
        ("max_moves", Value::null(Type::Number)),
        ("zone", Value::null(Type::map(Type::String))),
    ])
}

fn zones(object: &Value) -> String {
    let zones = object.get("zone").unwrap();
    zones.children().map(|(step, zone)| format!("{step:?}={}", zone.as_str().unwrap())).collect::<Vec<_>>().join(" ")
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut attributes = object.as_object().unwrap().clone();
    attributes.insert(name.into(), value);
    Value::object(attributes)
}

#[test]
fn known_at_plan_time_and_stays() {
    let null = Value::null(Type::Dynamic);
    let (first, diagnostics) = planned_spread(&null, &config(set("a b c d e f"), "z1 z2 z3"));
    assert!(diagnostics.is_empty());
    assert!(first.is_wholly_known());
    assert_eq!(first.get("id").unwrap().as_str(), Some("kafka"));
    let (second, _) = planned_spread(&first, &config(set("a b c d e f"), "z1 z2 z3 z4"));
    assert_eq!(zones(&second), zones(&first));
}

#[test]
fn unknown_arguments_leave_the_zone_unknown() {
    let null = Value::null(Type::Dynamic);
    let unknown = Value::unknown(Type::set(Type::String));
    let partly = Value::set(Type::String, [Value::string("a"), Value::unknown(Type::String)]);
    for members in [unknown, partly] {
        let (planned, diagnostics) = planned_spread(&null, &config(members, "z1"));
        assert!(diagnostics.is_empty());
        assert!(!planned.get("zone").unwrap().is_known());
        assert_eq!(planned.get("id").unwrap().as_str(), Some("kafka"));
    }
}

#[test]
fn says_what_has_no_room() {
    let tight = with(&config(set("a b c"), "z1 z2"), "per_zone_max", Value::int(1));
    let (_, diagnostics) = planned_spread(&Value::null(Type::Dynamic), &tight);
    let all: Vec<_> = diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert_eq!(all, [r#"The group "kafka" has no room for "c" in its 2 usable zones of at most 1 members each."#]);
    assert!(diagnostics.has_errors());
}

#[test]
fn arguments_are_checked() {
    let good = config(set("a"), "z1");
    let rows = [
        (good.clone(), 0),
        (with(&good, "per_zone_max", Value::int(0)), 1),
        (with(&good, "per_zone_max", Value::number(value::Number::parse("1.5").unwrap())), 1),
        (with(&good, "max_moves", Value::int(-1)), 1),
        (with(&good, "max_moves", Value::unknown(Type::Number)), 0),
        (config(Value::set(Type::String, [Value::string("")]), "z1"), 1),
    ];
    for (config, errors) in rows {
        assert_eq!(validate_spread(&config).len(), errors, "{config:?}");
    }
}
