//! One object of a managed resource: what it is, and what is to become of it.

use crate::ActionReason;
use crate::desired::Desired;
use addrs::{ProviderConfig, ResourceInstance};
use calls::ImportedBy;
use configschema::{ProviderSchema, Schema};
use diag::Range;
use state::{DeposedKey, Object};
use std::sync::Arc;
use value::{Type, Value};

/// What is to become of an object.
#[derive(Clone, Debug)]
pub(crate) enum Aim {
    /// What the configuration says.
    Keep(Box<Desired>),
    /// Nothing: it is no longer wanted.
    Delete(ActionReason),
    /// Nothing, but the object itself stays: a `removed` block says so, or `destroy = false`.
    Forget(ActionReason),
    /// Only the state is brought up to date; where the configuration wants it, its conditions are judged.
    Refresh(Option<Box<Desired>>),
    /// The state is brought up to date, and what the object will be is left to a later wave: references do not see it.
    Wait,
}

/// What the object is, before anything is asked.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) addr: ResourceInstance,
    pub(crate) deposed: Option<DeposedKey>,
    pub(crate) provider: ProviderConfig,
    pub(crate) schema: Arc<Schema>,
    /// Type of its objects, implied by the schema.
    pub(crate) ty: Type,
    pub(crate) provider_schema: Arc<ProviderSchema>,
    /// What its module says in `provider_meta`; `None` where it says nothing.
    pub(crate) meta: Option<Value>,
    pub(crate) stored: Option<Arc<Object>>,
    /// What an `import` block says of the object that it brings in, where the state has none.
    pub(crate) import: Option<ImportedBy>,
    /// Header of the block, where there is still one.
    pub(crate) declared_at: Option<Range>,
    /// `prevent_destroy`
    pub(crate) prevent_destroy: bool,
    /// Whether an earlier apply left its outcome in doubt.
    pub(crate) blocked: bool,
    /// Whether a `removed` block lets it stay.
    pub(crate) let_go: bool,
}
