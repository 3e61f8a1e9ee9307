//! Names for objects whose configuration gives none, or only how they begin.

/// What names begin with where the configuration says nothing, as in `hashicorp/aws`.
const PREFIX: &str = "terraform-";
/// Hexadecimal digits that make a name unique.
pub(crate) const DIGITS: usize = 26;

/// A name for the object of a change: the same for a repetition of the change, another for any other change.
pub(crate) fn name(prefix: Option<&str>, token: &str) -> String {
    let prefix = prefix.filter(|prefix| !prefix.is_empty()).unwrap_or(PREFIX);
    // FNV-1a with 128 bits: the same in every build, unlike the hashes of the standard library.
    let hash = token.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    let digits: String = format!("{hash:032x}").chars().skip(32 - DIGITS).collect();
    format!("{prefix}{digits}")
}

/// What a name begins with, where the rest of it was made here; else empty.
pub(crate) fn prefix_of(name: &str) -> &str {
    match name.len().checked_sub(DIGITS).and_then(|at| name.split_at_checked(at)) {
        Some((prefix, digits)) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => prefix,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_token() {
        let name = name(Some("web-"), "token-1");
        assert_eq!(name, super::name(Some("web-"), "token-1"));
        assert_ne!(name, super::name(Some("web-"), "token-2"));
        assert_eq!((name.len(), prefix_of(&name)), (30, "web-"));
        assert_eq!(prefix_of(&super::name(None, "t")), "terraform-");
        assert_eq!(prefix_of("web"), "");
        assert_eq!(prefix_of("a-name-that-is-long-enough-but-written"), "");
        assert_eq!(prefix_of("web-server-with-a-long-name-in-it"), "");
    }
}
