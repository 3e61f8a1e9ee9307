//! Our own host: the same questions plainly, through TLS, and to a provider that was started by hand.

use crate::{PROVIDER, directory, text};
use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, ChangeRequest, PlannedObject, Question, Repeat, StoredObject};
use plugin::{LaunchSpec, Plugin, Protocol, Transport, read_reattach, repeat_promise};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use value::{Type, Value};

fn provider() -> ProviderConfig {
    let drform = Provider::default_for("drform");
    ProviderConfig { module: ModulePath::default(), provider: drform, alias: None, key: addrs::InstanceKey::None }
}

fn kind() -> Arc<str> {
    "drform_spread".into()
}

fn set(names: &[&str]) -> Value {
    Value::set(Type::String, names.iter().map(|name| Value::string(*name)))
}

fn config(members: &[&str], max: Value) -> Value {
    Value::object([
        ("id", Value::null(Type::String)),
        ("group", Value::string("kafka")),
        ("members", set(members)),
        ("candidates", set(&["z1", "z2", "z3"])),
        ("drain", Value::null(Type::set(Type::String))),
        ("per_zone_max", max),
        ("max_moves", Value::null(Type::Number)),
        ("zone", Value::null(Type::map(Type::String))),
    ])
}

fn no_max() -> Value {
    Value::null(Type::Number)
}

fn null() -> Value {
    Value::null(Type::Dynamic)
}

async fn plan(plugin: &Plugin, prior: &Value, config: &Value) -> PlannedObject {
    let question = Question::Plan {
        identity: None,
        provider: provider(),
        kind: kind(),
        prior: prior.clone(),
        proposed: config.clone(),
        config: config.clone(),
        private: Arc::default(),
        meta: None,
    };
    match plugin.ask(&question).await {
        Answer::Planned(Some(planned), said) if said.is_empty() => planned,
        other => panic!("{other:?}"),
    }
}

fn create(planned: &PlannedObject, config: &Value, token: &str) -> ChangeRequest {
    ChangeRequest {
        identity: None,
        provider: provider(),
        kind: kind(),
        prior: null(),
        planned: planned.planned.clone(),
        config: config.clone(),
        private: planned.private.clone(),
        meta: None,
        token: token.into(),
        repeated: false,
    }
}

fn spec(record: &Path, transport: Transport) -> LaunchSpec {
    LaunchSpec {
        env: vec![("DRFORM_RECORD_FILE".into(), record.into())],
        transport,
        ..LaunchSpec::new("registry.terraform.io/drform/drform", PROVIDER)
    }
}

/// Everything that can be asked, in the order of a life.
async fn a_life(plugin: &Plugin, record: &Path) {
    assert_eq!(plugin.protocol(), Protocol::V6);
    let schema = plugin.schema().await.unwrap();
    assert_eq!(*schema.resources["drform_spread"], placement::spread_schema());
    assert_eq!(schema.functions, placement::dr_functions());

    let checked = |config| Question::ValidateResource { provider: provider(), kind: kind(), config };
    let good = config(&["a", "b", "c", "d"], no_max());
    assert_eq!(plugin.ask(&checked(good.clone())).await, Answer::Checked(Default::default()));
    let bad = plugin.ask(&checked(config(&["a"], Value::int(0)))).await.diagnostics();
    assert!(bad.has_errors());
    let empty = Value::object(Vec::<(&str, Value)>::new());
    for question in [
        Question::ValidateProvider { provider: provider(), config: empty.clone() },
        Question::ConfigureProvider { provider: provider(), config: empty },
    ] {
        assert_eq!(plugin.ask(&question).await, Answer::Checked(Default::default()));
    }
    let nope = Question::ValidateResource { provider: provider(), kind: "drform_nope".into(), config: good.clone() };
    assert!(
        plugin.ask(&nope).await.diagnostics().iter().any(|d| d.detail.contains("has no resource type \"drform_nope\""))
    );
    let find = Question::FindByToken { provider: provider(), kind: kind(), token: "t".into() };
    assert_eq!(plugin.ask(&find).await, Answer::Unsupported);

    let planned = plan(plugin, &null(), &good).await;
    assert_eq!(planned, plan(plugin, &null(), &good).await, "the same plan has the same bytes");
    assert!(planned.planned.is_wholly_known() && planned.requires_replace.is_empty());
    assert_eq!(repeat_promise(&planned.private), Repeat::SameObject);
    let made = plugin.change(&create(&planned, &good, "token-1")).await;
    assert_eq!((made.diagnostics.len(), made.in_doubt), (0, false));
    let object = made.object.unwrap();
    assert_eq!(object.value, planned.planned);
    // Its answer was lost, let us say: the very same request once more.
    let repeated = ChangeRequest { repeated: true, ..create(&planned, &good, "token-1") };
    let again = plugin.change(&repeated).await.object.unwrap();
    assert_eq!(again, object);

    let read = Question::Read { provider: provider(), kind: kind(), current: object.clone(), meta: None };
    assert_eq!(plugin.ask(&read).await, Answer::Object(Some(object.clone()), Default::default()));
    let raw = r#"{"group":"kafka","members":["a"],"candidates":["z1"],"zone":{"a":"z1"},"id":"kafka","gone":1}"#;
    let upgrade = |version| Question::UpgradeState {
        provider: provider(),
        kind: kind(),
        version,
        raw: raw.into(),
        identity: None,
    };
    let Answer::Object(Some(StoredObject { value, .. }), _) = plugin.ask(&upgrade(0)).await else {
        panic!("no object")
    };
    assert_eq!(value.get("zone").unwrap().get("a").unwrap().as_str(), Some("z1"));
    assert!(plugin.ask(&upgrade(1)).await.diagnostics().has_errors());

    let settled = plan(plugin, &object.value, &good).await;
    assert_eq!(settled.planned, object.value, "the second plan is empty");

    let gone = ChangeRequest {
        prior: object.value.clone(),
        planned: null(),
        config: null(),
        // What a host keeps that plans deletes by itself.
        private: object.private.clone(),
        ..create(&planned, &good, "token-2")
    };
    assert_eq!(repeat_promise(&gone.private), Repeat::SameObject);
    let deleted = plugin.change(&gone).await;
    assert!(deleted.object.unwrap().value.is_null() && deleted.diagnostics.is_empty());
    assert_eq!(
        text(record),
        "create drform_spread token-1\nrepeat create drform_spread token-1 repeated\ndelete drform_spread token-2\n"
    );

    let region = plugin.call_function("region_of", &[Value::string("euc1-az1")]).await;
    assert_eq!(region, Ok(Value::string("eu-central-1")));
    let moon = plugin.call_function("region_of", &[Value::string("moon")]).await.unwrap_err();
    assert_eq!(moon.argument, Some(0), "{moon:?}");
    let two = [Value::string("euc1-az1"), Value::string("euc1-az1")];
    assert!(plugin.call_function("region_of", &two).await.is_err());
    assert!(plugin.call_function("nothing", &[]).await.is_err());
    assert_eq!(plugin.interrupt().await, None);
}

#[tokio::test]
async fn plainly_and_through_tls() {
    for (name, transport) in [("plain", Transport::Plain), ("tls", Transport::Tls)] {
        let record = directory(&format!("host-{name}")).join("record");
        let plugin = Plugin::start(spec(&record, transport)).await.unwrap();
        a_life(&plugin, &record).await;
        let id = plugin.process_id().unwrap();
        plugin.stop().await;
        assert!(!Path::new(&format!("/proc/{id}")).exists(), "{name}: still there");
        // What comes too late is not sent, and not in doubt.
        let late = plugin.ask(&Question::ConfigureProvider { provider: provider(), config: null() }).await;
        assert!(late.diagnostics().iter().any(|d| d.summary == "Provider plugin is gone"), "{late:?}");
    }
}

/// At the level of everything, what goes through the wire stays out of the log: neither values, nor configuration, nor
/// private bytes, nor tokens; and neither does a value that the provider cannot read.
#[tokio::test]
async fn logs_hold_no_values() {
    let directory = directory("host-log");
    let (record, log) = (directory.join("record"), directory.join("log"));
    let spec = |path| LaunchSpec {
        env: vec![("DRFORM_RECORD_FILE".into(), record.clone().into()), ("TF_LOG".into(), "trace".into())],
        log: Some(log.clone()),
        ..LaunchSpec::new("registry.terraform.io/drform/drform", path)
    };
    let plugin = Plugin::start(spec(PROVIDER)).await.unwrap();
    a_life(&plugin, &record).await;
    let raw = r#"{"group":["secret-state"],"id":"secret-id"}"#;
    let broken =
        Question::UpgradeState { provider: provider(), kind: kind(), version: 0, raw: raw.into(), identity: None };
    let said = plugin.ask(&broken).await.diagnostics();
    assert!(said.has_errors());
    plugin.stop().await;
    assert!(log.exists());
    let told = format!("{}{said:?}", text(&log));
    for secret in ["kafka", "z1", "drform:repeat", "token-1", "secret-state", "secret-id"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

#[tokio::test]
async fn started_by_hand() {
    let record = directory("host-reattach").join("record");
    let mut provider = Command::new(PROVIDER)
        .arg("--debug")
        .env("DRFORM_RECORD_FILE", &record)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(provider.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let json = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
    let (address, reattach) = read_reattach(json).unwrap().pop_first().unwrap();
    assert_eq!(address, Provider::default_for("drform"));
    let plugin = Plugin::attach(address.to_string(), reattach.clone()).await.unwrap();
    a_life(&plugin, &record).await;
    plugin.stop().await;
    assert_eq!(provider.try_wait().unwrap(), None, "it is not ours to end");
    provider.kill().unwrap();
    provider.wait().unwrap();
    let nobody = Plugin::attach(address.to_string(), reattach).await.unwrap_err();
    assert!(nobody.detail.contains("nobody answers there"), "{}", nobody.detail);
}

fn signal(signal: &str, id: u32) {
    assert!(Command::new("kill").args([signal, &id.to_string()]).status().unwrap().success());
}

/// Killed while it was asked for a change: whether it was made, nobody knows.
#[tokio::test]
async fn killed_in_the_middle() {
    let record = directory("host-killed").join("record");
    let plugin = Arc::new(Plugin::start(spec(&record, Transport::Plain)).await.unwrap());
    let good = config(&["a"], no_max());
    let planned = plan(&plugin, &null(), &good).await;
    let id = plugin.process_id().unwrap();
    signal("-STOP", id);
    let request = create(&planned, &good, "token-1");
    let asked = tokio::spawn({
        let (plugin, request) = (plugin.clone(), request.clone());
        async move { plugin.change(&request).await }
    });
    // One thread: the request is on its way when this one gives way, and a stopped process does not answer.
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    assert!(!asked.is_finished());
    signal("-KILL", id);
    let answer = asked.await.unwrap();
    assert_eq!((&answer.object, answer.in_doubt), (&None, true), "{answer:?}");
    let said: Vec<_> =
        answer.diagnostics.iter().map(|d| (d.summary.as_str(), d.detail.contains("was killed by signal 9"))).collect();
    assert_eq!(said, [("Provider plugin crashed", true)]);
    // The next one was never sent: nothing can have come of it.
    let next = plugin.change(&request).await;
    assert_eq!((&next.object, next.in_doubt), (&None, false));
}

/// A provider whose host is gone ends by itself and leaves no socket.
#[tokio::test]
async fn outlives_no_host() {
    let directory = directory("host-gone");
    let line = directory.join("line");
    let mut host = Command::new("sh")
        .args(["-c", "\"$0\" > \"$1\" & wait", PROVIDER])
        .arg(&line)
        .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
        .env("PLUGIN_UNIX_SOCKET_DIR", &directory)
        .spawn()
        .unwrap();
    let until = async |done: &dyn Fn() -> bool| {
        let wait = async {
            while !done() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
    };
    until(&|| text(&line).ends_with("|grpc|\n")).await;
    let socket = text(&line).split('|').nth(3).unwrap().to_string();
    assert!(Path::new(&socket).exists());
    host.kill().unwrap();
    host.wait().unwrap();
    until(&|| !Path::new(&socket).exists()).await;
}

#[test]
fn by_itself_it_only_says_what_it_is() {
    for (arguments, code, out, error) in [
        (&[][..], 1, "", "It is not meant to be run by itself"),
        (&["--version"][..], 0, "terraform-provider-drform 0.1.0\n", ""),
        (&["--help"][..], 1, "", "The only arguments are --debug and --version."),
    ] {
        let output = Command::new(PROVIDER).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(String::from_utf8_lossy(&output.stdout), out);
        assert!(String::from_utf8_lossy(&output.stderr).contains(error));
    }
}
