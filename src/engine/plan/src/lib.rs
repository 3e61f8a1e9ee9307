//! Holds: the planner, a machine that asks, and its result: changes and the execution graph.
//! May touch: eval, config, syntax, state, calls, words.
//! Never: anything that changes the world; files, clock.

mod checks;
mod closing;
mod data;
mod deferral;
mod deferred;
mod desired;
mod desk;
mod drawing;
pub mod ephemeral;
mod execution;
mod expand;
mod finish;
mod functions;
mod graph;
mod imports;
pub mod instance;
mod instances;
mod later;
mod lineage;
mod managed;
mod model;
mod moves;
mod object;
mod order;
mod planner;
mod provider;
mod record;
mod refusals;
mod relevance;
mod removed;
mod report;
mod schedule;
mod selection;
mod stored;
mod take_in;
mod targeting;
mod triggers;
mod waits;

pub use checks::{check_results, is_open};
pub use data::problems;
pub use deferred::{Because, Bounds, Deferred, Waiting};
pub use desired::undeclared_variables;
pub use desk::Ticket;
pub use drawing::{Drawing, DrawingOf, Drawn, Shape, drawing};
pub use execution::{ExecutionGraph, Join, Joined, Step};
pub use expand::provider_meta;
pub use functions::{Lacking, call_question, result_of};
pub use model::{
    Action, ActionReason, Complete, Drift, InstanceChange, Mode, OutputChange, Plan, PlanInput, PlanOptions, Refresh,
    Schemas, Undeclared,
};
pub use planner::Planner;
pub use take_in::{TakeIn, Taking};
pub use targeting::{Targeting, may_be_incomplete};
