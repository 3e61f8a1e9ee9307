//! Cases: files and steps.

use std::fs;
use std::path::{Path, PathBuf};

/// One directory and what is done in it.
pub struct Case {
    /// Name of the file, without its extension.
    pub name: String,
    /// In order; the first makes the directory.
    pub steps: Vec<Step>,
}

/// An edit of the directory, then plan and apply.
#[derive(Default)]
pub struct Step {
    /// Files to write, by name; `None` removes.
    pub files: Vec<(String, Option<String>)>,
    /// Arguments of both plan and apply.
    pub arguments: Vec<String>,
    /// What happens to the world of the providers before.
    pub cloud: Vec<String>,
    /// Commands that are run before.
    pub commands: Vec<String>,
}

pub fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat")
}

impl Case {
    /// Reads `cases/NAME.txt`.
    pub fn read(name: &str) -> Case {
        let path = here().join("cases").join(format!("{name}.txt"));
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Case::parse(name, &text)
    }

    /// Lines `#- FILE` begin a file, `#x FILE` removes one, `#! EDIT` changes the world of the providers, `#$ COMMAND` is
    /// run, `#= ARGUMENTS` ends the edit of a step: plan and apply follow. What stands before the first of them says what
    /// the case is about.
    pub fn parse(name: &str, text: &str) -> Case {
        let mut steps = Vec::new();
        let mut step = Step::default();
        for line in text.lines() {
            if let Some(file) = line.strip_prefix("#- ") {
                step.files.push((file.trim().to_string(), Some(String::new())));
            } else if let Some(file) = line.strip_prefix("#x ") {
                step.files.push((file.trim().to_string(), None));
            } else if let Some(edit) = line.strip_prefix("#! ") {
                step.cloud.push(edit.trim().to_string());
            } else if let Some(command) = line.strip_prefix("#$ ") {
                step.commands.push(command.trim().to_string());
            } else if let Some(arguments) = line.strip_prefix("#=") {
                step.arguments = arguments.split_whitespace().map(str::to_string).collect();
                steps.push(std::mem::take(&mut step));
            } else if let Some((_, Some(content))) = step.files.last_mut() {
                content.push_str(line);
                content.push('\n');
            }
        }
        assert!(step.files.is_empty() && !steps.is_empty(), "{name}: every edit ends with a line `#=`");
        Case { name: name.to_string(), steps }
    }
}

impl Step {
    /// Makes the edit.
    pub fn edit(&self, dir: &Path) {
        for (name, content) in &self.files {
            let file = dir.join(name);
            match content {
                Some(content) => {
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, content).unwrap();
                }
                None => fs::remove_file(file).unwrap(),
            }
        }
    }
}
