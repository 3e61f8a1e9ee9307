//! `force-unlock`: of a lock that outlives its holder. The lock of a local state does not.

use crate::{Site, storage, workspace};
use backend::BackendError;
use diag::Diagnostic;

/// Why the lock named `id` is not released.
pub fn force_unlock(site: &Site, id: &str) -> Diagnostic {
    refusal(site, id).unwrap_or_else(|trouble| trouble)
}

fn refusal(site: &Site, id: &str) -> Result<Diagnostic, Diagnostic> {
    let local = storage::workspaces(site)?.state(&workspace::current_workspace(site)?);
    let path = local.path().display();
    let free = || {
        Diagnostic::error("The state is not locked", format!("Nobody holds a lock of {path}."))
            .next("There is nothing to release: run the command that you wanted to run.")
    };
    if !local.path().exists() {
        return Ok(free());
    }
    Ok(match local.try_lock("force-unlock") {
        Ok(_) => free(),
        Err(BackendError::Locked { holder, process, .. }) => {
            let process =
                process.map_or_else(String::new, |process| format!("; it is process {process} on this machine"));
            let other = match &holder {
                Some(holder) if holder.id != id => format!(" Its lock has the id {}, not {id}.", holder.id),
                _ => String::new(),
            };
            let holder = holder.map_or_else(|| "somebody who left no word".to_string(), |holder| holder.to_string());
            let detail = format!("{path} is locked by {holder}{process}.{other} The lock stays.");
            Diagnostic::error("Local state cannot be unlocked by another process", detail)
                .next("Wait until the holder has finished, or stop it; the lock ends with the process that holds it.")
        }
        Err(error) => error.into(),
    })
}
