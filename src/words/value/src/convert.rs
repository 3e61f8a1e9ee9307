//! Values from one type to another.

#[cfg(test)]
mod tests;

use crate::unify::{unify, unify_by, unify_safely};
use crate::{Content, Number, ObjectType, Path, PathStep, Refinement, Type, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Why a value cannot have a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError {
    /// The part that cannot; the whole when types alone show it.
    pub path: Path,
    /// In Terraform's words, without a full stop: `a number is required`.
    pub reason: String,
}

impl ConvertError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        ConvertError { path: Path::ROOT, reason: reason.into() }
    }

    pub(crate) fn under(mut self, step: PathStep) -> Self {
        self.path.0.insert(0, step);
        self
    }
}

/// As Terraform shows it: `[1].port: a number is required`.
impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.0.first() {
            None => f.write_str(&self.reason),
            Some(PathStep::Attribute(_)) => write!(f, ".{}: {}", self.path, self.reason),
            Some(_) => write!(f, "{}: {}", self.path, self.reason),
        }
    }
}

impl std::error::Error for ConvertError {}

/// Which conversions to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// Those that work for every value.
    NeverFails,
    /// Also those that work for some values only.
    MayFail,
}

/// The value as one of type `to`: text to number and back, tuple to list, object to map, and so on inside.
///
/// `any` in `to` takes the type of what is there; as element type, the one type all elements have or convert to.
/// Missing optional attributes become null, attributes not asked for are dropped, null and unknown keep being so,
/// marks stay.
///
/// # Errors
/// When there is no conversion between the types, or none for this value.
pub fn convert(value: &Value, to: &Type) -> Result<Value, ConvertError> {
    if is_of(value, to) {
        return Ok(value.clone());
    }
    converted(value, to).map_err(|error| {
        // Terraform looks at types first: a mismatch anywhere is told before a value that does not convert.
        let from = value.ty();
        if convertible(&from, to, Safety::MayFail) { error } else { ConvertError::new(mismatch(&from, to)) }
    })
}

/// True when the value has that type already, to the last part.
fn is_of(value: &Value, ty: &Type) -> bool {
    match (&value.content, ty) {
        (Content::Null(t) | Content::Unknown(t, _, _), ty) => t == ty,
        (Content::Bool(_), Type::Bool) | (Content::Number(_), Type::Number) | (Content::String(_), Type::String) => {
            true
        }
        (Content::List(e, _), Type::List(t))
        | (Content::Set(e, _), Type::Set(t))
        | (Content::Map(e, _), Type::Map(t)) => e == &**t,
        (Content::Tuple(items), Type::Tuple(types)) => {
            items.len() == types.len() && items.iter().zip(types.iter()).all(|(v, t)| is_of(v, t))
        }
        (Content::Object(attributes), Type::Object(o)) => {
            attributes.len() == o.attributes.len()
                && o.optional.is_empty()
                && attributes.iter().zip(&o.attributes).all(|((m, v), (n, t))| m == n && is_of(v, t))
        }
        _ => false,
    }
}

fn converted(value: &Value, to: &Type) -> Result<Value, ConvertError> {
    if *to == Type::Dynamic || is_of(value, to) {
        return Ok(value.clone());
    }
    if let Some(undecided) = undecided(value, to) {
        return Ok(undecided);
    }
    let result = match (&value.content, to) {
        (Content::Null(from), _) => Value::null(absent_type(from, to)?),
        (Content::Unknown(from, promises, origin), _) => {
            let ty = absent_type(from, to)?;
            let nothing = Refinement::default();
            let promises = carried(promises.as_deref().unwrap_or(&nothing), from, &ty);
            // What is promised may leave one value only.
            Value::from(Content::Unknown(ty, None, origin.clone())).promising(&promises)
        }
        (Content::String(s), Type::Number) => match Number::parse(s) {
            Some(n) => Value::number(n),
            None => return Err(ConvertError::new("a number is required")),
        },
        (Content::String(s), Type::Bool) => Value::bool(truth(s)?),
        (Content::Number(n), Type::String) => Value::string(n.to_string()),
        (Content::Bool(b), Type::String) => Value::string(if *b { "true" } else { "false" }),
        // Nobody knows how many there will be: some may turn out to be equal. One is one.
        (Content::Set(from, items), Type::List(e)) if items.len() > 1 && !value.is_wholly_known() => {
            Value::unknown(Type::list(absent_type(from, e)?))
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::List(e)) => {
            let (element, items) = elements(value, e, Kind::List)?;
            Value::list(element, items.into_iter().map(|(_, v)| v))
        }
        (Content::List(..) | Content::Set(..) | Content::Tuple(_), Type::Set(e)) => {
            let (element, items) = elements(value, e, Kind::Set)?;
            Value::set(element, items.into_iter().map(|(_, v)| v))
        }
        (Content::Map(..) | Content::Object(_), Type::Map(e)) => {
            let (element, items) = elements(value, e, Kind::Map)?;
            let keyed = items.into_iter().filter_map(|(step, v)| match step {
                PathStep::Key(k) | PathStep::Attribute(k) => Some((k, v)),
                PathStep::Index(_) => None,
            });
            Value::map(element, keyed)
        }
        (Content::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let one =
                |(i, (v, t)): (usize, (&Value, &Type))| converted(v, t).map_err(|e| e.under(PathStep::Index(i as u64)));
            let items: Result<Vec<Value>, _> = items.iter().zip(types.iter()).enumerate().map(one).collect();
            Value::tuple(items?)
        }
        (Content::Object(attributes), Type::Object(o)) => object(attributes, o, PathStep::Attribute)?,
        (Content::Map(element, elements), Type::Object(o)) => {
            if let Some(reason) = o.attributes.values().find_map(|t| refused(element, t)) {
                return Err(ConvertError::new(reason));
            }
            object(elements, o, PathStep::Key)?
        }
        _ => return Err(ConvertError::new(mismatch(&value.ty(), to))),
    };
    Ok(result.marked(value.marks))
}

/// A list or set of `any` from parts of which some have no type yet, and others one that fits nothing else: nothing can be
/// said, not even that it fails (Terraform 1.11.4 says that it does, though only until the type is known).
fn undecided(value: &Value, to: &Type) -> Option<Value> {
    if !matches!(value.content, Content::Tuple(_)) || to.element() != Some(&Type::Dynamic) {
        return None;
    }
    let untyped = |v: &Value| matches!(v.content, Content::Unknown(Type::Dynamic, ..));
    if !value.children().any(|(_, v)| untyped(v)) {
        return None;
    }
    let types: Vec<Type> = value.children().map(|(_, v)| v.ty()).collect();
    if types.iter().all(|ty| *ty == Type::Dynamic) {
        return None;
    }
    let unified = unify(&types).or_else(|| unify_safely(&types))?;
    (unified == Type::Dynamic).then(|| Value::unknown(to.clone()).marked(value.all_marks()))
}

/// The type a null or unknown of type `from` has as a `to`.
fn absent_type(from: &Type, to: &Type) -> Result<Type, ConvertError> {
    match refused(from, to) {
        Some(reason) => Err(ConvertError::new(reason)),
        None => Ok(filled(from, to)),
    }
}

fn refused(from: &Type, to: &Type) -> Option<String> {
    (!convertible(from, to, Safety::MayFail)).then(|| mismatch(from, to))
}

fn truth(text: &str) -> Result<bool, ConvertError> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ConvertError::new(match text.to_lowercase().as_str() {
            "true" => "a bool is required; to convert from string, use lowercase \"true\"",
            "false" => "a bool is required; to convert from string, use lowercase \"false\"",
            _ => "a bool is required",
        })),
    }
}

/// What stays true of an unknown of type `from` when it becomes a `to`.
fn carried(promises: &Refinement, from: &Type, to: &Type) -> Refinement {
    let mut kept = Refinement { not_null: promises.not_null, ..Refinement::default() };
    match (from, to) {
        (Type::Dynamic, _) => {}
        // What has parts of its own knows how many there are.
        (Type::Object(object), Type::Map(_)) => {
            let count = object.attributes.len() as u64;
            (kept.length_min, kept.length_max) = (Some(count), Some(count));
        }
        (Type::Tuple(parts), Type::List(_) | Type::Set(_)) => {
            let count = parts.len() as u64;
            let least = if matches!(to, Type::Set(_)) { count.min(1) } else { count };
            (kept.length_min, kept.length_max) = (Some(least), Some(count));
        }
        (Type::List(_), Type::Set(_)) => {
            // Equal elements become one.
            kept.length_min = promises.length_min.map(|n| n.min(1));
            kept.length_max = promises.length_max;
        }
        (from, to) if from.is_collection() && to.is_collection() => {
            kept.length_min = promises.length_min;
            kept.length_max = promises.length_max;
        }
        _ => {}
    }
    kept
}

/// `to` with `any` in it replaced by what `from` has there.
fn filled(from: &Type, to: &Type) -> Type {
    if !to.has_dynamic() {
        return to.without_optional();
    }
    let element = |to: &Type| match from {
        Type::List(e) | Type::Set(e) | Type::Map(e) => filled(e, to),
        Type::Tuple(es) => all_of(es.iter(), to),
        Type::Object(o) => all_of(o.attributes.values(), to),
        _ => to.without_optional(),
    };
    match to {
        Type::Dynamic => from.clone(),
        Type::List(e) => Type::list(element(e)),
        Type::Set(e) => Type::set(element(e)),
        Type::Map(e) => Type::map(element(e)),
        Type::Tuple(types) => {
            let at = |i: usize| if let Type::Tuple(es) = from { es.get(i) } else { None };
            Type::tuple(types.iter().enumerate().map(|(i, t)| filled(at(i).unwrap_or(&Type::Dynamic), t)))
        }
        Type::Object(o) => {
            let at = |name: &str| from.attribute(name).or_else(|| from.element());
            Type::object(o.attributes.iter().map(|(n, t)| (n.clone(), filled(at(n).unwrap_or(&Type::Dynamic), t))))
        }
        Type::String | Type::Number | Type::Bool => to.clone(),
    }
}

fn all_of<'t>(parts: impl Iterator<Item = &'t Type>, to: &Type) -> Type {
    let filled: Vec<Type> = parts.map(|p| filled(p, to)).collect();
    unify(&filled).unwrap_or(Type::Dynamic)
}

type Elements = Vec<(PathStep, Value)>;

/// What elements are brought together for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Set,
    Map,
}

/// The parts of a collection, tuple or object as elements of one type, and that type.
fn elements(value: &Value, to: &Type, kind: Kind) -> Result<(Type, Elements), ConvertError> {
    let own = match &value.content {
        Content::List(e, _) | Content::Set(e, _) | Content::Map(e, _) => Some(e),
        _ => None,
    };
    if let Some(own) = own {
        // Also for no elements: types alone decide.
        if let Some(reason) = refused(own, to) {
            return Err(ConvertError::new(reason));
        }
        let items = each(value, to)?;
        return if to.has_dynamic() {
            one_type(items, filled(own, to), kind)
        } else {
            Ok((to.without_optional(), items))
        };
    }
    if !to.has_dynamic() {
        return Ok((to.without_optional(), each(value, to)?));
    }
    if *to != Type::Dynamic {
        return one_type(each(value, to)?, to.without_optional(), kind);
    }
    let mut types: Vec<Type> = value.children().map(|(_, v)| v.ty()).collect();
    if matches!(value.content, Content::Object(_)) && types.iter().any(|ty| *ty != Type::Dynamic) {
        // What is not known yet will have to be of the type of the others.
        types.retain(|ty| *ty != Type::Dynamic);
    }
    let element = unify(&types).ok_or_else(|| ConvertError::new(no_common_type()))?;
    if element == Type::Dynamic && types.iter().any(|t| *t != Type::Dynamic) {
        return Err(ConvertError::new(no_common_type()));
    }
    let items = each(value, &element)?;
    if element.has_dynamic() && element != Type::Dynamic {
        return one_type(items, element, kind);
    }
    Ok((element, items))
}

fn no_common_type() -> &'static str {
    "cannot find a common base type for all elements"
}

fn each(value: &Value, to: &Type) -> Result<Elements, ConvertError> {
    // Elements of a set have no place that could be told.
    let placed = !matches!(value.content, Content::Set(..));
    let one = |(step, v): (PathStep, &Value)| match converted(v, to) {
        Ok(v) => Ok((step, v)),
        Err(e) if placed => Err(e.under(in_map(step))),
        Err(e) => Err(e),
    };
    value.children().map(one).collect()
}

/// Terraform tells parts of an object that becomes a map as elements.
fn in_map(step: PathStep) -> PathStep {
    match step {
        PathStep::Attribute(name) => PathStep::Key(name),
        other => other,
    }
}

/// Elements that took types of their own brought to one type; `empty` is the type when there are none.
///
/// A set of such elements is refused, as in Terraform.
fn one_type(items: Elements, empty: Type, kind: Kind) -> Result<(Type, Elements), ConvertError> {
    let mut types: Vec<Type> = items.iter().map(|(_, v)| v.ty()).collect();
    types.dedup();
    let different = types.len() > 1;
    let open = |unified: &Type| different && (unified.has_dynamic() || kind == Kind::Set);
    let element = match (items.last(), unify_by(&types, Safety::NeverFails).filter(|unified| !open(unified))) {
        (None, _) => empty,
        (Some(_), Some(unified)) => unified,
        (Some((PathStep::Index(i), _)), None) => {
            return Err(ConvertError::new(no_common_type()).under(PathStep::Index(*i)));
        }
        (Some(_), None) => return Err(ConvertError::new(no_common_type())),
    };
    let items = items.into_iter().map(|(step, v)| Ok((step, converted(&v, &element)?))).collect::<Result<_, _>>()?;
    Ok((element, items))
}

fn object(
    given: &BTreeMap<Arc<str>, Value>,
    to: &ObjectType,
    step: fn(Arc<str>) -> PathStep,
) -> Result<Value, ConvertError> {
    let mut attributes = BTreeMap::new();
    for (name, ty) in &to.attributes {
        let value = match given.get(name) {
            Some(v) => converted(v, ty).map_err(|e| e.under(step(name.clone())))?,
            None if to.optional.contains(name) => Value::null(ty.without_optional()),
            None if matches!(step(name.clone()), PathStep::Key(_)) => {
                return Err(ConvertError::new(format!("map has no element for required attribute {name:?}")));
            }
            None => return Err(ConvertError::new(format!("attribute {name:?} is required"))),
        };
        attributes.insert(name.clone(), value);
    }
    Ok(Content::Object(Arc::new(attributes)).into())
}

/// True when there is a conversion between the types.
pub(crate) fn convertible(from: &Type, to: &Type, safety: Safety) -> bool {
    let inside = |from: &Type, to: &Type| convertible(from, to, safety);
    let common = |mut parts: Box<dyn Iterator<Item = &Type> + '_>, to: &Type| match to {
        Type::Dynamic => {
            let types: Vec<Type> = parts.cloned().collect();
            match unify_by(&types, safety) {
                // Values of unlike types, or perhaps so: only alike when none has a type yet.
                Some(Type::Dynamic) => types.iter().all(|t| *t == Type::Dynamic),
                unified => unified.is_some(),
            }
        }
        to => parts.all(|from| inside(from, to)),
    };
    match (from, to) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::Number | Type::Bool | Type::String, Type::String) => true,
        (Type::String, Type::Number | Type::Bool) => safety == Safety::MayFail,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => inside(a, b),
        (Type::Tuple(parts), Type::List(e) | Type::Set(e)) => common(Box::new(parts.iter()), e),
        // As in go-cty, an object need not have one type before all of its attributes have theirs; a tuple must.
        (Type::Object(o), Type::Map(e)) if **e == Type::Dynamic => {
            unify_by(&o.attributes.values().cloned().collect::<Vec<_>>(), safety).is_some()
        }
        (Type::Object(o), Type::Map(e)) => common(Box::new(o.attributes.values()), e),
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| inside(a, b)),
        (Type::Object(a), Type::Object(b)) => b.attributes.iter().all(|(name, to)| match a.attributes.get(name) {
            Some(from) => inside(from, to),
            None => b.optional.contains(name),
        }),
        (Type::Map(a), Type::Object(b)) => safety == Safety::MayFail && b.attributes.values().all(|to| inside(a, to)),
        (from, to) => from == to,
    }
}

/// What to say of two types without conversion.
pub(crate) fn mismatch(from: &Type, to: &Type) -> String {
    let part = |from: &Type, to: &Type| refused(from, to);
    let found = match (from, to) {
        (Type::Object(a), Type::Object(b)) => {
            let missing: Vec<&str> = b
                .attributes
                .keys()
                .filter(|name| !a.attributes.contains_key(*name) && !b.optional.contains(*name))
                .map(|name| &**name)
                .collect();
            required(&missing).or_else(|| {
                let mut shared = b.attributes.iter().filter_map(|(n, t)| Some((n, a.attributes.get(n)?, t)));
                shared.find_map(|(n, from, to)| part(from, to).map(|why| format!("attribute {n:?}: {why}")))
            })
        }
        (Type::Tuple(_), Type::List(e)) if **e == Type::Dynamic => {
            Some("all list elements must have the same type".into())
        }
        (Type::Tuple(_), Type::Set(e)) if **e == Type::Dynamic => {
            Some("all set elements must have the same type".into())
        }
        (Type::Object(_), Type::Map(e)) if **e == Type::Dynamic => {
            Some("all map elements must have the same type".into())
        }
        (Type::Tuple(parts), Type::List(e) | Type::Set(e)) => {
            parts.iter().enumerate().find_map(|(i, from)| part(from, e).map(|why| format!("element {i}: {why}")))
        }
        (Type::Object(o), Type::Map(e)) => {
            o.attributes.iter().find_map(|(n, from)| part(from, e).map(|why| format!("element {n:?}: {why}")))
        }
        (Type::List(a) | Type::Set(a), Type::List(b)) => {
            Some(format!("incorrect list element type: {}", mismatch(a, b)))
        }
        (Type::List(a) | Type::Set(a), Type::Set(b)) => Some(format!("incorrect set element type: {}", mismatch(a, b))),
        (Type::Map(a), Type::Map(b)) => Some(format!("incorrect map element type: {}", mismatch(a, b))),
        _ => None,
    };
    found.unwrap_or_else(|| format!("{} required", to.friendly_constraint()))
}

/// `attributes "a", "b", and "c" are required`
fn required(missing: &[&str]) -> Option<String> {
    Some(match missing {
        [] => return None,
        [one] => format!("attribute {one:?} is required"),
        [a, b] => format!("attributes {a:?} and {b:?} are required"),
        [init @ .., last] => {
            let init: Vec<String> = init.iter().map(|name| format!("{name:?}")).collect();
            format!("attributes {}, and {last:?} are required", init.join(", "))
        }
    })
}
