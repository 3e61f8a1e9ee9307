//! How long a change may be refused for the number of requests: as long as the object's `timeouts` say, while nothing
//! has been sent that may have taken effect. After that it is seen through: who stops half way leaves something behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The patience of one change.
#[derive(Debug)]
pub(crate) struct Patience {
    operation: &'static str,
    timeout: Duration,
    begin: Instant,
    /// Requests that are under way or may have taken effect.
    effects: AtomicUsize,
}

tokio::task_local! {
    static OURS: Arc<Patience>;
}

/// Makes a change that can be given up after `timeout` while it is only refused; `operation` is its name in `timeouts`.
/// Without a timeout it is as patient as any request.
pub(crate) async fn within<F: Future>(operation: &'static str, timeout: Option<Duration>, change: F) -> F::Output {
    let patience = timeout
        .map(|timeout| Arc::new(Patience { operation, timeout, begin: Instant::now(), effects: AtomicUsize::new(0) }));
    sharing(patience, change).await
}

/// Does something for changes with this patience.
pub(super) async fn sharing<F: Future>(patience: Option<Arc<Patience>>, work: F) -> F::Output {
    match patience {
        Some(patience) => OURS.scope(patience, work).await,
        None => work.await,
    }
}

/// That of the change that is being made here, if it has one.
pub(super) fn ours() -> Option<Arc<Patience>> {
    OURS.try_with(Arc::clone).ok()
}

/// The longest patience of all these; none when one of them has no end.
pub(super) fn longest(all: impl Iterator<Item = Option<Arc<Patience>>>) -> Option<Arc<Patience>> {
    let all: Option<Vec<_>> = all.map(|one| one.filter(|patience| !patience.has_effects())).collect();
    all?.into_iter().max_by_key(|patience| patience.begin + patience.timeout)
}

impl Patience {
    /// A request that changes something is sent.
    pub(super) fn sent(&self) {
        self.effects.fetch_add(1, Ordering::SeqCst);
    }

    /// It was refused, or did not get out: it changed nothing.
    pub(super) fn without_effect(&self) {
        self.effects.fetch_sub(1, Ordering::SeqCst);
    }

    fn has_effects(&self) -> bool {
        self.effects.load(Ordering::SeqCst) > 0
    }

    /// Why a request that was just refused for the number of requests, first at `since`, is not sent again after a
    /// pause: a full sentence. None when it is.
    pub(super) fn is_over(&self, since: Instant, pause: Duration) -> Option<String> {
        let over = self.begin.elapsed() + pause > self.timeout;
        (over && !self.has_effects()).then(|| {
            format!(
                "Throttled for {}; timeouts.{} is {}. Nothing was changed.",
                spoken(since.elapsed()),
                self.operation,
                spoken(self.timeout)
            )
        })
    }
}

/// `20 minutes`, `90 s`.
fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 120 => format!("{} minutes", (seconds + 30) / 60),
        seconds => format!("{seconds} s"),
    }
}
