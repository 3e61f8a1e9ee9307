//! The plan as JSON, and the whole file.

use crate::archive::{pack, unpack};
use crate::deferred::{deferred_from, deferred_to, waiting_from, waiting_to};
use crate::graph::{graph_from, graph_to};
use crate::header::{header_from, header_to};
use crate::names::{action, checked, complete, mode, reason};
use crate::parts::{
    Read, address, as_address, as_path, as_provider, as_resource, as_text, as_value, bytes, bytes_to, items, list,
    member, members, number, optional, parse, path_to, print, provider, text, text_or_none, truth, value, value_to,
    whole,
};
use crate::{Header, Opened, SavedError, schema_of};
use addrs::ResourceInstance;
use calls::{ImportedBy, ObjectIdentity};
use diag::Range;
use eval::{Checked, Outcome, Verdicts};
use plan::{Drift, InstanceChange, OutputChange, Plan, Schemas};
use state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Path;
use value::json::Node;

const PLAN: &str = "plan.json";
const PRIOR: &str = "prior.tfstate";
const REFRESHED: &str = "refreshed.tfstate";

/// The bytes of a plan file. They hold what the state holds, secrets too.
///
/// # Errors
/// Only when the archive cannot be made, as with entries of more than four gigabytes.
pub fn write(header: &Header, plan: &Plan) -> Result<Vec<u8>, SavedError> {
    let mut entries = header_to(header);
    entries.push((PRIOR, state::v4::print(&plan.prior)));
    entries.push((REFRESHED, state::v4::print(&plan.refreshed)));
    entries.push((PLAN, print(&plan_to(plan))));
    pack(&entries)
}

/// Reads a plan file but for the plan; `drform` is the version that reads.
///
/// # Errors
/// Bytes that are not those that were written, another kind of file, another version.
pub fn open(bytes: &[u8], drform: &str) -> Result<Opened, SavedError> {
    let mut unpacked = unpack(bytes)?;
    let header = header_from(&mut unpacked, drform)?;
    let mut state = |name: &str| -> Read<Arc<State>> {
        let text = unpacked.needed(name)?;
        state::v4::parse(&text).map(Arc::new).map_err(|_| SavedError::part(name))
    };
    let (prior, refreshed) = (state(PRIOR)?, state(REFRESHED)?);
    let plan = parse(&unpacked.needed(PLAN)?, PLAN)?;
    Ok(Opened { header, prior, refreshed, plan })
}

impl Opened {
    /// The plan, with the schemas of the providers.
    ///
    /// # Errors
    /// A plan that makes no sense.
    pub fn plan(&self, schemas: &Schemas) -> Result<Plan, SavedError> {
        let node = &self.plan;
        let changes = list(node, "changes")?.iter().map(|change| change_from(change, schemas)).collect::<Read<_>>()?;
        let moved = |(to, from): &(Arc<str>, Node)| Ok((address(to)?, as_address(from)?));
        let moved = members(member(node, "moved")?)?.iter().map(moved).collect::<Read<BTreeMap<_, _>>>()?;
        let drift =
            list(node, "drift")?.iter().map(|drift| self.drift_from(drift, &moved, schemas)).collect::<Read<_>>()?;
        let output = |(name, node): &(Arc<str>, Node)| Ok((name.clone(), output_from(node)?));
        let configured = |(who, value): &(Arc<str>, Node)| Ok((provider(who)?, as_value(value)?));
        let known = |(addr, value): &(Arc<str>, Node)| Ok((address(addr)?, as_value(value)?));
        let function = |(call, value): &(Arc<str>, Node)| Ok((call.to_string(), as_value(value)?));
        let block = |(addr, text): &(Arc<str>, Node)| Ok((address(addr)?, as_text(text)?));
        let all = |name: &str| members(member(node, name)?);
        Ok(Plan {
            mode: mode::named(&text(node, "mode")?)?,
            changes,
            drift,
            relevant: list(node, "relevant")?.iter().map(relevant_from).collect::<Read<_>>()?,
            outputs: all("outputs")?.iter().map(output).collect::<Read<_>>()?,
            execution: graph_from(member(node, "execution")?)?,
            refreshed: self.refreshed.clone(),
            prior: self.prior.clone(),
            moved,
            provider_configs: all("provider_configs")?.iter().map(configured).collect::<Read<_>>()?,
            values: all("values")?.iter().map(known).collect::<Read<_>>()?,
            functions: all("functions")?.iter().map(function).collect::<Read<_>>()?,
            checked: list(node, "checked")?.iter().map(checked_from).collect::<Read<_>>()?,
            complete: complete::named(&text(node, "complete")?)?,
            targeting: self.header.options.targeting.clone(),
            generated: all("generated")?.iter().map(block).collect::<Read<_>>()?,
            deferred: list(node, "deferred")?
                .iter()
                .map(|deferred| deferred_from(deferred, schemas))
                .collect::<Read<_>>()?,
            awaited: list(node, "awaited")?
                .iter()
                .map(|waiting| waiting_from(waiting).map(Arc::new))
                .collect::<Read<_>>()?,
            left: usize::try_from(whole(node, "left")?).map_err(|_| SavedError::part("left"))?,
        })
    }

    fn drift_from(
        &self,
        node: &Node,
        moved: &BTreeMap<ResourceInstance, ResourceInstance>,
        schemas: &Schemas,
    ) -> Read<Drift> {
        let addr = as_address(member(node, "addr")?)?;
        // Whatever drifted is in one of the states, under the address that it has there.
        let before = moved.get(&addr).unwrap_or(&addr);
        let found = self.refreshed.instances.get(&addr).or_else(|| self.prior.instances.get(before));
        let found = found.or_else(|| self.prior.instances.get(&addr));
        let schema = found.map(|found| schema_of(schemas, &found.provider.provider, &addr)).unwrap_or_default();
        Ok(Drift { addr, schema, before: value(node, "before")?, after: value(node, "after")? })
    }
}

fn plan_to(plan: &Plan) -> Node {
    // Every field: one that is added must be written, too.
    let Plan {
        mode: kind,
        changes,
        drift,
        relevant,
        outputs,
        execution,
        refreshed: _,
        prior: _,
        moved,
        provider_configs,
        values,
        functions,
        checked: conditions,
        complete: entire,
        deferred,
        awaited,
        left,
        // It stands in the options.
        targeting: _,
        generated,
    } = plan;
    Node::object([
        ("mode", Node::string(mode::name(*kind))),
        ("complete", Node::string(complete::name(*entire))),
        ("changes", Node::Array(changes.iter().map(change_to).collect())),
        ("drift", Node::Array(drift.iter().map(drift_to).collect())),
        ("relevant", Node::Array(relevant.iter().map(relevant_to).collect())),
        ("outputs", Node::object(outputs.iter().map(|(name, output)| (name.clone(), output_to(output))))),
        ("execution", graph_to(execution)),
        ("moved", Node::object(moved.iter().map(|(to, from)| (to.to_string(), Node::string(from.to_string()))))),
        (
            "generated",
            Node::object(generated.iter().map(|(addr, block)| (addr.to_string(), Node::string(block.clone())))),
        ),
        (
            "provider_configs",
            Node::object(provider_configs.iter().map(|(who, value)| (who.to_string(), value_to(value)))),
        ),
        ("values", Node::object(values.iter().map(|(addr, value)| (addr.to_string(), value_to(value))))),
        ("functions", Node::object(functions.iter().map(|(call, value)| (call.as_str(), value_to(value))))),
        ("checked", Node::Array(conditions.iter().map(checked_to).collect())),
        ("deferred", Node::Array(deferred.iter().map(deferred_to).collect())),
        ("awaited", Node::Array(awaited.iter().map(|waiting| waiting_to(waiting)).collect())),
        ("left", number(left)),
    ])
}

fn relevant_to((addr, path): &(ResourceInstance, Path)) -> Node {
    Node::Array(vec![Node::string(addr.to_string()), path_to(path)])
}

fn relevant_from(node: &Node) -> Read<(ResourceInstance, Path)> {
    match items(node)? {
        [addr, path] => Ok((as_address(addr)?, as_path(path)?)),
        _ => Err(SavedError::part("relevant")),
    }
}

fn change_to(change: &InstanceChange) -> Node {
    let InstanceChange {
        addr,
        deposed,
        provider,
        schema: _,
        action: act,
        reason: why,
        before,
        after,
        config,
        private,
        prior_private,
        identity,
        meta,
        replace_paths,
        dependencies,
        create_before_destroy,
        skip_destroy,
        declared_at,
        importing,
    } = change;
    let mut all = vec![
        ("addr", Node::string(addr.to_string())),
        ("deposed", optional(deposed.as_ref())),
        ("provider", Node::string(provider.to_string())),
        ("action", Node::string(action::name(*act))),
        ("reason", Node::string(reason::name(*why))),
        ("before", value_to(before)),
        ("after", value_to(after)),
        ("config", value_to(config)),
        ("private", bytes_to(private)),
        ("prior_private", bytes_to(prior_private)),
        ("identity", identity.as_ref().map_or(Node::Null, identity_to)),
        ("meta", meta.as_ref().map_or(Node::Null, value_to)),
        ("replace_paths", Node::Array(replace_paths.iter().map(path_to).collect())),
        ("dependencies", Node::Array(dependencies.iter().map(|d| Node::string(d.to_string())).collect())),
        ("create_before_destroy", Node::Bool(*create_before_destroy)),
        ("skip_destroy", Node::Bool(*skip_destroy)),
        ("declared_at", declared_at.as_ref().map_or(Node::Null, range_to)),
        ("importing", importing.as_ref().map_or(Node::Null, importing_to)),
    ];
    // Ten thousand changes are mostly made of what is not there.
    let nothing = [Node::Null, Node::Bool(false), Node::Array(Vec::new()), Node::string("")];
    all.retain(|(_, node)| !nothing.contains(node));
    Node::object(all)
}

fn change_from(node: &Node, schemas: &Schemas) -> Read<InstanceChange> {
    let addr = as_address(member(node, "addr")?)?;
    let provider = as_provider(member(node, "provider")?)?;
    let dependencies = list(node, "dependencies")?.iter().map(as_resource).collect::<Read<Vec<_>>>()?;
    Ok(InstanceChange {
        schema: schema_of(schemas, &provider.provider, &addr),
        addr,
        provider,
        deposed: text_or_none(node, "deposed")?,
        action: action::named(&text(node, "action")?)?,
        reason: reason::named(&text(node, "reason")?)?,
        before: value(node, "before")?,
        after: value(node, "after")?,
        config: value(node, "config")?,
        private: bytes(node, "private")?,
        prior_private: bytes(node, "prior_private")?,
        identity: node.get("identity").map(identity_from).transpose()?,
        meta: node.get("meta").map(as_value).transpose()?,
        replace_paths: list(node, "replace_paths")?.iter().map(as_path).collect::<Read<_>>()?,
        dependencies: dependencies.into(),
        create_before_destroy: truth(node, "create_before_destroy"),
        skip_destroy: truth(node, "skip_destroy"),
        declared_at: node.get("declared_at").map(range_from).transpose()?,
        importing: node.get("importing").map(importing_from).transpose()?,
    })
}

fn identity_to(identity: &ObjectIdentity) -> Node {
    Node::object([("version", number(identity.version)), ("json", Node::String(identity.json.clone()))])
}

fn identity_from(node: &Node) -> Read<ObjectIdentity> {
    Ok(ObjectIdentity { version: whole(node, "version")?, json: text(node, "json")? })
}

fn importing_to(by: &ImportedBy) -> Node {
    match by {
        ImportedBy::Id(id) => Node::String(id.clone()),
        ImportedBy::Identity(identity) => identity_to(identity),
    }
}

fn importing_from(node: &Node) -> Read<ImportedBy> {
    Ok(match node {
        Node::String(id) => ImportedBy::Id(id.clone()),
        node => ImportedBy::Identity(identity_from(node)?),
    })
}

pub(crate) fn range_to(range: &Range) -> Node {
    Node::Array(vec![Node::String(range.file.clone()), number(range.start), number(range.end)])
}

pub(crate) fn range_from(node: &Node) -> Read<Range> {
    let wrong = || SavedError::part("a place in a file");
    let [file, start, end] = items(node)? else { return Err(wrong()) };
    let place = |node: &Node| node.as_u64().and_then(|place| u32::try_from(place).ok()).ok_or_else(wrong);
    Ok(Range::new(as_text(file)?, place(start)?, place(end)?))
}

fn drift_to(drift: &Drift) -> Node {
    let Drift { addr, schema: _, before, after } = drift;
    Node::object([("addr", Node::string(addr.to_string())), ("before", value_to(before)), ("after", value_to(after))])
}

fn output_to(output: &OutputChange) -> Node {
    let OutputChange { before, after, sensitive, action: act } = output;
    Node::object([
        ("before", value_to(before)),
        ("after", value_to(after)),
        ("sensitive", Node::Bool(*sensitive)),
        ("action", Node::string(action::name(*act))),
    ])
}

fn output_from(node: &Node) -> Read<OutputChange> {
    Ok(OutputChange {
        before: value(node, "before")?,
        after: value(node, "after")?,
        sensitive: truth(node, "sensitive"),
        action: action::named(&text(node, "action")?)?,
    })
}

fn checked_to(block: &Checked) -> Node {
    let Checked { kind, config, rules, objects } = block;
    let verdicts = |verdicts: &Verdicts| {
        let verdict = |((file, place), outcome): (&(String, u32), &Outcome)| {
            Node::Array(vec![Node::string(file.as_str()), number(place), outcome_to(outcome)])
        };
        Node::Array(verdicts.iter().map(verdict).collect())
    };
    let objects = objects.as_ref().map_or(Node::Null, |objects| {
        Node::object(objects.iter().map(|(addr, found)| (addr.as_str(), verdicts(found))))
    });
    Node::object([
        ("kind", Node::string(checked::name(*kind))),
        ("config", Node::string(config.as_str())),
        ("rules", number(rules)),
        ("objects", objects),
    ])
}

fn checked_from(node: &Node) -> Read<Checked> {
    let wrong = || SavedError::part("what became of a condition");
    let verdict = |node: &Node| {
        let [file, place, outcome] = items(node)? else { return Err(wrong()) };
        let place = place.as_u64().and_then(|place| u32::try_from(place).ok()).ok_or_else(wrong)?;
        Ok(((as_text(file)?.to_string(), place), outcome_from(outcome)?))
    };
    let verdicts = |node: &Node| items(node)?.iter().map(verdict).collect::<Read<Verdicts>>();
    let objects = match member(node, "objects")? {
        Node::Null => None,
        node => {
            let each = members(node)?.iter().map(|(addr, found)| Ok((addr.to_string(), verdicts(found)?)));
            Some(each.collect::<Read<BTreeMap<_, _>>>()?)
        }
    };
    Ok(Checked {
        kind: checked::named(&text(node, "kind")?)?,
        config: text(node, "config")?.to_string(),
        rules: usize::try_from(whole(node, "rules")?).map_err(|_| wrong())?,
        objects,
    })
}

fn outcome_to(outcome: &Outcome) -> Node {
    match outcome {
        Outcome::Passed => Node::string("passed"),
        Outcome::Failed(message) => Node::Array(vec![Node::string("failed"), Node::string(message.as_str())]),
        Outcome::Unknown => Node::string("unknown"),
        Outcome::Invalid => Node::string("invalid"),
    }
}

fn outcome_from(node: &Node) -> Read<Outcome> {
    let wrong = || SavedError::part("what became of a condition");
    Ok(match node {
        Node::String(name) => match name.as_ref() {
            "passed" => Outcome::Passed,
            "unknown" => Outcome::Unknown,
            "invalid" => Outcome::Invalid,
            _ => return Err(wrong()),
        },
        node => match items(node)? {
            [failed, message] if failed.as_str() == Some("failed") => Outcome::Failed(as_text(message)?.to_string()),
            _ => return Err(wrong()),
        },
    })
}
