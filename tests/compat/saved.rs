//! Saved plans: whatever a case says when it is planned and applied in one, it says when its plan is saved, the configuration
//! is taken away, and the plan is applied.

use crate::case::{Case, Step};
use crate::tool::{Setting, Tool, directory};
use crate::transcript::{begun, done, left, run, same, told};
use std::fs;
use std::path::{Path, PathBuf};

const PLAN: &str = "saved.plan";

/// Runs a case with a saved plan in each step and holds it against what Terraform said to it.
pub fn same_with_saved_plans(case: &Case, setting: &Setting, recorded: &str) {
    let dir = directory();
    let said = transcript_with_saved_plans(case, dir.path(), setting);
    same("terraform", &without_calls(recorded), "drform, saved", &said, &case.name);
}

/// What drform says to a case with a saved plan in each step. Calls of providers are left out: an apply that plans makes
/// more of them.
pub fn transcript_with_saved_plans(case: &Case, dir: &Path, setting: &Setting) -> String {
    let mut said = String::new();
    for (number, step) in case.steps.iter().enumerate() {
        step.edit(dir);
        said.push_str(&begun(Tool::Drform, dir, setting, (number, step)));
        said.push_str(&step_said(&case.name, step, dir, setting));
    }
    if let Some(world) = &setting.world {
        world.told();
    }
    without_calls(&said)
}

fn step_said(name: &str, step: &Step, dir: &Path, setting: &Setting) -> String {
    let planned = run(Tool::Drform, dir, setting, &["plan", "-detailed-exitcode", &format!("-out={PLAN}")], step);
    let mut said = format!("-- plan: exit {}\n{}", planned.code, told(&planned.text()));
    if planned.code != 2 {
        return said;
    }
    let hidden = hide(dir);
    let shown = Tool::Drform.run(dir, setting, &["show", PLAN]).ok();
    let told_again =
        |text: &str| told(text).lines().filter(|l| !l.starts_with("Warning: ")).collect::<Vec<_>>().join("\n");
    same("plan", &told_again(&planned.text()), "show FILE", &told_again(&shown.text()), name);
    let ran = Tool::Drform.run(dir, setting, &[&["apply"], variables(step).as_slice(), &[PLAN]].concat());
    for (path, text) in hidden {
        fs::write(path, text).unwrap();
    }
    // Who plans and applies in one hears the warnings of both.
    let settled = "Warning: Check block assertion known after apply";
    let warnings = planned.error.lines().filter(|l| l.starts_with("Warning: ") && *l != settled);
    let warnings: String = warnings.map(|line| format!("{line}\n")).collect();
    // And of what both open and close.
    let opened: String = planned.out.lines().filter(|l| l.contains("ephemeral.")).map(|l| format!("{l}\n")).collect();
    said.push_str(&format!("-- apply: exit {}\n{}", ran.code, done(&format!("{opened}{}{warnings}", ran.text()))));
    said.push_str(&left(Tool::Drform, dir, setting));
    said
}

/// Root variables of a step: those of the plan may be given again, ephemeral ones must.
fn variables(step: &Step) -> Vec<&str> {
    step.arguments
        .iter()
        .map(String::as_str)
        .filter(|a| a.starts_with("-var=") || a.starts_with("-var-file="))
        .collect()
}

/// Takes all configuration files of the root module away: the plan has them. Those of modules turn into what nobody can
/// read.
fn hide(dir: &Path) -> Vec<(PathBuf, String)> {
    let mut hidden = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_string_lossy();
        if name.ends_with(".tf") || name.ends_with(".tf.json") {
            hidden.push((path.clone(), fs::read_to_string(&path).unwrap()));
            fs::write(&path, "no configuration {").unwrap();
        }
    }
    hidden
}

/// What was said without what the providers were asked.
pub fn without_calls(recorded: &str) -> String {
    let mut kept = String::new();
    let mut in_calls = false;
    for line in recorded.lines() {
        if ["-- ", "== ", "## "].iter().any(|begin| line.starts_with(begin)) {
            in_calls = line == "-- calls";
        }
        if !in_calls {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}
