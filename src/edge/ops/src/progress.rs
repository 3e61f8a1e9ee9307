//! Telling what happens, while it happens.

use addrs::ResourceInstance;
use state::DeposedKey;
use std::sync::Arc;
use value::{Content, Marks, Value};

/// Something that a person who waits wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// So many steps are to be done.
    Begins {
        /// How many changes.
        steps: usize,
    },
    /// Something is done to one object.
    Work(Work),
    /// Something is looked at while planning: for programs, because people would read of nothing else.
    Look(Work),
    /// A provisioner does something for one object.
    Provision(Provisioned),
    /// One line about one object.
    Line(String),
    /// One line that is shown however many objects there are.
    Important(String),
    /// A step is done.
    StepDone,
}

/// Something that takes its time with one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// Which deposed object; `None` for the current one.
    pub deposed: Option<DeposedKey>,
    /// What is done.
    pub deed: Deed,
    /// How far it is.
    pub stage: Stage,
    /// The attribute that names the object, and its text, as far as it is known and no secret.
    pub id: Option<Id>,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// A data source is read.
    Read,
    /// The state of a managed object is read.
    Refresh,
    /// An ephemeral resource is opened.
    Open,
    /// It is made to last longer.
    Renew,
    /// It is closed.
    Close,
}

/// How far something is, with the whole seconds since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It begins.
    Begins,
    /// It goes on.
    GoesOn(u64),
    /// It is done.
    Done(u64),
    /// It failed.
    Failed(u64),
}

/// Something about a provisioner of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// Which resource instance.
    pub addr: ResourceInstance,
    /// `local-exec`, `remote-exec` or `file`.
    pub kind: Arc<str>,
    /// How far it is.
    pub stage: ProvisionStage,
}

/// How far a provisioner is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvisionStage {
    /// It begins.
    Begins,
    /// It says a line; what may be secret is replaced already.
    Says(String),
    /// It did its work.
    Done,
    /// It failed.
    Failed,
}

/// The line for people; nothing where they need none.
impl std::fmt::Display for Provisioned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Provisioned { addr, kind, stage } = self;
        match stage {
            ProvisionStage::Begins => write!(f, "{addr}: Provisioning with '{kind}'..."),
            ProvisionStage::Says(line) if line.is_empty() => Ok(()),
            ProvisionStage::Says(line) => write!(f, "{addr} ({kind}): {line}"),
            ProvisionStage::Done | ProvisionStage::Failed => Ok(()),
        }
    }
}

/// The attribute that names an object, such as `id`, and its text.
pub type Id = (&'static str, Arc<str>);

/// The `id` of an object.
pub(crate) fn id(object: &Value) -> Option<Id> {
    Some(("id", shown(object.get("id")?)?))
}

/// The `id` of an object, else its `name`, else the tag of that name (Terraform's choice for what is still to be changed).
pub(crate) fn id_or_name(object: &Value) -> Option<Id> {
    let tag = |key: &str| shown(object.get("tags")?.get(key)?);
    id(object)
        .or_else(|| Some(("name", shown(object.get("name")?)?)))
        .or_else(|| Some(("tags.name", tag("name")?)))
        .or_else(|| Some(("tags.Name", tag("Name")?)))
}

fn shown(part: &Value) -> Option<Arc<str>> {
    match &part.content {
        Content::String(text) if !part.marks.contains(Marks::SENSITIVE) => Some(text.clone()),
        _ => None,
    }
}

/// The line for people.
impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (doing, done) = match self.deed {
            Deed::Create => ("Creating", "Creation"),
            Deed::Update => ("Modifying", "Modifications"),
            Deed::Delete => ("Destroying", "Destruction"),
            Deed::Read => ("Reading", "Read"),
            Deed::Refresh => ("Refreshing state", "Refresh"),
            Deed::Open => ("Opening", "Opening"),
            Deed::Renew => ("Renewing", "Renewal"),
            Deed::Close => ("Closing", "Closing"),
        };
        write!(f, "{}", self.addr)?;
        // Terraform does not name the key of a deposed object that is gone.
        match &self.deposed {
            Some(key) if !matches!(self.stage, Stage::Done(_)) => write!(f, " (deposed object {key}): ")?,
            _ => f.write_str(": ")?,
        }
        match self.stage {
            Stage::Begins => write!(f, "{doing}..."),
            Stage::GoesOn(took) => write!(f, "Still {}... [{took}s elapsed]", doing.to_lowercase()),
            Stage::Done(_) if self.deed == Deed::Read => write!(f, "{done} complete"),
            Stage::Done(took) => write!(f, "{done} complete after {took}s"),
            Stage::Failed(took) => write!(f, "{done} failed after {took}s"),
        }
    }
}

/// Somebody who shows it.
pub trait Progress {
    /// Shows it; called from the thread that does the work, so it must not wait.
    fn happens(&self, happening: &Happening);
}
