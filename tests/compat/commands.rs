//! Commands about states and workspaces: drform and Terraform print the same, exit alike and leave the same files.
//!
//! `commands/NAME.txt` holds files (`#- FILE`) and command lines (`$ NAME=VALUE workspace list`), which may end in `< FILE` or
//! `> FILE`; `$ rm FILE` and `$ cp FILE FILE` are the obvious. Errors are in words of our own: of them the exit code is
//! compared. Where the text speaks of `lab_…`, the provider of `lab.rs` is there, `$ world …` changes its cloud, and what it
//! was asked is compared after every command. Where nothing is applied, serial and lineage of states are compared too.

use crate::case::here;
use crate::hosted::served;
use crate::lab::{Cloud, Lab};
use crate::tool::{Setting, Tool, World, directory, terraform};
use crate::transcript::{json, same, steady};
use std::fs;
use std::path::Path;
use std::sync::Arc;

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
    force_unlock,
    generate_config,
    graph_empty,
    graph_flow,
    graph_leftovers,
    graph_providers,
    import,
    import_lab,
    import_nothing,
    import_outputs,
    provisioners_create,
    provisioners_destroy,
    provisioners_failures,
    provisioners_mistakes,
    provisioners_order,
    provisioners_removed,
    replace_provider,
    saved_configuration,
    saved_destroy,
    saved_ephemeral,
    saved_errored,
    saved_foreign,
    saved_lineage,
    saved_stale,
    saved_variables,
    saved_workspace,
    show_json,
    state_backups,
    state_files,
    state_list,
    state_moves,
    state_moves_dependencies,
    state_moves_modules,
    state_moves_out,
    state_moves_refused,
    state_none,
    state_push,
    state_removes,
    taint,
    workspaces,
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
    let cloud: Arc<Cloud> = Arc::default();
    let lab = text.contains("lab_").then(|| served("lab", Lab(cloud.clone())));
    let setting = lab.as_ref().map_or_else(Setting::default, |(setting, ..)| setting.clone());
    let mut file = None;
    let mut said = String::new();
    let mut applied = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("#- ") {
            let path = dir.path().join(name.trim());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            file = Some(path);
        } else if let Some(command) = line.strip_prefix("$ ") {
            file = None;
            applied |= command.contains("apply");
            said.push_str(&format!("$ {command}\n"));
            match command.strip_prefix("world ") {
                Some(edit) => cloud.edit(edit),
                None => {
                    said.push_str(&run(tool, dir.path(), &setting, command));
                    let told = cloud.told();
                    let mut calls: Vec<&str> = told.lines().collect();
                    // drform looks at objects before it writes blocks for them, and again when it plans with these.
                    if command.contains("-generate-config-out") {
                        calls.dedup();
                    }
                    calls.iter().for_each(|call| said.push_str(&format!("{call}\n")));
                }
            }
        } else if let Some(path) = &file {
            let before = fs::read_to_string(path).unwrap();
            fs::write(path, format!("{before}{line}\n")).unwrap();
        }
    }
    said.push_str("== files\n");
    let mut files = Vec::new();
    list(dir.path(), dir.path(), &mut files);
    files.sort();
    let mut backups = std::collections::BTreeSet::new();
    for name in files {
        let text = fs::read_to_string(dir.path().join(&name)).unwrap();
        let header = format!("-- {}\n", steady(&undated(&name)).trim_end());
        // How many there are depends on the clock: Terraform overwrites a backup of the same second.
        if undated(&name) != name && !backups.insert(header.clone()) {
            continue;
        }
        said.push_str(&header);
        if name.contains("tfstate") && text.starts_with('{') && undated(&name) == name {
            said.push_str(&if applied { json(&text) } else { content(&text) });
        } else if name.ends_with("generated.tf") {
            said.push_str(&steady(&sorted_blocks(&text)));
        } else if name.ends_with(".log") {
            // What provisioners did, in which order.
            said.push_str(&text);
        }
    }
    said
}

/// Generated blocks: Terraform writes them in random order.
fn sorted_blocks(text: &str) -> String {
    let (head, blocks) = text.split_once("\n\n").unwrap();
    let mut blocks: Vec<&str> = blocks.trim_end().split("\n\n").collect();
    blocks.sort_unstable();
    format!("{head}\n\n{}\n", blocks.join("\n\n"))
}

/// A state with its serial and lineage, one line for each resource.
fn content(text: &str) -> String {
    let mut state: serde_json::Value = serde_json::from_str(text).unwrap();
    let counters = format!("serial {} lineage {}\n", state["serial"], state["lineage"]);
    let resources = state["resources"].take();
    let line = |resource: &serde_json::Value| json(&resource.to_string()).replace("\n", "").replace("  ", "") + "\n";
    let resources: String = resources.as_array().unwrap().iter().map(line).collect();
    format!("{}{}{resources}", steady(&counters), line(&state))
}

/// Backups have the time in their name.
fn undated(name: &str) -> String {
    let time = |part: &str| part.len() == 10 && part.bytes().all(|b| b.is_ascii_digit());
    name.split('.').map(|part| if time(part) { "TIME" } else { part }).collect::<Vec<_>>().join(".")
}

fn run(tool: Tool, dir: &Path, setting: &Setting, command: &str) -> String {
    let mut words: Vec<&str> = command.split(' ').collect();
    match words.as_slice() {
        ["rm", name] => {
            return fs::remove_file(dir.join(name)).map_or_else(|e| panic!("{name}: {e}"), |()| String::new());
        }
        ["cp", from, to] => {
            let from = latest(dir, from);
            return fs::copy(from, dir.join(to)).map_or_else(|e| panic!("{command}: {e}"), |_| String::new());
        }
        _ => {}
    }
    let settings = words.iter().take_while(|w| w.split_once('=').is_some_and(|(n, _)| !n.starts_with('-'))).count();
    let more = words.drain(..settings).filter_map(|w| w.split_once('=')).map(|(n, v)| (n.to_string(), v.to_string()));
    let environment = setting.environment.iter().cloned().chain(more).collect();
    let mut redirected = |sign: &str| {
        let at = words.iter().position(|w| *w == sign)?;
        Some(dir.join(words.drain(at..).nth(1).unwrap()))
    };
    let (output, input) = (redirected(">"), redirected("<"));
    let mut process = tool.command(dir, &Setting { environment, ..Setting::default() }, &words);
    if let Some(input) = input {
        process.stdin(fs::File::open(input).unwrap());
    }
    let ran = process.output().unwrap();
    let (code, out) = (ran.status.code().unwrap(), String::from_utf8_lossy(&ran.stdout).into_owned());
    if let Some(output) = output {
        fs::write(output, &out).unwrap();
        return format!("exit {code}\n");
    }
    // We say warnings on standard error.
    let out = out.split("\nWarning: ").next().unwrap_or_default().trim_end();
    let out = if out.is_empty() { String::new() } else { format!("{out}\n") };
    let out = match words.first() {
        // The order of lines means nothing.
        Some(&"graph") => {
            let mut lines: Vec<&str> = out.lines().collect();
            lines.sort_unstable();
            lines.join("\n").replace("drform graph -type=plan    ", "terraform graph -type=plan ") + "\n"
        }
        _ => out,
    };
    let verb = words.iter().find(|word| !word.starts_with('-'));
    let quiet = code != 0 || matches!(verb, Some(&("apply" | "plan" | "init" | "destroy" | "refresh")));
    let out = if quiet { String::new() } else { steady(&out.replace("\"drform ", "\"terraform ")) };
    format!("{out}exit {code}\n")
}

/// A file, or for a name with `TIME` the one whose name has a time there.
fn latest(dir: &Path, name: &str) -> std::path::PathBuf {
    let named = |path: &std::path::PathBuf| undated(&path.file_name().unwrap().to_string_lossy()) == name;
    let mut found: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(named).collect();
    found.sort();
    found.pop().unwrap_or_else(|| dir.join(name))
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
