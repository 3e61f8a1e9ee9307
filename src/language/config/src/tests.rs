#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
//! Fixtures are texts with `#- path` lines before each file; a module's directory is that of its files.

mod declarations;
mod files;
mod json;
mod mistakes;
mod overrides;
mod providers;
mod type_constraints;

use crate::{ModuleTree, Sources, load};
use addrs::ModulePath;
use diag::{Diagnostic, Diagnostics, SourceTexts};
use expect_test::Expect;
use std::fmt::Write;
use std::sync::Arc;

/// Files of a fixture: directory, name, text.
struct Fixture(Vec<(String, Arc<str>, Arc<str>)>);

impl Fixture {
    fn new(text: &str) -> Self {
        let mut files: Vec<(String, Arc<str>, String)> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("#- ") {
                let dir = name.rsplit_once('/').map_or("", |(dir, _)| dir);
                files.push((dir.to_owned(), name.into(), String::new()));
                continue;
            }
            if files.is_empty() {
                files.push((String::new(), "main.tf".into(), String::new()));
            }
            let last = files.last_mut().unwrap();
            last.2.push_str(line);
            last.2.push('\n');
        }
        Fixture(files.into_iter().map(|(dir, name, text)| (dir, name, text.into())).collect())
    }
}

impl Sources for Fixture {
    fn module_files(&self, dir: &str) -> Result<Vec<(Arc<str>, Arc<str>)>, Diagnostic> {
        let of_dir = self.0.iter().filter(|(d, ..)| d == dir);
        Ok(of_dir.map(|(_, name, text)| (name.clone(), text.clone())).collect())
    }

    fn resolve(&self, from_dir: &str, source: &str, module: &ModulePath) -> Result<Arc<str>, Diagnostic> {
        let Some(below) = source.strip_prefix("./") else {
            return match source {
                "../" | ".." => Ok(from_dir.rsplit_once('/').map_or("", |(up, _)| up).into()),
                _ => {
                    Err(Diagnostic::error("Module not installed", format!("{module} is not installed."))
                        .next("Run init."))
                }
            };
        };
        Ok(if from_dir.is_empty() { below.into() } else { format!("{from_dir}/{below}").into() })
    }
}

fn loaded(text: &str) -> (ModuleTree, SourceTexts, Diagnostics) {
    load(&Fixture::new(text), "")
}

/// Loads without any diagnostic.
fn valid(text: &str) -> ModuleTree {
    let (tree, texts, diagnostics) = loaded(text);
    assert!(diagnostics.is_empty(), "{}", listed(&diagnostics, &texts));
    tree
}

/// One line for each diagnostic: place, summary, underlined text; detail and next step below.
fn listed(diagnostics: &Diagnostics, texts: &SourceTexts) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.iter() {
        let mark = if diagnostic.is_error() { "" } else { "(warning) " };
        match &diagnostic.subject {
            Some(at) => {
                let line = texts.position(&at.file, at.start).unwrap().line;
                let under = &texts.get(&at.file).unwrap()[at.start as usize..at.end as usize];
                writeln!(text, "{}:{line}: {mark}{}: {under}", at.file, diagnostic.summary).unwrap();
            }
            None => writeln!(text, "{mark}{}", diagnostic.summary).unwrap(),
        }
        writeln!(text, "    {}", diagnostic.detail).unwrap();
        writeln!(text, "    > {}", diagnostic.next_step.as_ref().unwrap()).unwrap();
    }
    text
}

fn check_mistakes(text: &str, expected: Expect) {
    let (_, texts, diagnostics) = loaded(text);
    expected.assert_eq(&listed(&diagnostics, &texts));
}

/// The text that an expression stands for.
fn source_of(expression: &syntax::Expression, texts: &SourceTexts) -> String {
    let range = expression.range();
    texts.get(&range.file).unwrap()[range.start as usize..range.end as usize].to_owned()
}
