//! Requests that are signed here and made by AWS itself.
//!
//! `CopySnapshot` of an encrypted snapshot must carry one, signed for the region of the source: with it EC2 asks there
//! in our name ("CopySnapshot", PresignedUrl). SDKs of other languages fill it in; this one does not (1.274).

use super::trouble::Trouble;
use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_ec2::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use std::time::{Duration, SystemTime};

/// How long the URL is good for: that of the AWS CLI.
const GOOD_FOR: Duration = Duration::from_secs(3_600);

/// Signs requests to EC2 in any region.
pub(crate) struct Presigner {
    credentials: Option<SharedCredentialsProvider>,
    /// Used for every region, where the configuration names one.
    endpoint: Option<String>,
    fips: bool,
    dual_stack: bool,
}

impl Presigner {
    pub(crate) fn new(sdk: &SdkConfig, endpoint: Option<String>) -> Presigner {
        Presigner {
            credentials: sdk.credentials_provider(),
            endpoint,
            fips: sdk.use_fips().unwrap_or_default(),
            dual_stack: sdk.use_dual_stack().unwrap_or_default(),
        }
    }

    /// The URL with which EC2 asks for a snapshot in the region that it is copied from.
    ///
    /// # Errors
    /// There are no credentials, or EC2 is not known in that region.
    pub(crate) async fn copy_snapshot(&self, from: &str, snapshot: &str, to: &str) -> Result<String, Trouble> {
        let doing = "sign the request for the source of the snapshot";
        let unusable = |why: String| Trouble::refused(doing, why);
        let provider = self.credentials.as_ref().ok_or_else(|| unusable("There are no credentials.".into()))?;
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|why| unusable(format!("There are no credentials: {why}.")))?;
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => self.endpoint_of(from).await.map_err(unusable)?,
        };
        copy_snapshot_url(&credentials, SystemTime::now(), &endpoint, from, snapshot, to)
            .map_err(|why| Trouble::ours(format!("the URL of the source cannot be signed: {why}")))
    }

    async fn endpoint_of(&self, region: &str) -> Result<String, String> {
        let params = Params::builder().region(region).use_fips(self.fips).use_dual_stack(self.dual_stack).build();
        let params = params.map_err(|why| format!("EC2 has no endpoint in region {region}: {why}."))?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&params).await;
        let endpoint = endpoint.map_err(|why| format!("EC2 has no endpoint in region {region}: {why}."))?;
        Ok(endpoint.url().to_owned())
    }
}

/// "Authenticating requests: using query parameters (AWS Signature Version 4)", for a GET without a body.
fn copy_snapshot_url(
    credentials: &Credentials,
    time: SystemTime,
    endpoint: &str,
    from: &str,
    snapshot: &str,
    to: &str,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let base = endpoint.trim_end_matches('/');
    let unsigned = format!(
        "{base}/?Action=CopySnapshot&Version=2016-11-15&SourceRegion={}&SourceSnapshotId={}&DestinationRegion={}",
        encoded(from),
        encoded(snapshot),
        encoded(to)
    );
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(GOOD_FOR);
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(from)
        .name("ec2")
        .time(time)
        .settings(settings)
        .build()?
        .into();
    let request = SignableRequest::new("GET", &unsigned, std::iter::empty(), SignableBody::Bytes(&[]))?;
    let (instructions, _) = sign(request, &params)?.into_parts();
    let mut url = unsigned;
    for (name, value) in instructions.params() {
        url.push_str(&format!("&{name}={}", encoded(value)));
    }
    Ok(url)
}

/// As the canonical query string has it: everything but unreserved characters.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The signatures are those of botocore 1.44 for the same request, time and credentials.
    #[test]
    fn urls_are_signed_as_the_aws_cli_signs_them() {
        let rows = [
            (None, None, "9dd9bfd8e15dfa7a924b2b19ab4dec28bbc33385cf4f6b3bb866aaaf2cd035b6"),
            (
                Some("tok/en+=="),
                Some("tok%2Fen%2B%3D%3D"),
                "00d37c3027c87c174fecd87c025d40cddaded7508326e77d63e30ff7c9eae258",
            ),
        ];
        for (token, token_sent, signature) in rows {
            let credentials = Credentials::new(
                "AKIDEXAMPLE",
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                token.map(String::from),
                None,
                "test",
            );
            // 2026-11-22T12:00:00Z
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
            let endpoint = "https://ec2.eu-west-1.amazonaws.com";
            let (from, snapshot, to) = ("eu-west-1", "snap-0f0e1d2c3b4a59687", "eu-central-1");
            let url = copy_snapshot_url(&credentials, time, endpoint, from, snapshot, to).unwrap();
            let (base, query) = url.split_once('?').unwrap();
            assert_eq!(base, "https://ec2.eu-west-1.amazonaws.com/");
            let sent: BTreeMap<&str, &str> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
            let mut expected = BTreeMap::from([
                ("Action", "CopySnapshot"),
                ("Version", "2016-11-15"),
                ("SourceRegion", "eu-west-1"),
                ("SourceSnapshotId", "snap-0f0e1d2c3b4a59687"),
                ("DestinationRegion", "eu-central-1"),
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                ("X-Amz-Credential", "AKIDEXAMPLE%2F20261122%2Feu-west-1%2Fec2%2Faws4_request"),
                ("X-Amz-Date", "20261122T120000Z"),
                ("X-Amz-Expires", "3600"),
                ("X-Amz-SignedHeaders", "host"),
                ("X-Amz-Signature", signature),
            ]);
            expected.extend(token_sent.map(|token| ("X-Amz-Security-Token", token)));
            assert_eq!(sent, expected);
        }
    }

    #[tokio::test]
    async fn endpoints_are_those_of_the_source() {
        let presigner = |fips| Presigner { credentials: None, endpoint: None, fips, dual_stack: false };
        let rows = [
            ("eu-west-1", false, "https://ec2.eu-west-1.amazonaws.com"),
            ("us-east-1", true, "https://ec2-fips.us-east-1.amazonaws.com"),
            ("cn-north-1", false, "https://ec2.cn-north-1.amazonaws.com.cn"),
        ];
        for (region, fips, expected) in rows {
            assert_eq!(presigner(fips).endpoint_of(region).await.as_deref(), Ok(expected));
        }
    }
}
