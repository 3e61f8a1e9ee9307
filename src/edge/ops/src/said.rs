//! What an operation has to say besides its result: diagnostics, and the texts that their excerpts come from.

use diag::{Diagnostic, Diagnostics, SourceTexts};

/// Diagnostics with their source texts.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// All troubles so far, in order.
    pub diagnostics: Diagnostics,
    /// Every text that was read.
    pub texts: SourceTexts,
}

impl Said {
    /// Adds the error of a step, or hands on its result.
    pub(crate) fn take<T>(&mut self, step: Result<T, impl Into<Diagnostic>>) -> Option<T> {
        match step {
            Ok(result) => Some(result),
            Err(error) => {
                self.diagnostics.push(error.into());
                None
            }
        }
    }
}
