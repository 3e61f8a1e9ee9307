//! `cidrsubnets(prefix, bits...)`: consecutive subnets.
use super::CallError;
use super::shared::prefix::{Prefix, mask};
use super::shared::signature::{Function, Kind, Parameter, whole};
use value::Value;

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("prefix")], Kind::Texts, |call| {
    let prefix = Prefix::parse(call.text(0)).map_err(|e| CallError::at(0, e))?;
    let last_of_all = prefix.address | (prefix.all() & !mask(prefix.width, prefix.length));
    let mut subnets = Vec::new();
    // First free address; none when the last one is taken.
    let mut free = Some(prefix.address);
    let mut previous = String::new();
    for (i, arg) in call.rest(1).iter().enumerate() {
        let wrong = |reason: String| CallError::at(i + 1, reason);
        let bits = arg.as_number().map_or(Ok(0), whole).map_err(wrong)?;
        if bits < 1 {
            return Err(wrong("must extend prefix by at least one bit".into()));
        }
        // More would not fit the machine integers of 32-bit systems, so Terraform refuses it everywhere.
        if bits > 32 {
            return Err(wrong("may not extend prefix by more than 32 bits".into()));
        }
        let length = prefix.length + bits as u32;
        if length > prefix.width {
            let reason =
                format!("would extend prefix to {length} bits, which is too long for an {} address", kind(prefix));
            return Err(wrong(reason));
        }
        let hosts = prefix.all() & !mask(prefix.width, length);
        // The next multiple of the size.
        let start = free.and_then(|f| f.checked_add(hosts)).map(|f| f & mask(prefix.width, length));
        let end = start.and_then(|s| s.checked_add(hosts));
        let (Some(start), Some(end)) = (start, end.filter(|e| *e <= last_of_all)) else {
            let reason = format!(
                "not enough remaining address space for a subnet with a prefix of {length} bits after {previous}"
            );
            return Err(wrong(reason));
        };
        previous = prefix.show_network(start, length);
        subnets.push(Value::string(previous.as_str()));
        free = end.checked_add(1);
    }
    call.list(subnets)
})
.rest(Parameter::number("newbits"));

fn kind(prefix: Prefix) -> &'static str {
    if prefix.width == 32 { "IPv4" } else { "IPv6" }
}
