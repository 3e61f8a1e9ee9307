//! Holds: plans, reports and states as text for people, and as JSON for programs.
//! May touch: dr, plan, state, calls, language, words.
//! Never: the terminal; unmarked secrets.

mod block_text;
mod difference;
mod graph_text;
pub mod json;
mod junit;
mod later_text;
mod line_difference;
mod output_text;
mod paint;
mod part_text;
mod plan_text;
mod secrets;
mod state_text;
mod survival_text;
mod tested;
mod value_text;

pub use block_text::resource_block;
pub use graph_text::{graph_dot, graph_mermaid, resources_dot, resources_mermaid};
pub use junit::junit;
pub use line_difference::line_difference;
pub use output_text::{OutputForm, output_text, outputs_json, outputs_text};
pub use plan_text::{Colour, drift_text, plan_text};
pub use state_text::{state_outputs_text, state_text};
pub use survival_text::{posture_text, survival_reasons, survival_text};
pub use tested::{
    LeftObject, TestProgress, TestShown, TestShownOf, TestStatus, TestSuite, TestedFile, TestedRun, test_file_text,
    test_run_text, test_suite_text,
};
