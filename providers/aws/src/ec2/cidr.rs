//! Networks as texts: `10.0.0.0/16`, `2001:db8::/32`.

use std::net::{Ipv4Addr, Ipv6Addr};
use value::Value;

/// The network in the form that AWS answers with: IPv6 addresses as short as they go. Other texts stay.
pub(crate) fn canonical(text: &str) -> String {
    match text.split_once('/') {
        Some((address, length)) => match address.parse::<Ipv6Addr>() {
            Ok(address) => format!("{address}/{length}"),
            Err(_) => text.to_owned(),
        },
        None => text.to_owned(),
    }
}

/// Two ways to write one network.
pub(crate) fn same_network(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => canonical(one) == canonical(other),
        _ => false,
    }
}

/// An IPv4 network without bits set behind its length, or several.
pub(crate) fn check_ipv4(value: &Value) -> Result<(), String> {
    check(value, ipv4_network)
}

/// An IPv6 network without bits set behind its length, or several.
pub(crate) fn check_ipv6(value: &Value) -> Result<(), String> {
    check(value, ipv6_network)
}

fn check(value: &Value, network: fn(&str) -> Result<(), String>) -> Result<(), String> {
    match value.as_items() {
        Some(items) => items.iter().filter_map(Value::as_str).try_for_each(network),
        None => value.as_str().map_or(Ok(()), network),
    }
}

/// Refuses a text that is no IPv4 network, or one with bits set behind its length: why.
pub(crate) fn ipv4_network(text: &str) -> Result<(), String> {
    let Some((address, length)) = parsed::<Ipv4Addr>(text, 32) else {
        return Err(format!("{text:?} is not an IPv4 network, such as 10.0.0.0/16."));
    };
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    proper(text, address, Ipv4Addr::from(u32::from(address) & mask), length)
}

/// Refuses a text that is no IPv6 network, or one with bits set behind its length: why.
pub(crate) fn ipv6_network(text: &str) -> Result<(), String> {
    let Some((address, length)) = parsed::<Ipv6Addr>(text, 128) else {
        return Err(format!("{text:?} is not an IPv6 network, such as 2001:db8::/32."));
    };
    let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
    proper(text, address, Ipv6Addr::from(u128::from(address) & mask), length)
}

fn parsed<A: std::str::FromStr>(text: &str, most: u32) -> Option<(A, u32)> {
    let (address, length) = text.split_once('/')?;
    let length = length.parse().ok().filter(|length| *length <= most)?;
    Some((address.parse().ok()?, length))
}

fn proper<A: PartialEq + std::fmt::Display>(text: &str, address: A, network: A, length: u32) -> Result<(), String> {
    match address == network {
        true => Ok(()),
        false => Err(format!("{text} has bits set behind its length: the network is {network}/{length}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        let rows = [
            ("0.0.0.0/0", true),
            ("10.0.0.0/16", true),
            ("10.0.0.1/32", true),
            ("10.0.0.1/16", false),
            ("10.0.0.0/33", false),
            ("10.0.0.0", false),
            ("text", false),
            ("::/0", false),
        ];
        for (text, good) in rows {
            assert_eq!(ipv4_network(text).is_ok(), good, "{text}");
        }
        for (text, good) in [("::/0", true), ("2001:db8::/32", true), ("2001:db8::1/32", false), ("0.0.0.0/0", false)] {
            assert_eq!(ipv6_network(text).is_ok(), good, "{text}");
        }
        assert!(ipv4_network("10.0.0.1/16").unwrap_err().contains("the network is 10.0.0.0/16."));
        assert_eq!(canonical("2001:DB8:0:0::/64"), "2001:db8::/64");
        assert_eq!(canonical("10.0.0.0/8"), "10.0.0.0/8");
    }
}
