//! Asking by HTTP: one client for everything that is downloaded.
//!
//! Calls block; the futures beneath them run on a small runtime of their own.

mod netrc;

pub(crate) use netrc::Netrc;

use crate::Settings;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use base64::Engine;
use std::io::Write;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// How long a connection, and the beginning of an answer, may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long nothing may arrive in the midst of an answer.
const SILENCE: Duration = Duration::from_secs(60);

/// Redirections that are followed, as browsers and Go do.
const MAX_REDIRECTIONS: usize = 10;

/// The client.
#[derive(Debug)]
pub(crate) struct Web {
    runtime: Runtime,
    connector: Connector,
    /// How often a request is repeated that a server could not answer.
    retries: u32,
}

/// An answer of which the body is still to be read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// Where it came from, after redirections.
    pub(crate) url: Url,
    body: ByteStream,
}

/// A header of a request.
pub(crate) type Header = (String, String);

impl Answer {
    /// The value of a header; the name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// True for 200 to 299.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Web {
    /// A client that trusts the system's certificates, or those of `SSL_CERT_FILE`.
    ///
    /// # Errors
    /// When those cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Web, String> {
        let tls = match &settings.certificates {
            None => TlsContext::default(),
            Some(file) => {
                let wrong = |why: &dyn std::fmt::Display| format!("SSL_CERT_FILE names {}: {why}", file.display());
                let pem = std::fs::read(file).map_err(|why| wrong(&why))?;
                if !pem.windows(27).any(|part| part == b"-----BEGIN CERTIFICATE-----") {
                    return Err(wrong(&"there is no certificate in it"));
                }
                let store = TrustStore::empty().with_pem_certificate(pem);
                TlsContext::builder().with_trust_store(store).build().map_err(|why| wrong(&why))?
            }
        };
        let timeouts = HttpConnectorSettings::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build();
        let connector = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .connector_settings(timeouts)
            .sleep_impl(TokioSleep::new())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(tls)
            .build();
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("drform-web").enable_all().build();
        Ok(Web { runtime: runtime.map_err(|error| error.to_string())?, connector, retries: settings.retries })
    }

    /// Runs a future of a library to its end.
    #[cfg(feature = "aws")]
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Gets an address, following redirections. Headers that authorise go to the first host only.
    ///
    /// # Errors
    /// A reason without a full stop, when there is no answer at all. A refusal is an answer.
    pub(crate) fn get(&self, url: &Url, headers: &[Header]) -> Result<Answer, String> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTIONS {
            let mut headers = headers.to_vec();
            authorise(&mut url, &mut headers);
            let first = url.clone();
            let answer = self.patiently(&url, &headers)?;
            let Some(next) = redirection(&answer)? else { return Ok(answer) };
            url = next;
            if url.origin() != first.origin() {
                return self.redirected(url);
            }
        }
        Err(format!("more than {MAX_REDIRECTIONS} redirections"))
    }

    /// The rest of the way, at hosts that are told nothing.
    fn redirected(&self, mut url: Url) -> Result<Answer, String> {
        for _ in 0..=MAX_REDIRECTIONS {
            let mut headers = Vec::new();
            authorise(&mut url, &mut headers);
            let answer = self.patiently(&url, &headers)?;
            match redirection(&answer)? {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        Err(format!("more than {MAX_REDIRECTIONS} redirections"))
    }

    /// One request, repeated with growing pauses while the server is in trouble.
    pub(crate) fn patiently(&self, url: &Url, headers: &[Header]) -> Result<Answer, String> {
        let mut pause = Duration::from_millis(200);
        for _ in 0..self.retries {
            match self.once(url, headers) {
                Ok(answer) if answer.status < 500 && answer.status != 429 => return Ok(answer),
                _ => std::thread::sleep(pause),
            }
            pause *= 3;
        }
        self.once(url, headers)
    }

    /// One request, no more.
    fn once(&self, url: &Url, headers: &[Header]) -> Result<Answer, String> {
        let mut request = HttpRequest::get(url.as_str()).map_err(|error| reason(&error))?;
        let own = [("user-agent", concat!("drform/", env!("CARGO_PKG_VERSION")))];
        let all = own.into_iter().chain(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        for (name, value) in all {
            let (name, value) = (name.to_ascii_lowercase(), value.to_string());
            request.headers_mut().try_insert(name, value).map_err(|error| reason(&error))?;
        }
        let asked = async { self.connector.call(request).await };
        let response = self.runtime.block_on(asked).map_err(|error| reason(&error))?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            url: url.clone(),
            body: ByteStream::new(response.into_body()),
        })
    }

    /// The body as text, if it is no longer than so many bytes.
    pub(crate) fn text(&self, answer: Answer, limit: u64) -> Result<String, String> {
        let mut bytes = Vec::new();
        self.save(answer, &mut bytes, limit)?;
        String::from_utf8(bytes).map_err(|_| "the answer is not text".to_string())
    }

    /// Writes the body, if it is no longer than so many bytes.
    pub(crate) fn save(&self, mut answer: Answer, into: &mut dyn Write, limit: u64) -> Result<(), String> {
        let mut left = limit;
        let promised = answer.header("content-length").and_then(|text| text.parse::<u64>().ok());
        let mut written = 0_u64;
        self.runtime.block_on(async {
            loop {
                let next = tokio::time::timeout(SILENCE, answer.body.next()).await;
                let part = match next {
                    Err(_) => return Err(format!("nothing came for {} seconds", SILENCE.as_secs())),
                    Ok(None) => break,
                    Ok(Some(part)) => part.map_err(|error| reason(&error))?,
                };
                let length = part.len() as u64;
                left = left.checked_sub(length).ok_or_else(|| format!("it is longer than {limit} bytes"))?;
                written += length;
                into.write_all(&part).map_err(|error| error.to_string())?;
            }
            match promised {
                Some(promised) if promised != written => {
                    Err(format!("the connection ended after {written} of {promised} bytes"))
                }
                _ => Ok(()),
            }
        })
    }
}

/// User and password of an address belong into a header.
fn authorise(url: &mut Url, headers: &mut Vec<Header>) {
    let decoded = |text: &str| percent(text);
    let (user, password) = (decoded(url.username()), url.password().map(decoded));
    if user.is_empty() && password.is_none() {
        return;
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        headers.push(basic(&user, &password.unwrap_or_default()));
    }
    // Neither fails for an address of this kind.
    let _without_password = url.set_password(None);
    let _without_user = url.set_username("");
}

/// Text without `%20` and its like.
fn percent(text: &str) -> String {
    let escaped = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// The header of a user.
pub(crate) fn basic(user: &str, password: &str) -> Header {
    let text = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    ("authorization".to_string(), format!("Basic {text}"))
}

fn redirection(answer: &Answer) -> Result<Option<Url>, String> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.header("location") else { return Ok(None) };
    let next = answer.url.join(location).map_err(|error| format!("it redirects to no address: {error}"))?;
    match next.scheme() {
        "http" | "https" => Ok(Some(next)),
        other => Err(format!("it redirects to an address of the kind {other}:")),
    }
}

const CERTIFICATE: &str = "its certificate is refused";

/// What to do when there is no answer for that reason.
pub(crate) fn next_step(why: &str, otherwise: &str) -> String {
    if why.starts_with(CERTIFICATE) {
        return "Check that this is the host that you mean. Certificates of your own authority stand in a file that the \
                environment variable SSL_CERT_FILE names."
            .to_string();
    }
    otherwise.to_string()
}

/// The innermost cause: what people can do something about.
fn reason(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    if let Some(why) = text.strip_prefix("invalid peer certificate: ") {
        return match why {
            "UnknownIssuer" | "BadSignature" => format!("{CERTIFICATE}: nobody who is trusted has signed it"),
            why => format!("{CERTIFICATE}: {why}"),
        };
    }
    match text.find(" (os error") {
        Some(at) => text.get(..at).unwrap_or(&text).to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
pub(crate) mod served;
#[cfg(test)]
mod tests;
