//! `drform validate`: configuration and schemas, no state, no cloud.

use crate::providers::{Extent, Providers};
use crate::{Said, Site, TERRAFORM_VERSION, configuration, functions, session};
use calls::Question;
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use eval::{ExpressionGraph, Judged, JudgedKind, Settings, Validated};
use state::State;
use std::path::{Component, Path, PathBuf};
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
    if let TestFiles::In(directory) = tests {
        test_files(site, directory, &mut said);
    }
    said.diagnostics.extend(install::check_required_version(&configuration.tree, TERRAFORM_VERSION));
    let (graph, diagnostics) = eval::expression_graph(&configuration.tree);
    // A wrong reference does not hide what else is wrong; a wrong tree or a cycle leaves nothing to evaluate.
    let endless = diagnostics.iter().any(|one| CYCLES.contains(&one.summary.as_str()));
    if said.diagnostics.has_errors() || endless {
        said.diagnostics.extend(diagnostics);
        return said;
    }
    let Some(runtime) = said.take(crate::threads::runtime()) else {
        return said;
    };
    let nothing = State::default();
    let started = Providers::start(site, &configuration.tree, &nothing, Extent::Used, &mut said);
    let Some(providers) = runtime.block_on(started) else {
        said.diagnostics.extend(diagnostics);
        return said;
    };
    let settings = Settings { phase: eval::Phase::Validate, ..session::settings_of(site) };
    let tree = &configuration.tree;
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
    said
}

/// Whether test files are well formed.
fn test_files(site: &Site, directory: &Path, said: &mut Said) {
    // The default directory need not be there; one that climbs out of the site Terraform does not look at either.
    let climbs = directory.components().any(|part| part == Component::ParentDir);
    if directory != Path::new("tests") && !climbs && !site.dir.join(directory).is_dir() {
        let detail = format!("Requested test directory {} does not exist.", directory.display());
        let warning = Diagnostic::warning("Test directory does not exist", detail);
        said.diagnostics.push(warning.next("Correct -test-directory, or leave it out."));
    }
    let directory = if climbs { Path::new(".") } else { directory };
    for (name, text) in said.take(install::test_files(&site.dir, directory)).unwrap_or_default() {
        said.texts.insert(name.clone(), text.clone());
        said.diagnostics.extend(config::load_test_file(name, text).1);
    }
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
