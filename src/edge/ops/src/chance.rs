//! Clock and entropy for `timestamp()`, `uuid()` and `bcrypt()`: only while applying; a plan knows neither.

use eval::functions::Chance;
use std::sync::Arc;

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

/// The time in UTC, to the second.
pub(crate) fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    jiff::Timestamp::from_second(seconds).map(|t| t.to_string()).unwrap_or_default()
}
