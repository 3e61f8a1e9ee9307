//! The file as a whole: a zip of texts, closed by a digest of everything before it.
//!
//! The digest stands in the comment of the archive, which is its end: no byte of the file escapes it, also none that an
//! unzip would not look at.

use crate::{FORMAT, SavedError};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

const DIGEST_LENGTH: usize = 64;

/// Every plan of ours has an entry of this name, and no plan of Terraform has.
pub(crate) const HEADER: &str = "drform-plan.json";

/// Makes the file.
pub(crate) fn pack(entries: &[(&str, String)]) -> Result<Vec<u8>, SavedError> {
    let broken = |error: zip::result::ZipError| SavedError::Malformed(format!("it could not be packed: {error}"));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    // The time of the archive would be another one each time.
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o600);
    for (name, text) in entries {
        writer.start_file(*name, options).map_err(broken)?;
        writer.write_all(text.as_bytes()).map_err(|error| broken(error.into()))?;
    }
    writer.set_comment(format!("drform plan {FORMAT} sha256 {}", "0".repeat(DIGEST_LENGTH))).map_err(broken)?;
    let mut bytes = writer.finish().map_err(broken)?.into_inner();
    bytes.truncate(bytes.len().saturating_sub(DIGEST_LENGTH));
    let digest = hex(&bytes);
    bytes.extend_from_slice(digest.as_bytes());
    Ok(bytes)
}

/// The texts of the file, by name.
pub(crate) struct Unpacked<'b>(ZipArchive<Cursor<&'b [u8]>>);

impl Unpacked<'_> {
    /// One of them.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, SavedError> {
        let Ok(mut file) = self.0.by_name(name) else { return Ok(None) };
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|_| SavedError::part(name))?;
        Ok(Some(text))
    }

    /// One that must be there.
    pub(crate) fn needed(&mut self, name: &str) -> Result<String, SavedError> {
        self.text(name)?.ok_or_else(|| SavedError::part(name))
    }
}

/// Opens a file whose bytes are all as they were written.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Unpacked<'_>, SavedError> {
    let whole = bytes.len().checked_sub(DIGEST_LENGTH).and_then(|at| bytes.split_at_checked(at));
    let intact = whole.is_some_and(|(content, digest)| hex(content).as_bytes() == digest);
    let archive = ZipArchive::new(Cursor::new(bytes)).ok();
    match (intact, archive) {
        (true, Some(archive)) if archive.index_for_name(HEADER).is_some() => Ok(Unpacked(archive)),
        (_, archive) => Err(foreign(bytes, archive.as_ref()).map_or(SavedError::Damaged, SavedError::Foreign)),
    }
}

/// What a file is that is no plan of ours; `None` if it seems to have been one.
fn foreign(bytes: &[u8], archive: Option<&ZipArchive<Cursor<&[u8]>>>) -> Option<&'static str> {
    if let Some(archive) = archive {
        return match (archive.index_for_name(HEADER), archive.index_for_name("tfplan")) {
            (Some(_), _) => None,
            (None, Some(_)) => Some("a plan that Terraform or OpenTofu saved: only they can apply it"),
            (None, None) => Some("an archive of something else"),
        };
    }
    if bytes.is_empty() {
        return Some("an empty file");
    }
    if bytes.starts_with(b"PK") {
        return None;
    }
    let text = bytes.trim_ascii_start();
    Some(if text.starts_with(b"{") { "JSON, such as a state, and no plan" } else { "some other kind of file" })
}

/// SHA-256 in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
