//! How many requests a second one service of one region takes: found out, not configured.
//!
//! Services refuse by token buckets ("Request throttling for the Amazon EC2 API"): a refusal says that the bucket is
//! empty. So between two refusals as many requests were taken as the bucket was filled with, and the rate of the service
//! lies between `n / t` and `(n + 1) / t`. Into these bounds our rate is brought at each refusal. In between it grows,
//! at first hardly, then ever faster: one request in twenty or so is refused, and a limit that is lifted is noticed soon.
//! Times are those of sending: answers may take long, and a refusal tells of the bucket as it was when the request came.
//!
//! Nothing is held back before the first refusal. Who waits is served in the order of coming, so nobody starves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Growth of the rate by the k-th request in a row that is taken: k times this part of it.
const GROWTH: f64 = 0.001;
/// Requests a second that we never go below.
const LEAST: f64 = 0.5;
/// Requests a second that we never go above while there is a limit.
const MOST: f64 = 1_000.0;
/// At the highest rate, so many requests in a row that are taken tell that there is no limit any more.
const LIFTED: u32 = 100;
/// So many requests between two refusals tell the rate well enough (5 %); then measuring begins anew.
const ENOUGH: u32 = 20;
/// Who comes late by so much or less may still use the turn: timers are late on busy machines.
const LATE: Duration = Duration::from_millis(200);

/// The budget of one service in one region.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    state: Mutex<State>,
    /// Held by the first in the line while it waits; tokio's mutex is fair.
    first: tokio::sync::Mutex<()>,
    /// How many wait.
    line: AtomicUsize,
}

/// A place in the line, until it is dropped.
struct InLine<'a>(&'a AtomicUsize);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Debug, Default)]
struct State {
    /// None until the first refusal.
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    /// Requests a second.
    rate: f64,
    /// When the next request may go.
    next: Instant,
    /// Since when is measured: the bucket was empty then.
    since: Instant,
    /// Requests sent in all, and by then.
    sent: u32,
    sent_by_then: u32,
    /// Requests taken and refused since.
    taken: u32,
    refused: u32,
    /// Time since in which nobody wanted to send, so that the bucket may have overflowed.
    idle: Duration,
    /// Requests taken since the last refusal.
    in_a_row: u32,
}

/// A request that may go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    at: Instant,
    /// Which one it is, since there is a limit.
    number: u32,
}

impl Budget {
    /// Waits until a request may go.
    pub(crate) async fn turn(&self) -> Turn {
        if !self.is_limited() {
            return Turn { at: Instant::now(), number: 0 };
        }
        self.line.fetch_add(1, Ordering::SeqCst);
        let _in_line = InLine(&self.line);
        let _first = self.first.lock().await;
        // The limit may change while we wait.
        loop {
            let until = self.state().turn(Instant::now());
            match until {
                Err(until) => tokio::time::sleep_until(until).await,
                Ok(turn) => return turn,
            }
        }
    }

    /// Whether requests wait for their turn.
    pub(crate) fn has_line(&self) -> bool {
        self.line.load(Ordering::SeqCst) > 0
    }

    /// A request was taken.
    pub(crate) fn taken(&self) {
        self.state().taken();
    }

    /// A request was refused because there are too many.
    pub(crate) fn refused(&self, turn: Turn) {
        self.state().refused(turn, Instant::now());
    }

    fn is_limited(&self) -> bool {
        self.state().limit.is_some()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the turn, or says when to ask again.
    fn turn(&mut self, now: Instant) -> Result<Turn, Instant> {
        let Some(limit) = &mut self.limit else { return Ok(Turn { at: now, number: 0 }) };
        if limit.next > now {
            return Err(limit.next);
        }
        let late = now.duration_since(limit.next);
        limit.idle += late.saturating_sub(LATE);
        limit.next = now - late.min(LATE) + Duration::from_secs_f64(1.0 / limit.rate);
        limit.sent += 1;
        Ok(Turn { at: now, number: limit.sent })
    }

    fn taken(&mut self) {
        let Some(limit) = &mut self.limit else { return };
        limit.taken += 1;
        limit.in_a_row += 1;
        limit.rate = (limit.rate * (1.0 + GROWTH * f64::from(limit.in_a_row))).min(MOST);
        if limit.rate >= MOST && limit.in_a_row >= LIFTED {
            self.limit = None;
        }
    }

    fn refused(&mut self, turn: Turn, now: Instant) {
        let limit = self.limit.get_or_insert(Limit {
            rate: MOST,
            next: now,
            since: turn.at,
            sent: 0,
            sent_by_then: 0,
            taken: 0,
            refused: 0,
            idle: Duration::ZERO,
            in_a_row: 0,
        });
        let seconds_to =
            |time: Instant| time.saturating_duration_since(limit.since).saturating_sub(limit.idle).as_secs_f64();
        let (until_sent, until_now) = (seconds_to(turn.at), seconds_to(now));
        // What was sent before the limit was known tells no more than the first refusal.
        if until_sent > 0.0 && turn.number > limit.sent_by_then {
            // What has no answer yet may have been taken.
            let at_most = f64::from((turn.number - limit.sent_by_then).saturating_sub(limit.refused).max(1));
            limit.rate =
                limit.rate.max(f64::from(limit.taken) / until_now).min(at_most / until_sent).clamp(LEAST, MOST);
            limit.refused += 1;
            limit.in_a_row = 0;
            limit.next = limit.next.max(now + Duration::from_secs_f64(1.0 / limit.rate));
            if limit.taken >= ENOUGH {
                (limit.since, limit.sent_by_then, limit.idle) = (turn.at, turn.number, Duration::ZERO);
                (limit.taken, limit.refused) = (0, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
