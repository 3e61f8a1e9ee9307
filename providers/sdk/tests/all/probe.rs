//! A provider that keeps its objects in memory, served in the process of the test.

use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, PlannedObject, Question};
use configschema::{Attribute, Block, Schema};
use drform_sdk::{
    ChangeRequest, Findings, Future, Object, PlanRequest, Planned, Private, Repeat, Reply, Resource, default_plan,
    error, serve_at,
};
use plugin::{Plugin, Protocol, Reattach, Shutdown};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use value::{Type, Value};

/// What happened, for tests to look at.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) changes: Mutex<Vec<ChangeRequest>>,
    /// How often the host wanted an end. Updates wait for it.
    pub(crate) stops: tokio::sync::watch::Sender<u32>,
}

/// A thing with a name, and a size that the provider sets to 8 though it is not computed: only the legacy SDK may do so.
pub(crate) struct Thing {
    pub(crate) legacy: bool,
    pub(crate) seen: Arc<Seen>,
}

impl Thing {
    fn made(&self, request: ChangeRequest) -> Reply<Object> {
        let mut value = request.planned.as_object().unwrap().clone();
        value.insert("id".into(), Value::string("there"));
        let private = request.private.clone();
        self.seen.changes.lock().unwrap().push(request);
        Reply::done(Object { value: Value::object(value), private })
    }
}

impl Resource for Thing {
    fn schema(&self) -> Schema {
        let attributes = [
            ("id".into(), Attribute::computed(Type::String).described("Its name in the cloud.")),
            ("name".into(), Attribute::required(Type::String)),
            ("size".into(), Attribute::optional(Type::Number)),
        ];
        Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } }
    }

    fn repeat(&self) -> Repeat {
        Repeat::SameObject
    }

    fn legacy(&self) -> bool {
        self.legacy
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let mut planned = default_plan(&self.schema(), &[], request);
        if planned.value.get("size").is_some_and(Value::is_null) {
            planned.set("size", Value::int(8));
        }
        Box::pin(async move { Reply::done(planned) })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move { Reply::done(current) })
    }

    /// With the token `lost` nobody knows whether it was made.
    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        if &*request.token == "lost" {
            return Box::pin(async { Reply::in_doubt(error("Could not make the thing", "No answer came.")) });
        }
        Box::pin(async move { self.made(request) })
    }

    /// Waits for the end and tells what is true by then.
    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let mut stopped = self.seen.stops.subscribe();
        Box::pin(async move {
            let _ = stopped.wait_for(|stops| *stops > 0).await;
            self.made(request).with(error("Stopped while waiting", "The thing is not ready yet."))
        })
    }

    /// There is one that is called `there`, and none that is called `gone`; nobody may see `secret`.
    fn import<'a>(&'a self, id: &'a str) -> Future<'a, Reply<Object>> {
        Box::pin(async move {
            match id {
                "there" => {
                    let mut value = config().as_object().unwrap().clone();
                    value.insert("id".into(), Value::string(id));
                    Reply::done(Object { value: Value::object(value), private: Private::new() })
                }
                "gone" => Reply::nothing(),
                _ => Reply::failed("Access denied", format!("Nobody may see {id}.")),
            }
        })
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        self.seen.changes.lock().unwrap().push(request);
        Box::pin(async { Vec::new() })
    }
}

/// `probe_legacy` and `probe_strict`: the same thing, but for what they say of themselves.
#[derive(Default)]
pub(crate) struct Probe {
    pub(crate) seen: Arc<Seen>,
}

impl drform_sdk::Provider for Probe {
    fn stop(&self) {
        self.seen.stops.send_modify(|stops| *stops += 1);
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        let thing = |legacy| Arc::new(Thing { legacy, seen: self.seen.clone() });
        vec![("probe_legacy", thing(true)), ("probe_strict", thing(false))]
    }
}

/// A provider that is served until this is dropped.
pub(crate) struct Hosted {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) socket: PathBuf,
    server: tokio::task::JoinHandle<()>,
}

impl Hosted {
    pub(crate) async fn new(provider: impl drform_sdk::Provider) -> Hosted {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("socket");
        let at = socket.clone();
        let server = tokio::spawn(async move { serve_at(&at, provider).await.unwrap() });
        while !socket.exists() {
            tokio::task::yield_now().await;
        }
        Hosted { directory, socket, server }
    }

    /// Our own host.
    pub(crate) async fn plugin(&self) -> Plugin {
        let address = tfplugin::Address::Unix(self.socket.clone());
        let reattach = Reattach { protocol: Protocol::V6, address, pid: None, shutdown: Shutdown::Never };
        Plugin::attach("drform.test/dev/probe", reattach).await.unwrap()
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) fn provider() -> ProviderConfig {
    let provider = Provider { host: "drform.test".into(), namespace: "dev".into(), kind: "probe".into() };
    ProviderConfig { module: ModulePath::default(), provider, alias: None, key: addrs::InstanceKey::None }
}

pub(crate) fn null() -> Value {
    Value::null(Type::Dynamic)
}

/// The configuration of a thing that says no more than it must.
pub(crate) fn config() -> Value {
    Value::object([
        ("id", Value::null(Type::String)),
        ("name", Value::string("n")),
        ("size", Value::null(Type::Number)),
    ])
}

pub(crate) async fn plan_create(plugin: &Plugin, kind: &str) -> PlannedObject {
    let question = Question::Plan {
        identity: None,
        provider: provider(),
        kind: kind.into(),
        prior: null(),
        proposed: config(),
        config: config(),
        private: Arc::default(),
        meta: None,
    };
    match plugin.ask(&question).await {
        Answer::Planned(Some(planned), said) if said.is_empty() => planned,
        other => panic!("{other:?}"),
    }
}

/// The request for a planned thing.
pub(crate) fn create(kind: &str, planned: &PlannedObject) -> calls::ChangeRequest {
    calls::ChangeRequest {
        identity: None,
        provider: provider(),
        kind: kind.into(),
        prior: null(),
        planned: planned.planned.clone(),
        config: config(),
        private: planned.private.clone(),
        meta: None,
        token: "token".into(),
        repeated: false,
    }
}
