use super::*;
use crate::codec::tests::{begin, every_record};
use crate::{BatchId, Writer};

/// A journal of three frames, and where each begins.
fn journal() -> (Vec<u8>, Vec<usize>) {
    let all = every_record();
    let mut writer = Writer::new(&Stored::none());
    let mut bytes = Vec::new();
    let mut places = Vec::new();
    for records in [&all[..2], &all[2..9], &all[9..]] {
        records.iter().for_each(|record| writer.push(record.clone()));
        let batch = writer.take().unwrap();
        assert_eq!(batch.at, bytes.len());
        places.push(if bytes.is_empty() { HEADER.len() } else { bytes.len() });
        bytes.extend(batch.bytes);
        assert_eq!(writer.synced(batch.id).unwrap().len(), records.len());
    }
    assert!(writer.is_idle());
    (bytes, places)
}

#[test]
fn what_was_appended_is_read() {
    let (bytes, _) = journal();
    let stored = read(&bytes).unwrap();
    assert_eq!(stored.records, every_record());
    assert_eq!(stored.tail, Tail::Clean);
    assert_eq!(read(&encode(&every_record())).unwrap().records, every_record());
    assert_eq!(read(b"").unwrap(), Stored::none());
}

#[test]
fn every_cut_leaves_whole_frames() {
    let (bytes, places) = journal();
    for cut in 1..bytes.len() {
        let stored = read(&bytes[..cut]).unwrap_or_else(|e| panic!("cut at {cut}: {e}"));
        let whole = places.iter().skip(1).take_while(|place| **place <= cut).count();
        let valid_len = if cut < HEADER.len() { 0 } else { places[whole] };
        assert_eq!(stored.records.len(), [0, 2, 9][whole], "cut at {cut}");
        let tail = if cut == valid_len { Tail::Clean } else { Tail::Torn { valid_len } };
        assert_eq!(stored.tail, tail, "cut at {cut}");
    }
}

#[test]
fn a_run_goes_on_behind_a_torn_end() {
    let (bytes, places) = journal();
    let stored = read(&bytes[..places[2] + 40]).unwrap();
    let mut writer = Writer::new(&stored);
    writer.push(begin("l", 1));
    let batch = writer.take().unwrap();
    assert_eq!(batch.at, places[2]);
    let mut again = bytes[..batch.at].to_vec();
    again.extend(&batch.bytes);
    // What the torn frame left behind may still stand there.
    for leftover in [&[][..], &bytes[places[2] + batch.bytes.len()..], &[0; 512]] {
        let mut bytes = again.clone();
        bytes.extend(leftover);
        let stored = read(&bytes).unwrap();
        assert_eq!(stored.records.len(), 10);
        assert_eq!(stored.records[9], begin("l", 1));
    }
}

#[test]
fn damage_in_the_last_frame_is_torn_and_before_it_corrupt() {
    let (bytes, places) = journal();
    for at in (HEADER.len()..bytes.len()).step_by(3) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x5a;
        match read(&damaged) {
            Ok(stored) => {
                assert!(at >= places[2], "damage at {at} went unseen");
                assert_eq!(stored.tail, Tail::Torn { valid_len: places[2] });
            }
            Err(JournalError::Corrupt { at_byte, .. }) => {
                assert!(at < places[2] && places.contains(&at_byte), "damage at {at}: {at_byte}");
            }
            Err(other) => panic!("damage at {at}: {other}"),
        }
    }
}

#[test]
fn unsynced_sectors_of_the_last_frame_may_come_in_any_order() {
    let (mut bytes, places) = journal();
    let head = places[2];
    bytes[head..head + 64].fill(0);
    assert_eq!(read(&bytes).unwrap().tail, Tail::Torn { valid_len: head });
    let zeros = vec![0; 4096];
    assert_eq!(read(&zeros).unwrap().tail, Tail::Torn { valid_len: 0 });
    bytes.truncate(places[1]);
    bytes[5..40].fill(0);
    assert_eq!(read(&bytes).unwrap().tail, Tail::Torn { valid_len: 0 });
}

#[test]
fn refusals() {
    let (bytes, _) = journal();
    let mut newer = b"drform journal 2\n".to_vec();
    newer.extend(&bytes[HEADER.len()..]);
    assert_eq!(read(&newer), Err(JournalError::NewerVersion { what: "it has format version 2".into() }));
    assert_eq!(read(b"{\"version\":4}"), Err(JournalError::NotAJournal));
    let mut headless = vec![0; HEADER.len()];
    headless.extend(&bytes[HEADER.len()..]);
    assert_eq!(read(&headless), Err(JournalError::NotAJournal));
}

#[test]
fn one_batch_is_in_flight() {
    let mut writer = Writer::new(&Stored::none());
    assert_eq!(writer.take(), None);
    every_record().into_iter().for_each(|record| writer.push(record));
    let first = writer.take().unwrap();
    writer.push(begin("l", 1));
    assert_eq!(writer.take(), None);
    let tokens = writer.synced(first.id).unwrap();
    assert_eq!(tokens.iter().filter_map(|token| token.intent()).count(), 2);
    assert!(writer.synced(first.id).is_none());
    let second: BatchId = writer.take().unwrap().id;
    assert_ne!(first.id, second);
}
