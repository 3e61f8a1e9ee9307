//! What a plan says of itself, as JSON: the header and the configuration.

use crate::archive::{HEADER, Unpacked};
use crate::names::{mode, refresh};
use crate::parts::{
    Read, address, as_address, as_module, as_text, as_value, list, member, members, module_to, number, optional, parse,
    print, text, text_or_none, truth, value_to, whole,
};
use crate::{Backend, CalledModule, FORMAT, Header, ModuleDir, SavedError, Snapshot};
use plan::{PlanOptions, Targeting, Undeclared};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::json::Node;

pub(crate) const CONFIGURATION: &str = "configuration.json";
pub(crate) const LOCK_FILE: &str = "lock.hcl";

/// The header and what is beside it.
pub(crate) fn header_to(header: &Header) -> Vec<(&'static str, String)> {
    let backend = Node::object([
        ("path", optional(header.backend.path.as_ref())),
        ("workspace_dir", optional(header.backend.workspace_dir.as_ref())),
    ]);
    let node = Node::object([
        ("format", number(FORMAT)),
        ("drform", Node::String(header.drform.clone())),
        ("timestamp", Node::String(header.timestamp.clone())),
        ("workspace", Node::String(header.workspace.clone())),
        ("sandbox", Node::Bool(header.sandbox)),
        ("backend", backend),
        ("options", options_to(&header.options)),
        ("seed", number(header.seed)),
        ("variables", Node::object(header.variables.iter().map(|(name, value)| (name.clone(), value_to(value))))),
        ("ephemeral", Node::Array(header.ephemeral.iter().map(|name| Node::String(name.clone())).collect())),
        (
            "schemas",
            Node::object(header.schemas.iter().map(|(who, print)| (who.to_string(), Node::String(print.clone())))),
        ),
        (
            "files_read",
            Node::object(header.files_read.iter().map(|(path, digest)| (path.clone(), Node::String(digest.clone())))),
        ),
    ]);
    let mut entries = vec![(HEADER, print(&node)), (CONFIGURATION, print(&snapshot_to(&header.configuration)))];
    entries.extend(header.lock_file.iter().map(|text| (LOCK_FILE, text.to_string())));
    entries
}

/// Reads it, if this version of drform wrote it.
pub(crate) fn header_from(unpacked: &mut Unpacked<'_>, drform: &str) -> Read<Header> {
    let node = parse(&unpacked.needed(HEADER)?, HEADER)?;
    let wrote = text(&node, "drform")?;
    if whole(&node, "format")? != FORMAT || wrote.as_ref() != drform {
        return Err(SavedError::OtherVersion { wrote: wrote.to_string() });
    }
    let backend = member(&node, "backend")?;
    let variables = members(member(&node, "variables")?)?.iter();
    let schemas = members(member(&node, "schemas")?)?.iter().map(|(who, print)| {
        let who = addrs::parse_provider(who).map_err(|_| SavedError::part("a provider"))?;
        Ok((who, as_text(print)?))
    });
    let files =
        members(member(&node, "files_read")?)?.iter().map(|(path, digest)| Ok((path.clone(), as_text(digest)?)));
    Ok(Header {
        drform: wrote,
        timestamp: text(&node, "timestamp")?,
        workspace: text(&node, "workspace")?,
        sandbox: truth(&node, "sandbox"),
        backend: Backend {
            path: text_or_none(backend, "path")?,
            workspace_dir: text_or_none(backend, "workspace_dir")?,
        },
        options: options_from(member(&node, "options")?)?,
        seed: whole(&node, "seed")?,
        variables: variables
            .map(|(name, value)| Ok((name.clone(), as_value(value)?)))
            .collect::<Read<BTreeMap<_, _>>>()?,
        ephemeral: list(&node, "ephemeral")?.iter().map(as_text).collect::<Read<_>>()?,
        schemas: schemas.collect::<Read<BTreeMap<_, _>>>()?,
        configuration: snapshot_from(&parse(&unpacked.needed(CONFIGURATION)?, CONFIGURATION)?)?,
        lock_file: unpacked.text(LOCK_FILE)?.map(Arc::from),
        files_read: files.collect::<Read<BTreeMap<_, _>>>()?,
    })
}

fn options_to(options: &PlanOptions) -> Node {
    let addresses = |all: &std::collections::BTreeSet<addrs::ResourceInstance>| {
        Node::Array(all.iter().map(|addr| Node::string(addr.to_string())).collect())
    };
    // With objects that are only described no plan is made that could be saved.
    let PlanOptions { mode: asked, refresh: reads, replace, blocked, targeting, undeclared: _ } = options;
    let targets = |addresses: &[addrs::Target]| {
        Node::Array(addresses.iter().map(|target| Node::string(target.to_string())).collect())
    };
    let targets = match targeting {
        Targeting::All => None,
        Targeting::Only(addresses) => Some(("target", targets(addresses))),
        Targeting::Except(addresses) => Some(("exclude", targets(addresses))),
    };
    let always = [
        ("mode", Node::string(mode::name(*asked))),
        ("refresh", Node::string(refresh::name(*reads))),
        ("replace", addresses(replace)),
        ("blocked", addresses(blocked)),
    ];
    Node::object(always.into_iter().chain(targets))
}

fn options_from(node: &Node) -> Read<PlanOptions> {
    Ok(PlanOptions {
        mode: mode::named(&text(node, "mode")?)?,
        refresh: refresh::named(&text(node, "refresh")?)?,
        replace: list(node, "replace")?.iter().map(as_address).collect::<Read<_>>()?,
        blocked: list(node, "blocked")?.iter().map(|addr| address(&as_text(addr)?)).collect::<Read<_>>()?,
        targeting: targeting_from(node)?,
        undeclared: Undeclared::Refused,
    })
}

fn targeting_from(node: &Node) -> Read<Targeting> {
    let targets = |name: &str| {
        let target = |node: &Node| addrs::parse_target(&as_text(node)?).map_err(|_| SavedError::part(name));
        list(node, name)?.iter().map(target).collect::<Read<_>>()
    };
    Ok(match (node.get("target"), node.get("exclude")) {
        (Some(_), _) => Targeting::Only(targets("target")?),
        (None, Some(_)) => Targeting::Except(targets("exclude")?),
        (None, None) => Targeting::All,
    })
}

fn files_to(files: &[(Arc<str>, Arc<str>)]) -> Node {
    let file = |(name, text): &(Arc<str>, Arc<str>)| {
        Node::object([("name", Node::String(name.clone())), ("text", Node::String(text.clone()))])
    };
    Node::Array(files.iter().map(file).collect())
}

fn files_from(node: &Node, name: &str) -> Read<Vec<(Arc<str>, Arc<str>)>> {
    list(node, name)?.iter().map(|file| Ok((text(file, "name")?, text(file, "text")?))).collect()
}

fn snapshot_to(snapshot: &Snapshot) -> Node {
    let directory =
        |dir: &ModuleDir| Node::object([("dir", Node::String(dir.dir.clone())), ("files", files_to(&dir.files))]);
    let call = |call: &CalledModule| {
        Node::object([
            ("from", Node::String(call.from_dir.clone())),
            ("source", Node::String(call.source.clone())),
            ("module", module_to(&call.module)),
            ("dir", Node::String(call.dir.clone())),
        ])
    };
    Node::object([
        ("directories", Node::Array(snapshot.directories.iter().map(directory).collect())),
        ("calls", Node::Array(snapshot.calls.iter().map(call).collect())),
        ("dr_files", files_to(&snapshot.dr_files)),
    ])
}

fn snapshot_from(node: &Node) -> Read<Snapshot> {
    let directory = |node: &Node| Ok(ModuleDir { dir: text(node, "dir")?, files: files_from(node, "files")? });
    let call = |node: &Node| {
        Ok(CalledModule {
            from_dir: text(node, "from")?,
            source: text(node, "source")?,
            module: as_module(member(node, "module")?)?,
            dir: text(node, "dir")?,
        })
    };
    Ok(Snapshot {
        directories: list(node, "directories")?.iter().map(directory).collect::<Read<_>>()?,
        calls: list(node, "calls")?.iter().map(call).collect::<Read<_>>()?,
        dr_files: files_from(node, "dr_files")?,
    })
}
