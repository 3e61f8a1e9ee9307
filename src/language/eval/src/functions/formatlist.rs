//! `formatlist(format, arguments...)`: once for every element of the lists among the arguments.
use super::CallError;
use super::shared::formatting::{Failure, format};
use super::shared::signature::{Function, Kind, Parameter};
use super::shared::size::allow_bytes;
use value::{Content, Type, Value};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("format")], Kind::Texts, |call| {
    let args = call.rest(1);
    let mut length: Option<(usize, usize)> = None;
    for (i, arg) in args.iter().enumerate() {
        let items = match &arg.content {
            Content::List(..) | Content::Tuple(_) => arg.as_items().unwrap_or_default(),
            Content::Set(_, items) if arg.is_wholly_known() => items,
            // Elements that are not known yet may turn out to be one.
            Content::Set(..) => return Ok(call.unknown()),
            Content::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic, ..) => {
                return Ok(call.unknown());
            }
            _ => continue,
        };
        match length {
            Some((first, length)) if length != items.len() => {
                let reason = format!(
                    "argument {} has length {}, which is inconsistent with argument {} of length {length}",
                    i + 1,
                    items.len(),
                    first + 1
                );
                return Err(CallError::at(i + 1, reason));
            }
            _ => length = length.or(Some((i, items.len()))),
        }
    }
    let rows = length.map_or(1, |(_, length)| length);
    let (mut texts, mut bytes) = (Vec::with_capacity(rows), 0_usize);
    for row in 0..rows {
        let of_row: Vec<Value> = args
            .iter()
            .map(|arg| match arg.content {
                Content::List(..) | Content::Tuple(_) | Content::Set(..) => {
                    arg.as_items().and_then(|items| items.get(row)).unwrap_or(arg).clone()
                }
                _ => arg.clone(),
            })
            .collect();
        if !of_row.iter().all(Value::is_wholly_known) {
            texts.push(Value::unknown(Type::String));
            continue;
        }
        let formatted = format(call.text(0), &of_row).map_err(|failure| match failure {
            Failure::Call(reason) | Failure::TooMany(reason, _) => {
                CallError::new(format!("error on format iteration {row}: {reason}"))
            }
        })?;
        bytes = bytes.saturating_add(formatted.len());
        allow_bytes(Some(bytes))?;
        texts.push(Value::string(formatted));
    }
    call.list(texts)
})
.rest(Parameter::any("args").null().unknown());
