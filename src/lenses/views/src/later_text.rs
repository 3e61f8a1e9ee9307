//! What a plan leaves to later waves, as text.

use crate::paint::{Paint, Symbol};
use addrs::ConfigResource;
use plan::{Action, Because, Deferred, Plan, Waiting};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many instances of one resource are named.
const NAMED: usize = 5;

/// The announcement: which addresses, what may become of them, and what they wait for.
pub(crate) fn later(plan: &Plan, paint: Paint) -> String {
    if !plan.has_deferred() {
        return String::new();
    }
    let mut out = format!(
        "\n{} What follows is planned when it is applied:\n\n",
        paint.bold("This plan is one wave of several.")
    );
    let mut of_resource: BTreeMap<ConfigResource, usize> = BTreeMap::new();
    for deferred in &plan.deferred {
        let count = of_resource.entry(deferred.addr.config()).or_default();
        *count += 1;
        if *count <= NAMED {
            out.push_str(&line(deferred, paint));
        }
    }
    for (resource, count) in of_resource.iter().filter(|(_, count)| **count > NAMED) {
        out.push_str(&format!("    … and {} more of {resource}\n", count - NAMED));
    }
    let told: BTreeSet<&Arc<str>> = plan.deferred.iter().filter_map(|deferred| Some(&keys(deferred)?.block)).collect();
    for waiting in plan.awaited.iter().filter(|waiting| !told.contains(&waiting.block)) {
        out.push_str(&format!("    {} ({})\n", waiting.block, wait(waiting)));
    }
    out.push_str(
        "\nLater waves of an apply do what is marked here, and update what is there of it\nalready. Before they destroy, replace or change anything else, drform asks\nagain.\n",
    );
    out
}

fn keys(deferred: &Deferred) -> Option<&Waiting> {
    match &deferred.because {
        Because::Keys(waiting) => Some(waiting),
        Because::Prerequisite(_) | Because::Used(_) => None,
    }
}

fn line(deferred: &Deferred, paint: Paint) -> String {
    let symbol = match deferred.action {
        Action::Read => Symbol::Read,
        Action::Delete => Symbol::Delete,
        Action::NoOp | Action::Update => Symbol::Update,
        _ => Symbol::Create,
    };
    let deposed = deferred.deposed.as_ref().map(|key| format!(" (deposed object {key})")).unwrap_or_default();
    let because = because(deferred);
    format!("{}{}{deposed} ({because})\n", paint.symbol(symbol), deferred.addr)
}

fn because(deferred: &Deferred) -> String {
    match &deferred.because {
        Because::Keys(waiting) => {
            let there = match deferred.there.len() {
                0 => String::new(),
                1 => "; 1 is there and stays until then".into(),
                n => format!("; {n} are there and stay until then"),
            };
            format!("{}{there}", wait(waiting))
        }
        Because::Prerequisite(of) => format!("depends on {of}"),
        Because::Used(by) => format!("not before {by}, which was made with it"),
    }
}

fn wait(waiting: &Waiting) -> String {
    let Waiting { block, argument, on, .. } = waiting;
    let on = if on.is_empty() { "what this wave does".to_owned() } else { on.join(", ") };
    format!("{argument} of {block} waits for {on}")
}
