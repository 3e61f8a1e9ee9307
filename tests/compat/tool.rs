//! The two tools, run the same way.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};

/// Who is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Drform,
    Terraform,
}

/// What a run needs besides its directory.
#[derive(Clone, Default)]
pub struct Setting {
    /// The CLI configuration file's text.
    pub installation: String,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
    /// What the providers live in.
    pub world: Option<Arc<dyn World>>,
}

/// What a provider that is served by a test lives in.
pub trait World: Send + Sync {
    /// Changes it behind the tool's back.
    fn edit(&self, line: &str);

    /// What was asked of it since the last time, in a form that does not depend on chance.
    fn told(&self) -> String;
}

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub error: String,
}

impl Ran {
    /// Both streams.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.error)
    }

    /// The run, which must have succeeded.
    pub fn ok(self) -> Ran {
        assert_eq!(self.code, 0, "{}", self.text());
        self
    }
}

impl Tool {
    /// The one that did not do it.
    pub fn other(self) -> Tool {
        match self {
            Tool::Drform => Tool::Terraform,
            Tool::Terraform => Tool::Drform,
        }
    }

    /// Runs it to the end.
    pub fn run(self, dir: &Path, setting: &Setting, arguments: &[&str]) -> Ran {
        let output: Output = self.command(dir, setting, arguments).output().unwrap();
        let ran = Ran {
            code: output.status.code().unwrap_or_else(|| panic!("{self:?} {arguments:?}: {}", output.status)),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            error: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if self == Tool::Drform {
            crate::canary::not_printed(arguments, &ran.text());
        }
        ran
    }

    /// The command, not started. Nothing of the caller's environment reaches it but PATH.
    pub fn command(self, dir: &Path, setting: &Setting, arguments: &[&str]) -> Command {
        let program = match self {
            Tool::Drform => PathBuf::from(env!("CARGO_BIN_EXE_drform")),
            Tool::Terraform => terraform().expect("terraform is on PATH").to_path_buf(),
        };
        let configuration = dir.join("cli.rc");
        std::fs::write(&configuration, &setting.installation).unwrap();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", dir)
            .env("NO_COLOR", "1")
            .env("TF_CLI_ARGS", "-no-color")
            .env("TF_CLI_CONFIG_FILE", configuration)
            .env("CHECKPOINT_DISABLE", "1")
            .envs(setting.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }
}

/// Where `terraform` 1.11.4 is, if it is on PATH. Another version is as good as none: its words differ.
pub fn terraform() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let program =
            std::env::split_paths(&std::env::var_os("PATH")?).map(|d| d.join("terraform")).find(|p| p.is_file())?;
        let version = Command::new(&program).arg("version").env("CHECKPOINT_DISABLE", "1").output().ok()?;
        version.stdout.starts_with(b"Terraform v1.11.4\n").then_some(program)
    });
    found.as_deref()
}

/// A directory for one run; gone when dropped.
pub fn directory() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("compat").tempdir().unwrap()
}

/// Copies a directory with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&path).unwrap(), target).unwrap();
        } else if path.is_dir() {
            copy(&path, &target);
        } else if path.is_file() {
            std::fs::copy(&path, target).unwrap();
        }
    }
}
