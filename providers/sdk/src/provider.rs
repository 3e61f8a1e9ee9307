//! What an author writes: a provider, its resources, data sources and functions.

use crate::plan::{PlanRequest, Planned, default_plan};
use crate::{Finding, Findings, Private, Reply};
use configschema::{Block, IdentitySchema, Schema};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;
use value::Value;

/// An answer that takes time. `Box::pin(async move { … })` makes one.
pub type Future<'a, T> = Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

/// A provider. Values carry no marks; those of blocks are of the type that the schema implies.
pub trait Provider: Send + Sync + 'static {
    /// The `provider` block.
    fn schema(&self) -> Block {
        Block::default()
    }

    /// Checks a `provider` block; values may be unknown.
    fn validate(&self, _config: &Value) -> Findings {
        Vec::new()
    }

    /// Takes a configuration into use, once, before anything but checks and functions. While planning it may hold
    /// unknowns.
    fn configure<'a>(&'a self, _config: &'a Value) -> Future<'a, Findings> {
        Box::pin(async { Vec::new() })
    }

    /// Answers reads that arrive together with one request: hosts that know of it (schema/plugin-reads.md) then ask up to
    /// 1,000 things at once, whatever their limit is for others. Changes stay limited.
    fn batches_reads(&self) -> bool {
        false
    }

    /// The user wants an end (StopProvider): calls that only wait for the cloud may come back early with what is true by
    /// then, an object made by halves with an error that says so. What was asked of the cloud must still not be lost: calls
    /// that have nothing to tell yet go on. May be called more than once, and returns at once.
    fn stop(&self) {}

    /// Resource types by name; each name begins with the provider's.
    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)>;

    /// Data sources by name.
    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        Vec::new()
    }

    /// Ephemeral resources by name.
    fn ephemeral_resources(&self) -> Vec<(&'static str, Arc<dyn EphemeralResource>)> {
        Vec::new()
    }

    /// Functions by name.
    fn functions(&self) -> Vec<(&'static str, Arc<dyn Function>)> {
        Vec::new()
    }
}

/// What becomes of a change that is asked for a second time with the same token, because its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It gives the same object, never a second one: the token reaches whoever makes the object.
    SameObject,
    /// Nothing outside comes of it.
    Harmless,
    /// Nobody knows. The host asks a person.
    Never,
}

/// An object and what is kept with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its attributes, wholly known.
    pub value: Value,
    /// What else is kept with it.
    pub private: Private,
}

/// A change that is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRequest {
    /// Before; null for a create.
    pub prior: Value,
    /// After; null for a delete. What is unknown in it is for the resource to fill in; all else must come out as it is.
    pub planned: Value,
    /// The configuration, with write-only arguments; null for a delete.
    pub config: Value,
    /// What was kept with the plan.
    pub private: Private,
    /// The same for a repetition of the same request, different for any other one.
    pub token: Arc<str>,
    /// The host knows that the same request may have been carried out before, and that its answer was lost. Only then
    /// may an object that is there already under the same name be taken for ours. Hosts other than drform never say so.
    pub repeated: bool,
}

/// A stored object of any schema version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredState {
    /// Schema version that it was stored with.
    pub version: u64,
    /// Its attributes as JSON.
    pub json: Vec<u8>,
}

/// A resource type.
pub trait Resource: Send + Sync + 'static {
    /// Its block and version.
    fn schema(&self) -> Schema;

    /// What tells its objects from each other, if hosts are to know: [`Resource::identify`] then gives it, and objects can
    /// be imported by it.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of an object, of the type of its schema; called for what reads, changes and imports gave. An object
    /// keeps its identity for as long as it lives.
    fn identify(&self, _object: &Value) -> Option<Value> {
        None
    }

    /// Finds an existing object by its identity, as [`Resource::import`] does by its id. What an import may leave out can
    /// be null.
    fn import_identity<'a>(&'a self, _identity: &'a Value) -> Future<'a, Reply<Object>> {
        Box::pin(async {
            Reply::failed("Import is not supported", "Objects of this type cannot be imported by their identity.")
        })
    }

    /// Brings a stored identity of an older version of the identity schema to the current one, as JSON. The default leaves
    /// it.
    fn upgrade_identity(&self, identity: StoredState) -> Future<'_, Reply<Vec<u8>>> {
        Box::pin(async move { Reply::done(identity.json) })
    }

    /// What it promises about a request that is repeated with the same token.
    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    /// The object relies on the tolerance that hosts have for the legacy SDK: computed nested blocks, defaults of
    /// arguments that are not computed. Goes into every answer to a plan or a change; hosts then only log what differs.
    /// For types whose schema is given; a new one does without.
    fn legacy(&self) -> bool {
        false
    }

    /// Attributes whose change forces a replacement.
    fn forces_replacement(&self) -> &[&str] {
        &[]
    }

    /// Checks a configuration; values may be unknown.
    fn validate(&self, _config: &Value) -> Findings {
        Vec::new()
    }

    /// What would become of the object. The default does what most resources want, see [`default_plan`]; others begin
    /// with it. Not called for a destroy.
    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        let planned = default_plan(&self.schema(), self.forces_replacement(), request);
        Box::pin(async move { Reply::done(planned) })
    }

    /// What the object is like now; no result without an error when it is gone.
    fn read<'a>(&'a self, current: Object) -> Future<'a, Reply<Object>>;

    /// Makes the object. A result with an error is an object made by halves: the host keeps it and replaces it.
    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>>;

    /// Changes the object. With an error, the result is what it is like now; none when nothing changed.
    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>>;

    /// Removes the object; an object that is gone already is no error.
    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings>;

    /// Brings a stored object of an older schema version to the current one, as JSON. The default leaves it.
    fn upgrade(&self, state: StoredState) -> Future<'_, Reply<Vec<u8>>> {
        Box::pin(async move { Reply::done(state.json) })
    }

    /// Finds an existing object by its id; at least what [`Resource::read`] needs. No result without an error when there
    /// is none: hosts say so in their own words.
    fn import<'a>(&'a self, _id: &'a str) -> Future<'a, Reply<Object>> {
        Box::pin(async { Reply::failed("Import is not supported", "Objects of this type cannot be imported.") })
    }
}

/// A data source.
pub trait DataSource: Send + Sync + 'static {
    /// Its block.
    fn schema(&self) -> Schema;

    /// Checks a configuration; values may be unknown.
    fn validate(&self, _config: &Value) -> Findings {
        Vec::new()
    }

    /// Reads it; the result holds the configuration and what was read.
    fn read<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Value>>;
}

/// An ephemeral resource: a token or a lease that is there while a run uses it, and is stored nowhere. Hosts open it
/// in plan and again in apply.
pub trait EphemeralResource: Send + Sync + 'static {
    /// Its block.
    fn schema(&self) -> Schema;

    /// Checks a configuration; values may be unknown.
    fn validate(&self, _config: &Value) -> Findings {
        Vec::new()
    }

    /// Opens it; the configuration is wholly known.
    fn open<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Opened>>;

    /// Makes it last longer; asked for when the time comes that the last answer gave.
    fn renew(&self, private: Private) -> Future<'_, Reply<Renewed>> {
        Box::pin(async { Reply::done(Renewed { private, renew_at: None }) })
    }

    /// Ends it, with what was kept when it was opened. What has ended by itself is no error.
    fn close(&self, _private: Private) -> Future<'_, Findings> {
        Box::pin(async { Vec::new() })
    }
}

/// An ephemeral resource that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The configuration, and what there is to know besides.
    pub value: Value,
    /// What is needed to renew and to close it. Hosts keep it in memory only.
    pub private: Private,
    /// When it is to be renewed; none when it lasts by itself.
    pub renew_at: Option<SystemTime>,
}

/// An ephemeral resource that lasts longer.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewed {
    /// What is needed to renew it the next time.
    pub private: Private,
    /// When it is to be renewed again; none when it lasts by itself from now on.
    pub renew_at: Option<SystemTime>,
}

/// A function: same arguments, same result, no configuration.
pub trait Function: Send + Sync + 'static {
    /// Parameters and result.
    fn signature(&self) -> configschema::Function;

    /// Calls it; the arguments are of the types of the parameters.
    ///
    /// # Errors
    /// Why it has no result, and which argument is to blame.
    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Which argument is to blame, from zero.
    pub argument: Option<usize>,
    /// A full sentence.
    pub text: String,
}

/// One finding as all findings.
impl<T> From<Finding> for Reply<T> {
    fn from(finding: Finding) -> Self {
        Reply { result: None, findings: vec![finding], in_doubt: false }
    }
}
