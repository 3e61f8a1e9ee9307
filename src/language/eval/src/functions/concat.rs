//! `concat(lists...)`: lists of one type give a list, anything else a tuple.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use super::shared::size::allow_elements;
use value::{Content, Marks, Type, Value, convert, unify};

pub(super) const FUNCTION: Function = Function::typed(&[], ty, |call| {
    allow_elements(
        call.args.iter().map(|arg| arg.as_items().map_or(0, <[Value]>::len)).try_fold(0, usize::checked_add),
    )?;
    let mut items = Vec::new();
    let mut marks = Marks::NONE;
    for (i, arg) in call.args.iter().enumerate() {
        marks = marks.union(arg.marks);
        let arg = match &call.ty {
            Type::List(_) => convert(arg, &call.ty).map_err(|e| CallError::at(i, e.to_string()))?,
            _ => arg.clone(),
        };
        items.extend_from_slice(arg.as_items().unwrap_or_default());
    }
    let value = match &call.ty {
        Type::List(element) => Value::list(Type::clone(element), items),
        _ => Value::tuple(items),
    };
    Ok(value.marked(marks))
})
.rest(Parameter::any("seqs").marked());

fn ty(args: &[Value]) -> Result<Type, CallError> {
    if args.is_empty() {
        return Err(CallError::new("at least one argument is required"));
    }
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    if types.iter().all(|t| matches!(t, Type::List(_)))
        && let Some(common) = unify(&types)
    {
        return Ok(common);
    }
    let mut elements = Vec::new();
    for (i, (arg, ty)) in args.iter().zip(types).enumerate() {
        match (&arg.content, ty) {
            (_, Type::Tuple(each)) => elements.extend_from_slice(&each),
            (Content::List(element, items), _) => elements.extend(items.iter().map(|_| element.clone())),
            // How many elements it has cannot be said, so neither can the type of the tuple.
            (Content::Unknown(..), Type::List(_)) => return Ok(Type::Dynamic),
            (_, other) => {
                let reason = format!("all arguments must be lists or tuples; got {}", other.friendly_name());
                return Err(CallError::at(i, reason));
            }
        }
    }
    Ok(Type::tuple(elements))
}
