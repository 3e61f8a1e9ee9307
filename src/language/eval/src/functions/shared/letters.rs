//! Upper, lower and title case, one character to one character as Go maps them. Rust's own mapping may give several.

/// The upper-case form.
pub(in crate::functions) fn upper(c: char) -> char {
    match c {
        // Their full mapping is two letters, their simple one the form with the iota beside.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(c, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(c, 9),
        _ => only(c.to_uppercase(), c),
    }
}

/// The lower-case form.
pub(in crate::functions) fn lower(c: char) -> char {
    match c {
        'İ' => 'i',
        _ => only(c.to_lowercase(), c),
    }
}

/// The form at the start of a word.
pub(in crate::functions) fn title(c: char) -> char {
    match c {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        // Georgian is not written with capitals at the start of words.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        _ => upper(c),
    }
}

fn only(mut mapped: impl Iterator<Item = char>, c: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn shifted(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}
