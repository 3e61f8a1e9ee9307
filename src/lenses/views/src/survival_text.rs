//! What survives, as a table for people.

use crate::paint::Paint;
use crate::plan_text::Colour;
use dr::{Judged, Level, Report, Rpo, Verdict};

/// Renders the table: one block per data set, one row per failure, with the reason of the copy that decides.
pub fn survival_text(report: &Report, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let mut out = format!("\n{} {}\n", paint.bold("Survival"), coverage(report));
    if report.datasets.is_empty() {
        out.push_str("\n  No data sets: no disk or bucket is declared.\n");
    }
    for set in &report.datasets {
        out.push_str(&dataset(set, paint));
    }
    if report.taken_as_stateless > 0 {
        let n = report.taken_as_stateless;
        let s = if n == 1 { "" } else { "s" };
        out.push_str(&format!("\n  Taken to hold nothing of its own: the root disk of {n} instance{s}.\n"));
    }
    out
}

fn coverage(report: &Report) -> String {
    let opaque: usize = report.opaque.values().sum();
    let total = report.modelled + opaque;
    let mut text = format!("(modelled {} of {total} resources", report.modelled);
    if !report.opaque.is_empty() {
        let names: Vec<String> = report.opaque.iter().map(|(kind, n)| format!("{kind} × {n}")).collect();
        text.push_str(&format!("; opaque: {}", names.join(", ")));
    }
    text.push(')');
    text
}

fn dataset(set: &Judged, paint: Paint) -> String {
    let mut out = format!("\n  {}\n", paint.bold(&set.name));
    let width = set.verdicts.iter().map(|v| v.failure.to_string().chars().count()).max().unwrap_or(0);
    for verdict in &set.verdicts {
        let failure = verdict.failure.to_string();
        out.push_str(&format!("    {failure:width$}  {}  {}\n", level(verdict.level, paint), deciding(verdict)));
    }
    out
}

fn level(level: Level, paint: Paint) -> String {
    let word = format!("{:10}", level.word());
    match level {
        Level::Unaffected | Level::Failover => paint.green(&word),
        Level::Promote | Level::Rebuild | Level::Restore | Level::Unknown => paint.yellow(&word),
        Level::Stranded | Level::Lost => paint.red(&word),
    }
}

/// The one sentence that decides: of the copy that carries on, or of the first that does not.
fn deciding(verdict: &Verdict) -> String {
    let of_copy = verdict.copy.as_ref().and_then(|copy| verdict.reasons.iter().find(|r| r.starts_with(copy.as_ref())));
    let reason = of_copy.or(verdict.reasons.first()).cloned().unwrap_or_default();
    match (verdict.level, verdict.rpo) {
        (Level::Unaffected, _) => String::new(),
        (_, Some(Rpo::Unbounded)) => format!("RPO unbounded; {reason}"),
        (_, Some(Rpo::Nothing)) => format!("RPO 0s; {reason}"),
        (_, None) => reason,
    }
}

/// All reasons of the verdicts that `wanted` picks (`orders` or `orders:zone=eu-central-1a`).
pub fn survival_reasons(report: &Report, wanted: &str) -> Option<String> {
    let (name, failure) = match wanted.split_once(':') {
        Some((name, failure)) => (name, Some(failure)),
        None => (wanted, None),
    };
    let set = report.datasets.iter().find(|s| s.name.as_ref() == name)?;
    let mut out = format!("\n  {}: held by {}\n", set.name, set.copies.join(", "));
    let mut found = false;
    for verdict in &set.verdicts {
        if failure.is_none_or(|f| verdict.failure.to_string() == f || verdict.failure.class.word() == f) {
            found = true;
            out.push_str(&format!("\n    {} → {}\n", verdict.failure, verdict.level.word()));
            for reason in &verdict.reasons {
                out.push_str(&format!("      {reason}\n"));
            }
        }
    }
    found.then_some(out)
}

/// What gets worse and what gets better; empty when nothing does.
pub fn posture_text(before: &Report, after: &Report, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let mut rows = String::new();
    for set in &after.datasets {
        let Some(old) = before.datasets.iter().find(|s| s.name == set.name) else {
            continue;
        };
        for verdict in &set.verdicts {
            let Some(was) = old.verdicts.iter().find(|v| v.failure == verdict.failure) else {
                continue;
            };
            if was.level == verdict.level {
                continue;
            }
            let text = format!("{} → {}", was.level.word(), verdict.level.word());
            let text = if verdict.level > was.level { paint.red(&format!("{text}  worse")) } else { paint.green(&text) };
            rows.push_str(&format!("    {}  {}  {text}\n", set.name, verdict.failure));
        }
    }
    if rows.is_empty() { rows } else { format!("\n  This plan changes what survives:\n{rows}") }
}
