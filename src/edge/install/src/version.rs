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
    /// What follows `+`; usually empty.
    pub build: String,
}

/// Several constraints; all of them must hold. None at all allows every release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    /// In canonical order, each once.
    all: Vec<Constraint>,
}

/// One constraint such as `~> 1.2`. The order is the canonical one: by version, then by operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Constraint {
    pub(crate) version: Version,
    pub(crate) operator: Operator,
}

/// What a constraint asks. The order is that in which Terraform lists constraints on one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `=`, or nothing.
    Exactly,
    /// `~>` with three numbers: the last may grow.
    SameMinor,
    /// `~>` with one or two numbers: all but the first may grow.
    SameMajor,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `!=`
    Not,
}

/// Operators as they are written; longer ones first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("!=", Operator::Not),
    ("~>", Operator::SameMinor),
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

    /// What comparisons look at.
    fn rank(&self) -> ([u64; 3], bool, Vec<Identifier<'_>>) {
        let identifiers = self.prerelease.split('.').filter(|id| !id.is_empty()).map(Identifier::of);
        (self.numbers, !self.is_prerelease(), identifiers.collect())
    }
}

/// A part of a prerelease: numbers come before words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    /// Its length comes first: that compares numbers of any size.
    Number(usize, &'a str),
    Word(&'a str),
}

impl Identifier<'_> {
    fn of(text: &str) -> Identifier<'_> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let digits = text.trim_start_matches('0');
            Identifier::Number(digits.len(), digits)
        } else {
            Identifier::Word(text)
        }
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.build.is_empty() {
            write!(f, "+{}", self.build)?;
        }
        Ok(())
    }
}

/// The version, and how many numbers it was written with.
fn numbered(text: &str) -> Result<(Version, usize), String> {
    let wrong = || format!("{text:?} is not a version such as 1.2.3");
    let rest = text.trim();
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let (rest, build) = suffix(rest, '+').ok_or_else(wrong)?;
    let (rest, prerelease) = suffix(rest, '-').ok_or_else(wrong)?;
    let mut numbers = [0; 3];
    let parts: Vec<&str> = rest.split('.').collect();
    if parts.len() > numbers.len() {
        return Err(format!("{text:?} has more than three numbers (major, minor, patch)"));
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

/// Takes off what follows a mark; `None` when that is no list of identifiers.
fn suffix(text: &str, mark: char) -> Option<(&str, &str)> {
    let Some((rest, suffix)) = text.split_once(mark) else { return Some((text, "")) };
    let valid = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    suffix.split('.').all(valid).then_some((rest, suffix))
}

impl Constraint {
    fn parse(text: &str) -> Result<Constraint, String> {
        let text = text.trim();
        let written = OPERATORS.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        let (operator, rest) = written.unwrap_or((Operator::Exactly, text));
        if rest.trim().is_empty() {
            return Err("a version is missing".to_string());
        }
        let (version, count) = numbered(rest)?;
        let operator = match operator {
            Operator::SameMinor if count < 3 => Operator::SameMajor,
            other => other,
        };
        Ok(Constraint { version, operator })
    }

    /// Whether it holds for a version whose being a prerelease is not in question.
    fn allows(&self, version: &Version) -> bool {
        let bound = &self.version;
        let [major, minor, _] = version.numbers;
        let [same_major, same_minor, _] = bound.numbers;
        match self.operator {
            Operator::Above => version > bound,
            Operator::AtLeast => version >= bound,
            // A build is part of what was asked for.
            Operator::Exactly => version == bound && (bound.build.is_empty() || version.build == bound.build),
            Operator::SameMinor => version >= bound && (major, minor) == (same_major, same_minor),
            Operator::SameMajor => version >= bound && major == same_major,
            Operator::AtMost => version <= bound,
            Operator::Below => version < bound,
            Operator::Not => version != bound,
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = &self.version;
        match self.operator {
            Operator::Exactly => write!(f, "{version}"),
            Operator::SameMajor => {
                let [major, minor, _] = version.numbers;
                write!(f, "~> {major}.{minor}")?;
                if version.prerelease.is_empty() { Ok(()) } else { write!(f, "-{}", version.prerelease) }
            }
            operator => {
                let sign = OPERATORS.iter().find(|(_, known)| *known == operator).map_or("", |(sign, _)| sign);
                write!(f, "{sign} {version}")
            }
        }
    }
}

impl Constraints {
    /// Reads constraints with commas between them.
    ///
    /// # Errors
    /// A reason without a full stop.
    pub fn parse(text: &str) -> Result<Constraints, String> {
        let all = text.split(',').map(Constraint::parse).collect::<Result<Vec<_>, String>>()?;
        let mut constraints = Constraints { all };
        constraints.sort();
        Ok(constraints)
    }

    /// Adds those of another place.
    pub fn and(&mut self, others: &Constraints) {
        self.all.extend(others.all.iter().cloned());
        self.sort();
    }

    /// True where nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether all hold. A prerelease is allowed only where it is asked for exactly (`= 1.2.0-beta1`).
    pub fn allow(&self, version: &Version) -> bool {
        let asked_for = |c: &Constraint| c.operator == Operator::Exactly && c.version == *version;
        if version.is_prerelease() && !self.all.iter().any(asked_for) {
            return false;
        }
        self.all.iter().all(|constraint| constraint.allows(version))
    }

    /// The version of a constraint that names a prerelease.
    pub(crate) fn prerelease(&self) -> Option<&Version> {
        self.all.iter().map(|constraint| &constraint.version).find(|version| version.is_prerelease())
    }

    fn sort(&mut self) {
        self.all.sort();
        self.all.dedup();
    }
}

/// As Terraform writes them into the lock file.
impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, constraint) in self.all.iter().enumerate() {
            write!(f, "{}{constraint}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
