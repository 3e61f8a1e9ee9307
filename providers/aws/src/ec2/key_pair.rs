//! `aws_key_pair`: a public key that instances let its owner in with.

use super::tagging;
use crate::cloud::{Action, ApiError, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Group, Shape, text};
use crate::unique;
use aws_sdk_ec2::types::{KeyType, ResourceType};
use aws_smithy_types::Blob;
use std::time::Duration;
use value::Value;

pub(crate) struct KeyPair;

impl Kind for KeyPair {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the key pair."))
            .field("fingerprint", text().computed().about("Fingerprint of the public key: MD5 for RSA, else SHA-256."))
            .field("key_name", text().optional().computed().replaces().length(0, 255).about("Name of the key pair."))
            .field(
                "key_name_prefix",
                text()
                    .optional()
                    .computed()
                    .replaces()
                    .length(0, 255 - unique::DIGITS)
                    .about("Begin of the name; the rest is made up. `terraform-` when no name is written either."),
            )
            .field("key_pair_id", text().computed().about("Id of the key pair: `key-0a1b2c3d4e5f67890`."))
            .field("key_type", text().computed().about("`rsa` or `ed25519`."))
            .field(
                "public_key",
                text().required().replaces().same_when(same_key).check(check_public).about(
                    "The public key, as OpenSSH writes it. Its comment does not count. A private key is refused: it \
                     must not leave its owner's machine.",
                ),
            );
        Definition::new("aws_key_pair", "key pair", "A public key that instances let its owner in with.", shape)
            .version(1)
            .regional()
            .tagged()
            .group(Group::AtMostOne(&["key_name", "key_name_prefix"]))
            .import("deployer-key")
    }

    async fn plan(&self, _region: Option<&Region>, plan: &mut Plan) {
        // What was unknown when the configuration was checked may be known now.
        if let Err(why) = check_public(plan.config.get("public_key")) {
            plan.refuse("public_key", why);
        }
        for (written, other) in [("key_name", "key_name_prefix"), ("key_name_prefix", "key_name")] {
            if !plan.config.is_null(written) && plan.changes(written) && plan.config.is_null(other) {
                plan.planned.set_unknown(other);
            }
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let name = object.id().to_owned();
        let found = region.reads.key_pairs.get(&name).await;
        let found = found.map_err(|why| why.while_doing(format!("read key pair {name}")))?;
        let Some(pair) = found else { return Ok(false) };
        object.set_text("arn", Some(region.arn("ec2", &format!("key-pair/{name}")).await?));
        object.set_text("fingerprint", Some(pair.key_fingerprint().unwrap_or_default()));
        object.set_text("key_name", Some(&name));
        object.set_text("key_name_prefix", Some(unique::prefix_of(&name)));
        object.set_text("key_pair_id", Some(pair.key_pair_id().unwrap_or_default()));
        object.set_text("key_type", Some(pair.key_type().map_or("", KeyType::as_str)));
        let there = Value::string(pair.public_key().unwrap_or_default().trim());
        // Another key of that name is a change; a key that the API does not tell stays as it is.
        if pair.public_key().is_some_and(|text| !text.is_empty()) && !same_key(object.get("public_key"), &there) {
            object.set("public_key", there);
        }
        tagging::show(region, object, pair.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let name = name_of(change);
        let public = change.planned.text("public_key").unwrap_or_default();
        let doing = format!("import key pair {name}");
        check_public(change.planned.get("public_key"))
            .map_err(|why| Trouble::refused(doing.as_str(), why).about("public_key"))?;
        // The name is a natural key: a second one is refused.
        let asked = region.ec2().call(Action::same("ImportKeyPair"), |c| {
            c.import_key_pair()
                .key_name(&name)
                .public_key_material(Blob::new(public))
                .set_tag_specifications(tagging::specifications(change, ResourceType::KeyPair))
                .send()
        });
        match asked.await {
            Ok(_) => {}
            Err(why) if why.is("InvalidKeyPair.Duplicate") && (change.repeated || why.tried_before) => {
                adopt(region, change, &name, why).await?;
            }
            Err(why) => return Err(why.while_doing(doing)),
        }
        change.made(&name);
        let wait = Wait { doing, until: "there", timeout: change.timeout("create") };
        wait.run(|| async {
            let found = region.reads.key_pairs.fresh(&name).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Pending("not found".into()), |_| Seen::Done(())))
        })
        .await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        tagging::update(region, change, change.prior.text("key_pair_id").unwrap_or_default()).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let name = object.id();
        let doing = format!("delete key pair {name}");
        let done =
            region.ec2().call(Action::same("DeleteKeyPair"), |c| c.delete_key_pair().key_name(name).send()).await;
        match done {
            Err(why) if why.is_not_found() => return Ok(()),
            other => other.map_err(|why| why.while_doing(doing.as_str()))?,
        };
        let wait = Wait { doing, until: "deleted", timeout };
        wait.run(|| async {
            let found = region.reads.key_pairs.fresh(name).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
        })
        .await
    }
}

/// The name that is written, or one that a repetition of the same change has too.
fn name_of(change: &Change) -> String {
    match change.planned.filled_text("key_name") {
        Some(name) => name.to_owned(),
        None => unique::name(change.planned.filled_text("key_name_prefix"), &change.token),
    }
}

/// Whether two texts are the same public key: type and key, whatever the comment.
fn same_key(one: &Value, other: &Value) -> bool {
    fn key(text: &Value) -> Option<Vec<&str>> {
        let text = text.as_str()?.trim();
        Some(match text.starts_with("---") {
            true => vec![text],
            false => text.split_whitespace().take(2).collect(),
        })
    }
    key(one).is_some() && key(one) == key(other)
}

/// Refuses private keys, and does not show them.
fn check_public(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) if text.contains("PRIVATE KEY") => {
            Err("It is a private key. Give the public one, usually the file \
             that ends in .pub, and make a new pair: this one has been in a configuration."
                .into())
        }
        Some(text) if text.trim().is_empty() => Err("It is empty.".into()),
        _ => Ok(()),
    }
}

/// Checks that the pair of that name is what an earlier try made. Otherwise `why` stands.
async fn adopt(region: &Region, change: &Change, name: &str, why: ApiError) -> Result<(), Trouble> {
    let doing = format!("import key pair {name}");
    let found = region.reads.key_pairs.fresh(name).await.map_err(|why| why.while_doing(doing.as_str()))?;
    let ours = found.is_some_and(|pair| {
        let there = pair.public_key().filter(|text| !text.is_empty()).map(Value::string);
        there.is_none_or(|there| same_key(&there, change.planned.get("public_key")))
            && tagging::texts(pair.tags()) == change.planned.text_map("tags_all")
    });
    if ours { Ok(()) } else { Err(why.while_doing(doing)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let text = Value::string;
        assert!(same_key(&text("ssh-rsa AAAA me@here\n"), &text("ssh-rsa AAAA")));
        assert!(!same_key(&text("ssh-rsa AAAA"), &text("ssh-rsa AAAB")));
        let why = check_public(&text("-----BEGIN OPENSSH PRIVATE KEY-----\nverysecret")).unwrap_err();
        assert!(!why.contains("verysecret"), "{why}");
        assert!(check_public(&text("ssh-ed25519 AAAA")).is_ok());
    }
}
