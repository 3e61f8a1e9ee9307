//! Further types of the lab: one with every nesting and an older schema behind it, one of a provider of the old kind.

use super::{Cloud, block, text};
use configschema::{Attribute, AttributeType, NestedAttributes, NestedBlock, Nesting, Schema};
use sdk::{
    ChangeRequest, Findings, Future, Object, PlanRequest, Planned, Reply, Resource, StoredState, default_plan, error,
};
use std::sync::Arc;
use value::{Content, Path, PathStep, Type, Value};

/// Blocks and attributes in each way. In version 1 its `label` was a `title`, in version 0 nobody knows.
pub struct Rack(pub Arc<Cloud>);

/// A type that keeps no promise, of a provider that need not (`legacy_type_system`): sizes grow by one when planned, and
/// by another one when made.
pub struct Old(pub Arc<Cloud>);

fn nested<const N: usize>(nesting: Nesting, attributes: [(&str, Attribute); N]) -> Attribute {
    let attributes = attributes.map(|(name, attribute)| (name.into(), attribute)).into();
    let ty = AttributeType::Nested(NestedAttributes { nesting, attributes });
    Attribute { ty, ..Attribute::optional(Type::String) }
}

pub fn rack() -> Schema {
    let cell = || {
        [
            ("name", Attribute::required(Type::String)),
            ("note", Attribute::optional(Type::String)),
            ("key", Attribute::computed(Type::String)),
        ]
    };
    let mut door = nested(Nesting::Single, cell());
    door.computed = true;
    let mut block = block([
        ("id", Attribute::computed(Type::String)),
        ("name", Attribute::required(Type::String)),
        ("label", Attribute::optional(Type::String)),
        ("kind", Attribute::optional(Type::String)),
        ("extra", Attribute::optional(Type::Dynamic)),
        ("wo", Attribute::optional(Type::String).write_only()),
        ("cells", nested(Nesting::List, cell())),
        ("named", nested(Nesting::Map, cell())),
        ("some", nested(Nesting::Set, cell())),
        ("door", door),
        ("fault", Attribute::optional(Type::String)),
    ]);
    let blocks = |nesting, max_items, block| NestedBlock { nesting, block, min_items: 0, max_items };
    let power = self::block([
        ("watts", Attribute::optional(Type::Number)),
        ("phase", Attribute::optional_computed(Type::String)),
    ]);
    let slot = self::block([("unit", Attribute::optional(Type::Number)), ("mark", Attribute::computed(Type::String))]);
    let mut shelf = self::block([("depth", Attribute::optional(Type::Number))]);
    shelf.blocks = [("slot".into(), blocks(Nesting::List, 0, slot.clone()))].into();
    block.blocks = [
        ("power".into(), blocks(Nesting::Single, 0, power.clone())),
        ("spare".into(), blocks(Nesting::Group, 0, power)),
        ("slots".into(), blocks(Nesting::Map, 0, slot)),
        ("shelf".into(), blocks(Nesting::List, 2, shelf)),
    ]
    .into();
    Schema { version: 2, block }
}

/// The value with something in each place that is unknown.
fn settled(value: &Value) -> Value {
    match &value.content {
        Content::Unknown(..) => match value.ty() {
            Type::Number => Value::number(1u64.into()),
            Type::Bool => Value::bool(true),
            Type::String => Value::string("made"),
            other => Value::null(other),
        },
        _ => value.map_children(|_, part| settled(part)),
    }
}

fn with(value: &Value, name: &str, new: Value) -> Value {
    let mut object = value.as_object().unwrap().clone();
    object.insert(name.into(), new);
    Value::object(object)
}

impl Rack {
    fn made(&self, planned: &Value, id: &str) -> Object {
        self.0.put(settled(&with(planned, "id", Value::string(id))))
    }
}

impl Resource for Rack {
    fn schema(&self) -> Schema {
        rack()
    }

    fn forces_replacement(&self) -> &[&str] {
        &["kind"]
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let mut planned = default_plan(&rack(), self.forces_replacement(), request);
        let at = |name: &'static str, rest: &[PathStep]| {
            let mut path = Path::attribute(name);
            path.0.extend(rest.iter().cloned());
            path
        };
        let watts = || PathStep::Attribute("watts".into());
        match text(&request.config, "fault").as_str() {
            "watts" => planned.requires_replace.push(at("power", &[watts()])),
            "no_such_path" => planned.requires_replace.push(Path::attribute("nothing")),
            "wo" => planned.requires_replace.push(Path::attribute("wo")),
            "door_changes" => planned.unknown("door"),
            "cells_invented" => planned.set("cells", Value::null(planned.value.get("cells").unwrap().ty())),
            _ => {}
        }
        Box::pin(async move { Reply::done(planned) })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        self.0.read(current)
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let name = text(&request.planned, "name");
        Box::pin(async move {
            let wo = request.config.get("wo").and_then(Value::as_str);
            self.0.turn(format!("create {name}{}", wo.map_or_else(String::new, |wo| format!(" wo={wo}")))).await;
            Reply::done(self.made(&request.planned, &self.0.next_id(&name)))
        })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let id = text(&request.prior, "id");
        Box::pin(async move {
            self.0.turn(format!("update {id}")).await;
            Reply::done(self.made(&request.planned, &id))
        })
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        self.0.delete(text(&request.prior, "id"), String::new())
    }

    fn upgrade(&self, state: StoredState) -> Future<'_, Reply<Vec<u8>>> {
        Box::pin(async move {
            let mut object: serde_json::Value = serde_json::from_slice(&state.json).unwrap();
            match state.version {
                0 => Reply::failed("Cannot upgrade", "Nobody knows version 0."),
                1 => {
                    let title = object.as_object_mut().unwrap().remove("title").unwrap_or_default();
                    object["label"] = title;
                    Reply::done(object.to_string().into_bytes())
                }
                _ => Reply::done(state.json),
            }
        })
    }

    fn import<'a>(&'a self, id: &'a str) -> Future<'a, Reply<Object>> {
        self.0.import(id)
    }
}

fn old() -> Schema {
    let mut block = block([
        ("id", Attribute::computed(Type::String)),
        ("name", Attribute::required(Type::String)),
        ("size", Attribute::optional(Type::Number)),
        ("note", Attribute::optional_computed(Type::String)),
        ("zone", Attribute::optional(Type::String)),
        ("tags", Attribute::optional(Type::map(Type::String))),
    ]);
    let disk = self::block([
        ("size", Attribute::required(Type::Number)),
        ("serial", Attribute::optional_computed(Type::String)),
    ]);
    let disk = NestedBlock { nesting: Nesting::List, block: disk, min_items: 0, max_items: 0 };
    block.blocks = [("disk".into(), disk)].into();
    Schema { version: 0, block }
}

/// A size and one more.
fn grown(value: &Value) -> Value {
    match value.get("size").and_then(Value::as_number).and_then(|size| size.to_u64()) {
        Some(size) => with(value, "size", Value::number((size + 1).into())),
        None => value.clone(),
    }
}

impl Resource for Old {
    fn schema(&self) -> Schema {
        old()
    }

    fn legacy(&self) -> bool {
        true
    }

    fn forces_replacement(&self) -> &[&str] {
        &["zone"]
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let mut planned = default_plan(&old(), self.forces_replacement(), request);
        planned.value = grown(&planned.value);
        Box::pin(async move { Reply::done(planned) })
    }

    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>> {
        self.0.read(current)
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let name = text(&request.planned, "name");
        Box::pin(async move {
            self.0.turn(format!("create {name}")).await;
            let id = self.0.next_id(&name);
            Reply::done(self.0.put(settled(&with(&grown(&request.planned), "id", Value::string(id)))))
        })
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        let id = text(&request.prior, "id");
        Box::pin(async move {
            self.0.turn(format!("update {id}")).await;
            Reply::done(self.0.put(settled(&grown(&request.planned))))
        })
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        self.0.delete(text(&request.prior, "id"), String::new())
    }
}

impl Cloud {
    /// Whatever there is under the id of an object.
    pub fn read(&self, current: Object) -> Future<'_, Reply<Object>> {
        let id = text(&current.value, "id");
        self.inner.lock().unwrap().reads.push(format!("read {id}"));
        let found = self.object(&id);
        Box::pin(async move {
            match found {
                Some(value) if text(&value, "fault") == "read" => Reply::failed("Cannot read", "As asked."),
                Some(value) => Reply::done(Object { value, private: current.private }),
                None => Reply::nothing(),
            }
        })
    }

    /// Removes an object, unless its fault says otherwise.
    pub fn delete(self: &Arc<Cloud>, id: String, fault: String) -> Future<'_, Findings> {
        Box::pin(async move {
            self.turn(format!("delete {id}")).await;
            if fault == "delete" {
                return vec![error("Cannot delete", "As asked.")];
            }
            self.inner.lock().unwrap().objects.remove(&id);
            match fault.as_str() {
                "delete_half" => vec![error("Deleted, but not all of it", "As asked.")],
                _ => Vec::new(),
            }
        })
    }

    /// What is there under an id.
    pub fn import(&self, id: &str) -> Future<'_, Reply<Object>> {
        self.inner.lock().unwrap().reads.push(format!("import {id}"));
        let found = self.object(id);
        Box::pin(async move {
            match found {
                Some(value) if text(&value, "fault") == "import" => Reply::failed("Cannot import", "As asked."),
                Some(value) => Reply::done(Object { value, private: Default::default() }),
                None => Reply::nothing(),
            }
        })
    }
}
