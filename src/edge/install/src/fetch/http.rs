//! Packages by HTTP: archives, and pages that tell where the package is.

use super::request::Request;
use super::{Bearer, Failure, Fetcher, MAX_DOWNLOAD};
use crate::masked;
use crate::web::{self, Answer, Header, basic};
use std::fs::File;
use std::io::Write;
use url::Url;

/// Bytes of a page that are searched.
const MAX_PAGE: u64 = 4 << 20;

/// Downloads a file.
pub(super) fn file(fetcher: &Fetcher, request: &Request, into: &File, bearer: Option<&Bearer>) -> Result<(), Failure> {
    let url = request.url()?;
    let answer = ask(fetcher, &url, bearer)?;
    save(fetcher, &url, answer, into)
}

/// Writes an answer into a file.
pub(super) fn save(fetcher: &Fetcher, url: &Url, answer: Answer, mut into: &File) -> Result<(), Failure> {
    let saved = fetcher.web()?.save(answer, &mut into, MAX_DOWNLOAD);
    saved.and_then(|()| into.flush().map_err(|error| error.to_string())).map_err(|why| broken(url, &why))
}

/// A small text.
pub(super) fn text(fetcher: &Fetcher, url: &Url, limit: u64) -> Result<String, Failure> {
    let answer = ask(fetcher, url, None)?;
    fetcher.web()?.text(answer, limit).map_err(|why| broken(url, &why))
}

/// Where the package is, as the header `X-Terraform-Get` or the page's `<meta name="terraform-get">` tells.
pub(super) fn indirection(fetcher: &Fetcher, request: &Request, bearer: Option<&Bearer>) -> Result<String, Failure> {
    let mut url = request.url()?;
    url.query_pairs_mut().append_pair("terraform-get", "1");
    let answer = ask(fetcher, &url, bearer)?;
    let base = answer.url.clone();
    let location = match answer.header("x-terraform-get") {
        Some(location) => Some(location.to_string()),
        None => meta(&fetcher.web()?.text(answer, MAX_PAGE).map_err(|why| broken(&url, &why))?),
    };
    let Some(location) = location.filter(|location| !location.is_empty()) else {
        let page = shown(&request.url()?);
        let why = format!("{page} does not tell where the module is: there is no X-Terraform-Get.");
        return Err(Failure::new(
            why,
            "For an archive whose name does not tell its kind add ?archive=zip (or tar.gz …).",
        ));
    };
    Ok(absolute(&base, &location))
}

/// A location that is a path belongs to the page's host.
pub(crate) fn absolute(base: &Url, location: &str) -> String {
    let relative = ["/", "./", "../"].iter().any(|beginning| location.starts_with(beginning));
    match base.join(location) {
        // `//` marks the subdirectory, and what follows it stays as it is.
        Ok(url) if relative => url.to_string(),
        _ => location.to_string(),
    }
}

/// Gets an address; anything but success is a failure.
pub(super) fn ask(fetcher: &Fetcher, url: &Url, bearer: Option<&Bearer>) -> Result<Answer, Failure> {
    let answer = fetcher.web()?.get(url, &authorised(fetcher, url, bearer)).map_err(|why| broken(url, &why))?;
    if answer.is_success() {
        return Ok(answer);
    }
    let next = match answer.status {
        401 | 403 => "The server wants to know who asks: put user and password into ~/.netrc, or use another source.",
        404 => "Check the address.",
        _ => "Try again later, or ask whoever runs the server.",
    };
    Err(Failure::new(format!("{} answers with the status {}.", shown(url), answer.status), next))
}

fn authorised(fetcher: &Fetcher, url: &Url, bearer: Option<&Bearer>) -> Vec<Header> {
    let host = url.host_str().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() {
        return Vec::new();
    }
    let own = bearer
        .filter(|bearer| url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}")) == bearer.host);
    match (own, fetcher.netrc.of(host)) {
        (Some(bearer), _) => vec![("authorization".to_string(), format!("Bearer {}", bearer.token))],
        (None, Some((user, password))) => vec![basic(user, password)],
        (None, None) => Vec::new(),
    }
}

pub(super) fn broken(url: &Url, why: &str) -> Failure {
    Failure::new(
        format!("{} could not be read: {why}.", shown(url)),
        web::next_step(why, "Check the address and the network; a proxy is taken from HTTPS_PROXY."),
    )
}

pub(super) fn shown(url: &Url) -> String {
    masked::address(url.as_str())
}

/// The content of `<meta name="terraform-get" content="…">` before the body begins.
fn meta(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let head = lower.find("<body").unwrap_or(lower.len());
    let mut from = 0;
    while let Some(at) = lower.get(from..head)?.find("<meta").map(|at| from + at) {
        let end = at + lower.get(at..)?.find('>')?;
        let tag = page.get(at..end)?;
        if attribute(tag, "name").is_some_and(|name| name.eq_ignore_ascii_case("terraform-get")) {
            return attribute(tag, "content").map(|text| text.replace("&amp;", "&"));
        }
        from = end;
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find(name)?;
        from = at + name.len();
        let starts = lower.get(..at)?.ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        let Some(value) = tag.get(from..)?.trim_start().strip_prefix('=').filter(|_| starts) else { continue };
        let value = value.trim_start();
        return match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split(quote).next().map(str::to_string),
            _ => value.split(|c: char| c.is_ascii_whitespace() || c == '/').next().map(str::to_string),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        for (page, found) in [
            (
                r#"<html><head><meta name="terraform-get" content="git::https://h/r?a=1&amp;b=2"></head>"#,
                Some("git::https://h/r?a=1&b=2"),
            ),
            (r#"<META CONTENT='x' NAME='Terraform-Get' />"#, Some("x")),
            (r#"<meta charset=utf-8><meta name=terraform-get content="./x.zip">"#, Some("./x.zip")),
            (r#"<meta name="description" content="terraform-get"><body>"#, None),
            (r#"<body><meta name="terraform-get" content="x">"#, None),
            ("<meta name=\"terraform-get\"", None),
            ("", None),
        ] {
            assert_eq!(meta(page).as_deref(), found, "{page}");
        }
    }

    #[test]
    fn relative_locations() {
        let base = Url::parse("https://h/a/b?x=1").unwrap();
        for (location, found) in [
            ("/c.zip", "https://h/c.zip"),
            ("./c.zip//*?archive=zip", "https://h/a/c.zip//*?archive=zip"),
            ("../c", "https://h/c"),
            ("git::https://o/r.git//x", "git::https://o/r.git//x"),
            ("https://o/r.zip", "https://o/r.zip"),
        ] {
            assert_eq!(absolute(&base, location), found);
        }
    }
}
