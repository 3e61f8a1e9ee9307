//! The local backend with arguments: each tool goes on in a directory that the other initialised.

use crate::tool::{Setting, Tool, directory, terraform};
use std::fs;

const MAIN: &str = "resource \"terraform_data\" \"a\" {\n  input = 1\n}\n";

/// Name, file, text, arguments of `init`, where the state then is.
const BACKENDS: [(&str, &str, &str, &[&str], &str); 4] = [
    (
        "path",
        "b.tf",
        "terraform {\n  backend \"local\" {\n    path = \"s/é \\\"x\\\".tfstate\"\n  }\n}\n",
        &[],
        "s/é \"x\".tfstate",
    ),
    (
        "partial",
        "b.tf",
        "terraform {\n  backend \"local\" {\n    path = \"unused\"\n  }\n}\n",
        &["-backend-config=path=p.tfstate", "-backend-config=workspace_dir=w"],
        "p.tfstate",
    ),
    ("empty", "b.tf", "terraform {\n  backend \"local\" {}\n}\n", &[], "terraform.tfstate"),
    ("json", "b.tf.json", "{\"terraform\": {\"backend\": {\"local\": {\"path\": \"j.tfstate\"}}}}", &[], "j.tfstate"),
];

#[test]
fn each_tool_goes_on_where_the_other_initialised() {
    if terraform().is_none() {
        return;
    }
    let setting = Setting::default();
    for (name, file, text, arguments, state) in BACKENDS {
        let mut notes = Vec::new();
        for first in [Tool::Drform, Tool::Terraform] {
            let dir = directory();
            fs::write(dir.path().join("main.tf"), MAIN).unwrap();
            fs::write(dir.path().join(file), text).unwrap();
            let before = first.other().run(dir.path(), &setting, &["plan"]);
            assert!(before.code == 1 && before.text().contains("Backend initialization required"), "{}", before.text());
            let init: Vec<&str> = ["init"].iter().chain(arguments).copied().collect();
            first.run(dir.path(), &setting, &init).ok();
            notes.push(fs::read_to_string(dir.path().join(".terraform/terraform.tfstate")).unwrap());
            first.run(dir.path(), &setting, &["apply", "-auto-approve"]).ok();
            assert!(dir.path().join(state).exists(), "{name}: {first:?} writes no {state}");
            let plan = first.other().run(dir.path(), &setting, &["plan", "-detailed-exitcode"]);
            assert_eq!(plan.code, 0, "{name}: {first:?} first\n{}", plan.text());
            fs::write(dir.path().join(file), text.replace("local\" {", "local\" {\n    workspace_dir = \"o\"\n"))
                .unwrap();
            if name == "path" {
                let changed = first.other().run(dir.path(), &setting, &["plan"]);
                assert!(changed.text().contains("Backend initialization required"), "{}", changed.text());
            }
        }
        assert_eq!(notes[0], notes[1], "{name}");
    }
}
