//! `merge(maps...)`: later ones win; maps of one type give a map, anything else an object.
use super::CallError;
use super::shared::signature::{Function, Parameter, entries};
use std::collections::BTreeMap;
use value::{Content, Marks, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(&[], ty, |call| {
    let mut merged = BTreeMap::new();
    let mut marks = Marks::NONE;
    for arg in call.args {
        marks = marks.union(arg.marks);
        // Beside a null without type, the types were not looked at yet.
        if !matches!(arg.content, Content::Map(..) | Content::Object(_) | Content::Null(_)) {
            return Err(not_a_map(&arg.ty()));
        }
        merged.extend(entries(arg).into_iter().map(|(k, v)| (k, v.clone())));
    }
    let value = match &call.ty {
        Type::Map(element) => Value::map(Type::clone(element), merged),
        _ => Value::object(merged),
    };
    Ok(value.marked(marks))
})
.rest(Parameter::any("maps").null().untyped().marked());

fn ty(args: &[Value]) -> Result<Type, CallError> {
    let mut attributes = BTreeMap::new();
    let (mut all_same, mut keys_known, mut first) = (true, true, None);
    for arg in args {
        let ty = arg.ty();
        match (&ty, &arg.content) {
            (Type::Dynamic, _) => return Ok(Type::Dynamic),
            (Type::Object(_) | Type::Map(_), Content::Null(_)) => {}
            (Type::Object(o), _) => attributes.extend(o.attributes.iter().map(|(k, t)| (k.clone(), t.clone()))),
            (Type::Map(element), Content::Map(_, elements)) => {
                attributes.extend(elements.keys().map(|k| (k.clone(), Type::clone(element))));
            }
            (Type::Map(_), _) => keys_known = false,
            (other, _) => return Err(not_a_map(other)),
        }
        all_same &= *first.get_or_insert_with(|| ty.clone()) == ty;
    }
    match first {
        Some(first) if all_same => Ok(first),
        _ if !keys_known => Ok(Type::Dynamic),
        _ => Ok(Type::object(attributes)),
    }
}

fn not_a_map(ty: &Type) -> CallError {
    CallError::new(format!("arguments must be maps or objects, got {:?}", ty.friendly_name()))
}
