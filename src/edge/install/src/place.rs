//! Where packages and settings are looked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

/// Repetitions where nobody says how many.
const RETRIES: u32 = 2;

/// The working directory with what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The root module's directory.
    pub dir: PathBuf,
    /// `.terraform`, or what `TF_DATA_DIR` says.
    pub data_dir: PathBuf,
    /// Where our executable lies, and our own providers beside it.
    pub executable_dir: Option<PathBuf>,
    /// What the environment says.
    pub settings: Settings,
}

/// What the environment says about installation, as data.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `TF_CLI_CONFIG_FILE`
    pub cli_config_file: Option<PathBuf>,
    /// `TF_REATTACH_PROVIDERS`: JSON, as the provider printed it.
    pub reattach_providers: Option<Arc<str>>,
    /// `TF_PLUGIN_CACHE_DIR`
    pub plugin_cache_dir: Option<PathBuf>,
    /// `HOME`
    pub home: Option<PathBuf>,
    /// `XDG_DATA_HOME`
    pub data_home: Option<PathBuf>,
    /// `XDG_DATA_DIRS`
    pub data_dirs: Vec<PathBuf>,
    /// `PATH`: where git and hg are.
    pub search_path: Option<OsString>,
    /// `GIT_SSH_COMMAND`
    pub git_ssh_command: Option<String>,
    /// `NETRC`: a file in the place of `~/.netrc`.
    pub netrc: Option<PathBuf>,
    /// `SSL_CERT_FILE`: the certificates that are trusted, in the place of the system's.
    pub certificates: Option<PathBuf>,
    /// `TF_REGISTRY_DISCOVERY_RETRY`: how often a request is repeated that a server could not answer.
    pub retries: u32,
    /// `GOOGLE_OAUTH_ACCESS_TOKEN`
    pub google_token: Option<Secret>,
    /// `STORAGE_EMULATOR_HOST`
    pub google_storage: Option<String>,
    /// `TF_TOKEN_<host>`: the host as the variable writes it, and the token.
    pub tokens: Vec<(String, Secret)>,
}

/// Something that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }
}

impl std::ops::Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Settings {
    /// Reads them, but for the tokens: `setting` looks up `DRFORM_<name>`, then `TF_<name>`; `variable` a name as it is.
    pub fn read<'e>(setting: impl Fn(&str) -> Option<&'e str>, variable: impl Fn(&str) -> Option<&'e str>) -> Settings {
        let data_dirs = variable("XDG_DATA_DIRS").unwrap_or("/usr/local/share:/usr/share");
        Settings {
            cli_config_file: setting("CLI_CONFIG_FILE").map(PathBuf::from),
            reattach_providers: setting("REATTACH_PROVIDERS").map(Arc::from),
            plugin_cache_dir: setting("PLUGIN_CACHE_DIR").map(PathBuf::from),
            home: variable("HOME").map(PathBuf::from),
            data_home: variable("XDG_DATA_HOME").map(PathBuf::from),
            data_dirs: data_dirs.split(':').filter(|dir| !dir.is_empty()).map(PathBuf::from).collect(),
            search_path: variable("PATH").map(OsString::from),
            git_ssh_command: variable("GIT_SSH_COMMAND").map(String::from),
            netrc: variable("NETRC").map(PathBuf::from),
            certificates: variable("SSL_CERT_FILE").map(PathBuf::from),
            retries: setting("REGISTRY_DISCOVERY_RETRY").and_then(|text| text.parse().ok()).unwrap_or(RETRIES),
            google_token: variable("GOOGLE_OAUTH_ACCESS_TOKEN").map(Secret::new),
            google_storage: variable("STORAGE_EMULATOR_HOST").map(String::from),
            tokens: Vec::new(),
        }
    }
}
