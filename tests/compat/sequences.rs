//! Random sequences: a configuration is applied, edited at random and applied again, beside Terraform, each with a cloud
//! of its own; plans, calls, exit codes, states and clouds are the same after each step, and at the end nothing is to be
//! done.
//!
//! Fixed seeds always, against recorded digests of what Terraform says and does; where `terraform` is on PATH it is asked
//! again. They are those of the seeds from 0 to 59 that agreed on 2026-11-23. Of 0 to 9, seen again after all mends of that
//! day, five differed; in one of them Terraform loses an order, because after a `moved` its state names dependencies by
//! their old addresses, the others are open. `DRFORM_RANDOM=1000 DRFORM_SEED=7 cargo test --test compat sequences -- --nocapture` compares as
//! many new ones; a difference is told with its seed, its step and how to make it, and becomes a scenario of
//! `conformance/sequences.txt`.

mod edits;
mod fragile;
mod plot;

use crate::case::here;
use crate::hosted::served;
use crate::lab::{Cloud, Lab};
use crate::tool::{Setting, Tool, World, directory, terraform};
use crate::transcript::{done, json, steady, told};
use edits::{Argument, Deed, Picked, Step, sequence};
use fragile::{Broken, Fragile};
use plot::CANARY;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Seeds of every run.
const FIXED: &[u64] =
    &[1, 2, 3, 4, 8, 13, 14, 20, 21, 24, 25, 28, 29, 32, 34, 35, 36, 38, 42, 43, 47, 50, 51, 52, 53, 57, 59];

/// Sequences that run at once: most of the time they wait (`lab.rs`).
const AT_ONCE: usize = 6;
/// How often is applied at the end until nothing is to be done: a data source may show what a plan did not know.
const SETTLES: usize = 4;

/// See `Cloud::quiet`.
const PATIENCE: Duration = Duration::from_millis(1200);

/// What Terraform answers where we rightly do not follow: a sequence ends there.
const ENDS: &[(&str, &str)] = &[("cycle", "Error: Cycle"), ("lost", "Error: no change found for ")];

/// What came of a sequence: of each step what was said and done, and why it ended before its end.
struct Told {
    steps: Vec<String>,
    ended: Option<&'static str>,
}

#[test]
fn go_as_with_terraform() {
    let file = here().join("recorded/sequences.txt");
    let seeds = FIXED;
    let mut recorded = fs::read_to_string(&file).unwrap_or_default();
    if terraform().is_some() {
        let theirs = each(seeds, |seed| {
            let line = |patience| record(seed, &run(Tool::Terraform, seed, None, patience));
            let once = line(None);
            if recorded.lines().any(|l| l == once.trim_end()) { once } else { line(Some(PATIENCE)) }
        });
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            recorded = theirs.concat();
            fs::write(&file, &recorded).unwrap();
        }
        crate::transcript::same("recorded", &recorded, "terraform", &theirs.concat(), "sequences");
    }
    let recorded: BTreeMap<u64, Vec<&str>> = recorded
        .lines()
        .map(|line| line.split(' ').collect())
        .map(|words: Vec<&str>| (words[0].parse().unwrap(), words[1..].to_vec()))
        .collect();
    let differ = each(seeds, |seed| {
        let ended = ENDS.iter().find(|(word, _)| recorded[&seed].last() == Some(word));
        let steps = recorded[&seed].len() - usize::from(ended.is_some());
        let same = |patience| {
            let ours = record(seed, &run(Tool::Drform, seed, Some(steps), patience));
            ours.split_whitespace().skip(1).eq(recorded[&seed][..steps].iter().copied())
        };
        (!same(None) && !same(Some(PATIENCE))).then_some(seed)
    });
    let differ: Vec<u64> = differ.into_iter().flatten().collect();
    let told: String = differ.iter().take(3).filter_map(|seed| compare(*seed).err()).collect();
    assert!(differ.is_empty(), "{} seeds differ: {differ:?}\n{told}", differ.len());
}

/// As many as `DRFORM_RANDOM` says, from `DRFORM_SEED` on.
#[test]
fn new_ones_too() {
    let number = |name| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap_or_else(|e| panic!("{name}: {e}")));
    let (Some(_), Some(count)) = (terraform(), number("DRFORM_RANDOM")) else { return };
    let start = number("DRFORM_SEED").unwrap_or(20_261_123);
    println!("sequences: DRFORM_SEED={start} DRFORM_RANDOM={count}");
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differ = Vec::new();
    let seeds: Vec<u64> = (start..start + count).collect();
    for part in seeds.chunks(10) {
        for (seed, outcome) in part.iter().zip(each(part, compare)) {
            match outcome {
                Ok(ended) => *ends.entry(ended.unwrap_or("whole")).or_default() += 1,
                Err(told) => {
                    println!("{told}");
                    differ.push(*seed);
                }
            }
        }
        println!("sequences: up to {}, {ends:?}, differ: {differ:?}", part[part.len() - 1]);
    }
    assert!(differ.is_empty(), "{} seeds differ: {differ:?}", differ.len());
}

/// For each seed, several at once, in order.
fn each<T: Send>(seeds: &[u64], of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = Mutex::new(seeds.iter().enumerate());
    let made = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some((at, seed)) = next.lock().unwrap().next() else { break };
                    let one = of(*seed);
                    made.lock().unwrap().insert(at, one);
                }
            });
        }
    });
    made.into_inner().unwrap().into_values().collect()
}

/// A line of the record.
fn record(seed: u64, told: &Told) -> String {
    let digest = |text: &String| -> String {
        Sha256::digest(text.as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect()
    };
    let steps: String = told.steps.iter().map(|step| format!(" {}", digest(step))).collect();
    format!("{seed}{steps}{}\n", told.ended.map_or(String::new(), |word| format!(" {word}")))
}

/// Both tools with one seed: why the sequence ended early, or what differs.
fn compare(seed: u64) -> Result<Option<&'static str>, String> {
    if terraform().is_none() {
        return Err(format!("== seed {seed}: no terraform to compare with\n"));
    }
    compare_patiently(seed, None).or_else(|_| compare_patiently(seed, Some(PATIENCE)))
}

fn compare_patiently(seed: u64, patience: Option<Duration>) -> Result<Option<&'static str>, String> {
    let theirs = run(Tool::Terraform, seed, None, patience);
    let ours = run(Tool::Drform, seed, Some(theirs.steps.len()), patience);
    let at = (0..theirs.steps.len()).find(|at| theirs.steps.get(*at) != ours.steps.get(*at));
    let Some(at) = at else { return Ok(theirs.ended) };
    let nothing = String::new();
    let (left, right) = (&theirs.steps[at], ours.steps.get(at).unwrap_or(&nothing));
    let difference =
        similar::TextDiff::from_lines(left, right).unified_diff().header("terraform", "drform").to_string();
    Err(format!("{}== seed {seed} differs at step {}\n{difference}\n", shown(seed, at), at + 1))
}

/// The last steps up to one that differs, like a scenario.
fn shown(seed: u64, at: usize) -> String {
    let mut text = String::new();
    let steps = sequence(seed);
    let last = at.min(steps.len() - 1);
    for (number, step) in steps.iter().enumerate().take(last + 1).skip(last.saturating_sub(1)) {
        text.push_str(&format!("== step {} of seed {seed}\n", number + 1));
        step.files.iter().for_each(|(name, content)| text.push_str(&format!("#- {name}\n{content}")));
        text.push_str(&format!("#! {:?}\n#= {:?}\n", step.deeds, step.arguments));
    }
    text
}

/// Runs a sequence: so many steps of it, or until it ends. What seems to differ is run again with more `patience`: which
/// calls waited for each other is known by what is not asked for a while.
fn run(tool: Tool, seed: u64, most: Option<usize>, patience: Option<Duration>) -> Told {
    let cloud = Arc::new(Cloud::patient(patience));
    let broken = Broken::default();
    let (mut setting, _at, _runtime) = served("lab", Fragile(Lab(cloud.clone()), broken.clone()));
    // In no file of the configuration: where it stands then, a tool has written it.
    setting.environment.push(("TF_VAR_secret".into(), CANARY.into()));
    let dir = directory();
    let mut run = Run { tool, dir: dir.path(), setting, cloud, broken, modules: BTreeSet::new() };
    let mut told = Told { steps: Vec::new(), ended: None };
    let full = |told: &Told| most.is_some_and(|most| told.steps.len() >= most);
    for step in sequence(seed) {
        if full(&told) {
            return told;
        }
        let said = run.step(&step);
        if let Some((word, _)) = ENDS.iter().find(|(_, line)| tool == Tool::Terraform && said.contains(line)) {
            told.ended = Some(word);
            return told;
        }
        told.steps.push(said);
    }
    for _ in 0..SETTLES {
        if full(&told) {
            return told;
        }
        let ran = tool.run(dir.path(), &run.setting, &["plan", "-detailed-exitcode"]);
        run.cloud.told();
        if ran.code == 0 {
            told.steps.push("settled\n".into());
            return told;
        }
        let said = run.apply(&[]);
        told.steps.push(said);
    }
    told.ended = Some("never settles");
    told
}

/// A tool in a directory, with a cloud.
struct Run<'a> {
    tool: Tool,
    dir: &'a Path,
    setting: Setting,
    cloud: Arc<Cloud>,
    broken: Broken,
    /// Those that the tool has been told of.
    modules: BTreeSet<String>,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> String {
        self.write(&step.files);
        let mut said = String::new();
        for deed in &step.deeds {
            said.push_str(&self.deed(deed));
        }
        let arguments: Vec<String> = step.arguments.iter().filter_map(|argument| self.argument(argument)).collect();
        said.push_str(&self.apply(&arguments));
        said
    }

    fn write(&mut self, files: &BTreeMap<String, String>) {
        for (name, content) in files {
            let path = self.dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let modules: BTreeSet<String> = files.keys().filter(|name| name.contains('/')).cloned().collect();
        if modules != self.modules {
            // What is wrong with the configuration the apply says.
            self.tool.run(self.dir, &self.setting, &["get"]);
            self.modules = modules;
        }
    }

    /// What was planned and done, how it ended, what the provider was asked, and what is there then.
    fn apply(&self, arguments: &[String]) -> String {
        let all: Vec<&str> = ["apply", "-auto-approve", "-parallelism=100"]
            .into_iter()
            .chain(arguments.iter().map(String::as_str))
            .collect();
        let ran = self.tool.run(self.dir, &self.setting, &all);
        if self.tool == Tool::Drform {
            crate::canary::not_left(self.dir);
        }
        let objects: String = self.cloud.objects().iter().map(|(id, object)| format!("{id}: {object}\n")).collect();
        let calls = self.cloud.told();
        // When it refreshes without planning changes, Terraform notes whether to create first as it is configured then.
        let state = self.state().map_or(String::new(), |state| json(&state));
        let state: String = state
            .lines()
            .filter(|l| !l.contains("\"create_before_destroy\": true"))
            .map(|l| format!("{l}\n"))
            .collect();
        let left = format!("-- cloud\n{}-- state\n{state}", steady(&objects));
        let head = format!("== apply {}: exit {}\n", arguments.join(" "), ran.code);
        let failed = ["Planning failed.", "planned the following actions, but then encountered a problem"];
        if ran.code != 0 && (failed.iter().any(|words| ran.out.contains(words)) || !ran.out.contains("\nPlan: ")) {
            // How much is looked at and planned beside a mistake is no matter, nor what else there is to say.
            assert!(!calls.contains("create ") && !calls.contains("delete ") && !calls.contains("update "), "{calls}");
            let errors = done(&ran.text());
            let errors: String =
                errors.lines().filter(|l| l.starts_with("Error: ")).map(|l| format!("{l}\n")).collect();
            return format!("{head}{errors}{left}");
        }
        // Warnings stand below, of both streams.
        let planned = told(&plan_of(&ran.out, self.tool));
        let planned: String =
            planned.lines().filter(|l| !l.starts_with("Warning: ")).map(|l| format!("{l}\n")).collect();
        let (planned, calls) = if arguments.iter().any(|argument| argument == "-destroy") {
            // Before it destroys, Terraform plans as usual: it reads more, and outputs are what that plan would make of them.
            (planned.split("Changes to Outputs:").next().unwrap_or_default().to_string(), deletes(&calls))
        } else {
            (planned, calls)
        };
        format!("{head}{planned}{}-- calls\n{}{left}", done(&ran.text()), steady(&calls))
    }

    fn state(&self) -> Option<String> {
        fs::read_to_string(self.dir.join("terraform.tfstate")).ok()
    }

    /// Addresses of managed instances, or of their resources, in the state.
    fn addresses(&self, instances: bool) -> Vec<String> {
        let state = self.state().map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        let mut found = BTreeSet::new();
        for resource in state["resources"].as_array().into_iter().flatten().filter(|r| r["mode"] == "managed") {
            let module = resource["module"].as_str().map_or(String::new(), |module| format!("{module}."));
            let address =
                format!("{module}{}.{}", resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap());
            for instance in resource["instances"].as_array().into_iter().flatten() {
                let key =
                    instance.get("index_key").filter(|_| instances).map_or(String::new(), |key| format!("[{key}]"));
                found.insert(format!("{address}{key}"));
            }
        }
        found.into_iter().collect()
    }

    fn picked(&self, number: usize, instances: bool) -> Option<String> {
        let all = self.addresses(instances);
        all.get(number % all.len().max(1)).cloned()
    }

    fn argument(&self, argument: &Argument) -> Option<String> {
        match argument {
            Argument::Plain(text) => Some(text.to_string()),
            Argument::OfInstance(flag, number) => Some(format!("{flag}{}", self.picked(*number, true)?)),
            Argument::OfResource(flag, number) => Some(format!("{flag}{}", self.picked(*number, false)?)),
        }
    }

    fn object(&self, number: usize) -> Option<String> {
        let ids: Vec<String> = self.cloud.objects().into_keys().collect();
        ids.get(number % ids.len().max(1)).cloned()
    }

    fn deed(&self, deed: &Deed) -> String {
        match deed {
            Deed::Gone(number) => self.object(*number).map_or(String::new(), |id| self.edit(&format!("gone {id}"))),
            Deed::Drift(number, what) => {
                self.object(*number).map_or(String::new(), |id| self.edit(&format!("set {id} {what}")))
            }
            Deed::Break(verb, picked) => {
                let of = match picked {
                    Picked::Object(number) => self.object(*number),
                    Picked::Name(name) => Some(name.clone()),
                };
                let Some(of) = of else { return String::new() };
                let call = format!("{verb} {of}");
                let said = format!("== break {call}\n");
                self.broken.lock().unwrap().insert(call);
                said
            }
            Deed::Mend => {
                self.broken.lock().unwrap().clear();
                "== mend\n".into()
            }
            Deed::Command(command, number) => {
                let Some(address) = self.picked(*number, true) else { return String::new() };
                let words: Vec<&str> = command.split(' ').chain([address.as_str()]).collect();
                self.command(&words)
            }
            Deed::StateMove(from, to) => self.command(&["state", "mv", from, to]),
        }
    }

    fn edit(&self, line: &str) -> String {
        self.cloud.edit(line);
        format!("== {line}\n")
    }

    fn command(&self, words: &[&str]) -> String {
        let ran = self.tool.run(self.dir, &self.setting, words);
        format!("== {}: exit {}\n", words.join(" "), ran.code)
    }
}

/// The plan that an apply shows first. Terraform shows what `terraform_data` was given in secret; we do not.
fn plan_of(out: &str, tool: Tool) -> String {
    let is_read = |l: &&str| [": Refreshing state...", ": Reading...", ": Read complete"].iter().any(|w| l.contains(w));
    let is_work = |l: &&str| !l.starts_with(' ') && ["ing... [", "ing..."].iter().any(|w| l.contains(w));
    // Data sources are read, not moved: only Terraform says that they were.
    let is_moved_data = |l: &&str| l.starts_with("  # (moved from ") && l.contains("data.");
    let lines = out.lines().filter(|l| !is_read(l) && !is_moved_data(l) && !l.starts_with('─'));
    let lines = lines.take_while(|l| !is_work(l) && !l.starts_with("Apply complete!"));
    let text = lines.collect::<Vec<_>>().join("\n");
    if tool == Tool::Terraform { text.replace(&format!("{CANARY:?}"), "(sensitive value)") } else { text }
}

/// Layers of deletes alone.
fn deletes(calls: &str) -> String {
    let layers = calls.lines().filter_map(|line| line.split_once(". ")).map(|(_, layer)| layer);
    let layers = layers.filter(|layer| !layer.starts_with("lookup "));
    layers.enumerate().map(|(number, layer)| format!("{}. {layer}\n", number + 1)).collect()
}
