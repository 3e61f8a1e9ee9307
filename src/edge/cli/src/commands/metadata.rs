//! `drform metadata`

use crate::arguments::Metadata;
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, what: &Metadata) -> Exit {
    match what {
        Metadata::Functions { .. } => shell.terminal.out(&format!("{}\n", ops::function_signatures())),
    }
    Exit::Success
}
