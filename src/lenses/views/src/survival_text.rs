//! What survives, as a table for people.

use crate::paint::Paint;
use crate::plan_text::Colour;
use dr::{Judged, Level, Report, Rpo, Verdict};

/// Renders the table: one block per data set, one row per failure or class of failures that come out the same, with the
/// reason of the copy that decides.
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
    // So the lens calls all instances of a resource whose keys are not known yet.
    out.replace("[\"*\"]", "[*]")
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

/// Lines are not longer than this where words allow it.
const WIDTH: usize = 100;
/// So much of a line a reason must have to stand beside the verdict; else it stands below.
const LEAST_REASON: usize = 40;

fn dataset(set: &Judged, paint: Paint) -> String {
    let mut out = format!("\n  {}\n", paint.bold(&set.name));
    let rows = rows(set);
    let width = rows.iter().map(|row| row.failure.chars().count()).max().unwrap_or(0);
    let column = 4 + width + 2 + LEVEL_WIDTH + 2;
    let below = WIDTH.saturating_sub(column) < LEAST_REASON;
    for row in rows {
        let head = format!("    {:width$}  {}", row.failure, level(row.level, paint));
        let lines = if below { wrapped(&row.reason, WIDTH - 8) } else { wrapped(&row.reason, WIDTH - column) };
        let indent = " ".repeat(if below { 8 } else { column });
        let separator = if below { format!("\n{indent}") } else { "  ".into() };
        let text =
            if lines.is_empty() { head } else { format!("{head}{separator}{}", lines.join(&format!("\n{indent}"))) };
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

struct Row {
    failure: String,
    level: Level,
    reason: String,
}

/// One row for each failure; one for a whole class where all of it comes out the same.
fn rows(set: &Judged) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for class in set.verdicts.chunk_by(|a, b| a.failure.class == b.failure.class) {
        let row = |failure: String, verdict: &Verdict| Row { failure, level: verdict.level, reason: deciding(verdict) };
        let alike = |first: &Verdict| class.iter().all(|v| v.level == first.level && deciding(v) == deciding(first));
        match class.first() {
            Some(first) if class.len() > 2 && alike(first) => {
                rows.push(row(format!("any {} (of {})", first.failure.class.word(), class.len()), first));
            }
            _ => rows.extend(class.iter().map(|verdict| row(verdict.failure.to_string(), verdict))),
        }
    }
    rows
}

/// Text in lines of at most `width` columns, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// The longest level with a space to breathe.
const LEVEL_WIDTH: usize = 10;

fn level(level: Level, paint: Paint) -> String {
    let word = format!("{:LEVEL_WIDTH$}", level.word());
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
                out.push_str(&format!("      {}\n", wrapped(reason, WIDTH - 8).join("\n        ")));
            }
        }
    }
    found.then_some(out)
}

/// What gets worse and what gets better; empty when nothing does.
pub fn posture_text(before: &Report, after: &Report, colour: Colour) -> String {
    let paint = Paint { colour: colour == Colour::Yes };
    let mut rows: Vec<(&str, String, String)> = Vec::new();
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
            let text =
                if verdict.level > was.level { paint.red(&format!("{text}  worse")) } else { paint.green(&text) };
            rows.push((&set.name, verdict.failure.to_string(), text));
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let names = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    let failures = rows.iter().map(|(_, failure, _)| failure.chars().count()).max().unwrap_or(0);
    let mut out = String::from("\n  This plan changes what survives:\n");
    for (name, failure, text) in rows {
        out.push_str(&format!("    {name:names$}  {failure:failures$}  {text}\n"));
    }
    out
}
