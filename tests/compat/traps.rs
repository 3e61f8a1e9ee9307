//! Every trap of planning and applying that is known has a scenario, or a test elsewhere.
//!
//! The numbers are those that titles of scenarios bear: 36 to 62 plan one resource, 63 to 78 put things in order, 79 to 90
//! are about data sources and conditions, 91 to 108 about states, moves and drift.

use crate::case::here;
use std::collections::BTreeMap;
use std::fs;

/// What no scenario can show: trap, file from the root of the repository, a name in it, why it is there.
const ELSEWHERE: &[(u32, &str, &str, &str)] = &[
    (
        55,
        "src/engine/plan/tests/plan/destroy.rs",
        "providers_that_plan_destroys_are_asked",
        "what a provider is asked while planning leaves no trace in what is said",
    ),
    (75, "tests/compat/commands.rs", "provisioners_destroy", "provisioners have records of their own"),
    (78, "tests/compat/killed.rs", "killed_applies_lose_nothing", "a kill is no scenario"),
    (86, "tests/compat/ephemeral.rs", "closed_after_errors", "the lab has nothing ephemeral"),
    (101, "tests/compat/commands.rs", "saved_stale", "saved plans have records of their own"),
    (
        103,
        "src/engine/state/src/v4/tests.rs",
        "instances_with_providers_of_their_own",
        "Terraform cannot open what OpenTofu writes there",
    ),
    (104, "tests/compat/identity.rs", "identity_schema", "Terraform 1.11 knows no identities"),
    (107, "src/engine/plan/tests/plan/faults.rs", "both_public_registries_are_one_provider", "Terraform knows one"),
];

#[test]
fn every_trap_has_its_scenario() {
    let mut shown: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for file in fs::read_dir(here().join("conformance")).unwrap() {
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let Some(title) = line.strip_prefix("## ") else { continue };
            let Some((_, numbers)) = title.strip_suffix(')').and_then(|title| title.rsplit_once('(')) else { continue };
            for number in numbers.split(", ").filter_map(|number| number.parse().ok()) {
                shown.entry(number).or_default().push(title.to_string());
            }
        }
    }
    let root = here().join("../..");
    for (trap, file, name, why) in ELSEWHERE {
        assert!(!shown.contains_key(trap), "{trap} has a scenario now: {why}");
        let text = fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(name), "{file} has no {name} any more, which stands for trap {trap}");
    }
    let missing: Vec<u32> = (36..=108)
        .filter(|trap| !shown.contains_key(trap) && !ELSEWHERE.iter().any(|(elsewhere, ..)| elsewhere == trap))
        .collect();
    assert!(missing.is_empty(), "no scenario has these numbers: {missing:?}");
    let scenarios: usize = fs::read_dir(here().join("conformance"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap().matches("\n## ").count())
        .sum();
    assert!(scenarios >= 300, "{scenarios} scenarios");
}
