//! The one call that changes the world: it computes events, the caller logs and applies them.

use crate::answer::{no_bytes, no_provider, no_type, object_value};
use crate::catalogue::{Catalogue, Cloud};
use crate::event::Ending;
use crate::fill::Filling;
use crate::keys::{default_ebs_key, encrypts_by_default, usable};
use crate::object::{flag, text, whole};
use crate::overlay::{At, Kind, Scope};
use crate::plan::fills_what_is_not_computed;
use crate::rules::key::texts_at;
use crate::rules::{Asked, Doing, check, follows};
use crate::typed::{empty_blocks, from_json, to_json_object};
use crate::{Event, KeyState, Object, ObjectKey, Role, World};
use calls::{ChangeAnswer, ChangeRequest, StoredObject};
use configschema::{Schema, implied_type};
use diag::{Diagnostic, Diagnostics};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use value::Value;

/// A change of one object whose type is known.
struct Change<'a> {
    world: &'a World,
    cloud: &'a Cloud,
    schema: &'a Schema,
    kind: &'a Kind,
    request: &'a ChangeRequest,
    /// The `provider` block.
    provider: &'a Value,
}

impl World {
    /// Computes what a request does. Changes nothing: the caller makes the events durable, applies each with
    /// [`World::apply_event`], and only then gives the answer on; no other change is computed in between.
    ///
    /// A create whose client token made an object that is still there gives that object and no event. `config`
    /// is the `provider` block, as for [`World::answer`].
    pub fn change(&self, catalogue: &Catalogue, config: &Value, request: &ChangeRequest) -> (Vec<Event>, ChangeAnswer) {
        let provider = &request.provider.provider;
        let Some(cloud) = catalogue.cloud(provider) else {
            return refused(request, no_provider(provider).into());
        };
        let Some((schema, kind)) = cloud.resource(&request.kind) else {
            return refused(request, no_type(cloud, &request.kind).into());
        };
        let change = Change { world: self, cloud, schema, kind, request, provider: config };
        let done = match (request.prior.is_null(), request.planned.is_null()) {
            (true, true) => Ok((Vec::new(), request.planned.clone())),
            (true, false) => change.create(),
            (false, true) => change.delete(),
            (false, false) => change.update(),
        };
        match done {
            Ok((events, value)) => {
                let legacy = fills_what_is_not_computed(schema, kind);
                (events, ChangeAnswer { legacy, ..answer(Some(value), request, Diagnostics::new()) })
            }
            Err(errors) => refused(request, errors),
        }
    }
}

/// The answer when nothing was done: the object is what it was.
fn refused(request: &ChangeRequest, errors: Diagnostics) -> (Vec<Event>, ChangeAnswer) {
    (Vec::new(), answer(Some(request.prior.clone()), request, errors))
}

fn answer(value: Option<Value>, request: &ChangeRequest, diagnostics: Diagnostics) -> ChangeAnswer {
    let private = if request.planned.is_null() { no_bytes() } else { request.private.clone() };
    let object = value.map(|value| StoredObject { value, private, identity: None });
    ChangeAnswer { object, diagnostics, legacy: false, in_doubt: false }
}

type Done = Result<(Vec<Event>, Value), Diagnostics>;

impl Change<'_> {
    fn create(&self) -> Done {
        if let Some(object) = self.world.find_by_token(&self.request.token) {
            return self.again(object);
        }
        let attributes = self.attributes();
        let key = self.key(&attributes);
        let zone = self.zone(&attributes, &key.region);
        self.check(Doing::Create, &key, zone.as_deref(), &attributes, None)?;
        let value = self.value(&attributes);
        let other = self.instance_in_state(&attributes, &key.region);
        let object = self.object(key, zone, attributes);
        Ok(([Event::Created(Box::new(object))].into_iter().chain(other).collect(), value))
    }

    /// The same request once more.
    fn again(&self, object: &Object) -> Done {
        if object.key.kind != self.request.kind {
            let detail = format!("The client token {} made a {} already.", self.request.token, object.key.kind);
            return Err(Diagnostic::error("api error IdempotentParameterMismatch", detail)
                .next("Use a client token for one object only.")
                .into());
        }
        Ok((Vec::new(), object_value(object, &self.schema.block)))
    }

    fn update(&self) -> Done {
        let object = self.existing().ok_or_else(|| self.gone())?;
        let mut attributes = self.attributes();
        self.number_versions(&mut attributes, object);
        self.check(Doing::Update, &object.key, object.zone.as_deref(), &attributes, Some(object))?;
        let sealed_by = self.still_sealed_by(&attributes, object);
        let value = self.value(&attributes);
        if attributes == object.attributes && sealed_by == object.sealed_by {
            return Ok((Vec::new(), value));
        }
        let other = self.instance_in_state(&attributes, &object.key.region);
        let own = Event::Updated { key: object.key.clone(), attributes, sealed_by };
        Ok(([own].into_iter().chain(other).collect(), value))
    }

    /// What a launch template says has another number after each change; which number is the default one changes only
    /// when that is asked for.
    fn number_versions(&self, attributes: &mut Map<String, Json>, object: &Object) {
        if !follows(self.kind, "template_versions") {
            return;
        }
        let open = |name: &str| self.request.planned.get(name).is_some_and(|v| !v.is_known());
        let latest = whole(&object.attributes, "latest_version").unwrap_or(1);
        let latest = if open("latest_version") { latest.saturating_add(1) } else { latest };
        attributes.insert("latest_version".into(), latest.into());
        if open("default_version") {
            let before = object.attributes.get("default_version").cloned().unwrap_or_default();
            let after = if flag(attributes, "update_default_version") { latest.into() } else { before };
            attributes.insert("default_version".into(), after);
        }
    }

    /// The instance that an object of this type starts or stops, in its new state.
    fn instance_in_state(&self, attributes: &Map<String, Json>, region: &str) -> Option<Event> {
        if !follows(self.kind, "sets_instance_state") {
            return None;
        }
        let state = text(attributes, "state")?;
        let instance = self.world.find(&["aws_instance".into()], region, text(attributes, "instance_id")?)?;
        let mut after = instance.attributes.clone();
        let before = after.insert("instance_state".into(), state.into());
        let event =
            Event::Updated { key: instance.key.clone(), attributes: after, sealed_by: instance.sealed_by.clone() };
        (before != Some(state.into())).then_some(event)
    }

    fn delete(&self) -> Done {
        let null = Value::null(implied_type(&self.schema.block));
        // Deleting what is gone is done already.
        let Some(object) = self.existing() else {
            return Ok((Vec::new(), null));
        };
        // An attachment may ask to be left alone.
        if flag(&object.attributes, "skip_destroy") {
            return Ok((Vec::new(), null));
        }
        self.check(Doing::Delete, &object.key, object.zone.as_deref(), &object.attributes, Some(object))?;
        let waits = follows(self.kind, "key_enters_pending_deletion");
        let ends_in = if waits { Ending::PendingDeletion } else { Ending::Nothing };
        // What cannot outlive the object goes first: a terminated instance detaches its volumes.
        let joined = self.world.joined_to(&object.key).map(|o| (o.key.clone(), Ending::Nothing));
        let all = joined.chain([(object.key.clone(), ends_in)]);
        let last = self.final_snapshot(object).map(|snapshot| Event::Created(Box::new(snapshot)));
        Ok((last.into_iter().chain(all.map(|(key, ends_in)| Event::Deleted { key, ends_in })).collect(), null))
    }

    /// The snapshot that a volume with `final_snapshot` leaves when it goes.
    fn final_snapshot(&self, volume: &Object) -> Option<Object> {
        if !flag(&volume.attributes, "final_snapshot") {
            return None;
        }
        let name: Arc<str> = "aws_ebs_snapshot".into();
        let (schema, kind) = self.cloud.resource(&name)?;
        let config =
            json!({"volume_id": *volume.key.id, "region": *volume.key.region, "tags": volume.attributes.get("tags")});
        let config = empty_blocks(&from_json(&config, &implied_type(&schema.block)), &schema.block);
        let null = Value::null(implied_type(&schema.block));
        let request = ChangeRequest {
            kind: name,
            planned: Value::null(value::Type::Dynamic),
            prior: null.clone(),
            token: format!("{}/final", self.request.token).into(),
            ..self.request.clone()
        };
        let snapshot = Change { schema, kind, request: &request, ..*self };
        let planned = snapshot.filling(At::Plan).plan(&null, &config, &config);
        let attributes = to_json_object(&snapshot.filling(At::Apply).apply(&planned));
        Some(snapshot.object(snapshot.key(&attributes), None, attributes))
    }

    /// All attributes after the change.
    fn attributes(&self) -> Map<String, Json> {
        to_json_object(&self.filling(At::Apply).apply(&self.request.planned))
    }

    fn filling(&self, at: At) -> Filling<'_> {
        Filling {
            world: self.world,
            cloud: self.cloud,
            kind: self.kind,
            name: &self.request.kind,
            block: &self.schema.block,
            provider: self.provider,
            at,
        }
    }

    fn value(&self, attributes: &Map<String, Json>) -> Value {
        let json = Json::Object(attributes.clone());
        empty_blocks(&from_json(&json, &implied_type(&self.schema.block)), &self.schema.block)
    }

    fn key(&self, attributes: &Map<String, Json>) -> ObjectKey {
        let text = |name: &str| Arc::from(text(attributes, name).unwrap_or_default());
        ObjectKey { kind: self.request.kind.clone(), region: text("region"), id: text("id") }
    }

    /// The object that the request is about.
    fn existing(&self) -> Option<&Arc<Object>> {
        let prior = |name: &str| self.request.prior.get(name).and_then(Value::as_str);
        let provided = || self.provider.get("region").and_then(Value::as_str);
        let placed = self.schema.block.attributes.contains_key("region");
        let region = if placed { prior("region").or_else(provided).unwrap_or_default() } else { "" };
        let key = ObjectKey { kind: self.request.kind.clone(), region: region.into(), id: prior("id")?.into() };
        self.world.object(&key)
    }

    fn gone(&self) -> Diagnostics {
        let id = self.request.prior.get("id").and_then(Value::as_str).unwrap_or_default();
        Diagnostic::error(
            format!("updating {} ({id}): it does not exist", self.kind.called),
            "It was there when the plan was made; it has been lost or deleted since.",
        )
        .next("Plan again: drform finds it missing and makes it anew.")
        .into()
    }

    /// The zone that rules look at; [`Change::object`] decides whether the object is lost with it.
    fn zone(&self, attributes: &Map<String, Json>, region: &str) -> Option<Arc<str>> {
        let own = self.kind.zone.iter().find_map(|name| text(attributes, name)).map(Arc::from);
        own.or_else(|| {
            let of = self.kind.zone_of.as_ref()?;
            let kinds = self.kind.references.get(of)?;
            self.world.find(kinds, region, text(attributes, of)?)?.zone.clone()
        })
    }

    fn check(
        &self,
        doing: Doing,
        key: &ObjectKey,
        zone: Option<&str>,
        now: &Map<String, Json>,
        prior: Option<&Object>,
    ) -> Result<(), Diagnostics> {
        check(&Asked {
            world: self.world,
            cloud: self.cloud,
            kind: self.kind,
            name: &self.request.kind,
            doing,
            region: &key.region,
            zone,
            id: &key.id,
            now,
            prior,
        })
    }

    fn object(&self, key: ObjectKey, zone: Option<Arc<str>>, attributes: Map<String, Json>) -> Object {
        let texts = |names: &[Arc<str>]| names.iter().filter_map(|n| text(&attributes, n)).map(Arc::from).collect();
        Object {
            provider: self.request.provider.provider.to_string().into(),
            role: self.kind.role.as_deref().and_then(Role::of).unwrap_or(Role::Other),
            zone: zone.filter(|_| self.kind.lives_in == Scope::Zone),
            arn: text(&attributes, "arn").map_or_else(|| key.id.clone(), Arc::from),
            token: self.request.token.clone(),
            sealed_by: self.sealed_by(&attributes, &key.region),
            holds_data: self.kind.holds_data,
            copy_of: self.kind.copy_of.as_ref().and_then(|name| text(&attributes, name)).map(Arc::from),
            joins: texts(&self.kind.joins),
            state: KeyState::Present,
            key,
            attributes,
        }
    }

    /// The keys of an object after an update. A key that was not named stays the one that it was: what the region
    /// takes by default counts when the object is made.
    fn still_sealed_by(&self, attributes: &Map<String, Json>, object: &Object) -> Vec<Arc<str>> {
        let named = |of: &Map<String, Json>| {
            let path = self.kind.sealed_by.as_deref().unwrap_or_default();
            texts_at(of, path).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        if named(attributes) == named(&object.attributes) {
            return object.sealed_by.clone();
        }
        self.sealed_by(attributes, &object.key.region)
    }

    /// ARNs of the keys that seal the object. An encrypted object that names none is sealed by the default
    /// key of the region; a copy of something sealed is sealed too, and where the region encrypts by default every copy.
    fn sealed_by(&self, attributes: &Map<String, Json>, region: &str) -> Vec<Arc<str>> {
        let Some(path) = &self.kind.sealed_by else {
            return Vec::new();
        };
        // A name that no key has any more stays as it is: it opens nothing.
        let arn = |name: &str| usable(self.world, self.cloud, region, name).unwrap_or_else(|_| name.into());
        let named: Vec<Arc<str>> = texts_at(attributes, path).into_iter().map(arn).collect();
        if !named.is_empty() {
            return named;
        }
        let source = self.kind.copy_of.as_ref().and_then(|name| text(attributes, name));
        let source = source.and_then(|id| self.world.objects().find(|o| o.holds_data && o.key.id.as_ref() == id));
        let by_default = follows(self.kind, "sealed_by_default") && encrypts_by_default(self.world, region);
        let sealed = flag(attributes, "encrypted") || by_default || source.is_some_and(|o| !o.sealed_by.is_empty());
        if sealed { vec![default_ebs_key(self.world, self.cloud, region).into()] } else { Vec::new() }
    }
}
