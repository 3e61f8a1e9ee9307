//! `substr(text, offset, length)`: by what people see as one character.
use super::shared::signature::{Function, Kind, Parameter, text};
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTION: Function = Function::new(
    &[Parameter::text("str"), Parameter::number("offset"), Parameter::number("length")],
    Kind::Text,
    |call| {
        let (whole, offset, length) = (call.text(0), call.int(1)?, call.int(2)?);
        if offset >= 0 && length == 0 {
            return text("");
        }
        // Measured: with a negative offset a length of zero means the rest, as a negative one does.
        let skip = match usize::try_from(offset) {
            Ok(skip) => skip,
            Err(_) => whole.graphemes(true).count().saturating_sub(offset.unsigned_abs() as usize),
        };
        let take = if length > 0 { length as usize } else { usize::MAX };
        text(whole.graphemes(true).skip(skip).take(take).collect::<String>())
    },
);
