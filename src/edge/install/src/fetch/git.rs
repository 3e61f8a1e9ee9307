//! Packages in git repositories, by the program `git`: the user's credentials, keys and configuration apply.

use super::Failure;
use super::request::Request;
use crate::{Settings, masked};
use base64::Engine;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::NamedTempFile;

/// Ways by which git may reach a repository. `ext::` and its kin run commands.
const SCHEMES: [&str; 6] = ["https", "http", "ssh", "git", "file", "git+ssh"];

/// Variables that would make git work in another repository than the one it is told.
const ELSEWHERE: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"];

/// Lines of what git said that are shown.
const MAX_LINES: usize = 8;

/// A repository and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    pub(super) url: String,
    /// Branch (with slashes, if it has some), tag or commit; the default branch if empty.
    pub(super) reference: String,
    /// How many commits; all if `None`.
    pub(super) depth: Option<u32>,
    /// A private key in base64.
    sshkey: Option<String>,
}

impl Repository {
    pub(super) fn of(request: &Request) -> Result<Repository, Failure> {
        let mut request = request.clone();
        let reference = request.take("ref").unwrap_or_default();
        let sshkey = request.take("sshkey").filter(|key| !key.is_empty());
        let depth = request.take("depth").and_then(|depth| depth.parse().ok()).filter(|depth| *depth > 0);
        let url = request.address();
        let shown = masked::address(&url);
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if url.starts_with('-') || !scheme.is_some_and(|scheme| SCHEMES.contains(&scheme.as_str())) {
            let why = format!("{shown} is no address of a git repository.");
            return Err(Failure::new(why, "Write git::https://…, git::ssh://… or git::file:///…."));
        }
        let place = url.split_once("://").map(|(_, place)| place).unwrap_or_default();
        if place.starts_with('-') {
            let why = format!("{shown} has a host that looks like an option of a program.");
            return Err(Failure::new(why, "Correct the source."));
        }
        if reference.starts_with('-') {
            let why = format!("The ref {reference:?} looks like an option of git.");
            return Err(Failure::new(why, "Name a branch, a tag or a commit."));
        }
        Ok(Repository { url, reference, depth, sshkey })
    }

    /// The command that clones it.
    pub(super) fn clone_command(&self, settings: &Settings, key: Option<&Path>, to: &Path) -> Command {
        let mut command = git(settings, key);
        command.arg("clone");
        if let Some(depth) = self.depth {
            command.args(["--depth", &depth.to_string()]);
            if !self.reference.is_empty() {
                command.args(["--branch", &self.reference]);
            }
        }
        command.arg("--").arg(&self.url).arg(to);
        command
    }
}

/// Clones a repository and checks out what is wanted, with submodules.
pub(super) fn fetch(settings: &Settings, request: &Request, to: &Path) -> Result<(), Failure> {
    let repository = Repository::of(request)?;
    let key = repository.sshkey.as_deref().map(key_file).transpose()?;
    let key = key.as_ref().map(NamedTempFile::path);
    let shown = masked::address(&repository.url);
    let cloned = run(repository.clone_command(settings, key, to));
    cloned.map_err(|trouble| trouble.about(&repository, &format!("git could not clone {shown}")))?;
    if repository.depth.is_none() && !repository.reference.is_empty() {
        check_out(settings, &repository, to)?;
    }
    let mut submodules = git(settings, key);
    submodules.current_dir(to).args(["submodule", "update", "--init", "--recursive"]);
    if let Some(depth) = repository.depth {
        submodules.args(["--depth", &depth.to_string()]);
    }
    let fetched = run(submodules);
    fetched
        .map(|_| ())
        .map_err(|trouble| trouble.about(&repository, &format!("git could not fetch the submodules of {shown}")))
}

/// Checks out a tag, a branch of the other side, or a commit: in the order in which git itself looks.
fn check_out(settings: &Settings, repository: &Repository, dir: &Path) -> Result<(), Failure> {
    let reference = &repository.reference;
    let names = [reference.clone(), format!("refs/remotes/origin/{reference}"), format!("refs/tags/{reference}")];
    let commit = names.iter().find_map(|name| {
        let mut command = git(settings, None);
        command.current_dir(dir).args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        command.arg(format!("{name}^{{commit}}"));
        run(command).ok()
    });
    let shown = masked::address(&repository.url);
    let Some(commit) = commit else {
        let why = format!("{shown} has no branch, tag or commit {reference:?}.");
        return Err(Failure::new(why, there_are(settings, dir)));
    };
    let mut command = git(settings, None);
    command.current_dir(dir).args(["checkout", "--quiet", "--detach", commit.trim()]);
    let checked_out = run(command);
    checked_out
        .map(|_| ())
        .map_err(|trouble| trouble.about(repository, &format!("git could not check out {reference} of {shown}")))
}

/// The names among which the user may have meant one.
fn there_are(settings: &Settings, dir: &Path) -> String {
    let mut command = git(settings, None);
    command.current_dir(dir).args(["for-each-ref", "--sort=-creatordate", "--count=12"]);
    command.args(["--format=%(refname:lstrip=2)", "refs/tags", "refs/remotes/origin"]);
    let names = run(command).unwrap_or_default();
    let names = names.lines().map(|name| name.strip_prefix("origin/").unwrap_or(name)).filter(|name| *name != "HEAD");
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        "Check the argument ref.".to_string()
    } else {
        format!("The newest there are {}.", names.join(", "))
    }
}

fn key_file(text: &str) -> Result<NamedTempFile, Failure> {
    // A plus sign in a query may have become a blank on its way.
    let text = text.replace(' ', "+");
    let engine = base64::engine::general_purpose::STANDARD;
    let key = engine.decode(text.trim()).map_err(|_| {
        Failure::new("The argument sshkey is not in base64.", "Write the private key as base64 -w0 prints it.")
    })?;
    let here = |error| Failure::here("The key was not handed to ssh", &error);
    // For this user alone, as ssh demands.
    let mut file = NamedTempFile::new().map_err(here)?;
    file.write_all(&key).and_then(|()| file.flush()).map_err(here)?;
    Ok(file)
}

/// git, told never to ask anybody and never to run helpers that an address names.
fn git(settings: &Settings, key: Option<&Path>) -> Command {
    let mut command = Command::new("git");
    if let Some(path) = &settings.search_path {
        command.env("PATH", path);
    }
    for name in ELSEWHERE {
        command.env_remove(name);
    }
    command.env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
    let ssh = settings.git_ssh_command.as_deref();
    if let Some(key) = key {
        command.env("GIT_SSH_COMMAND", format!("{} -i {}", ssh.unwrap_or("ssh"), quoted(&key.display().to_string())));
    } else if let Some(ssh) = ssh {
        command.env("GIT_SSH_COMMAND", ssh);
    }
    command.stdin(Stdio::null());
    command
}

/// For the shell that git hands the command to.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Why a run of git failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The program is not there.
    Missing,
    /// It said so.
    Said(String),
}

impl Trouble {
    fn about(self, repository: &Repository, what: &str) -> Failure {
        let said = match self {
            Trouble::Missing => {
                return Failure::new(
                    format!("{what}: the program git is not installed, or not on the PATH."),
                    "Install it (the package is called git) and run the command again.",
                );
            }
            Trouble::Said(said) => masked::text(&said, &repository.url),
        };
        let commit = (7..=40).contains(&repository.reference.len())
            && repository.reference.bytes().all(|byte| byte.is_ascii_hexdigit());
        let lower = said.to_lowercase();
        let next = if repository.depth.is_some() && commit {
            "With the argument depth only a branch or a tag can be the ref: leave one of the two out."
        } else if lower.contains("could not read username") || lower.contains("authentication failed") {
            "Give git credentials for this host (a credential helper, or ~/.netrc), or use the address for ssh."
        } else if lower.contains("permission denied (publickey") {
            "Give ssh a key that the host knows (ssh-add), or use the https address."
        } else {
            "Check the address and the ref, and that git ls-remote works with them."
        };
        Failure::new(format!("{what}:\n{}", indented(&said)), next)
    }
}

pub(super) fn indented(said: &str) -> String {
    let tells = |line: &&str| !line.is_empty() && !line.starts_with("Cloning into");
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(tells).collect();
    let last = lines.get(lines.len().saturating_sub(MAX_LINES)..).unwrap_or_default();
    last.iter().map(|line| format!("  {line}")).collect::<Vec<String>>().join("\n")
}

/// Runs it; what it printed.
pub(super) fn run(mut command: Command) -> Result<String, Trouble> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(Trouble::Said(String::from_utf8_lossy(&output.stderr).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Trouble::Missing),
        Err(error) => Err(Trouble::Said(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
