//! Clock and entropy for `timestamp()`, `uuid()` and `bcrypt()`: while applying and in the console; a plan knows neither.

use eval::functions::Chance;
use std::sync::{Arc, Mutex, PoisonError};

/// The real ones.
pub(crate) struct Real;

impl Chance for Real {
    fn now(&self) -> Arc<str> {
        now().into()
    }

    fn bytes(&self) -> [u8; 16] {
        // Version and variant bits would be the same every time: two UUIDs make sixteen bytes that are all random.
        let (a, b) = (uuid::Uuid::new_v4().into_bytes(), uuid::Uuid::new_v4().into_bytes());
        let mut bytes = a;
        for (byte, other) in bytes.iter_mut().zip(b.iter().rev()) {
            *byte ^= other.rotate_left(3);
        }
        bytes
    }
}

/// Chance that comes out the same when an expression is evaluated again, because it lacked the answer of a provider's
/// function.
#[derive(Default)]
pub(crate) struct Replayed {
    drawn: Mutex<Drawn>,
}

#[derive(Default)]
struct Drawn {
    time: Option<Arc<str>>,
    bytes: Vec<[u8; 16]>,
    next: usize,
}

impl Replayed {
    /// The same expression begins again.
    pub(crate) fn again(&self) {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).next = 0;
    }

    /// Another expression begins.
    pub(crate) fn anew(&self) {
        *self.drawn.lock().unwrap_or_else(PoisonError::into_inner) = Drawn::default();
    }
}

impl Chance for Replayed {
    fn now(&self) -> Arc<str> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.time.get_or_insert_with(|| Real.now()).clone()
    }

    fn bytes(&self) -> [u8; 16] {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let place = drawn.next;
        drawn.next += 1;
        if let Some(bytes) = drawn.bytes.get(place) {
            return *bytes;
        }
        let bytes = Real.bytes();
        drawn.bytes.push(bytes);
        bytes
    }
}

/// The time in UTC, to the second.
pub(crate) fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    jiff::Timestamp::from_second(seconds).map(|t| t.to_string()).unwrap_or_default()
}
