//! The threads that talk to providers.

use diag::Diagnostic;
use tokio::runtime::{Builder, Runtime};

/// Values nest as deep as people write them, and are encoded, decoded and dropped on these threads too. Only what is
/// used of it is ever mapped.
const STACK_BYTES: usize = 256 << 20;

/// Starts them.
#[allow(clippy::result_large_err, reason = "asked once")]
pub(crate) fn runtime() -> Result<Runtime, Diagnostic> {
    Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build().map_err(|error| {
        Diagnostic::error("Cannot start threads", error.to_string())
            .next("See how many processes and how much memory this account may use (ulimit -a).")
    })
}
