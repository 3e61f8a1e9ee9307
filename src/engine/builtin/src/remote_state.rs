//! `data "terraform_remote_state"`: the root outputs of another configuration's state.
//!
//! What is to be read is decided here, and what comes of it; the edge reads. Outputs come as plain values: Terraform and
//! OpenTofu drop what the other configuration marked sensitive (measured with Terraform 1.11.4), and a mark that only we
//! kept would refuse configurations that both accept.

use calls::{Answer, Question, StoredObject};
use configschema::{Attribute, Block, Schema};
use diag::{Diagnostic, Diagnostics, PartStep};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Type, Value, convert};

/// The data source.
pub(crate) const KIND: &str = "terraform_remote_state";
const BACKEND: &str = "backend";
const CONFIG: &str = "config";
const DEFAULTS: &str = "defaults";
const OUTPUTS: &str = "outputs";
const WORKSPACE: &str = "workspace";

/// Backends of Terraform 1.11 that we do not reach.
const KNOWN: [&str; 12] =
    ["azurerm", "consul", "cos", "gcs", "http", "inmem", "kubernetes", "oss", "pg", "remote", "s3", "cloud"];
/// Backends that Terraform 1.3 removed.
const REMOVED: [&str; 6] = ["artifactory", "etcd", "etcdv3", "manta", "swift", "atlas"];

/// A state in a local file that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteState {
    /// Name of the workspace.
    pub workspace: Arc<str>,
    /// The state of the workspace `default`, where it is told; relative to the working directory.
    pub path: Option<Arc<str>>,
    /// Where the states of other workspaces lie, where it is told.
    pub workspace_dir: Option<Arc<str>>,
}

pub(crate) fn schema() -> Schema {
    let attributes = [
        (BACKEND, Attribute::required(Type::String).described("Kind of the backend that keeps the state.")),
        (CONFIG, Attribute::optional(Type::Dynamic).described("Arguments of the backend, as an object.")),
        (DEFAULTS, Attribute::optional(Type::Dynamic).described("Values of outputs that the state does not have.")),
        (OUTPUTS, Attribute::computed(Type::Dynamic).described("The root outputs of the state, as an object.")),
        (WORKSPACE, Attribute::optional(Type::String).described("Workspace to read; default if there is none.")),
    ];
    let attributes = attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect();
    Schema { version: 0, block: Block { attributes, ..Block::default() } }
}

/// Whether a block can be meant; what is not known yet is judged later.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut troubles = Diagnostics::new();
    let known = |name| config.get(name).is_none_or(Value::is_wholly_known);
    if known(CONFIG) && known(BACKEND) {
        troubles.extend(backend(config).err());
    } else if !config.get(CONFIG).is_none_or(may_be_object) {
        troubles.push(wrong("Invalid backend configuration", "The configuration must be an object value.", CONFIG));
    }
    if !config.get(DEFAULTS).is_none_or(may_be_object) {
        troubles.push(wrong("Invalid default values", "Defaults must be given in an object value.", DEFAULTS));
    }
    troubles
}

/// Which state a question wants to be read; `None` for other questions.
///
/// # Errors
/// What is wrong with the block.
pub fn remote_state(question: &Question) -> Option<Result<RemoteState, Diagnostics>> {
    match question {
        Question::ReadDataSource { provider, kind, config, .. }
            if provider.provider == addrs::Provider::builtin() && kind.as_ref() == KIND =>
        {
            Some(backend(config).map_err(Diagnostics::from))
        }
        _ => None,
    }
}

/// The answer to the question, with the outputs that the state has; without a state an error.
pub fn answer_remote_state(question: &Question, outputs: Option<BTreeMap<Arc<str>, Value>>) -> Answer {
    let Question::ReadDataSource { config, .. } = question else {
        return Answer::Unsupported;
    };
    let Some(outputs) = outputs else {
        let detail = "No stored state was found for the given workspace in the given backend.";
        let next = "Apply the other configuration first, or correct config and workspace.";
        return Answer::Object(None, wrong("Unable to find remote state", detail, WORKSPACE).next(next).into());
    };
    let mut all: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (step, value) in config.get(DEFAULTS).into_iter().flat_map(Value::children) {
        if let value::PathStep::Attribute(name) | value::PathStep::Key(name) = step {
            all.insert(name, value.clone());
        }
    }
    all.extend(outputs);
    let mut attributes = config.as_object().cloned().unwrap_or_default();
    attributes.insert(OUTPUTS.into(), Value::object(all));
    let object = StoredObject { value: Value::object(attributes), private: Arc::default(), identity: None };
    Answer::Object(Some(object), Diagnostics::new())
}

/// What the block says of the backend.
fn backend(block: &Value) -> Result<RemoteState, Diagnostic> {
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    let invalid = |detail: String, part| wrong("Invalid backend configuration", &detail, part);
    match text(BACKEND) {
        // Terraform takes the old spelling too.
        Some("local" | "_local") => {}
        Some(kind) if REMOVED.contains(&kind) => {
            let detail = format!("The {kind:?} backend is not supported in Terraform v1.3 or later.");
            return Err(invalid(detail, BACKEND));
        }
        Some(kind) if KNOWN.contains(&kind) => {
            let detail =
                format!("drform reads states in local files only, and does not reach the backend {kind:?} yet.");
            return Err(wrong("Backend not supported", &detail, BACKEND)
                .next("Read the value with a data source of the provider, or give it as a variable."));
        }
        kind => {
            let detail = format!("There is no backend type named {:?}.", kind.unwrap_or_default());
            return Err(invalid(detail, BACKEND).next("Write \"local\", the one that drform reads."));
        }
    }
    let refused =
        |why: &str| invalid(format!("The given configuration is not valid for backend \"local\": {why}."), CONFIG);
    let nothing = Value::object(BTreeMap::<Arc<str>, Value>::new());
    let config = block.get(CONFIG).filter(|config| !config.is_null()).unwrap_or(&nothing);
    if !may_be_object(config) {
        return Err(refused("an object is required"));
    }
    for (step, _) in config.children() {
        if let value::PathStep::Attribute(name) | value::PathStep::Key(name) = step
            && !matches!(name.as_ref(), "path" | "workspace_dir")
        {
            return Err(refused(&format!("unexpected attribute {name:?}")).next("It takes path and workspace_dir."));
        }
    }
    let argument = |name: &str, empty: &str| match config.get(name) {
        None => Ok(None),
        Some(value) => match convert(value, &Type::String) {
            Err(_) => Err(refused(&format!(".{name}: string required"))),
            Ok(value) => match value.as_str() {
                Some("") => Err(wrong(empty, &format!("The {name:?} attribute value must not be empty."), CONFIG)),
                text => Ok(text.map(Arc::from)),
            },
        },
    };
    Ok(RemoteState {
        path: argument("path", "Invalid local state file path")?,
        workspace_dir: argument("workspace_dir", "Invalid local workspace directory path")?,
        workspace: text(WORKSPACE).filter(|name| !name.is_empty()).unwrap_or("default").into(),
    })
}

/// Whether a value is an object or map, or may turn out to be one.
fn may_be_object(value: &Value) -> bool {
    matches!(value.ty(), Type::Dynamic | Type::Object(..) | Type::Map(..))
}

fn wrong(summary: &str, detail: &str, part: &str) -> Diagnostic {
    Diagnostic::error(summary, detail).part([PartStep::Name(part.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(entries: &[(&str, Value)]) -> Value {
        Value::object(entries.iter().map(|(name, value)| (Arc::<str>::from(*name), value.clone())))
    }

    fn block(backend: Value, config: Value, defaults: Value) -> Value {
        object(&[
            (BACKEND, backend),
            (CONFIG, config),
            (DEFAULTS, defaults),
            (OUTPUTS, Value::null(Type::Dynamic)),
            (WORKSPACE, Value::null(Type::String)),
        ])
    }

    /// Rows as Terraform 1.11.4 says them, but for the backends that are not reached.
    #[test]
    fn blocks_that_are_wrong() {
        let none = || Value::null(Type::Dynamic);
        let text = Value::string;
        let of = |config| block(text("local"), config, none());
        for (block, want) in [
            (block(text("s4"), none(), none()), "There is no backend type named \"s4\"."),
            (block(text("s3"), none(), none()), "does not reach the backend \"s3\" yet"),
            (block(text("etcd"), none(), none()), "The \"etcd\" backend is not supported in Terraform v1.3 or later."),
            (of(text("x")), "not valid for backend \"local\": an object is required."),
            (of(object(&[("bogus", text("x"))])), "not valid for backend \"local\": unexpected attribute \"bogus\"."),
            (of(object(&[("path", Value::tuple([]))])), "not valid for backend \"local\": .path: string required."),
            (of(object(&[("path", text(""))])), "The \"path\" attribute value must not be empty."),
            (of(object(&[("workspace_dir", text(""))])), "The \"workspace_dir\" attribute value must not be empty."),
            (block(text("local"), none(), text("x")), "Defaults must be given in an object value."),
            (block(Value::unknown(Type::String), text("x"), none()), "The configuration must be an object value."),
        ] {
            let said: Vec<String> = validate(&block).iter().map(|d| d.detail.clone()).collect();
            assert!(said.len() == 1 && said[0].contains(want), "{said:?} for {want}");
        }
        for fine in [
            of(none()),
            of(object(&[("path", Value::int(3))])),
            of(Value::unknown(Type::Dynamic)),
            block(Value::unknown(Type::String), none(), Value::unknown(Type::Dynamic)),
        ] {
            assert_eq!(validate(&fine), Diagnostics::new(), "{fine:?}");
        }
    }
}
