//! The schema of a plugin, asked for once, and the types of its objects.

use crate::method::{CallError, Method};
use crate::trouble::diagnostics;
use crate::{Plugin, Protocol};
use configschema::{Block, ProviderSchema, Schema, implied_type};
use diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tfplugin::tfplugin6::DynamicValue;
use tfplugin::{
    BATCHES_READS, dynamic_value, identities_from_wire, provider_schema_from_wire, schema6_from_5, tfplugin5, tfplugin6,
};
use tonic::Code;
use value::{Type, Value};

/// What a plugin declares.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) schema: Arc<ProviderSchema>,
    pub(crate) provider: Type,
    /// Type of `provider_meta`, where there is one.
    pub(crate) meta: Option<Type>,
    /// Whether it answers reads that arrive together with one request.
    pub(crate) batches_reads: bool,
    /// Types that were needed so far, by what and name: big providers have a thousand, a configuration uses ten.
    types: Mutex<BTreeMap<(Kind, Arc<str>), Type>>,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Resource,
    DataSource,
    Ephemeral,
}

impl Kind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Kind::Resource => "resource type",
            Kind::DataSource => "data source",
            Kind::Ephemeral => "ephemeral resource type",
        }
    }
}

impl Declared {
    fn new(schema: ProviderSchema, batches_reads: bool) -> Declared {
        Declared {
            provider: implied_type(&schema.provider),
            meta: schema.provider_meta.as_ref().map(|block: &Block| implied_type(block)),
            schema: Arc::new(schema),
            batches_reads,
            types: Mutex::default(),
        }
    }

    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&Arc<Schema>> {
        match kind {
            Kind::Resource => self.schema.resources.get(name),
            Kind::DataSource => self.schema.data_sources.get(name),
            Kind::Ephemeral => self.schema.ephemeral.get(name),
        }
    }

    /// The type of objects of a kind; `None` when the plugin has no such kind.
    pub(crate) fn ty(&self, kind: Kind, name: &Arc<str>) -> Option<Type> {
        let schema = self.get(kind, name)?;
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        Some(types.entry((kind, name.clone())).or_insert_with(|| implied_type(&schema.block)).clone())
    }
}

impl Declared {
    /// What goes out as `provider_meta`: null where the module says nothing, nothing where the provider has no form for
    /// it.
    pub(crate) fn meta(&self, written: Option<&Value>) -> Option<DynamicValue> {
        let ty = self.meta.as_ref()?;
        Some(match written {
            Some(written) => dynamic_value(written, ty),
            None => dynamic_value(&Value::null(ty.clone()), ty),
        })
    }
}

impl Plugin {
    /// Everything that the provider declares; asked for once in the life of the process.
    ///
    /// # Errors
    /// What the provider had to say, or what is wrong with its schema.
    pub async fn schema(&self) -> Result<Arc<ProviderSchema>, Diagnostics> {
        self.declared().await.map(|declared| declared.schema.clone())
    }

    /// True when any number of questions may be open at once, by the provider's own word (schema/plugin-reads.md). False
    /// until the schema was asked for.
    pub fn batches_reads(&self) -> bool {
        self.schema.get().is_some_and(|declared| declared.batches_reads)
    }

    pub(crate) async fn declared(&self) -> Result<&Declared, Diagnostics> {
        self.schema.get_or_try_init(|| self.load_schema()).await
    }

    async fn load_schema(&self) -> Result<Declared, Diagnostics> {
        let answer = match self.protocol {
            Protocol::V5 => self
                .call_with_headers::<_, tfplugin5::get_provider_schema::Response>(
                    Method::Schema,
                    tfplugin5::get_provider_schema::Request {},
                )
                .await
                .map(|answer| answer.map(schema6_from_5)),
            Protocol::V6 => self.call_with_headers(Method::Schema, tfplugin6::get_provider_schema::Request {}).await,
        };
        let (batches_reads, mut answer) = match answer {
            Ok(answer) => {
                let says = answer.metadata().get(BATCHES_READS).is_some_and(|value| value == "1");
                (says, answer.into_inner())
            }
            Err(error) => return Err(self.call_failed("tell its schema", &error).await.into()),
        };
        let said = diagnostics(std::mem::take(&mut answer.diagnostics));
        if said.has_errors() {
            return Err(said);
        }
        let identities = self.load_identities().await?;
        let read = provider_schema_from_wire(&answer)
            .and_then(|schema| Ok(ProviderSchema { identities: identities_from_wire(&identities)?, ..schema }));
        read.map(|schema| Declared::new(schema, batches_reads)).map_err(|why| {
            Diagnostic::error(
                "Invalid provider schema",
                format!("The schema of the provider {} is invalid: {why}.", self.name()),
            )
            .about(self.name())
            .next("This is a fault of the provider: report it to its authors.")
            .into()
        })
    }

    /// What the provider says of identities: nothing, when it is older than they are.
    async fn load_identities(&self) -> Result<BTreeMap<String, tfplugin6::ResourceIdentitySchema>, Diagnostics> {
        use tfplugin6::get_resource_identity_schemas::{Request, Response};
        let answer: Response = match self.call(Method::IdentitySchemas, Request {}).await {
            Ok(answer) => answer,
            Err(CallError::Failed(status)) if status.code() == Code::Unimplemented => return Ok(BTreeMap::new()),
            Err(error) => return Err(self.call_failed("tell its identity schemas", &error).await.into()),
        };
        let said = diagnostics(answer.diagnostics);
        if said.has_errors() { Err(said) } else { Ok(answer.identity_schemas) }
    }
}
