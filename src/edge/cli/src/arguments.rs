//! What can be typed: global options, commands and their flags. What they mean is each command's affair.

use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

mod shared;
mod state;
mod test;
pub use shared::{Locking, Planning, Running, Saying, Targets, Telling, Variables, World};
pub use state::{Editing, ForceUnlock, Graph, GraphFormat, GraphType, Import, Mark, State};
pub use test::Test;

/// Provisioning that knows what your infrastructure survives.
///
/// Flags are Terraform's: one dash or two. `-sandbox` makes a command work in a simulated cloud under
/// `.drform/sandbox`, without an account.
#[derive(Debug, Parser)]
#[command(name = "drform", version, disable_version_flag = true, max_term_width = 100)]
pub struct Arguments {
    /// Work in this directory.
    #[arg(long, value_name = "DIR", global = true)]
    pub chdir: Option<PathBuf>,
    /// No colours.
    #[arg(long, global = true)]
    pub no_color: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prepare the directory: find modules and providers, write the lock file
    Init(Init),
    /// Install modules and nothing else
    Get(Get),
    /// Show the modules that the configuration calls
    Modules(Modules),
    /// Check the configuration without state or cloud
    ///
    /// Every expression and every block is checked against the schemas of the providers, with no variable, object or
    /// service known. The exit code is 1 when there are errors.
    Validate(Validate),
    /// Run the test files of the configuration: what they make is destroyed afterwards
    ///
    /// Test files (*.tftest.hcl, *.tftest.json, *.tofutest.hcl) stand beside the configuration and in the test directory.
    /// Their run blocks are planned or applied one after the other, and their assertions checked. Real objects are made,
    /// unless providers are mocked or -sandbox is given; their states are kept in memory only. What could not be destroyed
    /// is listed at the end. The exit code is 1 when a run does not pass.
    Test(Test),
    /// Bring files into the canonical layout
    Fmt(Fmt),
    /// Show what apply would do, and what the result survives
    Plan(Plan),
    /// Do it
    ///
    /// Where a count or for_each depends on what only an apply makes known, it is done in waves: each one is planned when the one
    /// before it is applied, until nothing is left. Approval is asked for once, and again for a wave that does more than the plan
    /// announced. The exit code is 0 when all is done, 1 after an error, and 4 when a saved plan (FILE) was applied that was one
    /// wave of several: plan or apply again to go on.
    Apply(Apply),
    /// Delete everything that the state holds
    Destroy(Apply),
    /// Bring the state to what is there
    ///
    /// The same as apply -refresh-only -auto-approve: nothing but the state and its outputs changes, and nobody is asked.
    Refresh(Refresh),
    /// Show the state, or a saved plan
    Show(Show),
    /// Show root outputs
    Output(Output),
    /// List, make, select and delete workspaces
    ///
    /// Every workspace has a state of its own. TF_WORKSPACE in the environment wins over what is selected.
    #[command(subcommand)]
    Workspace(Workspace),
    /// Look into the state, and change it by hand
    #[command(subcommand)]
    State(State),
    /// Draw what waits for what
    ///
    /// In the DOT language, for Graphviz, or as a Mermaid flowchart. Without -type only resources are drawn. An arrow leads from
    /// what waits to what it waits for. Nothing is started or asked.
    Graph(Graph),
    /// Take an object that exists into the state
    ///
    /// The configuration must declare the resource. Nothing is planned: the next plan shows how the object differs from it. An
    /// `import` block does the same with a plan.
    Import(Import),
    /// Mark a resource instance as damaged: the next apply replaces it
    ///
    /// The option -replace of plan and apply does the same, and shows first what follows from it.
    Taint(Mark),
    /// Take the mark of a damaged resource instance away
    Untaint(Mark),
    /// Release the lock of a state that somebody left behind
    ///
    /// The lock of a local state ends with the process that holds it, whatever became of that: there is nothing to release.
    ForceUnlock(ForceUnlock),
    /// Show which module needs which provider
    ///
    /// A tree of the modules with the providers and versions that each asks for, then the providers of the objects in
    /// the state. Nothing is started or asked.
    Providers(Providers),
    /// Show what the language knows
    #[command(subcommand)]
    Metadata(Metadata),
    /// Show versions
    Version(Version),
    /// Compare the state with what is really there; exit code 2 when they differ
    Drift(Drift),
    /// Show what the infrastructure in the state survives
    Survive(Survive),
    /// Look at the simulated cloud, lose parts of it and restore them
    #[command(subcommand)]
    Sandbox(Sandbox),
    /// Evaluate expressions in the scope of the root module
    ///
    /// On a terminal, lines can be edited: Tab completes names, the arrows bring back earlier expressions, an expression
    /// with open brackets or an open heredoc goes on in the next line; exit, quit or Ctrl-D ends. What is typed is kept in
    /// drform/console_history below $XDG_STATE_HOME or ~/.local/state, for its owner only; a line that begins with a blank
    /// is not kept.
    ///
    /// From a pipe, every line is one expression, every result is printed, and the exit code is 1 when there was an error.
    /// type(EXPRESSION) shows the type of a value. Nothing is ever changed.
    Console(Console),
    /// Settle changes whose outcome is in doubt after a crash
    Recover(Recover),
}

/// `drform init`
#[derive(Args, Debug)]
pub struct Init {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    /// Choose the newest allowed versions.
    #[arg(long)]
    pub upgrade: bool,
    /// Copy this module into the empty directory first, and begin with it.
    #[arg(long, value_name = "SOURCE")]
    pub from_module: Option<String>,
    /// Fetch modules that are missing (-get=false takes what is there).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub get: bool,
    /// Look at the backend block (-backend=false keeps what was initialised before).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub backend: bool,
    /// Add an argument to the backend block, as NAME=VALUE or from a file of arguments.
    #[arg(long, value_name = "NAME=VALUE|FILE")]
    pub backend_config: Vec<String>,
    /// Take the backend of the configuration, and leave the states of the one before where they are.
    #[arg(long, conflicts_with = "migrate_state")]
    pub reconfigure: bool,
    /// Take the backend of the configuration, and copy the states of all workspaces to it.
    #[arg(long)]
    pub migrate_state: bool,
    /// Copy states without asking.
    #[arg(long)]
    pub force_copy: bool,
    /// Hold the locks of states that are copied.
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub lock: bool,
    /// Wait this long for a lock, such as 30s.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub lock_timeout: String,
    /// Where test files are: the modules of their runs are installed too.
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: PathBuf,
    /// Ask before states are copied (-input=false never asks).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub input: bool,
}

/// `drform get`
#[derive(Args, Debug)]
pub struct Get {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    /// Replace what is installed by the newest that is allowed.
    #[arg(long)]
    pub update: bool,
    /// Where test files are: the modules of their runs are installed too.
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: PathBuf,
}

/// `drform modules`
#[derive(Args, Debug)]
pub struct Modules {
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `drform validate`
#[derive(Args, Debug)]
pub struct Validate {
    /// Print the result as JSON, in the form that Terraform's tools read; nothing goes to standard error.
    #[arg(long)]
    pub json: bool,
    /// Leave out test files (.tftest.hcl): of the others it is checked whether they are well formed.
    #[arg(long)]
    pub no_tests: bool,
    /// Where the test files are.
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
}

/// `drform fmt`
#[derive(Args, Debug)]
pub struct Fmt {
    /// Files and directories; the current directory if there are none, the standard input for a first -.
    ///
    /// Of directories the files *.tf, *.tfvars, *.tftest.hcl, *.tfmock.hcl, *.tofu, *.tofutest.hcl and *.dr.hcl are meant.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
    /// List the files whose layout differs (never for the standard input).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub list: bool,
    /// Write these files (never for the standard input or with -check).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub write: bool,
    /// Show what changes.
    #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub diff: bool,
    /// Write nothing; exit with 3 when the layout of a file differs.
    #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub check: bool,
    /// Also in the directories below.
    #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub recursive: bool,
}

/// `drform plan`
#[derive(Args, Debug)]
pub struct Plan {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub running: Running,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub planning: Planning,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Save the plan in this file, for drform apply FILE. It holds secrets, as the state does.
    #[arg(long, value_name = "FILE")]
    pub out: Option<OsString>,
    /// Write resource blocks for imported objects that have none into this new file, and plan with them.
    #[arg(long, value_name = "FILE")]
    pub generate_config_out: Option<OsString>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub telling: Telling,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub saying: Saying,
}

/// `drform apply` and `drform destroy`
#[derive(Args, Debug)]
pub struct Apply {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub running: Running,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub planning: Planning,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
    /// A destroy that leaves objects behind, because of destroy = false, is a success.
    #[arg(long)]
    pub suppress_forget_errors: bool,
    /// Apply this plan, which drform plan -out=FILE saved: nothing is planned, nothing is asked. Exit code 4 says that more
    /// follows.
    #[arg(value_name = "FILE")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub telling: Telling,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub saying: Saying,
}

/// `drform refresh`
#[derive(Args, Debug)]
pub struct Refresh {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub running: Running,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub targets: Targets,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub saying: Saying,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub telling: Telling,
}

/// `drform show`
#[derive(Args, Debug)]
pub struct Show {
    /// Show this saved plan or state file.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    /// As JSON, in the form that Terraform's tools read, sensitive values included.
    #[arg(long)]
    pub json: bool,
}

/// `drform output`
#[derive(Args, Debug)]
pub struct Output {
    /// Only this output.
    pub name: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
    /// The bare value of one string, number or bool.
    #[arg(long)]
    pub raw: bool,
    /// Of this state file.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
}

/// `drform workspace …`
#[derive(Debug, Subcommand)]
pub enum Workspace {
    /// List workspaces; a star stands before the one in use
    List,
    /// Show the name of the workspace in use
    Show,
    /// Make a workspace and select it
    New {
        /// Its name.
        name: String,
        /// Copy this state file into it.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        #[command(flatten)]
        #[allow(missing_docs)]
        locking: Locking,
    },
    /// Select a workspace
    Select {
        /// Its name.
        name: String,
        /// Make it if it is not there.
        #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
        or_create: bool,
    },
    /// Delete a workspace and its state
    Delete {
        /// Its name.
        name: String,
        /// Delete it although it holds objects, and forget about them.
        #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
        force: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        locking: Locking,
    },
}

/// `drform providers`
#[derive(Args, Debug)]
pub struct Providers {
    /// More about providers.
    #[command(subcommand)]
    pub about: Option<AboutProviders>,
    /// Where test files are; what only they need is not listed.
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: PathBuf,
}

/// `drform providers …`
#[derive(Debug, Subcommand)]
pub enum AboutProviders {
    /// Print the schemas of all providers that the configuration needs
    Schema {
        /// As JSON, the only form there is.
        #[arg(long, required = true)]
        json: bool,
    },
}

/// `drform metadata …`
#[derive(Debug, Subcommand)]
pub enum Metadata {
    /// Print the signatures of all built-in functions
    Functions {
        /// As JSON, the only form there is.
        #[arg(long, required = true)]
        json: bool,
    },
}

/// `drform version`
#[derive(Args, Debug)]
pub struct Version {
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `drform drift`
#[derive(Args, Debug)]
pub struct Drift {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    /// How many provider calls at once.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub parallelism: usize,
}

/// `drform survive`
#[derive(Args, Debug)]
pub struct Survive {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    /// Look at what is there before judging (-refresh=false trusts the state).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub refresh: bool,
    /// Show the chain of reasons for one data set and failure, such as orders:zone=eu-central-1a.
    #[arg(long, value_name = "DATASET:FAILURE")]
    pub explain: Vec<String>,
}

/// `drform sandbox …`
#[derive(Debug, Subcommand)]
pub enum Sandbox {
    /// Show what is in the simulated cloud
    Show,
    /// Lose a disk, instance, zone, region or key
    Lose {
        /// disk=ID, instance=ID, zone=NAME, region=NAME or key=ID; an address of the state does for an id.
        what: Vec<String>,
    },
    /// Make a lost zone, region or key usable again; objects that were lost stay lost
    Restore {
        /// zone=NAME, region=NAME or key=ID.
        what: Vec<String>,
    },
    /// Throw the simulated cloud and its state away
    Reset,
}

/// `drform console`
#[derive(Args, Debug)]
pub struct Console {
    /// Plan first, and show values as they would be after the apply.
    #[arg(long)]
    pub plan: bool,
    /// Read this state file instead of the one of the directory.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub state: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub variables: Variables,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
}

/// `drform recover`
#[derive(Args, Debug)]
pub struct Recover {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub world: World,
    /// Declare that the change at this address was never made.
    #[arg(long, value_name = "ADDRESS")]
    pub never_made: Vec<String>,
    /// Of this state file, where an apply with -state was stopped.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}
