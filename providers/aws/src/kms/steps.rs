//! What keys and replicas have in common: how they are read, changed step by step, and removed. Every step sets a state,
//! so that a repetition does no harm.

use super::names::{new_principal, same_policy};
use crate::cloud::{APPEARS, Action, ApiError, Look, Region, Rotation, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::Change;
use crate::tags::{self, Tags};
use aws_sdk_kms::types::{KeyMetadata, KeySpec, KeyState, OriginType, Tag};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use value::Value;

/// So many looks in a row must show a change before it counts as done: KMS is eventually consistent, and its servers
/// learn of a change one by one ("AWS KMS eventual consistency").
pub(super) const SIGHTINGS: u32 = 3;

/// A key with everything that is told of it, by several requests.
pub(super) struct Key {
    pub(super) metadata: KeyMetadata,
    pub(super) policy: String,
    /// None for keys that are never rotated by KMS.
    pub(super) rotation: Option<Rotation>,
    pub(super) tags: Tags,
}

impl Key {
    /// Reads a key; none when it is gone or waits for its deletion.
    pub(super) async fn read(region: &Region, id: &str, look: Look) -> Result<Option<Key>, Trouble> {
        let failed = |why: ApiError| why.while_doing(format!("read KMS key {id}"));
        let reads = &region.reads.keys;
        let found = reads.metadata(id, look).await.map_err(failed)?;
        let Some(metadata) = found.filter(|metadata| !is_leaving(metadata)) else { return Ok(None) };
        let rotation = async {
            match may_rotate(&metadata) {
                true => reads.rotation(id, look).await,
                false => Ok(None),
            }
        };
        let (policy, rotation, tags) = tokio::join!(reads.policy(id, look), rotation, reads.tags(id, look));
        let (policy, rotation, tags) = (policy.map_err(failed)?, rotation.map_err(failed)?, tags.map_err(failed)?);
        let (Some(policy), Some(tags)) = (policy, tags) else { return Ok(None) };
        Ok(Some(Key { metadata, policy, rotation, tags }))
    }

    /// Whether it can be used. While KMS cannot tell (a key store that is not connected), it is what we believe.
    pub(super) fn is_enabled(&self, believed: Option<bool>) -> bool {
        match self.metadata.key_state() {
            Some(KeyState::Enabled) => true,
            Some(KeyState::Creating | KeyState::Updating | KeyState::Unavailable) => believed.unwrap_or(true),
            _ => false,
        }
    }

    pub(super) fn is_rotated(&self) -> bool {
        self.rotation.as_ref().is_some_and(|rotation| rotation.enabled)
    }

    /// Puts what all keys have into an object.
    pub(super) fn show(&self, region: &Region, object: &mut Fields) {
        let metadata = &self.metadata;
        object.set_text("arn", metadata.arn());
        object.set_text("key_id", Some(metadata.key_id()));
        object.set_text("key_usage", metadata.key_usage().map(|usage| usage.as_str()));
        show_policy(object, &self.policy);
        tags::show(object, self.tags.clone(), &region.default_tags, &region.ignored_tags);
    }

    /// What is not yet as planned, in a word. `enabled` names the argument that says whether the key can be used.
    fn lacks(&self, region: &Region, planned: &Fields, enabled: &str) -> Option<&'static str> {
        let wanted = planned.flag(enabled);
        if wanted.is_some_and(|wanted| wanted != self.is_enabled(Some(wanted))) {
            return Some("state");
        }
        let description = self.metadata.description().unwrap_or_default();
        if !planned.is_unknown("description") && planned.text("description").unwrap_or_default() != description {
            return Some("description");
        }
        if planned.text("policy").is_some() && !same_policy(planned.get("policy"), &Value::string(self.policy.as_str()))
        {
            return Some("policy");
        }
        if planned.has("enable_key_rotation") && planned.flag("enable_key_rotation") != Some(self.is_rotated()) {
            return Some("rotation");
        }
        let days = self.rotation.as_ref().filter(|rotation| rotation.enabled).and_then(|rotation| rotation.days);
        if planned.has("rotation_period_in_days") {
            let wanted = planned.int("rotation_period_in_days");
            if days.is_some() && wanted.is_some() && days != wanted {
                return Some("rotation period");
            }
        }
        let counted =
            |tags: Tags| -> Tags { tags.into_iter().filter(|(key, _)| !region.ignored_tags.holds(key)).collect() };
        if !planned.is_unknown("tags_all") && counted(planned.text_map("tags_all")) != counted(self.tags.clone()) {
            return Some("tags");
        }
        None
    }
}

/// Puts a policy into an object; one that means the same as what is there changes nothing.
pub(super) fn show_policy(object: &mut Fields, found: &str) {
    if !same_policy(object.get("policy"), &Value::string(found)) {
        object.set_text("policy", Some(super::names::compact_policy(found)));
    }
}

/// A key that waits for its deletion is gone as far as anybody can use it ("Deleting AWS KMS keys").
pub(super) fn is_leaving(metadata: &KeyMetadata) -> bool {
    matches!(metadata.key_state(), Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion))
}

/// Only symmetric encryption keys whose material KMS makes are rotated by it ("Rotate AWS KMS keys").
fn may_rotate(metadata: &KeyMetadata) -> bool {
    metadata.origin() == Some(&OriginType::AwsKms) && metadata.key_spec() == Some(&KeySpec::SymmetricDefault)
}

/// The tags that a create gives its key; none when there are none.
pub(super) fn tags_of(change: &Change) -> Option<Vec<Tag>> {
    let tags = as_tags(&change.planned.text_map("tags_all"));
    (!tags.is_empty()).then_some(tags)
}

fn as_tags(tags: &Tags) -> Vec<Tag> {
    // The builder refuses only tags without key or value.
    tags.iter().filter_map(|(key, text)| Tag::builder().tag_key(key).tag_value(text).build().ok()).collect()
}

/// Whether a refusal of a step may only mean that not all of KMS knows the key as it is now.
pub(super) fn not_seen(why: &ApiError) -> bool {
    why.is("NotFoundException")
        || why.is("DisabledException")
        || (why.is("KMSInvalidStateException") && why.message.contains("creating"))
}

/// Asks again while the refusal may pass, for at most `patience`. Refused requests have done nothing.
pub(super) async fn patiently<T, F>(
    patience: Duration,
    may_pass: impl Fn(&ApiError) -> bool,
    ask: impl Fn() -> F,
) -> Result<T, ApiError>
where
    F: std::future::Future<Output = Result<T, ApiError>>,
{
    let begin = Instant::now();
    let mut pause = Duration::from_millis(500);
    loop {
        match ask().await {
            Err(why) if may_pass(&why) && begin.elapsed() + pause <= patience => {
                tokio::time::sleep(pause).await;
                pause = pause.mul_f64(1.5).min(Duration::from_secs(10));
            }
            done => return done,
        }
    }
}

/// Waits until a new key is known and made.
pub(super) async fn wait_until_made(region: &Region, id: &str, timeout: Duration) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("create KMS key {id}"), until: "Enabled", timeout };
    wait.run(|| async {
        let found = region.reads.keys.metadata(id, Look::Now).await;
        let Some(metadata) = found.map_err(|why| why.while_doing(wait.doing.as_str()))? else {
            return Ok(Seen::Pending("not found".into()));
        };
        Ok(match metadata.key_state() {
            Some(KeyState::Enabled | KeyState::Disabled) => Seen::Done(()),
            Some(KeyState::Unavailable) => {
                Seen::Failed("The key store that holds the key is not connected. Connect it, then run again.".into())
            }
            Some(state @ (KeyState::PendingDeletion | KeyState::PendingReplicaDeletion)) => {
                Seen::Failed(format!("The key went to state {}. Somebody else may delete it.", state.as_str()))
            }
            state => Seen::Pending(state.map_or("without a state", KeyState::as_str).into()),
        })
    })
    .await
}

/// Waits until everything that was planned can be seen.
pub(super) async fn settle(region: &Region, change: &Change, id: &str, enabled: &str) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("see the changes of KMS key {id}"), until: "as planned", timeout: APPEARS };
    let sightings = AtomicU32::new(0);
    wait.run(|| async {
        let found = Key::read(region, id, Look::Now).await?;
        let lacks = match &found {
            None => Some("key itself"),
            Some(key) => key.lacks(region, &change.planned, enabled),
        };
        if let Some(what) = lacks {
            sightings.store(0, Ordering::Relaxed);
            return Ok(Seen::Pending(format!("without the new {what}")));
        }
        Ok(match sightings.fetch_add(1, Ordering::Relaxed) + 1 >= SIGHTINGS {
            true => Seen::Done(()),
            false => Seen::Pending("changing".into()),
        })
    })
    .await
}

/// Lets the key be used, or not.
pub(super) async fn set_enabled(region: &Region, id: &str, enabled: bool) -> Result<(), Trouble> {
    let done = patiently(APPEARS, not_seen, || async {
        match enabled {
            true => {
                let action = Action::same("EnableKey");
                region.kms().call(action, |c| c.enable_key().key_id(id).send()).await.map(drop)
            }
            false => {
                let action = Action::same("DisableKey");
                region.kms().call(action, |c| c.disable_key().key_id(id).send()).await.map(drop)
            }
        }
    });
    let verb = if enabled { "enable" } else { "disable" };
    done.await.map_err(|why| why.while_doing(format!("{verb} KMS key {id}")))
}

pub(super) async fn set_description(region: &Region, id: &str, description: &str) -> Result<(), Trouble> {
    let action = Action::same("UpdateKeyDescription");
    let ask = |c: &aws_sdk_kms::Client| c.update_key_description().key_id(id).description(description).send();
    let done = region.kms().call(action, ask).await;
    done.map(drop).map_err(|why| why.while_doing(format!("set the description of KMS key {id}")))
}

/// Replaces the key policy. Principals that were made a moment ago are waited for.
pub(super) async fn set_policy(region: &Region, id: &str, policy: &str, bypass: bool) -> Result<(), Trouble> {
    let ask = |c: &aws_sdk_kms::Client| {
        let request = c.put_key_policy().key_id(id).policy_name("default").policy(policy);
        request.bypass_policy_lockout_safety_check(bypass).send()
    };
    let may_pass = |why: &ApiError| new_principal(why) || why.is("NotFoundException");
    let done = patiently(APPEARS, may_pass, || region.kms().call(Action::same("PutKeyPolicy"), ask)).await;
    done.map(drop).map_err(|why| why.while_doing(format!("set the policy of KMS key {id}")).about("policy"))
}

/// Brings the tags of a key from what they were to what is planned.
pub(super) async fn update_tags(region: &Region, change: &Change, id: &str) -> Result<(), Trouble> {
    let (set, mut removed) = tags::difference(&change.prior.text_map("tags_all"), &change.planned.text_map("tags_all"));
    removed.retain(|key| !region.ignored_tags.holds(key));
    if !removed.is_empty() {
        let action = Action::same("UntagResource");
        let ask = |c: &aws_sdk_kms::Client| c.untag_resource().key_id(id).set_tag_keys(Some(removed.clone())).send();
        let done = region.kms().call(action, ask).await;
        done.map_err(|why| why.while_doing(format!("remove tags of KMS key {id}")))?;
    }
    if !set.is_empty() {
        let action = Action::same("TagResource");
        let ask = |c: &aws_sdk_kms::Client| c.tag_resource().key_id(id).set_tags(Some(as_tags(&set))).send();
        let done = region.kms().call(action, ask).await;
        done.map_err(|why| why.while_doing(format!("set tags of KMS key {id}")))?;
    }
    Ok(())
}

/// Schedules the deletion of a key, after so many days, and waits until it shows.
pub(super) async fn schedule_deletion(
    region: &Region,
    id: &str,
    days: Option<i32>,
    timeout: Duration,
) -> Result<(), Trouble> {
    let creating = |why: &ApiError| why.is("KMSInvalidStateException") && why.message.contains("creating");
    let ask = |c: &aws_sdk_kms::Client| c.schedule_key_deletion().key_id(id).set_pending_window_in_days(days).send();
    let scheduled = patiently(APPEARS, creating, || region.kms().call(Action::same("ScheduleKeyDeletion"), ask)).await;
    match scheduled {
        Err(why) if why.is("NotFoundException") => return Ok(()),
        // It waits for its deletion already.
        Err(why) if why.is("KMSInvalidStateException") && why.message.contains("pending") => return Ok(()),
        Err(why) => return Err(why.while_doing(format!("schedule the deletion of KMS key {id}"))),
        Ok(_) => {}
    }
    let wait = Wait { doing: format!("schedule the deletion of KMS key {id}"), until: "PendingDeletion", timeout };
    wait.run(|| async {
        let found = region.reads.keys.metadata(id, Look::Now).await;
        let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
        Ok(match found.filter(|metadata| !is_leaving(metadata)) {
            None => Seen::Done(()),
            Some(metadata) => Seen::Pending(metadata.key_state().map_or("unknown", KeyState::as_str).into()),
        })
    })
    .await
}

/// An import id of a key: its id or ARN.
///
/// # Errors
/// What ids look like.
pub(super) fn import(id: &str, object: &mut Fields) -> Result<(), String> {
    if id.contains("alias/") {
        return Err("A key is imported by its id or ARN, not by an alias.".into());
    }
    if let Some(region) = super::names::region_of_arn(id) {
        object.set_text("region", Some(region));
    }
    object.set_text("id", Some(super::names::key_id(id)));
    Ok(())
}
