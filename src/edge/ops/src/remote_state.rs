//! Reads the states that `terraform_remote_state` asks for.

use crate::storage;
use backend::Workspaces;
use builtin::RemoteState;
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use value::Value;

/// The answer to a question for the outputs of another state; `None` for other questions. `dir` is the working directory.
pub(crate) fn answer(dir: &Path, question: &Question) -> Option<Answer> {
    let outputs = match builtin::remote_state(question)? {
        Ok(wanted) => outputs(dir, &wanted),
        Err(troubles) => return Some(Answer::Object(None, troubles)),
    };
    Some(match outputs {
        Ok(outputs) => builtin::answer_remote_state(question, outputs),
        Err(trouble) => Answer::Object(None, Diagnostics::from(trouble)),
    })
}

/// Root outputs; `None` where there is no state.
fn outputs(dir: &Path, wanted: &RemoteState) -> Result<Option<BTreeMap<Arc<str>, Value>>, Diagnostic> {
    let (path, workspace_dir) = (wanted.path.as_deref(), wanted.workspace_dir.as_deref());
    let local = Workspaces::at(dir, path, workspace_dir).state(&wanted.workspace);
    // Without the lock: a state file is replaced as a whole, and somebody may be applying there for hours.
    if local.read()?.is_none() {
        return Ok(None);
    }
    let state = storage::read_state(&local)?;
    Ok(Some(state.outputs.into_iter().map(|(name, output)| (name, output.value)).collect()))
}
