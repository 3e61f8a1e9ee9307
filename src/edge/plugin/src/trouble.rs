//! What goes wrong with a plugin, told to people: which plugin, what it said, what to do.

use crate::method::CallError;
use crate::{Plugin, Protocol};
use diag::{Diagnostic, Diagnostics, PartStep};
use std::process::ExitStatus;
use std::time::Duration;
use tfplugin::tfplugin6 as wire;
use tfplugin::{DecodeError, PointedDiagnostic};
use tonic::Code;
use value::PathStep;

/// How long a process whose connection broke may take to be gone, before we say that it still runs.
const END_AFTER_BREAK: Duration = Duration::from_secs(1);

/// A detail with what the plugin said under it.
pub(crate) fn with_said(detail: impl Into<String>, said: &str) -> String {
    let detail = detail.into();
    if said.is_empty() {
        format!("{detail} It said nothing on stderr.")
    } else {
        format!("{detail} It said:\n\n{said}")
    }
}

pub(crate) fn described(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended".into(),
    }
}

impl Plugin {
    /// Why a call has no answer, as one error.
    pub(crate) async fn call_failed(&self, what: &str, error: &CallError) -> Diagnostic {
        let name = self.name();
        let status = match error {
            CallError::NotSent => {
                let detail = format!("The provider plugin {name} is gone; the request to {what} was not sent.");
                return Diagnostic::error("Provider plugin is gone", with_said(detail, &self.process.said()))
                    .about(name)
                    .next("Look at the first error about this provider: what comes after it follows from it.");
            }
            CallError::Failed(status) => status,
        };
        let said = status.message();
        match status.code() {
            Code::Unimplemented => Diagnostic::error(
                "Provider is too old",
                format!("The provider plugin {name} has no call to {what} ({said})."),
            )
            .next("Use a newer version of this provider."),
            // The provider is well, but has no answer from the cloud (providers/sdk, `Reply::in_doubt`).
            Code::Aborted => Diagnostic::error(
                "Nobody knows whether the change was made",
                format!("The provider {name} has no answer to its request to {what}. It says:\n{said}"),
            ),
            Code::ResourceExhausted | Code::OutOfRange => Diagnostic::error(
                "Message too big for the provider",
                format!("The request or the answer to {what} is bigger than one side takes: {said}."),
            )
            .next("Make large attributes smaller, or use a newer version of this provider: old ones take 4 MiB."),
            _ => self.crashed(what, said).await,
        }
        .about(name)
    }

    async fn crashed(&self, what: &str, said: &str) -> Diagnostic {
        let name = self.name();
        match self.process.ended_within(END_AFTER_BREAK).await {
            Some(status) => Diagnostic::error(
                "Provider plugin crashed",
                with_said(
                    format!("The provider plugin {name} {} while it was asked to {what}.", described(status)),
                    &self.process.said(),
                ),
            )
            .next("This is a fault of the provider: report the text above to its authors."),
            None => Diagnostic::error(
                "Provider plugin did not answer",
                with_said(
                    format!("The request to the provider plugin {name} to {what} failed: {said}."),
                    &self.process.said(),
                ),
            )
            .next("Run again; if it happens again, report it to the authors of the provider."),
        }
    }

    /// A value in an answer that is none of the schema's type.
    pub(crate) fn invalid_object(&self, what: &str, error: &DecodeError) -> Diagnostic {
        let at = if error.path.0.is_empty() { String::new() } else { format!(" at {}", error.path) };
        Diagnostic::error(
            "Provider produced an invalid object",
            format!("Asked to {what}, the provider {} answered with something that does not conform to its own schema{at}: {}.", self.name(), error.reason),
        )
        .about(self.name())
        .next("This is a fault of the provider: report it to its authors.")
    }

    pub(crate) fn no_such_type(&self, what: &str, kind: &str) -> Diagnostic {
        Diagnostic::error(format!("Invalid {what}"), format!("The provider {} has no {what} {kind:?}.", self.name()))
            .about(self.name())
            .next("Correct the name, or use a version of the provider that has it.")
    }
}

/// What a provider had to say. Providers written on the old SDK give their checks in random order: they are sorted.
pub(crate) fn diagnostics(messages: Vec<wire::Diagnostic>) -> Diagnostics {
    let mut all: Vec<PointedDiagnostic> = messages.into_iter().map(PointedDiagnostic::from).collect();
    all.sort_by(|a, b| {
        let key = |p: &PointedDiagnostic| (p.diagnostic.severity, p.attribute.clone());
        (key(a), &a.diagnostic.summary, &a.diagnostic.detail).cmp(&(
            key(b),
            &b.diagnostic.summary,
            &b.diagnostic.detail,
        ))
    });
    let told = |pointed: PointedDiagnostic| match pointed.attribute.0.as_slice() {
        [] => pointed.diagnostic,
        steps => {
            let part: Vec<PartStep> = steps.iter().map(part_step).collect();
            let named = pointed.attribute.to_string();
            pointed.diagnostic.part(part).involving(named, "is the attribute that the provider means")
        }
    };
    all.into_iter().map(told).collect()
}

fn part_step(step: &PathStep) -> PartStep {
    match step {
        PathStep::Attribute(name) | PathStep::Key(name) => PartStep::Name(name.to_string()),
        PathStep::Index(place) => PartStep::Place(*place),
    }
}

/// Why a plugin that was to be started is not there.
pub(crate) fn not_started(name: &str, why: impl Into<String>, said: &str) -> Diagnostic {
    Diagnostic::error("Could not start the provider plugin", with_said(format!("{} {}", name, why.into()), said))
        .about(name)
}

pub(crate) fn wrong_version(name: &str, version: u32) -> Diagnostic {
    Diagnostic::error(
        "Incompatible provider plugin",
        format!("{name} speaks protocol {version}; drform speaks 5 and 6."),
    )
    .about(name)
    .next(if version < 5 {
        "Use a newer version of this provider: this one was made for Terraform before 0.12."
    } else {
        "Use an older version of this provider, or a newer drform."
    })
}

pub(crate) fn protocol(version: u32) -> Option<Protocol> {
    match version {
        5 => Some(Protocol::V5),
        6 => Some(Protocol::V6),
        _ => None,
    }
}
