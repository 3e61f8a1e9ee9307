//! Patterns of file names: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any directories.

/// A pattern, its alternatives in braces written out.
pub(in crate::functions) struct Glob(Vec<Vec<Step>>);

/// What one step of a path must be.
enum Step {
    /// Any number of directories.
    AnyDirectories,
    /// One name.
    Name(Vec<Piece>),
}

/// What one character of a name must be.
enum Piece {
    Is(char),
    Any,
    AnyNumber,
    OneOf { negated: bool, ranges: Vec<(char, char)> },
}

/// More alternatives than this are a mistake.
const MOST_ALTERNATIVES: usize = 1000;
const BAD: &str = "syntax error in pattern";

impl Glob {
    pub(in crate::functions) fn parse(pattern: &str) -> Result<Glob, String> {
        let mut written_out = Vec::new();
        write_out(pattern, &mut written_out)?;
        let alternatives = written_out.iter().map(|p| p.split('/').map(step).collect()).collect::<Result<_, _>>()?;
        Ok(Glob(alternatives))
    }

    /// True for a path that matches as a whole.
    pub(in crate::functions) fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        self.0.iter().any(|steps| matches_steps(steps, &names, false))
    }

    /// True when something below that directory may match.
    pub(in crate::functions) fn may_match_below(&self, directory: &str) -> bool {
        let names: Vec<&str> = directory.split('/').collect();
        self.0.iter().any(|steps| matches_steps(steps, &names, true))
    }
}

/// Writes the first braces out, and then those in what comes of it.
fn write_out(pattern: &str, all: &mut Vec<String>) -> Result<(), String> {
    let mut depth = 0;
    let (mut start, mut cuts) = (0, Vec::new());
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match c {
            '\\' => escaped = true,
            '{' => {
                depth += 1;
                if depth == 1 {
                    start = at;
                    cuts = vec![at];
                }
            }
            ',' if depth == 1 => cuts.push(at),
            '}' if depth == 1 => {
                cuts.push(at);
                let (before, after) =
                    (pattern.get(..start).unwrap_or_default(), pattern.get(at + 1..).unwrap_or_default());
                for pair in cuts.windows(2) {
                    let [from, to] = pair else { continue };
                    let choice = pattern.get(from + 1..*to).unwrap_or_default();
                    write_out(&format!("{before}{choice}{after}"), all)?;
                }
                return Ok(());
            }
            '}' if depth > 1 => depth -= 1,
            _ => {}
        }
    }
    if depth > 0 || escaped || all.len() >= MOST_ALTERNATIVES {
        return Err(BAD.into());
    }
    all.push(pattern.to_string());
    Ok(())
}

fn step(text: &str) -> Result<Step, String> {
    if text == "**" {
        return Ok(Step::AnyDirectories);
    }
    let mut pieces = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '*' => Piece::AnyNumber,
            '?' => Piece::Any,
            '\\' => Piece::Is(chars.next().ok_or(BAD)?),
            '[' => class(&mut chars)?,
            c => Piece::Is(c),
        });
    }
    Ok(Step::Name(pieces))
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Piece, String> {
    let negated = chars.next_if(|c| *c == '^' || *c == '!').is_some();
    let mut ranges = Vec::new();
    let one = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| match chars.next() {
        Some('\\') => chars.next().ok_or(BAD),
        Some(c) => Ok(c),
        None => Err(BAD),
    };
    loop {
        if chars.peek() == Some(&']') && !ranges.is_empty() {
            chars.next();
            return Ok(Piece::OneOf { negated, ranges });
        }
        let low = one(chars)?;
        let high = if chars.next_if(|c| *c == '-').is_some() { one(chars)? } else { low };
        ranges.push((low, high));
    }
}

/// Matches steps to names; with `so_far`, the names may be the beginning of a match.
fn matches_steps(steps: &[Step], names: &[&str], so_far: bool) -> bool {
    match (steps, names) {
        ([], []) => !so_far,
        ([], _) => false,
        (_, []) if so_far => true,
        ([Step::AnyDirectories, rest @ ..], _) => {
            matches_steps(rest, names, so_far)
                || names.split_first().is_some_and(|(_, names)| matches_steps(steps, names, so_far))
                // A pattern that ends in `**` takes files at any depth.
                || rest.is_empty() && !names.is_empty()
        }
        ([Step::Name(_), ..], []) => false,
        ([Step::Name(pieces), rest @ ..], [name, names @ ..]) => {
            let name: Vec<char> = name.chars().collect();
            matches_name(pieces, &name) && matches_steps(rest, names, so_far)
        }
    }
}

fn matches_name(pieces: &[Piece], name: &[char]) -> bool {
    // For every number of pieces, whether they can take the name so far.
    let mut reached = vec![false; pieces.len() + 1];
    let open = |reached: &mut Vec<bool>| {
        for (i, piece) in pieces.iter().enumerate() {
            if matches!(piece, Piece::AnyNumber)
                && reached.get(i) == Some(&true)
                && let Some(next) = reached.get_mut(i + 1)
            {
                *next = true;
            }
        }
    };
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    open(&mut reached);
    for c in name {
        let mut next = vec![false; pieces.len() + 1];
        for (i, piece) in pieces.iter().enumerate() {
            if reached.get(i) != Some(&true) {
                continue;
            }
            let (takes, to) = match piece {
                Piece::Is(p) => (p == c, i + 1),
                Piece::Any => (true, i + 1),
                Piece::AnyNumber => (true, i),
                Piece::OneOf { negated, ranges } => (ranges.iter().any(|(l, h)| l <= c && c <= h) != *negated, i + 1),
            };
            if takes && let Some(slot) = next.get_mut(to) {
                *slot = true;
            }
        }
        open(&mut next);
        reached = next;
    }
    reached.last() == Some(&true)
}
