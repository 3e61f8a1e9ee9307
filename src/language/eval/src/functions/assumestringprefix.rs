//! `assumestringprefix(value, prefix)`: of OpenTofu.
use super::shared::assume::{not_upheld, subject};
use super::shared::signature::{Function, Kind, Parameter};
use value::{Content, Refinement, Type};

pub(super) const FUNCTION: Function = Function::typed(
    &[subject(Kind::Text), Parameter::text("prefix")],
    |_| Ok(Type::String),
    |call| {
        let (value, prefix) = (call.arg(0), call.text(1));
        match &value.content {
            Content::String(text) if text.starts_with(prefix) => Ok(value.clone()),
            Content::Unknown(_, promises, _) => {
                let before = promises.as_ref().and_then(|p| p.prefix.as_deref()).unwrap_or_default();
                if !before.starts_with(prefix) && !prefix.starts_with(before) {
                    return Err(not_upheld());
                }
                let promise = Refinement { prefix: Some(prefix.into()), ..Refinement::default() };
                Ok(value.clone().promising(&promise))
            }
            _ => Err(not_upheld()),
        }
    },
)
.may_give_null();
