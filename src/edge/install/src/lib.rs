//! Holds: files of configuration, modules from elsewhere, provider packages on disk, the lock file, the CLI configuration.
//! May touch: config, eval, syntax (for their texts), words.
//! Never: the terminal, provider processes, state.

#![allow(clippy::result_large_err, reason = "errors are diagnostics for people: rare, and never on a hot path")]

mod archive;
mod cli_config;
mod credentials_helper;
mod fetch;
mod find;
#[cfg(test)]
mod fixture;
mod format_files;
mod init;
mod lock_file;
mod masked;
mod mirror;
mod module_files;
mod module_manifest;
mod module_sources;
mod package;
mod place;
mod platform;
mod pointed_files;
mod registry;
mod required_version;
mod requirements;
mod root_files;
mod search;
mod source;
mod text_file;
mod unpack;
mod version;
mod web;
mod whole_file;

pub use find::{How, ProviderBinary, find_provider, is_overridden, overrides_in_effect};
pub use format_files::{Depth, format_files, format_text, read_format_file, write_format_file};
pub use init::{
    CalledModule, Loaded, Purpose, Upgrade, Wanted, called_modules, check_module_versions, copy_module,
    install_modules, prepare,
};
pub use lock_file::{choose_alike, lock_file_text, selections};
pub use module_files::ModuleFiles;
pub use module_sources::ModuleSources;
pub use place::{Place, Secret, Settings};
pub use pointed_files::pointed_files;
pub use required_version::check_required_version;
pub use requirements::module_requirements;
pub use root_files::{dr_files, mock_files, target_file, test_files, variable_file, variable_files};
pub use source::is_remote_package;
pub use version::{Constraints, Version};
