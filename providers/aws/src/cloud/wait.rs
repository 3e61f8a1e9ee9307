//! Waiting for a state: by the API's states, with growing pauses.

use super::trouble::Trouble;
use std::time::Duration;
use tokio::time::Instant;

/// What one look saw.
pub(crate) enum Seen<T> {
    /// It is where it was to get.
    Done(T),
    /// On its way; the API's word for the state.
    Pending(String),
    /// It will not get there: why, as a full sentence.
    Failed(String),
}

/// What is waited for.
pub(crate) struct Wait<'a> {
    /// What is being done, for the error: `create the EBS volume vol-1`.
    pub(crate) doing: String,
    /// The state that is waited for, in the API's word.
    pub(crate) until: &'a str,
    /// How long at most.
    pub(crate) timeout: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// For so long after a create, "not found" means "not yet": EC2 is eventually consistent ("Eventual consistency in the
/// Amazon EC2 API").
pub(crate) const APPEARS: Duration = Duration::from_secs(120);

impl Wait<'_> {
    /// Looks, at growing intervals, until it is there, has failed, or the time is over.
    pub(crate) async fn run<T, F>(&self, look: impl Fn() -> F) -> Result<T, Trouble>
    where
        F: std::future::Future<Output = Result<Seen<T>, Trouble>>,
    {
        let begin = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let state = match look().await? {
                Seen::Done(object) => return Ok(object),
                Seen::Failed(why) => return Err(Trouble::stuck(self.doing.as_str(), why)),
                Seen::Pending(state) => state,
            };
            if begin.elapsed() + pause > self.timeout {
                let why = format!(
                    "After {} s it is still {state}, not {}. It may get there later: run again, and raise the \
                     `timeouts` of the resource if this is usual.",
                    begin.elapsed().as_secs(),
                    self.until
                );
                return Err(Trouble::stuck(self.doing.as_str(), why));
            }
            tokio::time::sleep(pause).await;
            pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(start_paused = true)]
    async fn looks_until_done_failed_or_over() {
        let wait = Wait { doing: "create it".into(), until: "available", timeout: Duration::from_secs(60) };
        let looks = AtomicUsize::new(0);
        let begin = Instant::now();
        let done = wait
            .run(|| async {
                Ok(match looks.fetch_add(1, Ordering::SeqCst) {
                    3 => Seen::Done("there"),
                    _ => Seen::Pending("creating".into()),
                })
            })
            .await;
        assert_eq!(done.unwrap(), "there");
        assert_eq!(begin.elapsed(), Duration::from_millis(500 + 750 + 1_125));
        let failed = wait.run(|| async { Ok(Seen::<()>::Failed("No.".into())) }).await;
        assert_eq!(failed.unwrap_err().finding("x").diagnostic.detail, "No.");
        let begin = Instant::now();
        let over = wait.run(|| async { Ok(Seen::<()>::Pending("creating".into())) }).await;
        let text = over.unwrap_err().finding("x").diagnostic.detail;
        assert!(text.contains("still creating, not available"), "{text}");
        assert!(begin.elapsed() <= wait.timeout);
    }
}
