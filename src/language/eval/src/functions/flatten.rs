//! `flatten(list)`: lists, sets and tuples in it dissolved, at any depth.
use super::CallError;
use super::shared::signature::{Function, Parameter, entries};
use value::{Marks, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::any("list").unknown().untyped().marked()],
    |args| {
        let Some(list) = args.first() else { return Ok(Type::Dynamic) };
        match list.ty() {
            _ if !list.is_known() => Ok(Type::Dynamic),
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                let flat = Flat::of(list);
                Ok(if flat.known { Type::tuple(flat.items.iter().map(Value::ty)) } else { Type::Dynamic })
            }
            // Terraform looks at the type of what is wholly known only.
            Type::Map(_) | Type::Object(_) if !list.is_wholly_known() => {
                Ok(Type::tuple(entries(list).into_iter().map(|(_, member)| member.ty())))
            }
            _ => Err(CallError::new("can only flatten lists, sets and tuples")),
        }
    },
    |call| {
        if matches!(call.arg(0).ty(), Type::Map(_) | Type::Object(_)) && call.arg(0).is_known() {
            let members = entries(call.arg(0)).into_iter().map(|(_, member)| member.clone());
            return Ok(Value::tuple(members).marked(call.arg(0).marks));
        }
        let flat = Flat::of(call.arg(0));
        let value = if flat.known { Value::tuple(flat.items) } else { call.unknown() };
        Ok(value.marked(flat.marks))
    },
);

struct Flat {
    items: Vec<Value>,
    marks: Marks,
    known: bool,
}

impl Flat {
    fn of(list: &Value) -> Flat {
        let mut flat = Flat { items: Vec::new(), marks: Marks::NONE, known: true };
        flat.add(list);
        flat
    }

    fn add(&mut self, list: &Value) {
        self.marks = self.marks.union(list.marks);
        let Some(items) = list.as_items() else {
            self.known = false;
            return;
        };
        // Elements of a set that are not known yet may turn out to be one.
        if matches!(list.content, value::Content::Set(..)) && !list.is_wholly_known() {
            self.known = false;
        }
        for item in items {
            match item.ty() {
                Type::List(_) | Type::Set(_) | Type::Tuple(_) if !item.is_null() => self.add(item),
                Type::Dynamic if !item.is_known() => {
                    self.known = false;
                    self.marks = self.marks.union(item.marks);
                }
                _ => self.items.push(item.clone()),
            }
        }
    }
}
