//! `cidrsubnet(prefix, bits, number)`
use super::CallError;
use super::shared::prefix::Prefix;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(
    &[Parameter::text("prefix"), Parameter::number("newbits"), Parameter::number("netnum")],
    Kind::Text,
    |call| {
        let bits = call.int(1)?;
        if !call.number(2).is_integer() {
            return Err(CallError::new("value must be a whole number"));
        }
        let prefix = Prefix::parse(call.text(0)).map_err(CallError::new)?;
        let length = i64::from(prefix.length).saturating_add(bits);
        let insufficient =
            || CallError::new(format!("insufficient address space to extend prefix of {} by {bits}", prefix.length));
        let length = u32::try_from(length).ok().filter(|l| *l <= prefix.width).ok_or_else(insufficient)?;
        let written = call.number(2).to_string();
        let refuse = || {
            let reason = format!("prefix extension of {bits} does not accommodate a subnet numbered {written}");
            CallError::new(reason)
        };
        let (negative, digits) = match written.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, written.as_str()),
        };
        let number: u128 = digits.parse().map_err(|_| refuse())?;
        let fits = match u32::try_from(bits) {
            Ok(bits) => bits == 128 || number >> bits == 0 || negative,
            Err(_) => true,
        };
        if !fits {
            return Err(refuse());
        }
        let shift = prefix.width - length;
        let shifted = number.checked_shl(shift).unwrap_or(0);
        let address = if negative && number != 0 {
            // Measured: two's complement without end, of which then the amount is taken.
            (!(prefix.address | shifted.wrapping_neg())).wrapping_add(1) & prefix.all()
        } else {
            (prefix.address | shifted) & prefix.all()
        };
        text(prefix.show_network(address, length))
    },
);
