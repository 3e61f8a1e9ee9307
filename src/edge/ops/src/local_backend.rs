//! The local backend: what the configuration says of it, what `init` has noted of it, and whether both agree.
//!
//! Runs work where the note says, never where a changed configuration would have them: a changed `path` would show an
//! empty state. The note is Terraform's (`.terraform/terraform.tfstate`), hash included, so that either tool goes on in a
//! directory that the other one initialised.

use crate::{Site, TERRAFORM_VERSION, configuration};
use addrs::ModulePath;
use backend::{DataDir, Workspaces};
use config::{BackendBlock, ModuleTree, Sources};
use diag::{Diagnostic, Diagnostics};
use eval::VariableInput;
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::Expression;
use value::json::{Escape, Layout, Node};
use value::{Marks, Type, convert};

/// The arguments of a local backend, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LocalBackend {
    /// The state of the workspace `default`.
    pub(crate) path: Option<String>,
    /// Where the states of other workspaces lie.
    pub(crate) workspace_dir: Option<String>,
}

/// What `init` has noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    /// The backend that is in use, with what `-backend-config` said.
    pub(crate) local: LocalBackend,
    /// Hash of the block as the configuration had it.
    pub(crate) hash: u64,
}

const ARGUMENTS: [&str; 2] = ["path", "workspace_dir"];

impl LocalBackend {
    /// Its states.
    pub(crate) fn workspaces(&self, site: &Site) -> Workspaces {
        Workspaces::at(&site.dir, self.path.as_deref(), self.workspace_dir.as_deref())
    }

    /// Sets an argument. False for one that there is not.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) -> bool {
        match name {
            "path" => self.path = value,
            "workspace_dir" => self.workspace_dir = value,
            _ => return false,
        }
        true
    }

    /// What is wrong with its arguments.
    pub(crate) fn check(&self) -> Option<Diagnostic> {
        let empty = |argument: &Option<String>| argument.as_deref() == Some("");
        let (what, name) = match (empty(&self.path), empty(&self.workspace_dir)) {
            (true, _) => ("Invalid local state file path", "path"),
            (_, true) => ("Invalid local workspace directory path", "workspace_dir"),
            _ => return None,
        };
        Some(Diagnostic::error(what, format!("The {name:?} attribute value must not be empty.")))
    }

    /// The hash that Terraform notes of the block: CRC-32 over go-cty's text of its values (measured with 1.11.4).
    pub(crate) fn hash(&self) -> u64 {
        let text = |argument: &Option<String>| argument.as_ref().map_or("~".into(), |text| format!("{text:?}"));
        let hashed = format!("<\"local\";<{};{};>;>", text(&self.path), text(&self.workspace_dir));
        u64::from(crc32(hashed.as_bytes()))
    }

    /// The note as Terraform writes it.
    pub(crate) fn note(&self, hash: u64) -> String {
        let text = |argument: &Option<String>| argument.as_deref().map_or(Node::Null, Node::string);
        let config = [("path", text(&self.path)), ("workspace_dir", text(&self.workspace_dir))];
        let hash = i64::try_from(hash).unwrap_or_default();
        Node::object([
            ("version", Node::int(3)),
            ("terraform_version", Node::string(TERRAFORM_VERSION)),
            (
                "backend",
                Node::object([
                    ("type", Node::string("local")),
                    ("config", Node::object(config)),
                    ("hash", Node::int(hash)),
                ]),
            ),
        ])
        .print_as(Layout::Indented, Escape::Html)
    }
}

/// CRC-32 as in zip files, of a short text.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// What `init` has noted; `None` where no backend was initialised.
///
/// # Errors
/// Another kind of backend: the state is there, and going on here would not see it.
pub(crate) fn noted(site: &Site) -> Result<Option<Noted>, Diagnostic> {
    let Some(text) = DataDir(site.data_dir()).backend_record()? else { return Ok(None) };
    let unreadable = || {
        Diagnostic::error(
            "Cannot read the note of the backend",
            format!("{} is not what init writes.", site.data_dir().join("terraform.tfstate").display()),
        )
        .next("Run drform init -reconfigure: it notes the backend of the configuration.")
    };
    let record = value::json::parse(&text).map_err(|_| unreadable())?;
    let Some(backend) = record.get("backend").filter(|backend| !backend.is_null()) else { return Ok(None) };
    match backend.get("type").and_then(Node::as_str).ok_or_else(unreadable)? {
        "" => return Ok(None),
        "local" => {}
        kind => return Err(elsewhere(kind)),
    }
    let config = backend.get("config");
    let argument = |name| config.and_then(|c| c.get(name)).and_then(Node::as_str).map(str::to_string);
    let local = LocalBackend { path: argument("path"), workspace_dir: argument("workspace_dir") };
    let hash = backend.get("hash").and_then(Node::as_u64).unwrap_or_default();
    Ok(Some(Noted { local, hash }))
}

fn elsewhere(kind: &str) -> Diagnostic {
    let detail = format!(
        "This directory was initialised with the backend {kind:?}, where its state is. Going on would not see it."
    );
    Diagnostic::error("Backend configuration changed", detail).next(
        "Move the state here with terraform init -migrate-state, or plan it in the simulated cloud with -sandbox.",
    )
}

/// What the configuration says: `None` without a backend block.
///
/// # Errors
/// A backend of another kind, arguments that it does not have or whose values are not known before anything is loaded.
pub(crate) fn declared(
    site: &Site,
    tree: &Arc<ModuleTree>,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
) -> Result<Option<LocalBackend>, Diagnostics> {
    let Some(block) = tree.root().and_then(|root| root.backend.as_ref()) else { return Ok(None) };
    if block.kind.as_ref() != "local" {
        return Err(not_local(block).into());
    }
    let mut local = LocalBackend::default();
    let mut troubles = Diagnostics::new();
    for nested in &block.body.blocks {
        let detail = format!("Blocks of type {:?} are not expected here.", nested.kind.text);
        troubles.push(Diagnostic::error("Unsupported block type", detail).at(nested.header_range()));
    }
    let written = block.body.attributes.iter().map(|attribute| (&attribute.name.text, attribute.range()));
    let undecided = block.body.undecided.iter().map(|property| (&property.name.text, block.range.clone()));
    for (name, range) in written.chain(undecided) {
        if !ARGUMENTS.contains(&name.as_ref()) {
            let detail = format!("An argument named {name:?} is not expected here.");
            let trouble = Diagnostic::error("Unsupported argument", detail).at(range);
            troubles.push(trouble.next("The local backend takes path and workspace_dir."));
        }
    }
    let files = install::ModuleSources::new(&site.dir, &site.data_dir());
    let sources = configuration::static_sources(site, inputs, &files);
    for name in ARGUMENTS {
        let Some(argument) = block.body.attribute(name) else { continue };
        match text(&sources, tree, &argument.expr) {
            Ok(value) => {
                local.set(name, value);
            }
            Err(found) => troubles.extend(found),
        }
    }
    troubles.extend(local.check().map(|trouble| trouble.at(block.range.clone())));
    if troubles.has_errors() { Err(troubles) } else { Ok(Some(local)) }
}

/// The value of an argument, which may be made from variables and local values (OpenTofu 1.8).
fn text(sources: &dyn Sources, tree: &Arc<ModuleTree>, expr: &Expression) -> Result<Option<String>, Diagnostics> {
    let wrong = |summary: &str, detail: &str| Diagnostic::error(summary, detail).at(expr.range());
    let (references, _) = eval::references(expr);
    let workspace = |r: &eval::Reference| matches!(&r.referent, eval::Referent::TerraformAttr(_));
    if references.iter().any(workspace) {
        let detail = "Which workspace is selected is known only when the backend is.";
        return Err(wrong("Value not known in advance", detail).next("Use variables and local values.").into());
    }
    let (value, troubles) = sources.constant(tree, &ModulePath::ROOT, expr);
    let Some(value) = value.filter(|_| !troubles.has_errors()) else { return Err(troubles) };
    let marks = value.unmark_deep();
    if value.marks.contains(Marks::SENSITIVE) || !marks.1.is_empty() {
        let detail =
            "The backend is noted in the data directory, in clear: no sensitive or ephemeral value may be in it.";
        let trouble = wrong("Backend config contains sensitive values", detail);
        return Err(trouble
            .next("Leave the value out of the block, or declare the variable without sensitive.")
            .into());
    }
    match convert(&value, &Type::String) {
        Ok(value) if value.is_known() => Ok(value.as_str().map(str::to_string)),
        Ok(_) => Err(wrong("Value not known in advance", "The value of this argument is not known yet.").into()),
        Err(_) => Err(wrong("Incorrect attribute value type", "A string is required.").into()),
    }
}

fn not_local(block: &BackendBlock) -> Diagnostic {
    let what = "drform keeps its state in a local file and does not reach remote state yet. Going on would see an empty state.";
    Diagnostic::error(format!("Backend {:?} is not supported yet", block.kind), what)
        .at(block.range.clone())
        .next("Use terraform for this configuration, or plan it in the simulated cloud with -sandbox.")
}

/// Whether the configuration still says what `init` has noted.
///
/// # Errors
/// It does not, in Terraform's words; or what is wrong with the block.
pub(crate) fn agreed(
    site: &Site,
    tree: &Arc<ModuleTree>,
    inputs: &BTreeMap<Arc<str>, VariableInput>,
) -> Result<(), Diagnostics> {
    let declared = declared(site, tree, inputs)?;
    let range = tree.root().and_then(|root| root.backend.as_ref()).map(|block| block.range.clone());
    let reason = match (noted(site)?, declared) {
        (None, None) => return Ok(()),
        (Some(noted), Some(declared)) if noted.hash == declared.hash() || noted.local == declared => return Ok(()),
        (Some(_), Some(_)) => "Backend configuration block has changed",
        (None, Some(_)) => "Initial configuration of the requested backend \"local\"",
        (Some(_), None) => "Unsetting the previously set backend \"local\"",
    };
    let detail = format!("{reason}. Nothing was read or changed, so that no state is overlooked.");
    let trouble = Diagnostic::error("Backend initialization required: please run \"drform init\"", detail).next(
        "Run drform init; after a change with -migrate-state to take the state along, or with -reconfigure to leave it.",
    );
    Err(match range {
        Some(range) => trouble.at(range),
        None => trouble,
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Terraform 1.11.4 notes them.
    #[test]
    fn hashes_are_those_of_terraform() {
        let local = |path: Option<&str>, dir: Option<&str>| LocalBackend {
            path: path.map(str::to_string),
            workspace_dir: dir.map(str::to_string),
        };
        for (local, hash) in [
            (local(None, None), 666_019_178),
            (local(Some("s/x.tfstate"), None), 514_347_324),
            (local(Some("s/x.tfstate"), Some("s/d")), 1_768_271_432),
        ] {
            assert_eq!(local.hash(), hash, "{local:?}");
        }
        let note = local(Some("a"), None).note(7);
        assert!(
            note.contains(
                "\"config\": {\n      \"path\": \"a\",\n      \"workspace_dir\": null\n    },\n    \"hash\": 7"
            )
        );
    }
}
