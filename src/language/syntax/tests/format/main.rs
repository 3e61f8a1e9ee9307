//! `fmt` beside `terraform fmt` 1.11.4, byte for byte.
//!
//! `tests/data/format-cases.txt` holds files written by hand, `generate.rs` writes others. What Terraform made of them is
//! recorded and always compared; where Terraform is on the `PATH` it is asked again, with files that were never seen.
//! `UPDATE_EXPECT=1` records, `DRFORM_SEED=N` repeats a run.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod archive;
mod differences;
mod generate;
mod meaning;
mod oracle;

use drform_syntax as syntax;
use std::fs;
use std::path::{Path, PathBuf};

const CASES: &str = "format-cases.txt";
const RECORDED: &str = "format-terraform-1.11.4.txt";
/// Seed, length and checksum of what Terraform made of a generated file.
const RECORDED_GENERATED: &str = "format-generated-terraform-1.11.4.txt";
const GENERATED: std::ops::RangeInclusive<u64> = 1..=400;

/// The layout of a text without mistakes, for which the laws hold as well.
fn formatted(name: &str, text: &str) -> String {
    let (file, diagnostics) = syntax::parse(name.into(), text.into());
    assert!(!diagnostics.has_errors(), "{name}: {diagnostics:?}\n{text}");
    let out = syntax::format(&file);
    let (again, diagnostics) = syntax::parse(name.into(), out.as_str().into());
    assert!(!diagnostics.has_errors(), "{name} is broken by formatting: {diagnostics:?}\n{out}");
    let (before, after) = (meaning::of(&file), meaning::of(&again));
    assert!(before == after, "{name} means something else:\n{}", difference(&before, &after));
    let twice = syntax::format(&again);
    assert!(out == twice, "{name} changes when formatted again:\n{}", difference(&out, &twice));
    out
}

/// The first lines that differ.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual) = (archive::signs(expected), archive::signs(actual));
    let pairs = expected.lines().zip(actual.lines()).enumerate();
    let shown: Vec<String> =
        pairs.filter(|(_, (a, b))| a != b).take(5).map(|(n, (a, b))| format!("{}:\n  - {a}\n  + {b}", n + 1)).collect();
    format!("{}\n({} and {} lines)", shown.join("\n"), expected.lines().count(), actual.lines().count())
}

fn compare(pairs: impl Iterator<Item = (String, String, String)>) {
    let wrong: Vec<String> = pairs
        .filter(|(_, expected, actual)| expected != actual)
        .map(|(name, expected, actual)| format!("{name}: {}", difference(&expected, &actual)))
        .collect();
    assert!(wrong.is_empty(), "{} files differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn ask(files: &archive::Files) -> archive::Files {
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    let answers = oracle::format(&texts);
    let refused: Vec<&str> =
        files.iter().zip(&answers).filter(|(_, a)| a.is_none()).map(|((name, _), _)| &**name).collect();
    assert!(refused.is_empty(), "terraform refuses {refused:?}");
    files.iter().zip(answers).map(|((name, _), answer)| (name.clone(), answer.unwrap_or_default())).collect()
}

fn compare_live(files: &archive::Files) {
    let answers = ask(files);
    compare(
        files.iter().zip(answers).map(|((name, text), (_, expected))| (name.clone(), expected, formatted(name, text))),
    );
}

#[test]
fn files_written_by_hand() {
    let cases = archive::read(CASES);
    assert!(cases.len() >= 60);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        archive::write(RECORDED, &ask(&cases));
    }
    let recorded = archive::read(RECORDED);
    assert_eq!(cases.len(), recorded.len(), "record again");
    compare(cases.iter().zip(recorded).map(|((name, text), (recorded_name, expected))| {
        assert_eq!(*name, recorded_name, "record again");
        (name.clone(), expected, formatted(name, text))
    }));
}

#[test]
fn generated_files() {
    let files: archive::Files = GENERATED.map(|seed| (seed.to_string(), generate::file(seed))).collect();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let lines: String = ask(&files).iter().map(|(seed, text)| checksum(seed, text)).collect();
        fs::write(archive::data(RECORDED_GENERATED), lines).unwrap();
    }
    let recorded = fs::read_to_string(archive::data(RECORDED_GENERATED)).unwrap();
    let actual: String = files.iter().map(|(seed, text)| checksum(seed, &formatted(seed, text))).collect();
    let wrong: Vec<&str> = recorded.lines().zip(actual.lines()).filter(|(a, b)| a != b).map(|(a, _)| a).collect();
    if !wrong.is_empty() && oracle::is_there() {
        compare_live(&files);
    }
    assert!(
        wrong.is_empty(),
        "{} files differ; with terraform on the PATH this shows how:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(recorded.lines().count(), files.len());
}

/// `seed length checksum` (FNV-1a, 64 bits).
fn checksum(seed: &str, text: &str) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    format!("{seed} {} {:016x}\n", text.len(), text.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[test]
fn files_of_chosen_seeds() {
    let first: u64 = std::env::var("DRFORM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    println!("DRFORM_SEED={first}");
    let files: archive::Files = (first..first + 60).map(|seed| (seed.to_string(), generate::file(seed))).collect();
    if oracle::is_there() {
        compare_live(&files);
        compare_live(&archive::read(CASES));
    } else {
        files.iter().for_each(|(seed, text)| drop(formatted(seed, text)));
    }
}

/// How many files of `every_construct` Terraform breaks, each for a reason of `differences.rs`.
const BROKEN_BY_TERRAFORM: usize = 5;

/// All constructs of the language, as the parser's tests have them.
#[test]
fn every_construct() {
    let mut files = archive::Files::new();
    for data in ["syntax-terraform-1.11.4.json", "mutations-terraform-1.11.4.json"] {
        let all: serde_json::Value = serde_json::from_str(&fs::read_to_string(archive::data(data)).unwrap()).unwrap();
        for case in all.as_array().unwrap().iter().filter(|case| case["accepted"] == true) {
            let source = case["source"].as_str().unwrap().to_owned();
            files.push((case["name"].as_str().unwrap_or(&source).to_owned(), source));
        }
    }
    files.iter().for_each(|(name, text)| drop(formatted(name, text)));
    if oracle::is_there() {
        let answers = ask(&files);
        let all = files.len();
        let kept = |((name, source), (_, answer)): (&(String, String), &(String, String))| {
            let means = |text: &str| {
                let (file, diagnostics) = syntax::parse(name.as_str().into(), text.into());
                (!diagnostics.has_errors()).then(|| meaning::of(&file))
            };
            (means(source) == means(answer)).then(|| (name.clone(), answer.clone(), formatted(name, source)))
        };
        let comparable: Vec<_> = files.iter().zip(&answers).filter_map(kept).collect();
        assert_eq!(all - comparable.len(), BROKEN_BY_TERRAFORM);
        compare(comparable.into_iter());
    }
}

/// Examples, documentation and cases of this repository.
#[test]
fn files_of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut files = archive::Files::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 40, "{}", files.len());
    if oracle::is_there() {
        compare_live(&files);
    }
    for (name, text) in &files {
        let out = formatted(name, text);
        // What people read first is canonical.
        let shown = name.starts_with("examples/") || name.contains("/docs/");
        assert!(!shown || out == *text, "{name} is not formatted:\n{}", difference(text, &out));
    }
}

fn collect(root: &Path, dir: &Path, files: &mut archive::Files) {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let ours = [".tf", ".tfvars", ".dr.hcl"].iter().any(|end| name.ends_with(end));
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            collect(root, &path, files);
        } else if ours && !name.starts_with('.') {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if !syntax::parse("x".into(), text.as_str().into()).1.has_errors() {
                files.push((name, text));
            }
        }
    }
}

#[test]
fn differences_are_as_the_table_says() {
    for d in differences::ALL {
        assert_eq!(formatted(d.source, d.source), d.ours, "{}", d.why);
        assert_ne!(d.ours, d.terraform);
    }
    if oracle::is_there() {
        let sources: Vec<&str> = differences::ALL.iter().map(|d| d.source).collect();
        for (d, answer) in differences::ALL.iter().zip(oracle::format(&sources)) {
            assert_eq!(answer.as_deref(), Some(d.terraform), "{}", d.why);
        }
    }
}

#[test]
fn interpolations_inside_of_each_other() {
    let nested =
        |levels: usize, inside: &str| format!("a = {}{inside}{}\n", "\"${".repeat(levels), "}\"".repeat(levels));
    assert_eq!(formatted("16", &nested(16, "x")), "a = x\n");
    // So that a text which is nothing else takes no more than its length either.
    assert_eq!(formatted("17", &nested(17, "x")), nested(17, "x"));
    assert_eq!(formatted("100", &nested(100, "x")), nested(100, "x"));
    assert_eq!(
        formatted("comments", "a = \"${ /* b */ \"${ x # c\n}\" /* d */ }\" # e\n"),
        "a = /* b */ x # c\n/* d */       # e\n"
    );
}

#[test]
fn a_long_file_takes_linear_time() {
    // Alignment, comments, nesting and one line of a megabyte.
    let block = "resource \"a\" \"b\" {\n a=1 # x\n  bbb = {c=[1,2,{d=\"${e}\"}]} # y\n x = <<EOT\n${ f }\nEOT\n}\n";
    let mut text = block.repeat(20_000);
    text.push_str(&format!("a = [{}]\n", "1,".repeat(500_000)));
    let (file, diagnostics) = syntax::parse("long.tf".into(), text.as_str().into());
    assert!(!diagnostics.has_errors(), "{:?}", diagnostics.iter().next());
    assert!(syntax::format(&file).len() > text.len());
}
