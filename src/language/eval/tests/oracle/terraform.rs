//! `terraform console`, asked many expressions at once.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

pub(crate) fn recording() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

/// True when the version that the recordings are from is on PATH, and Python to hold its terminal.
pub(crate) fn present() -> bool {
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).env("CHECKPOINT_DISABLE", "1").output();
        output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default()
    };
    said("terraform", "version").starts_with("Terraform v1.11.4")
        && said("python3", "--version").starts_with("Python 3")
}

/// What stands for a panic of Terraform's: any answer of ours is better.
pub(crate) const PANIC: &str = "Error: panic";

/// Its answers, one for each expression, in a directory with the given files.
pub(crate) fn ask(files: &[(&str, &str)], expressions: &[String]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    let mut console = Command::new("python3")
        .arg(here().join("console.py"))
        .arg(directory.path())
        .env("HOME", "/home/somebody")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = console.stdin.take().unwrap();
    input.write_all(expressions.join("\n").as_bytes()).unwrap();
    drop(input);
    let output = console.wait_with_output().unwrap();
    let answers: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), expressions.len(), "terraform stopped at {:?}", expressions.get(answers.len()));
    // The directory has another name each time.
    let name = directory.path().to_string_lossy().into_owned();
    let shown = |answer: &String| match answer.contains("panic in function implementation") {
        true => PANIC.to_string(),
        false => comparable(answer).replace(&name, "/site"),
    };
    answers.iter().map(shown).collect()
}

/// An answer with single blanks and without the place that the console puts into errors.
pub(crate) fn comparable(answer: &str) -> String {
    // The terminal adds carriage returns, which are taken away together with others.
    let answer = answer.replace('\r', "");
    let squeezed = answer.split_whitespace().collect::<Vec<_>>().join(" ");
    // Its words for base64 lack one.
    let squeezed = squeezed.replace("the given value is has an", "the given value has an");
    squeezed.replace(" on <console-input> line 1: (source code not available)", ":")
}

/// Numbers by chance that a seed decides (xorshift).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 11) % end as u64) as usize
    }
}

/// The same at every run, printed; `DRFORM_SEED` chooses another.
pub(crate) fn seed(what: &str) -> u64 {
    let seed = std::env::var("DRFORM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_123);
    println!("{what}: DRFORM_SEED={seed}");
    seed
}
