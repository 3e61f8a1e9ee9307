//! What a configuration declares: the modules, and in each the declarations, not evaluated.

use crate::{ImportTarget, TypeDefaults};
use addrs::{InstanceKey, ModulePath, Provider, ProviderConfig, Resource};
use diag::Range;
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::{Block, Body, Expression};
use value::{Path, Type};

/// The name of a provider configuration within a module: local provider name and alias, such as `aws.west`.
pub type ProviderName = (Arc<str>, Option<Arc<str>>);

/// All modules of a configuration by path; the root has the empty path.
#[derive(Clone, Debug, Default)]
pub struct ModuleTree {
    /// The modules.
    pub modules: BTreeMap<ModulePath, Module>,
}

impl ModuleTree {
    /// The root module; `None` only for a tree that failed to load.
    pub fn root(&self) -> Option<&Module> {
        self.modules.get(&ModulePath::ROOT)
    }

    /// The module of that path.
    pub fn module(&self, path: &ModulePath) -> Option<&Module> {
        self.modules.get(path)
    }

    /// The call that brought in the module of that path; `None` for the root.
    pub fn call_of(&self, path: &ModulePath) -> Option<&ModuleCall> {
        let (parent, name) = path.parent()?;
        self.modules.get(&parent)?.module_calls.get(&name)
    }

    /// The `provider` block that a configuration stands for; `None` for an implicit empty configuration.
    pub fn provider_block(&self, config: &ProviderConfig) -> Option<&ProviderBlock> {
        let module = self.modules.get(&config.module)?;
        module.provider_configs.values().find(|b| b.alias == config.alias && b.provider.same_as(&config.provider))
    }
}

/// One module.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Where it stands in the tree.
    pub path: ModulePath,
    /// Its directory, as [`crate::Sources`] names it.
    pub dir: Arc<str>,
    /// `variable` blocks.
    pub variables: BTreeMap<Arc<str>, Variable>,
    /// Local values of all `locals` blocks.
    pub locals: BTreeMap<Arc<str>, Local>,
    /// `output` blocks.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// `resource`, `data` and `ephemeral` blocks, and `data` blocks inside `check` blocks.
    pub resources: BTreeMap<Resource, ResourceConfig>,
    /// `module` blocks.
    pub module_calls: BTreeMap<Arc<str>, ModuleCall>,
    /// `provider` blocks.
    pub provider_configs: BTreeMap<ProviderName, ProviderBlock>,
    /// Entries of `required_providers` by local name.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// Every `required_version`.
    pub required_version: Vec<VersionConstraint>,
    /// `backend` or `cloud` block; only that of the root module counts.
    pub backend: Option<BackendBlock>,
    /// `provider_meta` blocks by local provider name.
    pub provider_metas: BTreeMap<Arc<str>, ProviderMeta>,
    /// Which versions of OpenTofu the `language` block says that it fits.
    pub compatible_with: Vec<VersionConstraint>,
    /// `moved` blocks.
    pub moved: Vec<MovedBlock>,
    /// `removed` blocks.
    pub removed: Vec<RemovedBlock>,
    /// `import` blocks.
    pub imports: Vec<ImportBlock>,
    /// `check` blocks by name.
    pub checks: BTreeMap<Arc<str>, CheckBlock>,
}

impl Module {
    /// The provider that a local name means here: as `required_providers` says, otherwise the default one.
    pub fn provider_for(&self, local_name: &str) -> Provider {
        self.required_providers
            .get(local_name)
            .map_or_else(|| Provider::default_for(local_name), |required| required.source.clone())
    }

    /// The local name of a provider here, if it has one.
    pub fn local_name_for(&self, provider: &Provider) -> Option<Arc<str>> {
        let declared = self.required_providers.iter().find(|(_, required)| &required.source == provider);
        if let Some((name, _)) = declared {
            return Some(name.clone());
        }
        let default = !self.required_providers.contains_key(&provider.kind)
            && &Provider::default_for(provider.kind.clone()) == provider;
        default.then(|| provider.kind.clone())
    }

    /// Imports to resources of this module that no block declares.
    pub fn undeclared_imports(&self) -> impl Iterator<Item = &ImportBlock> {
        let undeclared =
            |import: &&ImportBlock| import.to.modules.is_empty() && !self.resources.contains_key(&import.to.resource);
        self.imports.iter().filter(undeclared)
    }

    /// The provider configuration of an import to a resource that no block declares: the one that the import names, or the
    /// default one of the prefix of the type.
    pub fn provider_of_import(&self, import: &ImportBlock) -> ProviderConfig {
        let (name, alias) = import.provider_name.clone().unwrap_or_else(|| {
            let kind = &import.to.resource.kind;
            (kind.split('_').next().unwrap_or(kind).into(), None)
        });
        let provider = self.provider_for(&name);
        ProviderConfig { module: self.path.clone(), provider, alias, key: InstanceKey::None }
    }
}

/// A `variable` block.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// What values are converted to; [`Type::Dynamic`] if not written.
    pub type_constraint: Type,
    /// Whether `type` is written: text that is given for a variable without it is taken as it stands.
    pub typed: bool,
    /// Defaults of optional object attributes in the type constraint, if it has any.
    pub type_defaults: Option<TypeDefaults>,
    /// `default`: constant, not yet converted.
    pub default: Option<Expression>,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `const`: its value must be known before anything is evaluated (Terraform 1.15, OpenTofu 1.12).
    pub constant: bool,
    /// `deprecated`: what to say to those who set it (Terraform 1.15, OpenTofu 1.10).
    pub deprecated: Option<Arc<str>>,
    /// `nullable`; true if not written.
    pub nullable: bool,
    /// `validation` blocks.
    pub validations: Vec<CheckRule>,
    /// The block's header.
    pub range: Range,
}

/// A condition with its message: `validation`, `precondition`, `postcondition`, `assert`.
#[derive(Clone, Debug)]
pub struct CheckRule {
    /// Must be true.
    pub condition: Expression,
    /// Said if it is not.
    pub error_message: Expression,
    /// The block's header.
    pub range: Range,
}

/// A local value.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub expr: Expression,
    /// The whole definition.
    pub range: Range,
}

/// An `output` block.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// `value`
    pub expr: Expression,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `deprecated`: what to say to those who refer to it (Terraform 1.15, OpenTofu 1.10).
    pub deprecated: Option<Arc<str>>,
    /// `type`, with the defaults in it (Terraform 1.15).
    pub type_constraint: Option<(Type, TypeDefaults)>,
    /// `depends_on`
    pub depends_on: Vec<Expression>,
    /// `precondition` blocks.
    pub preconditions: Vec<CheckRule>,
    /// The block's header.
    pub range: Range,
}

/// A `resource`, `data` or `ephemeral` block.
#[derive(Clone, Debug)]
pub struct ResourceConfig {
    /// Its address within the module.
    pub addr: Resource,
    /// Local name and alias of its provider configuration, written or implied by the type.
    pub provider_name: ProviderName,
    /// Its provider.
    pub provider: Provider,
    /// The provider configuration that serves it, found through the calling modules: of a block with `for_each` the
    /// block itself.
    pub provider_config: ProviderConfig,
    /// Which configuration of a block with `for_each` serves it.
    pub provider_key: Option<ProviderKey>,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `depends_on`
    pub depends_on: Vec<Expression>,
    /// `lifecycle`
    pub lifecycle: Lifecycle,
    /// `provisioner` blocks.
    pub provisioners: Vec<Provisioner>,
    /// `connection` block.
    pub connection: Option<Block>,
    /// The `check` block that it stands in.
    pub check: Option<Arc<str>>,
    /// The provider's arguments and blocks: meta-arguments removed, escape block (`_`) merged in.
    pub body: Body,
    /// Where its type stands.
    pub kind_range: Range,
    /// The block's header.
    pub range: Range,
}

/// A `provisioner` block: work that is done on the machine of an object, or about it.
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// `local-exec`, `remote-exec` or `file`.
    pub kind: Arc<str>,
    /// `when`
    pub when: ProvisionWhen,
    /// `on_failure`
    pub on_failure: OnFailure,
    /// Its own arguments.
    pub body: Body,
    /// Its own `connection` block, whose arguments go before those of the resource's.
    pub connection: Option<Block>,
    /// The block's header.
    pub range: Range,
}

/// When a provisioner runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionWhen {
    /// After an object is created, also as half of a replacement.
    Create,
    /// Before an object is destroyed.
    Destroy,
}

/// What becomes of a change whose provisioner fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// It fails: a new object is tainted, an old one is not destroyed.
    Fail,
    /// It goes on.
    Continue,
}

/// The key in brackets behind the name of a provider configuration (OpenTofu 1.9).
#[derive(Clone, Debug)]
pub struct ProviderKey {
    /// The key.
    pub expr: Expression,
    /// Where it is written.
    pub place: KeyPlace,
}

/// Where the key of a provider configuration is written: it decides what `each` and `count` in it mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the resource block.
    Resource,
    /// In the call of this module.
    Call(ModulePath),
}

/// A `lifecycle` block.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `create_before_destroy`, if written.
    pub create_before_destroy: Option<bool>,
    /// `destroy`, if written: false lets go of objects instead of destroying them (OpenTofu 1.12, Terraform 1.16).
    pub destroy: Option<bool>,
    /// `prevent_destroy`: constant in Terraform, any expression of the module in OpenTofu 1.12.
    pub prevent_destroy: Option<Expression>,
    /// `enabled`: whether there is the one instance (OpenTofu 1.11).
    pub enabled: Option<Expression>,
    /// `ignore_changes`
    pub ignore_changes: IgnoreChanges,
    /// `replace_triggered_by`
    pub replace_triggered_by: Vec<Expression>,
    /// `precondition` blocks.
    pub preconditions: Vec<CheckRule>,
    /// `postcondition` blocks.
    pub postconditions: Vec<CheckRule>,
}

/// What `ignore_changes` names.
#[derive(Clone, Debug, Default)]
pub enum IgnoreChanges {
    /// Nothing: not written.
    #[default]
    None,
    /// `all`
    All,
    /// Attribute paths, relative to the resource, each with its place.
    Paths(Vec<(Path, Range)>),
}

/// A `module` block.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// Its name.
    pub name: Arc<str>,
    /// `source`; empty while [`ModuleCall::open_source`] has not been evaluated.
    pub source: Arc<str>,
    /// Where troubles with the source are shown: its place, or the block's header if it holds a secret.
    pub source_range: Range,
    /// `version`
    pub version: Option<VersionConstraint>,
    /// `source`, where it is no literal.
    pub open_source: Option<Expression>,
    /// `version`, where it is no literal.
    pub open_version: Option<Expression>,
    /// `enabled` of its `lifecycle` block (OpenTofu 1.11).
    pub enabled: Option<Expression>,
    /// `ignore_nested_deprecations`: nothing is said of deprecated things that are used inside (Terraform 1.15).
    pub ignores_deprecations: bool,
    /// `count`
    pub count: Option<Expression>,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `depends_on`
    pub depends_on: Vec<Expression>,
    /// `providers`: name inside the called module to name in the calling module.
    pub providers: BTreeMap<ProviderName, PassedProvider>,
    /// Values for the called module's variables: meta-arguments removed.
    pub arguments: Body,
    /// The block's header.
    pub range: Range,
}

/// The right side of an entry of `providers` in a `module` block.
#[derive(Clone, Debug)]
pub struct PassedProvider {
    /// The configuration in the calling module.
    pub name: ProviderName,
    /// Which of the configurations of a block with `for_each`.
    pub key: Option<Expression>,
    /// The entry.
    pub range: Range,
}

/// A `provider` block.
#[derive(Clone, Debug)]
pub struct ProviderBlock {
    /// Local name.
    pub local_name: Arc<str>,
    /// `alias`
    pub alias: Option<Arc<str>>,
    /// Which provider the local name means.
    pub provider: Provider,
    /// `for_each`: one configuration for each key (OpenTofu 1.9).
    pub for_each: Option<Expression>,
    /// The provider's arguments and blocks: meta-arguments removed.
    pub body: Body,
    /// The block's header.
    pub range: Range,
}

/// An entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// `source`, or the default for the local name.
    pub source: Provider,
    /// `version`
    pub version: Option<Arc<str>>,
    /// Aliases in `configuration_aliases`: configurations that the caller must pass.
    pub aliases: Vec<Arc<str>>,
    /// The version constraint's place.
    pub version_range: Option<Range>,
    /// The entry's name.
    pub range: Range,
}

/// A version constraint as written, such as `>= 1.5, < 2.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionConstraint {
    /// Its text.
    pub text: Arc<str>,
    /// Its place.
    pub range: Range,
}

/// A `backend` or `cloud` block.
#[derive(Clone, Debug)]
pub struct BackendBlock {
    /// Label of the backend block; `cloud` for a cloud block.
    pub kind: Arc<str>,
    /// Its arguments.
    pub body: Body,
    /// The block's header.
    pub range: Range,
}

/// A `provider_meta` block.
#[derive(Clone, Debug)]
pub struct ProviderMeta {
    /// Which provider it is for.
    pub provider: Provider,
    /// Its arguments.
    pub body: Body,
    /// The block's header.
    pub range: Range,
}

/// A `moved` block.
#[derive(Clone, Debug)]
pub struct MovedBlock {
    /// `from`: an address, never evaluated.
    pub from: Expression,
    /// `to`: an address, never evaluated.
    pub to: Expression,
    /// The block's header.
    pub range: Range,
}

/// A `removed` block.
#[derive(Clone, Debug)]
pub struct RemovedBlock {
    /// `from`: an address, never evaluated.
    pub from: Expression,
    /// What happens to the objects.
    pub action: RemovedAction,
    /// `provisioner` blocks: all of them for when an object is destroyed.
    pub provisioners: Vec<Provisioner>,
    /// `connection` block.
    pub connection: Option<Block>,
    /// The block's header.
    pub range: Range,
}

/// What a `removed` block does with the objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovedAction {
    /// Destroys them.
    Destroy,
    /// Forgets them: they stay, but are no longer in the state (`destroy = false`).
    Forget,
}

/// An `import` block.
#[derive(Clone, Debug)]
pub struct ImportBlock {
    /// `to`
    pub to: ImportTarget,
    /// Place of `to`.
    pub to_range: Range,
    /// `id` or `identity`
    pub by: ImportBy,
    /// `for_each`
    pub for_each: Option<Expression>,
    /// `provider`
    pub provider_name: Option<ProviderName>,
    /// The block's header.
    pub range: Range,
}

/// What an `import` block says of the object.
#[derive(Clone, Debug)]
pub enum ImportBy {
    /// `id`
    Id(Expression),
    /// `identity`
    Identity(Expression),
}

impl ImportBy {
    /// What is written.
    pub fn expr(&self) -> &Expression {
        match self {
            ImportBy::Id(expr) | ImportBy::Identity(expr) => expr,
        }
    }
}

/// A `check` block.
#[derive(Clone, Debug)]
pub struct CheckBlock {
    /// Its name.
    pub name: Arc<str>,
    /// The data source inside it; declared among the resources of the module.
    pub data: Option<Resource>,
    /// `assert` blocks.
    pub asserts: Vec<CheckRule>,
    /// The block's header.
    pub range: Range,
}
