//! What drform does in waves, Terraform does in stages: `apply -target` of what makes keys known, then `apply`. In the end
//! both have the same objects, outputs and state.
//!
//! `waves.txt` holds scenarios as in `conformance.rs`. A step with files is an edit: drform applies it in one go.
//! The steps without files that follow are Terraform's further stages.

use crate::case::{Case, here};
use crate::conformance::scenarios;
use crate::hosted::served;
use crate::lab::{Cloud, Lab};
use crate::tool::{Setting, Tool, directory, terraform};
use crate::transcript::{left, same};
use std::fs;
use std::sync::Arc;

#[test]
fn waves_end_where_stages_end() {
    let text = fs::read_to_string(here().join("waves.txt")).unwrap();
    let wanted = std::env::var("DRFORM_SCENARIO").ok();
    let cases = scenarios(&text);
    let cases: Vec<&Case> =
        cases.iter().filter(|case| wanted.as_ref().is_none_or(|wanted| case.name == *wanted)).collect();
    let recorded_file = here().join("recorded/waves.txt");
    if terraform().is_some() {
        let theirs: String = cases.iter().map(|case| said(Tool::Terraform, case)).collect();
        if std::env::var_os("UPDATE_EXPECT").is_some() && wanted.is_none() {
            fs::write(&recorded_file, &theirs).unwrap();
        }
        if wanted.is_none() {
            same("recorded", &fs::read_to_string(&recorded_file).unwrap(), "terraform", &theirs, "waves");
        }
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap();
    for case in cases {
        let begin = format!("## {}\n", case.name);
        let expected = recorded.split_once(&begin).map_or("", |(_, rest)| rest.split("\n## ").next().unwrap());
        same(
            "terraform",
            &format!("{begin}{}\n", expected.trim_end()),
            "drform",
            &said(Tool::Drform, case),
            &case.name,
        );
    }
}

/// The state and the outputs after every edit.
fn said(tool: Tool, case: &Case) -> String {
    let cloud: Arc<Cloud> = Arc::default();
    let (setting, _at, _runtime) = served("lab", Lab(cloud.clone()));
    let setting = Setting { world: Some(cloud), ..setting };
    let dir = directory();
    let mut said = format!("## {}\n", case.name);
    for (number, step) in case.steps.iter().enumerate() {
        step.edit(dir.path());
        if number == 0 && step.files.iter().any(|(_, text)| text.as_ref().is_some_and(|t| t.contains("module \""))) {
            tool.run(dir.path(), &setting, &["init"]).ok();
        }
        let edits = !step.files.is_empty();
        match tool {
            Tool::Terraform => {
                let arguments = step.arguments.iter().map(String::as_str);
                let arguments: Vec<&str> = ["apply", "-auto-approve"].into_iter().chain(arguments).collect();
                tool.run(dir.path(), &setting, &arguments).ok();
            }
            Tool::Drform if edits => {
                let applied = tool.run(dir.path(), &setting, &["apply", "-auto-approve"]).ok();
                assert!(applied.out.contains("Wave 1 complete"), "{}: {}", case.name, applied.text());
            }
            Tool::Drform => {}
        }
        if case.steps.get(number + 1).is_some_and(|next| next.files.is_empty()) {
            continue;
        }
        said.push_str(&left(tool, dir.path(), &setting));
        let next = tool.run(dir.path(), &setting, &["plan", "-detailed-exitcode"]);
        assert_eq!(next.code, 0, "{}: something is left to do: {}", case.name, next.text());
    }
    said
}
