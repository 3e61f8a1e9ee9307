//! Many small files in one text, with signs for what an editor would not show or not keep: `␍` carriage return, `␉` tab,
//! `␠` space at the end of a line, `␂` byte order mark, `␄` no line break at the end.

use std::fs;
use std::path::{Path, PathBuf};

/// Name and text of each file.
pub type Files = Vec<(String, String)>;

pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub fn read(name: &str) -> Files {
    let text = fs::read_to_string(data(name)).unwrap();
    let mut files = Files::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("#- ") {
            Some(name) => files.push((name.trim_end().to_owned(), String::new())),
            None => files.last_mut().expect("a line before the first name").1.push_str(line),
        }
    }
    for (_, text) in &mut files {
        *text =
            text.replace("␄\n", "").replace('␍', "\r").replace('␉', "\t").replace('␠', " ").replace('␂', "\u{feff}");
    }
    files
}

pub fn write(name: &str, files: &Files) {
    let mut all = String::new();
    for (name, text) in files {
        all.push_str(&format!("#- {name}\n{}", signs(text)));
    }
    fs::write(data(name), all).unwrap();
}

/// The text with signs.
pub fn signs(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, "␄\n"), |line| (line, "\n"));
        let spaces = line.len() - line.trim_end_matches(' ').len();
        out.push_str(&line[..line.len() - spaces]);
        out.push_str(&"␠".repeat(spaces));
        out.push_str(end);
    }
    if text.is_empty() {
        out.push_str("␄\n");
    }
    out.replace('\r', "␍").replace('\t', "␉").replace('\u{feff}', "␂")
}
