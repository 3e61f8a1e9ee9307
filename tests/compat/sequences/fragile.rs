//! The provider of `lab.rs`, some calls of which are broken for a while.

use crate::lab::Lab;
use configschema::{Block, Schema};
use sdk::{ChangeRequest, DataSource, Findings, Future, Object, PlanRequest, Planned, Provider, Reply, Resource};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use value::Value;

/// Calls that fail: a verb, and an id or what a name begins with.
pub type Broken = Arc<Mutex<BTreeSet<String>>>;

pub struct Fragile(pub Lab, pub Broken);

struct Node(Arc<dyn Resource>, Broken);

struct Lookup(Arc<dyn DataSource>, Broken);

/// Whether a call is broken. Names are more than a label: keys follow it.
fn is_broken(broken: &Broken, verb: &str, of: &Value, name: &str) -> bool {
    let of = of.get(name).and_then(Value::as_str).unwrap_or_default();
    let label = of.split('-').next().unwrap_or_default();
    let broken = broken.lock().unwrap();
    broken.contains(&format!("{verb} {of}")) || broken.contains(&format!("{verb} {label}"))
}

/// The same with a fault of its own.
fn with_fault(value: &Value, fault: &str) -> Value {
    let mut object = value.as_object().unwrap().clone();
    object.insert("fault".into(), Value::string(fault));
    Value::object(object)
}

impl Provider for Fragile {
    fn schema(&self) -> Block {
        self.0.schema()
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        let fragile = |resource| -> Arc<dyn Resource> { Arc::new(Node(resource, self.1.clone())) };
        self.0.resources().into_iter().map(|(name, resource)| (name, fragile(resource))).collect()
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        let fragile = |source| -> Arc<dyn DataSource> { Arc::new(Lookup(source, self.1.clone())) };
        self.0.data_sources().into_iter().map(|(name, source)| (name, fragile(source))).collect()
    }
}

impl Resource for Node {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn forces_replacement(&self) -> &[&str] {
        self.0.forces_replacement()
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        self.0.plan(request)
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        let broken = is_broken(&self.1, "read", &current.value, "id");
        let found = self.0.read(current);
        Box::pin(async move { if broken { Reply::failed("Cannot read", "As asked.") } else { found.await } })
    }

    fn create(&self, mut request: ChangeRequest) -> Future<'_, Reply<Object>> {
        for (verb, fault) in [("create", "create"), ("half-create", "create_partial")] {
            if is_broken(&self.1, verb, &request.planned, "name") {
                request.config = with_fault(&request.config, fault);
            }
        }
        self.0.create(request)
    }

    fn update(&self, mut request: ChangeRequest) -> Future<'_, Reply<Object>> {
        for (verb, fault) in [("update", "update"), ("half-update", "update_partial")] {
            if is_broken(&self.1, verb, &request.prior, "id") {
                request.config = with_fault(&request.config, fault);
            }
        }
        self.0.update(request)
    }

    fn delete(&self, mut request: ChangeRequest) -> Future<'_, Findings> {
        if is_broken(&self.1, "delete", &request.prior, "id") {
            request.prior = with_fault(&request.prior, "delete");
        }
        self.0.delete(request)
    }
}

impl DataSource for Lookup {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn read<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Value>> {
        let config =
            if is_broken(&self.1, "lookup", config, "id") { with_fault(config, "read") } else { config.clone() };
        Box::pin(async move { self.0.read(&config).await })
    }
}
