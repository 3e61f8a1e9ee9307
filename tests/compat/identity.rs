//! Identities of objects: imports by them, what the state keeps of them, and what they may not do. Terraform 1.11 does
//! not know them, so that only drform is asked.

use crate::hosted::Hosted;
use crate::tool::{Ran, Tool};
use configschema::{Attribute, Block, IdentityAttribute, IdentitySchema, Schema};
use sdk::{ChangeRequest, Findings, Future, Object, Provider, Reply, Resource, StoredState};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use value::{Type, Value};

/// What the cloud has: sizes by name, in one account.
struct World {
    account: &'static str,
    sizes: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Things(Arc<Mutex<World>>);

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().into()
}

impl Things {
    fn new() -> Things {
        let sizes = [("old".to_string(), "small".to_string())];
        Things(Arc::new(Mutex::new(World { account: "1", sizes: sizes.into() })))
    }

    fn object(&self, name: &str) -> Option<Value> {
        let world = self.0.lock().unwrap();
        let size = world.sizes.get(name)?;
        let attributes = [
            ("account", Value::string(world.account)),
            ("name", Value::string(name)),
            ("size", Value::string(&**size)),
        ];
        Some(Value::object(attributes))
    }

    fn changed(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let name = text(&request.planned, "name");
        self.0.lock().unwrap().sizes.insert(name.clone(), text(&request.planned, "size"));
        let value = self.object(&name).unwrap();
        Box::pin(async move { Reply::done(Object { value, private: request.private }) })
    }
}

impl Resource for Things {
    fn schema(&self) -> Schema {
        let attributes = [
            ("account".into(), Attribute::computed(Type::String)),
            ("name".into(), Attribute::required(Type::String)),
            ("size".into(), Attribute::required(Type::String)),
        ];
        Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        let attribute = |required: bool| IdentityAttribute {
            ty: Type::String,
            required_for_import: required,
            optional_for_import: !required,
            description: "".into(),
        };
        let attributes = [("account".into(), attribute(false)), ("name".into(), attribute(true))];
        Some(IdentitySchema { version: 1, attributes: attributes.into() })
    }

    fn identify(&self, object: &Value) -> Option<Value> {
        let part = |name: &'static str| Some((name, object.get(name)?.clone()));
        Some(Value::object([part("account")?, part("name")?]))
    }

    /// Of version 0 there was but `n`.
    fn upgrade_identity(&self, identity: StoredState) -> Future<'_, Reply<Vec<u8>>> {
        let old: Json = serde_json::from_slice(&identity.json).unwrap();
        let new = json!({ "account": "1", "name": old["n"] }).to_string();
        Box::pin(async move { Reply::done(new.into_bytes()) })
    }

    fn import_identity<'a>(&'a self, identity: &'a Value) -> Future<'a, Reply<Object>> {
        Box::pin(async move {
            match self.object(&text(identity, "name")) {
                Some(value) => Reply::done(Object { value, private: Default::default() }),
                None => Reply { result: None, findings: Vec::new(), in_doubt: false },
            }
        })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        let value = self.object(&text(&current.value, "name"));
        let result = value.map(|value| Object { value, ..current });
        Box::pin(async move { Reply { result, findings: Vec::new(), in_doubt: false } })
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.changed(request)
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.changed(request)
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        self.0.lock().unwrap().sizes.remove(&text(&request.prior, "name"));
        Box::pin(async { Vec::new() })
    }
}

/// A type without identities.
struct Plain;

impl Resource for Plain {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        Box::pin(async move { Reply::done(current) })
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(async move { Reply::done(Object { value: request.planned, private: request.private }) })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        self.create(request)
    }

    fn delete(&self, _: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async { Vec::new() })
    }
}

impl Provider for Things {
    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("ident_thing", Arc::new(self.clone())), ("ident_plain", Arc::new(Plain))]
    }
}

fn run(hosted: &Hosted, arguments: &[&str]) -> Ran {
    Tool::Drform.run(hosted.dir.path(), &hosted.setting, arguments)
}

fn thing(size: &str) -> String {
    format!("resource \"ident_thing\" \"x\" {{\n  name = \"old\"\n  size = \"{size}\"\n}}\n")
}

fn import(identity: &str) -> String {
    format!("import {{\n  to       = ident_thing.x\n  identity = {identity}\n}}\n{}", thing("small"))
}

/// Identity and its version, as the state has them.
fn kept(hosted: &Hosted) -> (Json, Json) {
    let state = std::fs::read(hosted.dir.path().join("terraform.tfstate")).unwrap();
    let state: Json = serde_json::from_slice(&state).unwrap();
    let object = &state["resources"][0]["instances"][0];
    (object["identity"].clone(), object["identity_schema_version"].clone())
}

fn old() -> (Json, Json) {
    (json!({ "account": "1", "name": "old" }), json!(1))
}

#[test]
fn an_object_is_imported_by_its_identity() {
    let hosted = Hosted::new("ident", Things::new(), &import("{ name = \"old\" }"));
    let plan = run(&hosted, &["plan"]).ok();
    assert!(plan.out.contains("# ident_thing.x will be imported"), "{}", plan.out);
    assert!(plan.out.contains("1 to import, 0 to add"), "{}", plan.out);
    let apply = run(&hosted, &["apply", "-auto-approve"]).ok();
    assert!(apply.out.contains("ident_thing.x: Importing... [identity=name=old]"), "{}", apply.out);
    assert!(apply.out.contains("1 imported, 0 added"), "{}", apply.out);
    assert_eq!(kept(&hosted), old());
    let again = run(&hosted, &["plan", "-detailed-exitcode"]).ok();
    assert!(again.out.contains("No changes"), "{}", again.out);
}

#[test]
fn an_imported_object_that_is_changed_at_once() {
    let block = import("{ name = \"old\", account = null }").replace("small", "big");
    let hosted = Hosted::new("ident", Things::new(), &block);
    let plan = run(&hosted, &["plan"]).ok();
    // What Terraform says where it has no id.
    let said = "# ident_thing.x will be updated in-place\n  # (will be imported first)\n";
    assert!(plan.out.contains(said), "{}", plan.out);
    run(&hosted, &["apply", "-auto-approve"]).ok();
    assert_eq!(kept(&hosted), old());
}

#[test]
fn what_is_made_keeps_its_identity() {
    let things = Things::new();
    let hosted = Hosted::new("ident", things.clone(), &thing("medium"));
    run(&hosted, &["apply", "-auto-approve"]).ok();
    assert_eq!(kept(&hosted), old());
    things.0.lock().unwrap().account = "2";
    let plan = run(&hosted, &["plan"]);
    assert_eq!(plan.code, 1, "{}", plan.text());
    assert!(plan.error.contains("Provider produced different identity"), "{}", plan.error);
    let unread = run(&hosted, &["plan", "-refresh=false", "-detailed-exitcode"]).ok();
    assert!(unread.out.contains("No changes"), "{}", unread.out);
}

#[test]
fn an_older_identity_is_upgraded() {
    let hosted = Hosted::new("ident", Things::new(), &thing("small"));
    run(&hosted, &["apply", "-auto-approve"]).ok();
    let path = hosted.dir.path().join("terraform.tfstate");
    let mut state: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let object = &mut state["resources"][0]["instances"][0];
    object["identity"] = json!({ "n": "old" });
    object["identity_schema_version"] = json!(0);
    std::fs::write(&path, state.to_string()).unwrap();
    run(&hosted, &["apply", "-auto-approve", "-refresh-only"]).ok();
    assert_eq!(kept(&hosted), old());
    let object = &mut state["resources"][0]["instances"][0];
    object["identity_schema_version"] = json!(7);
    std::fs::write(&path, state.to_string()).unwrap();
    let newer = run(&hosted, &["plan"]);
    assert!(newer.error.contains("managed by newer provider version"), "{}", newer.text());
}

#[test]
fn identities_that_are_none() {
    let rows = [
        ("{ account = \"1\" }", "The attribute \"name\" is required."),
        ("{ name = null }", "The attribute \"name\" is required."),
        ("{ name = \"old\", nmae = \"x\" }", "An import cannot say the attribute \"nmae\"."),
        ("{ name = [] }", "The attribute \"name\" is wrong"),
        ("\"old\"", "An identity is an object, not string."),
        ("null", "An identity is an object"),
        ("{ name = terraform_data.t.id }", "The identity depends on what is known only after an apply."),
        ("{ name = sensitive(\"tOp5ecret\") }", "it must not be sensitive"),
        ("{ name = \"nobody\" }", "Cannot import non-existent remote object"),
    ];
    for (identity, said) in rows {
        let block = format!("{}resource \"terraform_data\" \"t\" {{}}\n", import(identity));
        let ran = run(&Hosted::new("ident", Things::new(), &block), &["plan"]);
        assert_eq!(ran.code, 1, "{identity}: {}", ran.text());
        let words = |text: &str| text.split_whitespace().filter(|w| *w != "│").collect::<Vec<_>>().join(" ");
        assert!(words(&ran.error).contains(&words(said)), "{identity}: {}", ran.error);
        assert!(said.starts_with("Cannot") || ran.error.contains("identity = "), "no excerpt: {}", ran.error);
        // The excerpt shows what is written; nothing else may.
        let shown = ran.text().lines().filter(|line| !line.contains("identity = ")).any(|l| l.contains("tOp5ecret"));
        assert!(!shown, "{}", ran.text());
    }
}

#[test]
fn a_type_without_identities() {
    let block =
        "import {\n  to       = ident_plain.x\n  identity = { name = 1 }\n}\nresource \"ident_plain\" \"x\" {}\n";
    let ran = run(&Hosted::new("ident", Things::new(), block), &["plan"]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.error.contains("tells no identity of objects of type ident_plain"), "{}", ran.error);
}
