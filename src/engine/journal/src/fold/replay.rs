//! The records, one after the other. What is not a legal step is refused.

use crate::{Act, Begin, Intent, IntentId, JournalError, Outcome, Record};
use addrs::{ProviderConfig, ResourceInstance};
use state::{DeposedKey, InstanceState, Object, OutputState, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why a record cannot follow the ones before it.
pub(super) struct Wrong {
    why: String,
    address: Option<String>,
}

impl Wrong {
    pub(super) fn at(self, record: u64) -> JournalError {
        JournalError::Illegal { record, address: self.address, why: self.why }
    }
}

fn wrong(addr: &ResourceInstance, why: &str) -> Wrong {
    Wrong { why: why.to_owned(), address: Some(addr.to_string()) }
}

fn wrong_run(why: &str) -> Wrong {
    Wrong { why: why.to_owned(), address: None }
}

/// All that was said of an address, oldest first.
type History = Vec<Option<Arc<InstanceState>>>;

/// What the records up to here say.
#[derive(Default)]
pub(super) struct Replay {
    /// The last run.
    pub(super) begin: Option<Begin>,
    /// Whether it has ended.
    ended: bool,
    /// History of every address that was touched.
    pub(super) instances: BTreeMap<ResourceInstance, History>,
    /// History of the outputs; empty when no record is about them.
    pub(super) outputs: Vec<BTreeMap<Arc<str>, OutputState>>,
    /// History of what became of the conditions; empty when no record is about it.
    pub(super) checks: Vec<Option<Arc<str>>>,
    /// Intents without outcome.
    pub(super) open: BTreeMap<IntentId, Arc<Intent>>,
    /// The same by what they are about.
    busy: BTreeMap<(ResourceInstance, Option<DeposedKey>), IntentId>,
    /// Addresses that this run knows: those that its records were about, and those of intents that it found open.
    known: BTreeSet<ResourceInstance>,
    /// Greatest number of an intent.
    last_intent: Option<IntentId>,
}

impl Replay {
    /// What is said of an address now.
    pub(super) fn now(&self, addr: &ResourceInstance) -> Option<&Arc<InstanceState>> {
        self.instances.get(addr)?.last()?.as_ref()
    }

    pub(super) fn step(&mut self, record: &Record) -> Result<(), Wrong> {
        if let Record::Begin(begin) = record {
            return self.begin(begin);
        }
        if self.begin.is_none() {
            return Err(wrong_run("no run has begun"));
        }
        if self.ended {
            return Err(wrong_run("its run has ended"));
        }
        match record {
            Record::Begin(_) => Ok(()),
            Record::Before { addr, instance } => self.before(addr, instance),
            Record::Intent(intent) => self.intent(intent),
            Record::Outcome { intent, outcome } | Record::Resolved { intent, outcome, how: _ } => {
                self.outcome(*intent, outcome)
            }
            Record::Deposed { addr, key } => self.depose(addr, key),
            Record::Restored { addr, key } => self.restore(addr, key),
            Record::Refreshed { addr, instance } => self.refreshed(addr, instance.as_ref()),
            Record::Data { addr, provider, object } => self.data(addr, provider, object),
            Record::Forgotten { addr, deposed } => self.forgotten(addr, deposed.as_ref()),
            Record::Provisioned { addr } => self.provisioned(addr),
            Record::Outputs { before, after } => {
                if self.outputs.last() != Some(before) {
                    self.outputs.push(before.clone());
                }
                self.outputs.push(after.clone());
                Ok(())
            }
            Record::Checks { before, after } => {
                self.checks.extend([before.clone(), after.clone()]);
                Ok(())
            }
            Record::End => {
                self.ended = true;
                Ok(())
            }
        }
    }

    fn begin(&mut self, begin: &Begin) -> Result<(), Wrong> {
        if self.begin.as_ref().is_some_and(|before| before.lineage != begin.lineage) {
            return Err(wrong_run("it begins a run on another lineage"));
        }
        self.begin = Some(begin.clone());
        self.ended = false;
        self.known = self.open.values().map(|intent| intent.addr.clone()).collect();
        Ok(())
    }

    /// A later run may find something else than the earlier one left, when another tool worked between them.
    fn before(&mut self, addr: &ResourceInstance, instance: &Arc<InstanceState>) -> Result<(), Wrong> {
        if instance.is_empty() {
            return Err(wrong(addr, "an instance without objects does not exist"));
        }
        self.known.insert(addr.clone());
        self.instances.entry(addr.clone()).or_default().push(Some(instance.clone()));
        Ok(())
    }

    fn intent(&mut self, intent: &Arc<Intent>) -> Result<(), Wrong> {
        let addr = &intent.addr;
        if self.last_intent.is_some_and(|last| intent.id <= last) {
            return Err(wrong(addr, "numbers of intents only rise"));
        }
        let slot = (addr.clone(), intent.deposed.clone());
        if self.busy.contains_key(&slot) {
            return Err(wrong(addr, "the outcome of an earlier change of the object is open"));
        }
        self.touch(addr);
        let there = self.now(addr).and_then(|instance| instance.object(intent.deposed.as_ref()));
        match (intent.act, there) {
            (Act::Create, None) if intent.deposed.is_none() => {}
            (Act::Create, _) => return Err(wrong(addr, "it creates an object where there is one")),
            (Act::Update | Act::Delete, Some(_)) => {}
            (Act::Update | Act::Delete, None) => return Err(wrong(addr, "it changes an object that does not exist")),
        }
        self.last_intent = Some(intent.id);
        self.busy.insert(slot, intent.id);
        self.open.insert(intent.id, intent.clone());
        Ok(())
    }

    fn outcome(&mut self, id: IntentId, outcome: &Outcome) -> Result<(), Wrong> {
        let Some(intent) = self.open.remove(&id) else {
            return Err(wrong_run("it ends a change that is not open"));
        };
        let (addr, deposed) = (&intent.addr, intent.deposed.as_ref());
        self.busy.remove(&(addr.clone(), intent.deposed.clone()));
        match (intent.act, outcome) {
            (_, Outcome::Object(object)) => self.set(addr, deposed, &intent.provider, Some(object)),
            (Act::Create, Outcome::Gone) => return Err(wrong(addr, "what was never there cannot be gone")),
            (Act::Update | Act::Delete, Outcome::Gone) => self.set(addr, deposed, &intent.provider, None),
            (_, Outcome::Nothing) => {}
        }
        Ok(())
    }

    fn depose(&mut self, addr: &ResourceInstance, key: &DeposedKey) -> Result<(), Wrong> {
        self.idle(addr, None)?;
        self.idle(addr, Some(key))?;
        let mut instance = self.instance(addr)?;
        let free = !instance.deposed.contains_key(key);
        match instance.current.take() {
            Some(object) if free => instance.deposed.insert(key.clone(), object),
            Some(_) => return Err(wrong(addr, "the key of the deposed object is taken")),
            None => return Err(wrong(addr, "there is no current object to set aside")),
        };
        self.push(addr, Some(Arc::new(instance)));
        Ok(())
    }

    fn restore(&mut self, addr: &ResourceInstance, key: &DeposedKey) -> Result<(), Wrong> {
        self.idle(addr, None)?;
        self.idle(addr, Some(key))?;
        let mut instance = self.instance(addr)?;
        if instance.current.is_some() {
            return Err(wrong(addr, "there is a current object"));
        }
        instance.current = instance.deposed.remove(key);
        if instance.current.is_none() {
            return Err(wrong(addr, "there is no deposed object of that key"));
        }
        self.push(addr, Some(Arc::new(instance)));
        Ok(())
    }

    fn refreshed(&mut self, addr: &ResourceInstance, instance: Option<&Arc<InstanceState>>) -> Result<(), Wrong> {
        self.idle_all(addr)?;
        if instance.is_some_and(|instance| instance.is_empty()) {
            return Err(wrong(addr, "an instance without objects does not exist"));
        }
        self.push(addr, instance.cloned());
        Ok(())
    }

    fn data(&mut self, addr: &ResourceInstance, provider: &ProviderConfig, object: &Arc<Object>) -> Result<(), Wrong> {
        self.idle_all(addr)?;
        self.set(addr, None, provider, Some(object));
        Ok(())
    }

    fn forgotten(&mut self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Result<(), Wrong> {
        self.idle(addr, deposed)?;
        let instance = self.instance(addr)?;
        if instance.object(deposed).is_none() {
            return Err(wrong(addr, "there is no object to forget"));
        }
        self.set(addr, deposed, &instance.provider, None);
        Ok(())
    }

    fn provisioned(&mut self, addr: &ResourceInstance) -> Result<(), Wrong> {
        self.idle(addr, None)?;
        let mut instance = self.instance(addr)?;
        let tainted = instance.current.filter(|object| object.status == Status::Tainted);
        let Some(object) = tainted else {
            return Err(wrong(addr, "there is no object that waits for its provisioners"));
        };
        instance.current = Some(Arc::new(Object { status: Status::Ready, ..(*object).clone() }));
        self.push(addr, Some(Arc::new(instance)));
        Ok(())
    }

    /// Puts an object in its place, or takes it away.
    fn set(
        &mut self,
        addr: &ResourceInstance,
        deposed: Option<&DeposedKey>,
        provider: &ProviderConfig,
        object: Option<&Arc<Object>>,
    ) {
        let mut instance = self.instance(addr).unwrap_or_else(|_| InstanceState {
            provider: provider.clone(),
            current: None,
            deposed: BTreeMap::new(),
        });
        instance.provider = provider.clone();
        match (deposed, object) {
            (None, object) => instance.current = object.cloned(),
            (Some(key), Some(object)) => {
                instance.deposed.insert(key.clone(), object.clone());
            }
            (Some(key), None) => {
                instance.deposed.remove(key);
            }
        }
        self.push(addr, (!instance.is_empty()).then(|| Arc::new(instance)));
    }

    fn instance(&mut self, addr: &ResourceInstance) -> Result<InstanceState, Wrong> {
        self.touch(addr);
        self.now(addr).map(|instance| (**instance).clone()).ok_or_else(|| wrong(addr, "there is no object"))
    }

    fn idle(&self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Result<(), Wrong> {
        if self.busy.contains_key(&(addr.clone(), deposed.cloned())) {
            return Err(wrong(addr, "the outcome of a change of the object is open"));
        }
        Ok(())
    }

    /// No object of the address is being changed. `None` is the smallest key.
    fn idle_all(&self, addr: &ResourceInstance) -> Result<(), Wrong> {
        match self.busy.range((addr.clone(), None)..).next() {
            Some(((busy, _), _)) if busy == addr => Err(wrong(addr, "the outcome of a change of an object is open")),
            _ => Ok(()),
        }
    }

    /// The history of an address. What the state said when a run first touched it is told by `Before`; without that,
    /// nothing was there, also when an earlier run had left something: another tool took it away.
    fn touch(&mut self, addr: &ResourceInstance) -> &mut History {
        let first = self.known.insert(addr.clone());
        let history = self.instances.entry(addr.clone()).or_default();
        if first && history.last() != Some(&None) {
            history.push(None);
        }
        history
    }

    fn push(&mut self, addr: &ResourceInstance, instance: Option<Arc<InstanceState>>) {
        self.touch(addr).push(instance);
    }
}
