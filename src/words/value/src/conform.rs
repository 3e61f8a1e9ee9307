//! Whether a value has a type as it stands, without conversion: what plugins answer must.

#[cfg(test)]
mod tests;

use crate::{Content, ConvertError, PathStep, Type, Value};

/// Checks that `value` is of type `ty`, where `any` in `ty` stands for whatever is there.
///
/// # Errors
/// The first part that is of another type.
pub fn conforms(value: &Value, ty: &Type) -> Result<(), ConvertError> {
    match (&value.content, ty) {
        (_, Type::Dynamic) => Ok(()),
        (Content::Null(own) | Content::Unknown(own, _, _), ty) => {
            if *own == Type::Dynamic || type_conforms(own, ty) {
                Ok(())
            } else {
                Err(refused(ty))
            }
        }
        (Content::Bool(_), Type::Bool) | (Content::Number(_), Type::Number) | (Content::String(_), Type::String) => {
            Ok(())
        }
        (Content::List(own, _), Type::List(e))
        | (Content::Set(own, _), Type::Set(e))
        | (Content::Map(own, _), Type::Map(e)) => {
            // Elements have the element type, so one look is enough, unless they have to show what is wrong.
            if type_conforms(own, e) {
                return Ok(());
            }
            for (step, part) in value.children() {
                conforms(part, e).map_err(|why| why.under(step))?;
            }
            Err(refused(ty))
        }
        (Content::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            for (i, (item, ty)) in items.iter().zip(types.iter()).enumerate() {
                conforms(item, ty).map_err(|why| why.under(PathStep::Index(i as u64)))?;
            }
            Ok(())
        }
        (Content::Object(attributes), Type::Object(o)) => {
            if let Some(name) = attributes.keys().find(|name| !o.attributes.contains_key(*name)) {
                return Err(ConvertError::new(format!("unsupported attribute {name:?}")));
            }
            for (name, ty) in &o.attributes {
                let Some(part) = attributes.get(name) else {
                    return Err(ConvertError::new(format!("attribute {name:?} is required")));
                };
                conforms(part, ty).map_err(|why| why.under(PathStep::Attribute(name.clone())))?;
            }
            Ok(())
        }
        (_, ty) => Err(refused(ty)),
    }
}

fn refused(ty: &Type) -> ConvertError {
    ConvertError::new(format!("{} required", ty.friendly_constraint()))
}

/// True when every value of type `own` conforms to `ty`.
fn type_conforms(own: &Type, ty: &Type) -> bool {
    match (own, ty) {
        (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            type_conforms(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| type_conforms(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.len() == b.attributes.len()
                && a.attributes.iter().zip(&b.attributes).all(|((m, a), (n, b))| m == n && type_conforms(a, b))
        }
        (a, b) => a == b,
    }
}
