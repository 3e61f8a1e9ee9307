//! The one request that changes the world, and the right to send it.

use calls::{ChangeRequest, ObjectIdentity};
use journal::{Durable, Intent};
use std::sync::Arc;
use value::Value;

/// A request that may be sent, because its intent is on disk. There is no other way to make one: forgetting the
/// journal does not compile (architecture.md 3.4).
pub struct Change {
    intent: Durable<Arc<Intent>>,
    repeated: bool,
    /// The configuration with write-only attributes, where it has some: no journal holds them.
    config: Option<Value>,
    /// Identity of the object that is changed, as the state has it.
    identity: Option<ObjectIdentity>,
}

impl Change {
    /// The request says exactly what the journal says, and what is written only.
    pub(crate) fn new(intent: Durable<Arc<Intent>>, config: Option<Value>, identity: Option<ObjectIdentity>) -> Change {
        Change { intent, repeated: false, config, identity }
    }

    /// The same request once more, after its answer was lost; it says so itself.
    pub(crate) fn again(intent: Durable<Arc<Intent>>, identity: Option<ObjectIdentity>) -> Change {
        Change { intent, repeated: true, config: None, identity }
    }

    /// What to send.
    pub fn request(&self) -> ChangeRequest {
        ChangeRequest {
            provider: self.intent.provider.clone(),
            kind: self.intent.kind.clone(),
            prior: self.intent.prior.clone(),
            planned: self.intent.planned.clone(),
            config: self.config.as_ref().unwrap_or(&self.intent.config).clone(),
            private: self.intent.private.clone(),
            identity: self.identity.clone(),
            meta: self.intent.meta.clone(),
            token: self.intent.token.clone(),
            repeated: self.repeated,
        }
    }

    /// What the journal says about it.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }
}

/// Without the values: they may hold secrets.
impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change")
            .field("intent", &*self.intent)
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}
