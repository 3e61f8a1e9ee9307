//! `aws_kms_alias`: a name for a key.

use super::names::{key_id, region_of_arn, same_key};
use super::steps::{not_seen, patiently};
use crate::cloud::{APPEARS, Action, Look, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, text};
use crate::unique;
use aws_sdk_kms::types::{AliasListEntry, KeyMetadata};
use std::time::Duration;
use value::Value;

pub(crate) struct KmsAlias;

/// What every alias begins with.
const PREFIX: &str = "alias/";

impl Kind for KmsAlias {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the alias."))
            .field(
                "name",
                text().optional().computed().replaces().length(7, 256).check(check_name).about(
                    "Name of the alias, unique in the region. It begins with `alias/`, but not with `alias/aws/`.",
                ),
            )
            .field(
                "name_prefix",
                text()
                    .optional()
                    .computed()
                    .replaces()
                    .length(6, 230)
                    .check(check_name)
                    .about("What the name begins with, `alias/` included; the rest is made up."),
            )
            .field("target_key_arn", text().computed().about("ARN of the key."))
            .field(
                "target_key_id",
                text().required().length(1, 2_048).check(check_target).same_when(same_key).about(
                    "Id or ARN of the key, which is of the alias's region. Another key must be of the same kind and \
                     usage.",
                ),
            );
        Definition::new("aws_kms_alias", "KMS alias", "A name for a key, which can be given to another key.", shape)
            .regional()
            .group(Group::AtMostOne(&["name", "name_prefix"]))
            .import("alias/my-key-alias")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let Some(region) = region else { return };
        let target = plan.config.text("target_key_id").map(String::from);
        if let Some(of_key) = target.as_deref().and_then(region_of_arn)
            && of_key != region.name()
        {
            let why = format!(
                "The key is of region {of_key}, the alias of {}. An alias names a key of its own region: name the \
                 replica there, or set region.",
                region.name()
            );
            plan.refuse("target_key_id", why);
            return;
        }
        let Some(prior) = plan.prior.clone() else { return };
        if !plan.changes("target_key_id") {
            return;
        }
        plan.planned.set_unknown("target_key_arn");
        // "UpdateAlias": both keys are of the same type and usage. What cannot be looked up is not refused.
        let (Some(before), Some(after)) = (prior.text("target_key_id"), target.as_deref()) else { return };
        let before = region.reads.keys.metadata(before, Look::Shared).await.ok().flatten();
        let after = region.reads.keys.metadata(after, Look::Shared).await.ok().flatten();
        if let (Some(before), Some(after)) = (before, after)
            && kind_of(&before) != kind_of(&after)
        {
            let why = format!(
                "The alias names a key for {}, the new key is one for {}. An alias moves only between keys of the \
                 same kind: give the new key another alias, or replace this one.",
                kind_of(&before),
                kind_of(&after)
            );
            plan.refuse("target_key_id", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let name = object.id().to_owned();
        let Some(alias) = find(region, &name, Look::Shared).await? else { return Ok(false) };
        let target = alias.target_key_id().unwrap_or_default();
        let arn = alias.alias_arn().unwrap_or_default();
        object.set_text("arn", Some(arn));
        object.set_text("name", Some(&name));
        object.set_text("name_prefix", Some(unique::prefix_of(&name)));
        object.set_text("target_key_arn", Some(arn.replacen(&name, &format!("key/{target}"), 1)));
        // An ARN that is written stays, as long as it names the same key.
        if !same_key(object.get("target_key_id"), &Value::string(target)) {
            object.set_text("target_key_id", Some(target));
        }
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let alias = &change.planned;
        let target = alias.text("target_key_id").unwrap_or_default();
        let name = match alias.filled_text("name") {
            Some(name) => name.to_owned(),
            None => unique::name(Some(alias.filled_text("name_prefix").unwrap_or(PREFIX)), &change.token),
        };
        // A key that was made a moment ago may not be known to all of KMS.
        let asked = patiently(APPEARS, not_seen, || {
            let ask = |c: &aws_sdk_kms::Client| c.create_alias().alias_name(&name).target_key_id(target).send();
            region.kms().call(Action::same("CreateAlias"), ask)
        });
        match asked.await {
            Ok(_) => {}
            Err(why) if why.is("AlreadyExistsException") && (change.repeated || why.tried_before) => {
                // Ours has the same target. Others of that name are somebody else's.
                let wait = Wait { doing: format!("find KMS alias {name}"), until: "listed", timeout: APPEARS };
                let found = wait.run(|| async {
                    Ok(match find(region, &name, Look::Now).await? {
                        Some(alias) => Seen::Done(alias),
                        None => Seen::Pending("not found".into()),
                    })
                });
                if !names(&found.await?, target) {
                    return Err(why.while_doing(format!("create KMS alias {name}")).about("name"));
                }
            }
            Err(why) => return Err(why.while_doing(format!("create KMS alias {name}"))),
        }
        change.made(&name);
        wait_until_named(region, &name, target).await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let name = change.prior.id();
        let target = change.planned.text("target_key_id").unwrap_or_default();
        if !change.changes("target_key_id") {
            return Ok(());
        }
        let asked = patiently(APPEARS, not_seen, || {
            let ask = |c: &aws_sdk_kms::Client| c.update_alias().alias_name(name).target_key_id(target).send();
            region.kms().call(Action::same("UpdateAlias"), ask)
        });
        asked.await.map_err(|why| why.while_doing(format!("give KMS alias {name} to key {target}")))?;
        wait_until_named(region, name, target).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let name = object.id();
        let action = Action::same("DeleteAlias");
        let done = region.kms().call(action, |c| c.delete_alias().alias_name(name).send()).await;
        match done {
            Err(why) if why.is("NotFoundException") => return Ok(()),
            Err(why) => return Err(why.while_doing(format!("delete KMS alias {name}"))),
            Ok(_) => {}
        }
        let wait = Wait { doing: format!("delete KMS alias {name}"), until: "gone", timeout };
        wait.run(|| async {
            Ok(match find(region, name, Look::Now).await? {
                None => Seen::Done(()),
                Some(_) => Seen::Pending("listed".into()),
            })
        })
        .await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        if !id.starts_with(PREFIX) {
            return Err("An alias is imported by its name, which begins with alias/.".into());
        }
        object.set_text("id", Some(id));
        Ok(())
    }
}

/// The alias of a name.
async fn find(region: &Region, name: &str, look: Look) -> Result<Option<AliasListEntry>, Trouble> {
    let found = region.reads.keys.alias(name, look).await;
    found.map_err(|why| why.while_doing(format!("read KMS alias {name}")))
}

fn names(alias: &AliasListEntry, key: &str) -> bool {
    alias.target_key_id().is_some_and(|target| target == key_id(key))
}

async fn wait_until_named(region: &Region, name: &str, key: &str) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("see KMS alias {name}"), until: "listed with its key", timeout: APPEARS };
    wait.run(|| async {
        Ok(match find(region, name, Look::Now).await? {
            Some(alias) if names(&alias, key) => Seen::Done(()),
            Some(_) => Seen::Pending("listed with another key".into()),
            None => Seen::Pending("not found".into()),
        })
    })
    .await
}

/// Symmetric, asymmetric or HMAC, and the usage.
fn kind_of(key: &KeyMetadata) -> String {
    let spec = key.key_spec().map(|spec| spec.as_str()).unwrap_or_default();
    let family = match spec {
        "SYMMETRIC_DEFAULT" => "symmetric",
        _ if spec.starts_with("HMAC_") => "HMAC",
        _ => "asymmetric",
    };
    format!("{} ({family})", key.key_usage().map(|usage| usage.as_str()).unwrap_or_default())
}

/// Aliases begin with `alias/`.
///
/// # Errors
/// This one does not.
pub(super) fn check_prefix(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().starts_with(PREFIX) {
        true => Ok(()),
        false => Err("It must begin with alias/.".into()),
    }
}

/// "CreateAlias", AliasName.
fn check_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    let Some(rest) = name.strip_prefix(PREFIX) else { return Err("It must begin with alias/.".into()) };
    if rest.starts_with("aws/") {
        return Err("alias/aws/ is reserved for the keys of AWS services.".into());
    }
    match rest.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-'))) {
        Some(other) => Err(format!("{other:?} is not possible: letters, digits, /, _ and - are.")),
        None => Ok(()),
    }
}

fn check_target(value: &Value) -> Result<(), String> {
    match value.as_str().is_some_and(|name| name.contains("alias/")) {
        true => Err("An alias names a key by its id or ARN, not by another alias.".into()),
        false => Ok(()),
    }
}
