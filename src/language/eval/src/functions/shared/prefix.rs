//! Address prefixes such as `10.0.0.0/8`, as Terraform reads and counts them.

use std::net::Ipv6Addr;

/// A network: its address in 128 or 32 bits, and the length of its prefix.
#[derive(Clone, Copy)]
pub(in crate::functions) struct Prefix {
    /// The address, bits beyond the prefix cleared.
    pub(in crate::functions) address: u128,
    /// 32 or 128.
    pub(in crate::functions) width: u32,
    /// Length of the prefix.
    pub(in crate::functions) length: u32,
}

impl Prefix {
    /// Reads a prefix. Leading zeros in parts of IPv4 addresses are decimal, as old Go took them.
    pub(in crate::functions) fn parse(text: &str) -> Result<Prefix, String> {
        Self::read(text).ok_or_else(|| format!("invalid CIDR expression: invalid CIDR address: {text}"))
    }

    fn read(text: &str) -> Option<Prefix> {
        let (address, length) = text.split_once('/')?;
        if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let length: u32 = length.parse().ok()?;
        let (address, width) = match ipv4(address) {
            Some(address) => (u128::from(address), 32),
            None => (ipv6(address)?, 128),
        };
        (length <= width).then(|| Prefix { address: address & mask(width, length), width, length })
    }

    /// True for an IPv4 address written in 128 bits: it prints as IPv4.
    pub(in crate::functions) fn is_mapped(self) -> bool {
        self.width == 128 && self.address >> 32 == 0xffff
    }

    /// An address of this width.
    pub(in crate::functions) fn show(self, address: u128) -> String {
        if self.width == 32 || address >> 32 == 0xffff {
            let [.., a, b, c, d] = address.to_be_bytes();
            return format!("{a}.{b}.{c}.{d}");
        }
        ipv6_text(address)
    }

    /// A network of this width.
    pub(in crate::functions) fn show_network(self, address: u128, length: u32) -> String {
        let as_ipv4 = self.width == 128 && address >> 32 == 0xffff;
        let shown = if as_ipv4 { length.saturating_sub(96) } else { length };
        format!("{}/{shown}", self.show(address))
    }

    /// All bits of an address of this width.
    pub(in crate::functions) fn all(self) -> u128 {
        mask(self.width, self.width)
    }
}

/// The leading bits of an address.
pub(in crate::functions) fn mask(width: u32, length: u32) -> u128 {
    let all = if width == 128 { u128::MAX } else { (1 << width) - 1 };
    all & !all.checked_shr(length).unwrap_or(0)
}

fn ipv4(text: &str) -> Option<u32> {
    let mut address = 0_u32;
    let mut parts = 0;
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = part.trim_start_matches('0');
        let number: u8 = if number.is_empty() { 0 } else { number.parse().ok()? };
        address = address << 8 | u32::from(number);
        parts += 1;
        if parts > 4 {
            return None;
        }
    }
    (parts == 4).then_some(address)
}

fn ipv6(text: &str) -> Option<u128> {
    if let Some((head, tail)) = text.rsplit_once(':')
        && tail.contains('.')
    {
        // The last part may be an IPv4 address, with leading zeros too.
        let last = ipv4(tail)?;
        let whole = format!("{head}:{:x}:{:x}", last >> 16, last & 0xffff);
        return whole.parse::<Ipv6Addr>().ok().map(u128::from);
    }
    text.parse::<Ipv6Addr>().ok().map(u128::from)
}

/// As RFC 5952 has it: the first longest run of two or more zero groups is left out. (Rust writes some addresses with
/// an IPv4 tail, Terraform does not.)
fn ipv6_text(address: u128) -> String {
    let groups = Ipv6Addr::from(address).segments();
    let (mut best, mut best_length, mut run) = (0, 0, 0);
    for (i, group) in groups.iter().enumerate() {
        run = if *group == 0 { run + 1 } else { 0 };
        if run > best_length && run >= 2 {
            (best, best_length) = (i + 1 - run, run);
        }
    }
    let written = |part: &[u16]| part.iter().map(|g| format!("{g:x}")).collect::<Vec<_>>().join(":");
    if best_length == 0 {
        return written(&groups);
    }
    let head = groups.get(..best).map(written).unwrap_or_default();
    let tail = groups.get(best + best_length..).map(written).unwrap_or_default();
    format!("{head}::{tail}")
}
