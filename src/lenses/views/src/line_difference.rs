//! Two texts, line by line, as `diff -u` of GNU diffutils shows them: users know it, and Terraform calls it.

mod noise;
mod search;
mod slide;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

/// Unchanged lines shown around a change.
const AROUND: usize = 3;

/// The unified difference of two texts with three lines around each change; nothing when they are the same.
///
/// A line ends with a line feed: a carriage return before it belongs to the line.
pub fn line_difference(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    let (old, new) = (lines(old), lines(new));
    let changes = changes(&old, &new);
    if changes.is_empty() {
        return String::new();
    }
    let mut out = format!("--- {old_name}\n+++ {new_name}\n");
    for hunk in changes.chunk_by(|a, b| b.old.start - a.old.end <= 2 * AROUND) {
        push_hunk(&mut out, hunk, &old, &new);
    }
    out
}

/// Lines of one text that stand instead of lines of the other; one of the two may have none.
#[derive(Debug)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let (before, after) = same_ends(old, new);
    let middle = |lines: &'_ [&str]| before..lines.len() - after;
    // Lines are compared often: as numbers.
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut numbers = [Vec::new(), Vec::new()];
    for (lines, numbers) in [old, new].into_iter().zip(&mut numbers) {
        for line in lines.get(middle(lines)).unwrap_or_default() {
            let next = known.len();
            numbers.push(*known.entry(line).or_insert(next));
        }
    }
    let [old, new] = numbers;
    let (mut removed, mut added) = search::changed(&old, &new, known.len());
    slide::slide(&old, &mut removed, &added);
    slide::slide(&new, &mut added, &removed);
    joined(&removed, &added, before)
}

/// How many lines at the start and at the end are the same and of no interest. Those that may be shown with a change take
/// part in the search.
fn same_ends(old: &[&str], new: &[&str]) -> (usize, usize) {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let before = same.saturating_sub(AROUND);
    let whole = |lines: &[&str]| lines.last().is_none_or(|line| line.ends_with('\n'));
    if whole(old) != whole(new) {
        return (before, 0);
    }
    let most = old.len().min(new.len()) - before;
    let same = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    (before, same.saturating_sub(AROUND))
}

/// Flags of single lines, behind lines that are the same, as changes.
fn joined(removed: &[bool], added: &[bool], before: usize) -> Vec<Change> {
    let run = |flags: &[bool], from: usize| from + flags.iter().skip(from).take_while(|f| **f).count();
    let mut changes = Vec::new();
    let (mut old, mut new) = (0, 0);
    while old < removed.len() || new < added.len() {
        let (old_end, new_end) = (run(removed, old), run(added, new));
        if old_end > old || new_end > new {
            changes.push(Change { old: before + old..before + old_end, new: before + new..before + new_end });
        }
        // What follows is the same line in both.
        (old, new) = (old_end + 1, new_end + 1);
    }
    changes
}

fn push_hunk(out: &mut String, hunk: &[Change], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let before = first.old.start.min(AROUND);
    let after = (old.len() - last.old.end).min(AROUND);
    let shown_old = first.old.start - before..last.old.end + after;
    let shown_new = first.new.start - before..last.new.end + after;
    // Writing to a string does not fail.
    let _ = writeln!(out, "@@ -{} +{} @@", place(&shown_old), place(&shown_new));
    let mut at = shown_old.start;
    for change in hunk {
        push_lines(out, ' ', old, at..change.old.start);
        push_lines(out, '-', old, change.old.clone());
        push_lines(out, '+', new, change.new.clone());
        at = change.old.end;
    }
    push_lines(out, ' ', old, at..shown_old.end);
}

/// First line and number of lines; of none the line before them, of one no number.
fn place(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn push_lines(out: &mut String, sign: char, lines: &[&str], shown: Range<usize>) {
    for line in lines.get(shown).unwrap_or_default() {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}
