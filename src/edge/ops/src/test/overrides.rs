//! Mocks and overrides of a test file: values for objects, and modules that are not planned at all.

use super::literal;
use super::providers::Mocked;
use addrs::{InstanceKey, ModulePath, Target};
use config::{During, Mock, ModuleTree, Override, OverrideKind, TestFile, TestRun};
use diag::{Diagnostic, Diagnostics};
use mocks::{Kinds, Mocks, Overriding, Source};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::Expression;
use value::{Content, Type, Value};

/// Everything that is answered in place of providers in a run.
pub(super) fn mocks(mocked: &Mocked, file: &TestFile, run: &TestRun, troubles: &mut Diagnostics) -> Mocks {
    let mut mocks = Mocks { seed: crate::session::seed(&crate::session::run_id()), ..Mocks::default() };
    for (config, mock) in mocked {
        let data = &mock.data;
        let mut of_kind = |kinds: &BTreeMap<Arc<str>, Mock>| {
            let source = |(kind, mock): (&Arc<str>, &Mock)| {
                (kind.clone(), source(mock.defaults.as_ref(), mock.during, troubles))
            };
            kinds.iter().map(source).collect()
        };
        let (resources, data_sources) = (of_kind(&data.resources), of_kind(&data.data_sources));
        let overrides = data.overrides.iter().map(|one| overriding(one, troubles)).collect();
        mocks.providers.insert(config.clone(), Kinds { resources, data_sources, overrides });
    }
    let objects = in_force(file, run).filter(|one| one.kind != OverrideKind::Module);
    mocks.overrides = objects.map(|one| overriding(one, troubles)).collect();
    mocks
}

/// The overrides of the run, and those of the file that it does not replace.
fn in_force<'a>(file: &'a TestFile, run: &'a TestRun) -> impl Iterator<Item = &'a Override> {
    let replaced = |one: &&Override| run.overrides.iter().any(|other| other.target == one.target);
    run.overrides.iter().chain(file.overrides.iter().filter(move |one| !replaced(one)))
}

fn overriding(one: &Override, troubles: &mut Diagnostics) -> Overriding {
    let empty = || Source { values: Some(Value::object(Vec::<(Arc<str>, Value)>::new())), ..Source::default() };
    let mut source = match &one.values {
        Some(values) => source(Some(values), one.during, troubles),
        None => empty(),
    };
    source.while_planning = one.during == During::Plan;
    source.range = Some(one.range.clone());
    Overriding { target: one.target.clone(), source }
}

fn source(values: Option<&Expression>, during: During, troubles: &mut Diagnostics) -> Source {
    let range = values.map(Expression::range);
    let values = values.and_then(|values| object(values, troubles));
    Source { values, while_planning: during == During::Plan, range }
}

/// The value of an expression that must be a constant object.
fn object(expr: &Expression, troubles: &mut Diagnostics) -> Option<Value> {
    let (value, found) = eval::constant(expr);
    let failed = found.has_errors();
    troubles.extend(found);
    if !failed && !matches!(value.content, Content::Object(_)) {
        let detail =
            format!("The requested replacement value must be an object type, but was {}.", value.ty().friendly_name());
        let trouble = Diagnostic::error("Invalid replacement value", detail).at(expr.range());
        troubles.push(trouble.next("Write an object: { name = value, … }."));
        return None;
    }
    (!failed).then_some(value)
}

/// Takes everything out of overridden modules but their variables and outputs, and gives those outputs their values.
pub(super) fn modules(tree: &mut ModuleTree, file: &TestFile, run: &TestRun, troubles: &mut Diagnostics) {
    for one in in_force(file, run) {
        let Target::Module(instance) = &one.target else { continue };
        if instance.0.iter().any(|(_, key)| *key != InstanceKey::None) {
            let detail =
                format!("{} is one instance of a module; drform overrides modules as a whole only.", one.target);
            let trouble = Diagnostic::error("Cannot override an instance of a module", detail);
            troubles.push(trouble.at(one.target_range.clone()).next("Name the module without a key."));
            continue;
        }
        let path = instance.path();
        let values = one.values.as_ref().and_then(|values| Some((values, object(values, troubles)?)));
        empty(tree, &path, values.as_ref());
    }
}

fn empty(tree: &mut ModuleTree, path: &ModulePath, values: Option<&(&Expression, Value)>) {
    let below = |other: &ModulePath| other.0.len() > path.0.len() && other.0.starts_with(&path.0);
    tree.modules.retain(|other, _| !below(other));
    let Some(module) = tree.modules.get_mut(path) else { return };
    for output in module.outputs.values_mut() {
        let given = values.and_then(|(_, value)| value.get(&output.name).cloned());
        let value = given.unwrap_or_else(|| Value::null(Type::Dynamic));
        let place = values.map_or(&output.expr, |(values, _)| *values);
        output.expr = literal::expression(&value, place);
        output.preconditions.clear();
        output.depends_on.clear();
    }
    let kept = config::Module {
        path: module.path.clone(),
        dir: module.dir.clone(),
        variables: std::mem::take(&mut module.variables),
        outputs: std::mem::take(&mut module.outputs),
        required_providers: std::mem::take(&mut module.required_providers),
        ..config::Module::default()
    };
    *module = kept;
}

/// Warns of overrides that stand for nothing in any of these configurations.
pub(super) fn check(overrides: &[Override], trees: &[&ModuleTree]) -> Diagnostics {
    let missing = overrides.iter().filter(|one| !trees.iter().any(|tree| exists(tree, &one.target)));
    missing
        .map(|one| {
            let detail = format!(
                "The override target {} does not exist within the configuration under test. This could indicate a typo in the target address or an unnecessary override.",
                one.target
            );
            let warning = Diagnostic::warning("Invalid override target", detail).at(one.target_range.clone());
            warning.next("Correct the address, or remove the block.")
        })
        .collect()
}

/// The same for all overrides of a file, but for those in its runs and in files of mock data.
pub(super) fn check_file(file: &TestFile, trees: &[&ModuleTree]) -> Diagnostics {
    let mut told = Diagnostics::new();
    for provider in file.providers.values() {
        let own = provider.mock.as_ref().map(|mock| &mock.data.overrides);
        let file_of = |one: &&Override| one.range.file == provider.range.file;
        let own: Vec<Override> = own.into_iter().flatten().filter(file_of).cloned().collect();
        told.extend(check(&own, trees));
    }
    told.extend(check(&file.overrides, trees));
    told
}

fn exists(tree: &ModuleTree, target: &Target) -> bool {
    let has = |path: &ModulePath, resource: &addrs::Resource| {
        tree.module(path).is_some_and(|module| module.resources.contains_key(resource))
    };
    match target {
        Target::Module(module) => tree.module(&module.path()).is_some(),
        Target::Resource(module, resource) => has(&module.path(), resource),
        Target::Instance(addr) => has(&addr.module.path(), &addr.resource),
    }
}
