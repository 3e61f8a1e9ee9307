//! `credentials_helper`: a program beside the configuration that knows the tokens of registries, such as from a key ring.
//!
//! Found and asked as Terraform finds and asks it: `terraform-credentials-NAME ARGS… get HOST`, whose answer is an object
//! with a `token`, or an empty one (developer.hashicorp.com/terraform/internals/credentials-helpers).

use crate::fetch::Failure;
use crate::platform::platform;
use crate::{Secret, Settings, Version};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Characters that are shown of what one said.
const MOST_SAID: usize = 400;

/// A program, and what is given to it before its verb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CredentialsProgram {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
}

/// Where they lie: beside providers that people installed themselves.
pub(crate) fn directories(settings: &Settings) -> Vec<PathBuf> {
    let plugins = settings.home.as_ref().map(|home| home.join(".terraform.d").join("plugins"));
    plugins.into_iter().flat_map(|dir| [dir.clone(), dir.join(platform())]).collect()
}

/// The newest program of a name, if there is one.
pub(crate) fn find(settings: &Settings, name: &str) -> Option<PathBuf> {
    let entries = directories(settings).into_iter().filter_map(|dir| dir.read_dir().ok()).flatten().flatten();
    let mut found: Vec<(Option<Version>, PathBuf)> = entries
        .filter_map(|entry| Some((version_of(entry.file_name().to_str()?, name)?, entry.path())))
        .filter(|(_, path)| path.is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path)
}

/// The version that a file's name tells of the program of that name; nothing when it is another.
fn version_of(file: &str, name: &str) -> Option<Option<Version>> {
    let rest = file.strip_prefix("terraform-credentials-")?.strip_prefix(name)?;
    match rest.strip_prefix("_v") {
        Some(version) => Version::parse(version).ok().map(Some),
        None => rest.is_empty().then_some(None),
    }
}

impl CredentialsProgram {
    /// The token for a host, if it knows one.
    pub(crate) fn token(&self, host: &str) -> Result<Option<Secret>, Failure> {
        let shown = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let failed = |why: &str| {
            let why = format!("The credentials helper {shown} gives no credentials for {host}: {why}.");
            Failure::new(why, "Correct it, or remove its credentials_helper block from the CLI configuration.")
        };
        let mut command = Command::new(&self.program);
        command.args(&self.args).args(["get", host]).stdin(Stdio::null());
        let output = command.output().map_err(|error| failed(&error.to_string()))?;
        if !output.status.success() {
            let said: String = String::from_utf8_lossy(&output.stderr).trim().chars().take(MOST_SAID).collect();
            let said = if said.is_empty() { output.status.to_string() } else { said };
            return Err(failed(said.trim_end_matches('.')));
        }
        // What it printed may hold a token even where it is not as it should be: never shown.
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).map_err(|_| failed("what it printed is not JSON"))?;
        let answer = answer.as_object().ok_or_else(|| failed("what it printed is no JSON object"))?;
        match answer.get("token") {
            None | Some(serde_json::Value::Null) => Ok(None),
            Some(serde_json::Value::String(token)) => Ok(Some(Secret::new(token.as_str()))),
            Some(_) => Err(failed("the token that it printed is not a text")),
        }
    }
}

/// Whether it can be part of a file's name.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && Path::new(name).file_name().is_some_and(|file| file == name)
}
