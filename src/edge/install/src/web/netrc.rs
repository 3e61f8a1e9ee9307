//! `.netrc`: users and passwords by host, as curl and git know them.

use std::path::Path;

/// What the file says.
#[derive(Clone, Default)]
pub(crate) struct Netrc {
    /// Host (`None` for all others), user, password.
    machines: Vec<(Option<String>, String, String)>,
}

impl Netrc {
    /// Reads a file; one that cannot be read says nothing.
    pub(crate) fn read(path: Option<&Path>) -> Netrc {
        path.and_then(|path| std::fs::read_to_string(path).ok()).map(|text| Netrc::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Netrc {
        let mut machines: Vec<(Option<String>, String, String)> = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut words = line.split_whitespace();
            while let Some(word) = words.next() {
                match word {
                    "machine" => machines.push((words.next().map(str::to_lowercase), String::new(), String::new())),
                    "default" => machines.push((None, String::new(), String::new())),
                    "login" | "password" => {
                        let value = words.next().unwrap_or_default().to_string();
                        if let Some((_, user, password)) = machines.last_mut() {
                            *(if word == "login" { user } else { password }) = value;
                        }
                    }
                    "account" => {
                        words.next();
                    }
                    "macdef" => {
                        // Up to an empty line there are commands.
                        for line in lines.by_ref() {
                            if line.trim().is_empty() {
                                break;
                            }
                        }
                        break;
                    }
                    word if word.starts_with('#') => break,
                    _ => {}
                }
            }
        }
        Netrc { machines }
    }

    /// User and password for a host.
    pub(crate) fn of(&self, host: &str) -> Option<(&str, &str)> {
        let host = host.to_lowercase();
        let named = self.machines.iter().find(|(machine, ..)| machine.as_ref() == Some(&host));
        let (_, user, password) = named.or_else(|| self.machines.iter().find(|(machine, ..)| machine.is_none()))?;
        (!user.is_empty() || !password.is_empty()).then_some((user, password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let netrc = Netrc::parse(
            "# mine\nmachine a.example login me password p1\nmachine b.example\n  login you # not me\n  password p2\n\
             macdef init\nmachine no.example\n\nmachine C.example login x account y password z default login anybody password any",
        );
        assert_eq!(netrc.of("a.example"), Some(("me", "p1")));
        assert_eq!(netrc.of("B.example"), Some(("you", "p2")));
        assert_eq!(netrc.of("c.example"), Some(("x", "z")));
        assert_eq!(netrc.of("other"), Some(("anybody", "any")));
        assert_eq!(Netrc::default().of("a"), None);
    }
}
