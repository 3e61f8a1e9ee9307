//! Flags that several commands have.

use clap::{ArgMatches, Args, FromArgMatches};
use std::path::PathBuf;

/// Root variables, in the order in which they are given: later ones win.
#[derive(Clone, Debug, Default)]
pub struct Variables(pub Vec<ops::VariableArgument>);

/// How clap reads them.
#[derive(Args)]
struct VariableFlags {
    /// Set a root variable.
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<String>,
    /// Read root variables from a file.
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
}

impl Args for Variables {
    fn augment_args(command: clap::Command) -> clap::Command {
        VariableFlags::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        VariableFlags::augment_args_for_update(command)
    }
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let VariableFlags { var, var_file } = VariableFlags::from_arg_matches(matches)?;
        let places = |name: &str| matches.indices_of(name).into_iter().flatten();
        let settings = places("var").zip(var.into_iter().map(ops::VariableArgument::Setting));
        let files = places("var_file").zip(var_file.into_iter().map(ops::VariableArgument::File));
        let mut all: Vec<_> = settings.chain(files).collect();
        all.sort_by_key(|(place, _)| *place);
        Ok(Variables(all.into_iter().map(|(_, given)| given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Variables::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Which world.
#[derive(Args, Clone, Debug, Default)]
pub struct World {
    /// Use the simulated cloud under .drform/sandbox instead of any provider.
    #[arg(long)]
    pub sandbox: bool,
}

/// Locking and width.
#[derive(Args, Clone, Debug)]
pub struct Running {
    /// Hold the state lock (-lock=false is dangerous when others work here).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub lock: bool,
    /// Wait this long for the lock, such as 30s.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub lock_timeout: String,
    /// How many provider calls at once.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub parallelism: usize,
    /// Ask for missing input (-input=false never asks).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub input: bool,
    /// Work on this state file instead of the one of the directory.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Write the state to this file, and leave the one that was read as it is.
    #[arg(long, value_name = "FILE")]
    pub state_out: Option<PathBuf>,
    /// Keep the state as it was in this file (-backup=- keeps it nowhere) instead of beside the state.
    #[arg(long, value_name = "FILE")]
    pub backup: Option<PathBuf>,
}

/// Telling programs what happens.
#[derive(Args, Clone, Debug, Default)]
pub struct Telling {
    /// Print what happens as JSON, one message in a line, and nothing else.
    #[arg(long)]
    pub json: bool,
    /// Write the same into this file, beside what is shown.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub json_into: Option<PathBuf>,
}

/// Which part to plan.
#[derive(Args, Clone, Debug)]
pub struct Targets {
    /// Plan only this module, resource or instance and what it depends on.
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<String>,
    /// Read targets from a file: one address in a line; lines that begin with # are comments.
    #[arg(long, value_name = "FILE")]
    pub target_file: Vec<PathBuf>,
    /// Leave out this module, resource or instance and what depends on it.
    #[arg(long, value_name = "ADDRESS")]
    pub exclude: Vec<String>,
    /// Read what is left out from a file, as with -target-file.
    #[arg(long, value_name = "FILE")]
    pub exclude_file: Vec<PathBuf>,
}

/// How much to say.
#[derive(Args, Clone, Copy, Debug)]
pub struct Saying {
    /// Of warnings say in one line what each is about, unless there are errors too.
    #[arg(long)]
    pub compact_warnings: bool,
    /// Say nothing of each object on the way.
    #[arg(long)]
    pub concise: bool,
}

/// How to plan.
#[derive(Args, Clone, Debug)]
pub struct Planning {
    /// Read what is there before planning (-refresh=false trusts the state).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub refresh: bool,
    /// Only bring the state to what is there.
    #[arg(long)]
    pub refresh_only: bool,
    /// Plan to delete everything.
    #[arg(long)]
    pub destroy: bool,
    /// Replace this resource instance.
    #[arg(long, value_name = "ADDRESS")]
    pub replace: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub targets: Targets,
    /// Plan from the state first, then read only what that would change, and plan it again.
    #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub minimal_refresh: bool,
}

/// Locking alone.
#[derive(Args, Debug)]
pub struct Locking {
    /// Hold the state lock (-lock=false is dangerous when others work here).
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub lock: bool,
    /// Wait this long for the lock, such as 30s.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub lock_timeout: String,
}
