//! Ephemeral resources: opened, renewed, closed.

use crate::Plugin;
use crate::ask::{Asked, CAPABILITIES};
use crate::method::Method;
use crate::trouble::diagnostics;
use calls::{Answer, OpenedEphemeral, RenewedEphemeral};
use std::sync::Arc;
use std::time::SystemTime;
use tfplugin::tfplugin6 as wire;
use tfplugin::{dynamic_value, read_dynamic_value};
use value::Value;

impl Plugin {
    pub(crate) async fn open_ephemeral(&self, asked: &Asked<'_>, config: &Value) -> Answer {
        use wire::open_ephemeral_resource::{Request, Response};
        let request = Request {
            type_name: asked.name.to_string(),
            config: Some(dynamic_value(config, &asked.ty)),
            client_capabilities: Some(CAPABILITIES),
        };
        let response = match self.asked::<_, Response>(Method::OpenEphemeral, request, &asked.what).await {
            Ok(response) => response,
            Err(error) => return Answer::Opened(None, error),
        };
        let mut said = self.not_deferred(diagnostics(response.diagnostics), response.deferred);
        if said.has_errors() {
            return Answer::Opened(None, said);
        }
        match read_dynamic_value(response.result.as_ref(), &asked.ty) {
            Ok(value) => {
                let private: Arc<[u8]> = response.private.unwrap_or_default().as_ref().into();
                let renew_at = response.renew_at.and_then(|at| SystemTime::try_from(at).ok());
                Answer::Opened(Some(OpenedEphemeral { value, private, renew_at }), said)
            }
            Err(error) => {
                said.push(self.invalid_object(&asked.what, &error));
                Answer::Opened(None, said)
            }
        }
    }

    pub(crate) async fn renew_ephemeral(&self, asked: &Asked<'_>, private: &[u8]) -> Answer {
        use wire::renew_ephemeral_resource::{Request, Response};
        let request = Request { type_name: asked.name.to_string(), private: Some(private.to_vec().into()) };
        match self.asked::<_, Response>(Method::RenewEphemeral, request, &asked.what).await {
            Ok(response) => {
                let said = diagnostics(response.diagnostics);
                let private = response.private.unwrap_or_default().as_ref().into();
                let renew_at = response.renew_at.and_then(|at| SystemTime::try_from(at).ok());
                let renewed = (!said.has_errors()).then_some(RenewedEphemeral { private, renew_at });
                Answer::Renewed(renewed, said)
            }
            Err(error) => Answer::Renewed(None, error),
        }
    }

    pub(crate) async fn close_ephemeral(&self, asked: &Asked<'_>, private: &[u8]) -> Answer {
        use wire::close_ephemeral_resource::{Request, Response};
        let request = Request { type_name: asked.name.to_string(), private: Some(private.to_vec().into()) };
        let answer = self.asked::<_, Response>(Method::CloseEphemeral, request, &asked.what).await;
        Answer::Checked(answer.map_or_else(|error| error, |response| diagnostics(response.diagnostics)))
    }
}
