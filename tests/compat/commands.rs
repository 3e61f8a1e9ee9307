//! Commands about states and workspaces: drform and Terraform print the same, exit alike and leave the same files.
//!
//! `commands/NAME.txt` holds files (`#- FILE`) and command lines (`$ NAME=VALUE workspace list`). Errors are in words of our
//! own: of them the exit code is compared.

use crate::case::here;
use crate::tool::{Setting, Tool, directory, terraform};
use crate::transcript::{json, same, steady};
use std::fs;
use std::path::Path;

macro_rules! commands {
    ($($name:ident),+ $(,)?) => {
        const COMMANDS: &[&str] = &[$(stringify!($name)),+];
        $(#[test]
        fn $name() {
            agree(stringify!($name));
        })+
    };
}

commands! {
    provisioners_create, provisioners_destroy, provisioners_failures, provisioners_mistakes, provisioners_order,
    provisioners_removed, workspaces,
}

#[test]
fn every_file_is_run() {
    let files = fs::read_dir(here().join("commands")).unwrap();
    let mut names: Vec<String> =
        files.map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, COMMANDS);
}

fn agree(name: &str) {
    let recorded_file = here().join("recorded").join(format!("commands_{name}.txt"));
    let text = fs::read_to_string(here().join("commands").join(format!("{name}.txt"))).unwrap();
    let theirs = terraform().map(|_| transcript(Tool::Terraform, &text));
    if let (Some(said), true) = (&theirs, std::env::var_os("UPDATE_EXPECT").is_some()) {
        fs::write(&recorded_file, said).unwrap();
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
    if let Some(said) = &theirs {
        same("recorded", &recorded, "terraform", said, name);
    }
    same("terraform", &recorded, "drform", &transcript(Tool::Drform, &text), name);
}

fn transcript(tool: Tool, text: &str) -> String {
    let dir = directory();
    let mut file = None;
    let mut said = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("#- ") {
            let path = dir.path().join(name.trim());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            file = Some(path);
        } else if let Some(command) = line.strip_prefix("$ ") {
            file = None;
            said.push_str(&format!("$ {command}\n{}", run(tool, dir.path(), command)));
        } else if let Some(path) = &file {
            let before = fs::read_to_string(path).unwrap();
            fs::write(path, format!("{before}{line}\n")).unwrap();
        }
    }
    said.push_str("== files\n");
    let mut files = Vec::new();
    list(dir.path(), dir.path(), &mut files);
    files.sort();
    for name in files {
        let text = fs::read_to_string(dir.path().join(&name)).unwrap();
        said.push_str(&format!("-- {}\n", steady(&name).trim_end()));
        if name.contains("tfstate") && text.starts_with('{') {
            said.push_str(&json(&text));
        } else if name.ends_with(".log") {
            // What provisioners did, in which order.
            said.push_str(&text);
        }
    }
    said
}

fn run(tool: Tool, dir: &Path, command: &str) -> String {
    let mut words: Vec<&str> = command.split(' ').collect();
    let settings = words.iter().take_while(|w| w.split_once('=').is_some_and(|(n, _)| !n.starts_with('-'))).count();
    let environment = words
        .drain(..settings)
        .filter_map(|w| w.split_once('='))
        .map(|(n, v)| (n.to_string(), v.to_string()))
        .collect();
    let ran = tool.run(dir, &Setting { environment, ..Setting::default() }, &words);
    let quiet = ran.code != 0
        || matches!(words.iter().find(|word| !word.starts_with('-')), Some(&("apply" | "plan" | "init" | "destroy")));
    let out = if quiet { String::new() } else { steady(&ran.out.replace("\"drform ", "\"terraform ")) };
    format!("{out}exit {}\n", ran.code)
}

/// Files below a directory, but for those that one tool alone has.
fn list(root: &Path, dir: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if name.contains(".drform") || name == "cli.rc" || name.starts_with(".config") || name.contains("checkpoint") {
            continue;
        }
        if path.is_dir() {
            list(root, &path, files);
        } else {
            files.push(name);
        }
    }
}
