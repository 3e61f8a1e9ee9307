//! How many requests a second one service of one region takes: found out, not configured.
//!
//! Nothing is held back until the service throttles us. Then the rate falls to a little below what it took lately, and
//! grows again slowly, a step for each request that it takes. EC2 refuses by token buckets for each account and region
//! ("Request throttling for the Amazon EC2 API"), so every request over the rate is a wasted one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How much of the measured rate is kept after a refusal.
const KEPT: f64 = 0.9;
/// Growth of the rate for each request that is taken, as a part of the rate; e-fold in a hundred requests.
const GROWTH: f64 = 0.01;
/// Requests a second that we never go below.
const LEAST: f64 = 0.5;
/// Refusals within this time after a fall say nothing new: they answer requests that were under way.
const SETTLING: Duration = Duration::from_millis(1_000);
/// Over this time the rate that is taken is measured.
const MEASURED: Duration = Duration::from_secs(2);

/// The budget of one service in one region.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Requests a second; none until the first refusal.
    rate: Option<f64>,
    /// When the next request may go.
    next: Option<Instant>,
    fell: Option<Instant>,
    /// When requests were taken, of late.
    taken: std::collections::VecDeque<Instant>,
}

impl Budget {
    /// Waits until a request may go.
    pub(crate) async fn turn(&self) {
        let wait_until = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.turn(Instant::now())
        };
        if let Some(until) = wait_until {
            tokio::time::sleep_until(until).await;
        }
    }

    /// A request was taken.
    pub(crate) fn taken(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).taken(Instant::now());
    }

    /// A request was refused because there are too many.
    pub(crate) fn refused(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).refused(Instant::now());
    }
}

impl State {
    fn turn(&mut self, now: Instant) -> Option<Instant> {
        let rate = self.rate?;
        let turn = self.next.filter(|next| *next > now).unwrap_or(now);
        self.next = Some(turn + Duration::from_secs_f64(1.0 / rate));
        (turn > now).then_some(turn)
    }

    fn taken(&mut self, now: Instant) {
        self.taken.push_back(now);
        self.forget(now);
        if let Some(rate) = &mut self.rate {
            *rate *= 1.0 + GROWTH;
        }
    }

    fn forget(&mut self, now: Instant) {
        while self.taken.front().is_some_and(|at| now.duration_since(*at) > MEASURED) {
            self.taken.pop_front();
        }
    }

    fn refused(&mut self, now: Instant) {
        if self.fell.is_some_and(|fell| now.duration_since(fell) < SETTLING) {
            return;
        }
        self.forget(now);
        // A burst that was allowed at first is no rate: over the whole time, at most what was taken.
        let lately = self.taken.len() as f64 / MEASURED.as_secs_f64();
        let rate = match self.rate {
            Some(rate) => (rate * KEPT).min(lately.max(rate * 0.5)),
            None => lately * KEPT,
        };
        self.rate = Some(rate.max(LEAST));
        self.fell = Some(now);
        self.next = Some(now + Duration::from_secs_f64(1.0 / rate.max(LEAST)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service with a token bucket, asked by many at once: how long until `requests` are done, and how many refused.
    fn simulate(rate: f64, burst: f64, requests: usize, at_once: usize) -> (f64, usize) {
        let begin = Instant::now();
        let mut state = State::default();
        let (mut tokens, mut filled) = (burst, begin);
        let (mut done, mut refused) = (0, 0);
        // Each asker: when it sends next.
        let mut askers: Vec<Instant> = (0..at_once).map(|_| state.turn(begin).unwrap_or(begin)).collect();
        let mut now = begin;
        while done < requests {
            let Some(asker) = (0..askers.len()).min_by_key(|i| askers[*i]) else { break };
            now = now.max(askers[asker]);
            tokens = (tokens + now.duration_since(filled).as_secs_f64() * rate).min(burst);
            filled = now;
            let after = if tokens >= 1.0 {
                tokens -= 1.0;
                done += 1;
                state.taken(now);
                now + Duration::from_millis(10)
            } else {
                refused += 1;
                state.refused(now);
                now + Duration::from_millis(200)
            };
            askers[asker] = state.turn(after).unwrap_or(after);
        }
        (now.duration_since(begin).as_secs_f64(), refused)
    }

    #[test]
    fn a_throttled_service_is_used_to_the_full() {
        for (rate, burst, requests, at_once) in [(5.0, 5.0, 200, 10), (5.0, 20.0, 400, 50), (50.0, 100.0, 2_000, 10)] {
            let (seconds, refused) = simulate(rate, burst, requests, at_once);
            let ideal = (requests as f64 - burst) / rate;
            assert!(seconds <= ideal * 1.15, "{rate}/s: {seconds:.1} s, ideal {ideal:.1} s, {refused} refused");
            assert!(refused * 4 <= requests, "{rate}/s: {refused} refused of {requests}");
        }
    }

    #[test]
    fn nothing_waits_before_the_first_refusal() {
        let mut state = State::default();
        let now = Instant::now();
        for _ in 0..1_000 {
            assert_eq!(state.turn(now), None);
            state.taken(now);
        }
    }
}
