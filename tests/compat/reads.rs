//! How many reads are open at once: all of them where the provider says that it answers them together, as many as
//! `-parallelism` says otherwise. The provider is served in the process of the test and counts.

use crate::tool::{Setting, Tool, directory};
use configschema::{Attribute, Block, Schema};
use sdk::{ChangeRequest, Findings, Future, Object, Provider, Reply, Resource, serve_at};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use value::{Type, Value};

/// More than hyper lets be open by default (200 streams), fewer than our bound.
const OBJECTS: usize = 250;

#[derive(Default)]
struct Counted {
    open: AtomicUsize,
    most: AtomicUsize,
    changes: AtomicUsize,
    most_changes: AtomicUsize,
    /// Reads wait until so many are open, for a while.
    gather: usize,
}

impl Counted {
    /// Counts one more; gives the number of open ones to `most`.
    fn begin(open: &AtomicUsize, most: &AtomicUsize) {
        most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    fn made(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async move {
            Counted::begin(&self.changes, &self.most_changes);
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.changes.fetch_sub(1, Ordering::SeqCst);
            let value = Value::object([("id", Value::string(&*request.token))]);
            Reply::done(Object { value, private: request.private })
        })
    }
}

struct Thing(Arc<Counted>);

impl Resource for Thing {
    fn schema(&self) -> Schema {
        let attributes = [("id".into(), Attribute::computed(Type::String))];
        Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } }
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move {
            Counted::begin(&self.0.open, &self.0.most);
            for _ in 0..1_000 {
                if self.0.most.load(Ordering::SeqCst) >= self.0.gather {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.0.open.fetch_sub(1, Ordering::SeqCst);
            Reply::done(current)
        })
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.0.made(request)
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.0.made(request)
    }

    fn delete(&self, _: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async { Vec::new() })
    }
}

struct Counting {
    counted: Arc<Counted>,
    batches: bool,
}

impl Provider for Counting {
    fn batches_reads(&self) -> bool {
        self.batches
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("counting_thing", Arc::new(Thing(self.counted.clone())))]
    }
}

/// Makes the objects, then plans; greatest numbers of reads and changes that were open at once.
fn most(batches: bool) -> (usize, usize) {
    let gather = if batches { OBJECTS } else { 0 };
    let counted = Arc::new(Counted { gather, ..Counted::default() });
    let dir = directory();
    let socket = dir.path().join("socket");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (at, served) = (socket.clone(), Counting { counted: counted.clone(), batches });
    runtime.spawn(async move { serve_at(&at, served).await.unwrap() });
    let main = format!(
        "terraform {{\n  required_providers {{\n    counting = {{ source = \"drform.test/dev/counting\" }}\n  }}\n}}\n\
         resource \"counting_thing\" \"x\" {{\n  count = {OBJECTS}\n}}\n"
    );
    std::fs::write(dir.path().join("main.tf"), main).unwrap();
    while !socket.exists() {
        std::thread::yield_now();
    }
    let reattach = serde_json::json!({ "drform.test/dev/counting": {
        "Protocol": "grpc", "ProtocolVersion": 6, "Pid": std::process::id(), "Test": true,
        "Addr": { "Network": "unix", "String": socket },
    }});
    let environment = vec![("TF_REATTACH_PROVIDERS".to_string(), reattach.to_string())];
    let setting = Setting { environment, ..Setting::default() };
    let few = "-parallelism=3";
    Tool::Drform.run(dir.path(), &setting, &["apply", "-auto-approve", few]).ok();
    assert_eq!(counted.most.load(Ordering::SeqCst), 0, "nothing is there to be read");
    let plan = Tool::Drform.run(dir.path(), &setting, &["plan", "-detailed-exitcode", few]).ok();
    assert!(plan.out.contains("No changes"), "{}", plan.text());
    (counted.most.load(Ordering::SeqCst), counted.most_changes.load(Ordering::SeqCst))
}

#[test]
fn all_together_where_the_provider_says_so() {
    let (reads, changes) = most(true);
    assert_eq!(reads, OBJECTS);
    assert!((1..=3).contains(&changes), "{changes} changes at once");
}

#[test]
fn as_few_as_parallelism_says_otherwise() {
    let (reads, changes) = most(false);
    assert!((1..=3).contains(&reads) && (1..=3).contains(&changes), "{reads} reads, {changes} changes at once");
}
