//! The one request that changes the world: ApplyResourceChange.
//!
//! The type is plain data, because it travels; the right to send one is `apply::Change`, which cannot be made
//! without a durable intent.

use crate::{ObjectIdentity, StoredObject};
use addrs::ProviderConfig;
use diag::Diagnostics;
use std::sync::Arc;
use value::Value;

/// What a provider is asked to do with one object.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRequest {
    /// Who serves it.
    pub provider: ProviderConfig,
    /// Resource type.
    pub kind: Arc<str>,
    /// Before; null for a create.
    pub prior: Value,
    /// After; null for a delete.
    pub planned: Value,
    /// The configuration, wholly known; null for a delete.
    pub config: Value,
    /// Private bytes of the plan.
    pub private: Arc<[u8]>,
    /// Identity of the object that is changed or deleted; none for a create.
    pub identity: Option<ObjectIdentity>,
    /// What the module of the object says in `provider_meta`; `None` where it says nothing.
    pub meta: Option<Value>,
    /// Client token: derived from the journal's intent, the same for a repetition of the same request.
    pub token: Arc<str>,
    /// True when the very same request may have been carried out before: its answer was lost, and recovery sends it
    /// again. Providers hear of it (schema/plugin-repeat.md); it is stored nowhere.
    pub repeated: bool,
}

/// What came of it. Whatever comes back is kept, also with errors (plugin-protocol.md 10.6).
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeAnswer {
    /// The object now; null when it is gone; `None` when nothing is known (the provider died, or no state came back).
    pub object: Option<StoredObject>,
    /// What the provider had to say.
    pub diagnostics: Diagnostics,
    /// The legacy SDK: broken promises are only logged.
    pub legacy: bool,
    /// True when the request may have been carried out although no answer came: the outcome is in doubt.
    pub in_doubt: bool,
}

/// Whether a request whose answer was lost may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The provider keeps the token: the same request gives the same object, never a second one.
    SameObject,
    /// Nothing outside drform comes of it (`terraform_data`): repeating is free.
    Harmless,
    /// Unknown: never repeat blindly.
    Never,
}
