//! Test files (`*.tftest.hcl`) and files of mock data (`*.tfmock.hcl`): what they declare, not evaluated.
//!
//! Blocks and arguments are those of Terraform 1.11.4 (`internal/configs/test_file.go`, and measured with
//! `terraform validate`).

mod mocks;
mod read;

use crate::{CheckRule, PassedProvider, ProviderName, VersionConstraint};
use addrs::Target;
use diag::{Diagnostics, Range};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Body, Expression};

/// A test file.
#[derive(Clone, Debug, Default)]
pub struct TestFile {
    /// `variables`, for all runs.
    pub variables: BTreeMap<Arc<str>, Expression>,
    /// `provider` and `mock_provider` blocks.
    pub providers: BTreeMap<ProviderName, TestProvider>,
    /// Overrides for all runs.
    pub overrides: Vec<Override>,
    /// `run` blocks in the order in which they are carried out.
    pub runs: Vec<TestRun>,
}

/// A `provider` or `mock_provider` block of a test file.
#[derive(Clone, Debug)]
pub struct TestProvider {
    /// The provider's arguments; a mocked one has none.
    pub body: Body,
    /// What answers in its place.
    pub mock: Option<MockProvider>,
    /// The block's header.
    pub range: Range,
}

/// A `mock_provider` block.
#[derive(Clone, Debug)]
pub struct MockProvider {
    /// `source`: a directory with files of mock data.
    pub source: Option<Arc<str>>,
    /// `override_during`: when its values are used, unless its blocks say otherwise.
    pub during: During,
    /// Its own blocks.
    pub data: MockData,
}

/// From when on values of mocks and overrides are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum During {
    /// While planning already.
    Plan,
    /// When an object is made; unknown until then.
    Apply,
}

/// What mocked objects are like.
#[derive(Clone, Debug, Default)]
pub struct MockData {
    /// `mock_resource` blocks by resource type.
    pub resources: BTreeMap<Arc<str>, Mock>,
    /// `mock_data` blocks by data source type.
    pub data_sources: BTreeMap<Arc<str>, Mock>,
    /// Overrides of single objects.
    pub overrides: Vec<Override>,
}

impl MockData {
    /// Takes from another what this one has not.
    pub fn complete(&mut self, other: MockData) {
        for (kind, mock) in other.resources {
            self.resources.entry(kind).or_insert(mock);
        }
        for (kind, mock) in other.data_sources {
            self.data_sources.entry(kind).or_insert(mock);
        }
        for one in other.overrides {
            if !self.overrides.iter().any(|known| known.target == one.target) {
                self.overrides.push(one);
            }
        }
    }
}

/// A `mock_resource` or `mock_data` block.
#[derive(Clone, Debug)]
pub struct Mock {
    /// `defaults`: a constant object.
    pub defaults: Option<Expression>,
    /// `override_during`
    pub during: During,
    /// The block's header.
    pub range: Range,
}

/// What is overridden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideKind {
    /// A managed resource.
    Resource,
    /// A data source.
    Data,
    /// A module: its outputs are given, nothing in it is planned.
    Module,
}

impl OverrideKind {
    /// Its block type.
    pub fn block(self) -> &'static str {
        match self {
            OverrideKind::Resource => "override_resource",
            OverrideKind::Data => "override_data",
            OverrideKind::Module => "override_module",
        }
    }
}

/// An `override_…` block.
#[derive(Clone, Debug)]
pub struct Override {
    /// What is overridden.
    pub kind: OverrideKind,
    /// `target`
    pub target: Target,
    /// `values` or `outputs`: a constant object.
    pub values: Option<Expression>,
    /// `override_during`
    pub during: During,
    /// The block's header.
    pub range: Range,
    /// The argument `target`.
    pub target_range: Range,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunCommand {
    /// Plans.
    Plan,
    /// Plans and applies.
    Apply,
}

/// A `run` block.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// Its name.
    pub name: Arc<str>,
    /// `command`
    pub command: RunCommand,
    /// `plan_options`
    pub options: RunOptions,
    /// `variables`
    pub variables: BTreeMap<Arc<str>, Expression>,
    /// `providers`: names in the module to names in the test file; empty where not written.
    pub providers: BTreeMap<ProviderName, PassedProvider>,
    /// `module`: what is carried out in place of the configuration.
    pub module: Option<RunModule>,
    /// `assert` blocks.
    pub asserts: Vec<CheckRule>,
    /// `expect_failures`: references.
    pub expect_failures: Vec<Expression>,
    /// Overrides for this run.
    pub overrides: Vec<Override>,
    /// `state_key`: which state it works on, in place of that of its module.
    pub state_key: Option<Arc<str>>,
    /// The block's header.
    pub range: Range,
}

/// A `plan_options` block.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// `mode = refresh-only`
    pub refresh_only: bool,
    /// `refresh`
    pub refresh: bool,
    /// `replace`: addresses.
    pub replace: Vec<Expression>,
    /// `target`: addresses.
    pub target: Vec<Expression>,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { refresh_only: false, refresh: true, replace: Vec::new(), target: Vec::new() }
    }
}

/// A `module` block of a run.
#[derive(Clone, Debug)]
pub struct RunModule {
    /// `source`
    pub source: Arc<str>,
    /// `version`
    pub version: Option<VersionConstraint>,
    /// The argument `source`.
    pub source_range: Range,
    /// The block's header.
    pub range: Range,
}

/// True for the name of a test file, for Terraform (`x.tftest.hcl`) or OpenTofu (`x.tofutest.hcl`), in either form.
pub fn is_test_file(name: &str) -> bool {
    [".tftest.hcl", ".tftest.json", ".tofutest.hcl", ".tofutest.json"].iter().any(|end| name.ends_with(end))
}

/// True for the name of a file of mock data.
pub fn is_mock_file(name: &str) -> bool {
    [".tfmock.hcl", ".tfmock.json"].iter().any(|end| name.ends_with(end))
}

/// Reads a test file. Everything that can be understood is there, also when there are errors.
pub fn load_test_file(name: Arc<str>, text: Arc<str>) -> (TestFile, Diagnostics) {
    let (body, troubles) = parsed(name, text, crate::json::settle_test);
    read::file(&body, troubles)
}

/// Reads a file of mock data; `during` is what counts where its blocks say nothing.
pub fn load_mock_file(name: Arc<str>, text: Arc<str>, during: During) -> (MockData, Diagnostics) {
    let (body, mut troubles) = parsed(name, text, crate::json::settle_mocks);
    let data = mocks::file(&body, during, &mut troubles);
    (data, troubles)
}

fn parsed(name: Arc<str>, text: Arc<str>, settle: fn(Body, &mut Diagnostics) -> Body) -> (Body, Diagnostics) {
    if name.ends_with(".json") {
        let (file, mut troubles) = syntax::parse_json(name, text);
        let body = settle(file.body, &mut troubles);
        return (body, troubles);
    }
    let (file, troubles) = syntax::parse(name, text);
    (file.body, troubles)
}

/// The address that an expression is, as `-target` takes it; `None` when it is none.
pub fn target(expr: &Expression) -> Option<Target> {
    let crate::Endpoint { modules, resource } = crate::endpoint(&expr.root)?;
    let module =
        addrs::ModuleInstance(modules.into_iter().map(|(name, key)| (name, key.unwrap_or_default())).collect());
    Some(match resource {
        None if module.is_root() => return None,
        None => Target::Module(module),
        Some((resource, None)) => Target::Resource(module, resource),
        Some((resource, Some(key))) => Target::Instance(addrs::ResourceInstance { module, resource, key }),
    })
}
