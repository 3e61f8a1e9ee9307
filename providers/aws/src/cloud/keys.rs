//! Reads of KMS. The API tells of one key at a time; still each key is asked for once for all who want it, and aliases
//! are listed once for all of them.

use super::batch::{Batch, Fetched};
use super::call::{Action, ApiError};
use super::describe::pages;
use super::patience;
use super::region::Service;
use super::traffic::Traffic;
use crate::tags::Tags;
use aws_sdk_kms::types::{AliasListEntry, GrantListEntry, KeyMetadata};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

type Kms = Service<aws_sdk_kms::Client>;

/// Requests of one kind that are under way at a time. The lowest quota for these reads is some hundreds a second
/// ("Request quotas" of KMS).
const AT_ONCE: usize = 16;

/// The id under which there is the list of all aliases.
const ALL: &str = "";

/// What is read of KMS in one region. Keys are named by id or ARN.
pub(crate) struct KeyReads {
    metadata: Batch<Answered<KeyMetadata>>,
    policies: Batch<Answered<String>>,
    rotations: Batch<Answered<Rotation>>,
    tags: Batch<Answered<Tags>>,
    grants: Batch<Answered<Vec<GrantListEntry>>>,
    /// All aliases by name, under the one id [`ALL`].
    aliases: Batch<BTreeMap<String, AliasListEntry>>,
}

/// One key that cannot be read must not take the others along: what was answered is kept for each.
type Answered<T> = Result<T, ApiError>;

/// Which answer will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// One that somebody else got a moment ago.
    Shared,
    /// A new one.
    Now,
}

/// How the key material is replaced by itself.
#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    pub(crate) enabled: bool,
    /// The period in days; none while it is not enabled.
    pub(crate) days: Option<i32>,
}

impl KeyReads {
    pub(crate) fn new(kms: &Arc<Kms>, traffic: &Arc<Traffic>) -> KeyReads {
        let for_aliases = kms.clone();
        KeyReads {
            metadata: each(kms, traffic, metadata),
            policies: each(kms, traffic, policy),
            rotations: each(kms, traffic, rotation),
            tags: each(kms, traffic, tags),
            grants: each(kms, traffic, grants),
            aliases: Batch::new(traffic.clone(), move |_| Box::pin(aliases(for_aliases.clone()))),
        }
    }

    /// What DescribeKey tells; none when there is no such key.
    pub(crate) async fn metadata(&self, key: &str, look: Look) -> Result<Option<KeyMetadata>, ApiError> {
        one(&self.metadata, key, look).await
    }

    /// The key policy.
    pub(crate) async fn policy(&self, key: &str, look: Look) -> Result<Option<String>, ApiError> {
        one(&self.policies, key, look).await
    }

    /// Whether the key is rotated; only for symmetric keys whose material KMS makes.
    pub(crate) async fn rotation(&self, key: &str, look: Look) -> Result<Option<Rotation>, ApiError> {
        one(&self.rotations, key, look).await
    }

    pub(crate) async fn tags(&self, key: &str, look: Look) -> Result<Option<Tags>, ApiError> {
        one(&self.tags, key, look).await
    }

    /// All grants on a key.
    pub(crate) async fn grants(&self, key: &str, look: Look) -> Result<Option<Vec<GrantListEntry>>, ApiError> {
        one(&self.grants, key, look).await
    }

    /// An alias by its name, `alias/…`.
    pub(crate) async fn alias(&self, name: &str, look: Look) -> Result<Option<AliasListEntry>, ApiError> {
        let all = match look {
            Look::Shared => self.aliases.get(ALL).await?,
            Look::Now => self.aliases.fresh(ALL).await?,
        };
        Ok(all.and_then(|all| all.get(name).cloned()))
    }
}

async fn one<T: Clone + Send + Sync + 'static>(
    batch: &Batch<Answered<T>>,
    key: &str,
    look: Look,
) -> Result<Option<T>, ApiError> {
    let answered = match look {
        Look::Shared => batch.get(key).await?,
        Look::Now => batch.fresh(key).await?,
    };
    answered.map(|answer| (*answer).clone()).transpose()
}

/// A batch that asks key by key, some at a time.
fn each<T, F>(kms: &Arc<Kms>, traffic: &Arc<Traffic>, ask: fn(Arc<Kms>, String) -> F) -> Batch<Answered<T>>
where
    T: Send + Sync + 'static,
    F: std::future::Future<Output = Answered<T>> + Send + 'static,
{
    let kms = kms.clone();
    Batch::new(traffic.clone(), move |keys| {
        let kms = kms.clone();
        Box::pin(async move {
            let mut found = BTreeMap::new();
            let mut open = JoinSet::new();
            let mut keys = keys.into_iter();
            loop {
                while open.len() < AT_ONCE
                    && let Some(key) = keys.next()
                {
                    let asked = ask(kms.clone(), key.clone());
                    open.spawn(patience::sharing(patience::ours(), async move { (key, asked.await) }));
                }
                match open.join_next().await {
                    None => return Ok(found),
                    Some(Ok((_, Err(why)))) if why.is("NotFoundException") => {}
                    Some(Ok((key, answer))) => drop(found.insert(key, answer)),
                    // It must not look as if the key were gone.
                    Some(Err(_)) => return Err(kms.unanswered("read of a key", "the read ended early")),
                }
            }
        })
    })
}

async fn metadata(kms: Arc<Kms>, key: String) -> Answered<KeyMetadata> {
    let action = Action::read("DescribeKey");
    let answer = kms.call(action, |c| c.describe_key().key_id(&key).send()).await?;
    answer.key_metadata.ok_or_else(|| kms.unanswered("DescribeKey", "the answer is empty"))
}

async fn policy(kms: Arc<Kms>, key: String) -> Answered<String> {
    let action = Action::read("GetKeyPolicy");
    let answer = kms.call(action, |c| c.get_key_policy().key_id(&key).policy_name("default").send()).await?;
    Ok(answer.policy.unwrap_or_default())
}

async fn rotation(kms: Arc<Kms>, key: String) -> Answered<Rotation> {
    let action = Action::read("GetKeyRotationStatus");
    let answer = kms.call(action, |c| c.get_key_rotation_status().key_id(&key).send()).await?;
    Ok(Rotation { enabled: answer.key_rotation_enabled, days: answer.rotation_period_in_days })
}

async fn tags(kms: Arc<Kms>, key: String) -> Answered<Tags> {
    let action = Action::read("ListResourceTags");
    let found = pages(|marker| {
        let (kms, key) = (&kms, &key);
        async move {
            let ask = |c: &aws_sdk_kms::Client| {
                c.list_resource_tags().key_id(key).set_marker(marker.clone()).limit(50).send()
            };
            let answer = kms.call(action, ask).await?;
            Ok((answer.tags.unwrap_or_default(), answer.next_marker.filter(|_| answer.truncated)))
        }
    })
    .await?;
    Ok(found.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect())
}

async fn grants(kms: Arc<Kms>, key: String) -> Answered<Vec<GrantListEntry>> {
    let action = Action::read("ListGrants");
    pages(|marker| {
        let (kms, key) = (&kms, &key);
        async move {
            let ask =
                |c: &aws_sdk_kms::Client| c.list_grants().key_id(key).set_marker(marker.clone()).limit(100).send();
            let answer = kms.call(action, ask).await?;
            Ok((answer.grants.unwrap_or_default(), answer.next_marker.filter(|_| answer.truncated)))
        }
    })
    .await
}

/// Every alias of the account: the API has no other way to find one.
async fn aliases(kms: Arc<Kms>) -> Fetched<BTreeMap<String, AliasListEntry>> {
    let action = Action::read("ListAliases");
    let found = pages(|marker| {
        let kms = &kms;
        async move {
            let ask = |c: &aws_sdk_kms::Client| c.list_aliases().set_marker(marker.clone()).limit(100).send();
            let answer = kms.call(action, ask).await?;
            Ok((answer.aliases.unwrap_or_default(), answer.next_marker.filter(|_| answer.truncated)))
        }
    })
    .await?;
    let by_name = found.into_iter().filter_map(|alias| Some((alias.alias_name.clone()?, alias))).collect();
    Ok(BTreeMap::from([(ALL.to_owned(), by_name)]))
}
