//! The provider service: each call of the protocol as one method, in the protocol's order.
//!
//! Calls that nobody here serves keep the generated answer UNIMPLEMENTED, which hosts take for "none".

use crate::answers::{answered, findings, identity, object, read, unknown_outcome};
use crate::finding::error;
use crate::plan::{PlanRequest, with_empty_blocks};
use crate::private::{self, Envelope, fresh_token};
use crate::serve::Running;
use crate::{ChangeRequest, DataSource, EphemeralResource, Function, Provider, Repeat, Reply, Resource, StoredState};
use configschema::{IdentitySchema, ProviderSchema, Schema, implied_type};
use std::collections::BTreeMap;
use std::sync::Arc;
use tfplugin::tfplugin6::{self as wire, provider_server::Provider as Service};
use tfplugin::{BATCHES_READS, decode_json, dynamic_value, identities_to_wire, path_to_wire, provider_schema_to_wire};
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, async_trait};
use value::{Type, Value};

/// A resource type or data source as it is served.
struct Entry<T: ?Sized> {
    served: Arc<T>,
    schema: Arc<Schema>,
    ty: Type,
}

impl<T: ?Sized> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Entry { served: self.served.clone(), schema: self.schema.clone(), ty: self.ty.clone() }
    }
}

/// All that a provider declares, as hosts are told it.
pub fn provider_schema(provider: &dyn Provider) -> ProviderSchema {
    let resources = provider.resources().into_iter();
    let data_sources = provider.data_sources().into_iter();
    let ephemeral = provider.ephemeral_resources().into_iter();
    ProviderSchema {
        provider: provider.schema(),
        resources: resources.map(|(name, kind)| (name.into(), Arc::new(kind.schema()))).collect(),
        data_sources: data_sources.map(|(name, source)| (name.into(), Arc::new(source.schema()))).collect(),
        ephemeral: ephemeral.map(|(name, kind)| (name.into(), Arc::new(kind.schema()))).collect(),
        functions: provider
            .functions()
            .into_iter()
            .map(|(name, function)| (name.into(), function.signature()))
            .collect(),
        plan_destroy: false,
        provider_meta: None,
        identities: provider
            .resources()
            .into_iter()
            .filter_map(|(name, kind)| Some((name.into(), Arc::new(kind.identity_schema()?))))
            .collect(),
    }
}

/// A provider as it is served.
pub(crate) struct ProviderService {
    provider: Arc<dyn Provider>,
    provider_type: Type,
    schema: wire::get_provider_schema::Response,
    identities: BTreeMap<Arc<str>, Arc<IdentitySchema>>,
    resources: BTreeMap<String, Entry<dyn Resource>>,
    data_sources: BTreeMap<String, Entry<dyn DataSource>>,
    ephemeral: BTreeMap<String, Entry<dyn EphemeralResource>>,
    functions: BTreeMap<String, (Arc<dyn Function>, configschema::Function)>,
    running: Running,
}

impl ProviderService {
    pub(crate) fn new(provider: Arc<dyn Provider>, running: Running) -> ProviderService {
        fn entry<T: ?Sized>(served: Arc<T>, schema: Option<&Arc<Schema>>) -> Entry<T> {
            let schema = schema.cloned().unwrap_or_default();
            Entry { ty: implied_type(&schema.block), schema, served }
        }
        let schema = provider_schema(&*provider);
        let resources = provider.resources().into_iter();
        let resources = resources.map(|(n, r)| (n.to_string(), entry(r, schema.resources.get(n)))).collect();
        let data_sources = provider.data_sources().into_iter();
        let data_sources = data_sources.map(|(n, d)| (n.to_string(), entry(d, schema.data_sources.get(n)))).collect();
        let ephemeral = provider.ephemeral_resources().into_iter();
        let ephemeral = ephemeral.map(|(n, e)| (n.to_string(), entry(e, schema.ephemeral.get(n)))).collect();
        let functions =
            provider.functions().into_iter().map(|(n, f)| (n.to_string(), (f.clone(), f.signature()))).collect();
        ProviderService {
            provider_type: implied_type(&schema.provider),
            schema: provider_schema_to_wire(&schema),
            identities: schema.identities,
            provider,
            resources,
            data_sources,
            ephemeral,
            functions,
            running,
        }
    }

    fn resource(&self, name: &str) -> Result<Entry<dyn Resource>, Status> {
        self.resources.get(name).cloned().ok_or_else(|| Status::not_found(format!("no resource type {name:?}")))
    }

    fn identity(&self, name: &str) -> Option<Arc<IdentitySchema>> {
        self.identities.get(name).cloned()
    }

    fn data_source(&self, name: &str) -> Result<Entry<dyn DataSource>, Status> {
        self.data_sources.get(name).cloned().ok_or_else(|| Status::not_found(format!("no data source {name:?}")))
    }

    fn ephemeral(&self, name: &str) -> Result<Entry<dyn EphemeralResource>, Status> {
        self.ephemeral.get(name).cloned().ok_or_else(|| Status::not_found(format!("no ephemeral resource {name:?}")))
    }

    /// Runs a call to its end, even when the host is gone: what was begun is finished, and not lost half-way by us.
    /// A panic ends the call and nothing else.
    async fn to_the_end<T: Send + 'static>(
        &self,
        call: impl std::future::Future<Output = T> + Send + 'static,
    ) -> Result<T, Status> {
        let running = self.running.begin();
        let done = tokio::spawn(async move {
            let _running = running;
            call.await
        });
        done.await.map_err(|_| Status::internal("the provider panicked; its text is on stderr"))
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn checked(
    config: Option<&wire::DynamicValue>,
    ty: &Type,
    check: impl FnOnce(&Value) -> crate::Findings,
) -> Result<Vec<wire::Diagnostic>, Status> {
    read(config, ty).map(|config| findings(check(&config)))
}

#[async_trait]
impl Service for ProviderService {
    async fn get_provider_schema(
        &self,
        _: Request<wire::get_provider_schema::Request>,
    ) -> Answer<wire::get_provider_schema::Response> {
        let mut answer = Response::new(self.schema.clone());
        if self.provider.batches_reads() {
            answer.metadata_mut().insert(BATCHES_READS, MetadataValue::from_static("1"));
        }
        Ok(answer)
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answer<wire::get_resource_identity_schemas::Response> {
        let identity_schemas = identities_to_wire(&self.identities);
        Ok(Response::new(wire::get_resource_identity_schemas::Response { identity_schemas, diagnostics: Vec::new() }))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answer<wire::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let Entry { served, .. } = self.resource(&request.type_name)?;
        let schema = self.identity(&request.type_name);
        let ty = schema.ok_or_else(|| Status::not_found(format!("{:?} has no identity", request.type_name)))?.ty();
        let version = u64::try_from(request.version).unwrap_or_default();
        let json = request.raw_identity.unwrap_or_default().json.to_vec();
        let stored = StoredState { version, json };
        let reply = self.to_the_end(async move { served.upgrade_identity(stored).await }).await?;
        let mut said = reply.findings;
        let upgraded = reply.result.and_then(|json| match decode_json(&json, &ty) {
            Ok(value) => Some(wire::ResourceIdentityData { identity_data: Some(dynamic_value(&value, &ty)) }),
            Err(why) => {
                let detail =
                    format!("The stored identity does not follow the current one at {}: {}.", why.path, why.reason);
                said.push(error("Stored identity cannot be upgraded", detail));
                None
            }
        });
        Ok(Response::new(wire::upgrade_resource_identity::Response {
            upgraded_identity: upgraded,
            diagnostics: findings(said),
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Answer<wire::validate_provider_config::Response> {
        let check = |config: &Value| self.provider.validate(config);
        let diagnostics = checked(request.get_ref().config.as_ref(), &self.provider_type, check)?;
        Ok(Response::new(wire::validate_provider_config::Response { diagnostics }))
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answer<wire::validate_resource_config::Response> {
        let entry = self.resource(&request.get_ref().type_name)?;
        let diagnostics =
            checked(request.get_ref().config.as_ref(), &entry.ty, |config| entry.served.validate(config))?;
        Ok(Response::new(wire::validate_resource_config::Response { diagnostics }))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answer<wire::validate_data_resource_config::Response> {
        let entry = self.data_source(&request.get_ref().type_name)?;
        let diagnostics =
            checked(request.get_ref().config.as_ref(), &entry.ty, |config| entry.served.validate(config))?;
        Ok(Response::new(wire::validate_data_resource_config::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answer<wire::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let entry = self.resource(&request.type_name)?;
        let version = u64::try_from(request.version).unwrap_or_default();
        let json = request.raw_state.unwrap_or_default().json.to_vec();
        let served = entry.served.clone();
        let reply = self.to_the_end(async move { served.upgrade(StoredState { version, json }).await }).await?;
        let mut said = reply.findings;
        let upgraded = reply.result.and_then(|json| match decode_json(&json, &entry.ty) {
            Ok(value) => Some(with_empty_blocks(&entry.schema.block, &value)),
            Err(why) => {
                let detail =
                    format!("The stored object cannot be read by the current schema at {}: {}.", why.path, why.reason);
                said.push(error("Stored object cannot be upgraded", detail));
                None
            }
        });
        let upgraded = upgraded.unwrap_or_else(|| Value::null(entry.ty.clone()));
        Ok(Response::new(wire::upgrade_resource_state::Response {
            upgraded_state: Some(dynamic_value(&upgraded, &entry.ty)),
            diagnostics: findings(said),
        }))
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Answer<wire::configure_provider::Response> {
        let config = read(request.get_ref().config.as_ref(), &self.provider_type)?;
        let provider = self.provider.clone();
        let said = self.to_the_end(async move { provider.configure(&config).await }).await?;
        Ok(Response::new(wire::configure_provider::Response { diagnostics: findings(said) }))
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Answer<wire::read_resource::Response> {
        let request = request.into_inner();
        let Entry { served, ty, .. } = self.resource(&request.type_name)?;
        let current = object(read(request.current_state.as_ref(), &ty)?, &request.private);
        let (repeat, asked) = (served.repeat(), served.clone());
        let reply = self.to_the_end(async move { asked.read(current).await }).await?;
        let schema = self.identity(&request.type_name);
        let new_identity = identity(&*served, schema.as_deref(), reply.result.as_ref());
        let answer = answered(reply, &ty, repeat);
        Ok(Response::new(wire::read_resource::Response {
            new_identity,
            new_state: answer.state,
            diagnostics: answer.diagnostics,
            private: answer.private.into(),
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answer<wire::plan_resource_change::Response> {
        let request = request.into_inner();
        let Entry { served, ty, .. } = self.resource(&request.type_name)?;
        let proposed = read(request.proposed_new_state.as_ref(), &ty)?;
        if proposed.is_null() {
            // Nobody is told to ask this, and hosts that do expect what they would have made up themselves.
            return Ok(Response::new(wire::plan_resource_change::Response {
                planned_state: Some(dynamic_value(&proposed, &ty)),
                planned_private: request.prior_private,
                ..Default::default()
            }));
        }
        let asked = PlanRequest {
            prior: read(request.prior_state.as_ref(), &ty)?,
            config: read(request.config.as_ref(), &ty)?,
            proposed,
            private: Envelope::read(&request.prior_private).private,
        };
        let (repeat, legacy) = (served.repeat(), served.legacy());
        let Reply { result, findings: said, .. } = self.to_the_end(async move { served.plan(&asked).await }).await?;
        let mut answer = wire::plan_resource_change::Response {
            // An object keeps its identity; that of a new one nobody knows yet.
            planned_identity: request.prior_identity,
            diagnostics: findings(said),
            legacy_type_system: legacy,
            ..Default::default()
        };
        match result {
            Some(planned) => {
                answer.planned_state = Some(dynamic_value(&planned.value, &ty));
                answer.requires_replace = planned.requires_replace.iter().map(path_to_wire).collect();
                answer.planned_private = private::planned(&planned.private, repeat).into();
            }
            None => answer.planned_state = Some(dynamic_value(&Value::null(ty.clone()), &ty)),
        }
        Ok(Response::new(answer))
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answer<wire::apply_resource_change::Response> {
        let request = request.into_inner();
        let Entry { served, ty, .. } = self.resource(&request.type_name)?;
        let envelope = Envelope::read(&request.planned_private);
        let change = ChangeRequest {
            prior: read(request.prior_state.as_ref(), &ty)?,
            planned: read(request.planned_state.as_ref(), &ty)?,
            config: read(request.config.as_ref(), &ty)?,
            private: envelope.private,
            token: envelope.token.unwrap_or_else(fresh_token),
            repeated: envelope.repeated,
        };
        let (repeat, legacy) = (served.repeat(), served.legacy());
        // What stands when nothing comes of it: the object before.
        let before = object(change.prior.clone(), &request.planned_private);
        let asked = served.clone();
        let reply = self
            .to_the_end(async move {
                let served = asked;
                match (change.prior.is_null(), change.planned.is_null()) {
                    (_, true) => {
                        let findings = served.delete(change).await;
                        let failed = findings.iter().any(|finding| finding.diagnostic.is_error());
                        Reply { result: failed.then_some(before), findings, in_doubt: false }
                    }
                    (true, _) => served.create(change).await,
                    _ => {
                        let reply = served.update(change).await;
                        Reply { result: reply.result.or(Some(before)), ..reply }
                    }
                }
            })
            .await?;
        if reply.in_doubt {
            return Err(unknown_outcome(&reply.findings));
        }
        let schema = self.identity(&request.type_name);
        let new_identity = identity(&*served, schema.as_deref(), reply.result.as_ref());
        let answer = answered(reply, &ty, repeat);
        Ok(Response::new(wire::apply_resource_change::Response {
            new_identity,
            new_state: answer.state,
            private: answer.private.into(),
            diagnostics: answer.diagnostics,
            legacy_type_system: legacy,
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answer<wire::import_resource_state::Response> {
        let wire::import_resource_state::Request { type_name, id, identity: by, .. } = request.into_inner();
        let Entry { served, ty, .. } = self.resource(&type_name)?;
        let schema = self.identity(&type_name);
        let given = by.as_ref().and_then(|by| by.identity_data.as_ref());
        let given = match (given, &schema) {
            (Some(given), Some(schema)) => Some(read(Some(given), &schema.ty())?),
            _ => None,
        };
        let (repeat, asked) = (served.repeat(), served.clone());
        let import = async move {
            match given {
                Some(given) => asked.import_identity(&given).await,
                None => asked.import(&id).await,
            }
        };
        let reply = self.to_the_end(import).await?;
        let found = reply.result.is_some();
        let identity = identity(&*served, schema.as_deref(), reply.result.as_ref()).or(by);
        let answer = answered(reply, &ty, repeat);
        let imported = wire::import_resource_state::ImportedResource {
            type_name,
            state: answer.state,
            private: answer.private.into(),
            identity,
        };
        Ok(Response::new(wire::import_resource_state::Response {
            imported_resources: if found { vec![imported] } else { Vec::new() },
            diagnostics: answer.diagnostics,
            ..Default::default()
        }))
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Answer<wire::read_data_source::Response> {
        let request = request.into_inner();
        let Entry { served, ty, .. } = self.data_source(&request.type_name)?;
        let config = read(request.config.as_ref(), &ty)?;
        let reply = self.to_the_end(async move { served.read(&config).await }).await?;
        let value = reply.result.unwrap_or_else(|| Value::null(ty.clone()));
        Ok(Response::new(wire::read_data_source::Response {
            state: Some(dynamic_value(&value, &ty)),
            diagnostics: findings(reply.findings),
            ..Default::default()
        }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answer<wire::validate_ephemeral_resource_config::Response> {
        let entry = self.ephemeral(&request.get_ref().type_name)?;
        let diagnostics =
            checked(request.get_ref().config.as_ref(), &entry.ty, |config| entry.served.validate(config))?;
        Ok(Response::new(wire::validate_ephemeral_resource_config::Response { diagnostics }))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answer<wire::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        let Entry { served, ty, .. } = self.ephemeral(&request.type_name)?;
        let config = read(request.config.as_ref(), &ty)?;
        let reply = self.to_the_end(async move { served.open(&config).await }).await?;
        let mut answer =
            wire::open_ephemeral_resource::Response { diagnostics: findings(reply.findings), ..Default::default() };
        if let Some(opened) = reply.result {
            answer.result = Some(dynamic_value(&opened.value, &ty));
            answer.private = Some(private::kept(&opened.private, Repeat::Never).into());
            answer.renew_at = opened.renew_at.map(Into::into);
        }
        Ok(Response::new(answer))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answer<wire::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        let Entry { served, .. } = self.ephemeral(&request.type_name)?;
        let kept = Envelope::read(&request.private.unwrap_or_default()).private;
        let reply = self.to_the_end(async move { served.renew(kept).await }).await?;
        let mut answer =
            wire::renew_ephemeral_resource::Response { diagnostics: findings(reply.findings), ..Default::default() };
        if let Some(renewed) = reply.result {
            answer.private = Some(private::kept(&renewed.private, Repeat::Never).into());
            answer.renew_at = renewed.renew_at.map(Into::into);
        }
        Ok(Response::new(answer))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answer<wire::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        let Entry { served, .. } = self.ephemeral(&request.type_name)?;
        let kept = Envelope::read(&request.private.unwrap_or_default()).private;
        let said = self.to_the_end(async move { served.close(kept).await }).await?;
        Ok(Response::new(wire::close_ephemeral_resource::Response { diagnostics: findings(said) }))
    }

    async fn get_functions(&self, _: Request<wire::get_functions::Request>) -> Answer<wire::get_functions::Response> {
        Ok(Response::new(wire::get_functions::Response {
            functions: self.schema.functions.clone(),
            diagnostics: Vec::new(),
        }))
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Answer<wire::call_function::Response> {
        let request = request.into_inner();
        let (function, signature) = self
            .functions
            .get(&request.name)
            .cloned()
            .ok_or_else(|| Status::not_found(format!("no function {:?}", request.name)))?;
        let mut arguments = Vec::with_capacity(request.arguments.len());
        for (i, argument) in request.arguments.iter().enumerate() {
            let parameter = signature.parameters.get(i).or(signature.variadic.as_ref());
            let parameter = parameter.ok_or_else(|| Status::invalid_argument("too many arguments"))?;
            arguments.push(read(Some(argument), &parameter.ty)?);
        }
        let result = self.to_the_end(async move { function.call(&arguments) }).await?;
        Ok(Response::new(match result {
            Ok(value) => {
                wire::call_function::Response { result: Some(dynamic_value(&value, &signature.result)), error: None }
            }
            Err(why) => wire::call_function::Response {
                result: None,
                error: Some(wire::FunctionError {
                    text: why.text,
                    function_argument: why.argument.and_then(|i| i64::try_from(i).ok()),
                }),
            },
        }))
    }

    async fn stop_provider(&self, _: Request<wire::stop_provider::Request>) -> Answer<wire::stop_provider::Response> {
        // Nothing is cut off here: how a call comes to an early end, only the provider knows.
        self.provider.stop();
        Ok(Response::new(wire::stop_provider::Response::default()))
    }
}
