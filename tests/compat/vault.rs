//! A provider with leases: an ephemeral resource, a resource with a write-only attribute, and a list of all calls.

use crate::tool::World;
use configschema::{Attribute, Block, Schema};
use sdk::{
    ChangeRequest, DataSource, EphemeralResource, Findings, Future, Object, Opened, PlanRequest, Planned, Private,
    Provider, Renewed, Reply, Resource, default_plan, error,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use value::{Type, Value};

/// What every secret of this provider begins with: to be found wherever it must not be.
pub const CANARY: &str = "canary-7f3a";

/// Calls in the order in which they came.
#[derive(Default)]
pub struct Calls {
    lines: Mutex<Vec<String>>,
    opened: Mutex<BTreeMap<String, usize>>,
}

impl Calls {
    fn note(&self, line: impl Into<String>) {
        self.lines.lock().unwrap().push(line.into());
    }

    /// All since the last time.
    pub fn take(&self) -> Vec<String> {
        self.opened.lock().unwrap().clear();
        std::mem::take(&mut *self.lines.lock().unwrap())
    }

    /// Waits until a call like this one has come.
    pub fn wait_for(&self, line: &str) {
        while !self.lines.lock().unwrap().iter().any(|l| l.starts_with(line)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How often something with this name was opened, with this time.
    fn opening(&self, name: &str) -> usize {
        let mut opened = self.opened.lock().unwrap();
        let times = opened.entry(name.to_string()).or_default();
        *times += 1;
        *times
    }
}

impl World for Calls {
    fn edit(&self, line: &str) {
        panic!("nothing of this can be changed: {line}");
    }

    /// All since the last time that do not depend on how often a tool looks at the configuration: without checks, and
    /// without provider configurations and plans that say nothing. Terraform closes in any order what ends together.
    fn told(&self) -> String {
        let idle = |line: &String| {
            let plans_nothing = line.starts_with("plan ") && line.contains("text_wo=null");
            line.starts_with("validate ") || line == "configure token=null" || plans_nothing
        };
        let telling: Vec<String> = self.take().into_iter().filter(|line| !idle(line)).collect();
        let mut all = String::new();
        for together in telling.chunk_by(|a, b| a.starts_with("close ") && b.starts_with("close ")) {
            let mut together = together.to_vec();
            together.sort();
            together.iter().for_each(|line| all.push_str(&format!("{line}\n")));
        }
        all
    }
}

/// `drform.test/dev/vault`.
pub struct Vault(pub Arc<Calls>);

fn block<const N: usize>(attributes: [(&str, Attribute); N]) -> Schema {
    let attributes = attributes.map(|(name, attribute)| (name.into(), attribute));
    Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } }
}

/// An argument as the list of calls shows it.
fn shown(value: &Value, name: &str) -> String {
    let Some(value) = value.get(name) else { return "none".into() };
    if value.is_null() {
        return "null".into();
    }
    if !value.is_known() {
        return "unknown".into();
    }
    value.as_str().map_or_else(|| format!("{value:?}"), ToString::to_string)
}

fn is(value: &Value, name: &str, word: &str) -> bool {
    value.get(name).and_then(Value::as_str) == Some(word)
}

impl Provider for Vault {
    fn schema(&self) -> Block {
        block([("token", Attribute::optional(Type::String))]).block
    }

    fn configure<'a>(&'a self, config: &'a Value) -> Future<'a, Findings> {
        self.0.note(format!("configure token={}", shown(config, "token")));
        Box::pin(async { Vec::new() })
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("vault_secret", Arc::new(Secret(self.0.clone())))]
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        vec![("vault_lookup", Arc::new(Lookup(self.0.clone())))]
    }

    fn ephemeral_resources(&self) -> Vec<(&'static str, Arc<dyn EphemeralResource>)> {
        vec![("vault_lease", Arc::new(Lease(self.0.clone())))]
    }
}

/// A secret that is written and never read.
struct Secret(Arc<Calls>);

impl Secret {
    fn line(&self, verb: &str, config: &Value, more: &str) {
        let written = shown(config, "text_wo");
        self.0.note(format!("{verb} {} text_wo={written}{more}", shown(config, "name")));
    }

    fn made(&self, request: &ChangeRequest) -> Reply<Object> {
        let mut value = request.planned.as_object().unwrap().clone();
        value.insert("id".into(), Value::string(shown(&request.config, "name")));
        if is(&request.config, "fault", "leak_apply") {
            value.insert("text_wo".into(), request.config.get("text_wo").unwrap().clone());
        }
        let made = Reply::done(Object { value: Value::object(value), private: Private::new() });
        if is(&request.config, "fault", "create") { made.with(error("Cannot create", "As asked.")) } else { made }
    }
}

impl Resource for Secret {
    fn schema(&self) -> Schema {
        block([
            ("id", Attribute::computed(Type::String)),
            ("name", Attribute::required(Type::String)),
            ("text_wo", Attribute::optional(Type::String).write_only()),
            ("text_wo_version", Attribute::optional(Type::Number)),
            ("fault", Attribute::optional(Type::String)),
        ])
    }

    fn validate(&self, config: &Value) -> Findings {
        self.line("validate", config, "");
        Vec::new()
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let slow = is(&request.config, "fault", "slow_plan");
        self.line("plan", &request.config, &format!(" proposed={}", shown(&request.proposed, "text_wo")));
        let mut planned = default_plan(&Resource::schema(self), &[], request);
        if is(&request.config, "fault", "replace") {
            planned.requires_replace.push(value::Path::attribute("text_wo"));
        }
        if is(&request.config, "fault", "leak_plan") {
            planned.set("text_wo", request.config.get("text_wo").unwrap().clone());
        }
        Box::pin(async move {
            if slow {
                tokio::time::sleep(Duration::from_millis(900)).await;
            }
            Reply::done(planned)
        })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        self.0.note(format!("read {}", shown(&current.value, "name")));
        Box::pin(async move { Reply::done(current) })
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.line("create", &request.config, &format!(" planned={}", shown(&request.planned, "text_wo")));
        let slow = is(&request.config, "fault", "slow");
        Box::pin(async move {
            if slow {
                tokio::time::sleep(Duration::from_millis(900)).await;
            }
            self.made(&request)
        })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.line("update", &request.config, &format!(" planned={}", shown(&request.planned, "text_wo")));
        Box::pin(async move { self.made(&request) })
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        self.0.note(format!("delete {}", shown(&request.prior, "name")));
        Box::pin(async { Vec::new() })
    }
}

/// Something to read.
struct Lookup(Arc<Calls>);

impl DataSource for Lookup {
    fn schema(&self) -> Schema {
        block([("name", Attribute::required(Type::String)), ("found", Attribute::computed(Type::String))])
    }

    fn read<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Value>> {
        self.0.note(format!("lookup {}", shown(config, "name")));
        let mut value = config.as_object().unwrap().clone();
        value.insert("found".into(), Value::string("there"));
        Box::pin(async move { Reply::done(Value::object(value)) })
    }
}

/// A lease with a secret that is another one each time.
struct Lease(Arc<Calls>);

impl EphemeralResource for Lease {
    fn schema(&self) -> Schema {
        block([
            ("name", Attribute::required(Type::String)),
            ("renew_ms", Attribute::optional(Type::Number)),
            ("fault", Attribute::optional(Type::String)),
            ("secret", Attribute::computed(Type::String)),
        ])
    }

    fn validate(&self, config: &Value) -> Findings {
        self.0.note(format!("validate lease {}", shown(config, "name")));
        match is(config, "fault", "validate") {
            true => vec![error("Not acceptable", "As asked.")],
            false => Vec::new(),
        }
    }

    fn open<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Opened>> {
        let name = shown(config, "name");
        self.0.note(format!("open {name}"));
        let mut value = config.as_object().unwrap().clone();
        let secret = format!("{CANARY}-{name}-{}", self.0.opening(&name));
        value.insert("secret".into(), Value::string(secret.as_str()));
        if is(config, "fault", "lie") {
            value.insert("name".into(), Value::string("other"));
        }
        let mut private = Private::new();
        private.insert("name".into(), name.into());
        private.insert("fault".into(), shown(config, "fault").into());
        private.insert("secret".into(), secret.into());
        let renew = config.get("renew_ms").and_then(Value::as_number).and_then(|ms| ms.to_u64());
        private.insert("renew_ms".into(), renew.into());
        let renew_at = renew.map(|ms| SystemTime::now() + Duration::from_millis(ms));
        let failed = is(config, "fault", "open");
        Box::pin(async move {
            match failed {
                true => Reply::failed("Cannot open", "As asked."),
                false => Reply::done(Opened { value: Value::object(value), private, renew_at }),
            }
        })
    }

    fn renew(&self, mut private: Private) -> Future<'_, Reply<Renewed>> {
        let times = private.get("renewed").and_then(|n| n.as_u64()).unwrap_or_default() + 1;
        self.0.note(format!("renew {} {times}", private["name"].as_str().unwrap()));
        let failed = private["fault"] == "renew";
        private.insert("renewed".into(), times.into());
        let again = private["renew_ms"].as_u64().map(|ms| SystemTime::now() + Duration::from_millis(ms));
        Box::pin(async move {
            match failed {
                true => Reply::failed("Cannot renew", "As asked."),
                false => Reply::done(Renewed { private, renew_at: again }),
            }
        })
    }

    fn close(&self, private: Private) -> Future<'_, Findings> {
        let renewed = if private.contains_key("renewed") { " with the renewed bytes" } else { "" };
        self.0.note(format!("close {}{renewed}", private["name"].as_str().unwrap()));
        let failed = private["fault"] == "close";
        Box::pin(async move { if failed { vec![error("Cannot close", "As asked.")] } else { Vec::new() } })
    }
}
