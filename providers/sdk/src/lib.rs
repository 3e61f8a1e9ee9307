//! Holds: the author side of providers: traits for resources, data sources, ephemeral resources and functions, served as tfplugin6.
//! May touch: tfplugin, configschema, value, diag.
//! Never: the engine, the language, state: any Terraform may be the host.

mod answers;
mod connection;
mod finding;
pub mod log;
mod plan;
mod private;
mod provider;
mod serve;
mod service;
mod side_services;

pub use diag::Diagnostic;
pub use finding::{Finding, Findings, Reply, error, error_at, warning, warning_at};
pub use plan::{PlanRequest, Planned, default_plan};
pub use private::Private;
pub use provider::{
    ChangeRequest, DataSource, EphemeralResource, Function, FunctionError, Future, Object, Opened, Provider, Renewed,
    Repeat, Resource, StoredState,
};
pub use serve::{Served, serve, serve_at};
pub use service::provider_schema;
