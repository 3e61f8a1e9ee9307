//! Questions to messages, messages to answers.

use crate::method::Method;
use crate::repeat::without_token;
use crate::schema::{Declared, Kind};
use crate::trouble::diagnostics;
use crate::{Plugin, identity};
use calls::{Answer, ImportedBy, ObjectIdentity, PlannedObject, Question, StoredObject};
use configschema::IdentitySchema;
use diag::{Diagnostic, Diagnostics};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use tfplugin::tfplugin6 as wire;
use tfplugin::{dynamic_value, path_from_wire, read_dynamic_value};
use tonic_prost::prost::Message;
use value::{Type, Value};

/// Deferral comes when the planner can use it; write-only attributes always go through.
pub(crate) const CAPABILITIES: wire::ClientCapabilities = wire::ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: true,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

/// What an object is asked about with, and the words for it in messages.
pub(crate) struct Asked<'a> {
    declared: &'a Declared,
    kind: Kind,
    pub(crate) name: &'a Arc<str>,
    pub(crate) ty: Type,
    pub(crate) what: String,
}

impl Asked<'_> {
    /// How identities of the type look, if it has any.
    pub(crate) fn identity(&self) -> Option<&IdentitySchema> {
        let own = (self.kind == Kind::Resource).then(|| self.declared.schema.identities.get(self.name));
        own.flatten().map(|schema| &**schema)
    }
}

impl Plugin {
    /// Asks a question and waits for as long as it takes. Errors of any kind are part of the answer.
    ///
    /// Values are sent as they are: who asks has seen to it that they are of the schema's type and carry no marks.
    pub async fn ask(&self, question: &Question) -> Answer {
        let failed = |diagnostics| question.not_asked(diagnostics);
        let declared = match self.declared().await {
            Ok(declared) => declared,
            Err(diagnostics) => return failed(diagnostics),
        };
        let asked = |kind: Kind, name, verb: &str| {
            let what = format!("{verb} a {name}");
            declared.ty(kind, name).map(|ty| Asked { declared, kind, name, ty, what }).ok_or_else(|| {
                // Some providers crash when asked about types that they do not have.
                Box::new(failed(self.no_such_type(kind.words(), name).into()))
            })
        };
        let result = match question {
            Question::ValidateProvider { config, .. } => return self.validate_provider(declared, config).await,
            Question::ConfigureProvider { config, .. } => return self.configure(declared, config).await,
            Question::FindByToken { .. } => return Answer::Unsupported,
            Question::CallFunction { function, arguments, .. } => {
                return Answer::Called(self.call_function(function, arguments).await);
            }
            Question::ValidateResource { kind, .. } => asked(Kind::Resource, kind, "validate"),
            Question::ValidateDataSource { kind, .. } => asked(Kind::DataSource, kind, "validate"),
            Question::UpgradeState { kind, .. } => asked(Kind::Resource, kind, "upgrade the state of"),
            Question::Read { kind, .. } => asked(Kind::Resource, kind, "read"),
            Question::Plan { kind, .. } => asked(Kind::Resource, kind, "plan"),
            Question::ReadDataSource { kind, .. } => asked(Kind::DataSource, kind, "read"),
            Question::Import { kind, .. } => asked(Kind::Resource, kind, "import"),
            Question::ValidateEphemeral { kind, .. } => asked(Kind::Ephemeral, kind, "validate"),
            Question::OpenEphemeral { addr, .. } => asked(Kind::Ephemeral, &addr.resource.kind, "open"),
            Question::RenewEphemeral { addr, .. } => asked(Kind::Ephemeral, &addr.resource.kind, "renew"),
            Question::CloseEphemeral { addr, .. } => asked(Kind::Ephemeral, &addr.resource.kind, "close"),
        };
        let asked = match result {
            Ok(asked) => asked,
            Err(answer) => return *answer,
        };
        match question {
            Question::ValidateResource { config, .. }
            | Question::ValidateDataSource { config, .. }
            | Question::ValidateEphemeral { config, .. } => self.validate(&asked, config).await,
            Question::OpenEphemeral { config, .. } => self.open_ephemeral(&asked, config).await,
            Question::RenewEphemeral { private, .. } => self.renew_ephemeral(&asked, private).await,
            Question::CloseEphemeral { private, .. } => self.close_ephemeral(&asked, private).await,
            Question::UpgradeState { version, raw, identity, .. } => {
                self.upgrade(&asked, (*version, raw), identity.as_ref()).await
            }
            Question::Read { current, meta, .. } => self.read(&asked, current, meta.as_ref()).await,
            Question::Plan { .. } => self.plan(&asked, question).await,
            Question::ReadDataSource { config, meta, .. } => self.read_data_source(&asked, config, meta.as_ref()).await,
            Question::Import { by, .. } => self.import(&asked, by).await,
            _ => Answer::Unsupported,
        }
    }

    /// Makes a call of which only the answer or one error is wanted.
    pub(crate) async fn asked<Q, R>(&self, method: Method, request: Q, what: &str) -> Result<R, Diagnostics>
    where
        Q: Message + Send + Sync + 'static,
        R: Message + Default + Send + Sync + 'static,
    {
        match self.call(method, request).await {
            Ok(response) => Ok(response),
            Err(error) => Err(self.call_failed(what, &error).await.into()),
        }
    }

    async fn validate_provider(&self, declared: &Declared, config: &Value) -> Answer {
        use wire::validate_provider_config::{Request, Response};
        let request = Request { config: Some(dynamic_value(config, &declared.provider)) };
        let answer = self.asked::<_, Response>(Method::ValidateProvider, request, "validate its configuration").await;
        Answer::Checked(answer.map_or_else(|error| error, |response| diagnostics(response.diagnostics)))
    }

    async fn configure(&self, declared: &Declared, config: &Value) -> Answer {
        use wire::configure_provider::{Request, Response};
        let request = Request {
            terraform_version: self.terraform_version.to_string(),
            config: Some(dynamic_value(config, &declared.provider)),
            client_capabilities: Some(CAPABILITIES),
        };
        let answer = self.asked::<_, Response>(Method::Configure, request, "take its configuration into use").await;
        Answer::Checked(answer.map_or_else(|error| error, |response| diagnostics(response.diagnostics)))
    }

    async fn validate(&self, asked: &Asked<'_>, config: &Value) -> Answer {
        use wire::{
            validate_data_resource_config as data, validate_ephemeral_resource_config as ephemeral,
            validate_resource_config as resource,
        };
        let (type_name, config) = (asked.name.to_string(), Some(dynamic_value(config, &asked.ty)));
        let said = match asked.kind {
            Kind::Resource => {
                let request = resource::Request { type_name, config, client_capabilities: Some(CAPABILITIES) };
                let answer = self.asked::<_, resource::Response>(Method::ValidateResource, request, &asked.what).await;
                answer.map(|response| response.diagnostics)
            }
            Kind::DataSource => {
                let request = data::Request { type_name, config };
                let answer = self.asked::<_, data::Response>(Method::ValidateDataSource, request, &asked.what).await;
                answer.map(|response| response.diagnostics)
            }
            Kind::Ephemeral => {
                let request = ephemeral::Request { type_name, config };
                let method = Method::ValidateEphemeral;
                let answer = self.asked::<_, ephemeral::Response>(method, request, &asked.what).await;
                answer.map(|response| response.diagnostics)
            }
        };
        Answer::Checked(said.map_or_else(|error| error, diagnostics))
    }

    async fn upgrade(
        &self,
        asked: &Asked<'_>,
        (version, raw): (u64, &Arc<str>),
        identity: Option<&ObjectIdentity>,
    ) -> Answer {
        use wire::upgrade_resource_state::{Request, Response};
        let current = asked.declared.get(asked.kind, asked.name).map_or(0, |schema| schema.version);
        if version > current {
            let detail = format!(
                "The object was last written by a newer version of the provider {} (schema version {version}; this one knows {current}).",
                self.name()
            );
            let diagnostic = Diagnostic::error("Resource instance managed by newer provider version", detail);
            return Answer::Object(
                None,
                diagnostic.about(self.name()).next("Use a newer version of the provider.").into(),
            );
        }
        let json = if version == current { without_foreign(raw, &asked.ty) } else { raw.to_string() };
        let request = Request {
            type_name: asked.name.to_string(),
            version: i64::try_from(version).unwrap_or(i64::MAX),
            raw_state: Some(wire::RawState { json: json.into(), ..Default::default() }),
        };
        match self.asked::<_, Response>(Method::UpgradeState, request, &asked.what).await {
            Ok(response) => {
                let said = diagnostics(response.diagnostics);
                match self.object(asked, response.upgraded_state.as_ref(), Arc::default(), None, said) {
                    Answer::Object(Some(object), mut said) => match self.upgraded_identity(asked, identity).await {
                        Ok(identity) => Answer::Object(Some(StoredObject { identity, ..object }), said),
                        Err(troubles) => {
                            said.extend(troubles);
                            Answer::Object(None, said)
                        }
                    },
                    answer => answer,
                }
            }
            Err(error) => Answer::Object(None, error),
        }
    }

    async fn read(&self, asked: &Asked<'_>, current: &StoredObject, meta: Option<&Value>) -> Answer {
        use wire::read_resource::{Request, Response};
        let request = Request {
            type_name: asked.name.to_string(),
            current_state: Some(dynamic_value(&current.value, &asked.ty)),
            private: current.private.to_vec().into(),
            provider_meta: asked.declared.meta(meta),
            client_capabilities: Some(CAPABILITIES),
            current_identity: identity::to_wire(asked.identity(), current.identity.as_ref()),
        };
        match self.asked::<_, Response>(Method::Read, request, &asked.what).await {
            Ok(response) => {
                let said = self.not_deferred(diagnostics(response.diagnostics), response.deferred);
                let private = response.private.as_ref().into();
                self.object(asked, response.new_state.as_ref(), private, response.new_identity.as_ref(), said)
            }
            Err(error) => Answer::Object(None, error),
        }
    }

    async fn read_data_source(&self, asked: &Asked<'_>, config: &Value, meta: Option<&Value>) -> Answer {
        use wire::read_data_source::{Request, Response};
        let request = Request {
            type_name: asked.name.to_string(),
            config: Some(dynamic_value(config, &asked.ty)),
            provider_meta: asked.declared.meta(meta),
            client_capabilities: Some(CAPABILITIES),
        };
        match self.asked::<_, Response>(Method::ReadDataSource, request, &asked.what).await {
            Ok(response) => {
                let said = self.not_deferred(diagnostics(response.diagnostics), response.deferred);
                self.object(asked, response.state.as_ref(), Arc::default(), None, said)
            }
            Err(error) => Answer::Object(None, error),
        }
    }

    async fn import(&self, asked: &Asked<'_>, by: &ImportedBy) -> Answer {
        use wire::import_resource_state::{Request, Response};
        let (id, identity) = match by {
            ImportedBy::Id(id) => (id.to_string(), None),
            ImportedBy::Identity(identity) => (String::new(), identity::to_wire(asked.identity(), Some(identity))),
        };
        let request =
            Request { type_name: asked.name.to_string(), id, client_capabilities: Some(CAPABILITIES), identity };
        let response = match self.asked::<_, Response>(Method::Import, request, &asked.what).await {
            Ok(response) => response,
            Err(error) => return Answer::Imported(Vec::new(), error),
        };
        let mut said = self.not_deferred(diagnostics(response.diagnostics), response.deferred);
        let mut objects = Vec::new();
        for imported in response.imported_resources {
            let name: Arc<str> = imported.type_name.as_str().into();
            let Some(ty) = asked.declared.ty(Kind::Resource, &name) else {
                said.push(self.no_such_type(Kind::Resource.words(), &name));
                continue;
            };
            let asked = Asked { name: &name, ty, what: asked.what.clone(), ..*asked };
            let private = imported.private.as_ref().into();
            let identity = imported.identity.as_ref();
            match self.object(&asked, imported.state.as_ref(), private, identity, Diagnostics::new()) {
                Answer::Object(Some(object), _) if !object.value.is_null() => objects.push((name, object)),
                other => said.extend(other.diagnostics()),
            }
        }
        let lacks = |(_, object): &(Arc<str>, StoredObject)| object.identity.is_none();
        if matches!(by, ImportedBy::Identity(_)) && objects.iter().any(lacks) {
            let detail = format!("Asked to {} by its identity, the provider gave an object without one.", asked.what);
            said.push(
                Diagnostic::error("Provider produced invalid identity", detail)
                    .about(self.name())
                    .next("This is a fault of the provider: report it to its authors."),
            );
        }
        if said.has_errors() {
            return Answer::Imported(Vec::new(), said);
        }
        if objects.is_empty() {
            let detail = format!("The provider {} found no {} with {}.", self.name(), asked.name, by.words());
            let error = Diagnostic::error("Cannot import non-existent remote object", detail);
            said.push(
                error.about(self.name()).next("Check the id, and that the provider is configured for its place."),
            );
        }
        Answer::Imported(objects, said)
    }

    async fn plan(&self, asked: &Asked<'_>, question: &Question) -> Answer {
        use wire::plan_resource_change::{Request, Response};
        let Question::Plan { prior, proposed, config, private, identity, meta, .. } = question else {
            return Answer::Unsupported;
        };
        let request = Request {
            type_name: asked.name.to_string(),
            prior_state: Some(dynamic_value(prior, &asked.ty)),
            proposed_new_state: Some(dynamic_value(proposed, &asked.ty)),
            config: Some(dynamic_value(config, &asked.ty)),
            prior_private: private.to_vec().into(),
            provider_meta: asked.declared.meta(meta.as_ref()),
            client_capabilities: Some(CAPABILITIES),
            prior_identity: identity::to_wire(asked.identity(), identity.as_ref()),
            ..Default::default()
        };
        let response = match self.asked::<_, Response>(Method::Plan, request, &asked.what).await {
            Ok(response) => response,
            Err(error) => return Answer::Planned(None, error),
        };
        let mut said = self.not_deferred(diagnostics(response.diagnostics), response.deferred);
        if said.has_errors() {
            return Answer::Planned(None, said);
        }
        match read_dynamic_value(response.planned_state.as_ref(), &asked.ty) {
            Ok(planned) => {
                let planned = PlannedObject {
                    planned,
                    requires_replace: response.requires_replace.iter().map(path_from_wire).collect(),
                    private: without_token(&response.planned_private).into(),
                    legacy: response.legacy_type_system,
                };
                Answer::Planned(Some(planned), said)
            }
            Err(error) => {
                said.push(self.invalid_object(&asked.what, &error));
                Answer::Planned(None, said)
            }
        }
    }

    /// An object that must be wholly known; none when there are errors.
    fn object(
        &self,
        asked: &Asked<'_>,
        message: Option<&wire::DynamicValue>,
        private: Arc<[u8]>,
        identity: Option<&wire::ResourceIdentityData>,
        mut said: Diagnostics,
    ) -> Answer {
        if said.has_errors() {
            return Answer::Object(None, said);
        }
        let identity = match identity::from_wire(asked.identity(), identity) {
            Ok(identity) => identity,
            Err(why) => {
                said.push(self.invalid_identity(asked, &why));
                return Answer::Object(None, said);
            }
        };
        match read_dynamic_value(message, &asked.ty) {
            Ok(value) if value.is_wholly_known() => {
                Answer::Object(Some(StoredObject { value, private, identity }), said)
            }
            Ok(_) => {
                let reason = "an attribute is unknown, though only a plan may hold unknown values".to_string();
                let error = tfplugin::DecodeError { path: value::Path::ROOT, reason };
                said.push(self.invalid_object(&asked.what, &error));
                Answer::Object(None, said)
            }
            Err(error) => {
                said.push(self.invalid_object(&asked.what, &error));
                Answer::Object(None, said)
            }
        }
    }

    /// No provider may defer unless it was told that it may.
    pub(crate) fn not_deferred(&self, mut said: Diagnostics, deferred: Option<wire::Deferred>) -> Diagnostics {
        if deferred.is_some() && !said.has_errors() {
            let detail = format!("The provider {} deferred a change although deferral was not allowed.", self.name());
            said.push(
                Diagnostic::error("Invalid deferral", detail)
                    .about(self.name())
                    .next("This is a fault of the provider: report it to its authors."),
            );
        }
        said
    }
}

/// Stored attributes without those that the schema has no more, as Terraform sends them when the schema version is
/// the same; verbatim when there are none such, white space included.
fn without_foreign(raw: &Arc<str>, ty: &Type) -> String {
    let Type::Object(object) = ty else { return raw.to_string() };
    let Ok(mut stored) = serde_json::from_str::<BTreeMap<&str, &RawValue>>(raw) else { return raw.to_string() };
    let before = stored.len();
    stored.retain(|name, _| object.attributes.contains_key(*name));
    if stored.len() == before {
        return raw.to_string();
    }
    serde_json::to_string(&stored).unwrap_or_else(|_| raw.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_attributes_that_are_gone() {
        let ty = Type::object([("a", Type::Number), ("b", Type::String)]);
        let rows = [
            (r#"{ "a": 1.0, "b": null }"#, r#"{ "a": 1.0, "b": null }"#),
            (r#"{"z":[1],"a":123456789012345678901234567890}"#, r#"{"a":123456789012345678901234567890}"#),
            ("not json", "not json"),
        ];
        for (raw, want) in rows {
            assert_eq!(without_foreign(&raw.into(), &ty), want);
        }
    }
}
