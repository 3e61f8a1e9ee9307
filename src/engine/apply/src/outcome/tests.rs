use super::*;
use configschema::{Attribute, Block};
use diag::Severity;
use journal::IntentId;
use std::collections::BTreeMap;
use value::Type;

fn schema() -> Schema {
    let secret = Attribute { write_only: true, ..Attribute::optional(Type::String) };
    let attributes = BTreeMap::from([
        ("id".into(), Attribute::computed(Type::String)),
        ("name".into(), Attribute::optional(Type::String)),
        ("secret".into(), secret),
    ]);
    Schema { version: 7, block: Block { attributes, ..Block::default() } }
}

fn object(id: Value, name: &str) -> Value {
    Value::object([("id", id), ("name", Value::string(name)), ("secret", Value::null(Type::String))])
}

fn null() -> Value {
    Value::null(configschema::implied_type(&schema().block))
}

fn intent(act: Act) -> Intent {
    let known = || object(Value::string("1"), "old");
    let (prior, planned) = match act {
        Act::Create => (null(), object(Value::unknown(Type::String), "new")),
        Act::Update => (known(), object(Value::string("1"), "new")),
        Act::Delete => (known(), null()),
    };
    Intent {
        id: IntentId(1),
        addr: addrs::parse_resource_instance("t.a").unwrap(),
        deposed: None,
        replaces: None,
        act,
        provider: addrs::parse_provider_config("provider[\"registry.terraform.io/hashicorp/t\"]").unwrap(),
        kind: "t".into(),
        schema_version: 7,
        prior,
        config: planned.clone(),
        planned,
        private: [].into(),
        prior_private: [].into(),
        meta: None,
        token: "run-1".into(),
        sensitive: [Path::attribute("name")].into(),
        dependencies: [addrs::parse_resource_instance("t.b").unwrap().config()].into(),
        create_before_destroy: true,
        skip_destroy: false,
        provisions: false,
    }
}

fn before(status: Status) -> Object {
    let attributes = "{\"id\":\"1\",\"name\":\"old\",\"secret\":null}".into();
    let old = addrs::parse_resource_instance("t.old").unwrap().config();
    Object {
        schema_version: 7,
        attributes,
        flat_attributes: None,
        sensitive: [].into(),
        private: [].into(),
        status,
        dependencies: [old].into(),
        create_before_destroy: false,
        skip_destroy: false,
        unread: BTreeMap::new(),
    }
}

struct Reply {
    object: Option<Value>,
    error: bool,
    legacy: bool,
    in_doubt: bool,
}

const NONE: Reply = Reply { object: None, error: false, legacy: false, in_doubt: false };

fn reply(object: Value) -> Reply {
    Reply { object: Some(object), ..NONE }
}

/// The outcome in short, and the first word of each diagnostic.
fn judged(act: Act, status: Status, reply: Reply) -> String {
    let mut diagnostics = Diagnostics::new();
    if reply.error {
        diagnostics.push(Diagnostic::error("Cloud", "It failed."));
    }
    let object = reply.object.map(|value| StoredObject { identity: None, value, private: b"p"[..].into() });
    let answer = ChangeAnswer { object, diagnostics, legacy: reply.legacy, in_doubt: reply.in_doubt };
    let (intent, schema, before) = (intent(act), schema(), before(status));
    let asked =
        Asked { intent: &intent, schema: &schema, before: (act != Act::Create).then_some(&before), declared_at: None };
    let judged = judge(&asked, answer);
    let outcome = match &judged.outcome {
        None => "in doubt".to_owned(),
        Some(Outcome::Gone) => "gone".to_owned(),
        Some(Outcome::Nothing) => "nothing".to_owned(),
        Some(Outcome::Object(object)) => {
            assert_eq!(*object.private, *b"p", "private bytes are kept");
            assert!(judged.value.is_some());
            let tainted = if object.status == Status::Tainted { " tainted" } else { "" };
            format!("{}{tainted} after {}", object.attributes, object.dependencies[0])
        }
    };
    let all = judged.diagnostics.iter();
    let said: Vec<String> = all
        .map(|d| {
            assert_eq!(d.severity, Severity::Error);
            assert_eq!(d.address.as_deref(), Some("t.a"));
            format!("; {}", d.summary)
        })
        .collect();
    outcome + &said.concat()
}

#[test]
fn answers_and_what_is_kept() {
    use Act::*;
    use Status::*;
    let new = || object(Value::string("1"), "new");
    let other = || object(Value::string("1"), "other");
    let unknown = || object(Value::unknown(Type::String), "new");
    let secret = || {
        Value::object([
            ("id", Value::string("1")),
            ("name", Value::string("new")),
            ("secret", Value::string("hunter2")),
        ])
    };
    let foreign = || Value::object([("id", Value::string("1"))]);
    let error = |reply: Reply| Reply { error: true, ..reply };
    let legacy = |reply: Reply| Reply { legacy: true, ..reply };
    let doubt = Reply { in_doubt: true, ..NONE };
    const NEW: &str = r#"{"id":"1","name":"new","secret":null}"#;
    const OTHER: &str = r#"{"id":"1","name":"other","secret":null}"#;
    const INVALID: &str = "Provider returned invalid result object after apply";
    let rows: Vec<(Act, Status, Reply, String)> = vec![
        (Create, Ready, reply(new()), format!("{NEW} after t.b")),
        (Create, Ready, error(reply(new())), format!("{NEW} tainted after t.b; Cloud")),
        (Create, Ready, error(NONE), "nothing; Cloud".into()),
        (Create, Ready, error(reply(null())), "nothing; Cloud".into()),
        (Create, Ready, NONE, format!("nothing; {INVALID}")),
        (Create, Ready, reply(null()), format!("nothing; {INVALID}")),
        (Create, Ready, doubt, "in doubt; Outcome in doubt".into()),
        (
            Create,
            Ready,
            reply(other()),
            format!("{OTHER} tainted after t.b; Provider produced inconsistent result after apply"),
        ),
        (Create, Ready, legacy(reply(other())), format!("{OTHER} after t.b")),
        (
            Create,
            Ready,
            legacy(reply(unknown())),
            format!("{{\"id\":null,\"name\":\"new\",\"secret\":null}} tainted after t.b; {INVALID}"),
        ),
        (Create, Ready, reply(secret()), format!("{NEW} tainted after t.b; Provider produced invalid object")),
        (Create, Ready, reply(foreign()), "in doubt; Provider produced invalid object; Outcome in doubt".into()),
        (Update, Ready, reply(new()), format!("{NEW} after t.b")),
        (Update, Ready, error(reply(other())), format!("{OTHER} after t.b; Cloud")),
        (Update, Tainted, error(reply(other())), format!("{OTHER} tainted after t.b; Cloud")),
        (Update, Ready, error(reply(null())), "nothing; Cloud".into()),
        (Update, Ready, error(NONE), "nothing; Cloud".into()),
        (Update, Ready, reply(null()), format!("gone; {INVALID}")),
        (Update, Ready, NONE, format!("nothing; {INVALID}")),
        (Update, Ready, reply(foreign()), "nothing; Provider produced invalid object".into()),
        (Update, Ready, Reply { in_doubt: true, ..error(NONE) }, "in doubt; Cloud; Outcome in doubt".into()),
        (Delete, Ready, reply(null()), "gone".into()),
        (Delete, Ready, NONE, "gone".into()),
        (Delete, Ready, error(reply(null())), "nothing; Cloud".into()),
        (Delete, Ready, error(reply(other())), format!("{OTHER} after t.old; Cloud")),
        (Delete, Tainted, reply(other()), format!("{OTHER} tainted after t.old; {INVALID}")),
        (Delete, Ready, Reply { in_doubt: true, ..NONE }, "in doubt; Outcome in doubt".into()),
    ];
    for (i, (act, status, reply, expected)) in rows.into_iter().enumerate() {
        assert_eq!(judged(act, status, reply), expected, "row {i}");
    }
}

#[test]
fn what_is_kept_is_marked_by_configuration() {
    let asked_intent = intent(Act::Create);
    let stored =
        crate::object::stored(&asked_intent, &schema(), &object(Value::string("1"), "new"), ([].into(), None), None);
    assert_eq!(*stored.sensitive, [Path::attribute("name")]);
    assert_eq!((stored.schema_version, stored.create_before_destroy), (7, true));
}

#[test]
fn no_diagnostic_shows_a_secret() {
    let value = Value::object([
        ("id", Value::string("1")),
        ("name", Value::string("new")),
        ("secret", Value::string("hunter2")),
    ]);
    let answer = ChangeAnswer {
        object: Some(StoredObject { value, private: [].into(), identity: None }),
        diagnostics: Diagnostics::new(),
        legacy: false,
        in_doubt: false,
    };
    let (intent, schema) = (intent(Act::Create), schema());
    let judged = judge(&Asked { intent: &intent, schema: &schema, before: None, declared_at: None }, answer);
    assert!(!format!("{:?}", judged.diagnostics).contains("hunter2"));
    assert!(!format!("{:?}", judged.outcome).contains("hunter2"));
}
