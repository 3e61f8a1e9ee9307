//! A resource type, as its file says it, and how it is served.
//!
//! A type says what is particular to it: how the object is made, found, changed and removed. The rest is here: the
//! region, what a half-made object comes back as, and that every object is read after every change.

use crate::cloud::{Aws, Region, Trouble, patience};
use crate::fields::Fields;
use crate::planning::{self, Plan};
use crate::provider::Configured;
use crate::shape::Definition;
use sdk::{
    ChangeRequest, Diagnostic, Finding, Findings, Future, Object, PlanRequest, Planned, Repeat, Reply, Resource,
    StoredState,
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use value::{Path, Value};

/// A resource type.
pub(crate) trait Kind: Send + Sync + 'static {
    /// Its name, shape and rules.
    fn definition(&self) -> Definition;

    /// What becomes of a create that is sent a second time. [`Repeat::SameObject`] for a client token or a natural key.
    fn repeat(&self) -> Repeat {
        Repeat::SameObject
    }

    /// Checks a configuration beyond the rules of the shape; values may be unknown.
    fn check(&self, _config: &Fields, _findings: &mut Findings) {}

    /// What else a plan needs: consequences of changes, and what the API would refuse later. `region` is none while
    /// the provider's configuration is not known.
    fn plan(&self, _region: Option<&Region>, _plan: &mut Plan) -> impl std::future::Future<Output = ()> + Send {
        async {}
    }

    /// Puts what is there into `object`, which holds what we believe; false when it is gone. What the API does not tell
    /// stays as it is. After an import only what [`Kind::import`] sets is there.
    fn read(
        &self,
        region: &Region,
        object: &mut Fields,
    ) -> impl std::future::Future<Output = Result<bool, Trouble>> + Send;

    /// Attributes that the API tells of one object at a time. They are not for [`Kind::read`].
    fn one_by_one(&self) -> &'static [&'static str] {
        &[]
    }

    /// Puts those of [`Kind::one_by_one`] that must be asked for into `object`, after [`Kind::read`].
    fn read_one_by_one(
        &self,
        _region: &Region,
        _object: &mut Fields,
        _written: &Written,
    ) -> impl std::future::Future<Output = Result<(), Trouble>> + Send {
        async { Ok(()) }
    }

    /// Makes the object. As soon as it exists, `change.made(id)` must be told: with an error after that the host keeps
    /// it. The object is read afterwards.
    fn create(&self, region: &Region, change: &Change)
    -> impl std::future::Future<Output = Result<(), Trouble>> + Send;

    /// Changes the object; it is read afterwards, also after an error.
    fn update(
        &self,
        _region: &Region,
        _change: &Change,
    ) -> impl std::future::Future<Output = Result<(), Trouble>> + Send {
        async { Ok(()) }
    }

    /// Removes the object within that time; one that is gone is no error.
    fn delete(
        &self,
        region: &Region,
        object: &Fields,
        timeout: Duration,
    ) -> impl std::future::Future<Output = Result<(), Trouble>> + Send;

    /// What an import id says: sets `id`, and what else [`Kind::read`] needs.
    ///
    /// # Errors
    /// What ids look like.
    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        object.set_text("id", Some(id));
        Ok(())
    }
}

/// Which attributes of [`Kind::one_by_one`] the configuration sets, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The object was just imported: nobody knows.
    Imported,
    /// These.
    Only(BTreeSet<String>),
}

/// Where private data keeps what is written.
const WRITTEN: &str = "written";

/// Where the private data of a plan keeps the id of an object that is there: so the plan for its successor knows it.
pub(crate) const REPLACED: &str = "replaced";

impl Written {
    /// Whether this one is written, or may be.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Written::Imported => true,
            Written::Only(names) => names.contains(name),
        }
    }

    fn of(names: &[&str], config: &Fields) -> Written {
        Written::Only(names.iter().filter(|name| !config.is_null(name)).map(|name| (*name).to_owned()).collect())
    }

    fn kept(private: &sdk::Private) -> Written {
        match private.get(WRITTEN) {
            Some(serde_json::Value::Bool(true)) => Written::Imported,
            Some(serde_json::Value::Array(names)) => {
                Written::Only(names.iter().filter_map(|name| name.as_str().map(String::from)).collect())
            }
            _ => Written::Only(BTreeSet::new()),
        }
    }

    fn keep(&self, private: &mut sdk::Private) {
        match self {
            Written::Imported => private.insert(WRITTEN.into(), true.into()),
            Written::Only(names) if names.is_empty() => private.remove(WRITTEN),
            Written::Only(names) => private.insert(WRITTEN.into(), names.iter().cloned().collect()),
        };
    }
}

/// A change that is being made.
pub(crate) struct Change {
    /// Before; empty for a create.
    pub(crate) prior: Fields,
    /// After; what is unknown in it is decided by the change.
    pub(crate) planned: Fields,
    /// What is written, with write-only arguments.
    pub(crate) config: Fields,
    /// The same for a repetition of the same request: `ClientToken` where the API has one.
    pub(crate) token: Arc<str>,
    /// The same request may have been carried out before: only then is an object adopted by its natural key.
    pub(crate) repeated: bool,
    /// How long each operation takes at most when `timeouts` does not say.
    timeouts: Vec<(&'static str, Duration)>,
    made: Mutex<Option<String>>,
    told: Mutex<Vec<(&'static str, Value)>>,
}

impl Change {
    /// The object exists now, under this id.
    pub(crate) fn made(&self, id: &str) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
    }

    /// What only the answer to a change tells: it stands in the object that is read afterwards.
    pub(crate) fn told(&self, name: &'static str, value: Value) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push((name, value));
    }

    fn id(&self) -> Option<String> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether an update changes this. For a create: whether it is set.
    pub(crate) fn changes(&self, name: &str) -> bool {
        self.prior.get(name) != self.planned.get(name)
    }

    /// Whether an update changes one of these.
    pub(crate) fn changes_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.changes(name))
    }

    /// How long the operation may take.
    pub(crate) fn timeout(&self, operation: &str) -> Duration {
        timeout(&self.timeouts, &self.planned, operation)
    }
}

fn timeout(defaults: &[(&'static str, Duration)], object: &Fields, operation: &str) -> Duration {
    let default = || defaults.iter().find(|(name, _)| *name == operation).map(|(_, time)| *time);
    object.timeout(operation).or_else(default).unwrap_or(Duration::from_secs(600))
}

/// A type as it is served.
pub(crate) struct Served<K> {
    kind: K,
    definition: Definition,
    schema: configschema::Schema,
    configured: Arc<Configured>,
}

impl<K: Kind> Served<K> {
    pub(crate) fn new(kind: K, configured: Arc<Configured>) -> Served<K> {
        let definition = kind.definition();
        Served { schema: definition.schema(), definition, kind, configured }
    }

    fn fields(&self, value: &Value) -> Fields {
        Fields::of(&self.definition.shape, value)
    }

    /// The region that an object is in.
    fn region(&self, aws: &Arc<Aws>, object: &Fields) -> Arc<Region> {
        let written = object.has("region").then(|| object.filled_text("region")).flatten();
        aws.region(written)
    }

    /// How long an operation may be refused before it has done anything; none where there are no `timeouts` for it.
    fn limit(&self, object: &Fields, operation: &str) -> Option<Duration> {
        let known = self.definition.timeouts.iter().any(|(name, _)| *name == operation);
        known.then(|| timeout(&self.definition.timeouts, object, operation))
    }

    /// Tells those who gather reads that the host is at work.
    fn called(&self) {
        if let Ok(aws) = self.configured.aws() {
            aws.call_begins();
        }
    }

    /// What is there now, from what we believe.
    async fn look(&self, region: &Region, believed: &Fields, written: &Written) -> Result<Option<Fields>, Trouble> {
        let mut object = believed.known();
        if object.has("region") && object.is_null("region") {
            object.set_text("region", Some(region.name()));
        }
        if !self.kind.read(region, &mut object).await? {
            return Ok(None);
        }
        self.kind.read_one_by_one(region, &mut object, written).await?;
        Ok(Some(object))
    }

    async fn change(&self, request: ChangeRequest, create: bool) -> Reply<Object> {
        let aws = match self.configured.aws() {
            Ok(aws) => aws,
            Err(finding) => return finding.into(),
        };
        let change = Change {
            prior: self.fields(&request.prior),
            planned: self.fields(&request.planned),
            config: self.fields(&request.config),
            token: request.token,
            repeated: request.repeated,
            timeouts: self.definition.timeouts.clone(),
            made: Mutex::new(None),
            told: Mutex::default(),
        };
        let region = self.region(&aws, &change.planned);
        region.planned_places.changes_begin();
        let operation = if create { "create" } else { "update" };
        let limit = self.limit(&change.planned, operation);
        let done = match create {
            true => patience::within(operation, limit, self.kind.create(&region, &change)).await,
            false => patience::within(operation, limit, self.kind.update(&region, &change)).await,
        };
        let id = change.id().or_else(|| (!create).then(|| change.prior.id().to_owned()));
        let mut believed = change.planned.known();
        for (name, value) in change.told.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            believed.set(name, value);
        }
        let Some(id) = id else {
            let why = done.err().unwrap_or_else(|| Trouble::ours("the object was made without an id"));
            let in_doubt = why.in_doubt();
            let finding = why.finding(self.definition.called);
            return if in_doubt { Reply::in_doubt(finding) } else { finding.into() };
        };
        if believed.is_null("id") {
            believed.set_text("id", Some(&id));
        }
        // What an update did not get to must not be taken for done: only what is read counts then.
        let basis = if done.is_err() && !create { &change.prior } else { &believed };
        let written = Written::of(self.kind.one_by_one(), &change.config);
        let looked = self.look(&region, basis, &written).await;
        let mut private = request.private;
        private.remove(REPLACED);
        written.keep(&mut private);
        let mut findings: Findings = done.err().map(|why| why.finding(self.definition.called)).into_iter().collect();
        let object = match looked {
            Ok(Some(object)) => object,
            // What is new may not be found yet ("Eventual consistency in the Amazon EC2 API"): were it forgotten, nobody
            // would ever remove it. A later read tells whether it is there.
            Ok(None) if create => {
                if findings.is_empty() {
                    let detail =
                        format!("{id} was made and is not found now. It is kept; run again to look once more.");
                    findings.push(sdk_error(format!("The {} is not found", self.definition.called), detail));
                }
                basis.known()
            }
            Ok(None) if findings.is_empty() => {
                let detail = format!("{id} was not found after the change. Somebody else may have removed it.");
                findings.push(sdk_error(format!("The {} is gone", self.definition.called), detail));
                return Reply { findings, ..Reply::nothing() };
            }
            Ok(None) => return Reply { findings, ..Reply::nothing() },
            Err(why) => {
                findings.push(why.finding(self.definition.called));
                basis.known()
            }
        };
        Reply { findings, ..Reply::done(Object { value: object.object(), private }) }
    }
}

fn sdk_error(summary: impl Into<String>, detail: impl Into<String>) -> Finding {
    Finding { diagnostic: Diagnostic::error(summary, detail), attribute: Path::ROOT }
}

impl<K: Kind> Resource for Served<K> {
    fn schema(&self) -> configschema::Schema {
        self.schema.clone()
    }

    fn repeat(&self) -> Repeat {
        self.kind.repeat()
    }

    fn legacy(&self) -> bool {
        self.definition.needs_tolerance()
    }

    fn validate(&self, config: &Value) -> Findings {
        self.called();
        let mut findings = planning::check(&self.definition, config);
        self.kind.check(&self.fields(config), &mut findings);
        findings
    }

    fn plan<'a>(&'a self, request: &'a PlanRequest) -> Future<'a, Reply<Planned>> {
        Box::pin(async move {
            self.called();
            let around = self.configured.surroundings();
            let mut plan = planning::begin(&self.definition, &self.schema, &around, request);
            let region = match self.configured.aws() {
                Ok(aws) if !plan.planned.has("region") || !plan.planned.is_unknown("region") => {
                    Some(self.region(&aws, &plan.planned))
                }
                _ => None,
            };
            self.kind.plan(region.as_deref(), &mut plan).await;
            let (planned, findings) = planning::end(&self.definition, plan);
            Reply { findings, ..Reply::done(planned) }
        })
    }

    fn read(&self, current: Object) -> Future<'_, Reply<Object>> {
        Box::pin(async move {
            let aws = match self.configured.aws() {
                Ok(aws) => aws,
                Err(finding) => return finding.into(),
            };
            let _open = aws.read_begins();
            let believed = self.fields(&current.value);
            let region = self.region(&aws, &believed);
            let mut private = current.private;
            let written = Written::kept(&private);
            match self.look(&region, &believed, &written).await {
                Ok(Some(object)) => {
                    if written == Written::Imported {
                        Written::Only(BTreeSet::new()).keep(&mut private);
                    }
                    Reply::done(Object { value: object.object(), private })
                }
                Ok(None) => Reply::nothing(),
                Err(why) => why.finding(self.definition.called).into(),
            }
        })
    }

    fn create(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(self.change(request, true))
    }

    fn update(&self, request: ChangeRequest) -> Future<'_, Reply<Object>> {
        Box::pin(self.change(request, false))
    }

    fn delete(&self, request: ChangeRequest) -> Future<'_, Findings> {
        Box::pin(async move {
            let aws = match self.configured.aws() {
                Ok(aws) => aws,
                Err(finding) => return vec![finding],
            };
            let object = self.fields(&request.prior);
            let region = self.region(&aws, &object);
            let timeout = timeout(&self.definition.timeouts, &object, "delete");
            let limit = self.limit(&object, "delete");
            let done = patience::within("delete", limit, self.kind.delete(&region, &object, timeout)).await;
            done.err().map(|why| why.finding(self.definition.called)).into_iter().collect()
        })
    }

    fn upgrade(&self, state: StoredState) -> Future<'_, Reply<Vec<u8>>> {
        self.called();
        Box::pin(async move { Reply::done(state.json) })
    }

    /// Ids are those of `hashicorp/aws`; `ID@REGION` names an object of another region than the provider's.
    fn import<'a>(&'a self, id: &'a str) -> Future<'a, Reply<Object>> {
        Box::pin(async move {
            let mut object = Fields::empty(&self.definition.shape);
            let (id, region) = match id.rsplit_once('@') {
                Some((id, region)) if object.has("region") && looks_like_region(region) => (id, Some(region)),
                _ => (id, None),
            };
            for (name, field) in &self.definition.shape.fields {
                if let Some(default) = &field.default {
                    object.set(name, default.clone());
                }
            }
            if object.has("region") {
                object.set_text("region", region.map(String::from).or(self.configured.surroundings().region));
            }
            match self.kind.import(id, &mut object) {
                Ok(()) => {
                    let mut private = sdk::Private::new();
                    if !self.kind.one_by_one().is_empty() {
                        Written::Imported.keep(&mut private);
                    }
                    Reply::done(Object { value: object.object(), private })
                }
                Err(form) => Reply::failed(
                    format!("Not an id of an {}: {id:?}", self.definition.called),
                    format!("{form} For example: {}", self.definition.import),
                ),
            }
        })
    }
}

fn looks_like_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts.next().is_some_and(|last| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()));
    number && parts.clone().count() >= 2 && parts.all(|part| part.bytes().all(|b| b.is_ascii_lowercase()))
}
