//! Packages in S3, and in what speaks as S3 does.

use super::request::{Request, decoded};
use super::{Failure, Fetcher, http, objects};
use crate::web::{Answer, Header};
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use std::fs::File;
use std::path::Path;
use std::time::SystemTime;
use url::Url;

/// Bytes of one page of a listing.
const MAX_PAGE: u64 = 16 << 20;

/// An object, or the beginning of the names of several.
struct Object {
    /// The bucket's own address.
    bucket: Url,
    /// The object's address.
    url: Url,
    key: String,
    region: String,
    credentials: Option<Credentials>,
}

/// Downloads an object.
pub(super) fn file(fetcher: &Fetcher, request: &Request, into: &File) -> Result<(), Failure> {
    let object = Object::of(fetcher, request)?;
    let answer = object.ask(fetcher, &object.url)?;
    http::save(fetcher, &object.url, answer, into)
}

/// Downloads every object whose name begins so.
pub(super) fn directory(fetcher: &Fetcher, request: &Request, to: &Path) -> Result<(), Failure> {
    let object = Object::of(fetcher, request)?;
    let prefix = if object.key.is_empty() { String::new() } else { format!("{}/", object.key.trim_end_matches('/')) };
    let mut next: Option<String> = None;
    let mut names = Vec::new();
    loop {
        let mut url = object.bucket.clone();
        url.query_pairs_mut().append_pair("list-type", "2").append_pair("prefix", &prefix);
        if let Some(token) = &next {
            url.query_pairs_mut().append_pair("continuation-token", token);
        }
        let answer = object.ask(fetcher, &url)?;
        let page = fetcher.web()?.text(answer, MAX_PAGE).map_err(|why| http::broken(&url, &why))?;
        names.extend(elements(&page, "Key"));
        next = elements(&page, "NextContinuationToken").pop();
        if next.is_none() {
            break;
        }
    }
    objects::save_all(&names, &prefix, to, |name, file| {
        let mut url = object.bucket.clone();
        url.set_path(&format!("{}/{name}", url.path().trim_end_matches('/')));
        http::save(fetcher, &url, object.ask(fetcher, &url)?, file)
    })
}

impl Object {
    fn of(fetcher: &Fetcher, request: &Request) -> Result<Object, Failure> {
        let mut request = request.clone();
        let named =
            ["aws_access_key_id", "aws_access_key_secret", "aws_access_token", "aws_profile", "region", "version"];
        let [id, secret, token, profile, region, version] = named.map(|name| request.take(name));
        let mut url = request.url()?;
        let wrong = || {
            Failure::new(
                format!("{} does not name an object in S3.", http::shown(&url)),
                "Write s3::https://s3.REGION.amazonaws.com/BUCKET/KEY, or the same at the host of another service.",
            )
        };
        let host = url.host_str().ok_or_else(wrong)?.to_string();
        let (style, known) = style(&host);
        let path = url.path().trim_start_matches('/').to_string();
        let mut bucket = url.clone();
        bucket.set_query(None);
        let key = match style {
            Style::BucketInHost => {
                bucket.set_path("/");
                path
            }
            Style::BucketInPath => {
                let (name, key) = path.split_once('/').ok_or_else(wrong)?;
                bucket.set_path(&format!("/{name}"));
                key.to_string()
            }
        };
        if let Some(version) = version {
            url.query_pairs_mut().append_pair("versionId", &version);
        }
        let region = known.or(region).unwrap_or_else(|| "us-east-1".to_string());
        let credentials = match (id, secret) {
            (Some(id), Some(secret)) => Some(Credentials::new(id, secret, token, None, "source")),
            _ => credentials(fetcher, &region, profile)?,
        };
        Ok(Object { bucket, url, key: decoded(&key.replace('+', "%2B")), region, credentials })
    }

    fn ask(&self, fetcher: &Fetcher, url: &Url) -> Result<Answer, Failure> {
        let headers = match &self.credentials {
            Some(credentials) => signed(url, credentials, &self.region).map_err(|why| {
                Failure::new(format!("The request to S3 was not signed: {why}."), "Check the address.")
            })?,
            // A public bucket answers anybody.
            None => Vec::new(),
        };
        let answer = fetcher.web()?.patiently(url, &headers).map_err(|why| http::broken(url, &why))?;
        if answer.is_success() {
            return Ok(answer);
        }
        let (status, own) = (answer.status, answer.header("x-amz-bucket-region").map(str::to_string));
        let request = answer.header("x-amz-request-id").map_or_else(String::new, |id| format!(" (request {id})"));
        // A word such as NoSuchKey: an answer without one is as good.
        let text = fetcher.web()?.text(answer, MAX_PAGE).unwrap_or_default();
        let code = elements(&text, "Code").into_iter().find(|code| code.chars().all(|c| c.is_ascii_alphanumeric()));
        let code = code.unwrap_or_default();
        let next = match (status, own, &self.credentials) {
            _ if matches!(code.as_str(), "SignatureDoesNotMatch" | "InvalidAccessKeyId" | "ExpiredToken") => {
                "The AWS credentials are wrong or have expired: correct them.".into()
            }
            (_, Some(region), _) if region != self.region => {
                format!("The bucket is in the region {region}: write it into the host (s3.{region}.amazonaws.com).")
            }
            (403, _, None) => {
                "No AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its like.".into()
            }
            (403, ..) => "The credentials do not allow s3:GetObject and s3:ListBucket here.".into(),
            (404, ..) => "Check bucket, path and version.".into(),
            _ => "Try again later.".into(),
        };
        let code = if code.is_empty() { code } else { format!(" {code}") };
        Err(Failure::new(format!("{} answers with the status {status}{code}{request}.", http::shown(url)), next))
    }
}

enum Style {
    BucketInHost,
    BucketInPath,
}

/// Where the bucket stands, and the region if the host tells it.
fn style(host: &str) -> (Style, Option<String>) {
    let Some(own) = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn")) else {
        return (Style::BucketInPath, None);
    };
    let of = |part: &str| match part.strip_prefix("s3-") {
        Some(region) => region.to_string(),
        None => "us-east-1".to_string(),
    };
    let s3 = |part: &str| part == "s3" || part.starts_with("s3-");
    match own.split('.').collect::<Vec<&str>>().as_slice() {
        [part] => (Style::BucketInPath, Some(of(part))),
        ["s3", region] => (Style::BucketInPath, Some(region.to_string())),
        [.., "s3", region] => (Style::BucketInHost, Some(region.to_string())),
        [.., part] if s3(part) => (Style::BucketInHost, Some(of(part))),
        _ => (Style::BucketInPath, None),
    }
}

/// Those that the AWS command line would use; none where there are none.
fn credentials(fetcher: &Fetcher, region: &str, profile: Option<String>) -> Result<Option<Credentials>, Failure> {
    let named = profile.is_some();
    let found = fetcher.web()?.wait(async {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_string()));
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        match loader.load().await.credentials_provider() {
            Some(provider) => provider.provide_credentials().await.map(Some),
            None => Ok(None),
        }
    });
    match found {
        Ok(found) => Ok(found),
        Err(_) if !named => Ok(None),
        Err(error) => {
            let why = format!("The profile of the argument aws_profile gives no credentials: {error}.");
            Err(Failure::new(why, "Check ~/.aws/config and ~/.aws/credentials."))
        }
    }
}

fn signed(url: &Url, credentials: &Credentials, region: &str) -> Result<Vec<Header>, String> {
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?;
    let host = url.port().map_or_else(
        || url.host_str().unwrap_or_default().to_string(),
        |port| format!("{}:{port}", url.host_str().unwrap_or_default()),
    );
    let headers = [("host", host.as_str())];
    let request = SignableRequest::new("GET", url.as_str(), headers.into_iter(), SignableBody::empty());
    let request = request.map_err(|error| error.to_string())?;
    let (instructions, _) = sign(request, &params.into()).map_err(|error| error.to_string())?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_string(), value.to_string())).collect())
}

/// The texts of all elements of a name, in order.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let texts = xml.split(&open).skip(1).filter_map(|rest| rest.split(&close).next());
    texts
        .map(|text| {
            let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
            plain.replace("&#39;", "'").replace("&amp;", "&")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (host, region, in_host) in [
            ("s3.amazonaws.com", Some("us-east-1"), false),
            ("s3-eu-west-1.amazonaws.com", Some("eu-west-1"), false),
            ("s3.eu-west-1.amazonaws.com", Some("eu-west-1"), false),
            ("bucket.s3.amazonaws.com", Some("us-east-1"), true),
            ("bucket.s3-eu-west-1.amazonaws.com", Some("eu-west-1"), true),
            ("my.bucket.s3.eu-west-1.amazonaws.com", Some("eu-west-1"), true),
            ("bucket.s3.cn-north-1.amazonaws.com.cn", Some("cn-north-1"), true),
            ("minio.example", None, false),
        ] {
            let (style, found) = style(host);
            assert_eq!((found.as_deref(), matches!(style, Style::BucketInHost)), (region, in_host), "{host}");
        }
    }
}
