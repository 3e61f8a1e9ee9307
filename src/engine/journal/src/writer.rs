//! Appending: records gather while a frame is being synced, then go together into the next one.

use crate::frame::{HEADER, frame};
use crate::{Intent, IntentId, Record, Stored};
use std::ops::Deref;
use std::sync::Arc;

/// Something that is on disk. Made only here, when the disk has said so or when it was read from it: whoever asks
/// for a `Durable<Intent>` cannot be reached around the journal.
#[derive(Debug)]
pub struct Durable<T>(T);

impl<T> Durable<T> {
    pub(crate) fn new(it: T) -> Durable<T> {
        Durable(it)
    }

    /// The thing itself, when the proof is not needed any more.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Durable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Durable<Record> {
    /// The intent, if it is one.
    pub fn intent(&self) -> Option<Durable<Arc<Intent>>> {
        match &self.0 {
            Record::Intent(intent) => Some(Durable(intent.clone())),
            _ => None,
        }
    }
}

/// Names a batch of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(u32);

/// Bytes to append to the journal and to sync. The edge reports the id when they are on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its name.
    pub id: BatchId,
    /// Length that the journal has before; bytes behind it are the torn end of an earlier run and are cut off.
    pub at: usize,
    /// What to append.
    pub bytes: Vec<u8>,
}

/// The end of a journal. One batch is in flight at most (the rule that makes a torn end recognisable); what comes
/// meanwhile waits for the next one, so a thousand intents cost two syncs.
#[derive(Debug)]
pub struct Writer {
    next_frame: u32,
    next_record: u64,
    next_intent: u64,
    length: usize,
    pending: Vec<Record>,
    in_flight: Option<(BatchId, Vec<Record>)>,
}

impl Writer {
    /// Goes on behind what is stored.
    pub fn new(stored: &Stored) -> Writer {
        Writer {
            next_frame: stored.next_frame,
            next_record: stored.records.len() as u64 + 1,
            next_intent: stored.last_intent() + 1,
            length: stored.valid_len,
            pending: Vec::new(),
            in_flight: None,
        }
    }

    /// A number for the next intent.
    pub fn number_intent(&mut self) -> IntentId {
        let id = IntentId(self.next_intent);
        self.next_intent += 1;
        id
    }

    /// Takes a record for the next batch.
    pub fn push(&mut self, record: Record) {
        self.pending.push(record);
    }

    /// The next batch, unless one is in flight or nothing waits.
    pub fn take(&mut self) -> Option<Batch> {
        if self.in_flight.is_some() || self.pending.is_empty() {
            return None;
        }
        let records = std::mem::take(&mut self.pending);
        let at = self.length;
        let mut bytes = if at == 0 { HEADER.to_vec() } else { Vec::new() };
        bytes.extend(frame(self.next_frame, self.next_record, &records));
        let id = BatchId(self.next_frame);
        self.next_frame += 1;
        self.next_record += records.len() as u64;
        self.length += bytes.len();
        self.in_flight = Some((id, records));
        Some(Batch { id, at, bytes })
    }

    /// The edge says that the batch is on disk: its records, as tokens. `None` for a batch that is not in flight.
    pub fn synced(&mut self, id: BatchId) -> Option<Vec<Durable<Record>>> {
        match self.in_flight.take() {
            Some((current, records)) if current == id => Some(records.into_iter().map(Durable).collect()),
            other => {
                self.in_flight = other;
                None
            }
        }
    }

    /// True when nothing waits and nothing is in flight.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.in_flight.is_none()
    }
}
