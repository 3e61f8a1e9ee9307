//! The planner against scripted providers: configuration and state in, plan out.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

extern crate drform_plan as plan;

mod actions;
mod answers;
mod data;
mod destroy;
mod ephemeral;
mod faults;
mod final_plan;
mod functions;
mod imports;
mod instances;
mod let_go;
mod lifecycle;
mod oracle;
mod order;
mod refresh;
mod scale;
mod support;
mod targeting;
mod waves;
