//! Versions and constraints on them, as `version` and `required_version` arguments write them.

use std::cmp::Ordering;
use std::fmt;

/// A version such as `1.2.3-beta1`. Build metadata is kept and counts for nothing in comparisons.
#[derive(Clone, Debug)]
pub struct Version {
    /// Major, minor, patch.
    pub numbers: [u64; 3],
    /// What follows `-`; empty for a release.
    pub prerelease: String,
    /// What follows `+`.
    pub build: String,
}

/// Several constraints; all of them must hold. None at all allows every release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    all: Vec<Constraint>,
}

/// One constraint such as `~> 1.2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constraint {
    pub(crate) operator: Operator,
    pub(crate) version: Version,
    /// How many numbers were written, one to three.
    pub(crate) written: usize,
}

/// What a constraint asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `~>`: the last number that is written may grow.
    Pessimistic,
    /// `=`, or nothing.
    Exactly,
    /// `!=`
    Not,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

/// Operators as they are written; longer ones first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("!=", Operator::Not),
    ("~>", Operator::Pessimistic),
    (">", Operator::Above),
    ("<", Operator::Below),
    ("=", Operator::Exactly),
];

impl Version {
    /// Reads a version with one to three numbers, with or without a `v` in front.
    ///
    /// # Errors
    /// A reason without a full stop.
    pub fn parse(text: &str) -> Result<Version, String> {
        numbered(text).map(|(version, _)| version)
    }

    /// True for anything but a release.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }
}

/// The version, and how many numbers it was written with.
fn numbered(text: &str) -> Result<(Version, usize), String> {
    let wrong = || format!("{text:?} is not a version such as 1.2.3");
    let rest = text.trim();
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let (rest, build) = rest.split_once('+').unwrap_or((rest, ""));
    let (rest, prerelease) = rest.split_once('-').unwrap_or((rest, ""));
    let identifiers = |part: &str| {
        part.split('.').all(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    };
    let marked = |mark: char, part: &str| !text.contains(mark) || identifiers(part);
    if !marked('+', build) || (!prerelease.is_empty() && !identifiers(prerelease)) || rest.len() + 1 == text.len() {
        return Err(wrong());
    }
    let mut numbers = [0; 3];
    let parts: Vec<&str> = rest.split('.').collect();
    if parts.len() > numbers.len() {
        return Err(format!("{text:?} has more than three numbers"));
    }
    for (slot, part) in numbers.iter_mut().zip(&parts) {
        // `parse` alone would take a sign.
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        *slot = part.parse().map_err(|_| wrong())?;
    }
    Ok((Version { numbers, prerelease: prerelease.into(), build: build.into() }, parts.len()))
}
