//! A data source, as its file says it, and how it is served.

use crate::cloud::{Region, Trouble};
use crate::fields::Fields;
use crate::planning;
use crate::provider::Configured;
use crate::shape::Definition;
use sdk::{DataSource, Findings, Future, Reply};
use std::sync::Arc;
use value::Value;

/// A data source.
pub(crate) trait Source: Send + Sync + 'static {
    /// Its name, shape and rules.
    fn definition(&self) -> Definition;

    /// Checks a configuration beyond the rules of the shape; values may be unknown.
    fn check(&self, _config: &Fields, _findings: &mut Findings) {}

    /// Puts what is there into `object`, which holds the configuration.
    fn read(
        &self,
        region: &Region,
        object: &mut Fields,
    ) -> impl std::future::Future<Output = Result<(), Trouble>> + Send;
}

/// A data source as it is served.
pub(crate) struct ServedSource<S> {
    source: S,
    definition: Definition,
    configured: Arc<Configured>,
}

impl<S: Source> ServedSource<S> {
    pub(crate) fn new(source: S, configured: Arc<Configured>) -> ServedSource<S> {
        ServedSource { definition: source.definition(), source, configured }
    }
}

impl<S: Source> DataSource for ServedSource<S> {
    fn schema(&self) -> configschema::Schema {
        self.definition.schema()
    }

    fn validate(&self, config: &Value) -> Findings {
        let mut findings = planning::check(&self.definition, config);
        self.source.check(&Fields::of(&self.definition.shape, config), &mut findings);
        findings
    }

    fn read<'a>(&'a self, config: &'a Value) -> Future<'a, Reply<Value>> {
        Box::pin(async move {
            let aws = match self.configured.aws() {
                Ok(aws) => aws,
                Err(finding) => return finding.into(),
            };
            let _open = aws.read_begins();
            let mut object = Fields::of(&self.definition.shape, config);
            let written = object.has("region").then(|| object.filled_text("region")).flatten();
            let region = aws.region(written);
            if object.has("region") {
                object.set_text("region", Some(region.name()));
            }
            let limit = object.timeout("read");
            let limit = limit.or_else(|| self.definition.timeouts.first().map(|(_, time)| *time));
            let read = self.source.read(&region, &mut object);
            let done = match limit {
                None => read.await,
                Some(limit) => tokio::time::timeout(limit, read).await.unwrap_or_else(|_| {
                    let why = format!("It took longer than {} s. Run again, or raise timeouts.read.", limit.as_secs());
                    Err(Trouble::stuck(format!("read the {}", self.definition.called), why))
                }),
            };
            match done {
                Ok(()) => Reply::done(object.known().object()),
                Err(why) => why.finding(self.definition.called).into(),
            }
        })
    }
}
