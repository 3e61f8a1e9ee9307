//! Bytes as lines.

/// A line that is longer comes in pieces.
const LONGEST: usize = 16 << 10;

/// What has come since the last whole line.
#[derive(Default)]
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    /// The lines that are whole now.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut whole = Vec::new();
        for byte in bytes {
            if *byte == b'\n' || self.0.len() >= LONGEST {
                whole.extend(self.rest());
            }
            if *byte != b'\n' {
                self.0.push(*byte);
            }
        }
        whole
    }

    /// What has no end yet.
    pub(crate) fn rest(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.0);
        (!line.is_empty()).then(|| String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned())
    }
}
