//! Holds: the journal's records, their bytes, the fold into a state, and the token for what is on disk.
//! May touch: state, words.
//! Never: files, the calls that the records are about, the decision what to do about an unresolved intent.
//!
//! The rules (architecture.md 1.8, 3.12; `schema/journal.md` has the format):
//!
//! - No change begins before its intent is durable; nothing that depends on it begins before the outcome is.
//! - The journal is append-only. One frame is written and synced at a time, so only the last one can be torn.
//! - `fold` is total: what is not a legal step is refused. Folding twice changes nothing.
//! - An intent without outcome is a state of its own: it is neither repeated blindly nor forgotten.

mod codec;
mod error;
mod fold;
mod frame;
mod record;
mod writer;

pub use codec::values;
pub use error::JournalError;
pub use fold::{Conflict, Folded, fold};
pub use frame::{HEADER, Stored, Tail, encode, read};
pub use record::{Act, Begin, How, Intent, IntentId, Outcome, Record};
pub use writer::{Batch, BatchId, Durable, Writer};
