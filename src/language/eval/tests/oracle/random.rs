//! Functions with several arguments of any class at once, as chance has it, beside `terraform`.

use crate::matrix::{Call, FILES, calls, cell, classes, differences};
use crate::site::{evaluator, value_and_type};
use crate::terraform::{Dice, ask, present, seed};

/// How many calls a run makes; `DRFORM_CALLS` says otherwise.
const CALLS: usize = 300;

/// A call, or none where an argument is in a cell of the matrix that is known to differ.
fn made_up(call: &Call, classes: &[&str], dice: &mut Dice) -> Option<String> {
    let differences = differences();
    let count = match dice.below(8) {
        0 => call.arguments.len() + 1,
        1 => call.arguments.len().saturating_sub(1),
        _ => call.arguments.len(),
    };
    let mut arguments = Vec::new();
    for place in 0..count {
        let fits = call.arguments.get(place).or(call.arguments.last())?;
        if dice.below(3) == 0 {
            arguments.push(fits.to_string());
            continue;
        }
        // Half of them of the type that fits, as far as the letter tells.
        let kind = match fits.chars().next()? {
            '"' => "s",
            '[' => ["l", "t", "p"][dice.below(3)],
            '{' => ["m", "o"][dice.below(2)],
            't' => "b",
            _ => "n",
        };
        let alike: Vec<&&str> = classes.iter().filter(|c| c.split('_').any(|part| part == kind)).collect();
        let class =
            if dice.below(2) == 0 { alike[dice.below(alike.len())] } else { &classes[dice.below(classes.len())] };
        if differences.iter().any(|d| d.covers(call.name, place, class)) {
            return None;
        }
        arguments.push(format!("local.{class}"));
    }
    let spread = if dice.below(12) == 0 && !arguments.is_empty() { "..." } else { "" };
    Some(format!("{}({}{spread})", call.name, arguments.join(", ")))
}

#[test]
fn calls_by_chance_answer_as_terraforms_do() {
    if !present() {
        return;
    }
    let mut dice = Dice(seed("calls"));
    let count = std::env::var("DRFORM_CALLS").ok().and_then(|text| text.parse().ok()).unwrap_or(CALLS);
    let (calls, classes) = (calls(), classes());
    let mut expressions = Vec::new();
    while expressions.len() < 2 * count {
        let call = &calls[dice.below(calls.len())];
        if let Some(text) = made_up(call, &classes, &mut dice) {
            expressions.push(text.clone());
            expressions.push(format!("type({text})"));
        }
    }
    let evaluator = evaluator(FILES);
    let mut wrong = Vec::new();
    for (text, said) in expressions.iter().step_by(2).zip(ask(FILES, &expressions).chunks(2)) {
        let (value, ty) = value_and_type(&evaluator, text);
        let (have, want) = (cell(&value, &ty), cell(&said[0], &said[1]));
        if have != want {
            wrong.push(format!("{text}\n  want {want}\n  have {have}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
