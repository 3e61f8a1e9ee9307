//! Ids, ARNs and other made-up texts: deterministic, so that replay and golden outputs are byte-stable.

/// 64 bits from a type, a number and a purpose: FNV-1a, then mixed so that neighbours look unlike.
pub(crate) fn hash(kind: &str, serial: u64, purpose: &str) -> u64 {
    let fnv = kind
        .bytes()
        .chain([0])
        .chain(serial.to_be_bytes())
        .chain([0])
        .chain(purpose.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// 17 hexadecimal digits, the first a zero, as EC2 ids have them.
pub(crate) fn hex17(kind: &str, serial: u64, purpose: &str) -> String {
    format!("0{:016x}", hash(kind, serial, purpose))
}

/// 32 hexadecimal digits.
pub(crate) fn hex32(kind: &str, serial: u64, purpose: &str) -> String {
    let other = format!("{purpose}#");
    format!("{:016x}{:016x}", hash(kind, serial, purpose), hash(kind, serial, &other))
}

/// A UUID of version 4 form.
pub(crate) fn uuid(kind: &str, serial: u64, purpose: &str) -> String {
    let hex = hex32(kind, serial, purpose);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// CRC-32 as in IEEE 802.3.
pub(crate) fn crc32(text: &str) -> u32 {
    !text.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A moment that stands for the n-th event: the sandbox has no clock.
///
/// Events are one second apart from 2026-01-01T00:00:00Z; after a day of them the day of January counts on, and
/// after the month it stays there.
pub(crate) fn time(serial: u64) -> String {
    let day = (serial / 86_400).min(30) + 1;
    let second = serial % 86_400;
    format!("2026-01-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Fills `{name}` places of a format; `{{` and `}}` stand for braces. `None` when a place has no text.
pub(crate) fn fill_format(format: &str, mut place: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else {
            let (name, after) = from.strip_prefix('{')?.split_once('}')?;
            out.push_str(&place(name)?);
            rest = after;
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests;
