//! The calls by name, and one way to make them.
//!
//! Messages of protocol 6 serve protocol 5 as well: what hosts send and read has the same bytes in both, except
//! schemas, which have a call of their own.

use crate::{Plugin, Protocol};
use tfplugin::MESSAGE_LIMIT;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tonic_prost::prost::Message;

/// A call of the provider service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Schema,
    IdentitySchemas,
    ValidateProvider,
    ValidateResource,
    ValidateDataSource,
    UpgradeState,
    UpgradeIdentity,
    Configure,
    Read,
    Plan,
    Apply,
    ReadDataSource,
    Import,
    ValidateEphemeral,
    OpenEphemeral,
    RenewEphemeral,
    CloseEphemeral,
    CallFunction,
    Stop,
}

impl Method {
    pub(crate) fn path(self, protocol: Protocol) -> &'static str {
        let [v5, v6] = match self {
            Method::Schema => ["/tfplugin5.Provider/GetSchema", "/tfplugin6.Provider/GetProviderSchema"],
            Method::IdentitySchemas => {
                ["/tfplugin5.Provider/GetResourceIdentitySchemas", "/tfplugin6.Provider/GetResourceIdentitySchemas"]
            }
            Method::ValidateProvider => {
                ["/tfplugin5.Provider/PrepareProviderConfig", "/tfplugin6.Provider/ValidateProviderConfig"]
            }
            Method::ValidateResource => {
                ["/tfplugin5.Provider/ValidateResourceTypeConfig", "/tfplugin6.Provider/ValidateResourceConfig"]
            }
            Method::ValidateDataSource => {
                ["/tfplugin5.Provider/ValidateDataSourceConfig", "/tfplugin6.Provider/ValidateDataResourceConfig"]
            }
            Method::UpgradeState => {
                ["/tfplugin5.Provider/UpgradeResourceState", "/tfplugin6.Provider/UpgradeResourceState"]
            }
            Method::UpgradeIdentity => {
                ["/tfplugin5.Provider/UpgradeResourceIdentity", "/tfplugin6.Provider/UpgradeResourceIdentity"]
            }
            Method::Configure => ["/tfplugin5.Provider/Configure", "/tfplugin6.Provider/ConfigureProvider"],
            Method::Read => ["/tfplugin5.Provider/ReadResource", "/tfplugin6.Provider/ReadResource"],
            Method::Plan => ["/tfplugin5.Provider/PlanResourceChange", "/tfplugin6.Provider/PlanResourceChange"],
            Method::Apply => ["/tfplugin5.Provider/ApplyResourceChange", "/tfplugin6.Provider/ApplyResourceChange"],
            Method::ReadDataSource => ["/tfplugin5.Provider/ReadDataSource", "/tfplugin6.Provider/ReadDataSource"],
            Method::Import => ["/tfplugin5.Provider/ImportResourceState", "/tfplugin6.Provider/ImportResourceState"],
            Method::ValidateEphemeral => [
                "/tfplugin5.Provider/ValidateEphemeralResourceConfig",
                "/tfplugin6.Provider/ValidateEphemeralResourceConfig",
            ],
            Method::OpenEphemeral => {
                ["/tfplugin5.Provider/OpenEphemeralResource", "/tfplugin6.Provider/OpenEphemeralResource"]
            }
            Method::RenewEphemeral => {
                ["/tfplugin5.Provider/RenewEphemeralResource", "/tfplugin6.Provider/RenewEphemeralResource"]
            }
            Method::CloseEphemeral => {
                ["/tfplugin5.Provider/CloseEphemeralResource", "/tfplugin6.Provider/CloseEphemeralResource"]
            }
            Method::CallFunction => ["/tfplugin5.Provider/CallFunction", "/tfplugin6.Provider/CallFunction"],
            Method::Stop => ["/tfplugin5.Provider/Stop", "/tfplugin6.Provider/StopProvider"],
        };
        match protocol {
            Protocol::V5 => v5,
            Protocol::V6 => v6,
        }
    }
}

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The plugin was gone before the request was sent: nothing has happened.
    NotSent,
    /// No answer came, or a status in its place.
    Failed(Box<Status>),
}

impl Plugin {
    /// Makes a call and waits for as long as it takes.
    pub(crate) async fn call<Q, R>(&self, method: Method, request: Q) -> Result<R, CallError>
    where
        Q: Message + Send + Sync + 'static,
        R: Message + Default + Send + Sync + 'static,
    {
        self.call_with_headers(method, request).await.map(Response::into_inner)
    }

    /// The same, with the headers of the answer.
    pub(crate) async fn call_with_headers<Q, R>(&self, method: Method, request: Q) -> Result<Response<R>, CallError>
    where
        Q: Message + Send + Sync + 'static,
        R: Message + Default + Send + Sync + 'static,
    {
        if self.process.has_ended() {
            return Err(CallError::NotSent);
        }
        let mut grpc = tonic::client::Grpc::new(self.channel.clone())
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        grpc.ready().await.map_err(|_| CallError::NotSent)?;
        let path = PathAndQuery::from_static(method.path(self.protocol));
        let codec: ProstCodec<Q, R> = ProstCodec::default();
        grpc.unary(Request::new(request), path, codec).await.map_err(|status| CallError::Failed(Box::new(status)))
    }
}
