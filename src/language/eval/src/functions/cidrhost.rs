//! `cidrhost(prefix, number)`: negative numbers count from the end.
use super::CallError;
use super::shared::prefix::{Prefix, mask};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("prefix"), Parameter::number("hostnum")], Kind::Text, |call| {
        if !call.number(1).is_integer() {
            return Err(CallError::new("value must be a whole number"));
        }
        let prefix = Prefix::parse(call.text(0)).map_err(CallError::new)?;
        let most = prefix.all() & !mask(prefix.width, prefix.length);
        let refuse = |number: &str| {
            let length = prefix.length;
            CallError::new(format!("prefix of {length} does not accommodate a host numbered {number}"))
        };
        let written = call.number(1).to_string();
        let number = match written.strip_prefix('-').filter(|n| *n != "0") {
            None => {
                written.trim_start_matches('-').parse().ok().filter(|n| *n <= most).ok_or_else(|| refuse(&written))?
            }
            Some(back) => {
                let back: u128 = back.parse().map_err(|_| refuse(&written))?;
                most.checked_sub(back.saturating_sub(1)).ok_or_else(|| refuse(&beyond(most, back)))?
            }
        };
        // Measured: an IPv4 address written as IPv6 is numbered in the bits of its first 32.
        let shift = if prefix.is_mapped() { 96 } else { 0 };
        text(prefix.show(prefix.address | number << shift))
    });

/// What Terraform calls the host before the first one.
fn beyond(most: u128, back: u128) -> String {
    format!("-{}", back.saturating_sub(1).saturating_sub(most))
}
