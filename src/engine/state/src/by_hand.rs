//! What people change in a state by hand: objects dropped, marked, given to another provider, whole states replaced.

use crate::{Object, State, Status, content_equal};
use addrs::{Provider, ResourceInstance, Target};
use diag::Diagnostic;
use std::sync::Arc;

/// Why an object cannot be marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmarked {
    /// The state has nothing at all.
    Empty,
    /// There is no such resource instance.
    Missing,
    /// It has only objects that wait for deletion.
    OnlyDeposed,
    /// It is to be freed from a mark that it does not have.
    NotTainted,
}

impl State {
    /// True when it holds neither objects nor outputs.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.outputs.is_empty()
    }

    /// The resource instances in a part of it (`None`: in all of it), as state commands list them: modules that lie deeper
    /// come later, else in address order.
    pub fn listed(&self, part: Option<&Target>) -> Vec<&ResourceInstance> {
        let covers = |addr: &&ResourceInstance| part.is_none_or(|part| part.covers(addr));
        let mut found: Vec<&ResourceInstance> = self.instances.keys().filter(covers).collect();
        found.sort_by_key(|addr| addr.module.0.len());
        found
    }

    /// The same state without some resource instances.
    #[must_use]
    pub fn without<'a>(&self, gone: impl IntoIterator<Item = &'a ResourceInstance>) -> State {
        let mut state = self.clone();
        for addr in gone {
            state.instances.remove(addr);
        }
        state
    }

    /// The same state with the current object of a resource instance marked.
    ///
    /// # Errors
    /// Says why it cannot be.
    pub fn marked(&self, addr: &ResourceInstance, status: Status) -> Result<State, Unmarked> {
        if self.is_empty() {
            return Err(Unmarked::Empty);
        }
        let instance = self.instances.get(addr).ok_or(Unmarked::Missing)?;
        let object = instance.current.as_ref().ok_or(Unmarked::OnlyDeposed)?;
        if status == Status::Ready && object.status == Status::Ready {
            return Err(Unmarked::NotTainted);
        }
        let object = Arc::new(Object { status, ..object.as_ref().clone() });
        let mut state = self.clone();
        state.set(addr, None, &instance.provider.clone(), object);
        Ok(state)
    }

    /// The same state with all resources of one provider given to another, and the addresses of these resources.
    #[must_use]
    pub fn with_provider(&self, from: &Provider, to: &Provider) -> (State, Vec<Target>) {
        let mut state = self.clone();
        let mut changed: Vec<Target> = Vec::new();
        for (addr, instance) in &mut state.instances {
            if instance.provider.provider != *from {
                continue;
            }
            instance.provider.provider = to.clone();
            if !changed.last().is_some_and(|resource| resource.covers(addr)) {
                changed.push(Target::Resource(addr.module.clone(), addr.resource.clone()));
            }
        }
        (state, changed)
    }

    /// The state that stands where `self` stands once another one is pushed over it (`None`: nothing stands there).
    ///
    /// # Errors
    /// Unless forced: an older one, a different one of the same serial, one of another lineage.
    pub fn pushed(existing: Option<&State>, new: State, force: Force) -> Result<State, Diagnostic> {
        if let Some(existing) = existing.filter(|existing| force == Force::No && !existing.is_empty()) {
            check_push(existing, &new)?;
        }
        let changed = existing.is_some_and(|existing| !content_equal(existing, &new));
        Ok(State { serial: new.serial + u64::from(changed), ..new })
    }
}

/// Whether lineage and serial are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// They are not (`-force`).
    Yes,
    /// They are.
    No,
}

fn check_push(existing: &State, new: &State) -> Result<(), Diagnostic> {
    if existing.lineage.is_empty() || new.lineage.is_empty() {
        return Ok(());
    }
    let detail = if existing.lineage != new.lineage {
        format!(
            "The pushed state has the lineage {}, the existing one {}: they are not related.",
            new.lineage, existing.lineage
        )
    } else if new.serial < existing.serial {
        format!("The pushed state has serial {}, the existing one is newer and has {}.", new.serial, existing.serial)
    } else if new.serial == existing.serial && !content_equal(existing, new) {
        format!("Both states have serial {}, but their content is different.", new.serial)
    } else {
        return Ok(());
    };
    Err(Diagnostic::error("Failed to write state", detail).next(
        "Nothing was changed. Compare both with drform state pull; -force overwrites the existing state, of which a backup \
         is kept.",
    ))
}
