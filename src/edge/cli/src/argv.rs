//! The command line as Terraform users type it, rewritten for the parser: `-auto-approve` is `--auto-approve`.

use std::ffi::OsString;

/// Rewrites Terraform's single-dash long flags and inserts `TF_CLI_ARGS` and `TF_CLI_ARGS_<command>`.
///
/// Everything after a lone `--` is left as it is. `extra` gives the words of both variables for a command, general ones
/// first; in the name of the command stands `_` for blanks and hyphens, as in `TF_CLI_ARGS_state_mv`.
pub(crate) fn rewrite(args: impl IntoIterator<Item = OsString>, extra: impl Fn(&str) -> Vec<String>) -> Vec<OsString> {
    let mut args = args.into_iter().peekable();
    let mut out: Vec<OsString> = args.next().into_iter().collect();
    let mut command_seen = false;
    let mut plain = false;
    while let Some(arg) = args.next() {
        let Some(text) = arg.to_str() else {
            out.push(arg);
            continue;
        };
        if plain {
            out.push(arg);
            continue;
        }
        if text == "--" {
            plain = true;
            out.push(arg);
            continue;
        }
        if !command_seen && matches!(text, "-version" | "--version" | "-v") {
            command_seen = true;
            out.push("version".into());
            continue;
        }
        out.push(double_dash(text).into());
        if !command_seen && !text.starts_with('-') {
            command_seen = true;
            let nested = if GROUPS.contains(&text) { args.peek().and_then(|next| next.to_str()) } else { None };
            let nested = nested.filter(|next| !next.starts_with('-')).map(str::to_string);
            let name = nested.as_ref().map_or_else(|| text.to_string(), |nested| format!("{text}_{nested}"));
            out.extend(nested.and_then(|_| args.next()));
            out.extend(extra(&name.replace('-', "_")).iter().map(|e| double_dash(e).into()));
        }
    }
    out
}

/// Commands that have commands of their own.
const GROUPS: [&str; 5] = ["state", "workspace", "providers", "metadata", "sandbox"];

/// `-flag` to `--flag`; short `-h`, negative numbers and everything else stay.
fn double_dash(text: &str) -> String {
    let long = text
        .strip_prefix('-')
        .is_some_and(|rest| rest.len() > 1 && rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if long { format!("-{text}") } else { text.to_string() }
}

/// Help and complaints of the argument parser with options as people write them here: one dash.
pub(crate) fn single_dashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let (before, after) = rest.split_at(at);
        let after = after.strip_prefix("--").unwrap_or(after);
        let starts_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '-');
        let long = starts_word && after.starts_with(|c: char| c.is_ascii_alphabetic());
        out.push_str(before);
        out.push_str(if long { "-" } else { "--" });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Splits the text of `TF_CLI_ARGS` into words; single and double quotes group.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut started = false;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                started = true;
            }
            (None, c) if c.is_whitespace() => {
                if started || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                    started = false;
                }
            }
            (None, c) => word.push(c),
        }
    }
    if started || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests;
