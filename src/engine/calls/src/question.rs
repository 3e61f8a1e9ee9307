//! Questions that change nothing.
//!
//! Every question names a provider configuration; the values in it carry no marks. Answers are values of the
//! schema's implied type; a provider that lies, dies or hangs is an ordinary answer with error diagnostics.

use crate::{ImportedBy, ObjectIdentity};
use addrs::{ProviderConfig, ResourceInstance};
use configschema::FunctionError;
use diag::Diagnostics;
use std::sync::Arc;
use std::time::SystemTime;
use value::{Path, Value};

/// What can be asked of a provider without changing the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Is this provider configuration acceptable? Answer: [`Answer::Checked`].
    ValidateProvider {
        /// Which configuration.
        provider: ProviderConfig,
        /// Its block.
        config: Value,
    },
    /// Take this configuration into use. Answer: [`Answer::Checked`].
    ConfigureProvider {
        /// Which configuration.
        provider: ProviderConfig,
        /// Its block; may hold unknowns while planning.
        config: Value,
    },
    /// Is this resource configuration acceptable? Answer: [`Answer::Checked`].
    ValidateResource {
        /// Who serves it.
        provider: ProviderConfig,
        /// Resource type.
        kind: Arc<str>,
        /// Its block.
        config: Value,
    },
    /// Is this data source configuration acceptable? Answer: [`Answer::Checked`].
    ValidateDataSource {
        /// Who serves it.
        provider: ProviderConfig,
        /// Data source type.
        kind: Arc<str>,
        /// Its block.
        config: Value,
    },
    /// Bring a stored object to the current schema. Answer: [`Answer::Object`], or no value when it is gone.
    UpgradeState {
        /// Who serves it.
        provider: ProviderConfig,
        /// Resource type.
        kind: Arc<str>,
        /// Schema version that it was stored with.
        version: u64,
        /// The stored attributes, JSON verbatim.
        raw: Arc<str>,
        /// Its stored identity, which is brought to the current identity schema as well.
        identity: Option<ObjectIdentity>,
    },
    /// What is the object like now? Answer: [`Answer::Object`] with null when it is gone.
    Read {
        /// Who serves it.
        provider: ProviderConfig,
        /// Resource type.
        kind: Arc<str>,
        /// What we believe it is, and private bytes.
        current: StoredObject,
        /// What the module of the object says in `provider_meta`; `None` where it says nothing.
        meta: Option<Value>,
    },
    /// What would become of it? Answer: [`Answer::Planned`].
    Plan {
        /// Who serves it.
        provider: ProviderConfig,
        /// Resource type.
        kind: Arc<str>,
        /// Before; null for a create.
        prior: Value,
        /// Prior and configuration merged; null for a destroy.
        proposed: Value,
        /// The configuration; null for a destroy.
        config: Value,
        /// Private bytes of the prior object.
        private: Arc<[u8]>,
        /// Identity of the prior object.
        identity: Option<ObjectIdentity>,
        /// What the module of the object says in `provider_meta`; `None` where it says nothing.
        meta: Option<Value>,
    },
    /// Read a data source. Answer: [`Answer::Object`].
    ReadDataSource {
        /// Who serves it.
        provider: ProviderConfig,
        /// Data source type.
        kind: Arc<str>,
        /// Its block, wholly known.
        config: Value,
        /// What the module of the object says in `provider_meta`; `None` where it says nothing.
        meta: Option<Value>,
    },
    /// Is there an object that was created with this token? Answer: [`Answer::Object`] with null when there is
    /// none, [`Answer::Unsupported`] when the provider cannot tell.
    FindByToken {
        /// Who serves it.
        provider: ProviderConfig,
        /// Resource type.
        kind: Arc<str>,
        /// Token of the intent.
        token: Arc<str>,
    },
    /// Which object has this id or identity? Answer: [`Answer::Imported`], or [`Answer::Unsupported`] where nothing can be imported.
    /// What comes back may hold little but the id: whoever asks goes on with [`Question::Read`].
    Import {
        /// Who serves it.
        provider: ProviderConfig,
        /// Resource type.
        kind: Arc<str>,
        /// What is said of it.
        by: ImportedBy,
    },
    /// Is this configuration of an ephemeral resource acceptable? Answer: [`Answer::Checked`].
    ValidateEphemeral {
        /// Who serves it.
        provider: ProviderConfig,
        /// Ephemeral resource type.
        kind: Arc<str>,
        /// Its block.
        config: Value,
    },
    /// Open an ephemeral resource: at most a lease comes of it, that ends by itself. Answer: [`Answer::Opened`].
    OpenEphemeral {
        /// Who serves it.
        provider: ProviderConfig,
        /// Which instance.
        addr: ResourceInstance,
        /// Its block, wholly known.
        config: Value,
    },
    /// Make an open one last longer. Whoever asks the provider waits with it until the time has come; when it is closed
    /// before that, nobody is asked and the answer is [`Answer::Unsupported`]. Else: [`Answer::Renewed`].
    RenewEphemeral {
        /// Who serves it.
        provider: ProviderConfig,
        /// Which instance.
        addr: ResourceInstance,
        /// Private bytes of the last answer.
        private: Arc<[u8]>,
        /// When to ask.
        at: SystemTime,
    },
    /// End an open one; what renews it ends first. Answer: [`Answer::Checked`].
    CloseEphemeral {
        /// Who serves it.
        provider: ProviderConfig,
        /// Which instance.
        addr: ResourceInstance,
        /// Private bytes of when it was opened.
        private: Arc<[u8]>,
    },
    /// What does a function give? Any configuration of the provider stands for it: functions are answered without
    /// one. Answer: [`Answer::Called`].
    CallFunction {
        /// Whose function.
        provider: ProviderConfig,
        /// Its name, without namespaces.
        function: Arc<str>,
        /// Of the types of its parameters; unknown only where a parameter allows it.
        arguments: Vec<Value>,
    },
}

impl Question {
    /// Which provider configuration is asked.
    pub fn provider(&self) -> &ProviderConfig {
        match self {
            Question::ValidateProvider { provider, .. }
            | Question::ConfigureProvider { provider, .. }
            | Question::ValidateResource { provider, .. }
            | Question::ValidateDataSource { provider, .. }
            | Question::UpgradeState { provider, .. }
            | Question::Read { provider, .. }
            | Question::Plan { provider, .. }
            | Question::ReadDataSource { provider, .. }
            | Question::FindByToken { provider, .. }
            | Question::Import { provider, .. }
            | Question::ValidateEphemeral { provider, .. }
            | Question::OpenEphemeral { provider, .. }
            | Question::RenewEphemeral { provider, .. }
            | Question::CloseEphemeral { provider, .. }
            | Question::CallFunction { provider, .. } => provider,
        }
    }

    /// The answer when it could not be asked, of the kind that is expected.
    pub fn not_asked(&self, why: Diagnostics) -> Answer {
        match self {
            Question::ValidateProvider { .. }
            | Question::ConfigureProvider { .. }
            | Question::ValidateResource { .. }
            | Question::ValidateDataSource { .. }
            | Question::ValidateEphemeral { .. }
            | Question::CloseEphemeral { .. } => Answer::Checked(why),
            Question::Plan { .. } => Answer::Planned(None, why),
            Question::UpgradeState { .. } | Question::Read { .. } | Question::ReadDataSource { .. } => {
                Answer::Object(None, why)
            }
            Question::Import { .. } => Answer::Imported(Vec::new(), why),
            Question::OpenEphemeral { .. } => Answer::Opened(None, why),
            Question::RenewEphemeral { .. } => Answer::Renewed(None, why),
            Question::FindByToken { .. } => Answer::Unsupported,
            Question::CallFunction { .. } => Answer::not_called(&why),
        }
    }
}

/// An object as providers hand it over and get it back.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredObject {
    /// Its value; null when there is none.
    pub value: Value,
    /// Bytes that only the provider understands; kept exactly.
    pub private: Arc<[u8]>,
    /// What tells it from all others; `None` where the provider does not say.
    pub identity: Option<ObjectIdentity>,
}

/// An ephemeral resource that is open. Nothing of it is ever written down.
#[derive(Clone, PartialEq)]
pub struct OpenedEphemeral {
    /// What it is.
    pub value: Value,
    /// Bytes that only the provider understands, for the first renewal and the close.
    pub private: Arc<[u8]>,
    /// When it is to be renewed, if it must be.
    pub renew_at: Option<SystemTime>,
}

/// Without the value: it is a secret.
impl std::fmt::Debug for OpenedEphemeral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedEphemeral").field("renew_at", &self.renew_at).finish_non_exhaustive()
    }
}

/// An ephemeral resource that lasts longer.
#[derive(Clone, Debug, PartialEq)]
pub struct RenewedEphemeral {
    /// Bytes that only the provider understands, for the next renewal.
    pub private: Arc<[u8]>,
    /// When it is to be renewed again, if it must be.
    pub renew_at: Option<SystemTime>,
}

/// What a provider plans.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedObject {
    /// After; unknown where only the apply will tell.
    pub planned: Value,
    /// Attributes whose change forces replacement; to be filtered (plugin-protocol.md 9.9).
    pub requires_replace: Vec<Path>,
    /// Private bytes for the apply.
    pub private: Arc<[u8]>,
    /// The legacy SDK: broken promises are only logged.
    pub legacy: bool,
}

/// An answer, with what the provider had to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing but diagnostics.
    Checked(Diagnostics),
    /// An object (or data source result), unless there are errors.
    Object(Option<StoredObject>, Diagnostics),
    /// A plan, unless there are errors.
    Planned(Option<PlannedObject>, Diagnostics),
    /// Imported objects with their resource types, the first usually the one that was asked for; none when there are
    /// errors, and an error when there are none.
    Imported(Vec<(Arc<str>, StoredObject)>, Diagnostics),
    /// An open ephemeral resource, unless there are errors.
    Opened(Option<OpenedEphemeral>, Diagnostics),
    /// One that lasts longer, unless there are errors.
    Renewed(Option<RenewedEphemeral>, Diagnostics),
    /// The result of a function, or why it has none.
    Called(Result<Value, FunctionError>),
    /// The provider has no such call.
    Unsupported,
}

impl Answer {
    /// The answer to a call of a function that did not come about.
    pub fn not_called(why: &Diagnostics) -> Answer {
        let told: Vec<String> = why.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
        Answer::Called(Err(FunctionError { argument: None, reason: told.join("; ") }))
    }

    /// What the provider had to say.
    pub fn diagnostics(&self) -> Diagnostics {
        match self {
            Answer::Checked(d)
            | Answer::Object(_, d)
            | Answer::Planned(_, d)
            | Answer::Imported(_, d)
            | Answer::Opened(_, d)
            | Answer::Renewed(_, d) => d.clone(),
            Answer::Called(_) | Answer::Unsupported => Diagnostics::new(),
        }
    }
}
