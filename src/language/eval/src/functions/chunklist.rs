//! `chunklist(list, size)`: pieces of that many elements; of size zero, one piece.
use super::CallError;
use super::shared::signature::{Function, Kind, Parameter, whole};
use value::{Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::of("list", Kind::List).marked(), Parameter::number("size").marked()],
    |args| Ok(Type::list(args.first().map_or(Type::Dynamic, Value::ty))),
    |call| {
        let size = whole(call.number(1)).map_err(|e| CallError::new(format!("invalid size: {e}")))?;
        let size = usize::try_from(size).map_err(|_| CallError::new("the size argument must be positive"))?;
        let items = call.items(0);
        let piece = call.element().element().cloned().unwrap_or(Type::Dynamic);
        let marks = call.arg(0).marks.union(call.arg(1).marks);
        let size = if size == 0 { items.len().max(1) } else { size };
        let pieces = items.chunks(size).map(|c| Value::list(piece.clone(), c.iter().cloned()));
        Ok(call.list(pieces)?.marked(marks))
    },
);
