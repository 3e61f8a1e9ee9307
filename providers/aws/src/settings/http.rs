//! The HTTP client: proxies and certificates.

use super::{Finding, wrong};
use crate::fields::Fields;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The client that the block asks for. Without a proxy in the block those of the environment are used.
pub(super) fn client(block: &Fields) -> Result<SharedHttpClient, Finding> {
    let proxy = proxy(block)?;
    let tls = match ca_bundle(block) {
        None => TlsContext::default(),
        Some(file) => trusting(&file)?,
    };
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        if let Some(settings) = settings {
            connector = connector.connector_settings(settings.clone());
        }
        if let Some(sleep) = components.and_then(|components| components.sleep_impl()) {
            connector = connector.sleep_impl(sleep);
        }
        connector.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls.clone()).build()
    }))
}

fn ca_bundle(block: &Fields) -> Option<String> {
    let environment = || std::env::var("AWS_CA_BUNDLE").ok().filter(|file| !file.is_empty());
    block.filled_text("custom_ca_bundle").map(String::from).or_else(environment)
}

/// Trusts the certificates of the file besides those of the system.
fn trusting(file: &str) -> Result<TlsContext, Finding> {
    let refused = |why: String| wrong("custom_ca_bundle", "CA bundle cannot be used", format!("{file}: {why}"));
    let pem = std::fs::read(file).map_err(|why| refused(format!("{why}.")))?;
    if !pem.windows(27).any(|part| part == b"-----BEGIN CERTIFICATE-----") {
        return Err(refused("there is no certificate in it (PEM).".into()));
    }
    let store = TrustStore::default().with_native_roots(true).with_pem_certificate(pem);
    TlsContext::builder().with_trust_store(store).build().map_err(|why| refused(format!("{why}.")))
}

fn proxy(block: &Fields) -> Result<ProxyConfig, Finding> {
    let (http, https) = (block.filled_text("http_proxy"), block.filled_text("https_proxy"));
    let (name, made) = match (http, https) {
        (None, None) => ("http_proxy", Ok(ProxyConfig::from_env())),
        (Some(http), None) => ("http_proxy", ProxyConfig::all(http)),
        (None, Some(https)) => ("https_proxy", ProxyConfig::https(https)),
        (Some(http), Some(https)) if http == https => ("http_proxy", ProxyConfig::all(http)),
        (Some(_), Some(_)) => {
            let why = "Two proxies cannot be set here. Set HTTP_PROXY and HTTPS_PROXY in the environment instead; for \
                       the endpoints of AWS https_proxy is enough.";
            return Err(wrong("http_proxy", "Two proxies", why));
        }
    };
    // The URL may hold a password: it is not shown.
    let made =
        made.map_err(|_| wrong(name, "Proxy cannot be used", "It must be a URL like http://proxy.example:3128."));
    Ok(match block.filled_text("no_proxy") {
        Some(hosts) => made?.no_proxy(hosts),
        None => made?,
    })
}
