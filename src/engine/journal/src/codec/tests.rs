use super::*;
use std::collections::BTreeMap;
use value::{Marks, Number, Path, PathStep, Refinement, Type, Value};

fn values() -> Vec<Value> {
    let refinement = Refinement {
        not_null: true,
        prefix: Some("pre\u{2028}".into()),
        lower: Some((Number::from(1i64), true)),
        upper: Some((Number::parse("1.5").unwrap(), false)),
        length_min: Some(1),
        length_max: Some(u64::MAX),
    };
    let numbers = [
        "0",
        "-0",
        "1",
        "-1",
        "0.1",
        "1e400",
        "9223372036854775807",
        "9223372036854775808",
        "-12345678901234567890.25",
        "Inf",
        "-Inf",
    ];
    let mut all: Vec<Value> = numbers.iter().map(|n| Value::number(Number::parse(n).unwrap())).collect();
    all.push(Value::number(Number::from_f64(0.1).unwrap()));
    all.push(Value::number(Number::from_f64(f64::MIN_POSITIVE).unwrap()));
    all.extend([
        Value::null(Type::Dynamic),
        Value::null(Type::object([("a", Type::list(Type::String))])),
        Value::dynamic(),
        Value::refined(Type::String, refinement),
        Value::bool(true),
        Value::string("\"<&>\\\n\u{0}\u{feff}é"),
        Value::string("s").marked(Marks::SENSITIVE),
        Value::string("s").marked(Marks::SENSITIVE.union(Marks::EPHEMERAL)),
        Value::list(Type::Number, [Value::int(1), Value::unknown(Type::Number), Value::null(Type::Number)]),
        Value::list(Type::String, []),
        Value::set(Type::String, [Value::string("b"), Value::string("a"), Value::unknown(Type::String)]),
        Value::map(Type::Bool, [("k", Value::bool(false)), ("n", Value::null(Type::Bool))]),
        Value::tuple([Value::int(1), Value::string("k"), Value::tuple([])]),
        Value::tuple([Value::string("n"), Value::null(Type::String)]),
        Value::object([("k", Value::int(1)), ("", Value::object::<&str>([]))]),
    ]);
    all
}

#[test]
fn values_come_back() {
    for value in values() {
        let node = values::to_node(&value);
        let text = node.print_as(Layout::Compact, Escape::Plain);
        let back = values::from_node(&parse(&text).unwrap()).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(back, value, "{text}");
        assert_eq!(back.ty(), value.ty(), "{text}");
        if let (value::Content::Unknown(_, a, _), value::Content::Unknown(_, b, _)) = (&back.content, &value.content) {
            assert_eq!(a, b, "{text}");
        }
    }
}

pub(crate) fn addr(text: &str) -> ResourceInstance {
    addrs::parse_resource_instance(text).unwrap()
}

pub(crate) fn provider_config() -> addrs::ProviderConfig {
    addrs::parse_provider_config("module.a.provider[\"registry.terraform.io/hashicorp/aws\"].west").unwrap()
}

pub(crate) fn object(id: &str) -> state::Object {
    state::Object {
        schema_version: 0,
        attributes: format!("{{\"id\": \"{id}\"}}").into(),
        flat_attributes: None,
        sensitive: [].into(),
        private: [].into(),
        status: state::Status::Ready,
        dependencies: [].into(),
        create_before_destroy: false,
        skip_destroy: false,
        unread: BTreeMap::new(),
    }
}

fn full_object() -> state::Object {
    state::Object {
        schema_version: 3,
        flat_attributes: Some(Arc::new([("a.%".into(), "1".into())].into())),
        sensitive: [Path(vec![PathStep::Attribute("a".into()), PathStep::Index(2), PathStep::Key("k".into())])].into(),
        private: [0u8, 255, 10].into(),
        status: state::Status::Tainted,
        dependencies: [addr("module.m.data.t.n").config()].into(),
        create_before_destroy: true,
        skip_destroy: false,
        unread: [("identity".into(), "{}".into())].into(),
        ..object("x")
    }
}

pub(crate) fn intent(id: u64, act: Act, at: &str) -> Intent {
    Intent {
        id: IntentId(id),
        addr: addr(at),
        deposed: None,
        replaces: None,
        act,
        provider: provider_config(),
        kind: "t".into(),
        schema_version: 0,
        prior: Value::null(Type::Dynamic),
        planned: Value::object([("id", Value::unknown(Type::String))]),
        config: Value::object([("id", Value::null(Type::String))]),
        private: [].into(),
        prior_private: [].into(),
        meta: Some(value::Value::object([("note", value::Value::string("n"))])),
        token: format!("run-{id}").into(),
        sensitive: [].into(),
        dependencies: [].into(),
        create_before_destroy: false,
        skip_destroy: true,
        provisions: act == Act::Create,
    }
}

pub(crate) fn begin(lineage: &str, serial: u64) -> Record {
    Record::Begin(Begin {
        run: "run".into(),
        lineage: lineage.into(),
        serial,
        operation: "apply".into(),
        terraform_version: "1.11.4".into(),
    })
}

pub(crate) fn every_record() -> Vec<Record> {
    let at = || addr("module.a[\"x.\\\"y\"].t.n[3]");
    let deposed = [("0badcafe".into(), Arc::new(full_object()))].into();
    let instance =
        Arc::new(state::InstanceState { provider: provider_config(), current: Some(Arc::new(object("1"))), deposed });
    let output = state::OutputState { value: Value::string("v"), ty: Type::String, sensitive: true };
    let full = Intent {
        deposed: Some("0badcafe".into()),
        replaces: Some("00000001".into()),
        private: b"null"[..].into(),
        prior_private: [7u8][..].into(),
        sensitive: full_object().sensitive,
        dependencies: full_object().dependencies,
        create_before_destroy: true,
        skip_destroy: false,
        ..intent(9, Act::Delete, "data.t.n")
    };
    vec![
        begin("l", u64::MAX),
        Record::Before { addr: at(), instance: instance.clone() },
        Record::Intent(Arc::new(intent(1, Act::Create, "t.n"))),
        Record::Intent(Arc::new(full)),
        Record::Outcome { intent: IntentId(1), outcome: Outcome::Object(Arc::new(full_object())) },
        Record::Outcome { intent: IntentId(2), outcome: Outcome::Gone },
        Record::Resolved { intent: IntentId(3), how: How::FoundByToken, outcome: Outcome::Nothing },
        Record::Resolved { intent: IntentId(3), how: How::Person, outcome: Outcome::Nothing },
        Record::Deposed { addr: at(), key: "0badcafe".into() },
        Record::Restored { addr: at(), key: "0badcafe".into() },
        Record::Refreshed { addr: at(), instance: Some(instance) },
        Record::Refreshed { addr: at(), instance: None },
        Record::Data { addr: addr("data.t.n"), provider: provider_config(), object: Arc::new(object("d")) },
        Record::Provisioned { addr: at() },
        Record::Forgotten { addr: at(), deposed: None },
        Record::Forgotten { addr: at(), deposed: Some("0badcafe".into()) },
        Record::Outputs { before: BTreeMap::new(), after: [("o".into(), output)].into() },
        Record::Checks { before: None, after: Some("[{\"status\":\"pass\"}]".into()) },
        Record::End,
    ]
}

#[test]
fn records_come_back() {
    for record in every_record() {
        let mut line = String::new();
        write_record(&mut line, 7, &record);
        assert!(!line.contains('\n'), "{line}");
        assert_eq!(read_record(&line, 7).unwrap(), record, "{line}");
    }
}

#[test]
fn lines_that_are_no_records() {
    let rows = [
        ("", Refusal::Malformed("a record is not JSON".into())),
        ("{}", Refusal::of("n")),
        (r#"{"n":8,"record":"end"}"#, Refusal::Malformed("record 7 is missing, 8 stands in its place".into())),
        (r#"{"n":7,"record":"sleep"}"#, Refusal::Newer("it has records of the kind \"sleep\"".into())),
        (
            r#"{"n":7,"record":"outcome","intent":1,"outcome":"odd"}"#,
            Refusal::Newer("it has outcomes of the kind \"odd\"".into()),
        ),
        (r#"{"n":7,"record":"begin"}"#, Refusal::of("run")),
        (r#"{"n":7,"record":"deposed","addr":"?","key":"k"}"#, Refusal::of("addr")),
    ];
    for (line, expected) in rows {
        assert_eq!(read_record(line, 7), Err(expected), "{line}");
    }
}

#[test]
fn an_intent_in_debug_output_keeps_its_values() {
    let mut secret = intent(1, Act::Create, "t.n");
    secret.planned = Value::object([("password", Value::string("hunter2"))]);
    assert!(!format!("{secret:?}").contains("hunter2"));
}
