//! Plans and states as JSON: field for field what `terraform show -json` 1.11.4 prints.
//!
//! Readers of these texts are programs, so that values that are sensitive stand in them in the clear, as with Terraform;
//! `sensitive_values` and its like say which they are.

mod change;
mod checks;
mod configuration;
mod deferred;
mod expressions;
mod messages;
mod plan;
mod provider_configs;
mod state;
mod tested;
mod values;

pub use messages::{Message, Sum, outputs, planned, resource, saved_changes, summary, version};
pub use plan::{About, plan};
pub use state::state;
pub use tested::{
    AboutTest, test_abstract, test_cleanup, test_file, test_interrupt, test_run, test_shown, test_summary,
};
