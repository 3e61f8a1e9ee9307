//! Packages in Google Cloud Storage.

use super::request::{Request, decoded};
use super::{Failure, Fetcher, http, objects};
use crate::web::Answer;
use serde::Deserialize;
use std::fs::File;
use std::path::Path;
use url::Url;

/// Bytes of one page of a listing.
const MAX_PAGE: u64 = 16 << 20;

/// A page of a listing, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    items: Vec<Item>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
}

/// Downloads an object.
pub(super) fn file(fetcher: &Fetcher, request: &Request, into: &File) -> Result<(), Failure> {
    let (bucket, object) = place(request)?;
    save(fetcher, &bucket, &object, request, into)
}

/// Downloads every object whose name begins so.
pub(super) fn directory(fetcher: &Fetcher, request: &Request, to: &Path) -> Result<(), Failure> {
    let (bucket, object) = place(request)?;
    let prefix = format!("{}/", object.trim_end_matches('/'));
    let mut names = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let mut url = address(fetcher, &["b", &bucket, "o"])?;
        url.query_pairs_mut().append_pair("prefix", &prefix).append_pair("fields", "items(name),nextPageToken");
        if let Some(token) = &next {
            url.query_pairs_mut().append_pair("pageToken", token);
        }
        let text = fetcher.web()?.text(ask(fetcher, &url)?, MAX_PAGE).map_err(|why| http::broken(&url, &why))?;
        let page: Page = serde_json::from_str(&text).map_err(|why| http::broken(&url, &why.to_string()))?;
        names.extend(page.items.into_iter().map(|item| item.name));
        next = page.next_page_token;
        if next.is_none() {
            break;
        }
    }
    objects::save_all(&names, &prefix, to, |name, file| save(fetcher, &bucket, name, request, file))
}

fn save(fetcher: &Fetcher, bucket: &str, object: &str, request: &Request, into: &File) -> Result<(), Failure> {
    let mut url = address(fetcher, &["b", bucket, "o", object])?;
    url.query_pairs_mut().append_pair("alt", "media");
    if let Some(generation) = request.clone().take("generation") {
        url.query_pairs_mut().append_pair("generation", &generation);
    }
    http::save(fetcher, &url, ask(fetcher, &url)?, into)
}

fn ask(fetcher: &Fetcher, url: &Url) -> Result<Answer, Failure> {
    let token = fetcher.settings().google_token.as_ref();
    let headers = token.map(|token| ("authorization".to_string(), format!("Bearer {}", &**token)));
    let headers: Vec<_> = headers.into_iter().collect();
    let answer = fetcher.web()?.get(url, &headers).map_err(|why| http::broken(url, &why))?;
    if answer.is_success() {
        return Ok(answer);
    }
    let next = match (answer.status, token) {
        (401 | 403, None) => "Set GOOGLE_OAUTH_ACCESS_TOKEN to a token, such as gcloud auth print-access-token prints.",
        (401 | 403, Some(_)) => "The token has expired, or does not allow storage.objects.get and list here.",
        (404, _) => "Check bucket and object.",
        _ => "Try again later.",
    };
    Err(Failure::new(format!("{} answers with the status {}.", http::shown(url), answer.status), next))
}

/// Bucket and object of `https://www.googleapis.com/storage/v1/BUCKET/OBJECT`.
fn place(request: &Request) -> Result<(String, String), Failure> {
    let url = request.url()?;
    let path = decoded(&url.path().replace('+', "%2B"));
    let parts: Vec<&str> = path.trim_start_matches('/').splitn(4, '/').collect();
    match parts.as_slice() {
        ["storage", _, bucket, object] if !bucket.is_empty() && !object.is_empty() => {
            Ok((bucket.to_string(), object.to_string()))
        }
        _ => Err(Failure::new(
            format!("{} does not name an object in Google Cloud Storage.", http::shown(&url)),
            "Write gcs::https://www.googleapis.com/storage/v1/BUCKET/OBJECT.",
        )),
    }
}

/// An address of the service, or of the emulator that `STORAGE_EMULATOR_HOST` names.
fn address(fetcher: &Fetcher, parts: &[&str]) -> Result<Url, Failure> {
    let base = match &fetcher.settings().google_storage {
        Some(host) if host.contains("://") => host.clone(),
        Some(host) => format!("http://{host}"),
        None => "https://storage.googleapis.com".to_string(),
    };
    let wrong = || Failure::new(format!("STORAGE_EMULATOR_HOST is no address: {base}."), "Correct it, or unset it.");
    let mut url = Url::parse(&base).map_err(|_| wrong())?;
    url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend(["storage", "v1"]).extend(parts);
    Ok(url)
}
