//! The module tree: every declaration, typed, with its place; nothing evaluated.

use addrs::{ModulePath, Provider, ProviderConfig, Resource};
use diag::Range;
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Block, Body, Expression};
use value::{Type, Value};

/// All modules of a configuration by their path; the root at the empty path.
#[derive(Clone, Debug, Default)]
pub struct ModuleTree {
    /// Modules by path.
    pub modules: BTreeMap<ModulePath, Module>,
}

impl ModuleTree {
    /// The module at a path.
    pub fn module(&self, path: &ModulePath) -> Option<&Module> {
        self.modules.get(path)
    }

    /// The root module, if it could be read at all.
    pub fn root(&self) -> Option<&Module> {
        self.modules.get(&ModulePath::ROOT)
    }
}

/// One module: a directory of files.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Its path.
    pub path: ModulePath,
    /// Its directory, as the sources name it.
    pub dir: Arc<str>,
    /// Variables by name.
    pub variables: BTreeMap<Arc<str>, Variable>,
    /// Local values by name.
    pub locals: BTreeMap<Arc<str>, Local>,
    /// Outputs by name.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// Managed resources, data sources and ephemeral resources.
    pub resources: BTreeMap<Resource, ResourceConfig>,
    /// Calls of other modules by name.
    pub module_calls: BTreeMap<Arc<str>, ModuleCall>,
    /// `provider` blocks by local name and alias.
    pub provider_configs: BTreeMap<(Arc<str>, Option<Arc<str>>), ProviderBlock>,
    /// `required_providers` entries by local name.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// `required_version` constraints.
    pub required_versions: Vec<(Arc<str>, Range)>,
    /// `backend` or `cloud` block.
    pub backend: Option<BackendBlock>,
    /// `moved`, `removed`, `import` and `check` blocks as written: declared here, acted on by planning.
    pub refactorings: Vec<Block>,
}

/// `variable "name" { … }`
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// Constraint with optional attributes; `any` when none is written.
    pub type_constraint: Type,
    /// Defaults of `optional(type, default)` attributes.
    pub type_defaults: Option<Arc<TypeDefaults>>,
    /// Default.
    pub default: Option<Expression>,
    /// For people.
    pub description: Option<Arc<str>>,
    /// Must not be shown.
    pub sensitive: bool,
    /// Must not be stored.
    pub ephemeral: bool,
    /// Whether null is a value of its own.
    pub nullable: bool,
    /// `validation` blocks.
    pub validations: Vec<CheckRule>,
    /// Header of the block.
    pub range: Range,
}

/// Defaults within a type constraint, shaped like the type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypeDefaults {
    /// Defaults of this object's attributes.
    pub attributes: BTreeMap<Arc<str>, Value>,
    /// Defaults within attributes, tuple elements (by decimal index) or collection elements (under the empty name).
    pub children: BTreeMap<Arc<str>, TypeDefaults>,
}

/// A condition with its message.
#[derive(Clone, Debug)]
pub struct CheckRule {
    /// Must be true.
    pub condition: Expression,
    /// Said when it is not.
    pub error_message: Expression,
    /// Header of the block.
    pub range: Range,
}

/// One local value.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Arc<str>,
    /// Its expression.
    pub expr: Expression,
    /// The whole argument.
    pub range: Range,
}

/// `output "name" { … }`
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// Its expression.
    pub expr: Expression,
    /// For people.
    pub description: Option<Arc<str>>,
    /// Must not be shown.
    pub sensitive: bool,
    /// Must not be stored.
    pub ephemeral: bool,
    /// Waits for these.
    pub depends_on: Vec<Expression>,
    /// `precondition` blocks.
    pub preconditions: Vec<CheckRule>,
    /// Header of the block.
    pub range: Range,
}

/// `resource`, `data` or `ephemeral` block.
#[derive(Clone, Debug)]
pub struct ResourceConfig {
    /// Mode, type and name.
    pub addr: Resource,
    /// Provider configuration that serves it, after inheritance through modules.
    pub provider_config: ProviderConfig,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `depends_on`, one expression per entry.
    pub depends_on: Vec<Expression>,
    /// `lifecycle`
    pub lifecycle: Lifecycle,
    /// `provisioner` blocks.
    pub provisioners: Vec<Block>,
    /// `connection` block.
    pub connection: Option<Block>,
    /// The provider's own arguments and blocks: meta-arguments are taken out.
    pub body: Body,
    /// Header of the block.
    pub range: Range,
}

/// `lifecycle { … }`
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Create the replacement before destroying; `None` when not written.
    pub create_before_destroy: Option<bool>,
    /// Refuse plans that destroy it: place of the argument when it is true.
    pub prevent_destroy: Option<Range>,
    /// Changes to leave alone.
    pub ignore_changes: IgnoreChanges,
    /// Replace when these change.
    pub replace_triggered_by: Vec<Expression>,
    /// `precondition` blocks.
    pub preconditions: Vec<CheckRule>,
    /// `postcondition` blocks.
    pub postconditions: Vec<CheckRule>,
}

/// `ignore_changes`
#[derive(Clone, Debug, Default)]
pub enum IgnoreChanges {
    /// Nothing is ignored.
    #[default]
    None,
    /// `all`
    All,
    /// Attribute paths with their places.
    Paths(Vec<(value::Path, Range)>),
}

/// `module "name" { … }`
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// Its name.
    pub name: Arc<str>,
    /// Source address.
    pub source: Arc<str>,
    /// Place of the source.
    pub source_range: Range,
    /// Version constraint.
    pub version: Option<Arc<str>>,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `depends_on`, one expression per entry.
    pub depends_on: Vec<Expression>,
    /// Provider configurations handed down: name in the called module to name here.
    pub providers: BTreeMap<(Arc<str>, Option<Arc<str>>), (Arc<str>, Option<Arc<str>>)>,
    /// Values of the called module's variables: meta-arguments are taken out.
    pub arguments: Body,
    /// Header of the block.
    pub range: Range,
}

/// `provider "name" { … }`
#[derive(Clone, Debug)]
pub struct ProviderBlock {
    /// Local name.
    pub name: Arc<str>,
    /// `alias`
    pub alias: Option<Arc<str>>,
    /// Which provider.
    pub provider: Provider,
    /// The provider's own arguments.
    pub body: Body,
    /// Header of the block.
    pub range: Range,
}

/// An entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// Which provider.
    pub source: Provider,
    /// Version constraint.
    pub version: Option<Arc<str>>,
    /// `configuration_aliases`: local name and alias of configurations that the caller must hand down.
    pub aliases: Vec<(Arc<str>, Arc<str>)>,
    /// Place of the entry.
    pub range: Range,
}

/// `backend "kind" { … }` or `cloud { … }`.
#[derive(Clone, Debug)]
pub struct BackendBlock {
    /// Backend type; `cloud` for a cloud block.
    pub kind: Arc<str>,
    /// Its settings.
    pub body: Body,
    /// Header of the block.
    pub range: Range,
}
