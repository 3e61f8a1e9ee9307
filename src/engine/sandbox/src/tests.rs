//! Scenarios against the shipped catalogue: every object goes through plan and change as drform does it.

mod catalogue;
mod losses;
mod plans;
mod replay;
mod rules;
mod truth;
mod walk;

use crate::typed::{empty_blocks, from_json, implied_type, to_json, to_json_object};
use crate::{Catalogue, Domain, Event, World};
use addrs::{ModulePath, Provider, ProviderConfig};
use calls::{Answer, ChangeAnswer, ChangeRequest, Question, StoredObject};
use configschema::{Block, Nesting};
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
            provider: ProviderConfig { module: ModulePath::default(), provider, alias: None },
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
        let (provider, kind, private) = (self.provider.clone(), kind.into(), no_bytes());
        match self.ask(Question::Plan { provider, kind, prior, proposed, config, private }) {
            Answer::Planned(Some(planned), diagnostics) if diagnostics.is_empty() => planned,
            other => panic!("no plan: {other:?}"),
        }
    }

    fn request(&self, kind: &str, prior: Option<&Json>, config: Option<&Json>, token: &str) -> ChangeRequest {
        let block = self.block(kind);
        let null = || Value::null(implied_type(&block));
        ChangeRequest {
            provider: self.provider.clone(),
            kind: kind.into(),
            prior: prior.map_or_else(null, |json| typed(&block, json)),
            planned: config.map_or_else(null, |config| self.plan(kind, prior, config).planned),
            config: config.map_or_else(null, |config| typed(&block, config)),
            private: no_bytes(),
            token: token.into(),
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
        kept_promise(&request.planned, &after);
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
        let current = StoredObject { value, private: no_bytes() };
        match self.ask(Question::Read { provider: self.provider.clone(), kind: kind.into(), current }) {
            Answer::Object(Some(object), _) => to_json(&object.value).unwrap(),
            other => panic!("no object: {other:?}"),
        }
    }

    fn data(&self, kind: &str, config: Json) -> Result<Json, String> {
        let config = typed(&self.block(kind), &config);
        match self.ask(Question::ReadDataSource { provider: self.provider.clone(), kind: kind.into(), config }) {
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

/// plugin-protocol.md 8, as far as these scenarios need it.
fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    if prior.is_null() || config.as_object().is_none() {
        return config.clone();
    }
    let attributes = config.as_object().unwrap().iter().map(|(name, given)| {
        let before = prior.get(name).cloned().unwrap_or_else(|| given.clone());
        let merged = match (block.attributes.get(name), block.blocks.get(name)) {
            (Some(attribute), _) if attribute.computed && given.is_null() => before,
            (_, Some(nested)) if nested.nesting == Nesting::List => {
                let olds = before.as_items().unwrap_or_default().to_vec();
                let mut olds = olds.iter();
                given
                    .map_children(|_, new| olds.next().map_or(new.clone(), |old| proposed_new(&nested.block, old, new)))
            }
            (_, Some(nested)) if nested.nesting == Nesting::Set => {
                let olds = before.as_items().unwrap_or_default().to_vec();
                given.map_children(|_, new| {
                    let old = olds.iter().find(|old| could_come_from(&nested.block, old, new));
                    old.map_or(new.clone(), |old| proposed_new(&nested.block, old, new))
                })
            }
            _ => given.clone(),
        };
        (name.clone(), merged)
    });
    Value::object(attributes.collect::<Vec<_>>())
}

fn could_come_from(block: &Block, old: &Value, new: &Value) -> bool {
    new.as_object().unwrap().iter().all(|(name, given)| {
        let computed = block.attributes.get(name).is_some_and(|a| a.computed || given.is_null());
        old.get(name) == Some(given) || (computed && given.is_null())
    })
}

/// Everything that the plan knew came out so.
fn kept_promise(planned: &Value, after: &Value) {
    match planned.as_items() {
        _ if !planned.is_known() => {}
        Some(items) => {
            let after = after.as_items().unwrap();
            assert_eq!(items.len(), after.len());
            if planned.is_wholly_known() {
                assert_eq!(items, after);
            }
        }
        None if planned.as_object().is_some() => {
            planned.as_object().unwrap().iter().for_each(|(name, v)| kept_promise(v, after.get(name).unwrap()));
        }
        None => assert_eq!(planned, after),
    }
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
