//! A provider of protocol 5, written on the generated service: whatever the host sends through the messages of
//! protocol 6 must arrive, and all answers come back; among them those of the old SDK.

use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, ChangeRequest, ImportedBy, ObjectIdentity, Question, Repeat, StoredObject};
use configschema::{Attribute, Block, ProviderSchema, Schema};
use drform_plugin::{Plugin, Protocol, Reattach, Shutdown, repeat_promise};
use std::sync::{Arc, Mutex};
use tfplugin::tfplugin5::{self as wire, provider_server::Provider as Service, provider_server::ProviderServer};
use tfplugin::{Address, provider_schema_to_wire, schema5_from_6};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::{Request, Response, Status, async_trait};
use value::{Type, Value};

fn schema() -> ProviderSchema {
    let attributes = [
        ("id".into(), Attribute::computed(Type::String)),
        ("secret".into(), Attribute { write_only: true, ..Attribute::optional(Type::String) }),
    ];
    let block = Block { attributes: attributes.into(), ..Block::default() };
    ProviderSchema {
        resources: [("old_thing".into(), Arc::new(Schema { version: 2, block: block.clone() }))].into(),
        data_sources: [("old_thing".into(), Arc::new(Schema { version: 0, block: block.clone() }))].into(),
        provider_meta: Some(block),
        ..ProviderSchema::default()
    }
}

/// Answers with what it was given, and notes the calls.
#[derive(Clone, Default)]
struct Old {
    calls: Arc<Mutex<Vec<String>>>,
    /// Knows identities, and answers with the ones that it was given.
    identified: bool,
}

impl Old {
    fn note(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }
}

type Reply<T> = Result<Response<T>, Status>;

fn warning(text: &str) -> wire::Diagnostic {
    use wire::attribute_path::{Step, step::Selector};
    let step = |selector| Step { selector: Some(selector) };
    let steps = vec![step(Selector::AttributeName("tags".into())), step(Selector::ElementKeyString("Name".into()))];
    wire::Diagnostic {
        severity: wire::diagnostic::Severity::Warning.into(),
        summary: text.into(),
        detail: String::new(),
        attribute: Some(wire::AttributePath { steps }),
    }
}

#[async_trait]
impl Service for Old {
    async fn get_schema(
        &self,
        _: Request<wire::get_provider_schema::Request>,
    ) -> Reply<wire::get_provider_schema::Response> {
        self.note("schema");
        Ok(Response::new(schema5_from_6(provider_schema_to_wire(&schema())).unwrap()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Reply<wire::get_resource_identity_schemas::Response> {
        if !self.identified {
            return Err(Status::unimplemented("no identities"));
        }
        let attribute = wire::resource_identity_schema::IdentityAttribute {
            name: "id".into(),
            r#type: "\"number\"".into(),
            required_for_import: true,
            ..Default::default()
        };
        let schema = wire::ResourceIdentitySchema { version: 3, identity_attributes: vec![attribute] };
        let identity_schemas = [("old_thing".to_string(), schema)].into();
        Ok(Response::new(wire::get_resource_identity_schemas::Response { identity_schemas, diagnostics: vec![] }))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Reply<wire::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let json = request.raw_identity.unwrap().json;
        self.note(format!("upgrade identity {} {}", request.version, String::from_utf8_lossy(&json)));
        let identity_data = Some(wire::DynamicValue { json: r#"{"id":7}"#.into(), ..Default::default() });
        let upgraded_identity = Some(wire::ResourceIdentityData { identity_data });
        Ok(Response::new(wire::upgrade_resource_identity::Response { upgraded_identity, diagnostics: vec![] }))
    }

    async fn prepare_provider_config(
        &self,
        request: Request<wire::prepare_provider_config::Request>,
    ) -> Reply<wire::prepare_provider_config::Response> {
        let prepared_config = request.into_inner().config;
        Ok(Response::new(wire::prepare_provider_config::Response {
            prepared_config,
            diagnostics: vec![warning("b"), warning("a")],
        }))
    }

    async fn configure(&self, request: Request<wire::configure::Request>) -> Reply<wire::configure::Response> {
        let request = request.into_inner();
        let write_only = request.client_capabilities.unwrap().write_only_attributes_allowed;
        self.note(format!("configure {} {write_only}", request.terraform_version));
        Ok(Response::new(wire::configure::Response::default()))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Reply<wire::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let json = request.raw_state.unwrap().json;
        self.note(format!("upgrade {} {}", request.version, String::from_utf8_lossy(&json)));
        let upgraded_state = Some(wire::DynamicValue { json, ..Default::default() });
        Ok(Response::new(wire::upgrade_resource_state::Response { upgraded_state, diagnostics: vec![] }))
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Reply<wire::read_resource::Response> {
        let request = request.into_inner();
        self.note(format!("read, meta {:02x?}", request.provider_meta.unwrap().msgpack.to_vec()));
        Ok(Response::new(wire::read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            new_identity: request.current_identity,
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Reply<wire::plan_resource_change::Response> {
        let request = request.into_inner();
        Ok(Response::new(wire::plan_resource_change::Response {
            planned_state: request.proposed_new_state,
            requires_replace: vec![warning("").attribute.unwrap()],
            planned_private: request.prior_private,
            legacy_type_system: true,
            ..Default::default()
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Reply<wire::apply_resource_change::Response> {
        let request = request.into_inner();
        // Not for the type: what comes back is no object of the schema.
        let garbage = wire::DynamicValue { msgpack: vec![0x81, 0xa1, 0x78, 0xc0].into(), ..Default::default() };
        let new_state = if request.planned_private == "garbage" { Some(garbage) } else { request.planned_state };
        Ok(Response::new(wire::apply_resource_change::Response {
            new_state,
            private: request.planned_private,
            new_identity: request.planned_identity,
            legacy_type_system: true,
            ..Default::default()
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Reply<wire::import_resource_state::Response> {
        let wire::import_resource_state::Request { type_name, id, identity, .. } = request.into_inner();
        let one = |type_name: &str, json: &'static str| wire::import_resource_state::ImportedResource {
            type_name: type_name.into(),
            state: Some(wire::DynamicValue { json: json.into(), ..Default::default() }),
            private: "p".into(),
            identity: identity.clone(),
        };
        let imported_resources = match id.as_str() {
            "" | "i" => vec![one(&type_name, r#"{"id":"i","secret":"s"}"#)],
            "null" => vec![one(&type_name, "null")],
            "other" => vec![one("old_nope", "null")],
            "garbage" => vec![one(&type_name, "[]")],
            _ => Vec::new(),
        };
        let mut diagnostics = Vec::new();
        if id == "error" {
            let severity = wire::diagnostic::Severity::Error.into();
            diagnostics.push(wire::Diagnostic { severity, ..warning("no such thing") });
        }
        Ok(Response::new(wire::import_resource_state::Response {
            imported_resources,
            diagnostics,
            ..Default::default()
        }))
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Reply<wire::read_data_source::Response> {
        let deferred = Some(wire::Deferred::default());
        let state = request.into_inner().config;
        Ok(Response::new(wire::read_data_source::Response { state, deferred, ..Default::default() }))
    }
}

fn provider() -> ProviderConfig {
    ProviderConfig {
        module: ModulePath::default(),
        provider: Provider::default_for("old"),
        alias: None,
        key: addrs::InstanceKey::None,
    }
}

fn kind() -> Arc<str> {
    "old_thing".into()
}

fn thing(id: Value) -> Value {
    Value::object([("id", id), ("secret", Value::string("s"))])
}

async fn start(old: Old) -> (tempfile::TempDir, Plugin) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let incoming = UnixListenerStream::new(UnixListener::bind(&path).unwrap());
    tokio::spawn(
        tonic::transport::Server::builder().add_service(ProviderServer::new(old)).serve_with_incoming(incoming),
    );
    let address = Address::Unix(path);
    let reattach = Reattach { protocol: Protocol::V5, address, pid: None, shutdown: Shutdown::Never };
    (directory, Plugin::attach("hashicorp/old", reattach).await.unwrap())
}

#[tokio::test]
async fn a_life() {
    let old = Old::default();
    let (_directory, plugin) = start(old.clone()).await;
    assert_eq!(*plugin.schema().await.unwrap(), schema());
    assert_eq!(plugin.schema().await.unwrap().resources.len(), 1);

    let config = Value::object(Vec::<(&str, Value)>::new());
    let said =
        plugin.ask(&Question::ValidateProvider { provider: provider(), config: config.clone() }).await.diagnostics();
    let told: Vec<_> = said.iter().map(|d| (d.summary.as_str(), d.involved[0].expression.as_str())).collect();
    assert_eq!(told, [("a", "tags[\"Name\"]"), ("b", "tags[\"Name\"]")], "sorted, with the attribute");
    assert_eq!(said.iter().next().unwrap().part, ["tags", "Name"].map(|name| diag::PartStep::Name(name.into())));
    assert!(plugin.ask(&Question::ConfigureProvider { provider: provider(), config }).await.diagnostics().is_empty());
    // A call that it does not have.
    let validate =
        Question::ValidateResource { provider: provider(), kind: kind(), config: thing(Value::null(Type::String)) };
    assert!(plugin.ask(&validate).await.diagnostics().iter().any(|d| d.summary == "Provider is too old"));

    let upgrade = |version, raw: &str| Question::UpgradeState {
        provider: provider(),
        kind: kind(),
        version,
        raw: raw.into(),
        identity: None,
    };
    let stored = |value| StoredObject { value, private: Arc::default(), identity: None };
    let i = || thing(Value::string("i"));
    for (version, raw) in [(2, r#"{"id":"i","secret":"s","z":1}"#), (1, r#"{ "id":"i", "secret":"s" }"#)] {
        assert_eq!(plugin.ask(&upgrade(version, raw)).await, Answer::Object(Some(stored(i())), Default::default()));
    }
    let current = StoredObject { identity: None, value: i(), private: Arc::from(&b"\x00private"[..]) };
    let read = Question::Read { provider: provider(), kind: kind(), current: current.clone(), meta: None };
    assert_eq!(plugin.ask(&read).await, Answer::Object(Some(current), Default::default()));

    let plan = Question::Plan {
        identity: None,
        provider: provider(),
        kind: kind(),
        prior: i(),
        proposed: thing(Value::unknown(Type::String)),
        config: i(),
        private: Arc::from(&b"null"[..]),
        meta: None,
    };
    let Answer::Planned(Some(planned), _) = plugin.ask(&plan).await else { panic!("no plan") };
    assert_eq!((&planned.planned, planned.legacy), (&thing(Value::unknown(Type::String)), true));
    assert_eq!(planned.requires_replace[0].to_string(), "tags[\"Name\"]");
    assert_eq!((planned.private.as_ref(), repeat_promise(&planned.private)), (&b"null"[..], Repeat::Never));

    let import =
        |id: &str| Question::Import { provider: provider(), kind: kind(), by: calls::ImportedBy::Id(id.into()) };
    let found = StoredObject { identity: None, value: i(), private: Arc::from(&b"p"[..]) };
    assert_eq!(plugin.ask(&import("i")).await, Answer::Imported(vec![(kind(), found)], Default::default()));
    for (id, said) in [
        ("none", "Cannot import non-existent remote object"),
        ("null", "Cannot import non-existent remote object"),
        ("other", "Invalid resource type"),
        ("garbage", "Provider produced an invalid object"),
        ("error", "no such thing"),
    ] {
        let Answer::Imported(objects, diagnostics) = plugin.ask(&import(id)).await else { panic!("no import") };
        assert!(objects.is_empty() && diagnostics.iter().any(|d| d.summary == said), "{id}: {diagnostics:?}");
    }

    let deferred = Question::ReadDataSource { provider: provider(), kind: kind(), config: i(), meta: None };
    assert!(plugin.ask(&deferred).await.diagnostics().iter().any(|d| d.summary == "Invalid deferral"));
    plugin.stop().await;
    let calls = [
        "schema",
        "configure 1.11.4 true",
        r#"upgrade 2 {"id":"i","secret":"s"}"#,
        r#"upgrade 1 { "id":"i", "secret":"s" }"#,
        "read, meta [c0]",
    ];
    assert_eq!(*old.calls.lock().unwrap(), calls);
}

/// They reach the provider and come back, and one of an older version is upgraded first.
#[tokio::test]
async fn identities() {
    let old = Old { identified: true, ..Old::default() };
    let (_directory, plugin) = start(old.clone()).await;
    let identity = |version, json: &str| Some(ObjectIdentity { version, json: json.into() });
    let i = || thing(Value::string("i"));
    let object = |identity| StoredObject { value: i(), private: Arc::default(), identity };
    let upgrade = |identity| Question::UpgradeState {
        provider: provider(),
        kind: kind(),
        version: 2,
        raw: r#"{"id":"i","secret":"s"}"#.into(),
        identity,
    };
    let rows = [
        (None, None),
        (identity(3, r#"{ "id": 6.0 }"#), identity(3, r#"{"id":6}"#)),
        (identity(3, r#"{"id":null}"#), None),
        (identity(2, r#"{"old":1}"#), identity(3, r#"{"id":7}"#)),
    ];
    for (stored, now) in rows {
        assert_eq!(plugin.ask(&upgrade(stored)).await, Answer::Object(Some(object(now)), Default::default()));
    }
    for wrong in [identity(4, r#"{"id":6}"#), identity(3, r#"{"id":"x"}"#), identity(3, "{")] {
        assert!(plugin.ask(&upgrade(wrong)).await.diagnostics().has_errors());
    }
    let six = || identity(3, r#"{"id":6}"#);
    let read = Question::Read { provider: provider(), kind: kind(), current: object(six()), meta: None };
    assert_eq!(plugin.ask(&read).await, Answer::Object(Some(object(six())), Default::default()));
    let by = |by| Question::Import { provider: provider(), kind: kind(), by };
    let found = StoredObject { private: Arc::from(&b"p"[..]), ..object(six()) };
    let asked = by(ImportedBy::Identity(six().unwrap()));
    assert_eq!(plugin.ask(&asked).await, Answer::Imported(vec![(kind(), found)], Default::default()));
    // An object without one, though it was asked for by one.
    let asked = by(ImportedBy::Identity(identity(3, r#"{"id":null}"#).unwrap()));
    let said = plugin.ask(&asked).await.diagnostics();
    assert!(said.iter().any(|d| d.summary == "Provider produced invalid identity"), "{said:?}");
    let request = ChangeRequest {
        provider: provider(),
        kind: kind(),
        prior: i(),
        planned: i(),
        config: thing(Value::null(Type::String)),
        private: Arc::default(),
        identity: six(),
        meta: None,
        token: "t".into(),
        repeated: false,
    };
    assert_eq!(plugin.change(&request).await.object.unwrap().identity, six());
    let calls = old.calls.lock().unwrap();
    assert!(calls.iter().any(|call| call == r#"upgrade identity 2 {"old":1}"#), "{calls:?}");
}

#[tokio::test]
async fn changes() {
    let (_directory, plugin) = start(Old::default()).await;
    let request = |private: &[u8]| ChangeRequest {
        identity: None,
        provider: provider(),
        kind: kind(),
        prior: Value::null(Type::Dynamic),
        planned: thing(Value::unknown(Type::String)),
        config: thing(Value::null(Type::String)),
        private: private.into(),
        meta: None,
        token: "t".into(),
        repeated: false,
    };
    // Left unknown: told as it came, for the engine to judge; the old SDK's flag with it.
    let made = plugin.change(&request(b"null")).await;
    let object = made.object.unwrap();
    assert_eq!((object.value, object.private.as_ref()), (thing(Value::unknown(Type::String)), &b"null"[..]));
    assert!(made.legacy && !made.in_doubt && made.diagnostics.is_empty());
    // No object at all: something was made, and nobody can read what.
    let garbage = plugin.change(&request(b"garbage")).await;
    assert!(garbage.object.is_none() && garbage.in_doubt);
    let said: Vec<_> = garbage.diagnostics.iter().map(|d| d.detail.clone()).collect();
    assert!(said[0].contains("an object with 2 attributes is required (1 given)"), "{said:?}");
    // A type that it does not have is not sent.
    let nope = plugin.change(&ChangeRequest { kind: "old_nope".into(), ..request(b"") }).await;
    assert!(nope.object.is_none() && !nope.in_doubt && nope.diagnostics.has_errors());
}
