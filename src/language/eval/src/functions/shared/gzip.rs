//! The gzip format, with the very bytes that Terraform writes.
//!
//! What is compressed here ends in user data and the like: other bytes with the same meaning would be a change of the
//! plan, and often a new machine. No other compressor chooses as Go's does (1.23, level 6), so its choices are written
//! down here. `tests/gzip.txt` holds what Terraform 1.11.4 made of many texts.

mod huffman;
mod matches;

use huffman::Blocks;

/// No name, no time, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Compresses; the stream is flushed once before it is closed, as Terraform does.
pub(in crate::functions) fn compress(input: &[u8]) -> Vec<u8> {
    let mut blocks = Blocks::new(HEADER.to_vec());
    matches::write(input, &mut blocks);
    blocks.stored(&[], false);
    blocks.stored(&[], true);
    let mut out = blocks.finish();
    out.extend_from_slice(&crc32(input).to_le_bytes());
    // The length counts modulo 2³².
    out.extend_from_slice(&(input.len() as u32).to_le_bytes());
    out
}

/// CRC-32 of IEEE 802.3, bit by bit reversed.
fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0_u32; 256];
    for (byte, entry) in (0_u32..).zip(&mut table) {
        *entry = (0..8).fold(byte, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 });
    }
    let step = |crc: u32, byte: &u8| {
        let entry = table.get(usize::from(crc.to_le_bytes()[0] ^ byte)).copied().unwrap_or_default();
        entry ^ (crc >> 8)
    };
    !bytes.iter().fold(!0, step)
}
