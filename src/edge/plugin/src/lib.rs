//! Holds: the host side of provider plugins: start, handshake, calls, the end.
//! May touch: tfplugin (the wire), calls (what is asked), configschema, addrs, value, diag.
//! Never: what is asked when; state; the terminal.

mod ask;
mod change;
mod connect;
mod ephemeral;
mod function;
mod identity;
mod launch;
mod method;
mod process;
mod reattach;
mod repeat;
mod schema;
mod trouble;

use std::sync::Arc;
use tokio::sync::OnceCell;
use tonic::transport::Channel;

pub use launch::{LaunchSpec, Transport};
pub use reattach::{Reattach, Shutdown, read_reattach};
pub use repeat::repeat_promise;

/// Version of the provider protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// tfplugin5
    V5,
    /// tfplugin6
    V6,
}

/// A running provider. All calls may overlap; none has a time limit.
///
/// [`Plugin::stop`] ends the process in good order; dropping kills it.
#[derive(Debug)]
pub struct Plugin {
    name: Arc<str>,
    protocol: Protocol,
    channel: Channel,
    process: process::Process,
    address: tfplugin::Address,
    schema: OnceCell<schema::Declared>,
    terraform_version: Arc<str>,
    /// Reads what the plugin prints after the handshake; a Go plugin hangs when nobody does.
    stdio: tokio::task::JoinHandle<()>,
}

impl Plugin {
    /// Name in messages, usually the provider's address.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of its process, for logs.
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Which protocol was agreed on.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.stdio.abort();
    }
}
