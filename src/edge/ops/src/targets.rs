//! `-target`, `-exclude` and their files: addresses from the command line.

use crate::{Said, Site};
use addrs::{ParseError, Target};
use diag::{Diagnostic, Range};
use plan::Targeting;
use std::path::PathBuf;
use std::sync::Arc;

/// What the command line says about what is planned.
#[derive(Clone, Debug, Default)]
pub struct TargetArguments {
    /// `-target`
    pub target: Vec<String>,
    /// `-target-file`
    pub target_file: Vec<PathBuf>,
    /// `-exclude`
    pub exclude: Vec<String>,
    /// `-exclude-file`
    pub exclude_file: Vec<PathBuf>,
}

/// Reads them all.
///
/// # Errors
/// What is wrong with addresses, with excerpts; files that cannot be read; targets and excludes together.
pub fn targeting(site: &Site, arguments: &TargetArguments) -> Result<Targeting, Said> {
    let TargetArguments { target, target_file, exclude, exclude_file } = arguments;
    let mut reading = Reading { site, said: Said::default() };
    let only = reading.all("target", target, target_file);
    let except = reading.all("exclude", exclude, exclude_file);
    let targeted = !target.is_empty() || !target_file.is_empty();
    let excluded = !exclude.is_empty() || !exclude_file.is_empty();
    if targeted && excluded {
        let detail = "-target and -exclude exclude each other.";
        reading.said.diagnostics.push(
            Diagnostic::error("Invalid combination of arguments", detail)
                .next("Say what to plan, or what to leave out."),
        );
    }
    if reading.said.diagnostics.has_errors() {
        return Err(reading.said);
    }
    // A file without an address leaves nothing out, as if it had not been named.
    Ok(match (only.is_empty(), except.is_empty()) {
        (false, _) => Targeting::Only(only),
        (true, false) => Targeting::Except(except),
        (true, true) => Targeting::All,
    })
}

struct Reading<'a> {
    site: &'a Site,
    said: Said,
}

impl Reading<'_> {
    fn all(&mut self, what: &str, arguments: &[String], files: &[PathBuf]) -> Vec<Target> {
        let mut targets = Vec::new();
        for (number, argument) in arguments.iter().enumerate() {
            let name = if number == 0 { format!("-{what}") } else { format!("-{what} ({})", number + 1) };
            self.said.texts.insert(name.as_str().into(), argument.as_str().into());
            self.address(what, &name.into(), (0, argument), &mut targets);
        }
        for file in files {
            let text = match install::target_file(&self.site.dir.join(file)) {
                Ok(text) => text,
                Err(trouble) => {
                    self.said.diagnostics.push(trouble);
                    continue;
                }
            };
            let name: Arc<str> = file.display().to_string().into();
            self.said.texts.insert(name.clone(), text.clone());
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                let address = line.trim();
                if !address.is_empty() && !address.starts_with('#') {
                    let indent = line.len() - line.trim_start().len();
                    self.address(what, &name, (start + indent, address), &mut targets);
                }
                start += line.len();
            }
        }
        targets
    }

    fn address(&mut self, what: &str, file: &Arc<str>, (start, text): (usize, &str), targets: &mut Vec<Target>) {
        match addrs::parse_target(text) {
            Ok(target) => targets.push(target),
            Err(error) => {
                let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let range = Range::new(file.clone(), place(start), place(start + text.len()));
                self.said.diagnostics.push(bad(what, text, &error).at(range));
            }
        }
    }
}

fn bad(what: &str, text: &str, error: &ParseError) -> Diagnostic {
    Diagnostic::error(format!("Invalid {what} {text:?}"), format!("This is no address: {error}."))
        .next("Write the address of a module, a resource or an instance, such as module.db.aws_instance.pg[\"a\"], quoted for your shell.")
}
