//! Holds: the provider protocol as bytes: messages 5 and 6, values as msgpack, schemas, diagnostics, the handshake
//! line, certificates. The host (`edge/plugin`) and the author side (`providers/sdk`) share it.
//! May touch: value, configschema, diag.
//! Never: sockets, processes, files.

mod certificate;
mod diagnostics;
mod dynamic_value;
mod handshake;
mod json;
mod msgpack;
mod schema;

pub use certificate::{CertificateError, Identity, certificate_from_pem, client_tls, client_tls_unasked, server_tls};
pub use diagnostics::{PointedDiagnostic, path_from_wire, path_to_wire};
pub use dynamic_value::{dynamic_value, read_dynamic_value};
pub use handshake::{Address, Handshake, HandshakeError, env};
pub use json::decode_json;
pub use msgpack::{DecodeError, decode, encode};
pub use schema::{
    function_from_wire, function_to_wire, identities_from_wire, identities_to_wire, provider_schema_from_wire,
    provider_schema_to_wire, schema5_from_6, schema6_from_5,
};

/// Greatest message either side takes; schemas of big providers have tens of megabytes.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// Header in the answer to GetProviderSchema of a provider that answers reads which arrive together with one request, with
/// the value `1` (schema/plugin-reads.md).
pub const BATCHES_READS: &str = "drform-batches-reads";

/// Messages and services of protocol 5, generated from `schema/tfplugin5.proto`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
#[rustfmt::skip]
pub mod tfplugin5 {
    include!("generated/tfplugin5.rs");
}

/// Messages and services of protocol 6, generated from `schema/tfplugin6.proto`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
#[rustfmt::skip]
pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

/// The side services of the process, generated from `schema/plugin.proto`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
#[rustfmt::skip]
pub mod process {
    include!("generated/plugin.rs");
}
