//! Functions of providers where no planner asks: for validate, the console, and provider blocks before a plan.

use crate::providers::Providers;
use addrs::Provider;
use config::ModuleTree;
use diag::SourceTexts;
use eval::{AnsweredCall, FunctionCall};
use std::collections::BTreeSet;

/// Asks for all of them, one after the other.
pub(crate) async fn answer(providers: &Providers, calls: Vec<FunctionCall>) -> Vec<AnsweredCall> {
    let mut answered = Vec::with_capacity(calls.len());
    for call in calls {
        let question = plan::call_question(&call);
        let answer = match providers.at_once(&question) {
            Some(answer) => answer,
            None => providers.ask(&question).await,
        };
        answered.push((call, plan::result_of(answer)));
    }
    answered
}

/// The providers whose functions a configuration calls, as far as its text tells: a name that follows `provider::`
/// anywhere, be it in a comment, and that a module requires.
pub(crate) fn called(tree: &ModuleTree, texts: &SourceTexts) -> BTreeSet<Provider> {
    let names: BTreeSet<&str> = texts.iter().flat_map(called_names).collect();
    if names.is_empty() {
        return BTreeSet::new();
    }
    let required = tree.modules.values().flat_map(|module| &module.required_providers);
    required.filter(|(name, _)| names.contains(name.as_ref())).map(|(_, required)| required.source.clone()).collect()
}

/// The providers whose functions a template may call: nobody knows before it is read, so that these are all that are
/// required where templates are rendered at all. Terraform starts them anyway.
pub(crate) fn callable(tree: &ModuleTree, texts: &SourceTexts) -> BTreeSet<Provider> {
    let renders = |text: &str| ["templatefile", "templatestring"].iter().any(|name| text.contains(name));
    if !texts.iter().any(renders) {
        return BTreeSet::new();
    }
    let required = tree.modules.values().flat_map(|module| module.required_providers.values());
    required.map(|required| required.source.clone()).collect()
}

fn called_names(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("::").filter_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + 2..)?.trim_start());
        let name = after.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').next()?;
        before.trim_end().ends_with("provider").then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_after_the_namespace() {
        let text =
            "a = provider::aws::arn_parse(x)\nb = [core::max(1), provider :: my-own::f(), \"${provider::t::g()}\"]";
        assert_eq!(called_names(text).collect::<Vec<_>>(), ["aws", "my-own", "t"]);
    }
}
