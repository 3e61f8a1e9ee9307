//! The handshake: what the host puts into the environment, and the line that the plugin prints (plugin-protocol.md 2).

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Names and values in the environment of a plugin.
pub mod env {
    /// Tells a provider that a host, not a person, started it.
    pub const COOKIE: &str = "TF_PLUGIN_MAGIC_COOKIE";
    /// The value of [`COOKIE`].
    pub const COOKIE_VALUE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
    /// Versions of the provider protocol that the host takes, in any order.
    pub const PROTOCOL_VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
    /// First port for plugins that listen on TCP.
    pub const MIN_PORT: &str = "PLUGIN_MIN_PORT";
    /// Last port for plugins that listen on TCP.
    pub const MAX_PORT: &str = "PLUGIN_MAX_PORT";
    /// The host's certificate as PEM; present when TLS is wanted.
    pub const CLIENT_CERT: &str = "PLUGIN_CLIENT_CERT";
    /// Where the plugin is to put its socket.
    pub const SOCKET_DIR: &str = "PLUGIN_UNIX_SOCKET_DIR";
    /// Plugins that were started by hand, as JSON by provider address.
    pub const REATTACH: &str = "TF_REATTACH_PROVIDERS";
}

/// Shorter texts in the place of the certificate are not one: old plugins put other things there.
const CERTIFICATE_MIN_CHARS: usize = 50;

/// Where a plugin listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A socket in the file system.
    Unix(PathBuf),
    /// A TCP port.
    Tcp(SocketAddr),
}

/// What a plugin says when it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Major version of the provider protocol.
    pub version: u32,
    /// Where it listens.
    pub address: Address,
    /// Its certificate (DER), when it speaks TLS.
    pub certificate: Option<Vec<u8>>,
}

/// Why a line is no handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandshakeError {
    /// It is something else; often text that the plugin should have printed to stderr.
    Unrecognized,
    /// Another handshake than number 1.
    Core(String),
    /// The version of the provider protocol is no number.
    Version(String),
    /// Neither `unix` nor `tcp`, or an address that is none.
    Address(String),
    /// Not gRPC: providers for Terraform before 0.12.
    NotGrpc(String),
    /// The certificate is no base64.
    Certificate(String),
}

impl Handshake {
    /// Reads the line; white space around it means nothing.
    ///
    /// # Errors
    /// Why it is no handshake that we can go on with. Whether the version is one that was offered is for the host.
    pub fn parse(line: &str) -> Result<Handshake, HandshakeError> {
        let fields: Vec<&str> = line.trim().split('|').collect();
        let [core, version, network, address, rest @ ..] = fields.as_slice() else {
            return Err(HandshakeError::Unrecognized);
        };
        if core.parse::<u32>().is_err() {
            return Err(HandshakeError::Unrecognized);
        }
        if *core != "1" {
            return Err(HandshakeError::Core((*core).to_string()));
        }
        let version = version.parse().map_err(|_| HandshakeError::Version((*version).to_string()))?;
        let kind = rest.first().copied().unwrap_or("netrpc");
        if kind != "grpc" {
            return Err(HandshakeError::NotGrpc(kind.to_string()));
        }
        let address = match *network {
            "unix" => Address::Unix(PathBuf::from(address)),
            "tcp" => Address::Tcp(address.parse().map_err(|_| HandshakeError::Address((*address).to_string()))?),
            other => return Err(HandshakeError::Address(format!("{other} {address}"))),
        };
        let certificate = match rest.get(1) {
            Some(text) if text.len() > CERTIFICATE_MIN_CHARS => {
                // Without padding by the letter; taken with it as well, since plugins get that wrong.
                let engine = if text.ends_with('=') { STANDARD } else { STANDARD_NO_PAD };
                Some(engine.decode(text).map_err(|why| HandshakeError::Certificate(why.to_string()))?)
            }
            _ => None,
        };
        Ok(Handshake { version, address, certificate })
    }

    /// The line, without the newline.
    pub fn line(&self) -> String {
        let (network, address) = match &self.address {
            Address::Unix(path) => ("unix", path.display().to_string()),
            Address::Tcp(address) => ("tcp", address.to_string()),
        };
        let certificate = self.certificate.as_ref().map_or(String::new(), |der| STANDARD_NO_PAD.encode(der));
        format!("1|{}|{network}|{address}|grpc|{certificate}", self.version)
    }
}
