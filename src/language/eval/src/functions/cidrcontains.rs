//! `cidrcontains(prefix, address_or_prefix)`. OpenTofu has it, Terraform has not.
use super::CallError;
use super::shared::prefix::{Prefix, mask};
use super::shared::signature::{Function, Kind, Parameter};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(
    &[Parameter::text("containing_prefix"), Parameter::text("contained_ip_or_prefix")],
    Kind::Bool,
    |call| {
        let outer = Prefix::parse(call.text(0)).map_err(|e| CallError::at(0, e))?;
        let inner = call.text(1);
        let inner = if inner.contains('/') {
            Prefix::parse(inner).map_err(|e| CallError::at(1, e))?
        } else {
            let whole = if inner.contains(':') { 128 } else { 32 };
            Prefix::parse(&format!("{inner}/{whole}"))
                .map_err(|_| CallError::at(1, format!("invalid IP address or prefix: {inner}")))?
        };
        if outer.width != inner.width {
            let reason = format!("address family mismatch: {} vs. {}", call.text(0), call.text(1));
            return Err(CallError::new(reason));
        }
        let within = inner.length >= outer.length && inner.address & mask(outer.width, outer.length) == outer.address;
        Ok(Value::bool(within))
    },
);
