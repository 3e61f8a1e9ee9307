//! Functions that read files, from files in memory.

use crate::functions::{Chance, Entry, EntryKind, FileSource, Surroundings, call};
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Type, Value};

struct Memory(&'static [(&'static str, &'static [u8])]);

impl FileSource for Memory {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, bytes)| Arc::from(*bytes)).ok_or_else(|| format!("no file exists at {path:?}"))
    }
    fn exists(&self, path: &str) -> Result<bool, String> {
        if self.0.iter().any(|(name, _)| name.starts_with(&format!("{path}/"))) {
            return Err(format!("{path:?} is a directory, not a file"));
        }
        Ok(self.0.iter().any(|(name, _)| *name == path))
    }
    fn list(&self, directory: &str) -> Result<Vec<Entry>, String> {
        let below = self.0.iter().filter_map(|(name, _)| name.strip_prefix(&format!("{directory}/")));
        let names: BTreeSet<(&str, EntryKind)> = below
            .map(|rest| match rest.split_once('/') {
                Some((first, _)) => (first, EntryKind::Directory),
                None => (rest, EntryKind::File),
            })
            .collect();
        Ok(names.into_iter().map(|(name, kind)| Entry { name: name.into(), kind }).collect())
    }
}

struct Fixed;

impl Chance for Fixed {
    fn now(&self) -> Arc<str> {
        "2020-01-02T03:04:05Z".into()
    }
    fn bytes(&self) -> [u8; 16] {
        [7; 16]
    }
}

const FILES: Memory = Memory(&[
    ("./a.txt", b"hello"),
    ("./bad", b"\xff\xfe"),
    ("/home/x", b"home"),
    ("m/a.tf", b""),
    ("m/b.tf", b""),
    ("m/b.json", b""),
    ("m/.hidden", b""),
    ("m/sub/c.tf", b""),
    ("m/sub/deep/d.tf", b""),
    ("m/é[1].tf", b""),
]);

fn run(name: &str, args: &[&str]) -> Result<Value, String> {
    let surroundings = Surroundings {
        files: &FILES,
        working_directory: "/site/dir",
        home: Some("/home"),
        plan_timestamp: Some("2020-01-01T00:00:00Z".into()),
        chance: Some(&Fixed),
    };
    let args: Vec<Value> = args.iter().map(|a| Value::string(*a)).collect();
    call(name, &args, &surroundings).map_err(|e| e[0].reason.clone())
}

#[test]
fn files_are_read() {
    let text = |t: &str| Ok(Value::string(t));
    assert_eq!(run("file", &["./a.txt"]), text("hello"));
    assert_eq!(run("file", &["~/x"]), text("home"));
    assert_eq!(run("filebase64", &["./bad"]), text("//4="));
    assert_eq!(run("filemd5", &["./a.txt"]), text("5d41402abc4b2a76b9719d911017c592"));
    assert_eq!(run("filesha1", &["./a.txt"]), text("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"));
    assert_eq!(run("filebase64sha256", &["./a.txt"]), text("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="));
    assert_eq!(run("fileexists", &["./a.txt"]), Ok(Value::bool(true)));
    assert_eq!(run("fileexists", &["./b.txt"]), Ok(Value::bool(false)));
    assert_eq!(run("fileexists", &["m"]), Err("\"m\" is a directory, not a file".into()));
    assert_eq!(
        run("file", &["./none"]),
        Err("Invalid value for \"path\" parameter: no file exists at \"./none\".".into())
    );
    assert!(run("file", &["./bad"]).unwrap_err().contains("are not valid UTF-8; use the filebase64 function"));
    assert_eq!(run("abspath", &["../x"]), text("/site/x"));
    assert_eq!(run("pathexpand", &["~/a"]), text("/home/a"));
    assert!(run("pathexpand", &["~joe/a"]).is_err());
}

#[test]
fn filesets_match_as_doublestar_does() {
    for (pattern, found) in [
        ("*.tf", "a.tf b.tf é[1].tf"),
        ("**", ".hidden a.tf b.json b.tf sub/c.tf sub/deep/d.tf é[1].tf"),
        ("**/*.tf", "a.tf b.tf sub/c.tf sub/deep/d.tf é[1].tf"),
        ("*.{tf,json}", "a.tf b.json b.tf é[1].tf"),
        ("[ab].tf", "a.tf b.tf"),
        ("[^a].tf", "b.tf"),
        ("[!a-b].tf", ""),
        ("?.tf", "a.tf b.tf"),
        ("sub/*", "sub/c.tf"),
        ("sub/**", "sub/c.tf sub/deep/d.tf"),
        ("*/*/*.tf", "sub/deep/d.tf"),
        ("{sub/,}*.tf", "a.tf b.tf sub/c.tf é[1].tf"),
        ("é\\[1\\].tf", "é[1].tf"),
        ("./a.tf", "a.tf"),
        ("none*", ""),
    ] {
        let expected = Value::set(Type::String, found.split_whitespace().map(Value::string));
        assert_eq!(run("fileset", &["m", pattern]), Ok(expected), "{pattern}");
    }
    assert!(run("fileset", &["m", "[a"]).is_err());
    assert!(run("fileset", &["m", "{a"]).is_err());
}

#[test]
fn the_clock_and_chance_come_from_outside() {
    let text = |t: &str| Ok(Value::string(t));
    assert_eq!(run("timestamp", &[]), text("2020-01-02T03:04:05Z"));
    assert_eq!(run("plantimestamp", &[]), text("2020-01-01T00:00:00Z"));
    assert_eq!(run("uuid", &[]), text("07070707-0707-4707-8707-070707070707"));
    let hash = run("bcrypt", &["x", "4"]).unwrap();
    assert!(hash.as_str().unwrap().starts_with("$2a$04$"), "{hash:?}");
}
