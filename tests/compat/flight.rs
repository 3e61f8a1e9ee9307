//! How many calls are in flight: never more than `-parallelism`, in plans, refreshes and applies; plans ask for no change,
//! whatever their mode; an apply that is interrupted finishes what is begun, or leaves at once, and loses nothing.
//!
//! The provider holds calls of one kind back until as many have come as may come, so that a tool that allows more is seen
//! to, and one that allows fewer waits long.

use crate::hosted::Hosted;
use crate::tool::{Ran, Tool, terraform};
use configschema::{Attribute, Block, Schema};
use sdk::{
    ChangeRequest, DataSource, Findings, Future, Object, PlanRequest, Planned, Private, Provider, Repeat, Reply,
    Resource, default_plan, error,
};
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use value::{Type, Value};

/// For so long a call that should not be there may still come.
const GRACE: Duration = Duration::from_millis(50);
/// Longer nobody waits for calls that should come and do not.
const LONG: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Tower {
    inner: Mutex<Inner>,
    /// Something changed: for the test.
    told: Condvar,
    /// Something changed: for calls.
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    /// Calls of all kinds now, and the most at once.
    flying: usize,
    most: usize,
    /// Which calls are held back until so many have come, of how many.
    gate: Option<Gate>,
    /// Calls that came, ended, and what else happened.
    log: Vec<String>,
    objects: BTreeMap<String, Value>,
    /// By the token of their request.
    made: BTreeMap<Arc<str>, String>,
    /// Creates that wait to be let go.
    held: bool,
}

struct Gate {
    verb: &'static str,
    until: usize,
    coming: usize,
    waiting: usize,
    /// How often it opened.
    round: usize,
}

impl Tower {
    /// A call, from its begin to its end.
    async fn call<T>(&self, verb: &str, name: &str, answer: impl FnOnce(&mut Inner) -> T) -> T {
        self.begin(verb, name);
        self.gate(verb).await;
        while verb == "create" && name.starts_with("held") && self.inner.lock().unwrap().held {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut inner = self.inner.lock().unwrap();
        let told = answer(&mut inner);
        inner.flying -= 1;
        inner.log.push(format!("{verb} {name} ends"));
        self.told.notify_all();
        told
    }

    fn begin(&self, verb: &str, name: &str) {
        let mut inner = self.inner.lock().unwrap();
        inner.flying += 1;
        inner.most = inner.most.max(inner.flying);
        inner.log.push(format!("{verb} {name}"));
        self.told.notify_all();
    }

    async fn gate(&self, verb: &str) {
        let round = {
            let mut inner = self.inner.lock().unwrap();
            let Some(gate) = inner.gate.as_mut().filter(|gate| gate.verb == verb) else { return };
            gate.waiting += 1;
            gate.round
        };
        loop {
            let changed = self.changed.notified();
            {
                let mut inner = self.inner.lock().unwrap();
                let gate = inner.gate.as_mut().unwrap();
                if gate.round > round {
                    break;
                }
                if gate.waiting == gate.until.min(gate.coming) {
                    gate.coming -= gate.waiting;
                    (gate.waiting, gate.round) = (0, gate.round + 1);
                    self.changed.notify_waiters();
                    break;
                }
            }
            changed.await;
        }
        tokio::time::sleep(GRACE).await;
    }

    fn note(&self, line: &str) {
        self.inner.lock().unwrap().log.push(line.into());
        self.told.notify_all();
    }

    /// Waits until this was noted.
    fn wait_for(&self, line: &str) {
        let inner = self.inner.lock().unwrap();
        let is_there = |inner: &mut Inner| !inner.log.iter().any(|l| l == line);
        let (inner, waited) = self.told.wait_timeout_while(inner, LONG, is_there).unwrap();
        assert!(!waited.timed_out(), "{line} never came: {:?}", inner.log);
    }

    fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.inner.lock().unwrap().log)
    }

    /// From now on so many calls of a kind come, and are held back until there are as many as may be.
    fn expect(&self, verb: &'static str, until: usize, coming: usize) {
        let mut inner = self.inner.lock().unwrap();
        inner.most = 0;
        inner.log.clear();
        inner.gate = Some(Gate { verb, until, coming, waiting: 0, round: 0 });
    }
}

/// `drform.test/dev/air`.
struct Air(Arc<Tower>);

struct Plane(Arc<Tower>);

struct View(Arc<Tower>);

fn schema() -> Schema {
    let attributes = [
        ("name", Attribute::required(Type::String)),
        ("size", Attribute::optional(Type::Number)),
        ("zone", Attribute::optional(Type::String)),
        ("id", Attribute::computed(Type::String)),
    ];
    let attributes = attributes.map(|(name, attribute)| (name.into(), attribute));
    Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().into()
}

impl Provider for Air {
    fn stop(&self) {
        self.0.note("stop");
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("air_plane", Arc::new(Plane(self.0.clone())))]
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        vec![("air_view", Arc::new(View(self.0.clone())))]
    }
}

impl Resource for Plane {
    fn schema(&self) -> Schema {
        schema()
    }

    fn forces_replacement(&self) -> &[&str] {
        &["zone"]
    }

    fn repeat(&self) -> Repeat {
        Repeat::SameObject
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let planned = default_plan(&schema(), self.forces_replacement(), request);
        Box::pin(async move {
            self.0.call("plan", &text(&request.config, "name"), |_| ()).await;
            match text(&request.config, "name").as_str() {
                "wrong" => Reply::failed("Cannot plan", "As asked."),
                _ => Reply::done(planned),
            }
        })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move {
            let id = text(&current.value, "id");
            let found = self.0.call("read", &id, |inner| inner.objects.get(&id).cloned()).await;
            found.map_or_else(Reply::nothing, |value| Reply::done(Object { value, private: current.private }))
        })
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async move {
            let name = text(&request.planned, "name");
            let value = self.0.call("create", &name, |inner| {
                let count = inner.objects.len() + 1;
                let id = inner.made.entry(request.token.clone()).or_insert_with(|| format!("{name}-{count}")).clone();
                let mut object = request.planned.as_object().unwrap().clone();
                object.insert("id".into(), Value::string(id.clone()));
                let value = Value::object(object);
                inner.objects.insert(id, value.clone());
                value
            });
            Reply::done(Object { value: value.await, private: Private::new() })
        })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async move {
            let (id, value) = (text(&request.prior, "id"), request.planned.clone());
            self.0.call("update", &id, |inner| inner.objects.insert(id.clone(), value)).await;
            Reply::done(Object { value: request.planned, private: Private::new() })
        })
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async move {
            let id = text(&request.prior, "id");
            let gone = self.0.call("delete", &id, |inner| inner.objects.remove(&id)).await;
            if gone.is_some() { Vec::new() } else { vec![error("Not there", "Nothing to delete.")] }
        })
    }

    fn import<'a>(&'a self, id: &'a str) -> Future<'a, Reply<Object>> {
        Box::pin(async move {
            let found = self.0.call("import", id, |inner| inner.objects.get(id).cloned()).await;
            found.map_or_else(Reply::nothing, |value| Reply::done(Object { value, private: Private::new() }))
        })
    }
}

impl DataSource for View {
    fn schema(&self) -> Schema {
        schema()
    }

    fn read<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Value>> {
        Box::pin(async move {
            self.0.call("view", &text(config, "name"), |_| ()).await;
            let mut value = config.as_object().unwrap().clone();
            value.insert("id".into(), Value::string("seen"));
            Reply::done(Value::object(value))
        })
    }
}

fn hosted(blocks: &str) -> (Hosted, Arc<Tower>) {
    let tower: Arc<Tower> = Arc::default();
    (Hosted::new("air", Air(tower.clone()), blocks), tower)
}

fn drform(hosted: &Hosted, arguments: &[&str]) -> Ran {
    Tool::Drform.run(hosted.dir.path(), &hosted.setting, arguments)
}

/// Adds blocks to those that there are.
fn write(hosted: &Hosted, file: &str, blocks: &str) {
    std::fs::write(hosted.dir.path().join(file), blocks).unwrap();
}

const MANY: usize = 12;

#[test]
fn never_more_calls_than_parallelism_allows() {
    for (argument, most) in [(Some("-parallelism=1"), 1), (Some("-parallelism=3"), 3), (None, 10)] {
        let (hosted, tower) = hosted("");
        write(
            &hosted,
            "planes.tf",
            &format!("resource \"air_plane\" \"a\" {{\n  count = {MANY}\n  name = count.index\n}}\n"),
        );
        let flies = |verb: &'static str, command: &[&str]| {
            tower.expect(verb, most, MANY);
            let arguments: Vec<&str> = command.iter().copied().chain(argument).collect();
            drform(&hosted, &arguments).ok();
            let (most_seen, left) = {
                let inner = tower.inner.lock().unwrap();
                (inner.most, inner.gate.as_ref().unwrap().coming)
            };
            assert_eq!((most_seen, left), (most, 0), "{verb} of {arguments:?}: {:?}", tower.log());
        };
        flies("plan", &["plan"]);
        flies("create", &["apply", "-auto-approve"]);
        flies("read", &["plan"]);
        flies("read", &["apply", "-refresh-only", "-auto-approve"]);
        flies("read", &["refresh"]);
        write(
            &hosted,
            "views.tf",
            &format!("data \"air_view\" \"a\" {{\n  count = {MANY}\n  name = count.index\n}}\n"),
        );
        flies("view", &["plan"]);
        std::fs::remove_file(hosted.dir.path().join("views.tf")).unwrap();
        flies("delete", &["destroy", "-auto-approve"]);
    }
}

/// Everything that is planned at once: create, update, replace both ways, delete, forget, import, move, taint, deposed,
/// data sources, drift, and what cannot be planned.
#[test]
fn no_plan_changes_anything() {
    let (hosted, tower) = hosted("");
    let plane = |name: &str, more: &str| format!("resource \"air_plane\" {name:?} {{\n  name = {name:?}\n{more}\n}}\n");
    let before: Vec<String> =
        ["update", "replace", "first", "gone", "forgotten", "old", "tainted"].map(|name| plane(name, "")).into();
    write(&hosted, "planes.tf", &before.concat());
    drform(&hosted, &["apply", "-auto-approve"]).ok();
    drform(&hosted, &["taint", "air_plane.tainted"]).ok();
    {
        let mut inner = tower.inner.lock().unwrap();
        let object = inner.objects.values().find(|object| text(object, "name") == "update").unwrap().clone();
        let mut object = object.as_object().unwrap().clone();
        object.insert("id".into(), Value::string("found"));
        inner.objects.insert("found".into(), Value::object(object));
        let drifted = inner.objects.iter().find(|(_, object)| text(object, "name") == "old").map(|(id, _)| id.clone());
        inner.objects.remove(&drifted.unwrap());
    }
    let after = [
        plane("update", "size = 2"),
        plane("replace", "zone = \"b\""),
        plane("first", "zone = \"b\"\n  lifecycle { create_before_destroy = true }"),
        plane("new", "size = 1"),
        plane("tainted", ""),
        plane("moved", ""),
        plane("imported", ""),
        "import {\n  to = air_plane.imported\n  id = \"found\"\n}\n".into(),
        "moved {\n  from = air_plane.old\n  to = air_plane.moved\n}\n".into(),
        "removed {\n  from = air_plane.forgotten\n  lifecycle { destroy = false }\n}\n".into(),
        "data \"air_view\" \"a\" { name = \"a\" }\ndata \"air_view\" \"b\" { name = air_plane.new.id }\n".into(),
    ];
    write(&hosted, "planes.tf", &after.concat());
    let state = || std::fs::read(hosted.dir.path().join("terraform.tfstate")).unwrap();
    let (objects, before) = (tower.inner.lock().unwrap().objects.clone(), state());
    tower.log();
    let plans = |wrong: bool| {
        let mut planned = 0;
        for arguments in [
            &["plan"][..],
            &["plan", "-out=saved.plan"],
            &["plan", "-refresh=false"],
            &["plan", "-refresh-only"],
            &["plan", "-destroy"],
            &["plan", "-destroy", "-out=destroy.plan"],
            &["plan", "-minimal-refresh"],
            &[
                "plan",
                "-target=air_plane.first",
                "-target=air_plane.moved",
                "-target=air_plane.old",
                "-replace=air_plane.first",
            ],
            &["plan", "-exclude=air_plane.new"],
            &["plan", "-json"],
            &["plan", "-detailed-exitcode"],
            &["drift"],
            &["validate"],
            &["show"],
            &["show", "-json"],
            &["graph"],
            &["output"],
            &["state", "list"],
            &["state", "show", "air_plane.update"],
        ] {
            let ran = drform(&hosted, arguments);
            let log = tower.log();
            let changes = |line: &&String| ["create ", "update ", "delete "].iter().any(|verb| line.starts_with(verb));
            assert_eq!(log.iter().find(changes), None, "{arguments:?}\n{}", ran.text());
            assert_eq!(tower.inner.lock().unwrap().objects, objects, "{arguments:?}");
            assert_eq!(state(), before, "{arguments:?}: the state is as it was");
            planned += log.iter().filter(|line| line.starts_with("plan ")).count();
            assert!(wrong || ran.code != 1, "{arguments:?}\n{}", ran.text());
        }
        planned
    };
    assert!(plans(false) > 0, "something is planned");
    write(&hosted, "wrong.tf", &plane("wrong", ""));
    assert!(plans(true) > 0, "something is planned beside what is wrong");
}

/// Two that take their time, one that waits for them, and one that is quick.
const HELD: &str = r#"
resource "air_plane" "held" {
  count = 2
  name  = "held${count.index}"
}
resource "air_plane" "after" { name = "after-${air_plane.held[0].id}" }
resource "air_plane" "quick" { name = "quick" }
"#;

fn start(tool: Tool, hosted: &Hosted) -> Child {
    let mut command = tool.command(hosted.dir.path(), &hosted.setting, &["apply", "-auto-approve"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Started until both are held and the quick one is done.
fn held(tool: Tool) -> (Hosted, Arc<Tower>, Child) {
    let (hosted, tower) = hosted(HELD);
    tower.inner.lock().unwrap().held = true;
    let child = start(tool, &hosted);
    ["create held0", "create held1", "create quick ends"].iter().for_each(|line| tower.wait_for(line));
    (hosted, tower, child)
}

fn addresses(hosted: &Hosted) -> Vec<String> {
    drform(hosted, &["state", "list"]).ok().out.lines().map(str::to_string).collect()
}

#[test]
fn interrupted_once() {
    let tools = [Some(Tool::Drform), terraform().map(|_| Tool::Terraform)];
    for tool in tools.into_iter().flatten() {
        let (hosted, tower, child) = held(tool);
        interrupt(&child);
        tower.wait_for("stop");
        tower.inner.lock().unwrap().held = false;
        let output = child.wait_with_output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(1), "{tool:?}\n{said}");
        assert!(said.contains("Interrupt received"), "{tool:?}\n{said}");
        let log = tower.log();
        assert!(!log.iter().any(|line| line.starts_with("create after")), "{tool:?}: {log:?}");
        assert_eq!(
            addresses(&hosted),
            ["air_plane.held[0]", "air_plane.held[1]", "air_plane.quick"],
            "{tool:?}\n{said}"
        );
        finished(&hosted, &tower);
    }
}

#[test]
fn interrupted_twice() {
    let (hosted, tower, child) = held(Tool::Drform);
    interrupt(&child);
    tower.wait_for("stop");
    interrupt(&child);
    // Nothing is let go: it does not wait.
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    tower.inner.lock().unwrap().held = false;
    finished(&hosted, &tower);
}

/// The next apply ends what was begun: every object is there once, and nothing is left to do.
fn finished(hosted: &Hosted, tower: &Tower) {
    let ran = drform(hosted, &["apply", "-auto-approve"]).ok();
    let list = addresses(hosted);
    assert_eq!(list.len(), 4, "{list:?}\n{}", ran.text());
    assert_eq!(tower.inner.lock().unwrap().objects.len(), 4, "{:?}\n{}", tower.log(), ran.text());
    assert_eq!(drform(hosted, &["plan", "-detailed-exitcode"]).code, 0);
}
