//! `title(text)`: the first letter of every word in title case.
use super::shared::letters;
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function = Function::new(&[Parameter::text("str")], Kind::Text, |call| {
    let mut before = ' ';
    let titled: String = call
        .text(0)
        .chars()
        .map(|c| {
            let starts = separates(before);
            before = c;
            if starts { letters::title(c) } else { c }
        })
        .collect();
    text(titled)
});

/// Every ASCII character but letters, digits and underscore; beyond ASCII only white space.
fn separates(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_alphanumeric() && c != '_' } else { c.is_whitespace() }
}
