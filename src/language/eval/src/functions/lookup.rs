//! `lookup(map, key, default...)`
use super::CallError;
use super::shared::signature::{Function, Parameter};
use value::text::in_quotes;
use value::{Content, Marks, Type, Value, convert};

pub(super) const FUNCTION: Function =
    Function::typed(&[Parameter::any("inputMap").marked(), Parameter::text("key").marked()], ty, |call| {
        let (map, key, default) = (call.arg(0), call.arg(1), call.args.get(2));
        let marks = map.marks.union(key.marks);
        let found = map.get(call.text(1));
        if let Some(found) = found {
            return Ok(found.clone().marked(marks));
        }
        if let Some(default) = default {
            let default = convert(default, &call.ty).map_err(|e| CallError::at(2, e.to_string()))?;
            return Ok(default.marked(marks));
        }
        let shown = if key.marks.contains(Marks::SENSITIVE) {
            "(sensitive value)".to_string()
        } else {
            in_quotes(call.text(1))
        };
        Err(CallError::new(format!("lookup failed to find key {shown}")))
    })
    .rest(Parameter::any("default").null().unknown().untyped().marked())
    .may_give_null();

fn ty(args: &[Value]) -> Result<Type, CallError> {
    if args.len() > 3 {
        return Err(CallError::new(format!("lookup() takes two or three arguments, got {}", args.len())));
    }
    let default = args.get(2);
    match (args.first().map(Value::ty), args.get(1).map(|k| &k.content)) {
        (Some(Type::Object(o)), Some(Content::String(key))) => match (o.attributes.get(key), default) {
            (Some(ty), _) => Ok(ty.clone()),
            (None, Some(default)) => Ok(default.ty()),
            (None, None) => Err(CallError::at(0, format!("the given object has no attribute {}", in_quotes(key)))),
        },
        (Some(Type::Object(_)), _) => Ok(Type::Dynamic),
        (Some(Type::Map(element)), _) => {
            if default.is_some_and(|d| convert(d, &element).is_err()) {
                return Err(CallError::at(2, "the default value must have the same type as the map elements"));
            }
            Ok(Type::clone(&element))
        }
        _ => Err(CallError::at(0, "lookup() requires a map as the first argument")),
    }
}
