//! What is made up, and what is kept.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use addrs::{InstanceKey, Mode, ModuleInstance, ModulePath, Resource};
use configschema::{Attribute, NestedBlock, Nesting, Schema};
use value::Type;

fn schema() -> Block {
    let thing = Type::object([("a", Type::String), ("n", Type::Number)]);
    let disk = Block {
        attributes: [
            ("size".into(), Attribute::required(Type::Number)),
            ("serial".into(), Attribute::computed(Type::String)),
        ]
        .into(),
        ..Block::default()
    };
    let disks = NestedBlock { nesting: Nesting::List, block: disk, min_items: 0, max_items: 0 };
    Block {
        attributes: [
            ("name", Attribute::required(Type::String)),
            ("id", Attribute::computed(Type::String)),
            ("count", Attribute::computed(Type::Number)),
            ("on", Attribute::computed(Type::Bool)),
            ("zone", Attribute::optional_computed(Type::String)),
            ("tags", Attribute::optional(Type::map(Type::String))),
            ("ips", Attribute::computed(Type::list(Type::String))),
            ("thing", Attribute::computed(thing.clone())),
            ("things", Attribute::computed(Type::set(thing))),
            ("any", Attribute::computed(Type::Dynamic)),
        ]
        .map(|(name, attribute)| (name.into(), attribute))
        .into(),
        blocks: [("disk".into(), disks)].into(),
        ..Block::default()
    }
}

fn addr() -> ResourceInstance {
    let resource = Resource { mode: Mode::Managed, kind: "x_y".into(), name: "z".into() };
    ResourceInstance { module: ModuleInstance::ROOT, resource, key: InstanceKey::None }
}

fn provider() -> ProviderConfig {
    let provider = Provider::default_for("x");
    ProviderConfig { module: ModulePath::ROOT, provider, alias: None, key: InstanceKey::None }
}

fn schemas() -> Schemas {
    let resources = [("x_y".into(), Arc::new(Schema { version: 0, block: schema() }))].into();
    let schema = ProviderSchema { resources, ..ProviderSchema::default() };
    [(Provider::default_for("x"), Arc::new(schema))].into()
}

fn mocks(values: Option<Value>, while_planning: bool) -> Mocks {
    let source = Source { values, while_planning, range: None };
    let kinds = Kinds { resources: [("x_y".into(), source)].into(), ..Kinds::default() };
    Mocks { providers: [(provider(), kinds)].into(), seed: 7, ..Mocks::default() }
}

fn config() -> Value {
    let mut members = configschema::empty_value(&schema()).as_object().unwrap().clone();
    members.insert("name".into(), Value::string("n"));
    let disk = Value::object([("size", Value::int(3)), ("serial", Value::null(Type::String))]);
    members.insert("disk".into(), Value::list(disk.ty(), [disk]));
    Value::object(members)
}

fn planned(mocks: &Mocks) -> Value {
    let question = Question::Plan {
        provider: provider(),
        kind: "x_y".into(),
        prior: Value::null(config().ty()),
        proposed: config(),
        config: config(),
        private: [].into(),
        identity: None,
        meta: None,
    };
    match mocks.answer(Some(&addr()), &question, &schemas()) {
        Some(Answer::Planned(Some(object), troubles)) if troubles.is_empty() => object.planned,
        other => unreachable!("{other:?}"),
    }
}

fn applied(mocks: &Mocks, planned: Value) -> (Value, Diagnostics) {
    let request = ChangeRequest {
        provider: provider(),
        kind: "x_y".into(),
        prior: Value::null(config().ty()),
        planned,
        config: config(),
        private: [].into(),
        identity: None,
        meta: None,
        token: "t".into(),
        repeated: false,
    };
    let answer = mocks.change(&addr(), &request, &schemas()).unwrap();
    (answer.object.unwrap().value, answer.diagnostics)
}

#[test]
fn computed_attributes_are_unknown_in_the_plan_and_made_up_by_the_apply() {
    let mocks = mocks(None, false);
    let planned = planned(&mocks);
    assert!(!planned.get("id").unwrap().is_known());
    assert!(!planned.get("zone").unwrap().is_known());
    assert!(planned.get("tags").unwrap().is_null());
    let (object, troubles) = applied(&mocks, planned);
    assert!(troubles.is_empty());
    assert!(object.is_wholly_known());
    for (name, expected) in [
        ("name", Value::string("n")),
        ("count", Value::int(0)),
        ("on", Value::bool(false)),
        ("ips", Value::list(Type::String, [])),
    ] {
        assert_eq!(*object.get(name).unwrap(), expected, "{name}");
    }
    let id = object.get("id").unwrap().as_str().unwrap();
    assert!(id.len() == 8 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{id}");
    let serial = object.get("disk").unwrap().as_items().unwrap()[0].get("serial").unwrap().as_str().unwrap();
    assert!(serial.len() == 8 && serial != id);
    assert!(object.get("any").unwrap().is_null());
    assert!(object.get("thing").unwrap().get("a").unwrap().as_str().is_some());
}

#[test]
fn given_values_are_completed_and_converted() {
    let given = Value::object([
        ("id", Value::int(12)),
        ("thing", Value::object([("a", Value::string("x")), ("superfluous", Value::bool(true))])),
        ("things", Value::tuple([Value::object([("n", Value::int(1))])])),
        ("disk", Value::object([("serial", Value::string("s"))])),
        ("name", Value::string("not taken: it is configured")),
    ]);
    let mocks = mocks(Some(given), true);
    let planned = planned(&mocks);
    assert!(planned.is_wholly_known());
    let (object, troubles) = applied(&mocks, planned.clone());
    assert!(troubles.is_empty());
    assert_eq!(object, planned);
    assert_eq!(object.get("id").unwrap().as_str(), Some("12"));
    assert_eq!(object.get("name").unwrap().as_str(), Some("n"));
    assert_eq!(object.get("thing").unwrap().get("a").unwrap().as_str(), Some("x"));
    assert_eq!(object.get("disk").unwrap().as_items().unwrap()[0].get("serial").unwrap().as_str(), Some("s"));
    assert_eq!(object.get("things").unwrap().as_items().unwrap().len(), 1);
}

#[test]
fn values_of_a_wrong_type_are_told_and_replaced() {
    let mocks = mocks(Some(Value::object([("count", Value::string("many"))])), false);
    let planned = planned(&mocks);
    let (object, troubles) = applied(&mocks, planned);
    assert!(troubles.has_errors());
    assert!(object.is_wholly_known());
}

#[test]
fn an_override_of_an_instance_goes_before_one_of_the_resource() {
    let source = |id: &str| Source {
        values: Some(Value::object([("id", Value::string(id))])),
        while_planning: true,
        range: None,
    };
    let whole = Overriding { target: Target::Resource(ModuleInstance::ROOT, addr().resource), source: source("whole") };
    let one = Overriding { target: Target::Instance(addr()), source: source("one") };
    let mut mocks = Mocks { overrides: vec![whole], ..Mocks::default() };
    assert_eq!(planned(&mocks).get("id").unwrap().as_str(), Some("whole"));
    mocks.overrides.push(one);
    assert_eq!(planned(&mocks).get("id").unwrap().as_str(), Some("one"));
    mocks.overrides.clear();
    let question = Question::ConfigureProvider { provider: provider(), config: config() };
    assert_eq!(mocks.answer(None, &question, &schemas()), None);
}
