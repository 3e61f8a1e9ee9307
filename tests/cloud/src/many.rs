//! Many configurations in one: a module for each, so that a plan and an apply are enough for all of them.

use crate::{Tool, Work, on_cloud, root};
use gate::Cloud;
use std::fs;
use std::path::Path;

/// Region of the modules.
pub const HOME: &str = "eu-central-1";
/// The second region.
pub const WEST: &str = "eu-west-1";
/// Region of the modules that change settings of the account, so that no other object depends on when they do.
pub const ACCOUNT: &str = "eu-north-1";

/// A configuration without providers.
#[derive(Clone, Debug)]
pub struct Part {
    /// Name of its file without `.tf`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The examples of the reference, then `tests/cloud/cases`, each sorted by name. `DRFORM_TEST_PARTS=name,name` leaves
/// only those, for a closer look.
pub fn parts() -> Vec<Part> {
    let mut all = of_folder(&root().join("providers/aws/docs/examples"));
    all.extend(of_folder(&root().join("tests/cloud/cases")));
    let only = std::env::var("DRFORM_TEST_PARTS").ok();
    let chosen = |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == name));
    all.retain(|part| part.name != "provider" && chosen(&part.name));
    all
}

fn of_folder(folder: &Path) -> Vec<Part> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut parts: Vec<Part> = files
        .filter(|file| file.extension().is_some_and(|e| e == "tf"))
        .map(|file| Part {
            name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
            text: fs::read_to_string(&file).unwrap(),
        })
        .collect();
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    parts
}

impl Part {
    /// Name of its module.
    pub fn module(&self) -> String {
        self.name.replace('.', "_")
    }

    /// The text that a tool understands: `hashicorp/aws` 3.39.0 knows no region of a resource, so another provider
    /// takes its place, and an address says that it is of a VPC in another way.
    fn for_tool(&self, tool: Tool) -> String {
        let lines = self.text.lines().map(|line| {
            let region = line.trim().strip_prefix("region").is_some_and(|rest| rest.trim_start().starts_with('='));
            if tool == Tool::Hashicorp && region && line.contains(WEST) {
                "  provider = aws.west".to_owned()
            } else if tool == Tool::Hashicorp && line.trim().replace(' ', "") == "domain=\"vpc\"" {
                "  vpc = true".to_owned()
            } else {
                line.to_owned()
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn changes_the_account(&self) -> bool {
        self.name.starts_with("aws_ebs_default_kms_key") || self.name.starts_with("aws_ebs_encryption_by_default")
    }
}

/// A directory with all parts as modules, found by the tool already.
pub fn together(tool: Tool, cloud: &Cloud, parts: &[Part]) -> Work {
    let work = Work::new(tool);
    let source = tool.source();
    let mut main = format!("terraform {{\n  required_providers {{\n    aws = {{ source = \"{source}\" }}\n  }}\n}}\n\n");
    for (alias, region) in [("", HOME), ("  alias = \"west\"\n", WEST), ("  alias = \"account\"\n", ACCOUNT)] {
        main.push_str(&on_cloud(cloud, tool, &format!("{alias}  region = \"{region}\"\n")));
    }
    for part in parts {
        let module = part.module();
        let own = if part.changes_the_account() { "aws.account" } else { "aws" };
        main.push_str(&format!(
            "\nmodule \"{module}\" {{\n  source = \"./{module}\"\n  providers = {{ aws = {own}, aws.west = aws.west }}\n}}\n"
        ));
        fs::create_dir(work.path().join(&module)).unwrap();
        work.file(&format!("{module}/main.tf"), &part.for_tool(tool));
        work.file(
            &format!("{module}/versions.tf"),
            &format!(
                "terraform {{\n  required_providers {{\n    aws = {{\n      source = \"{source}\"\n      \
                 configuration_aliases = [aws.west]\n    }}\n  }}\n}}\n"
            ),
        );
    }
    work.file("main.tf", &main);
    match tool {
        Tool::Drform => {}
        // Overridden providers need no `init`; modules must be known.
        Tool::Terraform => drop(work.run(&["get"]).ok()),
        Tool::Hashicorp => work.init(),
    }
    work
}
