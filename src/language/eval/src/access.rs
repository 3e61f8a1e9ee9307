//! One step into a value: attribute and index.

use crate::suggestion::did_you_mean;
use std::sync::Arc;
use value::{Content, Marks, Number, Type, Value, convert};

/// Why a step or operation cannot be done.
#[derive(Debug)]
pub(crate) struct Fault {
    /// One line.
    pub(crate) summary: &'static str,
    /// Sentences.
    pub(crate) detail: String,
    /// What to do.
    pub(crate) next: Option<String>,
}

impl Fault {
    /// A fault without advice.
    pub(crate) fn new(summary: &'static str, detail: impl Into<String>) -> Fault {
        Fault { summary, detail: detail.into(), next: None }
    }

    /// With advice.
    pub(crate) fn next(mut self, step: impl Into<String>) -> Fault {
        self.next = Some(step.into());
        self
    }
}

/// `value.name`
pub(crate) fn attribute(value: &Value, name: &str) -> Result<Value, Fault> {
    let marks = value.marks;
    match &value.content {
        Content::Null(_) => Err(null("Attempt to get attribute from null value", "attributes")),
        Content::Object(attributes) => match attributes.get(name) {
            Some(found) => Ok(found.clone().marked(marks)),
            None => Err(unsupported_attribute(name, attributes.keys())),
        },
        Content::Map(_, elements) => match elements.get(name) {
            Some(found) => Ok(found.clone().marked(marks)),
            None => Err(missing_element(name, elements.keys(), marks)),
        },
        Content::Unknown(ty, _, origin) => {
            let part = match ty {
                Type::Object(object) => match object.attributes.get(name) {
                    Some(part) => part.clone(),
                    None => return Err(unsupported_attribute(name, object.attributes.keys())),
                },
                Type::Map(element) => (**element).clone(),
                Type::Dynamic => Type::Dynamic,
                other => return Err(no_attributes(other, name)),
            };
            Ok(Value { content: Content::Unknown(part, None, origin.clone()), marks })
        }
        Content::List(..)
        | Content::Set(..)
        | Content::Tuple(_)
        | Content::String(_)
        | Content::Number(_)
        | Content::Bool(_) => Err(no_attributes(&shallow_type(value), name)),
    }
}

/// The type as far as messages need it, without walking all elements.
fn shallow_type(value: &Value) -> Type {
    match &value.content {
        Content::Tuple(_) => Type::tuple([]),
        Content::Object(_) => Type::object::<Arc<str>>([]),
        _ => value.ty(),
    }
}

fn null(summary: &'static str, what: &str) -> Fault {
    Fault::new(summary, format!("This value is null, so it does not have any {what}."))
        .next("Guard it with a condition, as in x == null ? null : x.y, or with try().")
}

fn unsupported_attribute<'a>(name: &str, names: impl Iterator<Item = &'a Arc<str>>) -> Fault {
    let suggestion = did_you_mean(name, names.map(AsRef::as_ref));
    Fault::new("Unsupported attribute", format!("This object does not have an attribute named {name:?}.{suggestion}"))
        .next("Correct the name, or read it with try() if it may be missing.")
}

fn missing_element<'a>(name: &str, keys: impl Iterator<Item = &'a Arc<str>>, marks: Marks) -> Fault {
    let suggestion = if marks.is_empty() { did_you_mean(name, keys.map(AsRef::as_ref)) } else { String::new() };
    let detail = format!("This map does not have an element with the key {name:?}.{suggestion}");
    Fault::new("Missing map element", detail).next("Use lookup() with a default if the element may be missing.")
}

fn no_attributes(ty: &Type, name: &str) -> Fault {
    let detail = match ty {
        Type::List(element) if matches!(**element, Type::Object(_)) => match element.attribute(name) {
            Some(_) => format!(
                "Can't access attributes on a list of objects. Did you mean to access attribute {name:?} for a specific \
                 element of the list, or across all elements of the list?"
            ),
            None => "Can't access attributes on a list of objects. Did you mean to access an attribute for a specific \
                     element of the list, or across all elements of the list?"
                .into(),
        },
        Type::Set(element) if matches!(**element, Type::Object(_)) => {
            "Can't access attributes on a set of objects. Did \
             you mean to access an attribute across all elements of the set?"
                .into()
        }
        ty if ty.is_primitive() => {
            format!("Can't access attributes on a primitive-typed value ({}).", ty.friendly_name())
        }
        _ => "This value does not have any attributes.".into(),
    };
    let fault = Fault::new("Unsupported attribute", detail);
    match ty {
        Type::List(_) | Type::Tuple(_) => {
            fault.next(format!("Select one element with [0].{name}, or read all with [*].{name}."))
        }
        Type::Set(_) => {
            fault.next(format!("Read it from all elements with [*].{name}, or take the only one with one()."))
        }
        _ => fault,
    }
}

const INVALID_INDEX: &str = "Invalid index";
const NO_ELEMENT: &str = "The given key does not identify an element in this collection value";

/// `value[key]`
pub(crate) fn index(value: &Value, key: &Value) -> Result<Value, Fault> {
    if value.is_null() {
        return Err(null("Attempt to index null value", "indices"));
    }
    if key.is_null() {
        return Err(Fault::new(INVALID_INDEX, "Can't use a null value as an indexing key."));
    }
    let marks = value.marks.union(key.marks);
    let dynamic = |ty: Type| Ok(unknown_part(value, ty, marks));
    if matches!(key.content, Content::Unknown(Type::Dynamic, _, _)) {
        return dynamic(Type::Dynamic);
    }
    match &value.content {
        Content::Tuple(items) | Content::List(_, items) => {
            let key = as_key(key, &Type::Number)?;
            match &key.content {
                Content::Number(n) => match element_at(items, n) {
                    Ok(found) => Ok(found.clone().marked(marks)),
                    // How many there are may be a secret.
                    Err(fault) if !marks.is_empty() => Err(fault.next(OR_DEFAULT)),
                    Err(fault) => Err(fault.next(format!("{} {OR_DEFAULT}", indices(items.len())))),
                },
                _ => dynamic(match &value.content {
                    Content::List(element, _) => element.clone(),
                    _ => Type::Dynamic,
                }),
            }
        }
        Content::Map(element, elements) => {
            let key = as_key(key, &Type::String)?;
            match &key.content {
                Content::String(name) => match elements.get(name) {
                    Some(found) => Ok(found.clone().marked(marks)),
                    None if marks.is_empty() => {
                        let names = || elements.keys().map(AsRef::as_ref);
                        let detail = format!("{NO_ELEMENT}.{}", did_you_mean(name, names()));
                        Err(Fault::new(INVALID_INDEX, detail).next(format!("{} {OR_DEFAULT}", keys(names()))))
                    }
                    None => Err(Fault::new(INVALID_INDEX, format!("{NO_ELEMENT}.")).next(OR_DEFAULT)),
                },
                _ => dynamic(element.clone()),
            }
        }
        Content::Object(attributes) => {
            let name = as_key(key, &Type::String)?;
            match &name.content {
                Content::String(name) => match attributes.get(name) {
                    Some(found) => Ok(found.clone().marked(marks)),
                    None if marks.is_empty() && matches!(key.content, Content::String(_)) => {
                        let names = || attributes.keys().map(AsRef::as_ref);
                        let detail = format!("{NO_ELEMENT}.{}", did_you_mean(name, names()));
                        Err(Fault::new(INVALID_INDEX, detail).next(format!("{} {OR_DEFAULT}", keys(names()))))
                    }
                    None => Err(no_attribute_at(key)),
                },
                _ => dynamic(Type::Dynamic),
            }
        }
        Content::Unknown(ty, _, _) => index_unknown(value, ty, key, marks),
        Content::Set(..) => Err(set_index()),
        _ => Err(Fault::new(INVALID_INDEX, "This value does not have any indices.")),
    }
}

fn unknown_part(value: &Value, ty: Type, marks: Marks) -> Value {
    let origin = match &value.content {
        Content::Unknown(_, _, origin) => origin.clone(),
        _ => None,
    };
    Value { content: Content::Unknown(ty, None, origin), marks }
}

fn index_unknown(value: &Value, ty: &Type, key: &Value, marks: Marks) -> Result<Value, Fault> {
    let part = match ty {
        Type::Dynamic => Type::Dynamic,
        Type::List(element) => {
            as_key(key, &Type::Number)?;
            (**element).clone()
        }
        Type::Map(element) => {
            as_key(key, &Type::String)?;
            (**element).clone()
        }
        Type::Tuple(types) => match &as_key(key, &Type::Number)?.content {
            Content::Number(n) => element_at(types, n)?.clone(),
            _ => Type::Dynamic,
        },
        Type::Object(object) => match &as_key(key, &Type::String)?.content {
            Content::String(name) => match object.attributes.get(name) {
                Some(part) => part.clone(),
                None => return Err(no_attribute_at(key)),
            },
            _ => Type::Dynamic,
        },
        Type::Set(_) => return Err(set_index()),
        Type::String | Type::Number | Type::Bool => {
            return Err(Fault::new(INVALID_INDEX, "This value does not have any indices."));
        }
    };
    Ok(unknown_part(value, part, marks))
}

fn set_index() -> Fault {
    Fault::new(
        INVALID_INDEX,
        "Elements of a set are identified only by their value and don't have any separate index or key to select with, \
         so it's only possible to perform operations across all elements of the set.",
    )
    .next("Use tolist() to fix an order, one() for the only element, or a for expression.")
}

fn no_attribute_at(key: &Value) -> Fault {
    let more = match key.content {
        Content::Number(_) => " An object only supports looking up attributes by name, not by numeric index.",
        _ => "",
    };
    Fault::new(INVALID_INDEX, format!("{NO_ELEMENT}.{more}")).next(OR_DEFAULT)
}

fn as_key(key: &Value, ty: &Type) -> Result<Value, Fault> {
    convert(key, ty).map_err(|e| Fault::new(INVALID_INDEX, format!("{NO_ELEMENT}: {e}.")))
}

const OR_DEFAULT: &str = "For a default where it is missing, write try(…, null).";

/// Which indices there are.
fn indices(count: usize) -> String {
    match count {
        0 => "Nothing is in it.".into(),
        1 => "The only index is 0.".into(),
        _ => format!("Indices are 0 to {}.", count - 1),
    }
}

/// Which keys there are, the first few of them.
fn keys<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 6;
    let names: Vec<String> = names.take(MOST + 1).map(|name| format!("{name:?}")).collect();
    match names.get(..MOST) {
        _ if names.is_empty() => "Nothing is in it.".into(),
        Some(first) if names.len() > MOST => format!("Its keys are {}, ….", first.join(", ")),
        _ => format!("Its keys are {}.", names.join(", ")),
    }
}

/// The message never shows the index: it may be sensitive.
fn element_at<'a, T>(items: &'a [T], n: &Number) -> Result<&'a T, Fault> {
    let reason = if !n.is_integer() {
        "indexing a sequence requires a whole number, but the given index has a fractional part"
    } else if n.signum() < 0 {
        "a negative number is not a valid index for a sequence"
    } else if items.is_empty() {
        "the collection has no elements"
    } else {
        match n.to_u64().and_then(|i| items.get(usize::try_from(i).ok()?)) {
            Some(found) => return Ok(found),
            None => "the given index is greater than or equal to the length of the collection",
        }
    };
    Err(Fault::new(INVALID_INDEX, format!("{NO_ELEMENT}: {reason}.")))
}
