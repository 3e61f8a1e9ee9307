//! Addresses that do not say by which means a package is fetched: hosts that people write without a scheme, the form
//! of `scp`, absolute paths.

use super::Misunderstood;

/// Takes off `git::` and its kin.
pub(crate) fn split_means(address: &str) -> (Option<&str>, &str) {
    match address.split_once("::") {
        Some((means, rest))
            if !means.is_empty() && !rest.is_empty() && means.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            (Some(means), rest)
        }
        _ => (None, address),
    }
}

/// The full form of an address without subdirectory.
pub(super) fn normalised(address: &str) -> Result<String, Misunderstood> {
    let (means, rest) = split_means(address);
    if has_scheme(rest) {
        return Ok(address.to_string());
    }
    let (place, query) = match rest.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (rest, None),
    };
    let (detected, query) = match scp(place) {
        // The query of this form is sorted and escaped anew.
        Some(address) if !place.starts_with("github.com/") => (Some(("git", address)), query.map(encoded)),
        _ => (by_host(place)?, query.map(str::to_string)),
    };
    let Some((detected_means, address)) = detected else { return Err(not_understood(address)) };
    let means = means.unwrap_or(detected_means);
    let means = if means.is_empty() { String::new() } else { format!("{means}::") };
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    Ok(format!("{means}{address}{query}"))
}

/// Whether an address has a scheme and what follows is no nonsense to those who read URLs.
fn has_scheme(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let port = rest.strip_prefix("//").and_then(|rest| {
        let host = rest.split(['/', '?', '#']).next()?;
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.rsplit_once(']').map_or(host, |(_, after)| after);
        host.split_once(':').map(|(_, port)| port)
    });
    is_scheme && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()))
}

/// `git@host:path`, for this user only: with another name it may be anything.
fn scp(place: &str) -> Option<String> {
    let rest = place.strip_prefix("git@")?;
    let (host, path) = rest.split_once(':')?;
    let path = path.strip_prefix('/').unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| format!("ssh://git@{host}/{path}"))
}

/// The means and the full address of places at hosts that are known.
fn by_host(place: &str) -> Result<Option<(&'static str, String)>, Misunderstood> {
    let parts: Vec<&str> = place.split('/').collect();
    match parts.as_slice() {
        ["github.com", owner, repository, inside @ ..] => {
            let repository = repository.strip_suffix(".git").unwrap_or(repository);
            let inside = if inside.is_empty() { String::new() } else { format!("//{}", inside.join("/")) };
            Ok(Some(("git", format!("https://github.com/{owner}/{repository}.git{inside}"))))
        }
        ["github.com", ..] => Err(Misunderstood::new(
            format!("{place:?} does not name a repository."),
            "Write github.com/OWNER/REPOSITORY.",
        )),
        ["bitbucket.org", _, ..] => {
            // Bitbucket has nothing but git.
            let place = place.strip_suffix(".git").unwrap_or(place);
            Ok(Some(("git", format!("https://{place}.git"))))
        }
        _ if place.contains("googleapis.com/") => match parts.as_slice() {
            [_, _, version, bucket, object @ ..] if !object.is_empty() => {
                let object = object.join("/");
                Ok(Some(("gcs", format!("https://www.googleapis.com/storage/{version}/{bucket}/{object}"))))
            }
            _ => Err(Misunderstood::new(
                format!("{place:?} does not name an object in Google Cloud Storage."),
                "Write www.googleapis.com/storage/v1/BUCKET/OBJECT.",
            )),
        },
        [host, path @ ..] if place.contains(".amazonaws.com/") => match s3(host, &path.join("/")) {
            Some(address) => Ok(Some(("s3", address))),
            None => Err(Misunderstood::new(
                format!("{place:?} does not name an object in S3."),
                "Write s3::https://s3.REGION.amazonaws.com/BUCKET/KEY.",
            )),
        },
        ["", _, ..] => Ok(Some(("", format!("file://{place}")))),
        _ => Ok(None),
    }
}

/// The styles of S3's hosts, brought to the one with the bucket in the path.
fn s3(host: &str, path: &str) -> Option<String> {
    match host.split('.').collect::<Vec<&str>>().as_slice() {
        [region, "amazonaws", "com"] => Some(format!("https://{region}.amazonaws.com/{path}")),
        [bucket, region, "amazonaws", "com"] => Some(format!("https://{region}.amazonaws.com/{bucket}/{path}")),
        [bucket, "s3", region, "amazonaws", "com"] => {
            Some(format!("https://s3.{region}.amazonaws.com/{bucket}/{path}"))
        }
        _ => None,
    }
}

fn encoded(query: &str) -> String {
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn not_understood(address: &str) -> Misunderstood {
    let shown = crate::masked::address(address);
    if address.is_empty() {
        return Misunderstood::new("The source is empty.", "Write the path of a module (./…) or its address.");
    }
    if address.starts_with("ssh://") {
        let next =
            "With ssh:// the path begins with a slash (git::ssh://git@host/path); git@host:path goes without ssh://.";
        return Misunderstood::new(format!("{shown:?} is no address."), next);
    }
    let why = format!("{shown:?} is neither a path, nor a module of a registry, nor an address.");
    let path = if address == "." || address == ".." { format!("{address}/") } else { format!("./{shown}") };
    let next = if address.contains('@') {
        format!("For a repository reached by ssh write git::ssh://USER@HOST/PATH; for a path write {path:?}.")
    } else {
        format!("For a path write {path:?}; for a repository put git:: in front (git::https://…).")
    };
    Misunderstood::new(why, next)
}
