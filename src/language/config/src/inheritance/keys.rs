//! Instance keys of provider configurations (OpenTofu 1.9): a block with `for_each` is never used without a key, a block
//! without it never with one.

use crate::constant;
use crate::reference::shown;
use crate::{Module, ModuleCall, PassedProvider, ProviderName, ResourceConfig};
use diag::{Diagnostic, Diagnostics, Range};
use syntax::{Expr, ExprKind, Expression, Step};

/// What is wrong with the name in `provider` of a resource.
pub(super) fn check_resource(module: &Module, resource: &ResourceConfig) -> Diagnostics {
    let key = resource.provider_key.as_ref().map(|key| &key.expr);
    let used = Used { name: &resource.provider_name, key, at: &resource.range, what: "resource" };
    let mut troubles: Diagnostics = used.trouble(module).into_iter().collect();
    troubles.extend(used.lives_no_longer(module, resource.for_each.as_ref(), &resource.addr.to_string()));
    troubles
}

/// What is wrong with an entry of `providers` in the call of a module.
pub(super) fn check_passed(module: &Module, call: &ModuleCall, passed: &PassedProvider) -> Diagnostics {
    let used = Used { name: &passed.name, key: passed.key.as_ref(), at: &passed.range, what: "module" };
    let mut troubles: Diagnostics = used.trouble(module).into_iter().collect();
    troubles.extend(used.lives_no_longer(module, call.for_each.as_ref(), &format!("module.{}", call.name)));
    troubles
}

/// A provider configuration where it is named.
struct Used<'a> {
    name: &'a ProviderName,
    key: Option<&'a Expression>,
    at: &'a Range,
    /// In what kind of block.
    what: &'a str,
}

impl Used<'_> {
    fn trouble(&self, module: &Module) -> Option<Diagnostic> {
        let name = shown(self.name);
        let block = module.provider_configs.get(self.name);
        let (at, detail, next) = match (self.key, block) {
            (Some(key), None) => {
                let alias = self.name.1.as_deref().unwrap_or_default();
                let known: Vec<String> = (module.provider_configs.iter())
                    .filter(|(_, block)| block.for_each.is_some())
                    .map(|(name, _)| shown(name))
                    .collect();
                let meant = diag::nearest(&name, known.iter().map(String::as_str)).map(str::to_owned);
                let next = match meant {
                    Some(meant) => format!("Did you mean {meant}?"),
                    None => format!(
                        "Write a block provider \"{}\" with alias = \"{alias}\" and for_each. A module that is passed one configuration uses it without a key.",
                        self.name.0
                    ),
                };
                let detail = format!(
                    "This module has no provider block \"{}\" with the alias \"{alias}\", of whose instances the key could choose one.",
                    self.name.0
                );
                (key.range(), detail, next)
            }
            (Some(key), Some(block)) if block.for_each.is_none() => {
                let detail = format!(
                    "The provider block of {name} has no for_each: it is one configuration, without instance keys."
                );
                (key.range(), detail, format!("Write {name} without the key, or give the provider block for_each."))
            }
            (None, Some(block)) if block.for_each.is_some() => {
                let detail = format!(
                    "The provider block of {name} has for_each: it stands for several configurations, of which a {} uses one.",
                    self.what
                );
                let next = format!("Choose one with its key, such as {name}[each.key].");
                (self.at.clone(), detail, next)
            }
            _ => return None,
        };
        let summary = format!("Invalid {} provider configuration", self.what);
        let trouble = Diagnostic::error(summary, detail).at(at).next(next);
        Some(if self.key.is_some() { trouble.within(self.at.clone()) } else { trouble })
    }

    /// Whoever goes through the same collection as its provider loses, with an element, also the provider that would
    /// destroy the objects of that element.
    fn lives_no_longer(&self, module: &Module, for_each: Option<&Expression>, user: &str) -> Option<Diagnostic> {
        let (key, for_each) = (self.key?, for_each?);
        let of_provider = module.provider_configs.get(self.name)?.for_each.as_ref()?;
        let by_key = constant::roots(key).iter().any(|(_, root)| root.as_ref() == "each");
        if !by_key || !same_reference(&for_each.root, &of_provider.root) {
            return None;
        }
        let detail = format!(
            "The provider block of {} goes through the same collection as {user}. When an element is removed, the provider that would have to destroy its objects is removed with it, and the plan fails.",
            shown(self.name)
        );
        Some(
            Diagnostic::warning(format!("Provider configuration for_each matches {}", self.what), detail)
                .at(for_each.range())
                .within(self.at.clone())
                .next(format!("Let for_each of the provider have more elements than that of {user}: objects are destroyed first, with one apply, and the provider goes with the next.")),
        )
    }
}

/// True for two references to the same thing, such as `var.regions` twice.
fn same_reference(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Variable(a), ExprKind::Variable(b)) => a.text == b.text,
        (ExprKind::Traversal { base: a, steps: of_a }, ExprKind::Traversal { base: b, steps: of_b }) => {
            let same =
                |(a, b): (&Step, &Step)| matches!((a, b), (Step::Attribute(a), Step::Attribute(b)) if a.text == b.text);
            same_reference(a, b) && of_a.len() == of_b.len() && of_a.iter().zip(of_b).all(same)
        }
        _ => false,
    }
}
