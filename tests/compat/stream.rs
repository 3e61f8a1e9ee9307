//! `-json`: drform and Terraform tell programs the same. Messages are compared as a set: which of two independent objects
//! comes first is chance. What must be in order is looked at for each tool alone.

use crate::case::{Case, here};
use crate::tool::{Setting, Tool, directory, terraform};
use crate::transcript::{same, steady};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

macro_rules! streams {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            agree(stringify!($name));
        })+
    };
}

streams! {
    check_blocks,
    conditions,
    count_to_single,
    create_before_destroy,
    import_blocks,
    json,
    modules_for_each,
    moved,
    outputs_sensitive,
    prevent_destroy,
    refresh_only,
    remote_state,
    replace_flag,
    replace_triggered_by,
    triggers_replace,
    variables_validation,
}

/// An apply of a saved plan tells what it will do, and then does it.
#[test]
fn saved_plans() {
    for name in ["create_before_destroy", "import_blocks", "moved", "outputs_sensitive", "triggers_replace"] {
        agree_on(&Case::read(name), &format!("saved_{name}"), saved_transcript);
    }
}

fn saved_transcript(tool: Tool, case: &Case) -> String {
    let dir = directory();
    let mut said = String::new();
    let mut known = BTreeSet::new();
    for (number, step) in case.steps.iter().enumerate() {
        step.edit(dir.path());
        if number == 0 {
            tool.run(dir.path(), &Setting::default(), &["init"]).ok();
        }
        let arguments = step.arguments.iter().map(String::as_str);
        let arguments: Vec<&str> = ["plan", "-out=saved.plan"].into_iter().chain(arguments).collect();
        tool.run(dir.path(), &Setting::default(), &arguments).ok();
        let told = messages(tool, dir.path(), &["apply", "-json", "saved.plan"], &mut known);
        said.push_str(&format!("== step {}\n{told}", number + 1));
    }
    said
}

fn agree(name: &str) {
    agree_on(&Case::read(name), name, transcript);
}

fn agree_on(case: &Case, name: &str, transcript: fn(Tool, &Case) -> String) {
    let recorded_file = here().join("recorded/stream").join(format!("{name}.txt"));
    let theirs = terraform().map(|_| transcript(Tool::Terraform, case));
    if let (Some(said), true) = (&theirs, std::env::var_os("UPDATE_EXPECT").is_some()) {
        fs::write(&recorded_file, said).unwrap();
    }
    let recorded = fs::read_to_string(&recorded_file).unwrap_or_default();
    if let Some(said) = &theirs {
        same("recorded", &recorded, "terraform", said, name);
    }
    same("terraform", &recorded, "drform", &transcript(Tool::Drform, case), name);
}

fn transcript(tool: Tool, case: &Case) -> String {
    let dir = directory();
    let mut said = String::new();
    let mut known = BTreeSet::new();
    for (number, step) in case.steps.iter().enumerate() {
        step.edit(dir.path());
        if number == 0 {
            tool.run(dir.path(), &Setting::default(), &["init"]).ok();
        }
        for verb in [&["plan", "-json"][..], &["apply", "-json", "-auto-approve"]] {
            let arguments: Vec<&str> = verb.iter().copied().chain(step.arguments.iter().map(String::as_str)).collect();
            said.push_str(&format!("== step {} {}\n", number + 1, arguments.join(" ")));
            said.push_str(&messages(tool, dir.path(), &arguments, &mut known));
        }
    }
    let last = case.steps.last().unwrap().arguments.iter().map(String::as_str);
    let last = last.filter(|argument| argument.starts_with("-var"));
    let arguments: Vec<&str> = ["destroy", "-json", "-auto-approve"].into_iter().chain(last).collect();
    said.push_str(&format!("== destroy\n{}", messages(tool, dir.path(), &arguments, &mut known)));
    said
}

fn messages(tool: Tool, dir: &Path, arguments: &[&str], known: &mut BTreeSet<String>) -> String {
    let ran = tool.run(dir, &Setting::default(), arguments);
    assert_eq!(ran.error, "", "{tool:?} {arguments:?}");
    let lines: Vec<Map<String, Value>> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    in_order(&lines);
    // drform does not read data sources in order to destroy.
    let looks = |line: &Map<String, Value>| line.get("hook").is_some_and(|hook| hook["action"] == "read");
    let lines = lines.into_iter().filter(|line| arguments[0] != "destroy" || !looks(line));
    let mut told: Vec<String> = lines.map(|line| plain(line, known)).collect();
    told.sort();
    told.dedup();
    format!("{}\nexit {}\n", told.join("\n"), ran.code)
}

/// The version comes first; every object that begins something ends it before it begins anything else; the sum of a plan
/// comes before anything is applied, the sum of an apply after it.
fn in_order(lines: &[Map<String, Value>]) {
    let is_planned = |line: &Map<String, Value>| line.get("changes").is_some_and(|sum| sum["operation"] == "plan");
    let mut open: BTreeMap<String, String> = BTreeMap::new();
    let mut sums = 0;
    for (number, line) in lines.iter().enumerate() {
        let kind = line["type"].as_str().unwrap();
        assert_eq!(kind == "version", number == 0, "{line:?}");
        sums += usize::from(kind == "change_summary");
        let Some(hook) = line.get("hook") else { continue };
        // One address may have several objects.
        let object = format!("{} {}", hook["resource"]["addr"], hook.get("action").unwrap_or(&Value::Null));
        match kind.rsplit_once('_').unwrap() {
            (what, "start") => assert!(open.insert(object, what.into()).is_none(), "{line:?}"),
            (what, "complete" | "errored") => assert_eq!(open.remove(&object).as_deref(), Some(what), "{line:?}"),
            (what, _) => assert_eq!(open.get(&object).map(String::as_str), Some(what), "{line:?}"),
        }
        let applies = kind.starts_with("apply_") && hook["action"] != "read";
        // The sum of a saved plan is not told again.
        let planned = sums + usize::from(!lines.iter().any(is_planned));
        assert!(!applies || planned == 1, "{line:?}");
    }
    // What cannot be read is told by its diagnostics alone, with Terraform.
    open.retain(|object, _| !object.ends_with("\"read\""));
    assert!(open.is_empty(), "{open:?}");
}

/// Without time and ids; a resource that was told before by its address alone; of diagnostics severity and summary, because
/// the words are our own.
fn plain(mut line: Map<String, Value>, known: &mut BTreeSet<String>) -> String {
    let time = line.remove("@timestamp").unwrap();
    let time = time.as_str().unwrap();
    assert!(time.len() == 27 && time.ends_with('Z') && time.as_bytes()[19] == b'.', "{time}");
    assert_eq!(line.remove("@module").unwrap(), "terraform.ui");
    line["@message"] = json!(steady(line["@message"].as_str().unwrap()).trim_end());
    if let Some(diagnostic) = line.get_mut("diagnostic") {
        assert!(diagnostic["detail"].is_string());
        *diagnostic = json!([diagnostic["severity"], diagnostic["summary"]]);
    }
    for holder in ["change", "hook"] {
        let Some(holder) = line.get_mut(holder) else { continue };
        for which in ["resource", "previous_resource"] {
            if let Some(resource) = holder.get_mut(which)
                && !known.insert(resource.to_string())
            {
                *resource = resource["addr"].clone();
            }
        }
        if let Some(seconds) = holder.get_mut("elapsed_seconds") {
            assert!(seconds.is_number());
            *seconds = json!("N");
        }
    }
    steady(&Value::Object(line).to_string().replace("drform", "Terraform")).trim_end().to_string()
}

#[test]
fn a_file_beside_what_is_shown() {
    let dir = directory();
    fs::write(dir.path().join("main.tf"), "resource \"terraform_data\" \"a\" { input = \"<x>\" }\n").unwrap();
    let run = |arguments: &[&str]| Tool::Drform.run(dir.path(), &Setting::default(), arguments);
    let file = dir.path().join("messages");
    fs::write(&file, "what was there before, and is longer than a first message").unwrap();
    let shown = run(&["plan", "-json-into=messages"]).ok().out;
    assert!(shown.contains("# terraform_data.a will be created"), "{shown}");
    let told = fs::read_to_string(&file).unwrap();
    let kinds = |told: &str| -> Vec<String> {
        let kind = |line: &str| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_string();
        told.lines().map(kind).collect()
    };
    assert_eq!(kinds(&told), ["version", "planned_change", "change_summary"]);
    assert_eq!(kinds(&run(&["plan", "-json"]).ok().out), kinds(&told));

    let shown = run(&["apply", "-auto-approve", "-json-into=fresh"]).ok().out;
    assert!(shown.contains("Apply complete!"), "{shown}");
    let told = fs::read_to_string(dir.path().join("fresh")).unwrap();
    let whole =
        ["version", "planned_change", "change_summary", "apply_start", "apply_complete", "change_summary", "outputs"];
    assert_eq!(kinds(&told), whole);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(dir.path().join("fresh")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    let nowhere = run(&["plan", "-json-into=no/such/directory"]);
    assert!(nowhere.code == 1 && nowhere.error.contains("-json-into"), "{nowhere:?}");
    assert_eq!(run(&["plan", "-json", "-json-into=messages"]).code, 1);
}

#[test]
fn nobody_is_asked() {
    let dir = directory();
    fs::write(dir.path().join("main.tf"), "output \"a\" { value = 1 }\n").unwrap();
    for verb in ["apply", "destroy"] {
        let ran = Tool::Drform.run(dir.path(), &Setting::default(), &[verb, "-json"]);
        assert_eq!((ran.code, ran.error.as_str()), (1, ""));
        assert!(ran.out.contains("\"Error: Plan file or auto-approve required\""), "{}", ran.out);
    }
    assert!(!dir.path().join("terraform.tfstate").exists());
}

#[test]
fn secrets_are_not_told() {
    let dir = directory();
    let text = "resource \"terraform_data\" \"a\" { input = sensitive(\"canary-4711\") }\n\
                output \"o\" {\n  value     = terraform_data.a.input\n  sensitive = true\n}\n";
    fs::write(dir.path().join("main.tf"), text).unwrap();
    for verb in [&["plan", "-json"][..], &["apply", "-json", "-auto-approve"], &["destroy", "-json", "-auto-approve"]] {
        let ran = Tool::Drform.run(dir.path(), &Setting::default(), verb).ok();
        assert!(!ran.text().contains("4711"), "{}", ran.text());
    }
}
