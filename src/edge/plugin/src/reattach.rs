//! Plugins that were started by hand: `TF_REATTACH_PROVIDERS` (plugin-protocol.md 3.4).

use crate::Protocol;
use addrs::{Provider, parse_provider};
use diag::Diagnostic;
use rustix::process::Pid;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tfplugin::{Address, env};

/// A running plugin to talk to. Such plugins never speak TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reattach {
    /// Which protocol it speaks.
    pub protocol: Protocol,
    /// Where it listens.
    pub address: Address,
    /// Its process.
    pub pid: Option<Pid>,
    /// Whether it is to be ended.
    pub shutdown: Shutdown,
}

/// Who ends a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// We do, when we are done.
    WhenDone,
    /// Whoever started it.
    Never,
}

/// Reads the value of `TF_REATTACH_PROVIDERS`.
///
/// # Errors
/// One diagnostic that says which entry is wrong and how one looks.
#[allow(clippy::result_large_err, reason = "read once in a run")]
pub fn read_reattach(text: &str) -> Result<BTreeMap<Provider, Reattach>, Diagnostic> {
    let wrong = |why: String| {
        Diagnostic::error(format!("Invalid {}", env::REATTACH), why)
            .next("Copy the line that the provider printed when it was started with --debug, or unset the variable.")
    };
    let entries: BTreeMap<String, Json> = serde_json::from_str(text)
        .map_err(|why| wrong(format!("It is not a JSON object by provider address: {why}.")))?;
    let entry = |(name, entry): (String, Json)| {
        let trouble = |why: &str| wrong(format!("The entry {name:?} {why}."));
        let provider = parse_provider(&name).map_err(|_| trouble("is no provider address"))?;
        let protocol = match entry.get("ProtocolVersion").and_then(Json::as_u64) {
            Some(6) => Protocol::V6,
            // Old SDKs leave it out.
            Some(0 | 5) | None => Protocol::V5,
            Some(other) => return Err(trouble(&format!("speaks protocol {other}; we speak 5 and 6"))),
        };
        let part = |part: &str| entry.get("Addr").and_then(|address| address.get(part)).and_then(Json::as_str);
        let address = match (part("Network"), part("String")) {
            (Some("unix"), Some(path)) => Address::Unix(path.into()),
            (Some("tcp"), Some(address)) => {
                Address::Tcp(address.parse().map_err(|_| trouble("has an invalid TCP address"))?)
            }
            _ => return Err(trouble("has no address to connect to")),
        };
        let pid = entry.get("Pid").and_then(Json::as_i64).and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let test = entry.get("Test").and_then(Json::as_bool).unwrap_or_default();
        let shutdown = if test { Shutdown::Never } else { Shutdown::WhenDone };
        Ok((provider, Reattach { protocol, address, pid, shutdown }))
    };
    entries.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries() {
        let good = r#"{"drform/drform":{"Protocol":"grpc","ProtocolVersion":6,"Pid":12345,"Test":true,
            "Addr":{"Network":"unix","String":"/tmp/x.sock"}},
            "example.com/a/b":{"Protocol":"grpc","Addr":{"Network":"tcp","String":"127.0.0.1:10000"}}}"#;
        let all: Vec<_> = read_reattach(good).unwrap().into_iter().map(|(p, r)| (p.to_string(), r)).collect();
        assert_eq!(all[0].0, "example.com/a/b");
        assert_eq!((all[0].1.protocol, all[0].1.shutdown), (Protocol::V5, Shutdown::WhenDone));
        assert_eq!(all[1].0, "registry.terraform.io/drform/drform");
        assert_eq!((all[1].1.protocol, all[1].1.shutdown), (Protocol::V6, Shutdown::Never));
        assert_eq!(all[1].1.address, Address::Unix("/tmp/x.sock".into()));

        for (bad, why) in [
            ("[]", "It is not a JSON object by provider address"),
            (r#"{"a/b":{"ProtocolVersion":4}}"#, "speaks protocol 4"),
            (r#"{"a/b":{"ProtocolVersion":6}}"#, "has no address"),
        ] {
            let diagnostic = read_reattach(bad).unwrap_err();
            assert!(diagnostic.detail.contains(why), "{}", diagnostic.detail);
        }
    }
}
