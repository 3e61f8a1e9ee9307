//! What goes on in this process: changes, after which nothing that was read before counts, and reads of hosts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Changes and reads of one provider configuration.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    changes: AtomicU64,
    reads: Mutex<Reads>,
}

#[derive(Debug, Default)]
struct Reads {
    open: usize,
    /// When the last one came.
    last: Option<Instant>,
    /// When the last call of any kind came.
    last_call: Option<Instant>,
}

/// A read of a host that is not answered yet; it is when this is dropped.
#[derive(Debug)]
pub(crate) struct OpenRead(Arc<Traffic>);

impl Traffic {
    /// A change was begun or ended: what was read before is not shared after it.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Stays the same until something is changed.
    pub(crate) fn epoch(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// A read of a host came.
    pub(crate) fn read(self: &Arc<Traffic>) -> OpenRead {
        let mut reads = self.reads();
        reads.open += 1;
        reads.last = Some(Instant::now());
        reads.last_call = reads.last;
        drop(reads);
        OpenRead(self.clone())
    }

    /// A call of a host came that reads nothing itself: hosts that make many calls make reads among them.
    pub(crate) fn called(&self) {
        self.reads().last_call = Some(Instant::now());
    }

    /// How many reads of hosts are not answered yet.
    pub(crate) fn open_reads(&self) -> usize {
        self.reads().open
    }

    /// Whether no read of a host came for this long.
    pub(crate) fn is_quiet(&self, time: Duration) -> bool {
        self.reads().last.is_none_or(|last| last.elapsed() >= time)
    }

    /// Whether no call of a host came for this long.
    pub(crate) fn is_silent(&self, time: Duration) -> bool {
        self.reads().last_call.is_none_or(|last| last.elapsed() >= time)
    }

    fn reads(&self) -> MutexGuard<'_, Reads> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenRead {
    fn drop(&mut self) {
        self.0.reads().open -= 1;
    }
}
