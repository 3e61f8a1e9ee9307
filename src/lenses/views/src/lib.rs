//! Holds: plans, reports and states as text for people.
//! May touch: dr, plan, apply (events), state, words.
//! Never: the terminal; unmarked secrets.

mod object_text;
mod paint;
mod plan_text;
mod survival_text;
mod value_text;

pub use plan_text::{Colour, plan_text};
pub use survival_text::{survival_reasons, survival_text};
