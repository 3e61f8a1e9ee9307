//! `drform validate`: configuration and schemas, no state, no cloud.

use crate::providers::{Extent, Providers};
use crate::{Said, Site, TERRAFORM_VERSION, configuration, functions, session, test};
use calls::Question;
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use eval::{ExpressionGraph, Judged, JudgedKind, Settings, Validated};
use state::State;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an expression graph says of references that go round.
const CYCLES: [&str; 2] = ["Cycle", "Self-referential block"];

/// Which test files are checked, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestFiles {
    /// None (`-no-tests`).
    None,
    /// Those of the directory and of its test directory.
    In(PathBuf),
}

/// Checks the configuration of a site.
pub fn validate(site: &Site, tests: &TestFiles) -> Said {
    let mut said = Said::default();
    let configuration = configuration::read_if_any(site, &mut said);
    let files = match tests {
        TestFiles::In(directory) => test_files(site, directory, &mut said),
        TestFiles::None => Vec::new(),
    };
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    let main = configuration.tree;
    if !module(site, &main, &mut said) {
        return said;
    }
    let mut seen = BTreeSet::new();
    for file in &files {
        said.diagnostics.extend(test::check_names(file, &main));
        for run in &file.test.runs {
            // Whoever publishes a module in a registry has validated it.
            let local = run.module.as_ref().map(|module| &module.source).filter(|source| source.starts_with('.'));
            let tree = local.filter(|source| seen.insert((*source).clone())).and(file.modules.get(&run.name));
            if let Some(tree) = tree {
                module(site, tree, &mut said);
            }
        }
    }
    said
}

/// Checks a module with all that it calls; false when it is so wrong that nothing else is looked at.
fn module(site: &Site, tree: &Arc<ModuleTree>, said: &mut Said) -> bool {
    let (graph, diagnostics) = eval::expression_graph(tree);
    // A wrong reference does not hide what else is wrong; a wrong tree or a cycle leaves nothing to evaluate.
    let endless = diagnostics.iter().any(|one| CYCLES.contains(&one.summary.as_str()));
    if said.diagnostics.has_errors() || endless {
        said.diagnostics.extend(diagnostics);
        return false;
    }
    let Some(runtime) = said.take(crate::threads::runtime()) else {
        return false;
    };
    let nothing = State::default();
    let started = Providers::start(site, tree, &nothing, Extent::Used, said);
    let Some(providers) = runtime.block_on(started) else {
        said.diagnostics.extend(diagnostics);
        return false;
    };
    let settings = Settings { phase: eval::Phase::Validate, ..session::settings_of(site) };
    let validated = runtime.block_on(found(&providers, tree, &graph, &settings));
    let wrong = diagnostics.has_errors() || validated.diagnostics.has_errors();
    let told =
        |found: &Diagnostic| diagnostics.iter().any(|d| d.subject == found.subject && d.summary == found.summary);
    let anew: Vec<Diagnostic> = validated.diagnostics.into_iter().filter(|found| !told(found)).collect();
    said.diagnostics.extend(diagnostics);
    said.diagnostics.extend(anew);
    // What is wrong by the schema alone no provider need judge.
    for block in validated.judged.iter().filter(|_| !wrong) {
        let found = runtime.block_on(verdict(&providers, block));
        said.diagnostics.extend(found);
    }
    runtime.block_on(providers.stop());
    !said.diagnostics.has_errors()
}

/// The test files, with what is wrong with them.
fn test_files(site: &Site, directory: &Path, said: &mut Said) -> Vec<test::LoadedFile> {
    // Terraform does not look at a directory that climbs out of the site either.
    let directory = if test::climbs(directory) { Path::new("tests") } else { directory };
    let (inputs, _) = crate::variables::gather(site, &crate::VariableArguments::default(), &mut said.texts);
    test::load(site, directory, &inputs, said)
}

/// What is wrong with a module tree by itself; functions of providers are asked.
pub(crate) async fn found(
    providers: &Providers,
    tree: &Arc<ModuleTree>,
    graph: &ExpressionGraph,
    settings: &Settings,
) -> Validated {
    let mut answered = Vec::new();
    loop {
        let validated = eval::validate_module_tree(tree, graph, providers.schemas(), settings.clone(), &answered);
        if validated.lacking.is_empty() {
            return validated;
        }
        answered.extend(functions::answer(providers, validated.lacking).await);
    }
}

/// What a provider says of a block of which nothing is known but what is written.
async fn verdict(providers: &Providers, block: &Judged) -> Diagnostics {
    let (provider, config) = (block.provider.clone(), block.config.clone());
    let question = match block.kind.clone() {
        JudgedKind::Provider => Question::ValidateProvider { provider, config },
        JudgedKind::Resource(kind) => Question::ValidateResource { provider, kind, config },
        JudgedKind::Ephemeral(kind) => Question::ValidateEphemeral { provider, kind, config },
        JudgedKind::Data(kind) => Question::ValidateDataSource { provider, kind, config },
    };
    let answer = match providers.at_once(&question) {
        Some(answer) => answer,
        None => providers.ask(&question).await,
    };
    answer.diagnostics().map(|said| {
        let said = said.at_if_missing(&block.range);
        if said.address.is_some() { said } else { said.about(block.address.clone()) }
    })
}
