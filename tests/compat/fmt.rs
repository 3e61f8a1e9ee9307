//! `fmt`: which files, what is listed, differences, exit codes. (What the layout is, the tests of `syntax` compare.)

use crate::case::here;
use crate::tool::{Setting, Tool, directory, terraform};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const CANONICAL: &str = "a = 1\n";
const UGLY: &str = "a=1\n";
const BROKEN: &str = "a=[1\n";

/// Name and text; those that Terraform does not know are not among them.
const FILES: &[(&str, &str)] = &[
    ("main.tf", "b {\na=1\n   bbb = 2 # c\n}\n\n\n\n\n\n\n\n\n\nc {\n  d = 1 \n}\n"),
    ("canonical.tf", CANONICAL),
    ("vars.tfvars", UGLY),
    ("x.auto.tfvars", UGLY),
    ("tests.tftest.hcl", UGLY),
    ("mock.tfmock.hcl", UGLY),
    ("other.hcl", UGLY),
    ("data.tf.json", "{\"a\":1}"),
    ("vars.tfvars.json", "{\"a\":1}"),
    ("upper.TF", UGLY),
    (".hidden.tf", UGLY),
    ("backup.tf~", UGLY),
    ("#emacs.tf#", UGLY),
    ("no_end.tf", "a=1"),
    ("crlf.tf", "a=1\r\nbb=2\r\n"),
    ("directory.tf/inside.tf", UGLY),
    ("sub/one.tf", UGLY),
    ("sub/deep/two.tf", UGLY),
    ("sub/deep/canonical.tf", CANONICAL),
    (".terraform/modules/m/main.tf", UGLY),
    ("broken/bad.tf", BROKEN),
    ("broken/good.tf", UGLY),
    ("empty/README", ""),
];

/// Arguments, and what goes to the standard input. Each run has its files anew.
const RUNS: &[(&str, &str)] = &[
    ("fmt", ""),
    ("fmt .", ""),
    ("fmt -recursive", ""),
    ("fmt -recursive sub directory.tf", ""),
    ("fmt -list=false", ""),
    ("fmt -write=false", ""),
    ("fmt -list=false -write=false main.tf canonical.tf no_end.tf", ""),
    ("fmt -diff", ""),
    ("fmt -diff -write=false -list=false main.tf sub", ""),
    ("fmt -check", ""),
    ("fmt -check canonical.tf", ""),
    ("fmt -check -list=false", ""),
    ("fmt -check -diff -recursive sub", ""),
    ("fmt -check=false -recursive=true empty sub", ""),
    ("fmt -check broken", ""),
    ("fmt broken vars.tfvars", ""),
    ("fmt ./sub/../main.tf ../main.tf sub/deep/../one.tf", ""),
    ("fmt .hidden.tf backup.tf~ main.tf", ""),
    ("fmt other.hcl main.tf", ""),
    ("fmt data.tf.json", ""),
    ("fmt vars.tfvars absent.tf main.tf", ""),
    ("fmt empty", ""),
    ("-chdir=sub fmt", ""),
    ("-chdir=sub fmt ../main.tf deep", ""),
    ("fmt -", UGLY),
    ("fmt - main.tf", "a=1"),
    ("fmt main.tf -", UGLY),
    ("fmt -", ""),
    ("fmt -", BROKEN),
    ("fmt -diff -", UGLY),
    ("fmt -diff -", CANONICAL),
    ("fmt -check -", UGLY),
    ("fmt -check -", CANONICAL),
    ("fmt -check -diff -", UGLY),
    ("fmt -write=true -list=true -", UGLY),
    ("fmt -unknown", ""),
];

#[test]
fn fmt() {
    let recorded_file = here().join("recorded/fmt.txt");
    let live = terraform().map(|_| transcript(Tool::Terraform));
    if let Some(live) = live.as_ref().filter(|_| std::env::var_os("UPDATE_EXPECT").is_some()) {
        fs::write(&recorded_file, live).unwrap();
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap();
    if let Some(live) = live {
        same("recorded", &recorded, "terraform", &live);
    }
    same("terraform", &recorded, "drform", &transcript(Tool::Drform));
}

fn same(who: &str, expected: &str, other: &str, actual: &str) {
    let difference = similar::TextDiff::from_lines(expected, actual).unified_diff().header(who, other).to_string();
    assert!(expected == actual, "{difference}");
}

/// Of each run: what it printed, its exit code, which files are others now.
fn transcript(tool: Tool) -> String {
    let mut all = String::new();
    for (arguments, input) in RUNS {
        let parent = directory();
        let dir = parent.path().join("fmt");
        for (name, text) in FILES {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let words: Vec<&str> = arguments.split(' ').collect();
        let mut command = tool.command(&dir, &Setting::default(), &words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A tool that does not read its input may be gone.
        let _nobody_reads = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        all.push_str(&format!("$ {arguments}\n{}", String::from_utf8_lossy(&output.stdout).replace('\r', "␍")));
        all.push_str(&format!("-- exit {}{}\n", output.status.code().unwrap(), changed(&dir)));
    }
    all
}

fn changed(dir: &Path) -> String {
    let changed = FILES.iter().filter(|(name, text)| fs::read_to_string(dir.join(name)).unwrap() != *text);
    let names: Vec<&str> = changed.map(|(name, _)| *name).collect();
    if names.is_empty() { String::new() } else { format!("; written: {}", names.join(" ")) }
}
