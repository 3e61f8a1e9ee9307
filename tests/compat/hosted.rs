//! Providers that are served in the process of the test, so that it sees both sides.

use crate::tool::{Setting, directory};

/// Serves a provider `drform.test/dev/TYPE`: how tools reach it, and what it lives in.
pub fn served(kind: &str, provider: impl sdk::Provider) -> (Setting, tempfile::TempDir, tokio::runtime::Runtime) {
    let dir = directory();
    let socket = dir.path().join("socket");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let at = socket.clone();
    runtime.spawn(async move { sdk::serve_at(&at, provider).await.unwrap() });
    while !socket.exists() {
        std::thread::yield_now();
    }
    let reattach = serde_json::json!({ format!("drform.test/dev/{kind}"): {
        "Protocol": "grpc", "ProtocolVersion": 6, "Pid": std::process::id(), "Test": true,
        "Addr": { "Network": "unix", "String": socket },
    }});
    let environment = vec![("TF_REATTACH_PROVIDERS".to_string(), reattach.to_string())];
    (Setting { environment, ..Setting::default() }, dir, runtime)
}

/// A served provider `drform.test/dev/TYPE`, and a directory with a configuration for it.
pub struct Hosted {
    pub dir: tempfile::TempDir,
    pub setting: Setting,
    _at: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Hosted {
    /// Serves; `blocks` is the configuration without what names the provider.
    pub fn new(kind: &str, provider: impl sdk::Provider, blocks: &str) -> Hosted {
        let (setting, at, runtime) = served(kind, provider);
        let dir = directory();
        let required = format!("{kind} = {{ source = \"drform.test/dev/{kind}\" }}");
        let main = format!("terraform {{\n  required_providers {{\n    {required}\n  }}\n}}\n{blocks}");
        std::fs::write(dir.path().join("main.tf"), main).unwrap();
        Hosted { dir, setting, _at: at, _runtime: runtime }
    }
}
