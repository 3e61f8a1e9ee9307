//! The only ways in which one state is made from another.

use crate::{DeposedKey, InstanceState, Object, State};
use addrs::{ProviderConfig, ResourceInstance};
use std::collections::BTreeMap;
use std::sync::Arc;

impl State {
    /// The current object (`None`) or a deposed one.
    pub fn object(&self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Option<&Arc<Object>> {
        self.instances.get(addr)?.object(deposed)
    }

    /// Puts an object where the current one (`None`) or a deposed one stands.
    pub fn set(
        &mut self,
        addr: &ResourceInstance,
        deposed: Option<&DeposedKey>,
        provider: &ProviderConfig,
        object: Arc<Object>,
    ) {
        let instance = self.instances.entry(addr.clone()).or_insert_with(|| InstanceState {
            provider: provider.clone(),
            current: None,
            deposed: BTreeMap::new(),
        });
        if instance.provider != *provider {
            instance.provider = provider.clone();
        }
        match deposed {
            None => instance.current = Some(object),
            Some(key) => {
                instance.deposed.insert(key.clone(), object);
            }
        }
    }

    /// Takes away the current object (`None`) or a deposed one; an instance without objects goes too.
    pub fn remove(&mut self, addr: &ResourceInstance, deposed: Option<&DeposedKey>) -> Option<Arc<Object>> {
        let instance = self.instances.get_mut(addr)?;
        let removed = match deposed {
            None => instance.current.take(),
            Some(key) => instance.deposed.remove(key),
        };
        if instance.is_empty() {
            self.instances.remove(addr);
        }
        removed
    }

    /// Sets the current object aside under a key (trap 71: the key was chosen by the plan). False when there is
    /// no current object or the key is taken.
    #[must_use]
    pub fn depose(&mut self, addr: &ResourceInstance, key: &DeposedKey) -> bool {
        let Some(instance) = self.instances.get_mut(addr) else {
            return false;
        };
        if instance.deposed.contains_key(key) {
            return false;
        }
        let Some(object) = instance.current.take() else {
            return false;
        };
        instance.deposed.insert(key.clone(), object);
        true
    }

    /// Makes a deposed object current again (trap 72). False when it is not there or the place is taken.
    #[must_use]
    pub fn restore(&mut self, addr: &ResourceInstance, key: &DeposedKey) -> bool {
        let Some(instance) = self.instances.get_mut(addr) else {
            return false;
        };
        if instance.current.is_some() {
            return false;
        }
        instance.current = instance.deposed.remove(key);
        instance.current.is_some()
    }
}

impl InstanceState {
    /// The current object (`None`) or a deposed one.
    pub fn object(&self, deposed: Option<&DeposedKey>) -> Option<&Arc<Object>> {
        match deposed {
            None => self.current.as_ref(),
            Some(key) => self.deposed.get(key),
        }
    }

    /// True when it has no object at all.
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.deposed.is_empty()
    }
}
