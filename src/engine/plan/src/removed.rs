//! `removed` blocks: whether objects whose block is gone are destroyed or only forgotten (features-and-traps.md 106).

use addrs::ConfigResource;
use config::{ModuleTree, RemovedAction, endpoint};

/// What a `removed` block for the resource, or for a module that it stood in, says of its objects; where several speak,
/// one that lets them stay wins.
pub(crate) fn action(tree: &ModuleTree, resource: &ConfigResource) -> Option<RemovedAction> {
    let all = tree.modules.iter().flat_map(|(path, module)| module.removed.iter().map(move |block| (path, block)));
    let ours = all.filter(|(path, block)| {
        endpoint(&block.from.root).is_some_and(|from| match &from.resource {
            Some((named, _)) => *named == resource.resource && from.path(path) == resource.module,
            None => resource.module.0.starts_with(&from.path(path).0),
        })
    });
    let actions: Vec<RemovedAction> = ours.map(|(_, block)| block.action).collect();
    let forgets = actions.contains(&RemovedAction::Forget);
    actions.first().map(|_| if forgets { RemovedAction::Forget } else { RemovedAction::Destroy })
}
