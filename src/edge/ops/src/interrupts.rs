//! Ctrl-C or SIGTERM: once to finish what is begun, twice to leave at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// Listens until the process ends: a signal that was listened to once has no effect of its own any more.
pub(crate) struct Interrupts(Arc<Shared>);

#[derive(Default)]
struct Shared {
    count: AtomicU32,
    /// Nothing runs: one interrupt is enough.
    idle: AtomicBool,
    /// Whoever listens ends the process.
    gentle: bool,
    notify: Notify,
    again: Notify,
}

impl Interrupts {
    pub(crate) fn listen() -> Interrupts {
        Interrupts::with(Shared::default())
    }

    /// Listens; the second signal ends nothing, but is told.
    pub(crate) fn listen_gently() -> Interrupts {
        Interrupts::with(Shared { gentle: true, ..Shared::default() })
    }

    /// Hears nothing: somebody else listens.
    pub(crate) fn deaf() -> Interrupts {
        Interrupts(Arc::default())
    }

    fn with(shared: Shared) -> Interrupts {
        let shared = Arc::new(shared);
        let interrupts = Interrupts(shared.clone());
        tokio::spawn(async move {
            let Ok(mut terminated) = signal(SignalKind::terminate()) else { return };
            loop {
                tokio::select! {
                    interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() { return },
                    _ = terminated.recv() => {}
                }
                let before = shared.count.fetch_add(1, Ordering::SeqCst);
                if shared.gentle {
                    // Kept for whoever begins to wait only now.
                    if before == 0 {
                        shared.notify.notify_one()
                    } else {
                        shared.again.notify_one()
                    }
                    continue;
                }
                if shared.idle.load(Ordering::SeqCst) || before > 0 {
                    // Asked twice: the journal holds whatever is in doubt.
                    std::process::exit(130);
                }
                // Kept for whoever begins to wait only now.
                shared.notify.notify_one();
            }
        });
        interrupts
    }

    /// Nothing runs until further notice, such as while somebody is asked for approval.
    pub(crate) fn pause(&self) {
        self.0.idle.store(true, Ordering::SeqCst);
    }

    /// Something runs again.
    pub(crate) fn resume(&self) {
        self.0.idle.store(false, Ordering::SeqCst);
    }

    pub(crate) fn arrived(&self) -> bool {
        self.0.count.load(Ordering::SeqCst) > 0
    }

    /// Waits for the second one; only for who listens gently.
    pub(crate) async fn second(&self) {
        self.0.again.notified().await;
    }

    /// Waits for the first one.
    pub(crate) async fn next(&self) {
        if self.arrived() {
            return std::future::pending().await;
        }
        self.0.notify.notified().await;
    }
}
