//! The argument `checksum`: what an archive must be.

use super::request::Request;
use super::{Failure, Fetcher, http};
use crate::masked;
use sha2::Digest;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use url::Url;

/// Bytes of a file of checksums.
const MAX_LIST: u64 = 1 << 20;

/// Kinds with the number of their hexadecimal digits.
const KINDS: [(&str, usize); 4] = [("md5", 32), ("sha1", 40), ("sha256", 64), ("sha512", 128)];

/// Compares an archive with `KIND:DIGITS`, with bare digits, or with what `file:ADDRESS` lists.
pub(super) fn verify(fetcher: &Fetcher, archive: &Path, wanted: &str, request: &Request) -> Result<(), Failure> {
    let (kind, digits) = match wanted.split_once(':') {
        Some(("file", address)) => listed(fetcher, address, request)?,
        Some((kind, digits)) => (kind.to_string(), digits.to_string()),
        None => (kind_of(wanted).unwrap_or_default().to_string(), wanted.to_string()),
    };
    let expected = KINDS.iter().find(|(known, _)| *known == kind).map(|(_, length)| *length);
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if expected != Some(digits.len()) || !hexadecimal {
        let why = format!("The argument checksum={wanted} is no checksum.");
        return Err(Failure::new(
            why,
            "Write checksum=sha256:… with the hexadecimal digits, or file: and the address of a list.",
        ));
    }
    let found = of_file(archive, &kind).map_err(|error| Failure::here("The archive was not read", &error))?;
    if found.eq_ignore_ascii_case(&digits) {
        return Ok(());
    }
    let shown = masked::address(&request.address());
    let why = format!("{shown} is not what was asked for: its {kind} is {found}, the source wants {digits}.");
    Err(Failure::new(why, "Nothing of it was kept. Find out what changed before you correct the checksum."))
}

fn kind_of(digits: &str) -> Option<&'static str> {
    KINDS.iter().find(|(_, length)| *length == digits.len()).map(|(kind, _)| *kind)
}

/// Reads a list of checksums: those of `sha256sum`, those of BSD, or a checksum alone.
fn listed(fetcher: &Fetcher, address: &str, request: &Request) -> Result<(String, String), Failure> {
    let archive = request.url()?;
    let wrong = |why: &str| {
        let shown = masked::address(address);
        Failure::new(format!("The list of checksums at {shown} is of no use: {why}."), "Correct the argument checksum.")
    };
    let url = Url::parse(address).or_else(|_| archive.join(address)).map_err(|error| wrong(&error.to_string()))?;
    let text = match url.scheme() {
        "http" | "https" => http::text(fetcher, &url, MAX_LIST)?,
        "file" => {
            let path = url.to_file_path().map_err(|()| wrong("it is no path"))?;
            std::fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?
        }
        _ => return Err(wrong("only http, https and file are read")),
    };
    let name = archive.path().rsplit('/').next().unwrap_or_default();
    let mut alone = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        // SHA256 (name) = digits
        if let Some((kind, rest)) = line.split_once(" (")
            && let Some((listed, digits)) = rest.split_once(") = ")
        {
            if base(listed) == name {
                return Ok((kind.to_lowercase(), digits.trim().to_string()));
            }
            continue;
        }
        match line.split_once(char::is_whitespace) {
            Some((digits, listed)) if base(listed.trim().trim_start_matches('*')) == name => {
                let kind = kind_of(digits).ok_or_else(|| wrong("its entry is no checksum"))?;
                return Ok((kind.to_string(), digits.to_string()));
            }
            None if kind_of(line).is_some() => alone = kind_of(line).map(|kind| (kind.to_string(), line.to_string())),
            _ => {}
        }
    }
    alone.ok_or_else(|| wrong(&format!("it does not name {name}")))
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn of_file(path: &Path, kind: &str) -> io::Result<String> {
    let file = File::open(path)?;
    match kind {
        "md5" => digest::<md5::Md5>(file),
        "sha1" => digest::<sha1::Sha1>(file),
        "sha256" => digest::<sha2::Sha256>(file),
        _ => digest::<sha2::Sha512>(file),
    }
}

fn digest<D: Digest>(mut file: File) -> io::Result<String> {
    let mut hash = D::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
