//! The commonest mistakes: what Terraform says of them and what drform says, side by side in `recorded/messages.txt`.
//!
//! Each message of drform must say more: it underlines the place as Terraform does, and it says what to do next.

use crate::case::here;
use crate::tool::{Ran, Setting, Tool, directory, terraform};
use std::fmt::Write;
use std::fs;

/// A mistake: its name, the configuration, what the user would have to read in the message to go on, and the command.
struct Mistake {
    name: &'static str,
    text: &'static str,
    must_say: &'static [&'static str],
    command: &'static [&'static str],
}

const fn plan(name: &'static str, text: &'static str, must_say: &'static [&'static str]) -> Mistake {
    Mistake { name, text, must_say, command: &["plan"] }
}

const MISTAKES: &[Mistake] = &[
    plan(
        "a misspelt variable",
        "variable \"region\" {\n  default = \"eu\"\n}\n\noutput \"o\" {\n  value = var.regoin\n}\n",
        &["regoin", "\"region\""],
    ),
    plan(
        "a misspelt local value",
        "locals {\n  zone_count = 3\n}\n\noutput \"o\" {\n  value = local.zone_cuont\n}\n",
        &["zone_cuont", "zone_count"],
    ),
    plan(
        "a misspelt resource",
        "resource \"terraform_data\" \"database\" {}\n\noutput \"o\" {\n  value = terraform_data.databse.id\n}\n",
        &["databse", "database"],
    ),
    plan(
        "a misspelt attribute",
        "resource \"terraform_data\" \"a\" {}\n\noutput \"o\" {\n  value = terraform_data.a.ouptut\n}\n",
        &["ouptut", "\"output\""],
    ),
    plan("a misspelt argument", "resource \"terraform_data\" \"a\" {\n  inptu = 1\n}\n", &["inptu", "\"input\""]),
    plan("a misspelt block", "resuorce \"terraform_data\" \"a\" {}\n", &["resuorce", "\"resource\""]),
    plan("a misspelt function", "output \"o\" {\n  value = uper(\"a\")\n}\n", &["uper", "upper"]),
    plan(
        "a wrong type for a variable",
        "variable \"count_of\" {\n  type    = number\n  default = \"three\"\n}\n",
        &["number", "three"],
    ),
    plan(
        "a missing attribute of an object",
        "variable \"db\" {\n  type = object({ name = string, size = number })\n  default = { name = \"a\" }\n}\n",
        &["size"],
    ),
    plan("an argument that is missing", "output \"o\" {\n}\n", &["\"value\"", "required"]),
    plan(
        "an index that is not there",
        "locals {\n  zones = [\"a\", \"b\"]\n}\n\noutput \"o\" {\n  value = local.zones[2]\n}\n",
        &["2"],
    ),
    plan(
        "a key that is not there",
        "locals {\n  sizes = { small = 1, large = 2 }\n}\n\noutput \"o\" {\n  value = local.sizes[\"smal\"]\n}\n",
        &["smal", "small"],
    ),
    plan("a list for for_each", "resource \"terraform_data\" \"a\" {\n  for_each = [\"x\", \"y\"]\n}\n", &["toset"]),
    plan(
        "keys of for_each that nothing makes known",
        "resource \"terraform_data\" \"a\" {}\n\nresource \"terraform_data\" \"b\" {\n  for_each = toset([timestamp()])\n}\n",
        &["never be"],
    ),
    plan(
        "a resource with count, referred to without an index",
        "resource \"terraform_data\" \"a\" {\n  count = 2\n}\n\noutput \"o\" {\n  value = terraform_data.a.id\n}\n",
        &["terraform_data.a", "[count.index]"],
    ),
    plan(
        "a cycle",
        "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n\noutput \"o\" {\n  value = local.a\n}\n",
        &["local.a", "local.b", "local.c"],
    ),
    plan(
        "a secret in an output",
        "variable \"password\" {\n  sensitive = true\n  default   = \"geheim\"\n}\n\noutput \"o\" {\n  value = var.password\n}\n",
        &["sensitive = true"],
    ),
    plan(
        "the same name twice",
        "resource \"terraform_data\" \"a\" {}\n\nresource \"terraform_data\" \"a\" {}\n",
        &["main.tf", "terraform_data"],
    ),
    plan(
        "a brace that is not closed",
        "locals {\n  tags = {\n    a = 1\n}\n\noutput \"o\" {\n  value = local.tags\n}\n",
        &["closing brace"],
    ),
    plan(
        "a quotation mark that is not closed",
        "locals {\n  name = \"db\n}\n\noutput \"o\" {\n  value = local.name\n}\n",
        &["\""],
    ),
    plan("a colon for an equals sign", "locals {\n  name: \"db\"\n}\n", &["="]),
    plan(
        "arms of different types",
        "variable \"on\" {\n  default = true\n}\n\noutput \"o\" {\n  value = var.on ? { a = 1 } : [1]\n}\n",
        &["object", "tuple"],
    ),
    plan(
        "a null in a text",
        "variable \"suffix\" {\n  default = null\n}\n\noutput \"o\" {\n  value = \"db-${var.suffix}\"\n}\n",
        &["null", "var.suffix"],
    ),
    plan("a module that does not exist", "module \"network\" {\n  source = \"./netwrok\"\n}\n", &["netwrok"]),
    plan(
        "an argument that a module does not take",
        "module \"m\" {\n  source = \"./m\"\n  siez   = 1\n}\n#- m/main.tf\nvariable \"size\" {\n  default = 1\n}\n",
        &["siez", "size"],
    ),
];

#[test]
fn messages_say_more_than_terraform_s() {
    let file = here().join("recorded/messages.txt");
    let recorded = fs::read_to_string(&file).unwrap_or_default();
    let mut all = String::from(
        "What Terraform 1.11.4 and drform say of the commonest mistakes. drform's excerpt underlines the place, and its last \
         line says what to do.\n",
    );
    let mut weak = Vec::new();
    for mistake in MISTAKES {
        let theirs = match terraform() {
            Some(_) => said(Tool::Terraform, mistake),
            None => part(&recorded, mistake.name, "terraform"),
        };
        let ours = said(Tool::Drform, mistake);
        for words in mistake.must_say {
            if !ours.contains(words) {
                weak.push(format!("{}: nothing of {words}\n{ours}", mistake.name));
            }
        }
        if !ours.contains("^") || !ours.contains("next:") && !ours.contains("help:") {
            weak.push(format!("{}: no excerpt, or no next step\n{ours}", mistake.name));
        }
        let _ = write!(
            all,
            "\n==== {}\n{}\n---- terraform\n{theirs}\n---- drform\n{ours}\n",
            mistake.name,
            mistake.text.trim_end()
        );
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &all).unwrap();
    } else {
        let difference =
            similar::TextDiff::from_lines(&recorded, &all).unified_diff().header("recorded", "said").to_string();
        assert!(recorded == all, "{difference}");
    }
    assert!(weak.is_empty(), "{}", weak.join("\n"));
}

/// The errors of a run, without frames and colours.
fn said(tool: Tool, mistake: &Mistake) -> String {
    let dir = directory();
    let mut name = "main.tf";
    let mut texts: Vec<(&str, String)> = vec![(name, String::new())];
    for line in mistake.text.lines() {
        match line.strip_prefix("#- ") {
            Some(other) => {
                name = other;
                texts.push((name, String::new()));
            }
            None => {
                let last = texts.len() - 1;
                texts[last].1.push_str(&format!("{line}\n"));
            }
        }
    }
    for (name, text) in texts {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let setting = Setting::default();
    let mut ran: Ran = tool.run(dir.path(), &setting, &["init"]);
    if ran.code == 0 {
        ran = tool.run(dir.path(), &setting, mistake.command);
    }
    assert_ne!(ran.code, 0, "{}: {tool:?} finds nothing wrong: {}", mistake.name, ran.text());
    let text = ran.text();
    let from = text.find("Error: ").unwrap_or(0);
    let lines = text[from..].lines().map(|l| l.trim_start_matches(['│', '╷', '╵']).trim_end());
    let kept: Vec<String> = lines.map(steady).collect();
    kept.join("\n").replace(&*dir.path().to_string_lossy(), "DIR").trim_end().to_string()
}

/// Terraform tells a cycle in any order.
pub fn steady(line: &str) -> String {
    match line.strip_prefix("Error: Cycle: ") {
        Some(names) => {
            let mut names: Vec<&str> = names.split(", ").collect();
            names.sort_unstable();
            format!("Error: Cycle: {}", names.join(", "))
        }
        None => line.to_string(),
    }
}

/// What was recorded of a tool.
fn part(recorded: &str, name: &str, tool: &str) -> String {
    let from = recorded.split(&format!("\n==== {name}\n")).nth(1).unwrap_or_default();
    let own = from.split("\n==== ").next().unwrap_or_default();
    let said = own.split(&format!("\n---- {tool}\n")).nth(1).unwrap_or_default();
    said.split("\n---- ").next().unwrap_or_default().trim_end().to_string()
}
