//! PEM: base64 between lines that say what it is.

use crate::functions::shared::digests::from_base64;

pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    /// The old way to encrypt, said in a header.
    pub(super) encrypted: bool,
    pub(super) bytes: Vec<u8>,
}

/// The first whole block; other text around it does not matter.
pub(super) fn first(text: &str) -> Option<Block<'_>> {
    let mut rest = text;
    loop {
        let (_, from) = rest.split_once("-----BEGIN ")?;
        rest = from;
        let Some((label, inside)) = from.split_once("-----") else { continue };
        let Some((inside, _)) = inside.split_once(&format!("-----END {label}-----")) else { continue };
        let mut encrypted = false;
        let mut body = String::with_capacity(inside.len());
        for line in inside.lines() {
            match line.split_once(':') {
                Some((name, value)) => encrypted |= name == "Proc-Type" && value.contains("ENCRYPTED"),
                // Other headers go on in lines of their own only in theory.
                None => body.extend(line.chars().filter(|c| !c.is_ascii_whitespace())),
            }
        }
        // The name of the cipher has a line of its own, with a colon: what is left is the key.
        if let Some(bytes) = from_base64(&body) {
            return Some(Block { label, encrypted, bytes });
        }
    }
}
