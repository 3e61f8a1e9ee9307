//! Holds: the planner, a machine that asks, and its result: changes and the execution graph.
//! May touch: eval, config, state, calls, words.
//! Never: anything that changes the world; files, clock.

mod execution;
mod model;

pub use execution::{ExecutionGraph, Step};
pub use model::{
    Action, ActionReason, Complete, Drift, InstanceChange, Mode, OutputChange, Plan, PlanInput, PlanOptions, Refresh, Schemas,
};
