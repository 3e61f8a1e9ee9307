//! What every command gets: the terminal, the place, the environment.

use crate::arguments::{Planning, Running, Targets, Telling, Variables, World};
use crate::stream::Stream;
use crate::terminal::Terminal;
use diag::{Diagnostic, Diagnostics, SourceTexts};
use ops::{Environment, Locking, Parallelism, Request, Said, Site, TargetArguments, VariableArguments};
use plan::{Mode, PlanOptions, Refresh, Targeting};
use std::path::PathBuf;
use std::time::Duration;
use views::Colour;
use views::json::Message;

/// Exit codes: Terraform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Success = 0,
    /// An error.
    Failure = 1,
    /// Done, and there is a difference (`plan -detailed-exitcode`, `drift`); of `fmt` alone an error.
    Difference = 2,
    /// The layout of a file differs (`fmt -check`).
    Layout = 3,
    /// Done, and more follows: a saved plan was one wave of several (`apply FILE`).
    Wave = 4,
}

/// The surroundings of a command.
pub(crate) struct Shell {
    /// The terminal.
    pub terminal: Terminal,
    /// Where to work.
    pub dir: PathBuf,
    /// The environment.
    pub environment: Environment,
    /// How warnings are said.
    pub warnings: Warnings,
}

/// How warnings are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Warnings {
    /// With all that there is to say.
    Full,
    /// What each is about and where, unless there are errors too (`-compact-warnings`).
    Compact,
}

impl Shell {
    /// The site in one of the worlds.
    pub(crate) fn site(&self, world: &World) -> Site {
        let world = if world.sandbox { ops::World::Sandbox } else { ops::World::Real };
        Site::new(&self.dir, world, self.environment.clone())
    }

    /// Colours of standard output.
    pub(crate) fn colour(&self) -> Colour {
        if self.terminal.style().colour { Colour::Yes } else { Colour::No }
    }

    /// Prints all that was said to standard error, sorted by place.
    pub(crate) fn say(&self, said: &Said) -> Exit {
        if self.terminal.has_stream() {
            said.json().iter().for_each(|diagnostic| self.terminal.tell(Message::diagnostic(diagnostic)));
        }
        let diagnostics = said.diagnostics.clone().sorted();
        if self.warnings == Warnings::Compact && !diagnostics.is_empty() && !diagnostics.has_errors() {
            self.terminal.err(&compact(&diagnostics, &said.texts));
            return Exit::Success;
        }
        for (diagnostic, more) in diagnostics.folded() {
            let text = diag::render(diagnostic, &said.texts, self.terminal.err_style());
            let more = if more == 0 { String::new() } else { format!("… and {} more like this\n", grouped(more)) };
            self.terminal.err(&format!("\n{text}{more}"));
        }
        if diagnostics.has_errors() { Exit::Failure } else { Exit::Success }
    }

    /// Begins to tell programs what happens, as far as they are to be told.
    ///
    /// # Errors
    /// A file that cannot be made.
    pub(crate) fn begin_stream(&self, telling: &Telling) -> Result<(), Diagnostic> {
        if let Some(stream) = Stream::of(telling, &self.dir)? {
            self.terminal.begin_stream(stream);
            self.terminal.tell(views::json::version(ops::TERRAFORM_VERSION));
        }
        Ok(())
    }

    /// Prints one diagnostic.
    pub(crate) fn fail(&self, diagnostic: Diagnostic) -> Exit {
        self.say(&Said { diagnostics: diagnostic.into(), ..Said::default() })
    }

    /// A request that reads only.
    pub(crate) fn reading(&self, world: &World, variables: &Variables, parallelism: usize) -> Request {
        Request {
            site: self.site(world),
            variables: arguments(variables),
            locking: Locking::Free,
            parallelism: Parallelism(parallelism),
        }
    }

    /// A request that may write.
    ///
    /// # Errors
    /// A lock timeout that is no duration.
    pub(crate) fn writing(
        &self,
        world: &World,
        variables: &Variables,
        running: &Running,
    ) -> Result<Request, Diagnostic> {
        let locking = locking(running.lock, &running.lock_timeout)?;
        let Running { state, state_out, backup, .. } = running.clone();
        Ok(Request {
            site: Site { state_file: state, state_out, backup, ..self.site(world) },
            variables: arguments(variables),
            locking,
            parallelism: Parallelism(running.parallelism),
        })
    }
}

/// Warnings as a list: what they are about, and where.
fn compact(warnings: &Diagnostics, texts: &SourceTexts) -> String {
    let mut out = String::from("\nWarnings:\n\n");
    for (warning, more) in warnings.folded() {
        out.push_str(&format!("- {}\n", warning.summary));
        let place = warning.subject.as_ref().and_then(|at| Some((at, texts.position(&at.file, at.start)?)));
        let place = place.map(|(at, position)| format!("on {} line {}", at.file, position.line));
        match (place, more) {
            (Some(place), 0) => out.push_str(&format!("  {place}\n")),
            (Some(place), more) => out.push_str(&format!("  {place} (and {} more)\n", grouped(more))),
            (None, 0) => {}
            (None, more) => out.push_str(&format!("  ({} of this kind)\n", grouped(more + 1))),
        }
    }
    out.push_str("\nTo see the full warning notes, run drform without -compact-warnings.\n");
    out
}

/// What `-lock` and `-lock-timeout` say.
///
/// # Errors
/// A timeout that is no duration.
pub(crate) fn locking(lock: bool, timeout: &str) -> Result<Locking, Diagnostic> {
    Ok(if lock { Locking::Hold(duration("-lock-timeout", timeout)?) } else { Locking::Free })
}

/// `9,999`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Root variables of the command line.
pub(crate) fn arguments(variables: &Variables) -> VariableArguments {
    VariableArguments(variables.0.clone())
}

/// What the planning flags mean.
///
/// # Errors
/// Flags that exclude each other, addresses that are none.
pub(crate) fn plan_options(site: &Site, planning: &Planning) -> Result<PlanOptions, Said> {
    let mode = match (planning.destroy, planning.refresh_only) {
        (true, true) => {
            let detail = "-destroy and -refresh-only exclude each other.";
            let trouble = Diagnostic::error("Incompatible plan mode options", detail).next("Use one of them.");
            return Err(said(trouble));
        }
        (true, false) => Mode::Destroy,
        (false, true) => Mode::RefreshOnly,
        (false, false) => Mode::Normal,
    };
    let refresh = match (planning.refresh, planning.minimal_refresh) {
        (true, false) => Refresh::Yes,
        (false, false) if mode == Mode::RefreshOnly => {
            let detail = "-refresh-only with -refresh=false has nothing to do.";
            return Err(said(Diagnostic::error("Incompatible refresh options", detail).next("Use one of them.")));
        }
        (false, false) => Refresh::No,
        (true, true) if mode == Mode::Normal => Refresh::Minimal,
        (_, true) => {
            let detail = "-minimal-refresh reads what a plan would change: it goes with neither -refresh=false nor \
                          -refresh-only nor -destroy.";
            let trouble = Diagnostic::error("Incompatible refresh options", detail).next("Leave one of them out.");
            return Err(said(trouble));
        }
    };
    let mut replace = std::collections::BTreeSet::new();
    for address in &planning.replace {
        let parsed = addrs::parse_resource_instance(address).map_err(|e| said(not_replaceable(address, &e)))?;
        if parsed.resource.mode != addrs::Mode::Managed {
            let summary = format!("Invalid force-replace address {address:?}");
            let trouble = Diagnostic::error(summary, "Only resources that drform makes can be replaced.");
            return Err(said(trouble.next("Name an instance of a resource block.")));
        }
        replace.insert(parsed);
    }
    if !replace.is_empty() && mode != Mode::Normal {
        let detail = "-replace replaces objects while they are brought to the configuration: it goes with neither \
                      -destroy nor -refresh-only.";
        return Err(said(Diagnostic::error("Unsupported plan mode", detail).next("Leave one of them out.")));
    }
    let targeting = targeting(site, &planning.targets)?;
    Ok(PlanOptions { mode, refresh, replace, targeting, ..PlanOptions::default() })
}

/// What the flags about targets mean.
///
/// # Errors
/// Addresses that are none, files that cannot be read, targets and excludes together.
fn targeting(site: &Site, targets: &Targets) -> Result<Targeting, Said> {
    let Targets { target, target_file, exclude, exclude_file } = targets;
    ops::targeting(
        site,
        &TargetArguments {
            target: target.clone(),
            target_file: target_file.clone(),
            exclude: exclude.clone(),
            exclude_file: exclude_file.clone(),
        },
    )
}

fn said(diagnostic: Diagnostic) -> Said {
    Said { diagnostics: diagnostic.into(), ..Said::default() }
}

/// An address after `-replace` that is none.
fn not_replaceable(address: &str, error: &addrs::ParseError) -> Diagnostic {
    let bad = bad_address(address, error);
    Diagnostic { summary: format!("Invalid force-replace address {address:?}"), ..bad }
}

/// An address on the command line that is none.
pub(crate) fn bad_address(address: &str, error: &addrs::ParseError) -> Diagnostic {
    Diagnostic::error("Invalid address", format!("{address:?}: {error}."))
        .next("Write the address of one resource instance, such as aws_instance.db[\"a\"], quoted for your shell.")
}

/// `30s`, `5m`, `1h`, and sums of them.
fn duration(flag: &str, text: &str) -> Result<Duration, Diagnostic> {
    let bad = || {
        Diagnostic::error("Invalid duration", format!("{flag}={text} is no duration.")).next("Write 30s, 5m or 1h30m.")
    };
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| bad())?;
        let unit = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let seconds = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.saturating_mul(60)),
            "h" => Duration::from_secs(number.saturating_mul(3600)),
            _ => return Err(bad()),
        };
        total = total.saturating_add(seconds);
        rest = after;
    }
    Ok(total)
}
