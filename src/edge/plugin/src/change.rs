//! The one call that changes the world.

use crate::method::{CallError, Method};
use crate::repeat::{to_send, without_repeated};
use crate::schema::Kind;
use crate::trouble::diagnostics;
use crate::{Plugin, identity};
use calls::{ChangeAnswer, ChangeRequest, StoredObject};
use configschema::IdentitySchema;
use diag::Diagnostics;
use tfplugin::tfplugin6::apply_resource_change as wire;
use tfplugin::{dynamic_value, read_dynamic_value};
use tonic::Code;
use value::Type;

impl Plugin {
    /// Sends a change and waits for as long as it takes; never cut off by a time limit.
    ///
    /// The outcome is in doubt when the request was sent and no answer came that we can read: the provider may have
    /// carried it out. Dropping the future has the same effect, so nobody does while a change is under way.
    pub async fn change(&self, request: &ChangeRequest) -> ChangeAnswer {
        let not_sent = |diagnostics: Diagnostics| answer(None, diagnostics, Doubt::None);
        let declared = match self.declared().await {
            Ok(declared) => declared,
            Err(diagnostics) => return not_sent(diagnostics),
        };
        let Some(ty) = declared.ty(Kind::Resource, &request.kind) else {
            return not_sent(self.no_such_type(Kind::Resource.words(), &request.kind).into());
        };
        let identity = declared.schema.identities.get(&request.kind).map(|schema| &**schema);
        let message = wire::Request {
            type_name: request.kind.to_string(),
            prior_state: Some(dynamic_value(&request.prior, &ty)),
            planned_state: Some(dynamic_value(&request.planned, &ty)),
            config: Some(dynamic_value(&request.config, &ty)),
            planned_private: to_send(&request.private, &request.token, request.repeated).into(),
            provider_meta: declared.meta(request.meta.as_ref()),
            planned_identity: identity::to_wire(identity, request.identity.as_ref()),
        };
        let what = format!("{} a {}", verb(request), request.kind);
        match self.call::<_, wire::Response>(Method::Apply, message).await {
            Ok(response) => self.changed(response, &ty, identity, &what),
            Err(error) => {
                let sent = match &error {
                    CallError::NotSent => Doubt::None,
                    // The provider does not know the call: it cannot have carried it out.
                    CallError::Failed(status) if status.code() == Code::Unimplemented => Doubt::None,
                    CallError::Failed(_) => Doubt::Whole,
                };
                answer(None, self.call_failed(&what, &error).await.into(), sent)
            }
        }
    }

    /// Whatever comes back is kept, with errors and all.
    fn changed(
        &self,
        response: wire::Response,
        ty: &Type,
        identity: Option<&IdentitySchema>,
        what: &str,
    ) -> ChangeAnswer {
        let mut diagnostics = diagnostics(response.diagnostics);
        let identity = match identity::from_wire(identity, response.new_identity.as_ref()) {
            Ok(identity) => identity,
            // The object is kept all the same.
            Err(why) => {
                diagnostics.push(identity::invalid(self.name(), what, &why));
                None
            }
        };
        match read_dynamic_value(response.new_state.as_ref(), ty) {
            Ok(value) => {
                let private = without_repeated(&response.private).into();
                let object = Some(StoredObject { value, private, identity });
                ChangeAnswer { legacy: response.legacy_type_system, ..answer(object, diagnostics, Doubt::None) }
            }
            Err(error) => {
                diagnostics.push(self.invalid_object(what, &error));
                answer(None, diagnostics, Doubt::Whole)
            }
        }
    }
}

/// How sure we are of what came of a request.
enum Doubt {
    None,
    Whole,
}

fn answer(object: Option<StoredObject>, diagnostics: Diagnostics, doubt: Doubt) -> ChangeAnswer {
    ChangeAnswer { object, diagnostics, legacy: false, in_doubt: matches!(doubt, Doubt::Whole) }
}

fn verb(request: &ChangeRequest) -> &'static str {
    match (request.prior.is_null(), request.planned.is_null()) {
        (true, _) => "create",
        (_, true) => "delete",
        _ => "update",
    }
}
