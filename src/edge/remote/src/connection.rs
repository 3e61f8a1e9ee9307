//! What a `connection` block says. Defaults are Terraform's.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use value::Value;

/// How long to try, where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// How to reach a machine.
#[derive(Clone)]
pub struct Connection {
    pub(crate) host: Endpoint,
    pub(crate) bastion: Option<Endpoint>,
    pub(crate) agent: Option<Agent>,
    /// For how long to try.
    pub(crate) timeout: Duration,
    script_path: Option<String>,
}

/// One SSH server, and who we are there.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) private_key: Option<String>,
    pub(crate) certificate: Option<String>,
    /// The key that the server must have, or that of who signed it.
    pub(crate) host_key: Option<String>,
}

/// An SSH agent.
#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) socket: PathBuf,
    /// Which of its keys is offered first, by its comment.
    pub(crate) identity: Option<String>,
}

/// Without what is secret.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("host", &self.host.host)
            .field("port", &self.host.port)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Reads the arguments of a block, which are wholly known. `agent` is the socket of the SSH agent that there is.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn read(block: &Value, agent: Option<PathBuf>) -> Result<Connection, String> {
        let text = |name: &str| block.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let owned = |name: &str| text(name).map(str::to_owned);
        match (text("type"), text("target_platform"), text("proxy_host")) {
            (Some("ssh") | None, Some("unix") | None, None) => {}
            (Some("ssh") | None, Some("unix") | None, Some(_)) => {
                return Err("connections through a proxy are not supported".into());
            }
            (Some("ssh") | None, Some(_), _) => return Err("only machines with a Unix shell are supported".into()),
            (Some(_), ..) => return Err("only connections of the type \"ssh\" are supported".into()),
        }
        let host = Endpoint {
            host: address(text("host").ok_or("the host is empty")?),
            port: port(block, "port")?.unwrap_or(22),
            user: owned("user").unwrap_or_else(|| "root".into()),
            password: owned("password"),
            private_key: owned("private_key"),
            certificate: owned("certificate"),
            host_key: owned("host_key"),
        };
        // What is not said of the bastion is as for the machine, but for its key.
        let bastion = match text("bastion_host") {
            None => None,
            Some(bastion) => Some(Endpoint {
                host: address(bastion),
                port: port(block, "bastion_port")?.unwrap_or(host.port),
                user: owned("bastion_user").unwrap_or_else(|| host.user.clone()),
                password: owned("bastion_password").or_else(|| host.password.clone()),
                private_key: owned("bastion_private_key").or_else(|| host.private_key.clone()),
                certificate: owned("bastion_certificate").or_else(|| host.certificate.clone()),
                host_key: owned("bastion_host_key"),
            }),
        };
        let agent = match block.get("agent").and_then(Value::as_bool) {
            Some(false) => None,
            Some(true) => Some(agent.ok_or("agent = true, but no SSH agent runs here (SSH_AUTH_SOCK is not set)")?),
            None => agent,
        };
        let agent = agent.map(|socket| Agent { socket, identity: owned("agent_identity") });
        let timeout = text("timeout").and_then(duration).unwrap_or(PATIENCE);
        Ok(Connection { host, bastion, agent, timeout, script_path: owned("script_path") })
    }

    /// Where a script is put; `random` makes the name its own.
    pub fn script_path(&self, random: &str) -> String {
        self.script_path.as_deref().unwrap_or("/tmp/terraform_%RAND%.sh").replace("%RAND%", random)
    }

    /// What is told before the first attempt, without secrets.
    pub fn introduction(&self) -> Vec<String> {
        let mut all = vec!["Connecting to remote host via SSH...".to_owned()];
        all.extend(self.about(&self.host));
        all.push("  Target Platform: unix".into());
        if let Some(bastion) = &self.bastion {
            all.push("Using configured bastion host...".into());
            all.extend(self.about(bastion));
        }
        all
    }

    fn about(&self, at: &Endpoint) -> Vec<String> {
        vec![
            format!("  Host: {}", at.host),
            format!("  User: {}", at.user),
            format!("  Password: {}", at.password.is_some()),
            format!("  Private key: {}", at.private_key.is_some()),
            format!("  Certificate: {}", at.certificate.is_some()),
            format!("  SSH Agent: {}", self.agent.is_some()),
            format!("  Checking Host Key: {}", at.host_key.is_some()),
        ]
    }
}

/// An IPv6 address may stand in brackets.
fn address(host: &str) -> String {
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    inside.unwrap_or(host).to_owned()
}

fn port(block: &Value, name: &str) -> Result<Option<u16>, String> {
    let Some(number) = block.get(name).and_then(Value::as_number) else { return Ok(None) };
    match number.to_string().parse::<u16>() {
        Ok(0) => Ok(None),
        Ok(port) => Ok(Some(port)),
        Err(_) => Err(format!("{name} is {number}, which is no port")),
    }
}

/// A duration as Go writes it, such as `1h30m` or `2.5s`; what is none is ignored, as in Terraform.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * unit;
        rest = after;
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

#[cfg(test)]
mod tests;
