//! Values as deep as programs write them: the work must grow as the text does, or these tests do not end.
#![allow(clippy::unwrap_used, reason = "tests say so")]

use drform_views::{Colour, state_outputs_text};
use state::OutputState;
use std::sync::Arc;
use value::Value;

const LEVELS: usize = 2_000;

fn shown(wrap: impl Fn(Value) -> Value) -> String {
    let value = (0..LEVELS).fold(Value::int(1), |inner, _| wrap(inner));
    let output = OutputState { ty: value.ty(), value, sensitive: false };
    state_outputs_text(&[(Arc::from("deep"), output)].into(), Colour::No)
}

/// The lines of `shown`, on a stack like that of the program.
fn lines(wrap: impl Fn(Value) -> Value + Send + 'static) -> Vec<String> {
    let work = move || shown(wrap).lines().map(str::to_string).collect();
    std::thread::Builder::new().stack_size(1 << 30).spawn(work).unwrap().join().unwrap()
}

#[test]
fn deep_lists_are_printed() {
    let lines = lines(|inner| Value::tuple([inner]));
    assert_eq!(lines.len(), 4 + 2 * LEVELS + 1);
    assert_eq!(lines[4], "deep = [");
    assert_eq!(lines[4 + LEVELS], format!("{}1,", " ".repeat(4 * LEVELS)));
}

#[test]
fn deep_objects_are_printed() {
    let lines = lines(|inner| Value::object([("a", inner)]));
    assert_eq!(lines.len(), 4 + 2 * LEVELS + 1);
    assert_eq!(lines[4], "deep = {");
    assert_eq!(lines[4 + LEVELS], format!("{}a = 1", " ".repeat(4 * LEVELS)));
}
