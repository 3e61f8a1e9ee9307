//! Records as bytes: a line of text, then frames of marker, number, length, checksum and records.
//!
//! A frame is what is written and synced at once; the next one is written only after that. So after a crash only
//! the last frame can be damaged, in any way a disk damages unsynced sectors, and a damaged frame with an intact
//! one behind it is corruption.

use crate::codec;
use crate::{Durable, Intent, IntentId, JournalError, Record};
use std::sync::Arc;

/// First line of a journal: format and its version. (`schema/journal.md`)
pub const HEADER: &[u8] = b"drform journal 1\n";
/// What the first line of every version begins with.
const NAME: &[u8] = b"drform journal ";
/// Begins every frame. 0xff is no UTF-8, so it is not in any record.
const MARKER: [u8; 4] = [0xff, b'd', b'r', b'j'];
/// Marker, number, length, checksum: four bytes each, little-endian.
const FRAME_HEAD: usize = 16;

/// Where the readable part of a journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// At the end of the bytes.
    Clean,
    /// Before the end: the last write was interrupted. What it said never became durable, so nothing was done
    /// because of it. Cut the file to this length before appending.
    Torn {
        /// Bytes that are good.
        valid_len: usize,
    },
}

/// What a journal on disk says.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its records in order.
    pub records: Vec<Record>,
    /// How it ends.
    pub tail: Tail,
    /// Number of the next frame.
    pub(crate) next_frame: u32,
    /// Byte length of the good part.
    pub(crate) valid_len: usize,
}

impl Stored {
    /// A journal that does not exist yet.
    pub fn none() -> Stored {
        Stored { records: Vec::new(), tail: Tail::Clean, next_frame: 0, valid_len: 0 }
    }

    /// An intent that was read, and therefore is on disk.
    pub fn durable(&self, id: IntentId) -> Option<Durable<Arc<Intent>>> {
        self.records.iter().find_map(|record| match record {
            Record::Intent(intent) if intent.id == id => Some(Durable::new(intent.clone())),
            _ => None,
        })
    }

    /// The greatest number that an intent has; zero when there is none.
    pub(crate) fn last_intent(&self) -> u64 {
        let number = |record: &Record| if let Record::Intent(intent) = record { intent.id.0 } else { 0 };
        self.records.iter().map(number).max().unwrap_or(0)
    }
}

/// The bytes of a whole journal with these records in one frame: to be written to a new file and renamed over
/// the old one.
pub fn encode(records: &[Record]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    if !records.is_empty() {
        bytes.extend(frame(0, 1, records));
    }
    bytes
}

/// The bytes of one frame; `first` is the number of its first record.
pub(crate) fn frame(number: u32, first: u64, records: &[Record]) -> Vec<u8> {
    let mut payload = String::new();
    for (record, at) in records.iter().zip(first..) {
        codec::write_record(&mut payload, at, record);
        payload.push('\n');
    }
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    diag::invariant!(length < u32::MAX, "a frame of the journal is smaller than 4 GiB");
    let mut bytes = Vec::with_capacity(FRAME_HEAD + payload.len());
    bytes.extend(MARKER);
    bytes.extend(number.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(checksum(number, length, payload.as_bytes()).to_le_bytes());
    bytes.extend(payload.as_bytes());
    bytes
}

fn checksum(number: u32, length: u32, payload: &[u8]) -> u32 {
    let head = crc32c::crc32c_append(crc32c::crc32c(&number.to_le_bytes()), &length.to_le_bytes());
    crc32c::crc32c_append(head, payload)
}

/// A frame that is whole.
struct Frame<'b> {
    number: u32,
    payload: &'b [u8],
}

/// The frame that begins at `at`, or what is wrong with it.
fn frame_at(bytes: &[u8], at: usize) -> Result<Frame<'_>, &'static str> {
    let head: &[u8; FRAME_HEAD] =
        bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or("it ends before its head does")?;
    let [m0, m1, m2, m3, n0, n1, n2, n3, l0, l1, l2, l3, c0, c1, c2, c3] = *head;
    if [m0, m1, m2, m3] != MARKER {
        return Err("its marker is wrong");
    }
    let number = u32::from_le_bytes([n0, n1, n2, n3]);
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    let start = at + FRAME_HEAD;
    let payload = bytes.get(start..start.saturating_add(length as usize)).ok_or("it is longer than the file")?;
    if checksum(number, length, payload) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err("its checksum is wrong");
    }
    Ok(Frame { number, payload })
}

/// Reads the bytes of a journal.
///
/// # Errors
/// When they are no journal, of a newer version, or damaged before the last frame. A damaged last frame is no
/// error but [`Tail::Torn`].
pub fn read(bytes: &[u8]) -> Result<Stored, JournalError> {
    if bytes.is_empty() {
        return Ok(Stored::none());
    }
    if !bytes.starts_with(HEADER) {
        return torn_header(bytes);
    }
    let mut stored = Stored { valid_len: HEADER.len(), ..Stored::none() };
    while stored.valid_len < bytes.len() {
        let at = stored.valid_len;
        let frame = match frame_at(bytes, at) {
            Ok(frame) if frame.number == stored.next_frame => frame,
            Ok(_) => return Err(JournalError::Corrupt { at_byte: at, why: "a frame is missing before it".into() }),
            Err(why) => return torn_or_corrupt(stored, bytes, why),
        };
        let corrupt = |why: String| JournalError::Corrupt { at_byte: at, why };
        let text = std::str::from_utf8(frame.payload).map_err(|_| corrupt("it is not text".into()))?;
        for line in text.lines() {
            let record = codec::read_record(line, stored.records.len() as u64 + 1).map_err(|e| match e {
                codec::Refusal::Newer(what) => JournalError::NewerVersion { what },
                codec::Refusal::Malformed(why) => corrupt(why),
            })?;
            stored.records.push(record);
        }
        stored.next_frame += 1;
        stored.valid_len = at + FRAME_HEAD + frame.payload.len();
    }
    Ok(stored)
}

/// The file was being made, another version made it, or it is something else.
fn torn_header(bytes: &[u8]) -> Result<Stored, JournalError> {
    if let Some(version) = bytes.strip_prefix(NAME)
        && let Some(end) = version.iter().position(|b| *b == b'\n')
        && let Some(Ok(version)) = version.get(..end).map(std::str::from_utf8)
    {
        return Err(JournalError::NewerVersion { what: format!("it has format version {version}") });
    }
    // The header is written together with the first frame, so a damaged one may have bytes behind it; but an
    // intact later frame behind a damaged header is no crash.
    let lost = bytes.iter().zip(HEADER).all(|(found, meant)| found == meant || *found == 0);
    if lost && !any_frame_after(bytes, 0, 1) {
        return Ok(Stored { tail: Tail::Torn { valid_len: 0 }, ..Stored::none() });
    }
    Err(JournalError::NotAJournal)
}

/// A damaged frame is the torn end, unless a later frame is whole.
fn torn_or_corrupt(mut stored: Stored, bytes: &[u8], why: &str) -> Result<Stored, JournalError> {
    if any_frame_after(bytes, stored.valid_len, stored.next_frame + 1) {
        return Err(JournalError::Corrupt { at_byte: stored.valid_len, why: why.to_owned() });
    }
    stored.tail = Tail::Torn { valid_len: stored.valid_len };
    Ok(stored)
}

/// Whether a whole frame with this number or a greater one begins behind `from`.
fn any_frame_after(bytes: &[u8], from: usize, number: u32) -> bool {
    let rest = bytes.get(from + 1..).unwrap_or(&[]);
    let places = rest.windows(MARKER.len()).enumerate().filter(|(_, window)| *window == MARKER);
    places.map(|(i, _)| from + 1 + i).any(|at| frame_at(bytes, at).is_ok_and(|frame| frame.number >= number))
}

#[cfg(test)]
mod tests;
