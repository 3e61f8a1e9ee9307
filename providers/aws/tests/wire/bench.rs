//! Long because it plays every step of the life of an object, each a few lines.
//!
//! A host for tests: it plays the whole life of an object over the wire, and checks at each step what every host checks.
//!
//! Configurations are JSON as in state files; what is not written is null. `{"$unknown": true}` is a value that only an
//! apply would tell.

use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, ChangeAnswer, ChangeRequest, PlannedObject, Question, StoredObject};
use configschema::{Block, Nesting, Schema, attribute_type, implied_type, proposed_new};
use diag::Diagnostics;
use gate::Cloud;
use plugin::{LaunchSpec, Plugin};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use value::json::{Escape, Layout, simple};
use value::{Path, Type, Value};

/// Where tests run when they do not say.
pub(crate) const REGION: &str = "eu-central-1";
/// The other region.
pub(crate) const OTHER: &str = "eu-west-1";

/// The provider's executable.
pub(crate) const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-aws");

/// In the environment given to [`Bench::launch`]: the file that takes what the provider logs.
pub(crate) const LOG: &str = "DRFORM_TEST_PROVIDER_LOG";

/// A provider that runs, configured for the emulated cloud.
pub(crate) struct Bench {
    runtime: tokio::runtime::Runtime,
    plugin: Arc<Plugin>,
    /// The cloud behind it.
    pub(crate) cloud: &'static Cloud,
    /// Its provider block.
    config: Json,
}

/// An object that was made.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    kind: Arc<str>,
    config: Json,
    pub(crate) object: StoredObject,
}

impl Thing {
    /// A text attribute; panics when it is null.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).as_str().unwrap_or_else(|| panic!("{name} of {} is no text: {}", self.kind, self.json())).into()
    }

    /// Its id.
    pub(crate) fn id(&self) -> String {
        self.text("id")
    }

    /// An attribute as JSON.
    pub(crate) fn get(&self, name: &str) -> Json {
        self.json()[name].clone()
    }

    /// The whole object as JSON.
    pub(crate) fn json(&self) -> Json {
        as_json(&self.object.value)
    }
}

/// A provider configuration for the cloud, with more arguments.
pub(crate) fn provider_config(cloud: &Cloud, region: &str, more: &Json) -> Json {
    let endpoint = cloud.endpoint();
    let mut config = json!({
        "region": region,
        "access_key": "test-access-key",
        "secret_key": "test-secret-key",
        "endpoints": [{ "ec2": endpoint, "kms": endpoint, "sts": endpoint }],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    config
}

impl Bench {
    /// A provider in [`REGION`], on the cloud that all tests share.
    pub(crate) fn new() -> Bench {
        Bench::with(Cloud::shared(), REGION, json!({}))
    }

    /// The same in another region.
    pub(crate) fn in_region(region: &str) -> Bench {
        Bench::with(Cloud::shared(), region, json!({}))
    }

    /// A provider with more arguments.
    pub(crate) fn with(cloud: &'static Cloud, region: &str, more: Json) -> Bench {
        let bench = Bench::launch(cloud, &[], provider_config(cloud, region, &more));
        bench.next_operation();
        bench
    }

    /// A provider with this environment besides ours, and this block; not configured yet.
    pub(crate) fn launch(cloud: &'static Cloud, env: &[(&str, &str)], config: Json) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut all: Vec<(OsString, OsString)> = vec![("AWS_EC2_METADATA_DISABLED".into(), "true".into())];
        all.extend(env.iter().map(|(name, text)| (name.into(), text.into())));
        let log = env.iter().find(|(name, _)| *name == LOG).map(|(_, file)| file.into());
        let spec = LaunchSpec { env: all, log, ..LaunchSpec::new("registry.terraform.io/drform/aws", PROVIDER) };
        let plugin = runtime.block_on(Plugin::start(spec)).unwrap_or_else(|why| panic!("{why:?}"));
        Bench { runtime, plugin: plugin.into(), cloud, config }
    }

    /// What its configuration is answered with: diagnostics, with the attribute that each is about.
    pub(crate) fn configured(&self) -> String {
        let schema = self.runtime.block_on(self.plugin.schema()).unwrap();
        let config = from_json(&schema.provider, &self.config);
        let asked = Question::ValidateProvider { provider: provider(), config: config.clone() };
        let said = self.ask(&asked).diagnostics();
        match said.has_errors() {
            true => texts(&said),
            false => texts(&self.ask(&Question::ConfigureProvider { provider: provider(), config }).diagnostics()),
        }
    }

    /// The schema of the `provider` block.
    pub(crate) fn block(&self) -> Block {
        self.runtime.block_on(self.plugin.schema()).unwrap().provider.clone()
    }

    /// A new operation begins: what was read in the one before is not shared with it.
    pub(crate) fn next_operation(&self) {
        let said = self.configure(&self.config);
        assert!(!said.has_errors(), "{}", texts(&said));
    }

    /// Configures the provider anew.
    pub(crate) fn configure(&self, config: &Json) -> Diagnostics {
        let schema = self.runtime.block_on(self.plugin.schema()).unwrap();
        let config = from_json(&schema.provider, config);
        let asked = Question::ConfigureProvider { provider: provider(), config };
        self.ask(&asked).diagnostics()
    }

    fn ask(&self, question: &Question) -> Answer {
        self.runtime.block_on(self.plugin.ask(question))
    }

    /// The schema of a resource type.
    pub(crate) fn schema(&self, kind: &str) -> Arc<Schema> {
        let all = self.runtime.block_on(self.plugin.schema()).unwrap();
        all.resources.get(kind).unwrap_or_else(|| panic!("no resource type {kind}")).clone()
    }

    /// The resource types that it serves.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let all = self.runtime.block_on(self.plugin.schema()).unwrap();
        all.resources.keys().map(ToString::to_string).collect()
    }

    /// Checks, plans and makes an object, and holds it against the plan, a read, and a second plan.
    pub(crate) fn create(&self, kind: &str, config: Json) -> Thing {
        self.try_create(kind, config).unwrap_or_else(|(_, why)| panic!("create {kind}: {why}"))
    }

    /// The same, where an error is expected: what there is of the object, and what was said.
    pub(crate) fn try_create(&self, kind: &str, config: Json) -> Result<Thing, (Option<Thing>, String)> {
        let said = self.check(kind, &config);
        if said.has_errors() {
            return Err((None, texts(&said)));
        }
        let (planned, said) = self.plan(kind, None, &config);
        let Some(planned) = planned.filter(|_| !said.has_errors()) else { return Err((None, texts(&said))) };
        let answer = self.apply(kind, None, &planned, &config, &fresh_token(), false);
        let thing = answer.object.filter(|object| !object.value.is_null()).map(|object| Thing {
            kind: kind.into(),
            config,
            object,
        });
        if answer.diagnostics.has_errors() {
            return Err((thing, texts(&answer.diagnostics)));
        }
        let thing = thing.expect("an object without an error");
        self.kept_its_word(&thing, &planned.planned, planned.legacy);
        self.is_settled(&thing);
        Ok(thing)
    }

    /// Refused by the checks or the plan: what was said.
    pub(crate) fn refuses(&self, kind: &str, config: Json) -> String {
        let said = self.check(kind, &config);
        if said.has_errors() {
            return texts(&said);
        }
        let (_, said) = self.plan(kind, None, &config);
        assert!(said.has_errors(), "{kind} was not refused: {config}");
        texts(&said)
    }

    /// Refused when the object is there already.
    pub(crate) fn refuses_update(&self, thing: &Thing, changes: Json) -> String {
        let config = merged(&thing.config, &changes);
        let said = self.check(&thing.kind, &config);
        if said.has_errors() {
            return texts(&said);
        }
        let (_, said) = self.plan(&thing.kind, Some(&thing.object), &config);
        assert!(said.has_errors(), "{} was not refused: {config}", thing.kind);
        texts(&said)
    }

    /// Changes arguments of an object in place; arguments that become null are taken out of the configuration.
    pub(crate) fn update(&self, thing: &mut Thing, changes: Json) {
        let config = merged(&thing.config, &changes);
        let said = self.check(&thing.kind, &config);
        assert!(!said.has_errors(), "{}", texts(&said));
        let (planned, said) = self.plan(&thing.kind, Some(&thing.object), &config);
        assert!(!said.has_errors(), "{}", texts(&said));
        let planned = planned.unwrap();
        assert_eq!(paths(&planned), Vec::<String>::new(), "update of {} would replace", thing.kind);
        assert_ne!(planned.planned, thing.object.value, "nothing to change in {}: {changes}", thing.kind);
        let answer = self.apply(&thing.kind, Some(&thing.object), &planned, &config, &fresh_token(), false);
        assert!(!answer.diagnostics.has_errors(), "update {}: {}", thing.kind, texts(&answer.diagnostics));
        thing.object = answer.object.unwrap();
        thing.config = config;
        self.kept_its_word(thing, &planned.planned, planned.legacy);
        self.is_settled(thing);
    }

    /// A change that comes too late for the object that is there: warned of at the attribute, written down, not sent.
    pub(crate) fn only_written(&self, thing: &mut Thing, name: &str, value: Json) {
        let config = merged(&thing.config, &json!({ name: value }));
        let (planned, said) = self.plan(&thing.kind, Some(&thing.object), &config);
        assert_eq!(paths(&planned.unwrap()), Vec::<String>::new(), "{name} would replace");
        let text = texts(&said);
        assert!(!said.has_errors() && text.contains(&format!("{name} counts only while")), "{text}");
        let parts = said.iter().flat_map(|said| &said.part).map(|part| format!("{part:?}")).collect::<String>();
        assert!(parts.contains(name), "{parts}");
        let (id, before) = (thing.id(), self.cloud.gate().requests().len());
        self.update(thing, json!({ name: value }));
        assert_eq!((thing.id(), thing.get(name)), (id.clone(), value));
        let sent = self.cloud.gate().requests().split_off(before);
        let sent = sent.iter().find(|sent| !sent.operation.starts_with("Describe") && sent.body.contains(&id));
        assert!(sent.is_none(), "{sent:?}");
    }

    /// Changes that mean nothing: the plan is empty.
    pub(crate) fn same(&self, thing: &Thing, changes: Json) {
        let config = merged(&thing.config, &changes);
        let (planned, said) = self.plan(&thing.kind, Some(&thing.object), &config);
        assert!(!said.has_errors(), "{}", texts(&said));
        assert_eq!(as_json(&planned.unwrap().planned), thing.json(), "{changes} is a change");
    }

    /// Changes that need a new object, because of exactly these attributes. The object stays.
    pub(crate) fn replaces(&self, thing: &Thing, changes: Json, because: &[&str]) {
        let config = merged(&thing.config, &changes);
        let (planned, said) = self.plan(&thing.kind, Some(&thing.object), &config);
        assert!(!said.has_errors(), "{}", texts(&said));
        assert_eq!(paths(&planned.unwrap()), because, "{changes}");
    }

    /// What the object is like now; none when it is gone.
    pub(crate) fn read(&self, thing: &Thing) -> Option<Json> {
        self.next_operation();
        self.refreshed(&thing.kind, &thing.object).map(|object| as_json(&object.value))
    }

    /// The same within the operation that is under way.
    pub(crate) fn read_again(&self, thing: &Thing) -> Option<Json> {
        self.refreshed(&thing.kind, &thing.object).map(|object| as_json(&object.value))
    }

    /// What the objects are like now, read at the same time as hosts do.
    pub(crate) fn read_together(&self, things: &[Thing]) -> Vec<Option<Json>> {
        self.next_operation();
        let read = |thing: &Thing| self.refreshed(&thing.kind, &thing.object).map(|object| as_json(&object.value));
        std::thread::scope(|scope| {
            let reads: Vec<_> = things.iter().map(|thing| scope.spawn(|| read(thing))).collect();
            reads.into_iter().map(|read| read.join().unwrap()).collect()
        })
    }

    /// Somebody changed the object: a read shows these attributes, and the plan wants to change them back.
    pub(crate) fn drifted(&self, thing: &Thing, shows: Json) {
        self.next_operation();
        let now = self.refreshed(&thing.kind, &thing.object).expect("the object is there");
        let seen = as_json(&now.value);
        for (name, expected) in shows.as_object().unwrap() {
            assert_eq!(&seen[name], expected, "{name} of {}", thing.kind);
        }
        let (planned, said) = self.plan(&thing.kind, Some(&now), &thing.config);
        assert!(!said.has_errors(), "{}", texts(&said));
        assert_ne!(planned.unwrap().planned, now.value, "the plan overlooks the drift of {}", thing.kind);
    }

    /// Somebody removed the object: a read says so, and so does a delete without an error.
    pub(crate) fn gone(&self, thing: &Thing) {
        self.next_operation();
        assert!(self.refreshed(&thing.kind, &thing.object).is_none(), "{} is still seen", thing.id());
        self.remove(thing);
    }

    /// Removes the object, and sees that it is gone.
    pub(crate) fn delete(&self, thing: Thing) {
        self.remove(&thing);
        assert!(self.refreshed(&thing.kind, &thing.object).is_none(), "{} is still there", thing.id());
    }

    fn remove(&self, thing: &Thing) {
        if let Err(why) = self.try_delete(thing) {
            panic!("delete {}: {why}", thing.kind);
        }
    }

    /// Removes the object.
    pub(crate) fn try_delete(&self, thing: &Thing) -> Result<(), String> {
        let schema = self.schema(&thing.kind);
        let null = Value::null(implied_type(&schema.block));
        let answer = self.runtime.block_on(self.plugin.change(&ChangeRequest {
            provider: provider(),
            kind: thing.kind.clone(),
            prior: thing.object.value.clone(),
            planned: null.clone(),
            config: null,
            private: thing.object.private.clone(),
            identity: None,
            meta: None,
            token: fresh_token().into(),
            repeated: false,
        }));
        match answer.diagnostics.has_errors() {
            true => Err(texts(&answer.diagnostics)),
            false => Ok(()),
        }
    }

    /// Imports the object by an id: it is the same but for the attributes named, and its configuration plans no change
    /// but in those.
    pub(crate) fn imports(&self, thing: &Thing, id: &str, except: &[&str]) {
        let asked =
            Question::Import { provider: provider(), kind: thing.kind.clone(), by: calls::ImportedBy::Id(id.into()) };
        let Answer::Imported(objects, said) = self.ask(&asked) else { panic!("no answer to an import") };
        assert!(!said.has_errors(), "import {} {id}: {}", thing.kind, texts(&said));
        let [(kind, object)] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!(*kind, thing.kind);
        let found = self.refreshed(&thing.kind, object).unwrap_or_else(|| panic!("import {id}: not found"));
        let without = |mut json: Json| {
            for name in except.iter().chain(&["timeouts"]) {
                json.as_object_mut().unwrap().remove(*name);
            }
            json
        };
        assert_eq!(without(as_json(&found.value)), without(thing.json()), "import {} {id}", thing.kind);
        let (planned, said) = self.plan(&thing.kind, Some(&found), &thing.config);
        assert!(!said.has_errors(), "{}", texts(&said));
        let planned = planned.unwrap();
        assert_eq!(without(as_json(&planned.planned)), without(as_json(&found.value)), "plan after import {id}");
    }

    /// An id that names nothing, or is none.
    pub(crate) fn imports_nothing(&self, kind: &str, id: &str) {
        let asked = Question::Import { provider: provider(), kind: kind.into(), by: calls::ImportedBy::Id(id.into()) };
        let Answer::Imported(objects, said) = self.ask(&asked) else { panic!("no answer to an import") };
        if said.has_errors() {
            return;
        }
        let [(_, object)] = objects.as_slice() else { panic!("{objects:?}") };
        assert!(self.refreshed(kind, object).is_none(), "{kind} {id} was found");
    }

    /// An id that names something that cannot be this kind of object: what was said.
    pub(crate) fn import_fails(&self, kind: &str, id: &str) -> String {
        let asked = Question::Import { provider: provider(), kind: kind.into(), by: calls::ImportedBy::Id(id.into()) };
        let Answer::Imported(objects, said) = self.ask(&asked) else { panic!("no answer to an import") };
        if said.has_errors() {
            return texts(&said);
        }
        let [(_, object)] = objects.as_slice() else { panic!("{objects:?}") };
        let asked = Question::Read { provider: provider(), kind: kind.into(), current: object.clone(), meta: None };
        let said = self.ask(&asked).diagnostics();
        assert!(said.has_errors(), "{kind} {id} was imported");
        texts(&said)
    }

    /// Makes all of these, so many at once, as a host does: what was said.
    pub(crate) fn create_all(&self, kind: &str, configs: &[Json], at_once: usize) -> Vec<ChangeAnswer> {
        let block = self.schema(kind).block.clone();
        let room = Arc::new(tokio::sync::Semaphore::new(at_once));
        let making: Vec<_> = configs
            .iter()
            .map(|config| {
                let planned = self.plan(kind, None, config).0.unwrap();
                let request = ChangeRequest {
                    provider: provider(),
                    kind: kind.into(),
                    prior: Value::null(implied_type(&block)),
                    planned: planned.planned,
                    config: from_json(&block, config),
                    private: planned.private,
                    identity: None,
                    meta: None,
                    token: fresh_token().into(),
                    repeated: false,
                };
                let (plugin, room) = (self.plugin.clone(), room.clone());
                self.runtime.spawn(async move {
                    let _room = room.acquire().await.unwrap();
                    plugin.change(&request).await
                })
            })
            .collect();
        making.into_iter().map(|made| self.runtime.block_on(made).unwrap()).collect()
    }

    /// Sends a planned create once more, as recovery does; the object is as planned, and settled.
    pub(crate) fn repeat(
        &self,
        kind: &str,
        planned: &PlannedObject,
        config: &Json,
        token: &str,
    ) -> Result<Thing, String> {
        let answer = self.apply(kind, None, planned, config, token, true);
        if answer.diagnostics.has_errors() {
            return Err(texts(&answer.diagnostics));
        }
        let object = answer.object.filter(|object| !object.value.is_null()).ok_or("no object")?;
        let thing = Thing { kind: kind.into(), config: config.clone(), object };
        self.kept_its_word(&thing, &planned.planned, planned.legacy);
        self.is_settled(&thing);
        Ok(thing)
    }

    /// The provider's process.
    pub(crate) fn process_id(&self) -> u32 {
        self.plugin.process_id().expect("we started it")
    }

    /// Reads all of these at the same time, as a host does: which of them are there.
    pub(crate) fn read_all(&self, kind: &str, ids: &[String]) -> Vec<bool> {
        self.next_operation();
        let known: Vec<StoredObject> = ids
            .iter()
            .map(|id| {
                let asked = Question::Import {
                    provider: provider(),
                    kind: kind.into(),
                    by: calls::ImportedBy::Id(id.as_str().into()),
                };
                let Answer::Imported(mut objects, _) = self.ask(&asked) else { panic!("no answer to an import") };
                objects.remove(0).1
            })
            .collect();
        let reads: Vec<_> = known
            .into_iter()
            .map(|current| {
                let (plugin, kind) = (self.plugin.clone(), kind.into());
                self.runtime.spawn(async move {
                    match plugin.ask(&Question::Read { provider: provider(), kind, current, meta: None }).await {
                        Answer::Object(object, said) => {
                            assert!(!said.has_errors(), "{}", texts(&said));
                            object.is_some_and(|object| !object.value.is_null())
                        }
                        answer => panic!("{answer:?}"),
                    }
                })
            })
            .collect();
        reads.into_iter().map(|read| self.runtime.block_on(read).unwrap()).collect()
    }

    /// Reads a data source.
    pub(crate) fn data(&self, kind: &str, config: Json) -> Json {
        self.try_data(kind, config).unwrap_or_else(|why| panic!("data {kind}: {why}"))
    }

    /// Reads a data source; an error is what was said.
    pub(crate) fn try_data(&self, kind: &str, config: Json) -> Result<Json, String> {
        let all = self.runtime.block_on(self.plugin.schema()).unwrap();
        let schema = all.data_sources.get(kind).unwrap_or_else(|| panic!("no data source {kind}"));
        let config = from_json(&schema.block, &config);
        let (provider, name): (_, Arc<str>) = (provider(), kind.into());
        let asked =
            Question::ValidateDataSource { provider: provider.clone(), kind: name.clone(), config: config.clone() };
        let said = self.ask(&asked).diagnostics();
        if said.has_errors() {
            return Err(texts(&said));
        }
        match self.ask(&Question::ReadDataSource { provider, kind: name, config, meta: None }) {
            Answer::Object(Some(object), said) if !said.has_errors() => Ok(as_json(&object.value)),
            answer => Err(texts(&answer.diagnostics())),
        }
    }

    /// Checks a configuration.
    pub(crate) fn check(&self, kind: &str, config: &Json) -> Diagnostics {
        let config = from_json(&self.schema(kind).block, config);
        self.ask(&Question::ValidateResource { provider: provider(), kind: kind.into(), config }).diagnostics()
    }

    /// Plans a configuration over what is there, and checks the plan as hosts do.
    pub(crate) fn plan(
        &self,
        kind: &str,
        prior: Option<&StoredObject>,
        config: &Json,
    ) -> (Option<PlannedObject>, Diagnostics) {
        let schema = self.schema(kind);
        let null = Value::null(implied_type(&schema.block));
        let before = prior.map_or(null, |prior| prior.value.clone());
        let config = from_json(&schema.block, config);
        let answer = self.ask(&Question::Plan {
            provider: provider(),
            kind: kind.into(),
            prior: before.clone(),
            proposed: proposed_new(&schema.block, &before, &config),
            config: config.clone(),
            private: prior.map_or(Arc::default(), |prior| prior.private.clone()),
            identity: None,
            meta: None,
        });
        let Answer::Planned(planned, said) = answer else { panic!("{answer:?}") };
        if let Some(planned) = planned.as_ref().filter(|planned| !planned.legacy) {
            let broken = configschema::assert_plan_valid(&schema.block, &before, &config, &planned.planned);
            assert!(broken.is_empty(), "invalid plan of {kind}: {broken:?}");
        }
        (planned, said)
    }

    /// Plans as a host does that is told to replace an object that nothing else replaces (`-replace`): over the object,
    /// and then without it, with the private bytes of the first plan.
    pub(crate) fn plan_forced(&self, thing: &Thing) -> Diagnostics {
        let (planned, said) = self.plan(&thing.kind, Some(&thing.object), &thing.config);
        assert!(!said.has_errors(), "{}", texts(&said));
        let block = &self.schema(&thing.kind).block;
        let (null, config) = (Value::null(implied_type(block)), from_json(block, &thing.config));
        let answer = self.ask(&Question::Plan {
            provider: provider(),
            kind: thing.kind.clone(),
            prior: null.clone(),
            proposed: proposed_new(block, &null, &config),
            config,
            private: planned.unwrap().private,
            identity: None,
            meta: None,
        });
        answer.diagnostics()
    }

    /// Sends a planned change.
    pub(crate) fn apply(
        &self,
        kind: &str,
        prior: Option<&StoredObject>,
        planned: &PlannedObject,
        config: &Json,
        token: &str,
        repeated: bool,
    ) -> ChangeAnswer {
        let schema = self.schema(kind);
        let null = Value::null(implied_type(&schema.block));
        self.runtime.block_on(self.plugin.change(&ChangeRequest {
            provider: provider(),
            kind: kind.into(),
            prior: prior.map_or(null, |prior| prior.value.clone()),
            planned: planned.planned.clone(),
            config: from_json(&schema.block, config),
            private: planned.private.clone(),
            identity: None,
            meta: None,
            token: token.into(),
            repeated,
        }))
    }

    fn refreshed(&self, kind: &str, object: &StoredObject) -> Option<StoredObject> {
        let asked = Question::Read { provider: provider(), kind: kind.into(), current: object.clone(), meta: None };
        match self.ask(&asked) {
            Answer::Object(object, said) => {
                assert!(!said.has_errors(), "read {kind}: {}", texts(&said));
                object.filter(|object| !object.value.is_null())
            }
            answer => panic!("{answer:?}"),
        }
    }

    /// Nothing unknown is left, and all that was planned came true.
    fn kept_its_word(&self, thing: &Thing, planned: &Value, legacy: bool) {
        assert!(thing.object.value.is_wholly_known(), "{} holds unknowns: {:?}", thing.kind, thing.object.value);
        if !legacy {
            let block = &self.schema(&thing.kind).block;
            let broken = configschema::assert_object_compatible(block, planned, &thing.object.value);
            assert!(broken.is_empty(), "{} is not as planned: {broken:?}", thing.kind);
        }
    }

    /// A read changes nothing, and a second plan is empty.
    fn is_settled(&self, thing: &Thing) {
        let read = self.refreshed(&thing.kind, &thing.object).unwrap_or_else(|| panic!("{} is gone", thing.kind));
        assert_eq!(as_json(&read.value), thing.json(), "a read changes {}", thing.kind);
        let (planned, said) = self.plan(&thing.kind, Some(&thing.object), &thing.config);
        assert!(!said.has_errors(), "{}", texts(&said));
        let planned = planned.unwrap();
        assert_eq!(printed(&planned.planned), printed(&thing.object.value), "the second plan of {}", thing.kind);
    }
}

fn provider() -> ProviderConfig {
    let aws = Provider::default_for("aws");
    ProviderConfig { module: ModulePath::default(), provider: aws, alias: None, key: addrs::InstanceKey::None }
}

/// A token that no other change has.
pub(crate) fn fresh_token() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

/// A name that no other test has.
pub(crate) fn fresh_name(prefix: &str) -> String {
    format!("{prefix}-{}", fresh_token())
}

fn paths(planned: &PlannedObject) -> Vec<String> {
    planned.requires_replace.iter().map(Path::to_string).collect()
}

/// All that was said, a line each.
pub(crate) fn texts(said: &Diagnostics) -> String {
    let lines: Vec<String> = said.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
    lines.join("\n")
}

/// A wholly known value as JSON.
pub(crate) fn as_json(value: &Value) -> Json {
    match simple(value) {
        Ok(node) => serde_json::from_str(&node.print_as(Layout::Compact, Escape::Plain)).unwrap(),
        Err(_) => panic!("not wholly known: {value:?}"),
    }
}

/// For messages; unknowns too.
fn printed(value: &Value) -> String {
    match simple(value) {
        Ok(node) => node.print_as(Layout::Indented, Escape::Plain),
        Err(_) => format!("{value:#?}"),
    }
}

/// The configuration with other arguments; null takes one out.
fn merged(config: &Json, changes: &Json) -> Json {
    let mut config = config.clone();
    for (name, value) in changes.as_object().unwrap() {
        match value.is_null() {
            true => drop(config.as_object_mut().unwrap().remove(name)),
            false => config[name] = value.clone(),
        }
    }
    config
}

/// An object of a block from JSON; what is not there is null, or no block.
pub(crate) fn from_json(block: &Block, json: &Json) -> Value {
    let members = json.as_object().unwrap_or_else(|| panic!("no object: {json}"));
    for name in members.keys() {
        assert!(block.attributes.contains_key(&**name) || block.blocks.contains_key(&**name), "no argument {name}");
    }
    let mut values: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (name, attribute) in &block.attributes {
        let ty = attribute_type(attribute);
        let value = members.get(&**name).map_or(Value::null(ty.clone()), |json| value_from_json(&ty, json));
        values.insert(name.clone(), value);
    }
    for (name, nested) in &block.blocks {
        let element = implied_type(&nested.block);
        let written: Vec<Value> = match members.get(&**name) {
            Some(Json::Array(items)) => items.iter().map(|item| from_json(&nested.block, item)).collect(),
            Some(single) => vec![from_json(&nested.block, single)],
            None => Vec::new(),
        };
        let value = match nested.nesting {
            Nesting::Set => Value::set(element, written),
            Nesting::List | Nesting::Map => Value::list(element, written),
            Nesting::Single | Nesting::Group => written.into_iter().next().unwrap_or(Value::null(element)),
        };
        values.insert(name.clone(), value);
    }
    Value::object(values)
}

fn value_from_json(ty: &Type, json: &Json) -> Value {
    if json.get("$unknown").is_some() {
        return Value::unknown(ty.clone());
    }
    match (ty, json) {
        (Type::Map(element), Json::Object(members)) => {
            let members = members.iter().map(|(key, json)| (key.as_str(), value_from_json(element, json)));
            Value::map((**element).clone(), members)
        }
        (Type::List(element), Json::Array(items)) => {
            Value::list((**element).clone(), items.iter().map(|json| value_from_json(element, json)))
        }
        (Type::Set(element), Json::Array(items)) => {
            Value::set((**element).clone(), items.iter().map(|json| value_from_json(element, json)))
        }
        _ => tfplugin::decode_json(json.to_string().as_bytes(), ty).unwrap_or_else(|why| panic!("{json}: {why:?}")),
    }
}

/// The value at a place of a JSON object, for assertions: `root_block_device.0.volume_id`.
pub(crate) fn at<'a>(json: &'a Json, path: &str) -> &'a Json {
    path.split('.').fold(json, |json, step| match step.parse::<usize>() {
        Ok(index) => &json[index],
        Err(_) => &json[step],
    })
}
