//! An instance of an ephemeral resource while an apply opens it.

use crate::desired::Desired;
use addrs::{ProviderConfig, ResourceInstance};
use calls::Question;
use config::ResourceConfig;
use configschema::{IgnoreChanges, ProviderSchema};
use diag::{Diagnostic, Diagnostics};
use plan::instance::Subject;
use std::sync::Arc;
use value::Value;

/// An instance that is being opened.
#[derive(Clone)]
pub(crate) struct Opening {
    pub(crate) subject: Subject,
    /// Its block, wholly known, without marks.
    pub(crate) config: Value,
}

/// Evaluates the block of an instance.
///
/// # Errors
/// What is wrong with it, or what is still unknown.
pub(crate) fn opening(
    desired: &Desired,
    addr: &ResourceInstance,
    (block, provider): (&ResourceConfig, &ProviderConfig),
    schemas: &ProviderSchema,
) -> Result<(Opening, Diagnostics), Diagnostics> {
    let Some(schema) = schemas.ephemeral.get(&addr.resource.kind) else {
        let detail = format!("The provider has no ephemeral resource {:?}.", addr.resource.kind);
        return Err(Diagnostic::error("Invalid ephemeral resource", detail)
            .at(block.range.clone())
            .about(addr.to_string())
            .into());
    };
    let mut troubles = desired.preconditions(addr);
    if troubles.has_errors() {
        return Err(troubles);
    }
    let (config, more) = desired.configuration(addr, schema);
    troubles.extend(more);
    if troubles.has_errors() {
        return Err(troubles);
    }
    let subject = Subject {
        addr: addr.clone(),
        provider: provider.clone(),
        schema: schema.clone(),
        ty: configschema::implied_type(&schema.block),
        ignore: Arc::new(IgnoreChanges::Paths(Vec::new())),
        create_before_destroy: false,
        skip_destroy: false,
        forced: None,
        meta: None,
        declared_at: Some(block.range.clone()),
    };
    Ok((Opening { subject, config: config.unmark_deep().0 }, troubles))
}

impl Opening {
    /// Asks the provider to judge the configuration, which may have been unknown while planning.
    pub(crate) fn validation(&self) -> Question {
        let (provider, kind) = (self.subject.provider.clone(), self.subject.addr.resource.kind.clone());
        Question::ValidateEphemeral { provider, kind, config: self.config.clone() }
    }

    /// Asks the provider to open it.
    pub(crate) fn question(&self) -> Question {
        let (provider, addr) = (self.subject.provider.clone(), self.subject.addr.clone());
        Question::OpenEphemeral { provider, addr, config: self.config.clone() }
    }
}
