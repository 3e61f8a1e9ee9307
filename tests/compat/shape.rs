//! The shape of large public configurations: forty modules nested four deep, two hundred variables with optional
//! attributes, `for_each` over what modules give.

use crate::case::here;
use crate::tool::{Setting, Tool, directory, terraform};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Modules that the root module calls; each has one that has one that has one.
const FIRST: usize = 10;
const DEEP: usize = 4;
/// Variables of each module.
const VARIABLES: usize = 5;

#[test]
fn forty_modules_are_planned_as_terraform_plans_them() {
    let file = here().join("recorded/shape.txt");
    if terraform().is_some() {
        let theirs = planned(Tool::Terraform);
        let line = format!("{}\n{}\n", digest(&theirs), theirs.lines().last().unwrap_or_default());
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&file, &line).unwrap();
        }
        let ours = planned(Tool::Drform);
        let difference =
            similar::TextDiff::from_lines(&theirs, &ours).unified_diff().header("terraform", "drform").to_string();
        assert!(theirs == ours, "{}", difference.chars().take(4_000).collect::<String>());
        assert_eq!(fs::read_to_string(&file).unwrap_or_default(), line, "recorded, and what terraform says now");
        return;
    }
    let ours = planned(Tool::Drform);
    let line = format!("{}\n{}\n", digest(&ours), ours.lines().last().unwrap_or_default());
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), line);
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// The changes of a plan and its last line.
fn planned(tool: Tool) -> String {
    let dir = directory();
    write(dir.path());
    let setting = Setting::default();
    tool.run(dir.path(), &setting, &["init"]).ok();
    let text = tool.run(dir.path(), &setting, &["plan"]).ok().out;
    let from = text.find("  # module.").expect("changes");
    let end = text[from..].find("\nPlan: ").expect("a summary") + from;
    let last = text[end + 1..].lines().next().unwrap_or_default();
    format!("{}\n{last}", text[from..end].trim_end())
}

fn write(dir: &Path) {
    let mut root = String::new();
    for first in 0..FIRST {
        let before = if first == 0 {
            "{ a = { name = \"start\" } }".to_string()
        } else {
            format!("module.m{}.given", first - 1)
        };
        let _ = write!(
            root,
            "module \"m{first}\" {{\n  source = \"./m{first}\"\n  nodes = {before}\n  setting1 = {{ name = \"n{first}\", size = {first} }}\n  setting2 = {{ name = \"n\", tags = {{ part = {first} }} }}\n}}\n\n"
        );
        let mut place = dir.join(format!("m{first}"));
        for level in 1..=DEEP {
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join("main.tf"), module(level)).unwrap();
            place = place.join("inner");
        }
    }
    fs::write(dir.join("main.tf"), root).unwrap();
}

/// A module of one level; all but the lowest call the next one for each of their nodes.
fn module(level: usize) -> String {
    let mut text = String::from(
        "variable \"nodes\" {\n  type = map(object({ name = string, size = optional(number, 1), zones = optional(set(string), [\"a\", \"b\"]) }))\n}\n\n",
    );
    for number in 1..VARIABLES {
        let _ = write!(
            text,
            "variable \"setting{number}\" {{\n  type = object({{\n    name = string\n    size = optional(number, {number})\n    tags = optional(map(string), {{}})\n    rules = optional(list(object({{ port = number, open = optional(bool, true) }})), [{{ port = {number} }}])\n  }})\n  default = {{ name = \"default{number}\" }}\n  nullable = false\n}}\n\n"
        );
    }
    text.push_str(
        "locals {\n  ports = flatten([for s in [var.setting1, var.setting2, var.setting3, var.setting4] : s.rules[*].port if s.size > 1])\n  all = merge(var.setting1.tags, var.setting2.tags, { ports = join(\",\", local.ports) })\n}\n\nresource \"terraform_data\" \"node\" {\n  for_each = var.nodes\n  input = {\n    label = \"${each.key}-${each.value.name}\"\n    zones = sort(each.value.zones)\n    tags  = merge(local.all, { Size = tostring(each.value.size) })\n  }\n}\n\n",
    );
    if level < DEEP {
        text.push_str(
            "module \"inner\" {\n  source   = \"./inner\"\n  for_each = { for key, node in var.nodes : key => node if node.size < 8 }\n  nodes    = { (each.key) = merge(each.value, { size = each.value.size + 1 }) }\n  setting3 = { name = each.key, rules = [for zone in sort(each.value.zones) : { port = length(zone) }] }\n}\n\noutput \"below\" {\n  value = { for key, inner in module.inner : key => inner.given }\n}\n\n",
        );
    }
    text.push_str(
        "output \"given\" {\n  value = { for key, node in var.nodes : \"${key}x\" => { name = upper(node.name), size = node.size, zones = [for z in node.zones : \"${z}1\"] } }\n}\n\noutput \"ids\" {\n  value = { for key, node in terraform_data.node : key => node.id }\n}\n",
    );
    text
}
