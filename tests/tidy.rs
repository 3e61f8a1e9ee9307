//! The house rules that a compiler cannot check (ARCHITECTURE.md, "House rules").
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms with what each may use, besides itself: the map of ARCHITECTURE.md. Floors from the bottom.
const ROOMS: &[(&str, &[&str])] = &[
    ("src/words/diag", &[]),
    ("src/words/value", &[]),
    ("src/words/addrs", &["diag"]),
    ("src/words/configschema", &["value", "diag"]),
    ("src/words/placement", &["value", "configschema", "diag"]),
    ("src/language/syntax", &["diag"]),
    ("src/language/config", &["syntax", "addrs", "value", "diag"]),
    ("src/language/eval", &["config", "syntax", "configschema", "addrs", "value", "diag"]),
    ("src/engine/state", &["configschema", "addrs", "value", "diag"]),
    ("src/engine/calls", &["addrs", "value", "configschema", "diag"]),
    ("src/engine/plan", &["eval", "config", "syntax", "state", "calls", "configschema", "addrs", "value", "diag"]),
    ("src/engine/journal", &["state", "calls", "addrs", "value", "diag"]),
    (
        "src/engine/apply",
        &["plan", "journal", "calls", "state", "eval", "config", "configschema", "addrs", "value", "diag"],
    ),
    ("src/engine/saved", &["plan", "journal", "calls", "state", "eval", "configschema", "addrs", "value", "diag"]),
    ("src/engine/builtin", &["calls", "eval", "syntax", "configschema", "placement", "addrs", "value", "diag"]),
    ("src/engine/mocks", &["calls", "configschema", "addrs", "value", "diag"]),
    ("src/engine/sandbox", &["calls", "configschema", "addrs", "value", "diag"]),
    ("src/lenses/dr", &["plan", "state", "syntax", "addrs", "value", "diag"]),
    (
        "src/lenses/views",
        &["dr", "plan", "state", "calls", "eval", "config", "syntax", "addrs", "value", "configschema", "diag"],
    ),
    ("src/edge/backend", &["diag"]),
    ("src/edge/tfplugin", &["value", "configschema", "diag"]),
    ("src/edge/plugin", &["tfplugin", "calls", "apply", "configschema", "addrs", "value", "diag"]),
    ("src/edge/remote", &["value"]),
    ("src/edge/install", &["config", "eval", "syntax", "addrs", "value", "diag"]),
    (
        "src/edge/ops",
        &[
            "plugin",
            "backend",
            "install",
            "remote",
            "apply",
            "saved",
            "plan",
            "journal",
            "state",
            "calls",
            "builtin",
            "mocks",
            "sandbox",
            "eval",
            "config",
            "syntax",
            "dr",
            "views",
            "configschema",
            "addrs",
            "value",
            "diag",
        ],
    ),
    ("src/edge/cli", &["ops", "views", "dr", "plan", "apply", "state", "sandbox", "eval", "addrs", "value", "diag"]),
    ("providers/sdk", &["tfplugin", "configschema", "value", "diag"]),
    ("providers/drform", &["sdk", "placement", "configschema", "value", "diag"]),
    ("providers/aws", &["sdk", "configschema", "value"]),
    ("tests/gate", &[]),
    ("tests/cloud", &["gate"]),
    ("tests/fuzz", &["install", "eval", "config", "syntax", "configschema", "addrs", "value", "diag"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every tracked-looking file of the repository, relative to its root.
fn files() -> Vec<PathBuf> {
    fn walk(dir: &Path, into: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // In a worktree, .git is a file.
            if matches!(name.as_str(), ".git" | "target" | "node_modules" | ".terraform" | ".drform") {
                continue;
            }
            if path.is_dir() {
                walk(&path, into);
            } else {
                into.push(path);
            }
        }
    }
    let mut all = Vec::new();
    walk(&root(), &mut all);
    all.into_iter().map(|p| p.strip_prefix(root()).unwrap().to_path_buf()).collect()
}

fn text(path: &Path) -> Option<String> {
    String::from_utf8(fs::read(root().join(path)).ok()?).ok()
}

fn sources() -> Vec<(PathBuf, String)> {
    files()
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .filter_map(|p| text(&p).map(|t| (p, t)))
        .collect()
}

fn report(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_room_says_what_it_holds() {
    let mut broken = Vec::new();
    for (room, _) in ROOMS {
        let lib = root().join(room).join("src/lib.rs");
        let main = root().join(room).join("src/main.rs");
        let text = fs::read_to_string(&lib).or_else(|_| fs::read_to_string(&main)).unwrap_or_default();
        for word in ["//! Holds: ", "//! May touch: ", "//! Never: "] {
            if !text.lines().take(12).any(|l| l.starts_with(word)) {
                broken.push(format!("{room}: its first lines must have `{word}…`"));
            }
        }
    }
    report(broken);
}

#[test]
fn rooms_use_only_what_the_map_allows() {
    let names: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| room.rsplit('/').next().unwrap()).collect();
    let mut broken = Vec::new();
    for (room, allowed) in ROOMS {
        let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        for used in dependencies(&manifest) {
            if names.contains(used.as_str()) && !allowed.contains(&used.as_str()) {
                broken.push(format!("{room}/Cargo.toml uses {used}: the map does not allow this arrow"));
            }
        }
    }
    report(broken);
}

/// Keys of `[dependencies]`, not of `[dev-dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("[dependencies]").nth(1).unwrap_or("");
    let section = section.split("\n[").next().unwrap_or("");
    section
        .lines()
        .filter(|l| !l.trim_start().starts_with('#'))
        .filter_map(|l| l.split(['.', '=', ' ']).next())
        .filter(|k| !k.is_empty())
        .map(str::to_string)
        .collect()
}

#[test]
fn every_room_is_on_the_map_and_the_map_is_in_the_architecture() {
    let architecture = text(Path::new("ARCHITECTURE.md")).unwrap();
    let mut broken = Vec::new();
    for (room, _) in ROOMS {
        if !architecture.contains(&format!("`{room}`")) {
            broken.push(format!("ARCHITECTURE.md does not name `{room}`"));
        }
    }
    for floor in ["src/words", "src/language", "src/engine", "src/lenses", "src/edge", "providers"] {
        for entry in fs::read_dir(root().join(floor)).unwrap() {
            let path = entry.unwrap().path();
            let room = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !ROOMS.iter().any(|(known, _)| *known == room) {
                broken.push(format!("{room} is not on the map in tests/tidy.rs"));
            }
        }
    }
    report(broken);
}

#[test]
fn names_say_something() {
    const EMPTY: [&str; 7] = ["util", "utils", "common", "core", "types", "helpers", "misc"];
    const SUFFIXES: [&str; 6] = ["Manager", "Helper", "Context", "Impl", "Data", "Info"];
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let allowed = path.ends_with("src/words/value/src/types.rs");
        if EMPTY.contains(&stem.as_str()) && !allowed {
            broken.push(format!("{}: a file called {stem} gathers everything", path.display()));
        }
        if path.components().any(|c| c.as_os_str() == "generated") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
            if words.any(|w| matches!(w, "struct" | "enum" | "trait" | "type")) {
                if line.trim_start().starts_with("//") {
                    continue;
                }
                if let Some(name) = words.next()
                    // tonic's Connected trait wants this name.
                    && name != "ConnectInfo"
                    && SUFFIXES.iter().any(|s| name.ends_with(s) && name.starts_with(char::is_uppercase))
                {
                    broken.push(format!("{}:{}: {name} says nothing", path.display(), number + 1));
                }
            }
        }
    }
    report(broken);
}

#[test]
fn tests_neither_hide_nor_wait() {
    let banned = [
        ("#[ig", "nore", "assert today's answer and say what is wrong with it"),
        ("#[should_", "panic", "check the message instead"),
        ("to", "do!(", "finish it"),
        ("unimple", "mented!(", "finish it"),
    ];
    let mut broken = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            for (a, b, instead) in banned {
                if line.contains(&format!("{a}{b}")) {
                    broken.push(format!("{}:{}: {a}{b}: {instead}", path.display(), number + 1));
                }
            }
        }
    }
    report(broken);
}

#[test]
fn long_files_say_why() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        let generated = path.components().any(|c| c.as_os_str() == "generated");
        if lines > 600 && !generated && !text.lines().take(3).any(|l| l.starts_with("//! Long because")) {
            broken.push(format!("{}: {lines} lines; find the seam, or open with `//! Long because …`", path.display()));
        }
    }
    report(broken);
}

#[test]
fn later_work_names_its_room() {
    let mark = format!("TO{}", "DO");
    let mut broken = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if line.contains(&mark) && !line.contains(&format!("{mark}(")) {
                broken.push(format!("{}:{}: write {mark}(room): what, why not now", path.display(), number + 1));
            }
        }
    }
    report(broken);
}

#[test]
fn files_are_named_by_what_the_user_types() {
    let mut broken = Vec::new();
    let arguments = fs::read_to_string(root().join("src/edge/cli/src/arguments.rs")).unwrap();
    for path in files().iter().filter(|p| p.starts_with("src/edge/cli/src/commands")) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        // force_unlock.rs is what `force-unlock` does.
        let capital = |word: &str| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        };
        let variant: String = stem.split('_').map(capital).collect();
        if stem != "mod" && !arguments.contains(&format!("    {variant}(")) {
            broken.push(format!("{}: no command {stem} is declared in arguments.rs", path.display()));
        }
    }
    report(broken);
}

#[test]
fn the_repository_speaks_only_of_drform() {
    let banned: Vec<String> =
        [("/wo", "rk/"), ("/ro", "ot/"), ("clau", "de"), ("anthro", "pic"), ("static.cra", "tes.io")]
            .iter()
            .map(|(a, b)| format!("{a}{b}"))
            .collect();
    let mut broken = Vec::new();
    for path in files() {
        if path.ends_with("Cargo.lock") {
            continue;
        }
        let Some(text) = text(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            for word in &banned {
                if lower.contains(word.as_str()) {
                    broken.push(format!("{}:{}: {word}", path.display(), number + 1));
                }
            }
        }
    }
    report(broken);
}

#[test]
fn formats_have_a_page_with_their_version() {
    // Page, the file that writes the format, and the text that names the version there.
    let formats = [
        ("schema/journal.md", "src/engine/journal/src", "Version"),
        ("schema/saved-plan.md", "src/engine/saved/src", "Version"),
    ];
    let mut broken = Vec::new();
    for (page, code, word) in formats {
        let page_text = text(Path::new(page)).unwrap_or_default();
        if !page_text.contains(word) {
            broken.push(format!("{page} must say which version of the format it describes ({code})"));
        }
    }
    report(broken);
}

#[test]
fn third_party_crates_are_declared_once() {
    let manifest = text(Path::new("Cargo.toml")).unwrap();
    let shared = manifest.split("[workspace.dependencies]").nth(1).unwrap();
    let shared: BTreeMap<&str, ()> =
        shared.lines().filter_map(|l| l.split_once(" = ")).map(|(k, _)| (k.trim(), ())).collect();
    let mut broken = Vec::new();
    for (room, _) in ROOMS {
        let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        for used in dependencies(&manifest) {
            if !shared.contains_key(used.as_str()) {
                broken.push(format!("{room}/Cargo.toml: {used} is not in [workspace.dependencies]"));
            }
        }
    }
    report(broken);
}
