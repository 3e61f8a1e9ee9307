//! `for_each` of `provider` blocks, and which of their instances serves a resource instance (OpenTofu 1.9).

use crate::evaluator::{Evaluator, Open, Repeating, Repetition};
use crate::expansion::Expansion;
use addrs::{InstanceKey, ModuleInstance, ModulePath, ProviderConfig};
use config::{KeyPlace, ProviderKey, ResourceConfig};
use diag::{Diagnostic, Diagnostics};
use value::{Content, Marks, Type, Value, convert};

/// How many keys a diagnostic lists.
const LISTED: usize = 20;

impl Evaluator {
    /// Finds the instances of a `provider` block: [`Expansion::Each`] with `for_each`, [`Expansion::Single`] without.
    /// To be called before anything that the provider serves is looked at.
    pub fn expand_provider(&mut self, provider: &ProviderConfig) -> (Expansion, Diagnostics) {
        let provider = provider.block();
        let tree = self.tree.clone();
        let block = tree.provider_block(&provider);
        let Some(for_each) = block.and_then(|block| block.for_each.clone()) else {
            self.providers.insert(provider, Expansion::Single);
            return (Expansion::Single, Diagnostics::new());
        };
        let module = self.module_of_provider(&provider);
        let (expansion, troubles) = self.expand(&module, [&None, &Some(for_each), &None], &shown(&provider));
        self.providers.insert(provider, expansion.clone());
        (expansion, troubles)
    }

    /// The instances of a `provider` block, once found.
    pub fn provider_expansion(&self, provider: &ProviderConfig) -> Option<&Expansion> {
        self.providers.get(&provider.block())
    }

    /// The module instance that a `provider` block is evaluated in. Modules with provider blocks have one instance:
    /// `count` and `for_each` are refused on their calls.
    pub fn module_of_provider(&self, provider: &ProviderConfig) -> ModuleInstance {
        self.instances.get(&provider.module).and_then(|found| found.first()).cloned().unwrap_or(ModuleInstance::ROOT)
    }

    /// `each` inside of a `provider` block, for one of its instances.
    pub fn provider_repetition(&self, provider: &ProviderConfig) -> Repetition {
        let expansion = self.providers.get(&provider.block());
        expansion.map_or(Repetition::NONE, |expansion| expansion.repetition(&provider.key))
    }

    /// The provider configuration that serves an instance of a resource in a module instance.
    ///
    /// # Errors
    /// The key is unknown, secret or none, or there is no instance with it.
    pub fn provider_of(
        &self,
        module: &ModuleInstance,
        resource: &ResourceConfig,
        repetition: &Repetition,
    ) -> Result<ProviderConfig, Diagnostics> {
        let Some(key) = &resource.provider_key else { return Ok(resource.provider_config.clone()) };
        let (value, troubles) = match &key.place {
            KeyPlace::Resource => self.evaluate(module, &key.expr, repetition),
            KeyPlace::Call(called) => {
                let (parent, repetition) = self.calling(module, called);
                self.evaluate(&parent, &key.expr, &repetition)
            }
        };
        if troubles.has_errors() {
            return Err(troubles);
        }
        let chosen = key_of(&value).and_then(|found| match found {
            Some(key) => Ok(key),
            None => Err((
                "The instance key depends on values that are known only after an apply, so that nobody could plan for it."
                    .to_owned(),
                "Decide the key from values that are known while planning, such as each.key and input variables.".to_owned(),
            )),
        });
        let chosen = chosen.and_then(|chosen| self.present(&resource.provider_config, chosen));
        chosen.map_err(|(detail, next)| wrong_key(key, resource, detail, next))
    }

    /// In validation, where little is known: what is wrong with the key whatever the values will be.
    pub(crate) fn check_provider_key(&self, module: &ModuleInstance, resource: &ResourceConfig) -> Diagnostics {
        let Some(key) = &resource.provider_key else { return Diagnostics::new() };
        let (module, open) = match &key.place {
            KeyPlace::Resource => {
                let (count, each) = (resource.count.is_some(), resource.for_each.is_some());
                (module.clone(), Open { count, each, self_object: false })
            }
            KeyPlace::Call(called) => {
                let (parent, _) = self.calling(module, called);
                let call = self.tree.call_of(called);
                let count = call.is_some_and(|call| call.count.is_some());
                let each = call.is_some_and(|call| call.for_each.is_some());
                (parent, Open { count, each, self_object: false })
            }
        };
        let (value, mut troubles) = self.evaluate_bound(&module, &key.expr, Repeating::Open(open), &[]);
        if !troubles.has_errors() {
            let checked = key_of(&value).and_then(|found| match found {
                Some(chosen) => self.present(&resource.provider_config, chosen).map(|_| ()),
                None => Ok(()),
            });
            if let Err((detail, next)) = checked {
                troubles.extend(wrong_key(key, resource, detail, next));
            }
        }
        troubles
    }

    /// The module instance that calls the one in which something stands, and what `each` and `count` are in the call.
    fn calling(&self, module: &ModuleInstance, called: &ModulePath) -> (ModuleInstance, Repetition) {
        let (parents, last) = match module.0.get(..called.0.len()).and_then(|steps| steps.split_last()) {
            Some((last, parents)) => (parents, last),
            None => return (ModuleInstance::ROOT, Repetition::NONE),
        };
        let parent = ModuleInstance(parents.to_vec());
        let call = self.values.get(&parent).and_then(|values| values.calls.get(&last.0));
        let repetition = call.map_or(Repetition::NONE, |call| call.expansion.repetition(&last.1));
        (parent, repetition)
    }

    fn present(&self, provider: &ProviderConfig, key: InstanceKey) -> Result<ProviderConfig, Refused> {
        let (Some(Expansion::Each(known)), InstanceKey::String(text)) = (self.providers.get(provider), &key) else {
            // What is wrong with for_each of the provider is said there.
            return Ok(provider.with_key(key));
        };
        if known.contains_key(text) {
            return Ok(provider.with_key(key));
        }
        let name = shown(provider);
        let detail = match known.is_empty() {
            true => format!("{name} has no instance {text:?}: its for_each is empty."),
            false => {
                let mut listed: Vec<String> = known.keys().take(LISTED).map(|key| format!("{key:?}")).collect();
                if known.len() > LISTED {
                    listed.push(format!("and {} more", known.len() - LISTED));
                }
                format!("{name} has no instance {text:?}. Its instances are {}.", listed.join(", "))
            }
        };
        let next = match diag::nearest(text, known.keys().map(AsRef::as_ref)) {
            Some(meant) => format!("Did you mean {meant:?}?"),
            None => format!("Add {text:?} to for_each of the provider block, or choose another key."),
        };
        Err((detail, next))
    }
}

/// What is wrong, and what to do.
type Refused = (String, String);

/// The key that a value is, `None` while it is unknown. Numbers and truths become text, as in OpenTofu.
fn key_of(value: &Value) -> Result<Option<InstanceKey>, Refused> {
    let refuse = |detail: &str, next: &str| Err((detail.to_owned(), next.to_owned()));
    if value.marks.contains(Marks::SENSITIVE) {
        let next = "Where the key is no secret, use nonsensitive().";
        return refuse(
            "Instance keys of providers show in plans and states, so that they must not be sensitive.",
            next,
        );
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        let next = "Use a value that stays the same.";
        return refuse("Instance keys of providers are kept in the state, so that they must not be ephemeral.", next);
    }
    if value.is_null() {
        return refuse("The instance key is null.", "Give the key of an instance.");
    }
    match convert(value, &Type::String).map(|value| value.content) {
        Ok(Content::String(key)) => Ok(Some(InstanceKey::String(key))),
        Ok(_) => Ok(None),
        Err(why) => Err((format!("The instance key is unsuitable: {why}."), "Give a text.".into())),
    }
}

fn wrong_key(key: &ProviderKey, resource: &ResourceConfig, detail: String, next: String) -> Diagnostics {
    let trouble = Diagnostic::error("Invalid provider instance key", detail).at(key.expr.range()).next(next);
    match key.place {
        KeyPlace::Resource => trouble.within(resource.range.clone()).into(),
        KeyPlace::Call(_) => trouble.into(),
    }
}

/// A `provider` block as people refer to it.
fn shown(provider: &ProviderConfig) -> String {
    let alias = provider.alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
    let module = if provider.module.is_root() { String::new() } else { format!(" in {}", provider.module) };
    format!("provider {}{alias}{module}", provider.provider.kind)
}
