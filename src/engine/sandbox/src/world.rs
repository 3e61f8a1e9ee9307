//! The simulated cloud as a value: a fold of its events.

use crate::event::Ending;
use crate::{Domain, Event, EventError, KeyState, LostObject, Object, ObjectKey, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything that is in the cloud now. Plain data, cheap to clone; changed by [`World::apply_event`] only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// How many events made it; ids are made from it.
    serial: u64,
    objects: BTreeMap<ObjectKey, Arc<Object>>,
    /// Which object a client token made, while it is there.
    tokens: BTreeMap<Arc<str>, ObjectKey>,
    /// Number of the event that made the object of a key, also when it is gone.
    born: BTreeMap<ObjectKey, u64>,
    /// What losses destroyed.
    gone: BTreeMap<ObjectKey, LostObject>,
    /// Zones and regions that do not answer.
    down: BTreeSet<Domain>,
}

impl World {
    /// An empty cloud.
    pub fn new() -> World {
        World::default()
    }

    /// The fold of a log, first event first.
    ///
    /// # Errors
    /// The number of the first illegal event, from zero, and what is wrong with it.
    pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<World, (usize, EventError)> {
        let mut world = World::new();
        for (number, event) in events.into_iter().enumerate() {
            world.apply_event(event).map_err(|error| (number, error))?;
        }
        Ok(world)
    }

    /// Takes one event in. An illegal event changes nothing.
    ///
    /// # Errors
    /// An object that exists already or does not exist, a domain that is lost already or was never lost.
    pub fn apply_event(&mut self, event: &Event) -> Result<(), EventError> {
        match event {
            Event::Created(object) => self.create(object)?,
            Event::Updated { key, attributes, sealed_by } => {
                let object = self.present(key)?;
                let after =
                    Object { attributes: attributes.clone(), sealed_by: sealed_by.clone(), ..(**object).clone() };
                self.objects.insert(key.clone(), Arc::new(after));
            }
            Event::Deleted { key, ends_in: Ending::Nothing } => {
                let object = self.present(key)?.clone();
                self.remove(&object);
            }
            Event::Deleted { key, ends_in: Ending::PendingDeletion } => {
                let object = self.present(key)?.clone();
                self.tokens.remove(&object.token);
                let after = Object { state: KeyState::PendingDeletion, ..(*object).clone() };
                self.objects.insert(key.clone(), Arc::new(after));
            }
            Event::Lost(domain) => self.lose_domain(domain)?,
            Event::Restored(domain) => self.restore_domain(domain)?,
        }
        self.serial = self.serial.saturating_add(1);
        Ok(())
    }

    fn present(&self, key: &ObjectKey) -> Result<&Arc<Object>, EventError> {
        let there = self.objects.get(key).filter(|o| o.state == KeyState::Present);
        there.ok_or_else(|| EventError(format!("there is no {} {:?} in {:?}", key.kind, key.id, key.region)))
    }

    fn create(&mut self, object: &Object) -> Result<(), EventError> {
        let key = &object.key;
        if self.objects.contains_key(key) {
            return Err(EventError(format!("{} {:?} exists already in {:?}", key.kind, key.id, key.region)));
        }
        if let Some(domain) = object.zone.as_ref().map(|z| Domain::Zone(z.clone())).filter(|d| self.down.contains(d)) {
            return Err(EventError(format!("{} {:?} cannot be made while {domain} is lost", key.kind, key.id)));
        }
        if self.down.contains(&Domain::Region(key.region.clone())) {
            return Err(EventError(format!(
                "{} {:?} cannot be made while region={} is lost",
                key.kind, key.id, key.region
            )));
        }
        if !object.token.is_empty() {
            self.tokens.insert(object.token.clone(), key.clone());
        }
        self.gone.remove(key);
        self.born.insert(key.clone(), self.serial);
        self.objects.insert(key.clone(), Arc::new(object.clone()));
        Ok(())
    }

    fn remove(&mut self, object: &Object) {
        self.objects.remove(&object.key);
        if self.tokens.get(&object.token) == Some(&object.key) {
            self.tokens.remove(&object.token);
        }
    }

    fn lose_domain(&mut self, domain: &Domain) -> Result<(), EventError> {
        let mut doomed: Vec<Arc<Object>> = self.objects.values().filter(|o| is_in(o, domain)).cloned().collect();
        let place = matches!(domain, Domain::Zone(_) | Domain::Region(_));
        if place && self.down.contains(domain) {
            return Err(EventError(format!("{domain} is lost already")));
        }
        if !place && doomed.is_empty() {
            return Err(EventError(format!("there is no {domain} to lose")));
        }
        if place {
            self.down.insert(domain.clone());
        }
        let also: Vec<Arc<Object>> =
            doomed.iter().flat_map(|o| self.joined_to(&o.key).cloned().collect::<Vec<_>>()).collect();
        doomed.extend(also);
        for object in doomed {
            self.remove(&object);
            self.gone.insert(object.key.clone(), LostObject { object, by: domain.clone() });
        }
        Ok(())
    }

    fn restore_domain(&mut self, domain: &Domain) -> Result<(), EventError> {
        match domain {
            Domain::Zone(_) | Domain::Region(_) if self.down.remove(domain) => Ok(()),
            Domain::Zone(_) | Domain::Region(_) => Err(EventError(format!("{domain} is not lost"))),
            Domain::Disk(_) | Domain::Instance(_) => {
                Err(EventError(format!("{domain} does not come back: its hardware is gone")))
            }
            Domain::Key(arn) => {
                let lost = self.gone.values().find(|l| l.by == *domain).map(|l| l.object.clone());
                let pending = self.objects.values().find(|o| o.arn == *arn && o.state == KeyState::PendingDeletion);
                let back = lost.or_else(|| pending.cloned());
                let back = back.ok_or_else(|| EventError(format!("{domain} is neither lost nor pending deletion")))?;
                if self.down.contains(&Domain::Region(back.key.region.clone())) {
                    return Err(EventError(format!("{domain} cannot come back while its region is lost")));
                }
                self.gone.remove(&back.key);
                if !back.token.is_empty() {
                    self.tokens.entry(back.token.clone()).or_insert_with(|| back.key.clone());
                }
                self.objects.insert(back.key.clone(), Arc::new(Object { state: KeyState::Present, ..(*back).clone() }));
                Ok(())
            }
        }
    }

    /// How many events made this world.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The object of a key, unless it is gone or pending deletion.
    pub fn object(&self, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.present(key).ok()
    }

    /// Number of the event that made the object of a key: tells the newer of two.
    pub(crate) fn born(&self, key: &ObjectKey) -> u64 {
        self.born.get(key).copied().unwrap_or_default()
    }

    /// The object of a key, also when it is pending deletion.
    pub(crate) fn even_pending(&self, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.objects.get(key)
    }

    /// What took the object of a key, if a loss did.
    pub(crate) fn lost(&self, key: &ObjectKey) -> Option<&LostObject> {
        self.gone.get(key)
    }

    /// The object that a client token made, while it is there: for recovery after a crash.
    pub fn find_by_token(&self, token: &str) -> Option<&Arc<Object>> {
        self.tokens.get(token).and_then(|key| self.object(key))
    }

    /// All objects, also keys that are pending deletion, by type, region and id.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// What losses destroyed and nothing replaced under the same name.
    pub fn lost_objects(&self) -> impl Iterator<Item = &LostObject> {
        self.gone.values()
    }

    /// Zones and regions that do not answer.
    pub fn lost_domains(&self) -> impl Iterator<Item = &Domain> {
        self.down.iter()
    }

    /// True while a zone or region does not answer.
    pub fn is_lost(&self, domain: &Domain) -> bool {
        self.down.contains(domain)
    }

    /// Objects of a type, in all regions.
    pub(crate) fn of_kind<'w>(&'w self, kind: &str) -> impl Iterator<Item = &'w Arc<Object>> + use<'w> {
        let kind: Arc<str> = kind.into();
        let first = ObjectKey { kind: kind.clone(), region: "".into(), id: "".into() };
        self.objects.range(first..).map(|(_, o)| o).take_while(move |o| o.key.kind == kind)
    }

    /// Objects of a type in a region.
    pub(crate) fn of_region<'w>(&'w self, kind: &str, region: &str) -> impl Iterator<Item = &'w Arc<Object>> + use<'w> {
        let (kind, region): (Arc<str>, Arc<str>) = (kind.into(), region.into());
        let first = ObjectKey { kind: kind.clone(), region: region.clone(), id: "".into() };
        let of_both = move |o: &&Arc<Object>| o.key.kind == kind && o.key.region == region;
        self.objects.range(first..).map(|(_, o)| o).take_while(of_both)
    }

    /// The object of one of some types with that id in a region.
    pub(crate) fn find(&self, kinds: &[Arc<str>], region: &str, id: &str) -> Option<&Arc<Object>> {
        kinds
            .iter()
            .find_map(|kind| self.object(&ObjectKey { kind: kind.clone(), region: region.into(), id: id.into() }))
    }

    /// Objects that cannot outlive that one. One that is named like what it joins (the state of an instance) has none:
    /// they are that other's.
    pub(crate) fn joined_to<'w>(&'w self, key: &'w ObjectKey) -> impl Iterator<Item = &'w Arc<Object>> {
        let borrowed = self.objects.get(key).is_some_and(|o| o.joins.contains(&key.id));
        let joined = move |o: &&Arc<Object>| {
            !borrowed && o.key.region == key.region && o.joins.contains(&key.id) && o.key != *key
        };
        self.objects.values().filter(joined)
    }
}

/// Whether a loss takes the object.
fn is_in(object: &Object, domain: &Domain) -> bool {
    match domain {
        Domain::Disk(id) => object.role == Role::Disk && object.key.id == *id,
        Domain::Instance(id) => object.role == Role::Instance && object.key.id == *id,
        Domain::Zone(zone) => object.zone.as_ref() == Some(zone),
        Domain::Region(region) => object.key.region == *region,
        Domain::Key(arn) => object.role == Role::Key && object.arn == *arn,
    }
}
