//! Where a run works: directory, data directory, workspace, and which world.
//!
//! Files on disk and who owns them (decision 7): `.terraform/` and `.terraform.lock.hcl` are Terraform's, in its
//! formats (`install`); `terraform.tfstate` is the state (`backend`); `.drform/journal/` is the journal
//! (`backend`, `engine/journal`); `.drform/sandbox/` holds state, journal and events of the simulated cloud.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The environment of a run, as data.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// What the process was started with; variables that are not text are left out.
    pub fn of_process() -> Environment {
        let text =
            |(k, v): (std::ffi::OsString, std::ffi::OsString)| Some((k.into_string().ok()?, v.into_string().ok()?));
        Environment { variables: std::env::vars_os().filter_map(text).collect() }
    }

    /// A variable that is set to something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// `DRFORM_<name>`, else `TF_<name>`: ours wins.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.get(&format!("DRFORM_{name}")).or_else(|| self.get(&format!("TF_{name}")))
    }

    /// Tokens from `DRFORM_TOKEN_<host>` and `TF_TOKEN_<host>`, with the host as the variable writes it.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, &str)> {
        // Who looks for one takes the first.
        self.named(["DRFORM_TOKEN_", "TF_TOKEN_"]).map(|(_, host, token)| (host, token))
    }

    /// Root variables from `TF_VAR_<name>` and `DRFORM_VAR_<name>`.
    pub fn root_variables(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        // TF_VAR_ comes first, so that DRFORM_VAR_ wins where both are there.
        self.named(["TF_VAR_", "DRFORM_VAR_"])
    }

    /// Variables that begin so: the whole name, what follows the beginning, the value.
    fn named(&self, prefixes: [&'static str; 2]) -> impl Iterator<Item = (&str, &str, &str)> {
        prefixes.into_iter().flat_map(|prefix| {
            self.variables
                .range(prefix.to_string()..)
                .take_while(move |(key, _)| key.starts_with(prefix))
                .map(move |(key, value)| (key.as_str(), key.strip_prefix(prefix).unwrap_or(key), value.as_str()))
        })
    }
}

/// Which world a run talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Real providers.
    Real,
    /// The simulated cloud.
    Sandbox,
}

/// A place to work in.
#[derive(Clone, Debug)]
pub struct Site {
    /// The root module's directory, as the user named it.
    pub dir: PathBuf,
    /// Which world.
    pub world: World,
    /// The environment.
    pub environment: Environment,
    /// Another state file than the one of the site (`-state`).
    pub state_file: Option<PathBuf>,
    /// Where the state is written instead of there (`-state-out`).
    pub state_out: Option<PathBuf>,
    /// Where an apply keeps the version before instead of beside the state (`-backup`); `-` keeps none.
    pub backup: Option<PathBuf>,
    /// Our own executable's directory, where our providers are looked for.
    pub executable_dir: Option<PathBuf>,
}

impl Site {
    /// The current directory, or the one of `-chdir`.
    pub fn new(dir: &Path, world: World, environment: Environment) -> Site {
        let executable = std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_path_buf()));
        Site {
            dir: dir.to_path_buf(),
            world,
            environment,
            state_file: None,
            state_out: None,
            backup: None,
            executable_dir: executable,
        }
    }

    /// `.terraform`, or what `TF_DATA_DIR` says.
    pub fn data_dir(&self) -> PathBuf {
        match self.environment.setting("DATA_DIR") {
            Some(dir) => self.dir.join(dir),
            None => self.dir.join(".terraform"),
        }
    }

    /// `.drform`, or its sandbox part.
    pub fn own_dir(&self) -> PathBuf {
        match self.world {
            World::Real => self.dir.join(".drform"),
            World::Sandbox => self.sandbox_dir(),
        }
    }

    /// Where the simulated cloud lives.
    pub fn sandbox_dir(&self) -> PathBuf {
        self.dir.join(".drform").join("sandbox")
    }

    /// The directory that the state file lies in.
    pub fn state_dir(&self) -> PathBuf {
        match self.world {
            World::Real => self.dir.clone(),
            World::Sandbox => self.sandbox_dir(),
        }
    }

    /// The journal's directory in this workspace.
    pub fn journal_dir(&self, workspace: &str) -> PathBuf {
        let journal = self.own_dir().join("journal");
        if workspace == "default" { journal } else { journal.join(workspace) }
    }

    /// What every output of a sandbox run begins with.
    pub fn banner(&self) -> &'static str {
        match self.world {
            World::Real => "",
            World::Sandbox => "Sandbox: a simulated cloud; nothing here is real.\n",
        }
    }
}
