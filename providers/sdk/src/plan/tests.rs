use super::*;
use configschema::NestedAttributes;

fn schema() -> Schema {
    let disk = Block {
        attributes: [
            ("size".into(), Attribute::required(Type::Number)),
            ("id".into(), Attribute::computed(Type::String)),
        ]
        .into(),
        ..Block::default()
    };
    let port = NestedAttributes {
        nesting: Nesting::Map,
        attributes: [("mac".into(), Attribute::optional_computed(Type::String))].into(),
    };
    let ports = Attribute { ty: AttributeType::Nested(port), ..Attribute::optional(Type::Bool) };
    let nested = |nesting| NestedBlock { nesting, block: disk.clone(), min_items: 0, max_items: 0 };
    let block = Block {
        attributes: [
            ("id".into(), Attribute::computed(Type::String)),
            ("name".into(), Attribute::required(Type::String)),
            ("zone".into(), Attribute::optional_computed(Type::String)),
            ("ports".into(), ports),
        ]
        .into(),
        blocks: [("disk".into(), nested(Nesting::List)), ("tag".into(), nested(Nesting::Set))].into(),
        ..Block::default()
    };
    Schema { version: 0, block }
}

fn disk(size: i64, id: Value) -> Value {
    Value::object([("size", Value::int(size)), ("id", id)])
}

fn disk_type() -> Type {
    Type::object([("size", Type::Number), ("id", Type::String)])
}

fn port(mac: Value) -> Value {
    Value::object([("mac", mac)])
}

fn object(id: Value, name: &str, disks: Vec<Value>, macs: Vec<(&str, Value)>) -> Value {
    let port_type = Type::object([("mac", Type::String)]);
    Value::object([
        ("id", id),
        ("name", Value::string(name)),
        ("zone", Value::null(Type::String)),
        ("ports", Value::map(port_type, macs.into_iter().map(|(k, mac)| (k, port(mac))))),
        ("tag", Value::set(disk_type(), disks.iter().cloned())),
        ("disk", Value::list(disk_type(), disks)),
    ])
}

fn null() -> Value {
    Value::null(Type::String)
}

fn unknown() -> Value {
    Value::unknown(Type::String)
}

fn request(prior: Value, proposed: Value) -> PlanRequest {
    PlanRequest { prior, config: proposed.clone(), proposed, private: Private::new() }
}

#[test]
fn a_create_leaves_computed_attributes_open() {
    let proposed = object(null(), "a", vec![disk(1, null())], vec![("x", null()), ("y", Value::string("m"))]);
    let planned = default_plan(&schema(), &["name"], &request(null(), proposed));
    let want = object(unknown(), "a", vec![disk(1, unknown())], vec![("x", unknown()), ("y", Value::string("m"))]);
    let mut want = Planned { value: want, requires_replace: Vec::new(), private: Private::new() };
    want.unknown("zone");
    assert_eq!(planned, want);
}

#[test]
fn an_update_keeps_what_is_there() {
    let id = || Value::string("i-1");
    let prior = object(id(), "a", vec![disk(1, Value::string("d-1"))], vec![("x", null())]);
    let proposed =
        object(id(), "b", vec![disk(2, Value::string("d-1")), disk(3, null())], vec![("x", null()), ("y", null())]);
    let planned = default_plan(&schema(), &["name", "zone"], &request(prior, proposed));
    let want = object(
        id(),
        "b",
        vec![disk(2, Value::string("d-1")), disk(3, unknown())],
        vec![("x", null()), ("y", unknown())],
    );
    assert_eq!(planned.value, want);
    assert_eq!(planned.requires_replace, [Path::attribute("name")]);
}

#[test]
fn blocks_are_never_null() {
    let mut stored = object(null(), "a", vec![], vec![]).as_object().unwrap().clone();
    let full = Value::object(stored.clone());
    stored.insert("disk".into(), Value::null(Type::list(disk_type())));
    stored.insert("tag".into(), Value::null(Type::set(disk_type())));
    assert_eq!(with_empty_blocks(&schema().block, &Value::object(stored)), full);
}
