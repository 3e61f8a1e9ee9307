//! Who answers for each provider configuration: built-in, the sandbox, or a plugin process.
//!
//! One process per provider configuration for the whole command, started when it is first asked; the process that
//! gave the schema serves the first configuration.

use crate::cloud::Cloud;
use crate::lanes::Lane;
use crate::{Said, Site, World, remote_state};
use addrs::{InstanceKey, Provider, ProviderConfig, ResourceInstance};
use calls::{Answer, ChangeAnswer, ChangeRequest, Question, Repeat};
use config::ModuleTree;
use diag::{Diagnostic, Diagnostics};
use install::ProviderBinary;
use journal::Intent;
use mocks::Mocks;
use plan::Schemas;
use plugin::{LaunchSpec, Plugin};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use value::{Type, Value};

/// Which providers are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Those that configuration and state use.
    Used,
    /// Those that a module requires, too: for who may ask for anything.
    Required,
}

/// All providers of a run.
pub(crate) struct Providers {
    schemas: Schemas,
    /// The working directory: other states are found from here.
    dir: PathBuf,
    cloud: Option<Mutex<Cloud>>,
    /// What each configuration was configured with: the sandbox answers by it.
    configured: Mutex<BTreeMap<ProviderConfig, Value>>,
    plugins: Plugins,
    /// Those that answer reads which arrive together with one request.
    batching: BTreeSet<Provider>,
    /// What is answered in place of providers, in tests.
    mocks: Mocks,
}

/// Plugin processes.
#[derive(Default)]
struct Plugins {
    binaries: BTreeMap<Provider, ProviderBinary>,
    log_dir: PathBuf,
    /// How long a plugin may take until it is ready; `None` leaves it to the plugin host.
    start_timeout: Option<Duration>,
    running: tokio::sync::Mutex<Running>,
}

#[derive(Default)]
struct Running {
    serving: BTreeMap<ProviderConfig, Arc<Plugin>>,
    /// Started for their schema, not configured yet.
    spare: BTreeMap<Provider, Arc<Plugin>>,
    /// Those that answer calls of functions: never configured, as under Terraform.
    functional: BTreeMap<Provider, Arc<Plugin>>,
}

impl Providers {
    /// Finds everybody that configuration and state name, and asks for their schemas.
    pub(crate) async fn start(
        site: &Site,
        tree: &ModuleTree,
        state: &State,
        extent: Extent,
        said: &mut Said,
    ) -> Option<Arc<Providers>> {
        let cloud = match site.world {
            World::Real => None,
            World::Sandbox => Some(said.take(Cloud::open(&site.sandbox_dir()))?),
        };
        let mut providers = Providers {
            schemas: Schemas::new(),
            dir: site.dir.clone(),
            cloud: cloud.map(Mutex::new),
            configured: Mutex::default(),
            plugins: Plugins {
                log_dir: site.own_dir().join("logs"),
                start_timeout: said.take(start_timeout(site)).unwrap_or_default(),
                ..Plugins::default()
            },
            batching: BTreeSet::new(),
            mocks: Mocks::default(),
        };
        let mut wanted = wanted(tree, state);
        wanted.extend(crate::functions::called(tree, &said.texts));
        if extent == Extent::Required {
            let required = tree.modules.values().flat_map(|module| module.required_providers.values());
            wanted.extend(required.map(|required| required.source.clone()));
        }
        let maybe = crate::functions::callable(tree, &said.texts);
        for provider in maybe.difference(&wanted) {
            // Where it is not there, a template that calls it says so.
            if let Ok(schema) = providers.find(site, tree, provider).await {
                providers.schemas.insert(provider.clone(), schema);
            }
        }
        for provider in wanted {
            match providers.find(site, tree, &provider).await {
                Ok(schema) => {
                    providers.schemas.insert(provider, schema);
                }
                Err(diagnostic) => said.diagnostics.push(placed(tree, &provider, diagnostic)),
            }
        }
        if said.diagnostics.has_errors() {
            providers.stop().await;
            return None;
        }
        Some(Arc::new(providers))
    }

    /// Schemas of all of them.
    pub(crate) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    async fn find(
        &mut self,
        site: &Site,
        tree: &ModuleTree,
        provider: &Provider,
    ) -> Result<Arc<configschema::ProviderSchema>, Diagnostic> {
        // A development override of our own provider is asked for by name, so it wins over the built-in one.
        let overridden = site.world == World::Real && install::is_overridden(&place(site), provider);
        if !overridden && let Some(schema) = builtin::schema(provider) {
            return Ok(schema);
        }
        if let Some(cloud) = &self.cloud {
            let cloud = cloud.lock().unwrap_or_else(PoisonError::into_inner);
            return cloud
                .catalogue()
                .schema(provider)
                .cloned()
                .ok_or_else(|| not_simulated(provider, cloud.catalogue()));
        }
        let binary = install::find_provider(&place(site), tree, provider)?;
        let plugin = Arc::new(self.plugins.launch(provider, &binary).await?);
        let schema = plugin.schema().await.map_err(first)?;
        if plugin.batches_reads() {
            self.batching.insert(provider.clone());
        }
        self.plugins.binaries.insert(provider.clone(), binary);
        self.plugins.running.get_mut().spare.insert(provider.clone(), plugin);
        Ok(schema)
    }

    /// From now on these are answered in place of providers.
    pub(crate) fn with_mocks(self: Arc<Self>, mocks: Mocks) -> Arc<Providers> {
        let mut providers = self;
        if let Some(alone) = Arc::get_mut(&mut providers) {
            alone.mocks = mocks;
        }
        providers
    }

    /// What comes of a change that no provider is asked for.
    pub(crate) fn mocked(&self, addr: &ResourceInstance, request: &ChangeRequest) -> Option<ChangeAnswer> {
        self.mocks.change(addr, request, &self.schemas)
    }

    /// The answer to a question about an object, where it needs no waiting.
    pub(crate) fn at_once_about(&self, addr: Option<&ResourceInstance>, question: &Question) -> Option<Answer> {
        self.mocks.answer(addr, question, &self.schemas).or_else(|| self.inside(question))
    }

    fn answered_inside(&self, provider: &Provider) -> bool {
        !self.plugins.binaries.contains_key(provider)
    }

    /// The answer, where it needs no waiting: built-in, sandbox and mocks.
    pub(crate) fn at_once(&self, question: &Question) -> Option<Answer> {
        self.at_once_about(None, question)
    }

    fn inside(&self, question: &Question) -> Option<Answer> {
        let config = question.provider();
        if !self.answered_inside(&config.provider) {
            return None;
        }
        if builtin::schema(&config.provider).is_some() {
            let read = || remote_state::answer(&self.dir, question);
            return Some(read().unwrap_or_else(|| builtin::answer(question)));
        }
        let cloud = self.cloud.as_ref()?;
        if let Question::ConfigureProvider { provider, config } = question {
            let mut configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
            configured.insert(provider.clone(), config.clone());
        }
        let block = self.block_of(config);
        Some(cloud.lock().unwrap_or_else(PoisonError::into_inner).answer(&block, question))
    }

    /// Where a question to a plugin waits.
    pub(crate) fn lane(&self, question: &Question) -> Lane {
        if self.batching.contains(&question.provider().provider) { Lane::Wide } else { Lane::Narrow }
    }

    /// The answer of a plugin.
    pub(crate) async fn ask(&self, question: &Question) -> Answer {
        let plugin = match question {
            Question::CallFunction { provider, .. } => self.plugins.functional(&provider.provider).await,
            _ => self.plugins.serving(question.provider()).await,
        };
        match plugin {
            Ok(plugin) => plugin.ask(question).await,
            Err(diagnostic) => question.not_asked(diagnostic.into()),
        }
    }

    /// Carries out changes that need no waiting, all together; `None` for those of plugins.
    pub(crate) fn change_at_once(&self, requests: &[&ChangeRequest]) -> Vec<Option<ChangeAnswer>> {
        let mut answers: Vec<Option<ChangeAnswer>> = Vec::with_capacity(requests.len());
        let mut simulated = Vec::new();
        for (place, request) in requests.iter().enumerate() {
            let provider = &request.provider.provider;
            if !self.answered_inside(provider) {
                answers.push(None);
            } else if builtin::schema(provider).is_some() {
                answers.push(Some(builtin::change(request)));
            } else {
                simulated.push((place, *request));
                answers.push(None);
            }
        }
        if let (Some(cloud), false) = (&self.cloud, simulated.is_empty()) {
            let batch: Vec<(Value, &ChangeRequest)> =
                simulated.iter().map(|(_, request)| (self.block_of(&request.provider), *request)).collect();
            let done = cloud.lock().unwrap_or_else(PoisonError::into_inner).change(&batch);
            for ((place, _), answer) in simulated.iter().zip(done) {
                if let Some(slot) = answers.get_mut(*place) {
                    *slot = Some(answer);
                }
            }
        }
        answers
    }

    /// Carries out one change through a plugin. Never cut off by a time limit (decision 10).
    pub(crate) async fn change(&self, request: &ChangeRequest) -> ChangeAnswer {
        match self.plugins.serving(&request.provider).await {
            Ok(plugin) => plugin.change(request).await,
            // It was never sent, so nothing is in doubt.
            Err(diagnostic) => {
                ChangeAnswer { object: None, diagnostics: diagnostic.into(), legacy: false, in_doubt: false }
            }
        }
    }

    /// Whether a request whose answer was lost may be sent again.
    pub(crate) fn repeat(&self, intent: &Intent) -> Repeat {
        let provider = &intent.provider.provider;
        if !self.answered_inside(provider) {
            return plugin::repeat_promise(&intent.private);
        }
        if builtin::schema(provider).is_some() { Repeat::Harmless } else { sandbox::REPEAT }
    }

    /// Providers whose lost answers can be found out without a person: any number of their changes may be open.
    pub(crate) fn forgiving(&self) -> BTreeSet<Provider> {
        self.schemas.keys().filter(|provider| self.answered_inside(provider)).cloned().collect()
    }

    /// The `provider` block that a configuration was given.
    fn block_of(&self, provider: &ProviderConfig) -> Value {
        let configured = self.configured.lock().unwrap_or_else(PoisonError::into_inner);
        configured.get(provider).cloned().unwrap_or_else(|| Value::null(Type::Dynamic))
    }

    /// Asks every plugin to bring its running calls to an early end (the Stop call); their answers still come.
    pub(crate) async fn interrupt(&self) {
        let serving: Vec<Arc<Plugin>> = self.plugins.running.lock().await.serving.values().cloned().collect();
        for plugin in serving {
            // What a plugin has to say about stopping changes nothing for us.
            let _said = plugin.interrupt().await;
        }
    }

    /// Asks every plugin to end, and waits.
    pub(crate) async fn stop(&self) {
        let running = std::mem::take(&mut *self.plugins.running.lock().await);
        for plugin in running.serving.values().chain(running.spare.values()).chain(running.functional.values()) {
            plugin.stop().await;
        }
    }
}

impl Plugins {
    async fn launch(&self, provider: &Provider, binary: &ProviderBinary) -> Result<Plugin, Diagnostic> {
        if let Some(reattach) = &binary.reattach {
            let reattach = plugin::read_reattach(reattach)?;
            let at = reattach.into_iter().find(|(p, _)| p.same_as(provider)).map(|(_, at)| at);
            return match at {
                Some(at) => Plugin::attach(provider.to_string(), at).await,
                None => {
                    Err(Diagnostic::error("Cannot reattach", format!("TF_REATTACH_PROVIDERS names no {provider}.")))
                }
            };
        }
        let mut spec = LaunchSpec::new(provider.to_string(), &binary.path);
        if let Some(timeout) = self.start_timeout {
            spec.start_timeout = timeout;
        }
        if std::fs::create_dir_all(&self.log_dir).is_ok() {
            spec.log = Some(self.log_dir.join(format!("{}-{}.log", provider.namespace, provider.kind)));
        }
        Plugin::start(spec).await
    }

    async fn serving(&self, config: &ProviderConfig) -> Result<Arc<Plugin>, Diagnostic> {
        let mut running = self.running.lock().await;
        if let Some(plugin) = running.serving.get(config) {
            return Ok(plugin.clone());
        }
        // Who validated for a block with for_each, which is never configured itself, becomes one of its configurations.
        let idle = match config.key {
            InstanceKey::None => None,
            _ => running.serving.remove(&config.block()),
        };
        let plugin = match idle {
            Some(plugin) => plugin,
            None => self.fresh(&mut running, &config.provider).await?,
        };
        running.serving.insert(config.clone(), plugin.clone());
        Ok(plugin)
    }

    async fn functional(&self, provider: &Provider) -> Result<Arc<Plugin>, Diagnostic> {
        let mut running = self.running.lock().await;
        if let Some(plugin) = running.functional.get(provider) {
            return Ok(plugin.clone());
        }
        let plugin = self.fresh(&mut running, provider).await?;
        running.functional.insert(provider.clone(), plugin.clone());
        Ok(plugin)
    }

    /// A process that is not configured yet.
    async fn fresh(&self, running: &mut Running, provider: &Provider) -> Result<Arc<Plugin>, Diagnostic> {
        if let Some(plugin) = running.spare.remove(provider) {
            return Ok(plugin);
        }
        let Some(binary) = self.binaries.get(provider) else {
            return Err(Diagnostic::error("Unknown provider", format!("Nobody serves {provider}.")));
        };
        let plugin = Arc::new(self.launch(provider, binary).await?);
        // Some old providers build their tables while answering for the schema.
        plugin.schema().await.map_err(first)?;
        Ok(plugin)
    }
}

/// `DRFORM_PLUGIN_TIMEOUT`, in seconds.
fn start_timeout(site: &Site) -> Result<Option<Duration>, Diagnostic> {
    let Some(text) = site.environment.get("DRFORM_PLUGIN_TIMEOUT") else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Some(Duration::from_secs(seconds.into()))),
        _ => Err(Diagnostic::error("Invalid DRFORM_PLUGIN_TIMEOUT", format!("{text:?} is no number of seconds."))
            .next("Set it to a whole number of seconds such as 60, or unset it.")),
    }
}

/// A trouble with a provider, placed at what asks for it: its requirement, its configuration, or its first resource.
fn placed(tree: &ModuleTree, provider: &Provider, trouble: Diagnostic) -> Diagnostic {
    let required = |module: &config::Module| {
        module.required_providers.values().find(|r| r.source.same_as(provider)).map(|r| r.range.clone())
    };
    let configured = |module: &config::Module| {
        module.provider_configs.values().find(|c| c.provider.same_as(provider)).map(|c| c.range.clone())
    };
    let used = |module: &config::Module| {
        let mut of_provider = module.resources.values().filter(|r| r.provider_config.provider.same_as(provider));
        of_provider.next().map(|r| r.range.clone())
    };
    let modules = || tree.modules.values();
    let place =
        modules().find_map(required).or_else(|| modules().find_map(configured)).or_else(|| modules().find_map(used));
    match place {
        Some(place) => trouble.at_if_missing(&place),
        None => trouble,
    }
}

/// Every provider that a resource, a provider block, an import or an object in the state names.
fn wanted(tree: &ModuleTree, state: &State) -> BTreeSet<Provider> {
    let mut wanted = BTreeSet::new();
    for module in tree.modules.values() {
        wanted.extend(module.resources.values().map(|r| r.provider_config.provider.clone()));
        wanted.extend(module.provider_configs.values().map(|p| p.provider.clone()));
        wanted.extend(module.undeclared_imports().map(|import| module.provider_of_import(import).provider));
    }
    wanted.extend(state.instances.values().map(|i| i.provider.provider.clone()));
    wanted
}

/// The first error: a provider that cannot give its schema says why in one.
fn first(diagnostics: Diagnostics) -> Diagnostic {
    let error = diagnostics.into_iter().find(Diagnostic::is_error);
    error.unwrap_or_else(|| Diagnostic::error("The provider gave no schema", ""))
}

fn not_simulated(provider: &Provider, catalogue: &sandbox::Catalogue) -> Diagnostic {
    let known: Vec<&str> = catalogue.providers().collect();
    Diagnostic::error(
        "The sandbox does not know this provider",
        format!("No schema of {} ships with drform; the sandbox can play {}.", provider.short(), known.join(", ")),
    )
    .next("Run without -sandbox, or leave out the resources of this provider.")
}

/// The site as `install` wants it.
pub(crate) fn place(site: &Site) -> install::Place {
    let mut settings =
        install::Settings::read(|name| site.environment.setting(name), |name| site.environment.get(name));
    settings.tokens =
        site.environment.tokens().map(|(host, token)| (host.into(), install::Secret::new(token))).collect();
    install::Place {
        dir: site.dir.clone(),
        data_dir: site.data_dir(),
        executable_dir: site.executable_dir.clone(),
        settings,
    }
}
