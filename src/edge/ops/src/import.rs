//! `drform import ADDR ID`: takes one object that exists into the state, for a resource that the configuration declares.

use crate::pointed::pointed;
use crate::progress::{Happening, Progress};
use crate::scope::{self, Objects};
use crate::session::{self, Session};
use crate::{Request, Said, TERRAFORM_VERSION, drive};
use addrs::{ConfigResource, InstanceKey, Mode, ModuleInstance, ModulePath, ProviderConfig, ResourceInstance};
use calls::ImportedBy;
use config::ResourceConfig;
use configschema::IgnoreChanges;
use diag::{Diagnostic, Diagnostics};
use eval::Evaluator;
use journal::{Begin, Record, Writer};
use plan::instance::Subject;
use plan::{TakeIn, Taking};
use state::{InstanceState, Object, OutputState};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::{Content, Marks, Type, Value};

/// Imports the object with an id to the address of a resource instance.
pub fn import(request: &Request, addr: &ResourceInstance, id: &str, progress: &dyn Progress) -> Said {
    let mut said = Said::default();
    if crate::configuration::is_empty(&request.site) {
        let detail = "The directory has no configuration files, so that nothing declares what is to be imported.";
        let trouble = Diagnostic::error("No Terraform configuration files", detail);
        said.diagnostics.push(trouble.next("Write the resource block first, or name its directory with -chdir."));
        return said;
    }
    let Some(mut session) = Session::open(request, "import", &mut said) else { return said };
    match taken(&session, addr, id, progress) {
        Ok((provider, object, troubles)) => {
            said.diagnostics.extend(pointed(troubles, &session.configuration.tree, session.providers.schemas()));
            let outputs = outputs(&session, addr, &provider, &object);
            said.take(keep(
                &mut session,
                addr,
                InstanceState { provider, current: Some(object), deposed: BTreeMap::new() },
                outputs,
            ));
        }
        Err(troubles) => {
            said.diagnostics.extend(pointed(troubles, &session.configuration.tree, session.providers.schemas()))
        }
    }
    said
}

/// The object as the state is to keep it, and who serves it.
fn taken(
    session: &Session,
    addr: &ResourceInstance,
    id: &str,
    progress: &dyn Progress,
) -> Result<(ProviderConfig, Arc<Object>, Diagnostics), Diagnostics> {
    let tree = session.configuration.tree.clone();
    let config = declared(session, addr)?;
    if let Some(intent) = session.storage.unresolved().first() {
        let detail = format!("What became of a change of {} in an earlier run is not known.", intent.addr);
        return Err(Diagnostic::error("A change is in doubt", detail)
            .next("Nothing was changed. Run drform recover first: it finds out, or takes your word for it.")
            .into());
    }
    // One that waits for its deletion counts too, as in Terraform.
    if session.storage.state().instances.contains_key(addr) {
        let detail = format!("The state has an object at {addr} already.");
        return Err(Diagnostic::error("Resource already managed by Terraform", detail)
            .next("Forget it with drform state rm first, or import to another address.")
            .into());
    }
    let (mut evaluator, mut troubles) = scope::evaluator(session, &Objects::Stored);
    troubles.extend(plan::undeclared_variables(&tree, &session.inputs, &evaluator));
    for name in tree.root().into_iter().flat_map(|root| root.variables.keys()) {
        troubles.extend(evaluator.check_variable(&ModulePath::ROOT, name));
    }
    if troubles.has_errors() {
        return Err(troubles);
    }
    let provider = provider(&evaluator, addr, config)?;
    let Some(schema) = session.schema(addr, &provider).cloned() else {
        let detail = format!("The provider {} has no resource type {}.", provider.provider, addr.resource.kind);
        return Err(Diagnostic::error("Invalid resource type", detail).at(config.range.clone()).into());
    };
    troubles.extend(scope::configure_known(session, &mut evaluator, &provider));
    if troubles.has_errors() {
        return Err(troubles);
    }
    let resource = ConfigResource { module: addr.module.path(), resource: addr.resource.clone() };
    let meta = match session.providers.schemas().get(&provider.provider) {
        Some(known) => plan::provider_meta(&tree, &evaluator, (&resource, &provider), known)?,
        None => None,
    };
    let subject = Subject {
        addr: addr.clone(),
        provider: provider.clone(),
        ty: configschema::implied_type(&schema.block),
        schema,
        ignore: Arc::new(IgnoreChanges::Paths(Vec::new())),
        create_before_destroy: false,
        skip_destroy: false,
        forced: None,
        meta,
        declared_at: Some(config.range.clone()),
    };
    progress.happens(&Happening::Important(format!("{addr}: Importing from ID {id:?}...")));
    let (mut task, mut question) = TakeIn::begin(subject, ImportedBy::Id(id.into()));
    loop {
        let answer = scope::ask(session, question);
        let (taking, said) = task.advance(answer)?;
        troubles.extend(said);
        match taking {
            Taking::Done(object) => return Ok((provider, object, troubles)),
            Taking::Found { next, question: read, value } => {
                let kind = &addr.resource.kind;
                progress.happens(&Happening::Important(format!(
                    "{addr}: Import prepared!\n  Prepared {kind} for import\n{addr}: Refreshing state...{}",
                    named(&value)
                )));
                (task, question) = (*next, *read);
            }
        }
    }
}

/// ` [id=…]`, or the name where there is no id; nothing that is secret.
fn named(value: &Value) -> String {
    let text = |name: &str| {
        let part = value.get(name).filter(|part| part.marks.is_empty() && part.ty() == Type::String)?;
        part.as_str().filter(|text| !text.is_empty()).map(|text| format!(" [{name}={text}]"))
    };
    text("id").or_else(|| text("name")).unwrap_or_default()
}

/// The block of the resource.
///
/// # Errors
/// There is none, or it cannot be imported to.
fn declared<'s>(session: &'s Session, addr: &ResourceInstance) -> Result<&'s ResourceConfig, Diagnostics> {
    if addr.resource.mode != Mode::Managed {
        let detail = "A managed resource address is required. Importing into a data resource is not allowed.";
        return Err(Diagnostic::error("Invalid import address", detail).into());
    }
    let Some(module) = session.configuration.tree.module(&addr.module.path()) else {
        let detail = format!("{} is not defined in the configuration.", addr.module);
        return Err(Diagnostic::error("Import to non-existent module", detail)
            .next("Add the module to the configuration before importing into it.")
            .into());
    };
    module.resources.get(&addr.resource).ok_or_else(|| {
        let place = if addr.module.is_root() { "the root module".to_string() } else { addr.module.to_string() };
        let (kind, name) = (&addr.resource.kind, &addr.resource.name);
        let detail = format!(
            "The resource address {addr} does not exist in the configuration. Before importing this resource, please create its \
             configuration in {place}. For example:\n\nresource \"{kind}\" \"{name}\" {{\n  # (resource arguments)\n}}"
        );
        Diagnostic::error("Configuration for import target does not exist", detail).into()
    })
}

/// Who serves the instance.
///
/// # Errors
/// The configuration makes no such instance.
fn provider(
    evaluator: &Evaluator,
    addr: &ResourceInstance,
    config: &ResourceConfig,
) -> Result<ProviderConfig, Diagnostics> {
    let missing = || {
        let detail = format!("The configuration for the given import {addr} does not exist.");
        Diagnostics::from(
            Diagnostic::error("Configuration for import target does not exist", detail)
                .at(config.range.clone())
                .next("All target instances must have an associated configuration to be imported: look at count and for_each."),
        )
    };
    if !evaluator.module_instances(&addr.module.path()).contains(&addr.module) {
        return Err(missing());
    }
    let (expansion, mut troubles) = evaluator.expand_resource(&addr.module, config);
    troubles.extend(expansion.refusal());
    if troubles.has_errors() {
        return Err(troubles);
    }
    let known: Vec<InstanceKey> = expansion.keys();
    if !known.contains(&addr.key) {
        return Err(missing());
    }
    evaluator.provider_of(&addr.module, config, &expansion.repetition(&addr.key))
}

/// Root outputs as they are with the object. As in Terraform null stands for what is not known, and outputs that are null
/// are not kept.
fn outputs(
    session: &Session,
    addr: &ResourceInstance,
    provider: &ProviderConfig,
    object: &Object,
) -> BTreeMap<Arc<str>, OutputState> {
    let Some(value) = session.decode(addr, provider, object) else { return session.storage.state().outputs.clone() };
    let (evaluator, _) = scope::evaluator(session, &Objects::StoredWith(addr, &value));
    let names = session.configuration.tree.root().into_iter().flat_map(|root| root.outputs.keys());
    let stored = |name: &Arc<str>| {
        let value = evaluator.output_value(&ModuleInstance::ROOT, name)?;
        let marks = value.all_marks();
        let value = value.unmark_deep().0;
        if value.is_null() || marks.contains(Marks::EPHEMERAL) {
            return None;
        }
        let output =
            OutputState { ty: value.ty(), value: known_or_null(&value), sensitive: marks.contains(Marks::SENSITIVE) };
        Some((name.clone(), output))
    };
    names.filter_map(stored).collect()
}

fn known_or_null(value: &Value) -> Value {
    match &value.content {
        _ if value.is_wholly_known() => value.clone(),
        Content::Unknown(ty, ..) => Value::null(ty.clone()),
        _ => value.map_children(|_, part| known_or_null(part)),
    }
}

/// Writes it down: into the journal first, from there into the state.
fn keep(
    session: &mut Session,
    addr: &ResourceInstance,
    now: InstanceState,
    outputs: BTreeMap<Arc<str>, OutputState>,
) -> Result<(), Diagnostic> {
    let storage = &mut session.storage;
    let mut writer = Writer::new(storage.stored());
    writer.push(Record::Begin(Begin {
        run: session::run_id(),
        lineage: storage.lineage(),
        serial: storage.state().serial,
        operation: "import".into(),
        terraform_version: TERRAFORM_VERSION.into(),
    }));
    writer.push(Record::Refreshed { addr: addr.clone(), instance: Some(Arc::new(now)) });
    writer.push(Record::Outputs { before: storage.state().outputs.clone(), after: outputs });
    writer.push(Record::End);
    if let Some(batch) = writer.take() {
        let mut journal = storage.journal()?;
        drive::Log::write(&mut journal, &batch)?;
    }
    storage.fold_in()
}
