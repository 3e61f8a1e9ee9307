//! The stream of messages for programs: where it goes, and what happens as messages.

use crate::arguments::Telling;
use diag::Diagnostic;
use ops::{Deed, Happening, ProvisionStage, Provisioned, Stage, Work};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use value::json::Node;
use views::json::Message;

/// Where messages go.
pub(crate) enum Stream {
    /// To standard output, where nothing else goes then.
    Output,
    /// Into a file.
    File(Sink),
}

/// A file that several threads may write.
pub(crate) struct Sink(File);

impl Sink {
    /// Writes one line; the system takes it as one.
    pub(crate) fn write_all(&self, line: &[u8]) -> std::io::Result<()> {
        (&self.0).write_all(line)
    }
}

impl Stream {
    /// The stream that flags ask for; a file is relative to the working directory of the command.
    ///
    /// # Errors
    /// A file that cannot be made.
    pub(crate) fn of(telling: &Telling, dir: &Path) -> Result<Option<Stream>, Diagnostic> {
        if telling.json {
            return Ok(Some(Stream::Output));
        }
        let Some(path) = &telling.json_into else { return Ok(None) };
        let path = dir.join(path);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Outputs and diagnostics may tell more than everybody is to know.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(file) => Ok(Some(Stream::File(Sink(file)))),
            Err(error) => Err(Diagnostic::error(
                "The file for messages cannot be written",
                format!("-json-into names {}: {error}.", path.display()),
            )
            .next("Name a file in a directory that exists and that you may write.")),
        }
    }
}

/// The time, in UTC, as messages have it.
pub(crate) fn time() -> String {
    format!("{:.6}", jiff::Timestamp::now())
}

/// What happens as a message; `None` for what is shown to people only.
pub(crate) fn message(happening: &Happening) -> Option<Message> {
    match happening {
        Happening::Work(work) | Happening::Look(work) => of_work(work),
        Happening::Provision(provision) => of_provision(provision),
        Happening::Important(text) => Some(Message::log(text)),
        Happening::Begins { .. } | Happening::Line(_) | Happening::StepDone => None,
    }
}

/// How a deed is called in messages.
struct Words {
    action: &'static str,
    doing: &'static str,
    done: &'static str,
}

fn words(deed: Deed) -> Words {
    let (action, doing, done) = match deed {
        Deed::Create => ("create", "Creating", "Creation"),
        Deed::Update => ("update", "Modifying", "Modifications"),
        Deed::Delete => ("delete", "Destroying", "Destruction"),
        Deed::Read => ("read", "Refreshing", "Refresh"),
        Deed::Refresh => ("", "Refreshing state", "Refresh"),
        Deed::Open => ("open", "Opening", "Opening"),
        Deed::Renew => ("renew", "Renewing", "Renewal"),
        Deed::Close => ("close", "Closing", "Closing"),
    };
    Words { action, doing, done }
}

fn of_work(work: &Work) -> Option<Message> {
    let Words { action, doing, done } = words(work.deed);
    let ephemeral = matches!(work.deed, Deed::Open | Deed::Renew | Deed::Close);
    let refresh = work.deed == Deed::Refresh;
    let kind = match work.stage {
        Stage::Begins if refresh => "refresh_start",
        Stage::Done(_) if refresh => "refresh_complete",
        // That a look failed is told by its diagnostics alone.
        _ if refresh => return None,
        Stage::Failed(_) if work.deed == Deed::Read => return None,
        Stage::Begins if ephemeral => "ephemeral_op_start",
        Stage::GoesOn(_) if ephemeral => "ephemeral_op_progress",
        Stage::Done(_) if ephemeral => "ephemeral_op_complete",
        Stage::Failed(_) if ephemeral => "ephemeral_op_errored",
        Stage::Begins => "apply_start",
        Stage::GoesOn(_) => "apply_progress",
        Stage::Done(_) => "apply_complete",
        Stage::Failed(_) => "apply_errored",
    };
    let addr = &work.addr;
    let named = work.id.as_ref().map(|(key, text)| format!(" [{key}={text}]")).unwrap_or_default();
    let text = match work.stage {
        Stage::Begins => format!("{addr}: {doing}...{named}"),
        Stage::GoesOn(took) => format!("{addr}: Still {}... [{} elapsed]", doing.to_lowercase(), duration(took)),
        Stage::Done(_) if refresh => format!("{addr}: {done} complete{named}"),
        Stage::Done(took) => format!("{addr}: {done} complete after {}{named}", duration(took)),
        Stage::Failed(took) => format!("{addr}: {done} errored after {}", duration(took)),
    };
    let mut hook = vec![("resource", views::json::resource(addr))];
    if !refresh {
        hook.push(("action", Node::string(action)));
    }
    if let Some((key, text)) = &work.id {
        hook.push(("id_key", Node::string(*key)));
        hook.push(("id_value", Node::string(text.clone())));
    }
    match work.stage {
        Stage::GoesOn(took) | Stage::Done(took) | Stage::Failed(took) if !refresh => {
            hook.push(("elapsed_seconds", Node::Number(took.to_string().into())));
        }
        _ => {}
    }
    Some(Message::new(kind, text, vec![("hook", Node::object(hook))]))
}

fn of_provision(provision: &Provisioned) -> Option<Message> {
    let Provisioned { addr, kind, stage } = provision;
    let (name, text) = match stage {
        ProvisionStage::Begins => ("provision_start", format!("{addr}: Provisioning with '{kind}'...")),
        ProvisionStage::Says(line) if line.is_empty() => return None,
        ProvisionStage::Says(line) => ("provision_progress", format!("{addr}: ({kind}): {line}")),
        ProvisionStage::Done => ("provision_complete", format!("{addr}: ({kind}) Provisioning complete")),
        ProvisionStage::Failed => ("provision_errored", format!("{addr}: ({kind}) Provisioning errored")),
    };
    let mut hook = vec![("resource", views::json::resource(addr)), ("provisioner", Node::string(kind.clone()))];
    if let ProvisionStage::Says(line) = stage {
        hook.push(("output", Node::string(line.clone())));
    }
    Some(Message::new(name, text, vec![("hook", Node::object(hook))]))
}

/// Seconds as Go writes durations: `42s`, `3m0s`, `1h0m5s`.
fn duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    }
}
