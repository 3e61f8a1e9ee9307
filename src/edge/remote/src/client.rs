//! From an endpoint to an authenticated session.

use crate::connection::{Agent, Endpoint};
use crate::failure::Failure;
use russh::client::{AuthResult, Config, Handle, Handler, KeyboardInteractiveAuthResponse, connect_stream};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long one attempt to connect may take, and one to agree on keys.
const ATTEMPT: Duration = Duration::from_secs(15);
/// How often a quiet connection is tried, and how often in vain.
const ALIVE: (Duration, usize) = (Duration::from_secs(15), 8);

/// The side of the client: checks who the server is.
pub(crate) struct Client {
    host: String,
    expected: Option<PublicKey>,
}

impl Handler for Client {
    type Error = Failure;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, Failure> {
        // Without host_key every server is taken, as in Terraform: nobody knows the key of a machine that was just made.
        let Some(expected) = &self.expected else { return Ok(true) };
        let known = match offered {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.key_data() == expected.key_data(),
            PublicKeyOrCertificate::Certificate(certificate) => {
                let named = certificate.valid_principals();
                let ours = named.is_empty() || named.contains(&self.host);
                let authority = expected.fingerprint(HashAlg::Sha256);
                ours && certificate.cert_type().is_host() && certificate.validate([&authority]).is_ok()
            }
        };
        let why = || format!("{} has another key than host_key says", self.host);
        if known { Ok(true) } else { Err(Failure::ForGood(why())) }
    }
}

/// Connects, through another session where there is one, and proves who we are.
pub(crate) async fn open(
    to: &Endpoint,
    through: Option<&Handle<Client>>,
    agent: Option<&Agent>,
) -> Result<Handle<Client>, Failure> {
    let expected = match &to.host_key {
        None => None,
        Some(key) => Some(PublicKey::from_openssh(key.trim()).map_err(|_| unreadable("host_key"))?),
    };
    let config = Arc::new(config(expected.as_ref()));
    let client = Client { host: to.host.clone(), expected };
    let at = format!("{}:{}", to.host, to.port);
    let late = |what: &str| Failure::ForNow(format!("{at} did not {what} in {} seconds", ATTEMPT.as_secs()));
    let connecting = async {
        match through {
            None => {
                let stream = TcpStream::connect((to.host.as_str(), to.port)).await?;
                stream.set_nodelay(true)?;
                connect_stream(config, stream, client).await
            }
            Some(bastion) => {
                let port = u32::from(to.port);
                let channel = bastion.channel_open_direct_tcpip(to.host.clone(), port, "127.0.0.1", 0).await?;
                connect_stream(config, channel.into_stream(), client).await
            }
        }
    };
    let connected = timeout(ATTEMPT, connecting).await.map_err(|_| late("answer"))?;
    let mut session = connected.map_err(|failure| match failure {
        Failure::ForNow(why) => Failure::ForNow(format!("{at}: {why}")),
        for_good => for_good,
    })?;
    authenticate(&mut session, to, agent).await?;
    Ok(session)
}

fn config(expected: Option<&PublicKey>) -> Config {
    let mut config = Config { keepalive_interval: Some(ALIVE.0), keepalive_max: ALIVE.1, ..Config::default() };
    if let Some(expected) = expected {
        // A server has keys of several kinds: it is asked for the one that we know.
        let kind = |algorithm: &Algorithm| match algorithm {
            Algorithm::Rsa { .. } => Algorithm::Rsa { hash: None },
            other => other.clone(),
        };
        let wanted = kind(&expected.algorithm());
        let mut order = config.preferred.key.to_vec();
        order.sort_by_key(|algorithm| kind(algorithm) != wanted);
        config.preferred.key = Cow::Owned(order);
    }
    config
}

async fn authenticate(session: &mut Handle<Client>, to: &Endpoint, agent: Option<&Agent>) -> Result<(), Failure> {
    let offers_nothing = to.private_key.is_none() && to.password.is_none() && agent.is_none();
    if offers_nothing && session.authenticate_none(to.user.clone()).await?.success() {
        return Ok(());
    }
    if let Some(text) = &to.private_key {
        // The error of the parser could quote the key.
        let key = russh::keys::decode_secret_key(text, None).map_err(|_| unreadable("private_key"))?;
        if with_key(session, to, key).await?.success() {
            return Ok(());
        }
    }
    if let Some(agent) = agent
        && with_agent(session, to, agent).await?
    {
        return Ok(());
    }
    if let Some(password) = &to.password
        && with_password(session, to, password).await?
    {
        return Ok(());
    }
    // The machine may not know the key yet.
    Err(Failure::ForNow(format!("{}@{}:{} did not accept what was offered", to.user, to.host, to.port)))
}

async fn with_key(session: &mut Handle<Client>, to: &Endpoint, key: PrivateKey) -> Result<AuthResult, Failure> {
    let key = Arc::new(key);
    match &to.certificate {
        Some(text) => {
            let certificate = text.trim().parse().map_err(|_| unreadable("certificate"))?;
            Ok(session.authenticate_openssh_cert(to.user.clone(), key, certificate).await?)
        }
        None => {
            let hash = match key.algorithm() {
                Algorithm::Rsa { .. } => rsa_hash(session).await?,
                _ => None,
            };
            let key = PrivateKeyWithHashAlg::new(key, hash);
            Ok(session.authenticate_publickey(to.user.clone(), key).await?)
        }
    }
}

/// What the server can verify; one that does not say it can verify SHA-256.
async fn rsa_hash(session: &Handle<Client>) -> Result<Option<HashAlg>, Failure> {
    Ok(session.best_supported_rsa_hash().await?.unwrap_or(Some(HashAlg::Sha256)))
}

async fn with_agent(session: &mut Handle<Client>, to: &Endpoint, agent: &Agent) -> Result<bool, Failure> {
    let broken = |error: &dyn std::fmt::Display| Failure::ForGood(format!("the SSH agent does not answer: {error}"));
    let mut client = AgentClient::connect_uds(&agent.socket).await.map_err(|error| broken(&error))?;
    let mut identities = client.request_identities().await.map_err(|error| broken(&error))?;
    identities.sort_by_key(|identity| agent.identity.as_deref() != Some(comment(identity)));
    for identity in identities {
        let AgentIdentity::PublicKey { key, .. } = identity else { continue };
        let hash = match key.algorithm() {
            Algorithm::Rsa { .. } => rsa_hash(session).await?,
            _ => None,
        };
        let tried = session.authenticate_publickey_with(to.user.clone(), key, hash, &mut client).await;
        if tried.is_ok_and(|tried| tried.success()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn comment(identity: &AgentIdentity) -> &str {
    match identity {
        AgentIdentity::PublicKey { comment, .. } | AgentIdentity::Certificate { comment, .. } => comment,
    }
}

/// The password, and again for servers that ask for it themselves.
async fn with_password(session: &mut Handle<Client>, to: &Endpoint, password: &str) -> Result<bool, Failure> {
    if session.authenticate_password(to.user.clone(), password).await?.success() {
        return Ok(true);
    }
    let mut answer = session.authenticate_keyboard_interactive_start(to.user.clone(), None).await?;
    loop {
        match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(true),
            KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = prompts.iter().map(|_| password.to_owned()).collect();
                answer = session.authenticate_keyboard_interactive_respond(answers).await?;
            }
        }
    }
}

fn unreadable(argument: &str) -> Failure {
    let hint = if argument == "private_key" { "; keys that need a password are not supported" } else { "" };
    Failure::ForGood(format!("{argument} cannot be read: it holds the text of a key, as OpenSSH writes it{hint}"))
}
