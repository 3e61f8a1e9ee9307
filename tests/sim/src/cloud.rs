//! A fake cloud with a provider in front of it: three resource types that differ in what their provider promises.

use crate::random::Random;
use addrs::Provider;
use calls::{Answer, ChangeAnswer, ChangeRequest, PlannedObject, Question, Repeat, StoredObject};
use configschema::{Attribute, Block, ProviderSchema, Schema};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Path, Type, Value, json};

/// Tells of an object by its token; a lost create can be looked for.
pub(crate) const DISK: &str = "sim_disk";
/// The same token gives the same object; a lost create can be repeated.
pub(crate) const KEY: &str = "sim_key";
/// Exists in the state only, as `terraform_data` does; anything can be repeated.
pub(crate) const NOTE: &str = "sim_note";

/// The provider's source address.
pub(crate) fn provider() -> Provider {
    Provider { host: addrs::DEFAULT_HOST.into(), namespace: "sim".into(), kind: "sim".into() }
}

/// What the provider promises about a type.
pub(crate) fn promise(kind: &str) -> Repeat {
    match kind {
        NOTE => Repeat::Harmless,
        KEY => Repeat::SameObject,
        _ => Repeat::Never,
    }
}

/// The schema: `name` can be updated, `size` cannot, `of` names another object.
pub(crate) fn schema() -> ProviderSchema {
    let attributes = || {
        BTreeMap::from([
            ("id".into(), Attribute::computed(Type::String)),
            ("etag".into(), Attribute::computed(Type::Number)),
            ("name".into(), Attribute::required(Type::String)),
            ("size".into(), Attribute::optional(Type::Number)),
            ("of".into(), Attribute::optional(Type::list(Type::String))),
        ])
    };
    let resource = || Arc::new(Schema { version: 0, block: Block { attributes: attributes(), ..Block::default() } });
    let resources = [DISK, KEY, NOTE].into_iter().map(|kind| (Arc::from(kind), resource())).collect();
    ProviderSchema { resources, ..ProviderSchema::default() }
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thing {
    pub(crate) token: Arc<str>,
    value: Value,
}

/// All objects, and what went wrong with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cloud {
    /// By id; notes are not here.
    pub(crate) things: BTreeMap<String, Thing>,
    /// How many objects each token made.
    pub(crate) made: BTreeMap<Arc<str>, usize>,
    /// Ids that ever existed, notes among them.
    known: BTreeMap<String, ()>,
    /// Objects whose create was answered with an error.
    pub(crate) half_made: BTreeMap<String, ()>,
    /// Laws that a request broke.
    pub(crate) offences: Vec<String>,
    counter: u64,
}

impl Cloud {
    /// Answers a question.
    pub(crate) fn answer(&self, question: &Question) -> Answer {
        let none = Diagnostics::new;
        match question {
            Question::ValidateProvider { .. }
            | Question::ConfigureProvider { .. }
            | Question::ValidateResource { .. }
            | Question::ValidateDataSource { .. } => Answer::Checked(none()),
            Question::UpgradeState { raw, .. } => {
                let value = json::parse(raw).ok().and_then(|node| json::decode(&node, &object_type()).ok());
                Answer::Object(value.map(stored), none())
            }
            Question::Read { kind, current, .. } => {
                let there =
                    if kind.as_ref() == NOTE { Some(current.value.clone()) } else { self.look(&id_of(&current.value)) };
                Answer::Object(Some(stored(there.unwrap_or_else(nothing))), none())
            }
            Question::Plan { prior, proposed, config, .. } => {
                Answer::Planned(Some(plan(prior, proposed, config)), none())
            }
            Question::FindByToken { kind, token, .. } if kind.as_ref() == DISK => {
                let found = self.things.values().find(|thing| thing.token == *token).map(|thing| thing.value.clone());
                Answer::Object(Some(stored(found.unwrap_or_else(nothing))), none())
            }
            Question::FindByToken { .. }
            | Question::ReadDataSource { .. }
            | Question::ValidateEphemeral { .. }
            | Question::OpenEphemeral { .. }
            | Question::RenewEphemeral { .. }
            | Question::CloseEphemeral { .. }
            | Question::Import { .. }
            | Question::CallFunction { .. } => Answer::Unsupported,
        }
    }

    fn look(&self, id: &str) -> Option<Value> {
        self.things.get(id).map(|thing| thing.value.clone())
    }

    /// Carries out a change. `trouble` decides whether it fails, and how.
    pub(crate) fn carry_out(&mut self, request: &ChangeRequest, trouble: Option<Trouble>) -> ChangeAnswer {
        let failed = |object| ChangeAnswer {
            object,
            diagnostics: Diagnostic::error("The cloud is unwell", "Try again.").into(),
            legacy: false,
            in_doubt: false,
        };
        if trouble == Some(Trouble::Before) {
            return failed(None);
        }
        self.check_references(request);
        let id = id_of(&request.prior);
        let note = request.kind.as_ref() == NOTE;
        let object = match (request.prior.is_null(), request.planned.is_null()) {
            (true, _) => Some(self.make(request)),
            (_, true) => {
                if self.things.remove(&id).is_none() && !note {
                    self.offences.push(format!("{id} is deleted twice"));
                }
                None
            }
            _ => {
                let value = finished(&request.planned, &id, self.tick());
                match self.things.get_mut(&id) {
                    Some(thing) => thing.value = value.clone(),
                    None if note => {}
                    None => self.offences.push(format!("{id} is updated and does not exist")),
                }
                Some(value)
            }
        };
        let object = Some(stored(object.unwrap_or_else(nothing)));
        match trouble {
            Some(Trouble::After) => {
                if request.prior.is_null()
                    && let Some(object) = &object
                {
                    self.half_made.insert(id_of(&object.value), ());
                }
                failed(object)
            }
            _ => ChangeAnswer { object, diagnostics: Diagnostics::new(), legacy: false, in_doubt: false },
        }
    }

    fn make(&mut self, request: &ChangeRequest) -> Value {
        if request.kind.as_ref() == KEY
            && let Some(thing) = self.things.values().find(|thing| thing.token == request.token)
        {
            let value = thing.value.clone();
            if !request.repeated {
                self.offences.push(format!("{} is made again, and the request does not say so", request.token));
            }
            return value;
        }
        self.counter += 1;
        let note = request.kind.as_ref() == NOTE;
        // A note is made of its request alone, so that repeating it makes no other.
        let id = if note { format!("note-{}", request.token) } else { format!("{}-{}", request.kind, self.counter) };
        let value = finished(&request.planned, &id, self.counter);
        self.known.insert(id.clone(), ());
        if !note {
            *self.made.entry(request.token.clone()).or_default() += 1;
            self.things.insert(id, Thing { token: request.token.clone(), value: value.clone() });
        }
        value
    }

    fn tick(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Whatever a request names must exist (law 5). Ids of notes are always good once made.
    fn check_references(&mut self, request: &ChangeRequest) {
        if !request.config.is_wholly_known() {
            self.offences.push("a request holds an unknown configuration".into());
        }
        let named: Vec<String> = request
            .planned
            .get("of")
            .and_then(Value::as_items)
            .unwrap_or(&[])
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect();
        for id in named {
            if !self.known.contains_key(&id) || (!id.starts_with("note-") && !self.things.contains_key(&id)) {
                self.offences.push(format!("a request names {id}, which does not exist"));
            }
        }
    }
}

/// How a change fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing happens.
    Before,
    /// It happens, and is reported together with an error.
    After,
}

impl Trouble {
    /// One change in eight fails, while failures are allowed.
    pub(crate) fn draw(random: &mut Random) -> Option<Trouble> {
        match random.below(16) {
            0 => Some(Trouble::Before),
            1 => Some(Trouble::After),
            _ => None,
        }
    }
}

/// Type of all objects.
pub(crate) fn object_type() -> Type {
    let schema = schema();
    schema.resources.get(DISK).map_or(Type::Dynamic, |schema| configschema::implied_type(&schema.block))
}

fn nothing() -> Value {
    Value::null(object_type())
}

fn stored(value: Value) -> StoredObject {
    let private: Arc<[u8]> = Arc::from(id_of(&value).as_bytes());
    StoredObject { value, private, identity: None }
}

/// The id of an object; empty when it has none.
pub(crate) fn id_of(value: &Value) -> String {
    value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn plan(prior: &Value, proposed: &Value, config: &Value) -> PlannedObject {
    let same = prior == proposed;
    let computed = |name: &str, ty: Type, keep: bool| match prior.get(name) {
        Some(value) if keep => value.clone(),
        _ => Value::unknown(ty),
    };
    let planned = match proposed.as_object() {
        Some(attributes) if !config.is_null() => Value::object(attributes.iter().map(|(name, value)| {
            let value = match name.as_ref() {
                "id" => computed("id", Type::String, !prior.is_null()),
                "etag" => computed("etag", Type::Number, same),
                _ => value.clone(),
            };
            (name.clone(), value)
        })),
        _ => nothing(),
    };
    let requires_replace = if prior.is_null() { Vec::new() } else { vec![Path::attribute("size")] };
    PlannedObject { planned, requires_replace, private: Arc::from(&b"planned"[..]), legacy: false }
}

/// The planned object with its computed attributes.
fn finished(planned: &Value, id: &str, etag: u64) -> Value {
    planned.map_children(|step, value| match step {
        value::PathStep::Attribute(name) if name.as_ref() == "id" => Value::string(id),
        value::PathStep::Attribute(name) if name.as_ref() == "etag" => Value::int(etag as i64),
        _ => value.clone(),
    })
}
