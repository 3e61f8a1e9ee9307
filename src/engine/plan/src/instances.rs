//! Instances of providers that are gone while objects of theirs are still there.

use crate::PlanInput;
use addrs::{InstanceKey, Mode, ProviderConfig};
use diag::Diagnostic;

/// What the error is called, here and in OpenTofu.
pub(crate) const SUMMARY: &str = "Provider instance not present";

/// How many objects a diagnostic names.
const NAMED: usize = 10;

/// The error about a key that was taken out of `for_each` of a provider, or a `for_each` that came or went, while objects
/// of that instance are in the state: nobody could delete them. The same text wherever it is found out.
pub(crate) fn gone(input: &PlanInput, provider: &ProviderConfig) -> Diagnostic {
    let of_provider = |stored: &ProviderConfig| {
        let same = stored.provider.same_as(&provider.provider) && stored.module == provider.module;
        same && stored.alias == provider.alias && stored.key == provider.key
    };
    let objects: Vec<String> = (input.prior.instances.iter())
        .filter(|(addr, instance)| addr.resource.mode == Mode::Managed && of_provider(&instance.provider))
        .map(|(addr, _)| addr.to_string())
        .collect();
    let mut listed: String = objects.iter().take(NAMED).map(|addr| format!("\n - {addr}")).collect();
    if objects.len() > NAMED {
        listed.push_str(&format!("\n - and {} more", objects.len() - NAMED));
    }
    let block = input.tree.provider_block(provider);
    let (why, next) = match (&provider.key, block.map(|block| block.for_each.is_some())) {
        (key, Some(true)) if *key != InstanceKey::None => (
            "its key was taken out of for_each of the provider block",
            format!(
                "Put the key {} back, take these objects out of the configuration and apply: then the key can go. Whoever \
                 wants to keep the objects forgets them while the key is there, with a removed block.",
                key.to_string().trim_matches(['[', ']'])
            ),
        ),
        (_, Some(true)) => (
            "the provider block has for_each now",
            "Take for_each out again and apply, so that these objects are destroyed or forgotten; or let their resources \
             choose an instance of the provider."
                .to_owned(),
        ),
        (_, Some(false)) => (
            "the provider block has no for_each any more",
            "Put for_each back, take these objects out of the configuration and apply: then it can go.".to_owned(),
        ),
        (_, None) => (
            "its provider block is gone",
            "Put the block back, take these objects out of the configuration and apply: then the block can go.".to_owned(),
        ),
    };
    let detail = format!(
        "{provider} is no longer there, since {why}, but objects of it are, which nobody else can destroy:{listed}"
    );
    let trouble = Diagnostic::error(SUMMARY, detail).next(next);
    match block {
        Some(block) => trouble.at(block.for_each.as_ref().map_or_else(|| block.range.clone(), |each| each.range())),
        None => trouble,
    }
}
