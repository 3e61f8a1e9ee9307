//! What can be written down.

use addrs::{ConfigResource, ProviderConfig, ResourceInstance};
use state::{DeposedKey, InstanceState, Object, OutputState};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Path, Value};

/// Numbers the intents of a journal, from one, never again the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub u64);

/// One fact. Facts are never changed or taken back; a later fact may say something else.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A run begins. The first record of every journal, and again when a later run goes on with it.
    Begin(Begin),
    /// What the state said about an address when the run first touched it; without such a record it said nothing.
    Before {
        /// Which address.
        addr: ResourceInstance,
        /// All its objects.
        instance: Arc<InstanceState>,
    },
    /// A change is about to be asked for.
    Intent(Arc<Intent>),
    /// What came of it.
    Outcome {
        /// Which intent.
        intent: IntentId,
        /// How it ended.
        outcome: Outcome,
    },
    /// What recovery found out about an intent whose answer was lost.
    Resolved {
        /// Which intent.
        intent: IntentId,
        /// How it was found out.
        how: How,
        /// How it had ended.
        outcome: Outcome,
    },
    /// The current object was set aside, because its replacement is created first.
    Deposed {
        /// Which address.
        addr: ResourceInstance,
        /// Under which key.
        key: DeposedKey,
    },
    /// A deposed object became current again, because its replacement never came to exist (trap 72).
    Restored {
        /// Which address.
        addr: ResourceInstance,
        /// From which key.
        key: DeposedKey,
    },
    /// What is there, as refresh, upgrade or a move found it.
    Refreshed {
        /// Which address.
        addr: ResourceInstance,
        /// All its objects; `None` when it is gone.
        instance: Option<Arc<InstanceState>>,
    },
    /// What a data source said.
    Data {
        /// Which address.
        addr: ResourceInstance,
        /// Who said it.
        provider: ProviderConfig,
        /// Its result.
        object: Arc<Object>,
    },
    /// An object was dropped from the state; the object itself was not touched.
    Forgotten {
        /// Which address.
        addr: ResourceInstance,
        /// Which deposed object; `None` for the current one.
        deposed: Option<DeposedKey>,
    },
    /// The provisioners of a new object have run: it is whole, and no longer tainted.
    Provisioned {
        /// Which address.
        addr: ResourceInstance,
    },
    /// The outputs of the root module.
    Outputs {
        /// As the run found them.
        before: BTreeMap<Arc<str>, OutputState>,
        /// As they are now.
        after: BTreeMap<Arc<str>, OutputState>,
    },
    /// What became of the conditions (`check_results` of a state, its JSON text).
    Checks {
        /// As the run found it.
        before: Option<Arc<str>>,
        /// As it is now.
        after: Option<Arc<str>>,
    },
    /// The run came to its end; intents in doubt may be left.
    End,
}

/// Which run, on which state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Names the run; tokens are made from it.
    pub run: Arc<str>,
    /// Lineage of the state: of a state that was never written, the one that it will get.
    pub lineage: Arc<str>,
    /// Serial of the state as it was read.
    pub serial: u64,
    /// What the user asked for, for messages: `apply`, `recover`.
    pub operation: Arc<str>,
    /// What a state that is changed by this run says about the tool that wrote it (decision 7).
    pub terraform_version: Arc<str>,
}

/// Everything that is needed to send the request, to send it again, or to find out what became of it.
#[derive(Clone, PartialEq)]
pub struct Intent {
    /// Its number.
    pub id: IntentId,
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Which deposed object; `None` for the current one.
    pub deposed: Option<DeposedKey>,
    /// Of a create: the key under which the object that it replaces was set aside, to be restored when the new one
    /// never comes to exist (trap 72).
    pub replaces: Option<DeposedKey>,
    /// What is asked for.
    pub act: Act,
    /// Who is asked.
    pub provider: ProviderConfig,
    /// Resource type.
    pub kind: Arc<str>,
    /// Version of the schema that the values follow.
    pub schema_version: u64,
    /// The object before; null for a create.
    pub prior: Value,
    /// The object after, as planned; null for a delete.
    pub planned: Value,
    /// The configuration; null for a delete. Write-only attributes that are set are unknown in it.
    pub config: Value,
    /// Private bytes of the plan.
    pub private: Arc<[u8]>,
    /// Private bytes of the object before.
    pub prior_private: Arc<[u8]>,
    /// What the module of the object says in `provider_meta`; `None` where it says nothing.
    pub meta: Option<Value>,
    /// Client token.
    pub token: Arc<str>,
    /// Paths that the configuration marks sensitive, to be stored with the object.
    pub sensitive: Arc<[Path]>,
    /// What the object will depend on.
    pub dependencies: Arc<[ConfigResource]>,
    /// Whether its replacement will be created first.
    pub create_before_destroy: bool,
    /// Whether it will be let go of instead of destroyed.
    pub skip_destroy: bool,
    /// Of a create: whether provisioners run on the new object, which is tainted until they have.
    pub provisions: bool,
}

/// Without the values: they may hold secrets.
impl std::fmt::Debug for Intent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intent")
            .field("id", &self.id.0)
            .field("act", &self.act)
            .field("addr", &self.addr.to_string())
            .field("deposed", &self.deposed)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// What is asked of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Make a new object.
    Create,
    /// Change the object in place.
    Update,
    /// Make the object cease to exist.
    Delete,
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The object exists and looks like this (also when the provider reported errors).
    Object(Arc<Object>),
    /// The object is gone.
    Gone,
    /// Nothing happened: the object, if there was one, is as before.
    Nothing,
}

/// How recovery found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The provider looked for an object that was created with the token.
    FoundByToken,
    /// The object was read.
    Read,
    /// The very same request was sent again, as the provider allows.
    Repeated,
    /// A person decided.
    Person,
}
