//! Random small configurations: what drform plans of them is what Terraform plans.
//!
//! Two families: values that flow through modules, and blocks, written out and by `dynamic`. 500 fixed seeds always,
//! against recorded digests of Terraform's plans; where `terraform` is on PATH it is asked again.
//! 10,000 values (seeds from 400,000) and 10,000 blocks (from 500,000) were compared on 2026-11-23 without a difference.
//! `DRFORM_RANDOM=10000 DRFORM_SEED=7 cargo test --test compat random -- --nocapture` compares as many new ones of each; a
//! difference names its seed, which then belongs into `found`.

mod blocks;
mod configuration;
mod expression;
mod rack;
pub mod source;

use crate::case::here;
use crate::hosted::Hosted;
use crate::tool::{Setting, Tool, directory, terraform};
use configuration::Configuration;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What is generated.
struct Family {
    /// Its record in `recorded/`.
    name: &'static str,
    /// Seeds of every run.
    fixed: u64,
    /// Seeds that once showed a difference.
    found: &'static [u64],
    configuration: fn(u64, &str) -> Configuration,
    setting: Setting,
}

/// What Terraform refuses is not compared. Nearly always it is `tolist` and the like of a tuple with an element that is
/// known while planning and not yet while validating, where drform waits; rarely Terraform crashes.
const REFUSED: &str = "refused";
/// Configurations that are planned at once: starting a tool takes longer than planning one.
const BATCH: usize = 50;

fn values() -> Family {
    let configuration = configuration::configuration;
    Family { name: "random", fixed: 400, found: &[], configuration, setting: Setting::default() }
}

/// Lives as long as its provider is served.
fn blocks(rack: &Hosted) -> Family {
    let configuration = blocks::configuration;
    Family { name: "random_blocks", fixed: 100, found: &[], configuration, setting: rack.setting.clone() }
}

#[test]
fn random_configurations_are_planned_as_terraform_plans_them() {
    values().fixed_seeds();
}

#[test]
fn random_blocks_are_planned_as_terraform_plans_them() {
    blocks(&Hosted::new("rack", rack::Rack, "")).fixed_seeds();
}

#[test]
fn new_random_configurations_too() {
    values().new_seeds();
}

#[test]
fn new_random_blocks_too() {
    blocks(&Hosted::new("rack", rack::Rack, "")).new_seeds();
}

impl Family {
    /// Against the record, which is Terraform's answer still.
    fn fixed_seeds(&self) {
        let file = here().join(format!("recorded/{}.txt", self.name));
        let seeds: Vec<u64> = (0..self.fixed).chain(self.found.iter().copied()).collect();
        let recorded = fs::read_to_string(&file).unwrap_or_default();
        let mut digests: BTreeMap<u64, String> = recorded
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(seed, digest)| (seed.parse().unwrap(), digest.to_string()))
            .collect();
        if terraform().is_some() {
            let theirs: BTreeMap<u64, String> =
                self.plans(Tool::Terraform, &seeds).into_iter().map(|(seed, plan)| (seed, digest(&plan))).collect();
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                fs::write(&file, theirs.iter().map(|(s, d)| format!("{s} {d}\n")).collect::<String>()).unwrap();
                digests = theirs.clone();
            }
            assert_eq!(digests, theirs, "recorded (left), and what terraform says now");
        }
        let ours = self.plans(Tool::Drform, &seeds);
        let differs = |seed: &u64| digests[seed] != REFUSED && digests[seed] != digest(&ours[seed]);
        self.report(&seeds.iter().copied().filter(differs).collect::<Vec<_>>(), &ours);
    }

    /// As many as `DRFORM_RANDOM` says, from `DRFORM_SEED` on; without them a few, always the same.
    fn new_seeds(&self) {
        if terraform().is_none() {
            return;
        }
        let number =
            |name| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap_or_else(|e| panic!("{name}: {e}")));
        let count = number("DRFORM_RANDOM").unwrap_or(self.fixed / 4);
        let start = number("DRFORM_SEED").unwrap_or(20_261_123);
        println!("{}: DRFORM_SEED={start} DRFORM_RANDOM={count}", self.name);
        let seeds: Vec<u64> = (start..start + count).collect();
        let mut refused = 0;
        for part in seeds.chunks(500) {
            let theirs = self.plans(Tool::Terraform, part);
            let ours = self.plans(Tool::Drform, part);
            let is_refused = |seed: &u64| digest(&theirs[seed]) == REFUSED;
            refused += part.iter().filter(|seed| is_refused(seed)).count();
            let differs = |seed: &u64| !is_refused(seed) && theirs[seed] != ours[seed];
            self.report(&part.iter().copied().filter(differs).collect::<Vec<_>>(), &ours);
            println!("{}: {} to {} agree", self.name, part[0], part[part.len() - 1]);
        }
        println!("{}: {count} configurations, {refused} of them refused by Terraform, no difference", self.name);
    }

    /// Shows the first differences, whole.
    fn report(&self, differ: &[u64], ours: &BTreeMap<u64, String>) {
        let mut text = String::new();
        for seed in differ.iter().take(3) {
            let shown: String = (self.configuration)(*seed, "zq")
                .files
                .iter()
                .map(|(name, text)| format!("-- {name}\n{text}"))
                .collect();
            let call = (self.configuration)(*seed, "zq").call;
            let ours = ours.get(seed).map_or("nothing", String::as_str);
            let theirs = terraform().map(|_| self.plans(Tool::Terraform, &[*seed])[seed].clone());
            let difference = theirs.map_or_else(
                || format!("drform plans:\n{ours}"),
                |theirs| {
                    similar::TextDiff::from_lines(&theirs, ours)
                        .unified_diff()
                        .header("terraform", "drform")
                        .to_string()
                },
            );
            text.push_str(&format!("== seed {seed}\n-- main.tf\n{call}{shown}{difference}\n"));
        }
        assert!(differ.is_empty(), "{} seeds differ: {differ:?}\n{text}", differ.len());
    }

    /// What a tool plans of each seed; of a seed that it refuses, its errors.
    fn plans(&self, tool: Tool, seeds: &[u64]) -> BTreeMap<u64, String> {
        let mut all = BTreeMap::new();
        for batch in seeds.chunks(BATCH) {
            let mut left = batch.to_vec();
            while !left.is_empty() {
                let (text, names) = self.run(tool, &left);
                if text.contains("TERRAFORM CRASH") {
                    // Of whom it does not say: halves are tried, until one is left.
                    match left.split_at(left.len() / 2) {
                        ([], only) => drop(all.insert(only[0], "Error: a crash".into())),
                        (some, others) => {
                            all.extend(self.plans(tool, some));
                            all.extend(self.plans(tool, others));
                        }
                    }
                    break;
                }
                let Some(errors) = errors(&text) else {
                    all.extend(parts(&text, &left, &names));
                    break;
                };
                // One mistake stops all of them: it stays behind, the others go again.
                let wrong: Vec<u64> = left
                    .iter()
                    .zip(&names)
                    .filter(|(_, name)| text.contains(name.as_str()))
                    .map(|(seed, _)| *seed)
                    .collect();
                assert!(!wrong.is_empty(), "{tool:?} says of none in particular: {text}");
                if let [only] = left[..] {
                    all.insert(only, errors);
                    break;
                }
                all.extend(wrong.iter().flat_map(|seed| self.plans(tool, &[*seed])));
                left.retain(|seed| !wrong.contains(seed));
            }
        }
        all
    }

    /// Plans all of them as modules of one configuration; the names of the modules are found in no other text.
    fn run(&self, tool: Tool, seeds: &[u64]) -> (String, Vec<String>) {
        let dir = directory();
        let names: Vec<String> = (0..seeds.len()).map(|n| format!("zq{n:02}")).collect();
        for (seed, name) in seeds.iter().zip(&names) {
            self.write(dir.path(), *seed, name);
        }
        let said = tool.run(dir.path(), &self.setting, &["init"]);
        let said = if said.code == 0 { tool.run(dir.path(), &self.setting, &["plan"]) } else { said };
        let text = said.text();
        let explained = errors(&text).is_some() || text.contains("TERRAFORM CRASH");
        assert!(said.code == 0 || explained, "{tool:?} ended with {} and no error: {text}", said.code);
        (text, names)
    }

    fn write(&self, dir: &Path, seed: u64, name: &str) {
        let made = (self.configuration)(seed, name);
        for (file, text) in &made.files {
            let path = dir.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        // The outputs of a module are seen through a resource beside it: there secrets may be, too.
        let seen = if made.files[made.files.len() - 1].1.contains("output \"out\"") {
            format!("resource \"terraform_data\" \"{name}\" {{\n  input = module.{name}.out\n}}\n")
        } else {
            String::new()
        };
        fs::write(dir.join(format!("{name}.tf")), format!("{}{seen}", made.call)).unwrap();
    }
}

/// What stands for a plan in the record.
fn digest(plan: &str) -> String {
    if plan.starts_with("Error: ") {
        return REFUSED.into();
    }
    Sha256::digest(plan.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// The summaries of errors, if there are any.
fn errors(text: &str) -> Option<String> {
    let lines = text.lines().map(|l| l.trim_start_matches(['│', '╷', ' ']));
    let errors: BTreeSet<&str> = lines.filter(|l| l.starts_with("Error: ")).collect();
    (!errors.is_empty()).then(|| errors.into_iter().collect::<Vec<_>>().join("\n"))
}

/// A plan of all, cut into what each is planned to be.
fn parts(text: &str, seeds: &[u64], names: &[String]) -> BTreeMap<u64, String> {
    let (changes, _) = text.split_once("\nPlan: ").unwrap_or((text, ""));
    let mut all: BTreeMap<u64, String> = seeds.iter().map(|seed| (*seed, String::new())).collect();
    let mut current: Option<(u64, &String)> = None;
    for line in changes.lines() {
        if let Some(change) = line.strip_prefix("  # ") {
            let address = change.trim_start_matches("module.").trim_start_matches("terraform_data.");
            current = seeds.iter().copied().zip(names).find(|(_, name)| address.starts_with(name.as_str()));
        }
        if let Some((seed, name)) = current {
            let mine = all.entry(seed).or_default();
            mine.push_str(&line.replace(name, "zq"));
            mine.push('\n');
        }
    }
    all.into_iter().map(|(seed, plan)| (seed, plan.trim_end().to_string())).collect()
}
