//! Addresses as `moved` and `removed` blocks write them: expressions that are never evaluated.

use addrs::{InstanceKey, Mode, ModulePath, Resource};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Step};

/// A resource or a module, with or without instance keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    /// Calls on the way, with the keys that are written.
    pub(crate) modules: Vec<(Arc<str>, Option<InstanceKey>)>,
    /// The resource, with the key that is written; `None` for a module.
    pub(crate) resource: Option<(Resource, Option<InstanceKey>)>,
}

impl Endpoint {
    /// The module in the configuration that it stands in, or is, seen from another.
    pub(crate) fn path(&self, within: &ModulePath) -> ModulePath {
        self.modules.iter().fold(within.clone(), |path, (name, _)| path.child(name.clone()))
    }
}

/// Two ends without keys mean everything there, whatever its key; as soon as one has a key, the other without one means
/// the instance that has none.
pub(crate) fn unify(from: &mut Endpoint, to: &mut Endpoint) {
    fn last(end: &mut Endpoint) -> Option<&mut Option<InstanceKey>> {
        match &mut end.resource {
            Some((_, key)) => Some(key),
            None => end.modules.last_mut().map(|(_, key)| key),
        }
    }
    if let (Some(from), Some(to)) = (last(from), last(to))
        && from.is_some() != to.is_some()
    {
        from.get_or_insert_with(InstanceKey::default);
        to.get_or_insert_with(InstanceKey::default);
    }
}

/// Reads an address; `None` when it is none.
pub(crate) fn endpoint(expr: &Expr) -> Option<Endpoint> {
    let ExprKind::Traversal { base, steps } = &expr.kind else { return None };
    let ExprKind::Variable(first) = &base.kind else { return None };
    let mut names: Vec<(Arc<str>, Option<InstanceKey>)> = vec![(first.text.clone(), None)];
    for step in steps {
        match step {
            Step::Attribute(name) => names.push((name.text.clone(), None)),
            Step::Index(key, _) => {
                let (_, slot) = names.last_mut()?;
                if slot.replace(constant_key(key)?).is_some() {
                    return None;
                }
            }
            Step::Splat { .. } => return None,
        }
    }
    let mut modules = Vec::new();
    let mut rest = names.as_slice();
    while let [(word, None), call, more @ ..] = rest
        && word.as_ref() == "module"
    {
        modules.push(call.clone());
        rest = more;
    }
    let resource = match rest {
        [] => None,
        [(kind, None), (name, key)] => {
            Some((Resource { mode: Mode::Managed, kind: kind.clone(), name: name.clone() }, key.clone()))
        }
        _ => return None,
    };
    Some(Endpoint { modules, resource })
}

fn constant_key(key: &Expr) -> Option<InstanceKey> {
    match &key.kind {
        ExprKind::String(text) => Some(InstanceKey::String(text.clone())),
        ExprKind::Number(digits) => digits.parse().ok().map(InstanceKey::Int),
        _ => None,
    }
}
