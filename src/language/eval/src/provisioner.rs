//! `provisioner` and `connection` blocks: their schemas, what is wrong with them, and what they say for one object.

use crate::evaluator::{Evaluator, Repeating, Repetition};
use addrs::{InstanceKey, ModuleInstance};
use config::{Provisioner, RemovedBlock, ResourceConfig};
use configschema::{Attribute, Block};
use diag::{Diagnostic, Diagnostics};
use std::sync::Arc;
use syntax::Body;
use value::{Marks, Type, Value};

/// What a provisioner is told for one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Provisioning {
    /// Its arguments, with marks.
    pub config: Value,
    /// How the machine is reached, with marks; `None` where no `connection` block says it.
    pub connection: Option<Value>,
}

/// `provisioner` blocks and what they have in common.
#[derive(Clone, Copy)]
pub struct Provisioners<'a> {
    /// All of them, in order.
    pub all: &'a [Provisioner],
    /// The `connection` block beside them.
    connection: Option<&'a syntax::Block>,
}

impl<'a> Provisioners<'a> {
    /// Those of a resource block.
    pub fn of_resource(block: &'a ResourceConfig) -> Provisioners<'a> {
        Provisioners { all: &block.provisioners, connection: block.connection.as_ref() }
    }

    /// Those of a `removed` block.
    pub fn of_removed(block: &'a RemovedBlock) -> Provisioners<'a> {
        Provisioners { all: &block.provisioners, connection: block.connection.as_ref() }
    }

    /// What connects one of them: its own arguments before those of the block beside it.
    fn connection(&self, provisioner: &Provisioner) -> Option<Body> {
        match (self.connection, &provisioner.connection) {
            (Some(base), Some(own)) => {
                let mut body = own.body.clone();
                let missing = base.body.attributes.iter().filter(|a| own.body.attribute(&a.name.text).is_none());
                body.attributes.extend(missing.cloned());
                Some(body)
            }
            (base, own) => own.as_ref().or(base).map(|block| block.body.clone()),
        }
    }
}

impl Repetition {
    /// What is left of `count` and `each` when an object is destroyed: its key. `each.value` is refused there.
    pub fn of_key(key: &InstanceKey) -> Repetition {
        match key {
            InstanceKey::None => Repetition::NONE,
            InstanceKey::Int(index) => Repetition { count_index: Some(*index), ..Repetition::NONE },
            InstanceKey::String(key) => Repetition { each: Some((key.clone(), Value::dynamic())), ..Repetition::NONE },
        }
    }
}

impl Evaluator {
    /// What one of the provisioners is told for an object: wholly known, or there is an error. `repetition` says which
    /// object that is, with `self`.
    pub fn provisioning(
        &self,
        module: &ModuleInstance,
        (provisioners, provisioner): (Provisioners<'_>, &Provisioner),
        repetition: &Repetition,
    ) -> (Provisioning, Diagnostics) {
        let (told, mut troubles) = self.told(module, (provisioners, provisioner), Repeating::Instance(repetition));
        let unknown = |value: &Value| !value.is_wholly_known();
        if !troubles.has_errors() && (unknown(&told.config) || told.connection.as_ref().is_some_and(unknown)) {
            let detail = format!("The {} provisioner needs values that are not known.", provisioner.kind);
            troubles
                .push(Diagnostic::error("Configuration contains unknown value", detail).at(provisioner.range.clone()));
        }
        (told, troubles)
    }

    /// The same with nothing known: for all objects at once.
    pub(crate) fn check_provisioners(
        &self,
        module: &ModuleInstance,
        provisioners: Provisioners<'_>,
        open: crate::evaluator::Open,
    ) -> Diagnostics {
        let all = provisioners.all.iter();
        all.flat_map(|provisioner| self.told(module, (provisioners, provisioner), Repeating::Open(open)).1).collect()
    }

    fn told(
        &self,
        module: &ModuleInstance,
        (provisioners, provisioner): (Provisioners<'_>, &Provisioner),
        repeating: Repeating<'_>,
    ) -> (Provisioning, Diagnostics) {
        let schema = provisioner_schema(&provisioner.kind);
        let (config, mut troubles) = self.decode_repeating(module, &provisioner.body, &schema, repeating);
        if !troubles.has_errors() {
            let wrong = wrong_arguments(&provisioner.kind, &config);
            troubles.extend(wrong.map(|wrong| wrong.at(provisioner.range.clone())));
        }
        let connection = provisioners.connection(provisioner).map(|body| {
            let (connection, more) = self.decode_repeating(module, &body, &connection_schema(), repeating);
            troubles.extend(more);
            if !troubles.has_errors() {
                let wrong = wrong_connection(&connection);
                troubles.extend(wrong.map(|wrong| wrong.at(body.missing_range())));
            }
            connection
        });
        (Provisioning { config, connection }, troubles)
    }
}

/// The arguments that each provisioner has.
pub fn provisioner_schema(kind: &str) -> Block {
    let text = || Attribute::optional(Type::String);
    let texts = || Attribute::optional(Type::List(Arc::new(Type::String)));
    match kind {
        "local-exec" => block([
            ("command", Attribute::required(Type::String)),
            ("interpreter", texts()),
            ("working_dir", text()),
            ("environment", Attribute::optional(Type::Map(Arc::new(Type::String)))),
            ("quiet", Attribute::optional(Type::Bool)),
        ]),
        "remote-exec" => block([("inline", texts()), ("script", text()), ("scripts", texts())]),
        _ => block([("source", text()), ("content", text()), ("destination", Attribute::required(Type::String))]),
    }
}

/// What a `connection` block may say, whatever its type.
fn connection_schema() -> Block {
    let texts = [
        "type",
        "user",
        "password",
        "timeout",
        "script_path",
        "target_platform",
        "private_key",
        "certificate",
        "host_key",
        "agent_identity",
        "proxy_scheme",
        "proxy_host",
        "proxy_user_name",
        "proxy_user_password",
        "bastion_host",
        "bastion_host_key",
        "bastion_user",
        "bastion_password",
        "bastion_private_key",
        "bastion_certificate",
        "cacert",
    ];
    let numbers = ["port", "proxy_port", "bastion_port"];
    let truths = ["agent", "https", "insecure", "use_ntlm"];
    let texts = texts.into_iter().map(|name| (name, Attribute::optional(Type::String)));
    let numbers = numbers.into_iter().map(|name| (name, Attribute::optional(Type::Number)));
    let truths = truths.into_iter().map(|name| (name, Attribute::optional(Type::Bool)));
    block(texts.chain(numbers).chain(truths).chain([("host", Attribute::required(Type::String))]))
}

fn block(attributes: impl IntoIterator<Item = (&'static str, Attribute)>) -> Block {
    let attributes = attributes.into_iter().map(|(name, attribute)| (Arc::from(name), attribute));
    Block { attributes: attributes.collect(), ..Block::default() }
}

/// What no schema can say of the arguments. Something unknown counts as set.
fn wrong_arguments(kind: &str, config: &Value) -> Option<Diagnostic> {
    let is_set = |name: &&&str| config.get(name).is_some_and(|value| !value.is_null());
    let (names, one_of): (&[&str], _) = match kind {
        "remote-exec" => (&["inline", "script", "scripts"], "inline, script and scripts"),
        "file" => (&["source", "content"], "source and content"),
        _ => return None,
    };
    if config.as_object().is_none() || names.iter().filter(is_set).count() == 1 {
        return None;
    }
    let detail = format!("The {kind} provisioner takes exactly one of the arguments {one_of}.");
    Some(Diagnostic::error(format!("Invalid {kind} provisioner configuration"), detail).next("Leave one of them."))
}

/// Which connections there are not: better said before an object is made than after.
fn wrong_connection(connection: &Value) -> Option<Diagnostic> {
    // What is marked must not be shown; whoever connects looks again.
    let said =
        |name: &str| connection.get(name).filter(|value| value.marks == Marks::NONE)?.as_str().map(str::to_owned);
    if connection.get("proxy_host").is_some_and(|host| !host.is_null()) {
        return Some(
            Diagnostic::error(
                "Unsupported connection",
                "drform reaches machines directly or through a bastion, not through a proxy.",
            )
            .next("Remove the proxy arguments, or write bastion_host."),
        );
    }
    match (said("type").as_deref(), said("target_platform").as_deref()) {
        (Some("winrm"), _) => Some(
            Diagnostic::error("Unsupported connection type", "drform reaches machines by SSH only, not by WinRM.")
                .next("Enable OpenSSH on the machine and write type = \"ssh\", or do the work in its image."),
        ),
        (Some(other), _) if !matches!(other, "ssh" | "") => {
            let detail = format!("There is no connection of the type {other:?}.");
            Some(Diagnostic::error("Unsupported connection type", detail).next("Write type = \"ssh\"."))
        }
        (_, Some("windows")) => Some(
            Diagnostic::error("Unsupported target platform", "drform provisions machines with a Unix shell only.")
                .next("Do the work in the image of the machine, or with its user data."),
        ),
        (_, Some(other)) if !matches!(other, "unix" | "") => {
            let detail = format!("There is no target platform {other:?}.");
            Some(Diagnostic::error("Unsupported target platform", detail).next("Write \"unix\", or leave it out."))
        }
        _ => None,
    }
}
