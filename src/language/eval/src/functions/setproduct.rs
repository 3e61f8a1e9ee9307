//! `setproduct(sets...)`: all combinations; a list when all are lists.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use super::shared::size::allow_elements;
use value::{Content, Marks, Type, Value, convert, unify};

pub(super) const FUNCTION: Function = Function::typed(&[], ty, |call| {
    let marks = call.args.iter().fold(Marks::NONE, |m, a| m.union(a.marks));
    let element = call.element();
    let types: Vec<Type> = match &element {
        Type::Tuple(types) => types.to_vec(),
        _ => Vec::new(),
    };
    // The length of a tuple is known before its value.
    let length = |arg: &Value| match arg.ty() {
        Type::Tuple(parts) => Some(parts.len()),
        _ => arg.as_items().map(<[Value]>::len),
    };
    let Some(lengths) = call.args.iter().map(length).collect::<Option<Vec<usize>>>() else {
        return Ok(call.unknown().marked(marks));
    };
    let empty = lengths.contains(&0);
    if !empty && call.args.iter().any(|arg| !arg.is_known()) {
        return Ok(call.unknown().marked(marks));
    }
    if !empty {
        allow_elements(lengths.iter().try_fold(call.args.len(), |product, n| product.checked_mul(*n)))?;
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (i, (arg, ty)) in call.args.iter().zip(&types).enumerate() {
        if matches!(arg.content, Content::Set(..)) && !arg.is_wholly_known() {
            return Ok(call.unknown().marked(marks));
        }
        let items = arg.as_items().unwrap_or_default().iter().map(|v| convert(v, ty)).collect::<Result<Vec<_>, _>>();
        let items = items.map_err(|e| CallError::at(i, e.to_string()))?;
        // Nothing combined with anything is nothing: no need to combine the others first.
        let rows_before = if empty { Vec::new() } else { rows };
        rows = rows_before
            .iter()
            .flat_map(|row| items.iter().map(|item| row.iter().chain([item]).cloned().collect()))
            .collect();
    }
    let rows = rows.into_iter().map(Value::tuple);
    let value = match &call.ty {
        Type::List(_) => Value::list(element, rows),
        _ => Value::set(element, rows),
    };
    Ok(value.marked(marks))
})
.rest(Parameter::any("sets").marked().unknown());

fn ty(args: &[Value]) -> Result<Type, CallError> {
    if args.len() < 2 {
        return Err(CallError::new("at least two arguments are required"));
    }
    let mut all_lists = true;
    let mut elements = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        match arg.ty() {
            Type::Set(element) => {
                all_lists = false;
                elements.push(Type::clone(&element));
            }
            Type::List(element) => elements.push(Type::clone(&element)),
            Type::Tuple(each) => {
                let common = unify(&each).ok_or_else(|| CallError::at(i, "all elements must be of the same type"))?;
                elements.push(common);
            }
            _ => return Err(CallError::at(i, "a set or a list is required")),
        }
    }
    let row = Type::tuple(elements);
    Ok(if all_lists { Type::list(row) } else { Type::set(row) })
}
