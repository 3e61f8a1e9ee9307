//! The checksum in ids that `hashicorp/aws` makes up: of routes and of attachments.

/// CRC-32 as in IEEE 802.3.
pub(super) fn crc32(text: &str) -> u32 {
    !text.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    /// The check value of CRC-32/ISO-HDLC.
    #[test]
    fn check_value() {
        assert_eq!(super::crc32("123456789"), 0xcbf4_3926);
    }
}
