//! `removed` blocks: whether objects whose block is gone are destroyed or only forgotten (features-and-traps.md 106).

use addrs::ConfigResource;
use config::{ModuleTree, RemovedAction, endpoint};

/// Whether a `removed` block for the resource, or for a module that it stood in, says that its objects stay.
pub(crate) fn forgets(tree: &ModuleTree, resource: &ConfigResource) -> bool {
    tree.modules.iter().any(|(path, module)| {
        let forgotten = module.removed.iter().filter(|block| block.action == RemovedAction::Forget);
        forgotten.filter_map(|block| endpoint(&block.from.root)).any(|from| match &from.resource {
            Some((named, _)) => *named == resource.resource && from.path(path) == resource.module,
            None => resource.module.0.starts_with(&from.path(path).0),
        })
    })
}
