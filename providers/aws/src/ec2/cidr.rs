//! Blocks of addresses: `10.0.0.0/16`, `2600:1f14::/56`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use value::Value;

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    address: IpAddr,
    pub(crate) prefix: u32,
}

impl Cidr {
    /// A block by its text; none when it is no block.
    pub(crate) fn parse(text: &str) -> Option<Cidr> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let digits = prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|prefix| digits && *prefix <= most)?;
        Some(Cidr { address, prefix })
    }

    pub(crate) fn is_ipv4(self) -> bool {
        self.address.is_ipv4()
    }

    /// The address as bits, left-aligned.
    fn bits(self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        }
    }

    /// The first address of the block.
    fn first(self) -> IpAddr {
        let bits = self.bits() & self.mask();
        match self.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap_or_default())),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        }
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - self.prefix).unwrap_or_default()
    }

    /// Whether the address is the first one of the block.
    pub(crate) fn is_network(self) -> bool {
        self.bits() & !self.mask() == 0
    }

    /// Whether all of the other block is in this one.
    pub(crate) fn holds(self, other: Cidr) -> bool {
        self.is_ipv4() == other.is_ipv4()
            && self.prefix <= other.prefix
            && self.bits() & self.mask() == other.bits() & self.mask()
    }
}

/// Whether two texts name the same block, also where IPv6 is written in another way.
pub(crate) fn same_block(one: &Value, other: &Value) -> bool {
    match (one.as_str().and_then(Cidr::parse), other.as_str().and_then(Cidr::parse)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn network(value: &Value) -> Result<Option<Cidr>, String> {
    let Some(text) = value.as_str() else { return Ok(None) };
    let block = Cidr::parse(text).ok_or_else(|| format!("{text:?} is no block of addresses like \"10.0.0.0/16\"."))?;
    if !block.is_network() {
        let why = "has bits set behind its length, so it does not begin with the first address of its block";
        return Err(format!("{text} {why}: the network is {}/{}.", block.first(), block.prefix));
    }
    Ok(Some(block))
}

/// Checks that an argument is an IPv4 block of a size that VPCs and subnets have: /16 to /28 ("VPC CIDR blocks",
/// "Subnet CIDR blocks").
pub(crate) fn check_ipv4(value: &Value) -> Result<(), String> {
    match network(value)? {
        Some(block) if !block.is_ipv4() => Err("It must be an IPv4 block.".into()),
        Some(block) if !(16..=28).contains(&block.prefix) => {
            Err(format!("The block must have a size from /16 to /28, not /{}.", block.prefix))
        }
        _ => Ok(()),
    }
}

/// Checks that an argument is an IPv6 block of a size that VPCs and subnets have: /44 to /64 in steps of 4 ("VPC CIDR
/// blocks", "Subnet CIDR blocks").
pub(crate) fn check_ipv6(value: &Value) -> Result<(), String> {
    match network(value)? {
        Some(block) if block.is_ipv4() => Err("It must be an IPv6 block.".into()),
        Some(block) if !(44..=64).contains(&block.prefix) || block.prefix % 4 != 0 => {
            Err(format!("The block must have a size from /44 to /64 in steps of 4, not /{}.", block.prefix))
        }
        _ => Ok(()),
    }
}

/// The block in the form that AWS answers with: IPv6 addresses as short as they go. Other texts stay.
pub(crate) fn canonical(text: &str) -> String {
    match Cidr::parse(text) {
        Some(Cidr { address: IpAddr::V6(address), prefix }) => format!("{address}/{prefix}"),
        _ => text.to_owned(),
    }
}

/// Refuses a text that is no IPv4 block of any size, or does not begin with the block's first address: why.
pub(crate) fn ipv4_network(text: &str) -> Result<(), String> {
    match network(&Value::string(text))? {
        Some(block) if !block.is_ipv4() => Err(format!("{text:?} is not an IPv4 network, such as \"10.0.0.0/16\".")),
        _ => Ok(()),
    }
}

/// The same for IPv6.
pub(crate) fn ipv6_network(text: &str) -> Result<(), String> {
    match network(&Value::string(text))? {
        Some(block) if block.is_ipv4() => Err(format!("{text:?} is not an IPv6 network, such as \"2001:db8::/32\".")),
        _ => Ok(()),
    }
}

/// [`ipv4_network`] as the check of an argument.
pub(crate) fn check_ipv4_network(value: &Value) -> Result<(), String> {
    value.as_str().map_or(Ok(()), ipv4_network)
}

/// [`ipv6_network`] as the check of an argument.
pub(crate) fn check_ipv6_network(value: &Value) -> Result<(), String> {
    value.as_str().map_or(Ok(()), ipv6_network)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&Value) -> Result<(), String>;

    #[test]
    fn blocks() {
        let rows = [
            ("10.0.0.0/16", "10.0.255.0/24", true),
            ("10.0.0.0/16", "10.1.0.0/24", false),
            ("10.0.0.0/16", "10.0.0.0/8", false),
            ("0.0.0.0/0", "10.0.0.0/8", true),
            ("2600:1f14::/56", "2600:1f14:0:1::/64", true),
            ("2600:1f14::/56", "2600:1f14:0:100::/64", false),
            ("::/0", "10.0.0.0/8", false),
        ];
        for (block, other, expected) in rows {
            let (block, other) = (Cidr::parse(block).unwrap(), Cidr::parse(other).unwrap());
            assert_eq!(block.holds(other), expected, "{block:?} {other:?}");
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "x/8", "::/129", ""] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
        let checks: [(Check, &str, bool); 9] = [
            (check_ipv4, "10.0.0.0/16", true),
            (check_ipv4, "10.0.0.0/15", false),
            (check_ipv4, "10.0.0.0/29", false),
            (check_ipv4, "10.0.0.1/24", false),
            (check_ipv4, "2600:1f14::/56", false),
            (check_ipv6, "2600:1f14::/56", true),
            (check_ipv6, "2600:1f14::/57", false),
            (check_ipv6, "2600:1f14::1/64", false),
            (check_ipv6, "10.0.0.0/16", false),
        ];
        for (check, text, expected) in checks {
            assert_eq!(check(&Value::string(text)).is_ok(), expected, "{text}");
        }
        for (text, good) in [("0.0.0.0/0", true), ("10.0.0.1/32", true), ("10.0.0.1/16", false), ("::/0", false)] {
            assert_eq!(ipv4_network(text).is_ok(), good, "{text}");
        }
        for (text, good) in [("::/0", true), ("2001:db8::/32", true), ("2001:db8::1/32", false), ("0.0.0.0/0", false)] {
            assert_eq!(ipv6_network(text).is_ok(), good, "{text}");
        }
        assert_eq!(canonical("2001:DB8:0:0::/64"), "2001:db8::/64");
        assert_eq!(canonical("10.0.0.0/8"), "10.0.0.0/8");
        assert!(same_block(&Value::string("2600:1f14:0::/56"), &Value::string("2600:1F14::/56")));
        assert!(!same_block(&Value::string("10.0.0.0/16"), &Value::string("10.0.0.0/24")));
    }
}
