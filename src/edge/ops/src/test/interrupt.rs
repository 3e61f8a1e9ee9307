//! Somebody wants the tests to stop: what runs is finished and cleaned up; asked twice, everything is dropped.

use crate::interrupts::Interrupts;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// How often it is told that something still runs.
const STILL: Duration = Duration::from_secs(2);

/// What a piece of work came to.
pub(super) enum Heeded<T> {
    /// It is done.
    Done(T),
    /// It was dropped.
    Dropped,
}

/// Does a piece of work, listening meanwhile. `stops` is told of the first interrupt, maybe more than once.
pub(super) async fn heeding<T>(
    work: impl Future<Output = T>,
    interrupts: &Interrupts,
    (stops, still): (&dyn Fn(), &dyn Fn()),
) -> Heeded<T> {
    let mut work = pin!(work);
    let mut told = interrupts.arrived();
    if told {
        stops();
    }
    loop {
        tokio::select! {
            done = &mut work => return Heeded::Done(done),
            () = interrupts.next(), if !told => {
                told = true;
                stops();
            }
            () = interrupts.second() => return Heeded::Dropped,
            () = tokio::time::sleep(STILL) => still(),
        }
    }
}
