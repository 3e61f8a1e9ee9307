//! Names, each kept once: a file says `var` and `name` again and again.

use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Places for remembered names; a power of two. A file rarely has as many different names.
const PLACES: usize = 128;

/// The names seen lately, by hash; a newer name takes the place of an older one.
pub(super) struct Names {
    places: Vec<Option<Arc<str>>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Names { places: Vec::new() }
    }

    /// The text in normal form C, shared with earlier occurrences where they are remembered.
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        if self.places.is_empty() {
            self.places.resize(PLACES, None);
        }
        // FNV-1a: short, and the same in every run.
        let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        match self.places.get_mut((hash ^ (hash >> 16)) as usize % PLACES) {
            Some(Some(name)) if name.as_ref() == text => name.clone(),
            Some(place) => place.insert(normalised(text)).clone(),
            None => normalised(text),
        }
    }
}

/// The text in Unicode normal form C.
pub(super) fn normalised(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Arc::from(text)
    } else {
        Arc::from(text.nfc().collect::<String>())
    }
}
