//! Our host and a provider that is none of ours: thirty lines of Python on the framework `tf` 1.2.0, which speaks TLS
//! unasked, sends floats for numbers and leaves computed attributes to the plan.

use crate::directory;
use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, ChangeRequest, Question, Repeat};
use plugin::{LaunchSpec, Plugin, Transport, repeat_promise};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use value::{Number, Type, Value};

/// How to get it, from the root of the repository.
const INSTALL: &str = "python3 -m venv target/tf-framework && target/tf-framework/bin/pip install tf==1.2.0";

const SCRIPT: &str = r#"
import sys
from tf import types as t
from tf.iface import Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Schema

class Sum(Resource):
    def __init__(self, provider): pass
    @classmethod
    def get_name(cls): return "sum"
    @classmethod
    def get_schema(cls):
        return Schema(attributes=[
            Attribute("a", t.Number(), required=True),
            Attribute("b", t.Number(), required=True, requires_replace=True),
            Attribute("label", t.String(), optional=True),
            Attribute("sum", t.Number(), computed=True),
        ])
    def create(self, ctx, planned):
        print("noise on stdout")
        if planned["a"] < 0: raise RuntimeError("negative")
        return {**planned, "sum": planned["a"] + planned["b"]}
    def read(self, ctx, current): return current
    def update(self, ctx, current, planned): return self.create(ctx, planned)
    def delete(self, ctx, current): return None

class Math(Provider):
    def get_model_prefix(self): return "math_"
    def get_provider_schema(self, diags): return Schema(attributes=[])
    def full_name(self): return "drform.test/dev/math"
    def validate_config(self, diags, config): pass
    def configure_provider(self, diags, config): pass
    def get_data_sources(self): return []
    def get_resources(self): return [Sum]

run_provider(Math(), sys.argv)
"#;

fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tf-framework/bin/python3");
    let installed = python.with_file_name("pip").exists();
    assert!(installed, "the Python framework is not installed; run: {INSTALL}");
    // Not canonical: behind the link is a Python that knows nothing of the framework.
    python
}

fn provider() -> ProviderConfig {
    let provider = Provider { host: "drform.test".into(), namespace: "dev".into(), kind: "math".into() };
    ProviderConfig { module: ModulePath::default(), provider, alias: None, key: addrs::InstanceKey::None }
}

fn sum(a: &str, label: &str, sum: Value) -> Value {
    let number = |text| Value::number(Number::parse(text).unwrap());
    Value::object([("a", number(a)), ("b", number("2")), ("label", Value::string(label)), ("sum", sum)])
}

fn unset() -> Value {
    Value::null(Type::Number)
}

#[tokio::test]
async fn a_python_provider() {
    let directory = directory("framework");
    let script = directory.join("terraform-provider-math");
    std::fs::write(&script, format!("#!{}{SCRIPT}", python().display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let spec = |transport| LaunchSpec {
        transport,
        // It keeps a certificate there.
        env: vec![("HOME".into(), directory.clone().into())],
        ..LaunchSpec::new("drform.test/dev/math", &script)
    };
    let plugin = Plugin::start(spec(Transport::Plain)).await.unwrap();
    a_life(&plugin).await;
    plugin.stop().await;
    // Its key has 1024 bits: who asks for TLS gets TLS that proves something, or none.
    let refused = Plugin::start(spec(Transport::Tls)).await.unwrap_err();
    assert!(refused.detail.contains("BadSignature"), "{}", refused.detail);
    assert_eq!(refused.next_step.as_deref(), Some("Run without TLS to providers: the sockets let nobody else in."));
}

async fn a_life(plugin: &Plugin) {
    let kind: Arc<str> = "math_sum".into();
    assert!(plugin.schema().await.unwrap().resources.contains_key(&kind));
    let empty = Value::object(Vec::<(&str, Value)>::new());
    let configure = Question::ConfigureProvider { provider: provider(), config: empty };
    assert_eq!(plugin.ask(&configure).await, Answer::Checked(Default::default()));

    let null = Value::null(Type::Dynamic);
    let config = sum("0.5", "e\u{301}", unset());
    let plan = |prior: &Value, proposed: &Value, config: &Value| Question::Plan {
        identity: None,
        provider: provider(),
        kind: kind.clone(),
        prior: prior.clone(),
        proposed: proposed.clone(),
        config: config.clone(),
        private: Arc::default(),
        meta: None,
    };
    let Answer::Planned(Some(planned), _) = plugin.ask(&plan(&null, &config, &config)).await else { panic!("no plan") };
    assert_eq!(planned.planned, sum("0.5", "\u{e9}", Value::unknown(Type::Number)));
    assert_eq!(repeat_promise(&planned.private), Repeat::Never);

    let change = |planned: &Value, config: &Value| ChangeRequest {
        identity: None,
        provider: provider(),
        kind: kind.clone(),
        prior: null.clone(),
        planned: planned.clone(),
        config: config.clone(),
        private: Arc::default(),
        meta: None,
        token: "token".into(),
        repeated: false,
    };
    let made = plugin.change(&change(&planned.planned, &config)).await;
    let object = made.object.expect("an object");
    assert_eq!(object.value, sum("0.5", "\u{e9}", Value::number(Number::parse("2.5").unwrap())));

    let read = Question::Read { provider: provider(), kind: kind.clone(), current: object.clone(), meta: None };
    let Answer::Object(Some(now), _) = plugin.ask(&read).await else { panic!("no object") };
    assert_eq!(now.value, object.value);

    // A failure in the middle of a create: the status is told, and nobody knows what was made.
    let bad = sum("-1", "", unset());
    let failed = plugin.change(&change(&sum("-1", "", Value::unknown(Type::Number)), &bad)).await;
    assert!(failed.diagnostics.has_errors());
    assert!(failed.in_doubt && failed.object.is_none(), "{failed:?}");
}
