//! `cidrnetmask(prefix)`, of IPv4 only.
use super::CallError;
use super::shared::prefix::{Prefix, mask};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("prefix")], Kind::Text, |call| {
    let prefix = Prefix::parse(call.text(0)).map_err(CallError::new)?;
    if prefix.width != 32 {
        return Err(CallError::new(format!("IPv6 addresses cannot have a netmask: {}", call.text(0))));
    }
    text(prefix.show(mask(32, prefix.length)))
});
