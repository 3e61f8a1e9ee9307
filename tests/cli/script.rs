//! Scripts: commands with what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs every script; one failure does not hide the next.
#[test]
fn scripts_print_what_they_say() {
    let dir = root().join("tests/cli/scripts");
    let mut scripts: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    let wanted = std::env::var("SCRIPT").unwrap_or_default();
    let failures: Vec<String> = scripts
        .iter()
        .filter(|s| s.to_string_lossy().contains(&wanted))
        .filter_map(|script| run_script(script).err())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run_script(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (files, commands) = split(&text);
    for (name, content) in &files {
        let file = dir.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    let head: String = text.lines().take_while(|l| !l.starts_with("$ ")).map(|l| format!("{l}\n")).collect();
    let mut actual = head;
    for command in &commands {
        actual.push_str(&format!("$ {command}\n"));
        actual.push_str(&run_line(dir.path(), command));
    }
    if actual == text {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
        return Ok(());
    }
    let difference =
        similar::TextDiff::from_lines(&text, &actual).unified_diff().header("expected", "printed").to_string();
    Err(format!("{}\n{difference}", path.display()))
}

/// Files and commands of a script.
fn split(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut commands = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_string());
        } else if commands.is_empty() {
            if let Some(name) = line.strip_prefix("#- ") {
                files.push((name.trim().to_string(), String::new()));
            } else if let Some((_, content)) = files.last_mut() {
                content.push_str(line);
                content.push('\n');
            }
        }
    }
    (files, commands)
}

/// One line of a script: `drform …` is the binary; everything else is for the shell.
fn run_line(dir: &Path, line: &str) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_drform")).parent().unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg(line)
        .current_dir(dir)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .env("HOME", dir)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut text = printed(dir, &output);
    if !output.status.success() {
        text.push_str(&format!("exit {}\n", output.status.code().unwrap_or(-1)));
    }
    text
}

/// What was printed, with everything that differs from run to run taken out.
pub fn printed(dir: &Path, output: &Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let dir = dir.to_string_lossy();
    let text = text.replace(&*dir, "DIR");
    text.lines().map(|line| format!("{}\n", steady(line))).collect()
}

/// Replaces durations, process ids, times and random ids.
fn steady(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(steady_word).collect();
    for i in 1..words.len() {
        let word = words[i].trim_end_matches(['.', ',', ')', ':']);
        let bare = match words[i - 1].as_str() {
            "process" if word.parse::<u32>().is_ok() => Some("PID"),
            "object" if word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit()) => Some("KEY"),
            "after" if word.strip_suffix('s').is_some_and(|n| n.parse::<u32>().is_ok()) => Some("0s"),
            _ => None,
        };
        if let Some(bare) = bare {
            words[i] = words[i].replace(word, bare);
        }
    }
    words.join(" ").trim_end().to_string()
}

fn steady_word(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_uuid =
        bare.len() == 36 && bare.matches('-').count() == 4 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if is_uuid { word.replace(bare, "UUID") } else { word.to_string() }
}
