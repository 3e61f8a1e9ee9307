//! What can be typed about states, and about the graph that leads to them.

use super::{Locking, Running, Variables, World};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Which state file is changed, and how.
#[derive(Args, Debug)]
pub struct Editing {
    /// Change this state file instead of the one of the workspace.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Keep the version before in this file.
    #[arg(long, value_name = "FILE")]
    pub backup: Option<PathBuf>,
    /// For Terraform's remote backend; drform compares no versions.
    #[arg(long)]
    pub ignore_remote_version: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub locking: Locking,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
}

/// `drform state …`
#[derive(Debug, Subcommand)]
pub enum State {
    /// List resource instances
    #[command(alias = "ls")]
    List {
        /// Only those in these modules and resources.
        addresses: Vec<String>,
        /// Only those whose attribute "id" this is.
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Read this state file instead of the one of the workspace.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        #[command(flatten)]
        #[allow(missing_docs)]
        world: World,
    },
    /// Show one resource instance
    Show {
        /// Its address.
        address: String,
        /// Read this state file instead of the one of the workspace.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        #[command(flatten)]
        #[allow(missing_docs)]
        world: World,
    },
    /// Print the state file
    Pull {
        #[command(flatten)]
        #[allow(missing_docs)]
        world: World,
    },
    /// Give objects of the state another address
    ///
    /// Both addresses are those of resource instances, of whole resources or of modules. Nothing real is touched; a `moved`
    /// block does the same for everybody who works with the configuration. The version before is kept in a file of its own.
    #[command(alias = "move")]
    Mv {
        /// The address in the state.
        source: String,
        /// The new address.
        destination: String,
        /// Show what would be moved, and move nothing.
        #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
        dry_run: bool,
        /// Move into this state file.
        #[arg(long, value_name = "FILE")]
        state_out: Option<PathBuf>,
        /// Keep the version before of the file of -state-out in this file.
        #[arg(long, value_name = "FILE")]
        backup_out: Option<PathBuf>,
        #[command(flatten)]
        #[allow(missing_docs)]
        editing: Editing,
    },
    /// Forget objects without destroying them
    ///
    /// The objects stay as they are, and nobody manages them any more; a `removed` block does the same for everybody who
    /// works with the configuration. The version before is kept in a file of its own.
    #[command(alias = "remove")]
    Rm {
        /// Addresses of resource instances, resources and modules.
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<String>,
        /// Show what would be removed, and remove nothing.
        #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
        dry_run: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        editing: Editing,
    },
    /// Put a state file in the place of the state
    ///
    /// An older state and one of another lineage are refused.
    Push {
        /// The file, or - for the standard input.
        #[arg(value_name = "FILE")]
        path: PathBuf,
        /// Push an older state, or one of another lineage.
        #[arg(long)]
        force: bool,
        /// For Terraform's remote backend; drform compares no versions.
        #[arg(long)]
        ignore_remote_version: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        locking: Locking,
        #[command(flatten)]
        #[allow(missing_docs)]
        world: World,
    },
    /// Give all resources of one provider to another
    ReplaceProvider {
        /// Its source address, such as hashicorp/aws.
        #[arg(value_name = "FROM")]
        from: String,
        /// The source address of the other.
        #[arg(value_name = "TO")]
        to: String,
        /// Do not ask.
        #[arg(long)]
        auto_approve: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        editing: Editing,
    },
}

/// `drform taint` and `drform untaint`
#[derive(Args, Debug)]
pub struct Mark {
    /// Address of a resource instance.
    pub address: String,
    /// No error where there is no such resource instance.
    #[arg(long)]
    pub allow_missing: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub editing: Editing,
}

/// `drform force-unlock`
#[derive(Args, Debug)]
pub struct ForceUnlock {
    /// The id of the lock, as the error names it.
    #[arg(value_name = "LOCK_ID")]
    pub id: String,
    /// Do not ask.
    #[arg(long)]
    pub force: bool,
}

/// `drform import`
#[derive(Args, Debug)]
pub struct Import {
    /// Address of a resource instance that the configuration declares.
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// Id of the object, in the form that the resource type documents.
    #[arg(value_name = "ID")]
    pub id: String,
    /// For Terraform's remote backend; drform compares no versions.
    #[arg(long)]
    pub ignore_remote_version: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub running: Running,
}

/// `drform graph`
#[derive(Args, Debug)]
pub struct Graph {
    /// Draw all that this operation does, not resources alone.
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<GraphType>,
    /// In which language.
    #[arg(long, value_name = "FORMAT", default_value = "dot")]
    pub format: GraphFormat,
    /// Terraform's: colours cycles. drform names cycles in an error and draws no graph that has one.
    #[arg(long)]
    pub draw_cycles: bool,
    /// Of old versions of Terraform; nothing depends on it.
    #[arg(long, value_name = "N", hide = true)]
    pub module_depth: Option<i64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
}

/// `-type` of `drform graph`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphType {
    /// A plan.
    Plan,
    /// A plan that only brings the state up to date.
    PlanRefreshOnly,
    /// A plan that destroys everything.
    PlanDestroy,
    /// An apply.
    Apply,
}

/// `-format` of `drform graph`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// The DOT language.
    Dot,
    /// A Mermaid flowchart.
    Mermaid,
}
