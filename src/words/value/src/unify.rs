//! One type for several: conditionals, list literals, `any`.

#[cfg(test)]
mod tests;

use crate::convert::{Safety, convertible};
use crate::{ObjectType, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The type all of `types` convert to, as conditionals and functions choose it: string before number and bool,
/// list before set before tuple, map before object; `None` when there is none. Of no types it is `any`.
pub fn unify(types: &[Type]) -> Option<Type> {
    unify_by(types, Safety::MayFail)
}

/// As [`unify`], with conversions that can fail only for some values left out (`"1"` to number): as literals
/// that become a collection of `any` choose it.
pub fn unify_safely(types: &[Type]) -> Option<Type> {
    unify_by(types, Safety::NeverFails)
}

/// How many of each kind.
#[derive(Default)]
struct Census {
    lists: usize,
    sets: usize,
    maps: usize,
    tuples: usize,
    objects: usize,
    dynamics: usize,
}

impl Census {
    fn of(types: &[Type]) -> Census {
        let mut census = Census::default();
        for ty in types {
            match ty {
                Type::List(_) => census.lists += 1,
                Type::Set(_) => census.sets += 1,
                Type::Map(_) => census.maps += 1,
                Type::Tuple(_) => census.tuples += 1,
                Type::Object(_) => census.objects += 1,
                Type::Dynamic => census.dynamics += 1,
                Type::String | Type::Number | Type::Bool => {}
            }
        }
        census
    }
}

pub(crate) fn unify_by(types: &[Type], safety: Safety) -> Option<Type> {
    let Some((first, rest)) = types.split_first() else {
        return Some(Type::Dynamic);
    };
    if rest.iter().all(|t| t == first) {
        return Some(first.clone());
    }
    let n = Census::of(types);
    let all = types.len() - n.dynamics;
    let uniform = [n.lists, n.sets, n.maps, n.tuples, n.objects].contains(&all);
    if all == 0 || uniform && n.dynamics > 0 {
        // What is not known yet may turn out to be of any kind, so nothing can be said.
        return Some(Type::Dynamic);
    }
    if n.maps == all {
        return unify_elements(types, safety).map(Type::map);
    }
    if n.lists == all {
        return unify_elements(types, safety).map(Type::list);
    }
    if n.sets == all {
        return unify_elements(types, safety).map(Type::set);
    }
    if n.objects == all {
        return unify_objects(types, safety);
    }
    if n.tuples == all {
        return unify_tuples(types, safety);
    }
    if n.objects > 0 && n.tuples > 0 {
        return None;
    }
    if n.maps > 0
        && n.maps + n.objects == all
        && let Some(unified) = replace_structural(types, safety).and_then(|maps| unify_elements(&maps, safety))
    {
        return Some(Type::map(unified));
    }
    if n.lists > 0
        && n.lists + n.tuples == all
        && let Some(unified) = replace_structural(types, safety).and_then(|lists| unify_elements(&lists, safety))
    {
        return Some(Type::list(unified));
    }
    preferred(types, safety)
}

fn unify_elements(collections: &[Type], safety: Safety) -> Option<Type> {
    let elements: Vec<Type> = collections.iter().filter_map(Type::element).cloned().collect();
    unify_by(&elements, safety)
}

/// Objects and tuples among `types` turned into one map or list type.
fn replace_structural(types: &[Type], safety: Safety) -> Option<Vec<Type>> {
    let parts: Vec<Type> = types.iter().flat_map(parts).collect();
    if parts.is_empty() {
        // Nothing to say: an empty one fits any collection.
        return None;
    }
    let element = unify_by(&parts, safety)?;
    let replaced = |ty: &Type| match ty {
        Type::Tuple(_) => Type::list(element.clone()),
        Type::Object(_) => Type::map(element.clone()),
        _ => ty.clone(),
    };
    Some(types.iter().map(replaced).collect())
}

/// The types of the parts of a tuple or object type.
fn parts(ty: &Type) -> Vec<Type> {
    match ty {
        Type::Tuple(elements) => elements.to_vec(),
        Type::Object(o) => o.attributes.values().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Same attributes: an object type; other attributes: a map type, if the parts have one type.
fn unify_objects(types: &[Type], safety: Safety) -> Option<Type> {
    let objects: Vec<&Arc<ObjectType>> =
        types.iter().filter_map(|t| if let Type::Object(o) = t { Some(o) } else { None }).collect();
    let (first, rest) = objects.split_first()?;
    if rest.iter().any(|o| !o.attributes.keys().eq(first.attributes.keys())) {
        let parts: Vec<Type> = types.iter().flat_map(parts).collect();
        return collected(types, unify_by(&parts, safety).map(Type::map)?, safety);
    }
    let mut attributes = BTreeMap::new();
    for name in first.attributes.keys() {
        let column: Vec<Type> = objects.iter().filter_map(|o| o.attributes.get(name)).cloned().collect();
        attributes.insert(name.clone(), unify_by(&column, safety)?);
    }
    Some(Type::object(attributes))
}

/// The collection type, if each of the types converts to it alone.
fn collected(types: &[Type], collection: Type, safety: Safety) -> Option<Type> {
    types.iter().all(|ty| convertible(ty, &collection, safety)).then_some(collection)
}

/// Same length: a tuple type; other lengths: a list type, if the parts have one type.
fn unify_tuples(types: &[Type], safety: Safety) -> Option<Type> {
    let rows: Vec<Vec<Type>> = types.iter().map(parts).collect();
    let (first, rest) = rows.split_first()?;
    if rest.iter().any(|row| row.len() != first.len()) {
        return collected(types, unify_by(&rows.concat(), safety).map(Type::list)?, safety);
    }
    let column = |i: usize| rows.iter().filter_map(|row| row.get(i)).cloned().collect::<Vec<_>>();
    let elements: Option<Vec<Type>> = (0..first.len()).map(|i| unify_by(&column(i), safety)).collect();
    elements.map(Type::tuple)
}

/// The first of the types, best first, that all others convert to.
fn preferred(types: &[Type], safety: Safety) -> Option<Type> {
    let mut candidates: Vec<&Type> = types.iter().collect();
    candidates.sort_by_key(|c| types.iter().filter(|t| is_better(t, c)).count());
    let fits = |want: &&&Type| types.iter().all(|t| t == **want || convertible(t, want, safety));
    candidates.iter().find(fits).map(|t| (*t).clone())
}

fn is_better(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) => false,
        (_, Type::Dynamic) => true,
        (Type::String, b) => b.is_primitive() && *b != Type::String,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => is_better(a, b),
        (Type::List(_), Type::Set(_) | Type::Tuple(_)) => true,
        (Type::Set(_), Type::Tuple(_)) => true,
        (Type::Map(_), Type::Object(_)) => true,
        _ => false,
    }
}
