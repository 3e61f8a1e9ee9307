//! Character encodings of `textencodebase64`, those that configurations ask for: Unicode and the first 256.

use value::text::in_quotes;

/// One encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Encoding {
    Utf8,
    Utf16,
    Utf16Little,
    Utf16Big,
    Ascii,
    Latin1,
    Windows1252,
}

/// What windows-1252 has at 0x80 to 0x9f; five places have nothing.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    pub(in crate::functions) fn named(name: &str) -> Result<Encoding, String> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" | "csutf8" => Ok(Encoding::Utf8),
            "utf-16" | "csutf16" => Ok(Encoding::Utf16),
            "utf-16le" | "csutf16le" => Ok(Encoding::Utf16Little),
            "utf-16be" | "csutf16be" => Ok(Encoding::Utf16Big),
            "us-ascii" | "ascii" | "iso646-us" | "us" | "csascii" => Ok(Encoding::Ascii),
            "iso-8859-1" | "iso_8859-1" | "latin1" | "l1" | "csisolatin1" => Ok(Encoding::Latin1),
            "windows-1252" | "cswindows1252" => Ok(Encoding::Windows1252),
            _ => Err(format!(
                "{} is not a supported IANA encoding name or alias in this Terraform version",
                in_quotes(name)
            )),
        }
    }

    pub(in crate::functions) fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16 => "UTF-16",
            Encoding::Utf16Little => "UTF-16LE",
            Encoding::Utf16Big => "UTF-16BE",
            Encoding::Ascii => "US-ASCII",
            Encoding::Latin1 => "ISO-8859-1",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    pub(in crate::functions) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        match self {
            Encoding::Utf8 => Some(text.as_bytes().to_vec()),
            Encoding::Utf16Little => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Encoding::Utf16Big => Some(big(text)),
            Encoding::Utf16 => Some([vec![0xfe, 0xff], big(text)].concat()),
            _ => text.chars().map(|c| (0..=255).find(|b| self.one(*b) == Some(c))).collect(),
        }
    }

    pub(in crate::functions) fn decode(self, bytes: &[u8]) -> Option<String> {
        let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|p| unit(*p)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
        };
        match (self, bytes) {
            (Encoding::Utf8, _) => String::from_utf8(bytes.to_vec()).ok(),
            (Encoding::Utf16, [0xff, 0xfe, rest @ ..]) => wide(rest, u16::from_le_bytes),
            (Encoding::Utf16, [0xfe, 0xff, rest @ ..]) => wide(rest, u16::from_be_bytes),
            (Encoding::Utf16 | Encoding::Utf16Big, _) => wide(bytes, u16::from_be_bytes),
            (Encoding::Utf16Little, _) => wide(bytes, u16::from_le_bytes),
            _ => bytes.iter().map(|b| self.one(*b)).collect(),
        }
    }

    /// The character of one byte.
    fn one(self, byte: u8) -> Option<char> {
        match (self, byte) {
            (_, 0..=0x7f) => Some(char::from(byte)),
            (Encoding::Ascii, _) => None,
            (Encoding::Windows1252, 0x80..=0x9f) => WINDOWS_1252.get(usize::from(byte - 0x80)).copied(),
            _ => Some(char::from(byte)),
        }
    }
}
