//! `.terraform.lock.hcl`: which version of each provider was chosen, and the checksums of its packages.

use crate::text_file;
use crate::{Constraints, Version};
use addrs::Provider;
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use syntax::{Block, Expr, ExprKind};

/// Its name.
pub(crate) const NAME: &str = ".terraform.lock.hcl";

/// What it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LockFile {
    pub(crate) providers: BTreeMap<Provider, Locked>,
    /// Who maintains it: kept as it came.
    keeper: Keeper,
}

/// The tool that its first line names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Keeper {
    /// Also for new files: both tools are at home with it.
    #[default]
    Terraform,
    Tofu,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Locked {
    pub(crate) version: Version,
    /// What was asked when it was made.
    pub(crate) constraints: Constraints,
    /// `h1:…` and `zh:…`, as they stand in the file; sorted where we chose.
    pub(crate) hashes: Vec<String>,
}

impl LockFile {
    /// The choice for a provider, under either public registry.
    pub(crate) fn locked(&self, provider: &Provider) -> Option<(&Provider, &Locked)> {
        let exact = self.providers.get_key_value(provider);
        exact.or_else(|| self.providers.iter().find(|(other, _)| other.same_as(provider)))
    }

    /// True when both choose the same packages. What was asked when they were chosen is a remark, to Terraform too.
    pub(crate) fn chooses_as(&self, other: &LockFile) -> bool {
        self.providers.len() == other.providers.len()
            && self.providers.iter().all(|(provider, locked)| {
                let other = other.providers.get(provider);
                other.is_some_and(|other| other.version == locked.version && other.hashes == locked.hashes)
            })
    }

    /// Its text, byte for byte as Terraform writes it.
    pub(crate) fn text(&self) -> String {
        let tool = match self.keeper {
            Keeper::Terraform => "terraform",
            Keeper::Tofu => "tofu",
        };
        let mut text = format!(
            "# This file is maintained automatically by \"{tool} init\".\n# Manual edits may be lost in future updates.\n"
        );
        for (provider, locked) in &self.providers {
            // Writing to a string cannot fail.
            block(&mut text, provider, locked).unwrap_or_default();
        }
        text
    }
}

fn block(text: &mut String, provider: &Provider, locked: &Locked) -> std::fmt::Result {
    writeln!(text, "\nprovider \"{provider}\" {{")?;
    if locked.constraints.is_empty() {
        writeln!(text, "  version = \"{}\"", locked.version)?;
    } else {
        writeln!(text, "  version     = \"{}\"", locked.version)?;
        writeln!(text, "  constraints = \"{}\"", locked.constraints)?;
    }
    if !locked.hashes.is_empty() {
        writeln!(text, "  hashes = [")?;
        for hash in &locked.hashes {
            writeln!(text, "    \"{hash}\",")?;
        }
        writeln!(text, "  ]")?;
    }
    writeln!(text, "}}")
}

/// Where it is.
pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Reads it; one that does not exist is empty.
pub(crate) fn read(dir: &Path) -> (LockFile, Diagnostics) {
    match text_file::read(&path(dir)) {
        Ok(text) => parse(text),
        Err(trouble) if trouble.is_absence() => (LockFile::default(), Diagnostics::new()),
        Err(trouble) => (LockFile::default(), trouble.about("Failed to read dependency lock file", NAME).into()),
    }
}

/// The versions that the lock file of a directory chooses.
pub fn selections(dir: &Path) -> (BTreeMap<Provider, String>, Diagnostics) {
    let (file, diagnostics) = read(dir);
    let chosen = file.providers.into_iter().map(|(provider, locked)| (provider, locked.version.to_string()));
    (chosen.collect(), diagnostics)
}

/// The text of the lock file of a directory, if there is one.
///
/// # Errors
/// When it cannot be read.
pub fn lock_file_text(dir: &Path) -> Result<Option<Arc<str>>, Diagnostic> {
    match text_file::read(&path(dir)) {
        Ok(text) => Ok(Some(text)),
        Err(trouble) if trouble.is_absence() => Ok(None),
        Err(trouble) => Err(trouble.about("Failed to read dependency lock file", NAME)),
    }
}

/// Whether the texts of two lock files choose the same packages.
pub fn choose_alike(one: Option<&Arc<str>>, other: Option<&Arc<str>>) -> bool {
    let read = |text: Option<&Arc<str>>| text.map_or_else(LockFile::default, |text| parse(text.clone()).0);
    one == other || read(one).chooses_as(&read(other))
}

/// Reads its text.
pub(crate) fn parse(text: Arc<str>) -> (LockFile, Diagnostics) {
    let mut lock = LockFile::default();
    if text.lines().next().is_some_and(|line| line.contains("\"tofu init\"")) {
        lock.keeper = Keeper::Tofu;
    }
    let (file, mut diagnostics) = syntax::parse(Arc::from(NAME), text);
    for attribute in &file.body.attributes {
        diagnostics.push(
            wrong(format!("An argument named {:?} is not expected here.", attribute.name.text))
                .at(attribute.name_range()),
        );
    }
    for block in &file.body.blocks {
        match (block.kind.text.as_ref(), block.labels.as_slice()) {
            ("provider", [label]) => match addrs::parse_provider(&label.text) {
                Ok(provider) => {
                    if let Some(locked) = locked(block, &mut diagnostics)
                        && lock.providers.insert(provider.clone(), locked).is_some()
                    {
                        let detail = format!("Provider {provider} is locked twice.");
                        diagnostics.push(wrong(detail).at(block.header_range()));
                    }
                }
                Err(error) => diagnostics.push(wrong(format!("{}.", error.reason)).at(block.header_range())),
            },
            // Reserved by Terraform; it passes over them with a warning.
            ("module", _) => {}
            (kind, _) => {
                diagnostics.push(wrong(format!("A {kind} block is not expected here.")).at(block.header_range()))
            }
        }
    }
    (lock, diagnostics)
}

fn locked(block: &Block, diagnostics: &mut Diagnostics) -> Option<Locked> {
    let Some(version) = block.body.attribute("version") else {
        let detail = "A provider is locked without a version.".to_string();
        diagnostics.push(wrong(detail).at(block.body.missing_range()).within(block.header_range()));
        return None;
    };
    let parsed = text(&version.expr.root).and_then(|text| Version::parse(&text).ok());
    let Some(parsed) = parsed else {
        diagnostics.push(wrong("The locked version must be a version such as 1.2.3.".into()).at(version.expr.range()));
        return None;
    };
    let mut locked = Locked { version: parsed, constraints: Constraints::default(), hashes: Vec::new() };
    if let Some(attribute) = block.body.attribute("constraints") {
        match text(&attribute.expr.root).and_then(|text| Constraints::parse(&text).ok()) {
            Some(constraints) => locked.constraints = constraints,
            None => diagnostics.push(wrong("These are no version constraints.".into()).at(attribute.expr.range())),
        }
    }
    if let Some(attribute) = block.body.attribute("hashes") {
        let hashes = match &attribute.expr.root.kind {
            ExprKind::Tuple(items) => items.iter().map(|item| text(item).filter(|t| t.contains(':'))).collect(),
            _ => None::<Vec<Arc<str>>>,
        };
        match hashes {
            Some(hashes) => locked.hashes = hashes.iter().map(ToString::to_string).collect(),
            None => {
                diagnostics.push(wrong("The hashes must be a list of checksums.".into()).at(attribute.expr.range()))
            }
        }
    }
    Some(locked)
}

fn text(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn wrong(detail: String) -> Diagnostic {
    Diagnostic::error("Invalid dependency lock file", format!("{NAME}: {detail}"))
        .next("Take the file from version control again, or remove it and run drform init.")
}

#[cfg(test)]
mod tests;
