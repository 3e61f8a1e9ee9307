//! `drform test`: test files carried out run by run, on states that live in memory only.

mod assertions;
mod bench;
mod expected;
mod installed;
mod interrupt;
mod literal;
mod loaded;
mod overrides;
mod providers;
mod runner;
mod variables;

pub(crate) use installed::graft;
pub(crate) use loaded::{LoadedFile, load};
use runner::Runner;

use crate::configuration;
use crate::{Parallelism, Said, Site, TERRAFORM_VERSION, VariableArguments};
use diag::{Diagnostic, Diagnostics, SourceTexts};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use views::{LeftObject, TestProgress, TestSuite, TestedFile, TestedRun};

/// What is tested, and how.
#[derive(Clone, Debug)]
pub struct TestRequest {
    /// Where.
    pub site: Site,
    /// Root variables from the command line.
    pub variables: VariableArguments,
    /// The test directory, relative to the site.
    pub directory: PathBuf,
    /// Only these files; all where there are none.
    pub filter: Vec<String>,
    /// Whether plans and states are kept for showing.
    pub detail: TestDetail,
    /// How many provider calls at once.
    pub parallelism: Parallelism,
}

/// Whether plans and states are kept for showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestDetail {
    /// They are not.
    Brief,
    /// They are (`-verbose`).
    Verbose,
}

/// Something that happens while tests run.
#[derive(Debug)]
pub enum TestNews<'a> {
    /// What is going to be run.
    Found(&'a TestSuite),
    /// A file is so far.
    File(&'a TestedFile, TestProgress),
    /// A run of a file is so far, since it began.
    Run(&'a TestedFile, &'a TestedRun, TestProgress, Duration),
    /// After a run's objects were destroyed: what there is to say, and which are left.
    CleanedUp(&'a TestedFile, &'a TestedRun, &'a Diagnostics, &'a [LeftObject]),
    /// Everything has been run.
    Concluded(&'a TestSuite),
    /// Somebody wants it to stop.
    Interrupted,
    /// Somebody wants it to stop at once: the objects that are left, by what made them, and those that were being changed.
    Abandoned(&'a TestedFile, &'a [(String, Vec<LeftObject>)], &'a [String]),
    /// What there is to say before anything is run.
    Said(&'a Diagnostics),
}

/// Who is told.
pub trait TestView {
    /// Shows it; excerpts of diagnostics come from `texts`.
    fn tells(&self, news: &TestNews<'_>, texts: &SourceTexts);
}

/// Runs tests. `None` when there is something wrong before the first of them.
pub fn test(request: &TestRequest, view: &dyn TestView) -> (Option<TestSuite>, Said) {
    let mut said = Said::default();
    if climbs(&request.directory) {
        let detail = "The testing directory must be a relative path pointing to a directory local to the configuration directory.";
        let trouble = Diagnostic::error("Invalid testing directory", detail);
        said.diagnostics.push(trouble.next("Name a directory below the one of the root module."));
        return (None, said);
    }
    let site = &request.site;
    let (inputs, troubles) = crate::variables::gather(site, &request.variables, &mut said.texts);
    let configuration = configuration::read_with(site, &inputs, &mut said);
    let found = std::mem::take(&mut said.diagnostics).into_iter();
    said.diagnostics.extend(found.filter(|one| !config::awaits_provider(&configuration.tree, one)));
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    if site.world == crate::World::Real {
        said.diagnostics.extend(install::overrides_in_effect(&crate::providers::place(site)));
    }
    crate::not_yet::refuse(site, &configuration.tree, &mut said);
    said.diagnostics.extend(troubles);
    let files = load(site, &request.directory, &inputs, &mut said);
    if said.diagnostics.has_errors() {
        return (None, said);
    }
    let tests = crate::variables::of_directory(site, &request.directory, &mut said.texts);
    let Some((test_inputs, troubles)) = said.take(tests) else { return (None, said) };
    said.diagnostics.extend(troubles);
    if said.diagnostics.has_errors() {
        return (None, said);
    }
    let Some(runtime) = said.take(crate::threads::runtime()) else { return (None, said) };
    said.diagnostics.extend(unknown_files(&request.filter, &files));
    view.tells(&TestNews::Said(&std::mem::take(&mut said.diagnostics)), &said.texts);
    let main = configuration.tree;
    let runner = Runner { request, view, main, inputs, test_inputs, runtime, texts: said.texts.clone() };
    let suite = runner.suite(files);
    (Some(suite), said)
}

/// Files that are asked for and are not there.
fn unknown_files(filter: &[String], files: &[LoadedFile]) -> Diagnostics {
    let unknown = filter.iter().filter(|name| !files.iter().any(|file| runner::same_file(name, &file.name)));
    unknown
        .map(|name| {
            let detail = format!("The specified test file, {name}, could not be found.");
            let warning = Diagnostic::warning("Unknown test file", detail);
            warning.next("Name a file as it is listed, with the test directory: tests/main.tftest.hcl.")
        })
        .collect()
}

/// What is wrong with names in a test file that no run needs to be carried out for.
pub(crate) fn check_names(file: &LoadedFile, main: &config::ModuleTree) -> Diagnostics {
    let trees: Vec<&config::ModuleTree> =
        std::iter::once(main).chain(file.modules.values().map(AsRef::as_ref)).collect();
    let mut found = overrides::check_file(&file.test, &trees);
    for run in &file.test.runs {
        let tree = file.modules.get(&run.name).map_or(main, AsRef::as_ref);
        found.extend(expected::read(&run.expect_failures).1);
        found.extend(overrides::check(&run.overrides, &[tree]));
    }
    found
}

/// Whether a path leads out of the directory that it is relative to.
pub(crate) fn climbs(directory: &Path) -> bool {
    directory.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
}
