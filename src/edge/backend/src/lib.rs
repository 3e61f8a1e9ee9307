//! Holds: the local backend: state bytes, their lock, the journal file, workspaces.
//! May touch: diag, and the disk.
//! Never: what the bytes mean; the terminal, the network.

mod data_dir;
mod error;
mod journal_file;
mod local_state;
mod lock;
mod lock_holder;
mod place;
#[cfg(test)]
mod tests;
mod workspace;

pub use data_dir::DataDir;
pub use error::BackendError;
pub use journal_file::JournalFile;
pub use local_state::LocalState;
pub use lock::StateLock;
pub use lock_holder::LockHolder;
pub use place::write_secret;
pub use workspace::{DEFAULT_WORKSPACE, Workspaces};
