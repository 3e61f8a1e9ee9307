//! Scenarios against the shipped catalogue: every object goes through plan and change as drform does it.

mod catalogue;
mod lookups;
mod losses;
mod network;
mod plans;
mod replay;
mod rules;
mod truth;
mod walk;

use crate::typed::{empty_blocks, from_json, to_json, to_json_object};
use crate::{Catalogue, Domain, Event, World};
use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, ChangeAnswer, ChangeRequest, Question, StoredObject};
use configschema::{Block, assert_object_compatible, assert_plan_valid, implied_type, proposed_new};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use value::Value;

/// A sandbox with one provider configuration, and the log of what happened.
struct Sandbox {
    catalogue: Catalogue,
    world: World,
    log: Vec<Event>,
    provider: ProviderConfig,
    config: Value,
    tokens: u32,
}

impl Sandbox {
    fn new(region: &str) -> Sandbox {
        Sandbox::with_provider(json!({"region": region}))
    }

    fn with_provider(block: Json) -> Sandbox {
        let catalogue = Catalogue::shipped().unwrap();
        let provider = Provider::default_for("aws");
        let schema = catalogue.schema(&provider).unwrap().provider.clone();
        Sandbox {
            config: typed(&schema, &block),
            provider: ProviderConfig {
                module: ModulePath::default(),
                provider,
                alias: None,
                key: addrs::InstanceKey::None,
            },
            catalogue,
            world: World::new(),
            log: Vec::new(),
            tokens: 0,
        }
    }

    fn block(&self, kind: &str) -> Block {
        let schema = self.catalogue.schema(&self.provider.provider).unwrap();
        schema.resources.get(kind).or_else(|| schema.data_sources.get(kind)).unwrap().block.clone()
    }

    fn ask(&self, question: Question) -> Answer {
        self.world.answer(&self.catalogue, &self.config, &question)
    }

    fn plan(&self, kind: &str, prior: Option<&Json>, config: &Json) -> calls::PlannedObject {
        let block = self.block(kind);
        let prior = prior.map_or_else(|| Value::null(implied_type(&block)), |json| typed(&block, json));
        let config = typed(&block, config);
        let proposed = proposed_new(&block, &prior, &config);
        let shown = (prior.clone(), config.clone());
        let (provider, kind, private) = (self.provider.clone(), kind.into(), no_bytes());
        match self.ask(Question::Plan { provider, kind, prior, proposed, config, private, identity: None, meta: None })
        {
            Answer::Planned(Some(planned), diagnostics) if diagnostics.is_empty() => {
                self.only_defaults_broken(&block, &shown, &planned.planned);
                planned
            }
            other => panic!("no plan: {other:?}"),
        }
    }

    /// A plan promises too much only where the legacy SDK does: defaults of optional attributes.
    fn only_defaults_broken(&self, block: &Block, (prior, config): &(Value, Value), planned: &Value) {
        for broken in assert_plan_valid(block, prior, config, planned) {
            let default = block.attribute_at(&broken.path).is_some_and(|a| a.optional && !a.computed);
            let unset = broken.path.get(config).is_none_or(Value::is_null);
            assert!(default && unset, "broken promise of a plan: {broken:?}");
        }
    }

    fn request(&self, kind: &str, prior: Option<&Json>, config: Option<&Json>, token: &str) -> ChangeRequest {
        let block = self.block(kind);
        let null = || Value::null(implied_type(&block));
        ChangeRequest {
            identity: None,
            provider: self.provider.clone(),
            kind: kind.into(),
            prior: prior.map_or_else(null, |json| typed(&block, json)),
            planned: config.map_or_else(null, |config| self.plan(kind, prior, config).planned),
            config: config.map_or_else(null, |config| typed(&block, config)),
            private: no_bytes(),
            meta: None,
            token: token.into(),
            repeated: false,
        }
    }

    /// Sends a request as drform does: events into the log, then into the world, then the answer.
    fn send(&mut self, request: &ChangeRequest) -> ChangeAnswer {
        let (events, answer) = self.world.change(&self.catalogue, &self.config, request);
        for event in events {
            self.take(event);
        }
        answer
    }

    fn take(&mut self, event: Event) {
        self.world.apply_event(&event).unwrap();
        self.log.push(event);
    }

    fn changed(&mut self, kind: &str, prior: Option<&Json>, config: Option<&Json>) -> Result<Json, String> {
        self.tokens += 1;
        let request = self.request(kind, prior, config, &format!("intent-{}", self.tokens));
        let answer = self.send(&request);
        if let Some(error) = answer.diagnostics.iter().find(|d| d.is_error()) {
            assert!(error.next_step.is_some(), "a refusal says what to do: {error:?}");
            assert_eq!(answer.object.map(|o| o.value), Some(request.prior), "a refused change keeps the object");
            return Err(error.summary.clone());
        }
        let after = answer.object.unwrap().value;
        assert!(after.is_wholly_known(), "unknown after apply: {after:?}");
        let broken = assert_object_compatible(&self.block(kind), &request.planned, &after);
        assert!(broken.is_empty(), "{kind}: the apply broke the plan's promise: {broken:?}");
        Ok(to_json(&after).unwrap())
    }

    fn create(&mut self, kind: &str, config: Json) -> Result<Json, String> {
        let made = self.changed(kind, None, Some(&config))?;
        let again = self.plan(kind, Some(&made), &config);
        assert_eq!(to_json(&again.planned), Some(made.clone()), "the second plan of {kind} changes something");
        assert_eq!(again.requires_replace, vec![], "the second plan of {kind} replaces");
        assert_eq!(self.read(kind, &made), made, "a fresh {kind} reads as it was made");
        Ok(made)
    }

    fn made(&mut self, kind: &str, config: Json) -> Json {
        self.create(kind, config).unwrap()
    }

    fn update(&mut self, kind: &str, prior: &Json, config: Json) -> Result<Json, String> {
        self.changed(kind, Some(prior), Some(&config))
    }

    fn delete(&mut self, kind: &str, prior: &Json) -> Result<Json, String> {
        self.changed(kind, Some(prior), None)
    }

    /// The object now; null when it is gone.
    fn read(&self, kind: &str, current: &Json) -> Json {
        let value = typed(&self.block(kind), current);
        let current = StoredObject { value, private: no_bytes(), identity: None };
        match self.ask(Question::Read { provider: self.provider.clone(), kind: kind.into(), current, meta: None }) {
            Answer::Object(Some(object), _) => to_json(&object.value).unwrap(),
            other => panic!("no object: {other:?}"),
        }
    }

    fn data(&self, kind: &str, config: Json) -> Result<Json, String> {
        // Some types are both.
        let schema = self.catalogue.schema(&self.provider.provider).unwrap();
        let config = typed(&schema.data_sources[kind].block, &config);
        match self.ask(Question::ReadDataSource {
            provider: self.provider.clone(),
            kind: kind.into(),
            config,
            meta: None,
        }) {
            Answer::Object(Some(object), _) => Ok(to_json(&object.value).unwrap()),
            other => Err(other.diagnostics().iter().map(|d| d.summary.clone()).collect()),
        }
    }

    fn validate(&self, kind: &str, config: Json) -> Vec<String> {
        let config = typed(&self.block(kind), &config);
        let answer =
            self.ask(Question::ValidateResource { provider: self.provider.clone(), kind: kind.into(), config });
        answer.diagnostics().iter().map(|d| d.summary.clone()).collect()
    }

    fn lose(&mut self, domain: &str) {
        let event = self.world.lose(&self.catalogue, &Domain::parse(domain).unwrap()).unwrap();
        self.take(event);
    }

    fn restore(&mut self, domain: &str) {
        let event = self.world.restore(&self.catalogue, &Domain::parse(domain).unwrap()).unwrap();
        self.take(event);
    }
}

fn no_bytes() -> Arc<[u8]> {
    Arc::from([])
}

/// JSON with `"?"` for unknown strings, as a value of the block's type.
fn typed(block: &Block, json: &Json) -> Value {
    let value = empty_blocks(&from_json(json, &implied_type(block)), block);
    unknowns(&value)
}

fn unknowns(value: &Value) -> Value {
    if value.as_str() == Some("?") { Value::unknown(value.ty()) } else { value.map_children(|_, v| unknowns(v)) }
}

fn id(object: &Json) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// The attributes of a planned object that are unknown.
fn open(planned: &Value) -> Vec<String> {
    let known = to_json_object(planned);
    planned
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !known.contains_key(name.as_ref()))
        .map(|n| n.to_string())
        .collect()
}
