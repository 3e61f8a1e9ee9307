//! Files of ours that diagnostics point into.

use crate::{Place, cli_config, lock_file, text_file};
use std::sync::Arc;

/// Name and text of the lock file and of the CLI configuration, as far as they can be read: what diagnostics of this
/// room underline besides the configuration itself.
pub fn pointed_files(place: &Place) -> Vec<(Arc<str>, Arc<str>)> {
    let lock_file = (Arc::from(lock_file::NAME), lock_file::path(&place.dir));
    let cli = cli_config::files(&place.settings).into_iter().map(|(path, _)| (path.display().to_string().into(), path));
    let all = std::iter::once(lock_file).chain(cli);
    all.filter_map(|(name, path)| Some((name, text_file::read(&path).ok()?))).collect()
}
