//! Holds: the provider `drform/drform`: `drform_spread` and the DR functions, for hosts other than drform, which has
//! them built in.
//! May touch: sdk, placement (which decides everything), value, configschema.
//! Never: a cloud.

mod functions;
mod record;
mod resources;

use sdk::{Function, Provider, Resource, Served};
use std::process::ExitCode;
use std::sync::Arc;

struct Drform {
    record: Arc<record::Record>,
}

impl Provider for Drform {
    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![(placement::SPREAD_TYPE, Arc::new(resources::drform_spread::Spread::new(self.record.clone())))]
    }

    fn functions(&self) -> Vec<(&'static str, Arc<dyn Function>)> {
        functions::all()
    }
}

fn main() -> ExitCode {
    let served = Served { address: "registry.terraform.io/drform/drform", version: env!("CARGO_PKG_VERSION") };
    let record = record::Record::new(std::env::var_os(record::FILE_VARIABLE).map(Into::into));
    sdk::serve(served, Drform { record: Arc::new(record) })
}
