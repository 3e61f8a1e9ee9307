//! Which provider configuration serves which resource.
//!
//! A name means the `provider` block of its own module; else what the call passes under that name; else, without an
//! alias, the default configuration of the same provider in the calling module, and so on up to the root, where a
//! missing block stands for an empty configuration.

mod keys;

use crate::reference::shown;
use crate::{KeyPlace, Module, ModuleTree, ProviderBlock, ProviderKey, ProviderName};
use addrs::{InstanceKey, ModulePath, Provider, ProviderConfig, Resource};
use diag::{Diagnostic, Diagnostics, Range};
use std::sync::Arc;

/// Fills in the provider configuration of every resource, and reports names that mean nothing.
pub(crate) fn resolve(tree: &mut ModuleTree, diagnostics: &mut Diagnostics) {
    let mut found: Vec<(ModulePath, Resource, Found)> = Vec::new();
    for module in tree.modules.values() {
        for resource in module.resources.values() {
            let troubles = keys::check_resource(module, resource);
            if troubles.has_errors() {
                diagnostics.extend(troubles);
                continue;
            }
            diagnostics.extend(troubles);
            match find(tree, module, &resource.provider_name, resource.provider_key.clone()) {
                Ok(config) => found.push((module.path.clone(), resource.addr.clone(), config)),
                // Told at the call.
                Err(Missing::NotPassed) => {}
                Err(reason) => {
                    diagnostics.push(undefined(&resource.provider_name, module, &reason, &resource.range));
                    if let Missing::Awaited(config) = reason {
                        found.push((module.path.clone(), resource.addr.clone(), (*config, None)));
                    }
                }
            }
        }
        check_call(tree, module, diagnostics);
        check_placeholders(module, diagnostics);
        check_own_blocks(tree, module, diagnostics);
    }
    for (path, addr, (config, key)) in found {
        let resource = tree.modules.get_mut(&path).and_then(|module| module.resources.get_mut(&addr));
        if let Some(resource) = resource {
            resource.provider_config = config;
            resource.provider_key = key;
        }
    }
}

/// A configuration, and for a block with `for_each` which of those that it makes.
type Found = (ProviderConfig, Option<ProviderKey>);

/// Why a name means no configuration.
enum Missing {
    /// No block and no caller has it.
    Undefined,
    /// The module asks its caller for it in `configuration_aliases`, and the call does not pass it: told there.
    NotPassed,
    /// The root module asks for it in `configuration_aliases`: a test may supply it.
    Awaited(Box<ProviderConfig>),
}

fn find(tree: &ModuleTree, module: &Module, name: &ProviderName, key: Option<ProviderKey>) -> Result<Found, Missing> {
    let provider = module.provider_for(&name.0);
    let here = |alias: &ProviderName| {
        let (module, provider, alias) = (module.path.clone(), provider.clone(), alias.1.clone());
        (ProviderConfig { module, provider, alias, key: InstanceKey::None }, None)
    };
    if let Some(block) = module.provider_configs.get(name).filter(|block| !is_placeholder(module, block)) {
        return Ok((here(name).0, key.filter(|_| block.for_each.is_some())));
    }
    let parent = module.path.parent().and_then(|(path, _)| tree.module(&path));
    let (Some(parent), Some(call)) = (parent, tree.call_of(&module.path)) else {
        return match &name.1 {
            None => Ok(here(name)),
            Some(alias) if asks_for(module, name, alias) => Err(Missing::Awaited(Box::new(here(name).0))),
            Some(_) => Err(Missing::Undefined),
        };
    };
    if let Some(passed) = call.providers.get(name) {
        let place = KeyPlace::Call(module.path.clone());
        let key = passed.key.clone().map(|expr| ProviderKey { expr, place });
        return find(tree, parent, &passed.name, key);
    }
    match &name.1 {
        None => find_default(tree, parent, &provider),
        // An empty block with an alias that nobody passes is an empty configuration of its own.
        Some(_) if module.provider_configs.contains_key(name) => Ok(here(name)),
        Some(alias) => Err(if asks_for(module, name, alias) { Missing::NotPassed } else { Missing::Undefined }),
    }
}

/// Whether a module asks for a configuration in `configuration_aliases`.
fn asks_for(module: &Module, name: &ProviderName, alias: &Arc<str>) -> bool {
    module.required_providers.get(&name.0).is_some_and(|required| required.aliases.contains(alias))
}

/// Whether a trouble is that a provider configuration is not there which the root module asks its caller for. To plan
/// such a module alone is a mistake; to test it is none, where the test has the provider.
pub fn awaits_provider(tree: &ModuleTree, trouble: &Diagnostic) -> bool {
    let Some(root) = tree.root().filter(|_| trouble.summary == NOT_PRESENT) else { return false };
    let asked = |config: &ProviderConfig| {
        let of_provider = root.required_providers.values().filter(|required| required.source == config.provider);
        config.module.is_root()
            && config.alias.as_ref().is_some_and(|alias| of_provider.clone().any(|r| r.aliases.contains(alias)))
    };
    let resources = tree.modules.values().flat_map(|module| module.resources.values());
    let mut resources = resources.filter(|resource| asked(&resource.provider_config)).map(|resource| &resource.range);
    let passed = root.module_calls.values().flat_map(|call| call.providers.values());
    let mut passed = passed
        .filter(|passed| passed.name.1.as_ref().is_some_and(|alias| asks_for(root, &passed.name, alias)))
        .map(|passed| &passed.range);
    resources.any(|range| trouble.subject.as_ref() == Some(range))
        || passed.any(|range| trouble.subject.as_ref() == Some(range))
}

/// Summary of a provider configuration that is not there.
const NOT_PRESENT: &str = "Provider configuration not present";

/// The default configuration of a provider, whatever its local name is.
fn find_default(tree: &ModuleTree, module: &Module, provider: &Provider) -> Result<Found, Missing> {
    if let Some(name) = module.local_name_for(provider) {
        return find(tree, module, &(name, None), None);
    }
    let parent = module.path.parent().and_then(|(path, _)| tree.module(&path));
    match parent {
        Some(parent) => find_default(tree, parent, provider),
        None => {
            let (module, key) = (ModulePath::ROOT, InstanceKey::None);
            Ok((ProviderConfig { module, provider: provider.clone(), alias: None, key }, None))
        }
    }
}

/// True for an empty `provider` block in a called module: the old way to say that the caller passes it.
fn is_placeholder(module: &Module, block: &ProviderBlock) -> bool {
    let body = &block.body;
    let empty = body.attributes.is_empty() && body.blocks.is_empty() && body.undecided.is_empty();
    !module.path.is_root() && empty && block.for_each.is_none()
}

fn undefined(name: &ProviderName, module: &Module, reason: &Missing, at: &Range) -> Diagnostic {
    let shown = shown(name);
    let place = if module.path.is_root() { "the root module".to_owned() } else { module.path.to_string() };
    let detail = match reason {
        Missing::Undefined | Missing::Awaited(_) => format!("There is no provider configuration {shown} in {place}."),
        Missing::NotPassed => format!("The provider configuration {shown} is not passed to {place}."),
    };
    let next = match (&name.1, reason) {
        (Some(alias), Missing::Undefined | Missing::Awaited(_)) => {
            format!("Write a block provider \"{}\" with alias = \"{alias}\", or use another configuration.", name.0)
        }
        _ => format!("Pass it in the module block: providers = {{ {shown} = … }}."),
    };
    Diagnostic::error(NOT_PRESENT, detail).at(at.clone()).next(next)
}

/// Empty provider blocks in called modules say what `configuration_aliases` says better.
fn check_placeholders(module: &Module, diagnostics: &mut Diagnostics) {
    for (name, block) in module.provider_configs.iter().filter(|(_, block)| is_placeholder(module, block)) {
        let detail = format!(
            "{} has an empty provider block for {}, which was the way of older versions to say that the caller passes one.",
            module.path,
            shown(name)
        );
        diagnostics.push(
            Diagnostic::warning("Redundant empty provider block", detail)
                .at(block.range.clone())
                .next("Remove it; a name with an alias goes into configuration_aliases of required_providers."),
        );
    }
}

/// Checks what the call of a module passes against what the module needs.
fn check_call(tree: &ModuleTree, module: &Module, diagnostics: &mut Diagnostics) {
    let parent = module.path.parent().and_then(|(path, _)| tree.module(&path));
    let (Some(parent), Some(call)) = (parent, tree.call_of(&module.path)) else { return };
    for (inside, passed) in &call.providers {
        let (wanted, given) = (module.provider_for(&inside.0), parent.provider_for(&passed.name.0));
        if wanted != given {
            let detail = format!(
                "The local name \"{}\" in {} represents provider \"{given}\", but \"{}\" in {} represents \"{wanted}\".",
                passed.name.0,
                if parent.path.is_root() { "the root module".to_owned() } else { parent.path.to_string() },
                inside.0,
                module.path
            );
            diagnostics.push(
                Diagnostic::error("Provider type mismatch", detail)
                    .at(passed.range.clone())
                    .next("Each provider must be passed under the name of the same provider: compare required_providers of both modules."),
            );
        } else if !module.required_providers.contains_key(&inside.0) && !module.provider_configs.contains_key(inside) {
            let detail = format!(
                "{} declares no provider under the name \"{}\": which one is meant is only guessed.",
                module.path, inside.0
            );
            diagnostics.push(
                Diagnostic::warning("Reference to undefined provider", detail)
                    .at(passed.range.clone())
                    .next(format!("Add {} to required_providers of the module.", inside.0)),
            );
        }
        let troubles = keys::check_passed(parent, call, passed);
        let key_is_wrong = troubles.has_errors();
        diagnostics.extend(troubles);
        if let Err(reason) = find(tree, parent, &passed.name, None).map(|_| ())
            && !key_is_wrong
        {
            diagnostics.push(undefined(&passed.name, parent, &reason, &passed.range));
        }
        if let Some(block) = module.provider_configs.get(inside).filter(|block| !is_placeholder(module, block)) {
            let detail = format!(
                "The configuration of {} is set inside {} and cannot be passed too.",
                shown(inside),
                module.path
            );
            diagnostics.push(
                Diagnostic::error("Cannot override provider configuration", detail)
                    .at(passed.range.clone())
                    .next(format!("Remove this entry, or the provider block in {}.", block.range.file)),
            );
        }
    }
    for (name, required) in &module.required_providers {
        for alias in &required.aliases {
            let wanted = (name.clone(), Some(alias.clone()));
            if !call.providers.contains_key(&wanted) && !module.provider_configs.contains_key(&wanted) {
                let shown = shown(&wanted);
                let detail = format!(
                    "The child module requires an additional configuration for provider {}, with the local name \"{shown}\".",
                    required.source.short()
                );
                diagnostics.push(
                    Diagnostic::error("Missing required provider configuration", detail)
                        .at(call.range.clone())
                        .next(format!("Pass it: providers = {{ {shown} = … }}.")),
                );
            }
        }
    }
}

/// A module with its own provider blocks cannot be repeated, nor wait for others.
fn check_own_blocks(tree: &ModuleTree, module: &Module, diagnostics: &mut Diagnostics) {
    let Some(block) = module.provider_configs.values().find(|block| !is_placeholder(module, block)) else { return };
    let mut path = module.path.clone();
    while let Some(call) = tree.call_of(&path) {
        let used = [
            ("count", call.count.is_some()),
            ("for_each", call.for_each.is_some()),
            ("depends_on", !call.depends_on.is_empty()),
            ("enabled", call.enabled.is_some()),
        ];
        if let Some((argument, _)) = used.into_iter().find(|(_, used)| *used) {
            let detail = format!(
                "The module {} is a legacy module which contains its own local provider configurations (in {}), and so calls to it may not use the count, for_each, or depends_on arguments.",
                module.path, block.range.file
            );
            diagnostics.push(
                Diagnostic::error("Module is incompatible with count, for_each, and depends_on", detail)
                    .at(call.range.clone())
                    .next(format!("Remove {argument}, or move the provider block to the root module and pass it with \"providers\".")),
            );
        }
        match path.parent() {
            Some((parent, _)) => path = parent,
            None => return,
        }
    }
}
