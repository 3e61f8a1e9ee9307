//! Values as msgpack, the way go-cty writes them (plugin-protocol.md 6). The schema's type drives both directions.

mod read;
#[cfg(test)]
mod tests;

use crate::json::type_json;
use rmp::encode as write;
use std::sync::Arc;
use value::{Content, Number, Path, Refinement, Type, Value};

pub(crate) const UNKNOWN_EXT: i8 = 0;
pub(crate) const REFINED_EXT: i8 = 12;

/// Keys of the map in a refined unknown.
pub(crate) mod refinement_key {
    pub(crate) const NULLNESS: u64 = 1;
    pub(crate) const PREFIX: u64 = 2;
    pub(crate) const LOWER: u64 = 3;
    pub(crate) const UPPER: u64 = 4;
    pub(crate) const LENGTH_MIN: u64 = 5;
    pub(crate) const LENGTH_MAX: u64 = 6;
}

/// go-cty's own limit for prefixes; readers refuse payloads over 1024 bytes.
const PREFIX_MAX_BYTES: usize = 256;

/// Why bytes are no value of a type, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The part that is wrong.
    pub path: Path,
    /// What is wrong with it, as part of a sentence: `a string is required`.
    pub reason: String,
}

/// Encodes a value of a type. Marks are not written: who calls knows where they were.
///
/// A value that does not conform is written as far as it goes: attributes that the type lacks are left out,
/// attributes that it lacks are null.
pub fn encode(value: &Value, ty: &Type) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    put(&mut out, value, ty);
    out
}

/// Decodes a value of a type.
///
/// # Errors
/// Where the bytes end early, are no msgpack, or do not conform to the type; the first trouble is told.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read::Reader::new(bytes).value(ty).map_err(read::Trouble::finish)
}

/// Writing to memory cannot fail; `rmp` writes to anything, so its results say that it might.
fn sure<T, E>(result: Result<T, E>) {
    diag::invariant!(result.is_ok(), "writing msgpack to memory failed");
}

fn put(out: &mut Vec<u8>, value: &Value, ty: &Type) {
    if matches!(ty, Type::Dynamic) {
        return put_dynamic(out, value);
    }
    match &value.content {
        Content::Null(_) => sure(write::write_nil(out)),
        Content::Unknown(_, refinement, _) => put_unknown(out, refinement.as_deref(), ty),
        Content::Bool(b) => sure(write::write_bool(out, *b)),
        Content::Number(n) => put_number(out, n),
        Content::String(s) => sure(write::write_str(out, s)),
        Content::List(_, items) | Content::Set(_, items) | Content::Tuple(items) => put_items(out, items, ty),
        Content::Map(_, elements) => {
            let element = ty.element().unwrap_or(&Type::Dynamic);
            sure(write::write_map_len(out, count(elements.len())));
            for (key, item) in elements.iter() {
                sure(write::write_str(out, key));
                put(out, item, element);
            }
        }
        Content::Object(attributes) => match ty {
            Type::Object(object) => {
                sure(write::write_map_len(out, count(object.attributes.len())));
                for (name, attribute) in &object.attributes {
                    sure(write::write_str(out, name));
                    match attributes.get(name) {
                        Some(item) => put(out, item, attribute),
                        None => sure(write::write_nil(out)),
                    }
                }
            }
            _ => put(out, value, &value.ty()),
        },
    }
}

fn put_items(out: &mut Vec<u8>, items: &Arc<[Value]>, ty: &Type) {
    sure(write::write_array_len(out, count(items.len())));
    for (i, item) in items.iter().enumerate() {
        let element = match ty {
            Type::Tuple(elements) => elements.get(i),
            other => other.element(),
        };
        put(out, item, element.unwrap_or(&Type::Dynamic));
    }
}

/// A value where the schema leaves the type open travels with its own type.
fn put_dynamic(out: &mut Vec<u8>, value: &Value) {
    match &value.content {
        Content::Null(Type::Dynamic) => sure(write::write_nil(out)),
        Content::Unknown(Type::Dynamic, _, _) => put_unknown(out, None, &Type::Dynamic),
        _ => {
            let ty = value.ty();
            sure(write::write_array_len(out, 2));
            sure(write::write_bin(out, type_json(&ty).as_bytes()));
            put(out, value, &ty);
        }
    }
}

fn put_number(out: &mut Vec<u8>, number: &Number) {
    if let Some(whole) = number.to_i64() {
        sure(write::write_sint(out, whole));
    } else if number.is_infinite() || (number.is_f64() && !number.is_integer()) {
        sure(write::write_f64(out, number.to_f64()));
    } else {
        sure(write::write_str(out, &number.to_string()));
    }
}

fn put_unknown(out: &mut Vec<u8>, refinement: Option<&Refinement>, ty: &Type) {
    let payload = refinement.filter(|_| !matches!(ty, Type::Dynamic)).map(|r| refinement_payload(r, ty));
    match payload.filter(|(keys, _)| *keys > 0) {
        None => {
            sure(write::write_ext_meta(out, 1, UNKNOWN_EXT));
            out.push(0);
        }
        Some((keys, entries)) => {
            let mut map = Vec::with_capacity(entries.len() + 1);
            sure(write::write_map_len(&mut map, keys));
            map.extend(entries);
            sure(write::write_ext_meta(out, count(map.len()), REFINED_EXT));
            out.extend(map);
        }
    }
}

/// The entries of the map that a refined unknown carries, and how many there are.
fn refinement_payload(refinement: &Refinement, ty: &Type) -> (u32, Vec<u8>) {
    use refinement_key::*;
    let mut out = Vec::new();
    let mut keys = 0;
    let mut key = |out: &mut Vec<u8>, key: u64| {
        keys += 1;
        sure(write::write_uint(out, key));
    };
    if refinement.not_null {
        key(&mut out, NULLNESS);
        sure(write::write_bool(&mut out, false));
    }
    if let (Some(prefix), Type::String) = (&refinement.prefix, ty) {
        key(&mut out, PREFIX);
        let end = (0..=prefix.len().min(PREFIX_MAX_BYTES)).rev().find(|at| prefix.is_char_boundary(*at));
        sure(write::write_str(&mut out, prefix.get(..end.unwrap_or(0)).unwrap_or_default()));
    }
    if matches!(ty, Type::Number) {
        for (which, bound) in [(LOWER, &refinement.lower), (UPPER, &refinement.upper)] {
            if let Some((number, inclusive)) = bound {
                key(&mut out, which);
                sure(write::write_array_len(&mut out, 2));
                put_number(&mut out, number);
                sure(write::write_bool(&mut out, *inclusive));
            }
        }
    }
    if ty.is_collection() {
        for (which, bound) in [(LENGTH_MIN, refinement.length_min), (LENGTH_MAX, refinement.length_max)] {
            if let Some(length) = bound {
                key(&mut out, which);
                sure(write::write_uint(&mut out, length));
            }
        }
    }
    (keys, out)
}

fn count(n: usize) -> u32 {
    diag::invariant!(u32::try_from(n).is_ok(), "more than 2^32 elements in one value");
    n as u32
}
