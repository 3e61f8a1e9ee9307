//! Recovery: what became of changes whose answer was lost.
//!
//! A machine like the applier. For every unresolved intent it asks what is there, or sends the very same request
//! again where the provider promises that this is harmless; then it writes down what it found. An intent that it
//! cannot find out about stays open, and its address stays blocked.
//!
//! | change | promise of the provider | what is done |
//! |---|---|---|
//! | any | harmless (`terraform_data`) | the same request again |
//! | create | same object for the same token | the same request again |
//! | create | none | `FindByToken` |
//! | update, delete | none or same object | `Read` of the object before |

use crate::object;
use crate::outcome::{Asked, judge};
use crate::{Change, Effect, Ticket};
use addrs::{Provider, ProviderConfig, ResourceInstance};
use calls::{Answer, ChangeAnswer, Question, Repeat, StoredObject};
use configschema::Schema;
use diag::{Diagnostic, Diagnostics};
use journal::{Act, BatchId, Begin, Folded, How, Intent, IntentId, Outcome, Record, Stored, Writer};
use plan::Schemas;
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::Value;

/// Finds out about unresolved intents by asking for effects, as the applier does.
pub struct Recovery {
    writer: Writer,
    state: State,
    open: BTreeMap<IntentId, Open>,
    desk: BTreeMap<Ticket, IntentId>,
    effects: Vec<Effect>,
    troubles: BTreeMap<IntentId, Diagnostics>,
    resolved: BTreeMap<IntentId, Arc<Intent>>,
    phase: Phase,
}

/// An intent that is looked after, and by which means.
struct Open {
    intent: Arc<Intent>,
    schema: Option<Arc<Schema>>,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Asking,
    Closing,
    Closed,
}

/// The end of a recovery. The journal has to be read and folded again: what was found out is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// What was found out about.
    pub resolved: Vec<Arc<Intent>>,
    /// What is still in doubt: for `PlanOptions::blocked`.
    pub blocked: BTreeSet<ResourceInstance>,
}

impl Recovery {
    /// Starts to recover what `folded` left unresolved of the journal `stored`. `repeat` says for each intent what its
    /// provider promises; an intent that it does not name is never sent again.
    pub fn new(
        stored: &Stored,
        folded: &Folded,
        begin: Begin,
        schemas: &Schemas,
        repeat: &BTreeMap<IntentId, Repeat>,
    ) -> Recovery {
        let mut recovery = Recovery {
            writer: Writer::new(stored),
            state: folded.state.clone(),
            open: BTreeMap::new(),
            desk: BTreeMap::new(),
            effects: Vec::new(),
            troubles: BTreeMap::new(),
            resolved: BTreeMap::new(),
            phase: Phase::Asking,
        };
        if !folded.unresolved.is_empty() {
            recovery.writer.push(Record::Begin(begin));
        }
        for intent in &folded.unresolved {
            let promise = repeat.get(&intent.id).copied().unwrap_or(Repeat::Never);
            let schema = schema_of(schemas, &intent.provider.provider, &intent.kind);
            recovery.ask(stored, intent, schema, promise);
        }
        recovery.close_when_quiet();
        recovery
    }

    /// Provider configurations that will be asked; they must be configured before the first effect is done.
    pub fn providers(&self) -> BTreeSet<ProviderConfig> {
        self.open.values().map(|open| open.intent.provider.clone()).collect()
    }

    /// What is to be done now.
    pub fn effects(&mut self) -> Vec<Effect> {
        if let Some(batch) = self.writer.take() {
            self.effects.push(Effect::Append(batch));
        }
        std::mem::take(&mut self.effects)
    }

    /// The batch is on disk.
    pub fn appended(&mut self, batch: BatchId) {
        if self.writer.synced(batch).is_some() && self.phase == Phase::Closing && self.writer.is_idle() {
            self.phase = Phase::Closed;
        }
    }

    /// A question is answered.
    pub fn answer(&mut self, ticket: Ticket, answer: Answer) {
        let Some(id) = self.desk.remove(&ticket) else { return };
        let Some(Open { intent, schema, how }) = self.open.remove(&id) else { return };
        let found = match (&schema, answer) {
            (Some(schema), Answer::Object(object, diagnostics)) if !diagnostics.has_errors() => {
                self.found(&intent, schema, object)
            }
            (_, Answer::Unsupported) => Err(unsupported(&intent).into()),
            (_, answer) => Err(answer.diagnostics()),
        };
        match found {
            Ok(outcome) => self.resolve(&intent, how, outcome),
            Err(troubles) => self.give_up(&intent, troubles),
        }
        self.close_when_quiet();
    }

    /// A repeated change came to its end.
    pub fn changed(&mut self, ticket: Ticket, answer: ChangeAnswer) {
        let Some(id) = self.desk.remove(&ticket) else { return };
        let Some(Open { intent, schema, how }) = self.open.remove(&id) else { return };
        let Some(schema) = schema else { return self.give_up(&intent, Diagnostics::new()) };
        let before = self.state.object(&intent.addr, intent.deposed.as_ref()).cloned();
        let asked = Asked { intent: &intent, schema: &schema, before: before.as_deref(), declared_at: None };
        let judged = judge(&asked, answer);
        match judged.outcome {
            Some(outcome) => {
                self.troubles.entry(id).or_default().extend(judged.diagnostics);
                self.resolve(&intent, how, outcome);
            }
            None => self.give_up(&intent, judged.diagnostics),
        }
        self.close_when_quiet();
    }

    /// A repeated change was never sent.
    pub fn not_started(&mut self, ticket: Ticket) {
        let Some(id) = self.desk.remove(&ticket) else { return };
        if let Some(open) = self.open.remove(&id) {
            self.give_up(&open.intent, Diagnostics::new());
        }
        self.close_when_quiet();
    }

    /// True when everything is answered and on disk.
    pub fn is_done(&self) -> bool {
        self.phase == Phase::Closed && self.effects.is_empty()
    }

    /// What was found out, what is blocked, and why.
    pub fn finish(self) -> (Recovered, Diagnostics) {
        let blocked = self.open.into_values().map(|open| open.intent.addr.clone()).collect();
        let resolved = self.resolved.into_values().collect();
        (Recovered { resolved, blocked }, self.troubles.into_values().flatten().collect())
    }

    /// Chooses the means by the promise; see the table at the top.
    fn ask(&mut self, stored: &Stored, intent: &Arc<Intent>, schema: Option<Arc<Schema>>, promise: Repeat) {
        let ticket = Ticket(intent.id.0);
        let repeats = match promise {
            Repeat::Harmless => true,
            Repeat::SameObject => intent.act == Act::Create,
            Repeat::Never => false,
        };
        // What was written only is not in the journal: the same request cannot be made again.
        let repeats = repeats && intent.config.is_wholly_known();
        let durable = if repeats { stored.durable(intent.id) } else { None };
        let known = self.state.object(&intent.addr, intent.deposed.as_ref()).filter(|_| intent.act != Act::Create);
        let identity = known.and_then(|object| object::identity(object));
        let (how, effect) = match (durable, intent.act) {
            (Some(durable), _) => (How::Repeated, Effect::Change(ticket, Change::again(durable, identity))),
            (None, Act::Create) => {
                let (provider, kind, token) = (intent.provider.clone(), intent.kind.clone(), intent.token.clone());
                (How::FoundByToken, Effect::Ask(ticket, Question::FindByToken { provider, kind, token }))
            }
            (None, Act::Update | Act::Delete) => {
                let current =
                    StoredObject { value: intent.prior.clone(), private: intent.prior_private.clone(), identity };
                let (provider, kind, meta) = (intent.provider.clone(), intent.kind.clone(), intent.meta.clone());
                (How::Read, Effect::Ask(ticket, Question::Read { provider, kind, current, meta }))
            }
        };
        let known = schema.is_some();
        self.open.insert(intent.id, Open { intent: intent.clone(), schema, how });
        if known {
            self.desk.insert(ticket, intent.id);
            self.effects.push(effect);
        } else {
            let detail =
                format!("The provider {} is not available or has no type {:?} any more.", intent.provider, intent.kind);
            self.trouble(intent, Diagnostic::error("Outcome cannot be found out", detail).into());
        }
    }

    /// What is there is what came of it.
    fn found(&self, intent: &Intent, schema: &Schema, object: Option<StoredObject>) -> Result<Outcome, Diagnostics> {
        let Some(object) = object.filter(|object| !object.value.is_null()) else {
            return Ok(if intent.act == Act::Create { Outcome::Nothing } else { Outcome::Gone });
        };
        let ty = configschema::implied_type(&schema.block);
        if let Err(error) = value::conforms(&object.value, &ty) {
            return Err(invalid(intent, &error.to_string()));
        }
        let before = self.state.object(&intent.addr, intent.deposed.as_ref());
        let value: Value = object::without_unknowns(&object.value);
        let stored =
            object::stored(intent, schema, &value, (object.private, object.identity), before.map(|object| &**object));
        Ok(Outcome::Object(Arc::new(stored)))
    }

    fn resolve(&mut self, intent: &Arc<Intent>, how: How, outcome: Outcome) {
        let nothing = outcome == Outcome::Nothing;
        self.writer.push(Record::Resolved { intent: intent.id, how, outcome });
        if let Some(key) = intent.replaces.as_ref().filter(|_| nothing) {
            self.writer.push(Record::Restored { addr: intent.addr.clone(), key: key.clone() });
        }
        self.resolved.insert(intent.id, intent.clone());
    }

    /// The intent stays open.
    fn give_up(&mut self, intent: &Arc<Intent>, troubles: Diagnostics) {
        self.open.insert(intent.id, Open { intent: intent.clone(), schema: None, how: How::Person });
        let why = Diagnostic::error(
            "Outcome still in doubt",
            format!(
                "What became of a change of {} could not be found out. Nothing is done with this address.",
                intent.addr
            ),
        )
        .next(format!(
            "Look for the object itself. If it was never made, or once it is gone: drform recover -never-made='{}'",
            intent.addr
        ));
        self.trouble(intent, troubles);
        self.trouble(intent, why.into());
    }

    fn trouble(&mut self, intent: &Intent, troubles: Diagnostics) {
        let address = intent.addr.to_string();
        let named = troubles.map(|d| if d.address.is_some() { d } else { d.about(address.clone()) });
        self.troubles.entry(intent.id).or_default().extend(named);
    }

    /// After the last answer comes the last record. Where nothing was unresolved, nothing is written.
    fn close_when_quiet(&mut self) {
        if self.phase != Phase::Asking || !self.desk.is_empty() {
            return;
        }
        if self.open.is_empty() && self.resolved.is_empty() {
            self.phase = Phase::Closed;
        } else {
            self.writer.push(Record::End);
            self.phase = Phase::Closing;
        }
    }
}

fn schema_of(schemas: &Schemas, provider: &Provider, kind: &str) -> Option<Arc<Schema>> {
    let same = || schemas.iter().find(|(other, _)| other.same_as(provider)).map(|(_, schema)| schema);
    schemas.get(provider).or_else(same)?.resources.get(kind).cloned()
}

fn unsupported(intent: &Intent) -> Diagnostic {
    Diagnostic::error(
        "Provider cannot find objects by token",
        format!("The provider {} has no way to tell whether the object of {} was made.", intent.provider, intent.addr),
    )
}

fn invalid(intent: &Intent, why: &str) -> Diagnostics {
    let detail =
        format!("What the provider {} found for {} is not an object of its type: {why}.", intent.provider, intent.addr);
    Diagnostic::error("Provider produced invalid object", detail).into()
}
