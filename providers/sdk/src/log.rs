//! Log lines on stderr, in the form that Terraform and drform take up (plugin-protocol.md 3.2).

use serde_json::{Map, Value as Json};
use std::io::Write;
use std::sync::OnceLock;

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed.
    Error,
    /// Somebody should look.
    Warn,
    /// What happens.
    Info,
    /// What happens in detail.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
            Level::Trace => "trace",
        }
    }

    /// `JSON` means everything, and so does a word that nobody knows: who sets the variable wants to see something.
    fn parse(text: &str) -> Option<Level> {
        match text.to_ascii_lowercase().as_str() {
            "" | "off" => None,
            "error" => Some(Level::Error),
            "warn" => Some(Level::Warn),
            "info" => Some(Level::Info),
            "debug" => Some(Level::Debug),
            _ => Some(Level::Trace),
        }
    }
}

static LEVEL: OnceLock<Option<Level>> = OnceLock::new();

/// Sets the level once, from the most particular variable that is set.
pub(crate) fn init(provider: &str, variable: impl Fn(&str) -> Option<String>) {
    let particular = format!("TF_LOG_PROVIDER_{}", provider.to_ascii_uppercase().replace('-', "_"));
    let text = [particular.as_str(), "TF_LOG_PROVIDER", "TF_LOG"].into_iter().find_map(variable);
    let _ = LEVEL.set(text.and_then(|text| Level::parse(&text)));
}

/// Writes a line, if lines of that level are wanted. Never log secrets: hosts keep these lines.
pub fn write(level: Level, message: &str, pairs: &[(&str, &str)]) {
    if LEVEL.get().copied().flatten().is_some_and(|wanted| level <= wanted) {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        // A log that cannot be written is no reason to stop.
        let _ = writeln!(std::io::stderr().lock(), "{}", line(level, message, pairs, &now));
    }
}

fn line(level: Level, message: &str, pairs: &[(&str, &str)], now: &str) -> String {
    let mut object = Map::new();
    for (key, value) in [("@level", level.name()), ("@message", message), ("@timestamp", now)] {
        object.insert(key.into(), value.into());
    }
    for (key, value) in pairs {
        object.insert((*key).into(), (*value).into());
    }
    Json::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let now = jiff::Timestamp::UNIX_EPOCH.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        assert_eq!(
            line(Level::Warn, "slow", &[("kind", "x_y")], &now),
            r#"{"@level":"warn","@message":"slow","@timestamp":"1970-01-01T00:00:00.000000Z","kind":"x_y"}"#
        );
    }

    #[test]
    fn levels() {
        let rows = [("", None), ("off", None), ("WARN", Some(Level::Warn)), ("json", Some(Level::Trace))];
        for (text, level) in rows {
            assert_eq!(Level::parse(text), level);
        }
        assert!(Level::Error < Level::Trace);
    }
}
