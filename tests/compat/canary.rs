//! Secrets of the tests are canaries: searched for, in every way in which something may write them, in all that drform
//! prints and in all files that it leaves.
//!
//! As it is (also inside JSON, HCL and URLs, which leave these letters alone); in base 64, of both alphabets, at each of
//! three places; in hexadecimal, small and large; percent-encoded; as escapes of JSON; in UTF-16; backwards. And in capitals,
//! which is a value of its own.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What every secret of the tests begins with.
pub const CANARIES: &[&str] = &["canary-7f3a", "canary-3e1f"];

/// The ways to write a secret, named.
pub fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let each = |one: &dyn Fn(&u8) -> String| bytes.iter().map(one).collect::<String>().into_bytes();
    let mut all = vec![
        ("plain", bytes.to_vec()),
        ("hexadecimal", each(&|b| format!("{b:02x}"))),
        ("hexadecimal, large", each(&|b| format!("{b:02X}"))),
        ("percent", each(&|b| format!("%{b:02X}"))),
        ("percent, small", each(&|b| format!("%{b:02x}"))),
        ("escapes of JSON", each(&|b| format!("\\u00{b:02x}"))),
        ("UTF-16", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("backwards", bytes.iter().rev().copied().collect()),
    ];
    all.extend((0..3).map(|place| ("base 64", base64_at(bytes, place).into_bytes())));
    all
}

/// What base 64 makes of bytes that follow `place` others, without the letters that depend on what stands around. These
/// bytes are of the letters that both alphabets have.
fn base64_at(bytes: &[u8], place: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let padded: Vec<u8> = std::iter::repeat_n(0, place).chain(bytes.iter().copied()).collect();
    let whole = padded.chunks_exact(3).flat_map(|chunk| {
        let number = chunk.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[number >> shift & 63]))
    });
    whole.skip([0, 2, 3][place]).collect()
}

/// All ways of all canaries.
fn searched() -> &'static Vec<(&'static str, String)> {
    static ALL: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let capitals = |canary: &&str| [canary.to_string(), canary.to_uppercase()];
        let forms = CANARIES.iter().flat_map(capitals).flat_map(|secret| forms(&secret));
        forms.map(|(name, form)| (name, letters(&form))).collect()
    })
}

/// Bytes as text of as many letters: text is searched faster.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// In which way a canary stands in these bytes.
pub fn found(bytes: &[u8]) -> Option<&'static str> {
    let text = letters(bytes);
    searched().iter().find(|(_, form)| text.contains(form)).map(|(name, _)| *name)
}

/// Nothing that a command printed holds a canary, unless it prints values as they are by design, as Terraform's do.
pub fn not_printed(arguments: &[&str], text: &str) {
    let words: Vec<&str> = arguments.iter().copied().filter(|word| !word.starts_with("-chdir")).collect();
    let bare = match words[..] {
        ["show" | "output", ..] => words.iter().any(|word| word.starts_with("-json") || word.starts_with("-raw")),
        ["state", "pull", ..] | ["console", ..] => true,
        _ => false,
    };
    // An output that is asked for by its name is printed.
    let named = words.first() == Some(&"output") && words.iter().skip(1).any(|word| !word.starts_with('-'));
    let way = found(text.as_bytes()).filter(|_| !bare && !named);
    assert_eq!(way, None, "{arguments:?} prints a secret:\n{text}");
}

/// What a run leaves and holds a canary is a state, a plan or a journal, and its owner's alone; all else is a leak.
pub fn not_left(dir: &Path) {
    for (path, bytes) in files(dir) {
        let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
        // What the test wrote itself.
        let given = [".tf", ".tfvars", ".json", ".rc"].iter().any(|end| name.ends_with(end));
        let Some(way) = found(&bytes).filter(|_| !given) else { continue };
        let keeps = name.contains(".tfstate") || name.ends_with(".plan") || name.contains(".drform/journal");
        assert!(keeps, "{name} holds a secret: {way}");
        let mode = path.metadata().unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name} holds a secret and is not its owner's alone");
    }
}

/// All files below a directory.
pub fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut open = vec![dir.to_path_buf()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.is_symlink() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.metadata().is_ok_and(|data| data.is_file()) {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

#[test]
fn every_way_is_found() {
    let text = |bytes: &[u8]| [b"before ", bytes, b" after"].concat();
    for (name, form) in forms(CANARIES[0]) {
        assert!(found(&text(&form)).is_some(), "{name}");
    }
    // Behind none, one and two letters.
    for encoded in ["Y2FuYXJ5LTdmM2EgYW5kIG1vcmU=", "eGNhbmFyeS03ZjNhIGFuZCBtb3Jl", "eHljYW5hcnktN2YzYSBhbmQgbW9yZQ=="]
    {
        assert_eq!(found(encoded.as_bytes()), Some("base 64"), "{encoded}");
    }
    assert_eq!(found(b"canary"), None);
}
