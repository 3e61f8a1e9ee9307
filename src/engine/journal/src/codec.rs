//! Records as lines of JSON. Own encodings, because a journal must hold what a state cannot: unknown values.

mod objects;
pub mod values;

use crate::{Act, Begin, How, Intent, IntentId, Outcome, Record};
use addrs::ResourceInstance;
use objects::{
    address, bytes, deposed, instance_from, instance_to, list, member, members, object_from, object_to, outputs_from,
    outputs_to, provider, resource, text, text_or_none, whole,
};
use std::sync::Arc;
use value::json::{Escape, Layout, Node, parse};

/// Why a line is not a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It says something that only a later version knows.
    Newer(String),
    /// It says nothing.
    Malformed(String),
}

impl Refusal {
    pub(crate) fn of(what: &str) -> Refusal {
        Refusal::Malformed(format!("a record has no good {what:?}"))
    }
}

/// Appends one record, without the newline.
pub(crate) fn write_record(out: &mut String, number: u64, record: &Record) {
    let (kind, mut rest) = parts(record);
    let mut all = vec![("n".into(), Node::Number(number.to_string().into())), ("record".into(), Node::string(kind))];
    all.append(&mut rest);
    out.push_str(&Node::Object(all).print_as(Layout::Compact, Escape::Plain));
}

type Members = Vec<(Arc<str>, Node)>;

fn parts(record: &Record) -> (&'static str, Members) {
    match record {
        Record::Begin(begin) => ("begin", begin_to(begin)),
        Record::Before { addr, instance } => {
            ("before", vec![addr_to(addr), ("instance".into(), instance_to(instance))])
        }
        Record::Intent(intent) => ("intent", intent_to(intent)),
        Record::Outcome { intent, outcome } => ("outcome", outcome_to(*intent, outcome)),
        Record::Resolved { intent, how, outcome } => {
            let mut members = outcome_to(*intent, outcome);
            members.push(("how".into(), Node::string(how_name(*how))));
            ("resolved", members)
        }
        Record::Deposed { addr, key } => ("deposed", vec![addr_to(addr), ("key".into(), Node::string(key.clone()))]),
        Record::Restored { addr, key } => ("restored", vec![addr_to(addr), ("key".into(), Node::string(key.clone()))]),
        Record::Refreshed { addr, instance } => {
            let instance = instance.as_ref().map_or(Node::Null, |i| instance_to(i));
            ("refreshed", vec![addr_to(addr), ("instance".into(), instance)])
        }
        Record::Data { addr, provider, object } => {
            let provider = Node::string(provider.to_string());
            ("data", vec![addr_to(addr), ("provider".into(), provider), ("object".into(), object_to(object))])
        }
        Record::Forgotten { addr, deposed } => {
            let mut members = vec![addr_to(addr)];
            members.extend(deposed.iter().map(|key| ("deposed".into(), Node::string(key.clone()))));
            ("forgotten", members)
        }
        Record::Provisioned { addr } => ("provisioned", vec![addr_to(addr)]),
        Record::Outputs { before, after } => {
            ("outputs", vec![("before".into(), outputs_to(before)), ("after".into(), outputs_to(after))])
        }
        Record::Checks { before, after } => {
            let text = |text: &Option<Arc<str>>| text.clone().map_or(Node::Null, Node::string);
            ("checks", vec![("before".into(), text(before)), ("after".into(), text(after))])
        }
        Record::End => ("end", Vec::new()),
    }
}

/// Reads one line, which must be record `number`.
pub(crate) fn read_record(line: &str, number: u64) -> Result<Record, Refusal> {
    let node = parse(line).map_err(|_| Refusal::Malformed("a record is not JSON".into()))?;
    let found = whole(&node, "n")?;
    if found != number {
        return Err(Refusal::Malformed(format!("record {number} is missing, {found} stands in its place")));
    }
    Ok(match text(&node, "record")?.as_ref() {
        "begin" => Record::Begin(begin_from(&node)?),
        "before" => {
            Record::Before { addr: address(&node)?, instance: Arc::new(instance_from(member(&node, "instance")?)?) }
        }
        "intent" => Record::Intent(Arc::new(intent_from(&node)?)),
        "outcome" => Record::Outcome { intent: IntentId(whole(&node, "intent")?), outcome: outcome_from(&node)? },
        "resolved" => {
            let how = how_from(&text(&node, "how")?)?;
            Record::Resolved { intent: IntentId(whole(&node, "intent")?), how, outcome: outcome_from(&node)? }
        }
        "deposed" => Record::Deposed { addr: address(&node)?, key: text(&node, "key")? },
        "restored" => Record::Restored { addr: address(&node)?, key: text(&node, "key")? },
        "refreshed" => {
            let instance = match member(&node, "instance")? {
                Node::Null => None,
                instance => Some(Arc::new(instance_from(instance)?)),
            };
            Record::Refreshed { addr: address(&node)?, instance }
        }
        "data" => Record::Data {
            addr: address(&node)?,
            provider: provider(&node)?,
            object: Arc::new(object_from(member(&node, "object")?)?),
        },
        "forgotten" => Record::Forgotten { addr: address(&node)?, deposed: deposed(&node)? },
        "provisioned" => Record::Provisioned { addr: address(&node)? },
        "outputs" => Record::Outputs {
            before: outputs_from(member(&node, "before")?)?,
            after: outputs_from(member(&node, "after")?)?,
        },
        "checks" => Record::Checks { before: text_or_null(&node, "before")?, after: text_or_null(&node, "after")? },
        "end" => Record::End,
        other => return Err(Refusal::Newer(format!("it has records of the kind {other:?}"))),
    })
}

fn text_or_null(node: &Node, name: &str) -> Result<Option<Arc<str>>, Refusal> {
    match member(node, name)? {
        Node::Null => Ok(None),
        _ => text(node, name).map(Some),
    }
}

fn addr_to(addr: &ResourceInstance) -> (Arc<str>, Node) {
    ("addr".into(), Node::string(addr.to_string()))
}

fn begin_to(begin: &Begin) -> Members {
    vec![
        ("run".into(), Node::string(begin.run.clone())),
        ("lineage".into(), Node::string(begin.lineage.clone())),
        ("serial".into(), Node::Number(begin.serial.to_string().into())),
        ("operation".into(), Node::string(begin.operation.clone())),
        ("terraform_version".into(), Node::string(begin.terraform_version.clone())),
    ]
}

fn begin_from(node: &Node) -> Result<Begin, Refusal> {
    Ok(Begin {
        run: text(node, "run")?,
        lineage: text(node, "lineage")?,
        serial: whole(node, "serial")?,
        operation: text(node, "operation")?,
        terraform_version: text(node, "terraform_version")?,
    })
}

fn intent_to(intent: &Intent) -> Members {
    let mut all = vec![
        ("intent".into(), Node::Number(intent.id.0.to_string().into())),
        addr_to(&intent.addr),
        ("act".into(), Node::string(act_name(intent.act))),
        ("provider".into(), Node::string(intent.provider.to_string())),
        ("kind".into(), Node::string(intent.kind.clone())),
        ("schema_version".into(), Node::Number(intent.schema_version.to_string().into())),
        ("prior".into(), values::to_node(&intent.prior)),
        ("planned".into(), values::to_node(&intent.planned)),
        ("config".into(), values::to_node(&intent.config)),
        ("private".into(), bytes::to_node(&intent.private)),
        ("prior_private".into(), bytes::to_node(&intent.prior_private)),
        ("token".into(), Node::string(intent.token.clone())),
        ("sensitive".into(), Node::Array(intent.sensitive.iter().map(values::path_to).collect())),
        ("dependencies".into(), Node::Array(intent.dependencies.iter().map(|d| Node::string(d.to_string())).collect())),
        ("create_before_destroy".into(), Node::Bool(intent.create_before_destroy)),
        ("skip_destroy".into(), Node::Bool(intent.skip_destroy)),
        ("provisions".into(), Node::Bool(intent.provisions)),
    ];
    all.extend(intent.meta.iter().map(|meta| ("meta".into(), values::to_node(meta))));
    all.extend(intent.deposed.iter().map(|key| ("deposed".into(), Node::string(key.clone()))));
    all.extend(intent.replaces.iter().map(|key| ("replaces".into(), Node::string(key.clone()))));
    // What is empty is left out: ten thousand intents are mostly made of it.
    all.retain(|(_, node)| {
        !matches!(node, Node::Bool(false)) && *node != Node::Array(Vec::new()) && *node != Node::string("")
    });
    all
}

fn intent_from(node: &Node) -> Result<Intent, Refusal> {
    let value = |name: &str| values::from_node(member(node, name)?).ok_or_else(|| Refusal::of(name));
    let paths = list(node, "sensitive").iter().map(values::path_from).collect::<Option<Vec<_>>>();
    let all = members(node)?;
    let truth = |name: &str| all.iter().any(|(key, value)| &**key == name && *value == Node::Bool(true));
    Ok(Intent {
        id: IntentId(whole(node, "intent")?),
        addr: address(node)?,
        deposed: deposed(node)?,
        replaces: text_or_none(node, "replaces")?,
        act: act_from(&text(node, "act")?)?,
        provider: provider(node)?,
        kind: text(node, "kind")?,
        schema_version: whole(node, "schema_version")?,
        prior: value("prior")?,
        planned: value("planned")?,
        config: value("config")?,
        private: bytes::from_member(node, "private")?,
        prior_private: bytes::from_member(node, "prior_private")?,
        meta: node.get("meta").map(|meta| values::from_node(meta).ok_or_else(|| Refusal::of("meta"))).transpose()?,
        token: text_or_none(node, "token")?.unwrap_or_default(),
        sensitive: paths.ok_or_else(|| Refusal::of("sensitive"))?.into(),
        dependencies: list(node, "dependencies").iter().map(resource).collect::<Result<Vec<_>, _>>()?.into(),
        create_before_destroy: truth("create_before_destroy"),
        skip_destroy: truth("skip_destroy"),
        provisions: truth("provisions"),
    })
}

fn outcome_to(intent: IntentId, outcome: &Outcome) -> Members {
    let (name, object) = match outcome {
        Outcome::Object(object) => ("object", Some(object_to(object))),
        Outcome::Gone => ("gone", None),
        Outcome::Nothing => ("nothing", None),
    };
    let mut all =
        vec![("intent".into(), Node::Number(intent.0.to_string().into())), ("outcome".into(), Node::string(name))];
    all.extend(object.map(|object| ("object".into(), object)));
    all
}

fn outcome_from(node: &Node) -> Result<Outcome, Refusal> {
    match text(node, "outcome")?.as_ref() {
        "object" => Ok(Outcome::Object(Arc::new(object_from(member(node, "object")?)?))),
        "gone" => Ok(Outcome::Gone),
        "nothing" => Ok(Outcome::Nothing),
        other => Err(Refusal::Newer(format!("it has outcomes of the kind {other:?}"))),
    }
}

fn act_name(act: Act) -> &'static str {
    match act {
        Act::Create => "create",
        Act::Update => "update",
        Act::Delete => "delete",
    }
}

fn act_from(name: &str) -> Result<Act, Refusal> {
    let all = [Act::Create, Act::Update, Act::Delete];
    all.into_iter()
        .find(|act| act_name(*act) == name)
        .ok_or_else(|| Refusal::Newer(format!("it has acts of the kind {name:?}")))
}

fn how_name(how: How) -> &'static str {
    match how {
        How::FoundByToken => "token",
        How::Read => "read",
        How::Repeated => "repeated",
        How::Person => "person",
    }
}

fn how_from(name: &str) -> Result<How, Refusal> {
    let all = [How::FoundByToken, How::Read, How::Repeated, How::Person];
    all.into_iter().find(|how| how_name(*how) == name).ok_or_else(|| Refusal::Newer(format!("it resolves by {name:?}")))
}

#[cfg(test)]
pub(crate) mod tests;
