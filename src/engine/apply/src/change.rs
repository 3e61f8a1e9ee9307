//! The one request that changes the world, and the right to send it.

use calls::ChangeRequest;
use journal::{Durable, Intent};
use std::sync::Arc;

/// A request that may be sent, because its intent is on disk. There is no other way to make one: forgetting the
/// journal does not compile (architecture.md 3.4).
#[derive(Debug)]
pub struct Change {
    intent: Durable<Arc<Intent>>,
    repeated: bool,
}

impl Change {
    /// The request says exactly what the journal says.
    pub(crate) fn new(intent: Durable<Arc<Intent>>) -> Change {
        Change { intent, repeated: false }
    }

    /// The same request once more, after its answer was lost; it says so itself.
    pub(crate) fn again(intent: Durable<Arc<Intent>>) -> Change {
        Change { intent, repeated: true }
    }

    /// What to send.
    pub fn request(&self) -> ChangeRequest {
        ChangeRequest {
            provider: self.intent.provider.clone(),
            kind: self.intent.kind.clone(),
            prior: self.intent.prior.clone(),
            planned: self.intent.planned.clone(),
            config: self.intent.config.clone(),
            private: self.intent.private.clone(),
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
