//! Holds: diagnostics, source ranges, and their rendering with source excerpts.
//! May touch: nothing but the text it is given.
//! Never: files, the terminal, the environment.

mod diagnostic;
mod json;
mod nearest;
mod range;
mod render;

pub use diagnostic::{
    Called, CalledSignature, ConditionOf, Diagnostic, Diagnostics, FailedCondition, Involved, PartStep, Severity,
};
pub use json::{DiagnosticJson, go_json};
pub use nearest::nearest;
pub use range::{Position, Range, SourceTexts};
pub use render::{Style, render};

/// Stops on a broken invariant: a mistake of ours, never of the user.
///
/// The message says which law was broken; the process unwinds, so that journals still flush.
#[macro_export]
macro_rules! invariant {
    ($cond:expr, $($why:tt)+) => {
        #[allow(clippy::panic)]
        if !$cond {
            ::std::panic::panic_any(format!("drform invariant broken: {}", format!($($why)+)))
        }
    };
}
