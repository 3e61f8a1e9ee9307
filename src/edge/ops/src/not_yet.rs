//! What configurations may say that drform does not do yet, where silence would do harm: planning around a `moved` block
//! destroys what was to be kept, ignoring a backend forgets a whole estate.
//!
//! Blocks whose work is done (the object is in the state under its new address, or gone) are no trouble.

use crate::{Said, Site, World};
use addrs::ResourceInstance;
use config::{Module, ModuleTree};
use diag::{Diagnostic, Diagnostics, SourceTexts};
use state::State;
use syntax::Expression;

/// Refuses what would be planned wrongly.
pub(crate) fn refuse(site: &Site, tree: &ModuleTree, state: &State, said: &mut Said) {
    let mut troubles = Diagnostics::new();
    if site.world == World::Real {
        troubles.extend(tree.root().and_then(backend));
    }
    for module in tree.modules.values() {
        let held = Held { module, state, texts: &said.texts };
        troubles.extend(held.moved());
        troubles.extend(held.removed());
        troubles.extend(held.imported());
        troubles.extend(unevaluated(module));
    }
    said.diagnostics.extend(troubles);
}

fn backend(root: &Module) -> Option<Diagnostic> {
    let block = root.backend.as_ref()?;
    let kind = block.kind.as_ref();
    if kind == "local" && block.body.attributes.is_empty() {
        return None;
    }
    let (what, next) = match kind {
        "local" => (
            "Arguments of the local backend are not supported yet: the state is terraform.tfstate in this directory.",
            "Take the arguments out, and put the state there if it is elsewhere.",
        ),
        _ => (
            "drform keeps its state in a local file and does not reach remote state yet. Going on would see an empty state.",
            "Use terraform for this configuration, or plan it in the simulated cloud with -sandbox.",
        ),
    };
    Some(Diagnostic::error(format!("Backend {kind:?} is not supported yet"), what).at(block.range.clone()).next(next))
}

fn unevaluated(module: &Module) -> Diagnostics {
    let provisioned = module.resources.values().filter_map(|resource| {
        let block = resource.provisioners.first()?;
        let detail = format!("drform would make {} without running its provisioners.", resource.addr);
        Some(
            Diagnostic::error("Provisioners are not supported yet", detail)
                .at(block.header_range())
                .next("Use terraform for this configuration, or do the work outside of it."),
        )
    });
    let checks = module.checks.values().map(|check| {
        Diagnostic::warning("Check block not evaluated", "drform does not evaluate check blocks yet.")
            .at(check.range.clone())
            .next("Use a precondition or postcondition where the result must be kept from being wrong.")
    });
    provisioned.chain(checks).collect()
}

/// A module beside what the state holds.
struct Held<'a> {
    module: &'a Module,
    state: &'a State,
    texts: &'a SourceTexts,
}

impl Held<'_> {
    fn moved(&self) -> Diagnostics {
        let to_do = self.module.moved.iter().filter_map(|block| {
            let (from, to) = (self.text(&block.from)?, self.text(&block.to)?);
            // `a` to `a["x"]` moves the one instance without a key only.
            let exact = from.contains('[') || without_keys(&from) == without_keys(&to);
            let addr =
                self.find(|addr| if exact { within(&self.relative(addr), &from) } else { self.is_under(addr, &from) })?;
            let detail =
                format!("The state has {addr}, which is to become {to}; without the move it would be destroyed.");
            Some(
                Diagnostic::error("Moves are not supported yet", detail)
                    .at(block.range.clone())
                    .next("Carry out the move with terraform apply or terraform state mv, then run the command again."),
            )
        });
        to_do.collect()
    }

    fn removed(&self) -> Diagnostics {
        let to_do = self.module.removed.iter().filter_map(|block| {
            let from = self.text(&block.from)?;
            let addr = self.find(|addr| self.is_under(addr, &from))?;
            let detail = format!("The state has {addr}; without the block's lifecycle it would be destroyed.");
            Some(
                Diagnostic::error("Removed blocks are not supported yet", detail)
                    .at(block.range.clone())
                    .next("Take it out of the state with terraform state rm, then run the command again."),
            )
        });
        to_do.collect()
    }

    fn imported(&self) -> Diagnostics {
        let to_do = self.module.imports.iter().filter_map(|block| {
            let to = self.text(&block.to)?;
            let done = match block.for_each {
                Some(_) => self.find(|addr| self.is_under(addr, without_keys(&to).as_str())).is_some(),
                None => self.find(|addr| self.relative(addr) == to).is_some(),
            };
            let detail = format!("{to} is not in the state; without the import a second object would be made.");
            (!done).then(|| {
                Diagnostic::error("Imports are not supported yet", detail)
                    .at(block.range.clone())
                    .next("Import it with terraform apply or terraform import, then run the command again.")
            })
        });
        to_do.collect()
    }

    fn find(&self, wanted: impl Fn(&ResourceInstance) -> bool) -> Option<&ResourceInstance> {
        let here = |addr: &&ResourceInstance| {
            let path = addr.module.path().to_string();
            self.module.path.is_root() || within(&path, &self.module.path.to_string())
        };
        self.state.instances.keys().filter(here).find(|addr| wanted(addr))
    }

    /// An address as the module writes it.
    fn text(&self, expression: &Expression) -> Option<String> {
        let range = expression.range();
        let text = self.texts.get(&range.file)?.get(range.start as usize..range.end as usize)?;
        Some(text.split_whitespace().collect())
    }

    /// The address within the module.
    fn relative(&self, addr: &ResourceInstance) -> String {
        let whole = addr.to_string();
        if self.module.path.is_root() {
            return whole;
        }
        let depth = self.module.path.to_string().split('.').count();
        let mut rest = whole.as_str();
        for _ in 0..depth {
            rest = after_step(rest);
        }
        rest.to_string()
    }

    fn is_under(&self, addr: &ResourceInstance, from: &str) -> bool {
        within(&without_keys(&self.relative(addr)), &without_keys(from))
    }
}

/// `address` is `container` or stands in it.
fn within(address: &str, container: &str) -> bool {
    address.strip_prefix(container).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What follows the first dot outside of brackets.
fn after_step(address: &str) -> &str {
    let mut depth = 0_i32;
    for (at, c) in address.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '.' if depth == 0 => return address.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// An address without its instance keys.
fn without_keys(address: &str) -> String {
    let mut depth = 0_i32;
    let mut out = String::new();
    for c in address.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
