//! `terraform_remote_state`: each tool reads what each has written, in the default workspace and in another.

use crate::tool::{Ran, Setting, Tool, directory, terraform};
use std::fs;

const PRODUCER: &str = r#"
output "plain" { value = { a = 1, b = ["x", null], c = 1.5 } }
output "set" { value = toset(["b", "a"]) }
output "secret" {
  value     = "hush"
  sensitive = true
}
output "workspace" { value = terraform.workspace }
"#;

const CONSUMER: &str = r#"
data "terraform_remote_state" "one" {
  backend = "local"
  config  = { path = "../producer/terraform.tfstate" }
}
data "terraform_remote_state" "two" {
  backend   = "local"
  workspace = "two"
  config    = { workspace_dir = "../producer/terraform.tfstate.d" }
}
output "one" { value = data.terraform_remote_state.one.outputs }
output "two" { value = data.terraform_remote_state.two.outputs }
"#;

#[test]
fn each_tool_reads_what_each_wrote() {
    let tools = [Some(Tool::Drform), terraform().map(|_| Tool::Terraform)];
    let mut answers = Vec::new();
    for writer in tools.into_iter().flatten() {
        for reader in tools.into_iter().flatten() {
            let dir = directory();
            let (producer, consumer) = (dir.path().join("producer"), dir.path().join("consumer"));
            fs::create_dir_all(&producer).unwrap();
            fs::create_dir_all(&consumer).unwrap();
            fs::write(producer.join("main.tf"), PRODUCER).unwrap();
            fs::write(consumer.join("main.tf"), CONSUMER).unwrap();
            let apply = |tool: Tool, dir: &std::path::Path, workspace: &str| -> Ran {
                let environment = vec![("TF_WORKSPACE".to_string(), workspace.to_string())];
                let setting = Setting { environment, ..Setting::default() };
                tool.run(dir, &setting, &["apply", "-auto-approve"]).ok()
            };
            apply(writer, &producer, "default");
            fs::create_dir_all(producer.join("terraform.tfstate.d/two")).unwrap();
            apply(writer, &producer, "two");
            apply(reader, &consumer, "default");
            let outputs = reader.run(&consumer, &Setting::default(), &["output", "-json"]).ok().out;
            let outputs: serde_json::Value = serde_json::from_str(&outputs).unwrap();
            assert_eq!(outputs["two"]["value"]["workspace"], "two", "{writer:?} wrote, {reader:?} reads");
            answers.push((writer, reader, outputs));
        }
    }
    for (writer, reader, outputs) in &answers {
        assert_eq!(outputs, &answers[0].2, "{writer:?} wrote, {reader:?} reads");
    }
}
