//! Addresses as `moved`, `removed` and `import` blocks write them: expressions of which at most the keys are evaluated.

use addrs::{InstanceKey, Mode, ModulePath, Resource};
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Step};

/// A resource or a module, with or without instance keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Calls on the way, with the keys that are written.
    pub modules: Vec<(Arc<str>, Option<InstanceKey>)>,
    /// The resource, with the key that is written; `None` for a module.
    pub resource: Option<(Resource, Option<InstanceKey>)>,
}

impl Endpoint {
    /// The module in the configuration that it stands in, or is, seen from another.
    pub fn path(&self, within: &ModulePath) -> ModulePath {
        self.modules.iter().fold(within.clone(), |path, (name, _)| path.child(name.clone()))
    }
}

/// Two ends without keys mean everything there, whatever its key; as soon as one has a key, the other without one means
/// the instance that has none.
pub fn unify(from: &mut Endpoint, to: &mut Endpoint) {
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

/// Words that begin no address of a resource: they begin references to other things.
const RESERVED: [&str; 11] =
    ["arg", "count", "each", "lazy", "local", "module", "path", "self", "template", "terraform", "var"];

/// A name of an address with its key, if it has one.
type Named<K> = (Arc<str>, Option<K>);

/// The names of an address in order: the calls of modules on the way, and the rest. `None` when it is no address, or
/// `key_of` knows no key there.
#[allow(clippy::type_complexity, reason = "both halves are lists of names, said in the line above")]
fn names<K: Clone>(expr: &Expr, key_of: impl Fn(&Expr) -> Option<K>) -> Option<(Vec<Named<K>>, Vec<Named<K>>)> {
    let ExprKind::Traversal { base, steps } = &expr.kind else { return None };
    let ExprKind::Variable(first) = &base.kind else { return None };
    let mut names: Vec<Named<K>> = vec![(first.text.clone(), None)];
    for step in steps {
        match step {
            Step::Attribute(name) => names.push((name.text.clone(), None)),
            Step::Index(key, _) => {
                let (_, slot) = names.last_mut()?;
                if slot.replace(key_of(key)?).is_some() {
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
    // A type that is named like something else of the language has "resource." before it.
    let rest = match rest {
        [(word, None), kind, name] if word.as_ref() == "resource" => vec![kind.clone(), name.clone()],
        [(word, _), ..] if RESERVED.contains(&word.as_ref()) => return None,
        rest => rest.to_vec(),
    };
    Some((modules, rest))
}

/// Reads an address; `None` when it is none.
pub fn endpoint(expr: &Expr) -> Option<Endpoint> {
    let (modules, rest) = names(expr, constant_key)?;
    let resource = match rest.as_slice() {
        [] => None,
        [(kind, None), (name, key)] => {
            Some((Resource { mode: Mode::Managed, kind: kind.clone(), name: name.clone() }, key.clone()))
        }
        [(data, None), (kind, None), (name, key)] if data.as_ref() == "data" => {
            Some((Resource { mode: Mode::Data, kind: kind.clone(), name: name.clone() }, key.clone()))
        }
        _ => return None,
    };
    Some(Endpoint { modules, resource })
}

impl Endpoint {
    /// Whether some step has a key.
    pub fn has_key(&self) -> bool {
        self.modules.iter().any(|(_, key)| key.is_some())
            || self.resource.as_ref().is_some_and(|(_, key)| key.is_some())
    }
}

/// What an `import` block imports to: an address whose keys are expressions.
#[derive(Clone, Debug)]
pub struct ImportTarget {
    /// Calls on the way, each with its key.
    pub modules: Vec<(Arc<str>, Option<Expression>)>,
    /// The resource; always a managed one.
    pub resource: Resource,
    /// Key of the instance.
    pub key: Option<Expression>,
}

impl ImportTarget {
    /// The module in the configuration that the resource stands in; import blocks are in the root module.
    pub fn path(&self) -> ModulePath {
        self.modules.iter().fold(ModulePath::ROOT, |path, (name, _)| path.child(name.clone()))
    }
}

/// Reads the target of an import; `None` when it is no address of a managed resource.
pub(crate) fn import_target(expr: &Expression) -> Option<ImportTarget> {
    let key_of = |key: &Expr| Some(Expression { file: expr.file.clone(), root: Arc::new(key.clone()) });
    let (modules, rest) = names(&expr.root, key_of)?;
    match rest.as_slice() {
        [(kind, None), (name, key)] => {
            let resource = Resource { mode: Mode::Managed, kind: kind.clone(), name: name.clone() };
            Some(ImportTarget { modules, resource, key: key.clone() })
        }
        _ => None,
    }
}

fn constant_key(key: &Expr) -> Option<InstanceKey> {
    match &key.kind {
        ExprKind::String(text) => Some(InstanceKey::String(text.clone())),
        ExprKind::Number(digits) => digits.parse().ok().map(InstanceKey::Int),
        _ => None,
    }
}
