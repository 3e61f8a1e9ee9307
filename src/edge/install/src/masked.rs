//! Addresses without their secrets: what is shown, never what is used.

/// Parts of names of query arguments that hold secrets: `sshkey`, `aws_access_key_secret`, `X-Amz-Signature`, `token`.
const SECRET: [&str; 8] = ["key", "token", "secret", "passw", "sig", "auth", "credential", "code"];

const MASK: &str = "***";

/// An address whose passwords and secret arguments are replaced.
pub(crate) fn address(address: &str) -> String {
    text(address, address)
}

/// True when an address has something to hide.
pub(crate) fn hides(address: &str) -> bool {
    !secrets(address).is_empty()
}

/// Text that may repeat secrets of an address, such as what git says about it.
pub(crate) fn text(text: &str, address: &str) -> String {
    let mut shown = text.to_string();
    for (secret, kept) in secrets(address) {
        shown = shown.replace(&secret, &kept);
    }
    users_of_urls(&shown)
}

/// What is replaced by what; longer ones first, so that none is found in another.
fn secrets(address: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some((_, rest)) = address.split_once("://")
        && let Some((user, _)) = rest.split(['/', '?', '#']).next().and_then(|place| place.rsplit_once('@'))
        && let Some(shown) = masked_user(address, user)
    {
        found.push((format!("{user}@"), format!("{shown}@")));
        if let Some((_, password)) = user.split_once(':').filter(|(_, password)| password.len() > 2) {
            found.push((password.to_string(), MASK.to_string()));
        }
    }
    if let Some((_, query)) = address.split_once('?') {
        for argument in query.split('&') {
            let Some((name, value)) = argument.split_once('=') else { continue };
            let lower = name.to_ascii_lowercase();
            if !value.is_empty() && SECRET.iter().any(|part| lower.contains(part)) {
                found.push((argument.to_string(), format!("{name}={MASK}")));
                let decoded: String = url::form_urlencoded::parse(argument.as_bytes()).map(|(_, v)| v).collect();
                // A short one could be part of any word.
                for value in [value.to_string(), decoded] {
                    if value.len() > 5 {
                        found.push((value, MASK.to_string()));
                    }
                }
            }
        }
    }
    found.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    found
}

/// The part before `@` as it is shown; `None` where it tells nothing.
fn masked_user(address: &str, user: &str) -> Option<String> {
    match user.split_once(':') {
        Some((_, "")) | Some((_, MASK)) => None,
        Some((name, _)) => Some(format!("{name}:{MASK}")),
        // A token stands in the place of the name.
        None if address.contains("http") && user != "git" && user != MASK => Some(MASK.to_string()),
        None => None,
    }
}

/// Whatever stands before an `@` in any URL of a text.
fn users_of_urls(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let end =
            after.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '\'' | '"')).unwrap_or(after.len());
        let (place, remaining) = after.split_at(end);
        match place.rsplit_once('@') {
            Some((user, host)) => {
                let scheme = if before.ends_with("http://") || before.ends_with("https://") { "http" } else { "" };
                shown.push_str(&masked_user(scheme, user).unwrap_or_else(|| user.to_string()));
                shown.push('@');
                shown.push_str(host);
            }
            None => shown.push_str(place),
        }
        rest = remaining;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests;
