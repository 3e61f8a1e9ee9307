//! Holds: one file per operation: the machines of the engine wired to files, processes, clock and entropy.
//! May touch: every floor below, and the rest of its own but the command line.
//! Never: the terminal; a decision about what to change.

mod apply;
mod chance;
mod cloud;
mod configuration;
mod console;
mod drift;
mod drive;
mod files_read;
mod fmt;
mod force_unlock;
mod functions;
mod generate;
mod graph;
mod import;
mod init;
mod interrupts;
mod judge;
mod lanes;
mod leases;
mod local_backend;
mod local_exec;
mod metadata;
mod migrate;
mod modules;
mod names;
mod not_yet;
#[cfg(feature = "ssh")]
mod over_ssh;
mod plan;
mod pointed;
mod progress;
mod providers;
mod provisioners;
mod recorded;
mod recover;
mod remote_state;
mod required;
mod said;
pub mod sandbox;
mod saved_plan;
mod scope;
mod session;
mod shown;
mod site;
mod state_edit;
mod storage;
mod stored;
mod survive;
mod targets;
mod test;
mod threads;
mod validate;
mod variables;
mod waves;
mod workspace;

pub use apply::{Applied, TERRAFORM_VERSION, apply};
pub use configuration::is_empty;
pub use console::{Console, Sees, console, goes_on, history_file};
pub use drift::drift;
pub use drive::Parallelism;
pub use fmt::{Formatted, Formatting, fmt, fmt_text};
pub use force_unlock::force_unlock;
pub use generate::{BlockWriter, Generating};
pub use graph::graph;
pub use import::import;
pub use init::{Modules, Upgrade, from_module, get, init};
pub use install::CalledModule;
pub use install::Depth;
pub use metadata::function_signatures;
pub use migrate::{BackendOptions, Change, Copying, Looking, Talk};
pub use modules::modules;
pub use plan::{Planned, plan, plan_generating};
pub use progress::{Deed, Happening, Id, Progress, ProvisionStage, Provisioned, Stage, Work};
pub use recover::{recover, recover_first};
pub use required::{RequiredBy, constraint_text, provider_schemas, provider_selections, required_providers};
pub use said::Said;
pub use saved_plan::{FileKind, Shown, kind_of, open, save, show_plan};
pub use session::Request;
pub use site::{Environment, Site, World};
pub use state_edit::{
    Approve, Dry, Marked, MoveInto, StateEdit, listed, mark, move_objects, push_state, remove_objects, replace_provider,
};
pub use storage::Locking;
pub use stored::{Stored, read_state, stored};
pub use survive::survive;
pub use targets::{TargetArguments, targeting};
pub use test::{TestDetail, TestNews, TestRequest, TestView, test};
pub use validate::{TestFiles, validate};
pub use variables::{VariableArgument, VariableArguments};
pub use waves::NextWave;
pub use workspace::{
    Creation, Deletion, Listed, Selected, current_workspace, delete_workspace, new_workspace, select_workspace,
    workspaces,
};
