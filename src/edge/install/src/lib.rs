//! Holds: files of configuration, provider packages on disk, the lock file, the CLI configuration.
//! May touch: config, eval, syntax (for their texts), words.
//! Never: the terminal, provider processes, state.

mod module_files;
mod module_manifest;
mod module_sources;
mod place;
mod root_files;
mod version;

pub use module_files::ModuleFiles;
pub use module_sources::ModuleSources;
pub use place::{Place, Settings};
pub use root_files::{dr_files, variable_file, variable_files};
pub use version::{Constraints, Version};
