//! Where packages and settings are looked for.

use std::path::PathBuf;
use std::sync::Arc;

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
}

impl Settings {
    /// Reads them: `setting` looks up `DRFORM_<name>`, then `TF_<name>`; `variable` a name as it is.
    pub fn read<'e>(setting: impl Fn(&str) -> Option<&'e str>, variable: impl Fn(&str) -> Option<&'e str>) -> Settings {
        let data_dirs = variable("XDG_DATA_DIRS").unwrap_or("/usr/local/share:/usr/share");
        Settings {
            cli_config_file: setting("CLI_CONFIG_FILE").map(PathBuf::from),
            reattach_providers: setting("REATTACH_PROVIDERS").map(Arc::from),
            plugin_cache_dir: setting("PLUGIN_CACHE_DIR").map(PathBuf::from),
            home: variable("HOME").map(PathBuf::from),
            data_home: variable("XDG_DATA_HOME").map(PathBuf::from),
            data_dirs: data_dirs.split(':').filter(|dir| !dir.is_empty()).map(PathBuf::from).collect(),
        }
    }
}
