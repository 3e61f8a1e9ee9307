//! A provider with a cloud in memory: what it holds can be changed behind a tool's back, what it is asked fails as the
//! configuration says, and it tells which calls had to wait for which.

mod rack;

use crate::tool::World;
use configschema::{Attribute, Block, NestedBlock, Nesting, Schema};
use sdk::{
    ChangeRequest, DataSource, Findings, Future, Object, PlanRequest, Planned, Private, Provider, Reply, Resource,
    default_plan, error, warning,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use value::{Path, Type, Value, convert};

/// For so long no call may have come before those that wait are answered, all together. Calls that are answered together
/// waited for none of each other.
const QUIET: Duration = Duration::from_millis(150);

/// Everything that there is, and what was asked.
#[derive(Default)]
pub struct Cloud {
    /// For how long no call may have come, if it is to be longer than `QUIET`: on a machine that does much else.
    quiet: Option<Duration>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Objects by id.
    objects: BTreeMap<String, Value>,
    /// How many were ever made, by name: ids do not depend on the order of creates.
    made: BTreeMap<String, usize>,
    /// Refreshes since the last time.
    reads: Vec<String>,
    /// Calls that were answered together, in order.
    layers: Vec<Vec<String>>,
    /// Calls that wait to be answered.
    waiting: Vec<(String, oneshot::Sender<()>)>,
    /// How many calls ever waited.
    arrivals: usize,
}

impl Cloud {
    /// Waits longer for calls than others do.
    pub fn patient(quiet: Option<Duration>) -> Cloud {
        Cloud { quiet, ..Cloud::default() }
    }

    /// Waits until nothing else can be asked before this is answered.
    async fn turn(self: &Arc<Cloud>, call: String) {
        let (answer, answered) = oneshot::channel();
        let arrival = {
            let mut inner = self.inner.lock().unwrap();
            inner.waiting.push((call, answer));
            inner.arrivals += 1;
            inner.arrivals
        };
        let cloud = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(cloud.quiet.unwrap_or(QUIET)).await;
            let mut inner = cloud.inner.lock().unwrap();
            if inner.arrivals == arrival {
                let (mut calls, answers): (Vec<_>, Vec<_>) = inner.waiting.drain(..).unzip();
                calls.sort();
                inner.layers.push(calls);
                answers.into_iter().for_each(|answer| answer.send(()).unwrap());
            }
        });
        answered.await.unwrap();
    }

    /// What there is: ids, and the objects as text.
    pub fn objects(&self) -> BTreeMap<String, String> {
        let inner = self.inner.lock().unwrap();
        inner.objects.iter().map(|(id, object)| (id.clone(), value::json::simple(object).unwrap().print())).collect()
    }

    fn object(&self, id: &str) -> Option<Value> {
        self.inner.lock().unwrap().objects.get(id).cloned()
    }

    fn put(&self, value: Value) -> Object {
        self.inner.lock().unwrap().objects.insert(text(&value, "id"), value.clone());
        Object { value, private: Private::new() }
    }

    fn next_id(&self, name: &str) -> String {
        let mut inner = self.inner.lock().unwrap();
        let count = inner.made.entry(name.to_string()).or_default();
        *count += 1;
        format!("{name}-{count}")
    }
}

impl World for Cloud {
    /// `gone ID`, `set ID NAME=VALUE …`, `add ID NAME=VALUE …` (of a node), `rack ID NAME=VALUE …`.
    fn edit(&self, line: &str) {
        let mut words = line.split_whitespace();
        let (verb, id) = (words.next().unwrap(), words.next().unwrap());
        let mut inner = self.inner.lock().unwrap();
        let mut object = match verb {
            "gone" => {
                assert!(inner.objects.remove(id).is_some(), "no object {id}");
                return;
            }
            "set" => inner.objects[id].as_object().unwrap().clone(),
            "add" => begun(&node().block, id),
            "rack" => begun(&rack::rack().block, id),
            other => panic!("{other}: gone, set, add or rack"),
        };
        for word in words {
            let (name, given) = word.split_once('=').unwrap();
            let ty = object[name].ty();
            let value = match given {
                "null" => Value::null(ty),
                given => convert(&Value::string(given), &ty).unwrap(),
            };
            object.insert(name.into(), value);
        }
        inner.objects.insert(id.to_string(), Value::object(object));
    }

    /// Refreshes, then one line for each layer of calls.
    fn told(&self) -> String {
        let mut inner = self.inner.lock().unwrap();
        let mut reads = std::mem::take(&mut inner.reads);
        reads.sort();
        let mut told: String = reads.iter().map(|read| format!("{read}\n")).collect();
        for (number, layer) in std::mem::take(&mut inner.layers).iter().enumerate() {
            told.push_str(&format!("{}. {}\n", number + 1, layer.join(", ")));
        }
        told
    }
}

/// `drform.test/dev/lab`.
pub struct Lab(pub Arc<Cloud>);

/// An object that can be made to fail.
struct Node(Arc<Cloud>);

/// What an object is now.
struct Lookup(Arc<Cloud>);

fn block<const N: usize>(attributes: [(&str, Attribute); N]) -> Block {
    let attributes = attributes.map(|(name, attribute)| (name.into(), attribute));
    Block { attributes: attributes.into(), ..Block::default() }
}

fn node() -> Schema {
    let mut secret = Attribute::optional(Type::String);
    secret.sensitive = true;
    let mut block = block([
        ("id", Attribute::computed(Type::String)),
        ("name", Attribute::required(Type::String)),
        ("size", Attribute::optional(Type::Number)),
        ("zone", Attribute::optional(Type::String)),
        ("tags", Attribute::optional(Type::map(Type::String))),
        ("uses", Attribute::optional(Type::list(Type::String))),
        ("address", Attribute::optional_computed(Type::String)),
        ("revision", Attribute::computed(Type::Number)),
        ("secret", secret),
        ("fault", Attribute::optional(Type::String)),
    ]);
    let nested = |nesting, attributes| NestedBlock { nesting, block: attributes, min_items: 0, max_items: 0 };
    let disk = self::block([
        ("size", Attribute::required(Type::Number)),
        ("kind", Attribute::optional(Type::String)),
        ("serial", Attribute::computed(Type::String)),
    ]);
    let port = self::block([("number", Attribute::required(Type::Number)), ("open", Attribute::optional(Type::Bool))]);
    block.blocks = [("disk".into(), nested(Nesting::List, disk)), ("port".into(), nested(Nesting::Set, port))].into();
    Schema { version: 0, block }
}

/// An object that has but its id.
fn begun(block: &Block, id: &str) -> BTreeMap<Arc<str>, Value> {
    let mut object = configschema::empty_value(block).as_object().unwrap().clone();
    object.insert("id".into(), Value::string(id));
    object
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().into()
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_number).and_then(|n| n.to_u64()).unwrap_or_default()
}

impl Provider for Lab {
    fn schema(&self) -> Block {
        block([("region", Attribute::optional(Type::String))])
    }

    fn configure<'a>(&'a self, _: &'a Value) -> Future<'a, Findings> {
        Box::pin(async { Vec::new() })
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        let node = Arc::new(Node(self.0.clone()));
        let (rack, old) = (Arc::new(rack::Rack(self.0.clone())), Arc::new(rack::Old(self.0.clone())));
        vec![("lab_node", node), ("lab_rack", rack), ("lab_old", old)]
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        vec![("lab_lookup", Arc::new(Lookup(self.0.clone())))]
    }
}

impl Node {
    /// The planned object with what only the cloud knows.
    fn filled(&self, planned: &Value, id: &str, revision: u64) -> Value {
        let mut object = planned.as_object().unwrap().clone();
        object.insert("id".into(), Value::string(id));
        object.insert("revision".into(), Value::number(revision.into()));
        if !object["address"].is_known() {
            object.insert("address".into(), Value::string(format!("10.0.0.{revision}")));
        }
        let disks = object["disk"].as_items().unwrap().iter().enumerate().map(|(place, disk)| {
            let mut disk = disk.as_object().unwrap().clone();
            if !disk["serial"].is_known() {
                disk.insert("serial".into(), Value::string(format!("{id}/{place}")));
            }
            Value::object(disk)
        });
        let disks = Value::list(object["disk"].ty().element().unwrap().clone(), disks);
        object.insert("disk".into(), disks);
        Value::object(object)
    }
}

/// The object as a provider gives it that does not keep its word.
fn faulty(value: Value, fault: &str) -> Value {
    let mut object = value.as_object().unwrap().clone();
    if fault == "wrong" {
        object.insert("size".into(), Value::number(77u64.into()));
    }
    Value::object(object)
}

/// An answer that leaves something open.
fn unfinished(mut made: Object, fault: &str) -> Object {
    if fault == "left_unknown" {
        let mut object = made.value.as_object().unwrap().clone();
        object.insert("address".into(), Value::unknown(Type::String));
        made.value = Value::object(object);
    }
    made
}

impl Resource for Node {
    fn schema(&self) -> Schema {
        node()
    }

    fn forces_replacement(&self) -> &[&str] {
        &["zone"]
    }

    fn validate(&self, config: &Value) -> Findings {
        match text(config, "fault").as_str() {
            "validate" => vec![error("Not acceptable", "As asked.")],
            _ => Vec::new(),
        }
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let mut planned = default_plan(&node(), self.forces_replacement(), request);
        let changes = !request.prior.is_null() && planned.value != request.prior;
        if changes {
            planned.unknown("revision");
        }
        let fault = text(&request.config, "fault");
        if fault == "replace_all" && changes {
            planned.requires_replace.push(Path::attribute("size"));
        }
        if fault == "same_size" && changes {
            planned.set("size", request.prior.get("size").unwrap().clone());
        }
        match fault.as_str() {
            // Neither what is configured nor what was there.
            "plan_wrong" => planned.set("size", Value::number(99u64.into())),
            "plan_null" => planned.value = Value::null(planned.value.ty()),
            "replace_unknown_path" => planned.requires_replace.push(Path::attribute("nothing")),
            // One answer while not everything is known, another one when it is.
            "unsteady" if !request.config.is_wholly_known() => {
                planned.set("address", Value::string("10.0.0.1"));
            }
            "unsteady" => planned.set("address", Value::string("10.9.9.9")),
            _ => {}
        }
        Box::pin(async move {
            match fault.as_str() {
                "plan" => Reply::failed("Cannot plan", "As asked."),
                "warn" => Reply::done(planned).with(warning("Beware", "As asked.")),
                _ => Reply::done(planned),
            }
        })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        self.0.read(current)
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let name = text(&request.planned, "name");
        Box::pin(async move {
            self.0.turn(format!("create {name}")).await;
            let fault = text(&request.config, "fault");
            if fault == "create" {
                return Reply::failed("Cannot create", "As asked.");
            }
            if fault == "create_null" {
                return Reply::nothing();
            }
            let id = self.0.next_id(&name);
            let made = self.0.put(faulty(self.filled(&request.planned, &id, 1), &fault));
            let made = Reply::done(unfinished(made, &fault));
            if fault == "create_partial" { made.with(error("Half made", "As asked.")) } else { made }
        })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let id = text(&request.prior, "id");
        Box::pin(async move {
            self.0.turn(format!("update {id}")).await;
            let fault = text(&request.config, "fault");
            if fault == "update" {
                return Reply::failed("Cannot update", "As asked.");
            }
            if fault == "update_null" {
                return Reply::nothing();
            }
            let value = self.filled(&request.planned, &id, number(&request.prior, "revision") + 1);
            let made = Reply::done(unfinished(self.0.put(faulty(value, &fault)), &fault));
            if fault == "update_partial" { made.with(error("Half changed", "As asked.")) } else { made }
        })
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        self.0.delete(text(&request.prior, "id"), text(&request.prior, "fault"))
    }

    fn import<'a>(&'a self, id: &'a str) -> Future<'a, Reply<Object>> {
        self.0.import(id)
    }
}

impl DataSource for Lookup {
    fn schema(&self) -> Schema {
        let block = block([
            ("id", Attribute::required(Type::String)),
            ("there", Attribute::computed(Type::Bool)),
            ("size", Attribute::computed(Type::Number)),
            ("fault", Attribute::optional(Type::String)),
        ]);
        Schema { version: 0, block }
    }

    fn read<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Value>> {
        let id = text(config, "id");
        Box::pin(async move {
            self.0.turn(format!("lookup {id}")).await;
            if text(config, "fault") == "read" {
                return Reply::failed("Cannot look", "As asked.");
            }
            let found = self.0.object(&id);
            let mut value = config.as_object().unwrap().clone();
            value.insert("there".into(), Value::bool(found.is_some()));
            let size = found.and_then(|object| object.get("size").cloned());
            value.insert("size".into(), size.unwrap_or_else(|| Value::null(Type::Number)));
            Reply::done(Value::object(value))
        })
    }
}
