//! `removed` blocks: whether objects whose block is gone are destroyed or only forgotten (features-and-traps.md 106).

use addrs::{ConfigResource, Mode, ModulePath, Resource};
use config::{ModuleTree, RemovedAction};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Step};

/// Whether a `removed` block for the resource, or for a module that it stood in, says that its objects stay.
pub(crate) fn forgets(tree: &ModuleTree, resource: &ConfigResource) -> bool {
    tree.modules.iter().any(|(path, module)| {
        let forgotten = module.removed.iter().filter(|block| block.action == RemovedAction::Forget);
        forgotten.filter_map(|block| target(path, &block.from.root)).any(|target| target.covers(resource))
    })
}

/// What `from` names.
enum Target {
    Module(ModulePath),
    Resource(ConfigResource),
}

impl Target {
    fn covers(&self, resource: &ConfigResource) -> bool {
        match self {
            Target::Module(path) => resource.module.0.starts_with(&path.0),
            Target::Resource(other) => other == resource,
        }
    }
}

/// Reads an address without instance keys, as written inside of a module.
fn target(within: &ModulePath, expr: &Expr) -> Option<Target> {
    let ExprKind::Traversal { base, steps } = &expr.kind else { return None };
    let ExprKind::Variable(first) = &base.kind else { return None };
    let mut names: Vec<&Arc<str>> = vec![&first.text];
    for step in steps {
        match step {
            Step::Attribute(name) => names.push(&name.text),
            Step::Index(..) | Step::Splat { .. } => return None,
        }
    }
    let mut module = within.clone();
    let mut rest = names.as_slice();
    while let [word, name, more @ ..] = rest
        && word.as_ref() == "module"
    {
        module = module.child((*name).clone());
        rest = more;
    }
    match rest {
        [] => Some(Target::Module(module)),
        [kind, name] => {
            let resource = Resource { mode: Mode::Managed, kind: (*kind).clone(), name: (*name).clone() };
            Some(Target::Resource(ConfigResource { module, resource }))
        }
        _ => None,
    }
}
