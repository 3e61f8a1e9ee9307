use super::*;
use addrs::{ModulePath, ProviderConfig};
use value::{Path, Type};

fn terraform() -> ProviderConfig {
    ProviderConfig {
        module: ModulePath::default(),
        provider: Provider::builtin(),
        alias: None,
        key: addrs::InstanceKey::None,
    }
}

fn drform() -> ProviderConfig {
    ProviderConfig { provider: Provider::default_for("drform"), ..terraform() }
}

fn null() -> Value {
    Value::null(Type::Dynamic)
}

fn data(input: Value, output: Value, triggers: Value, id: Value) -> Value {
    Value::object([("input", input), ("output", output), ("triggers_replace", triggers), ("id", id)])
}

fn ask_plan(provider: ProviderConfig, kind: &str, prior: &Value, proposed: &Value) -> Answer {
    answer(&Question::Plan {
        identity: None,
        provider,
        kind: kind.into(),
        prior: prior.clone(),
        proposed: proposed.clone(),
        config: proposed.clone(),
        private: Arc::default(),
        meta: None,
    })
}

/// Recorded from Terraform 1.11.4: what is known after each kind of change, and what forces a replacement.
#[test]
fn terraform_data_plans_as_recorded() {
    let text = Value::string;
    let (a, one, id) = (|| text("a"), || text("1"), || text("i"));
    let no_id = || Value::null(Type::String);
    let open_id = || Value::unknown(Type::String);
    let open = Value::unknown;
    let stored = || data(a(), a(), null(), id());
    let list = Value::tuple([text("b")]);
    let rows = [
        ("create", null(), data(a(), null(), null(), no_id()), data(a(), open(Type::String), null(), open_id()), false),
        (
            "create, no input",
            null(),
            data(null(), null(), one(), no_id()),
            data(null(), null(), one(), open_id()),
            false,
        ),
        (
            "create, input unknown",
            null(),
            data(Value::dynamic(), null(), null(), no_id()),
            data(Value::dynamic(), Value::dynamic(), null(), open_id()),
            false,
        ),
        ("nothing", stored(), stored(), stored(), false),
        (
            "input changes",
            stored(),
            data(list.clone(), a(), null(), id()),
            data(list.clone(), open(list.ty()), null(), id()),
            false,
        ),
        ("input goes", stored(), data(null(), a(), null(), id()), data(null(), Value::dynamic(), null(), id()), false),
        (
            "triggers change",
            stored(),
            data(a(), a(), one(), id()),
            data(a(), open(Type::String), one(), open_id()),
            true,
        ),
        ("destroy", stored(), null(), null(), false),
    ];
    for (name, prior, proposed, want, replaced) in rows {
        let Answer::Planned(Some(planned), said) = ask_plan(terraform(), "terraform_data", &prior, &proposed) else {
            panic!("{name}");
        };
        assert!(said.is_empty());
        assert_eq!(planned.planned, want, "{name}");
        let paths = if replaced { vec![Path::attribute("triggers_replace")] } else { Vec::new() };
        assert_eq!(planned.requires_replace, paths, "{name}");
    }
}

fn apply(provider: ProviderConfig, kind: &str, planned: &Value, token: &str) -> ChangeAnswer {
    change(&ChangeRequest {
        identity: None,
        provider,
        kind: kind.into(),
        prior: null(),
        planned: planned.clone(),
        config: planned.clone(),
        private: Arc::default(),
        meta: None,
        token: token.into(),
        repeated: false,
    })
}

#[test]
fn terraform_data_ids_come_from_tokens() {
    let planned = data(Value::int(7), Value::unknown(Type::Number), null(), Value::unknown(Type::String));
    let made = |token| apply(terraform(), "terraform_data", &planned, token).object.unwrap().value;
    let id = |token| made(token).get("id").unwrap().as_str().unwrap().to_string();
    assert_eq!(made("t1").get("output"), Some(&Value::int(7)));
    assert_eq!(id("t1"), id("t1"));
    assert_ne!(id("t1"), id("t2"));
    assert_eq!(id("t1").len(), 36);
    let uuid = "0dc66612-b543-cb6a-95b3-62c50b5d1edc";
    assert_eq!(id(uuid), uuid);
    assert!(apply(terraform(), "terraform_data", &null(), "t").object.unwrap().value.is_null());
}

#[test]
fn stored_objects() {
    let ask = |version, raw: &str| {
        let kind = "terraform_data".into();
        answer(&Question::UpgradeState { provider: terraform(), kind, version, raw: raw.into(), identity: None })
    };
    let raw = r#"{"id":"i","input":{"value":["b",0.1],"type":["tuple",["string","number"]]},"output":null,"triggers_replace":null,"gone":{}}"#;
    let Answer::Object(Some(object), _) = ask(0, raw) else { panic!("no object") };
    let tenth = Value::number(value::Number::parse("0.1").unwrap());
    let want = data(Value::tuple([Value::string("b"), tenth]), null(), null(), Value::string("i"));
    assert_eq!(object.value, want);
    for (version, raw) in [(1, raw), (0, "{"), (0, r#"{"id":[]}"#)] {
        assert!(ask(version, raw).diagnostics().has_errors());
    }
}

#[test]
fn spread_is_planned_and_made_alike() {
    let names = |names: &[&str]| Value::set(Type::String, names.iter().map(|n| Value::string(*n)));
    let proposed = Value::object([
        ("id", Value::null(Type::String)),
        ("group", Value::string("g")),
        ("members", names(&["a", "b"])),
        ("candidates", names(&["z1", "z2"])),
        ("drain", Value::null(Type::set(Type::String))),
        ("per_zone_max", Value::null(Type::Number)),
        ("max_moves", Value::null(Type::Number)),
        ("zone", Value::null(Type::map(Type::String))),
    ]);
    let Answer::Planned(Some(planned), _) = ask_plan(drform(), "drform_spread", &null(), &proposed) else {
        panic!("no plan");
    };
    assert!(planned.planned.is_wholly_known());
    let made = apply(drform(), "drform_spread", &proposed, "t");
    assert_eq!(made.object.unwrap().value, planned.planned);
}

#[test]
fn who_is_built_in() {
    let open_tofu = Provider { host: "registry.opentofu.org".into(), ..Provider::default_for("drform") };
    let aws = Provider::default_for("aws");
    assert!(schema(&Provider::builtin()).unwrap().resources.contains_key("terraform_data"));
    assert!(schema(&open_tofu).unwrap().resources.contains_key("drform_spread"));
    assert_eq!((schema(&aws), repeat_promise(&aws)), (None, None));
    assert_eq!(repeat_promise(&open_tofu), Some(Repeat::Harmless));
    for (provider, kind) in [(terraform(), "drform_spread"), (drform(), "terraform_data"), (terraform(), "")] {
        assert!(ask_plan(provider.clone(), kind, &null(), &null()).diagnostics().has_errors());
        assert!(apply(provider, kind, &null(), "t").diagnostics.has_errors());
    }
    let call = |name: &str, arguments: &[Value]| call_function(&open_tofu, name, arguments);
    assert_eq!(call("region_of", &[Value::string("euc1-az1")]), Ok(Value::string("eu-central-1")));
    let zones = Value::list(Type::String, [Value::string("us-east-1a")]);
    assert_eq!(call("usable_zones", &[zones]), Ok(Value::list(Type::String, [Value::string("us-east-1a")])));
    assert_eq!(call("region_of", &[Value::string("moon")]).unwrap_err().argument, Some(0));
    assert!(call("nothing", &[]).is_err());
}

/// Ten thousand instances planned and made; the limit is generous because tests are not optimised.
#[test]
#[allow(clippy::disallowed_methods, reason = "speed is measured by the clock")]
fn ten_thousand_instances() {
    let proposed = data(Value::string("a"), null(), null(), Value::null(Type::String));
    let started = std::time::Instant::now();
    for i in 0..10_000 {
        let Answer::Planned(Some(planned), _) = ask_plan(terraform(), "terraform_data", &null(), &proposed) else {
            panic!("no plan");
        };
        assert!(apply(terraform(), "terraform_data", &planned.planned, &format!("t{i}")).object.is_some());
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}
