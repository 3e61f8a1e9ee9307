//! `aws_kms_grant`: lets somebody use a key, apart from its policy.

use super::names::region_of_arn;
use super::steps::{not_seen, patiently};
use crate::cloud::{APPEARS, Action, ApiError, Look, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::{Plan, refused};
use crate::shape::{Definition, Shape, flag, text, text_map, text_set};
use aws_sdk_kms::types::{GrantConstraints, GrantListEntry, GrantOperation};
use sdk::Findings;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use value::{Path, Value};

pub(crate) struct KmsGrant;

impl Kind for KmsGrant {
    fn definition(&self) -> Definition {
        let constraints = Shape::default()
            .field(
                "encryption_context_equals",
                text_map()
                    .optional()
                    .replaces()
                    .check(check_context)
                    .about("The encryption context of a request must be exactly this one."),
            )
            .field(
                "encryption_context_subset",
                text_map()
                    .optional()
                    .replaces()
                    .check(check_context)
                    .about("The encryption context of a request must have these pairs, and may have others."),
            );
        let shape = Shape::default()
            .field(
                "grant_creation_tokens",
                text_set().optional().replaces().about(
                    "Grant tokens that let you make this grant before the grants they are of are known everywhere.",
                ),
            )
            .field("grant_id", text().computed().about("Id of the grant; unique for its key."))
            .field(
                "grant_token",
                text()
                    .computed()
                    .sensitive()
                    .about("Lets the grant be used before it is known everywhere. Only its creation tells it."),
            )
            .field(
                "grantee_principal",
                text().required().replaces().check(check_principal).about("ARN, or service, that may use the key."),
            )
            .field("key_id", text().required().replaces().check(check_key).about("Id or ARN of the key."))
            .field(
                "name",
                text().optional().replaces().length(1, 256).check(check_name).about(
                    "Name of the grant. Without one it has a name in KMS that is not shown here, of the change that \
                         made it: however often a creation is repeated, it gives the same grant.",
                ),
            )
            .field(
                "operations",
                text_set().required().replaces().one_of(OPERATIONS).about("What the grantee may do with the key."),
            )
            .field(
                "retire_on_delete",
                flag().default(false).replaces().about(
                    "Retire the grant instead of revoking it. You must be the retiring principal, or allowed to.",
                ),
            )
            .field(
                "retiring_principal",
                text()
                    .optional()
                    .replaces()
                    .check(check_principal)
                    .about("ARN, or service, that may retire the grant."),
            )
            .set("constraints", "Which requests the grant is for, by their encryption context.", constraints)
            .with_block("constraints", |block| block.replaces = true);
        Definition::new("aws_kms_grant", "KMS grant", "A permission to use a key, apart from its policy.", shape)
            .regional()
            .import(
                "1234abcd-12ab-34cd-56ef-1234567890ab:abcde1237f76e4ba7987489ac329fbfba6ad343d6f7075dbd1ef191f0120514",
            )
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        let at = || Path::attribute("constraints");
        let blocks = config.blocks("constraints");
        let mut whole = config.get("constraints").is_known();
        let mut written = 0;
        for block in &blocks {
            let contexts = ["encryption_context_equals", "encryption_context_subset"];
            whole &= contexts.iter().all(|name| block.get(name).is_known());
            let set = contexts.iter().filter(|name| !block.is_null(name) && !is_empty(block.get(name))).count();
            written += set;
            if set == 0 && whole {
                let why = "A constraint needs encryption_context_equals or encryption_context_subset.";
                findings.push(refused(at(), why));
            }
        }
        // "CreateGrant": a request with more than one constraint is refused.
        if whole && written > 1 {
            let why = "A grant has one constraint: encryption_context_equals or encryption_context_subset, not both.";
            findings.push(refused(at(), why));
        }
        if written > 0 {
            // "CreateGrant", Constraints: only for operations with an encryption context; two more are not constrained.
            let without: Vec<String> =
                config.texts("operations").into_iter().filter(|name| NO_CONTEXT.contains(&name.as_str())).collect();
            if !without.is_empty() {
                let why = format!(
                    "{} have no encryption context, so a grant with constraints cannot allow them.",
                    without.join(", ")
                );
                findings.push(refused(Path::attribute("operations"), why));
            }
        }
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        if let (Some(region), Some(of_key)) = (region, plan.config.text("key_id").and_then(region_of_arn))
            && of_key != region.name()
        {
            let why = format!("The key is of region {of_key}, this grant of {}: set region.", region.name());
            plan.refuse("key_id", why);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let Some((key, id)) = object.id().rsplit_once(':').map(|(key, id)| (key.to_owned(), id.to_owned())) else {
            return Ok(false);
        };
        let Some(grant) = find(region, &key, &id, Look::Shared).await? else { return Ok(false) };
        object.set_text("grant_id", Some(id));
        object.set_text("key_id", Some(key));
        // Grants that belong to others may be listed without their principals.
        if let Some(principal) = grantee(&grant) {
            object.set_text("grantee_principal", Some(principal));
        }
        if let Some(principal) = retiring(&grant) {
            object.set_text("retiring_principal", Some(principal));
        }
        let own = |name: &str| name.starts_with(OWN) && object.is_null("name");
        if let Some(name) = grant.name().filter(|name| !name.is_empty() && !own(name)) {
            object.set_text("name", Some(name));
        }
        object.set_texts("operations", grant.operations().iter().map(GrantOperation::as_str));
        let shown = contexts(grant.constraints()).map(|(equals, subset)| {
            let mut block = object.new_block("constraints");
            if !equals.is_empty() {
                block.set_text_map("encryption_context_equals", equals);
            }
            if !subset.is_empty() {
                block.set_text_map("encryption_context_subset", subset);
            }
            block
        });
        // A map that is written but empty means the same as one that is not written.
        let wanted = planned_contexts(object);
        if contexts(grant.constraints()) != wanted {
            object.set_blocks("constraints", shown);
        }
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let grant = &change.planned;
        let key = grant.text("key_id").unwrap_or_default();
        let doing = || format!("create a grant on KMS key {key}");
        let name = name_in_kms(change);
        // With a name KMS makes one grant, however often it is asked ("CreateGrant", Name).
        let action = Action::same("CreateGrant");
        let operations: Vec<GrantOperation> =
            grant.texts("operations").iter().map(|name| GrantOperation::from(name.as_str())).collect();
        let tokens = Some(grant.texts("grant_creation_tokens")).filter(|tokens| !tokens.is_empty());
        // A role that was made a moment ago is an invalid ARN until KMS knows it.
        let may_pass = |why: &ApiError| not_seen(why) || why.is("InvalidArnException");
        let asked = patiently(APPEARS, may_pass, || {
            region.kms().call(action, |c| {
                c.create_grant()
                    .key_id(key)
                    .set_constraints(constraints_of(grant))
                    .set_grant_tokens(tokens.clone())
                    .set_grantee_principal(grant.text("grantee_principal").map(String::from))
                    .name(&name)
                    .set_operations(Some(operations.clone()))
                    .set_retiring_principal(grant.filled_text("retiring_principal").map(String::from))
                    .send()
            })
        });
        let made = match asked.await {
            Err(why) if why.in_doubt && adopt(region, change, key, &name).await? => return Ok(()),
            other => other.map_err(|why| why.while_doing(doing()))?,
        };
        let id = made.grant_id().ok_or_else(|| Trouble::ours("CreateGrant answered without an id"))?;
        if let Some(token) = made.grant_token() {
            change.told("grant_token", Value::string(token));
        }
        change.made(&format!("{key}:{id}"));
        wait_until_listed(region, key, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let Some((key, id)) = object.id().rsplit_once(':') else { return Ok(()) };
        let done = match object.is_true("retire_on_delete") {
            true => {
                // "RetireGrant" takes the key's ARN only.
                let arn = match key.starts_with("arn:") {
                    true => key.to_owned(),
                    false => region.arn("kms", &format!("key/{key}")).await?,
                };
                let action = Action::same("RetireGrant");
                region.kms().call(action, |c| c.retire_grant().key_id(&arn).grant_id(id).send()).await.map(drop)
            }
            false => {
                let action = Action::same("RevokeGrant");
                region.kms().call(action, |c| c.revoke_grant().key_id(key).grant_id(id).send()).await.map(drop)
            }
        };
        match done {
            Err(why) if why.is("NotFoundException") => return Ok(()),
            Err(why) => return Err(why.while_doing(format!("remove grant {id} on KMS key {key}"))),
            Ok(()) => {}
        }
        let wait = Wait { doing: format!("remove grant {id} on KMS key {key}"), until: "gone", timeout };
        wait.run(|| async {
            Ok(match find(region, key, id, Look::Now).await? {
                None => Seen::Done(()),
                Some(_) => Seen::Pending("listed".into()),
            })
        })
        .await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        let form = "It is KEY:GRANT, the id or ARN of the key and the id of the grant.";
        let (key, grant) = id.rsplit_once(':').ok_or(form)?;
        let is_key = match key.starts_with("arn:") {
            true => key.contains(":key/"),
            false => !key.is_empty() && !key.contains(':'),
        };
        if !is_key || grant.is_empty() || grant.contains('/') {
            return Err(form.into());
        }
        if let Some(region) = region_of_arn(key) {
            object.set_text("region", Some(region));
        }
        object.set_text("id", Some(id));
        Ok(())
    }
}

/// "Grant operations" of KMS.
const OPERATIONS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Operations of asymmetric and HMAC keys, which have no encryption context.
const NO_CONTEXT: &[&str] = &["DeriveSharedSecret", "GenerateMac", "GetPublicKey", "Sign", "Verify", "VerifyMac"];

/// How often a grant that may have been made is looked for, a second apart: it is listed after a moment only.
const LOOKS: u32 = 5;

/// `encryption_context_equals` and `encryption_context_subset`.
type Contexts = (BTreeMap<String, String>, BTreeMap<String, String>);

/// The constraint of a grant; none when it has none.
fn contexts(constraints: Option<&GrantConstraints>) -> Option<Contexts> {
    let constraints = constraints?;
    let sorted = |map: Option<&std::collections::HashMap<String, String>>| -> BTreeMap<String, String> {
        map.into_iter().flatten().map(|(key, text)| (key.clone(), text.clone())).collect()
    };
    let found = (sorted(constraints.encryption_context_equals()), sorted(constraints.encryption_context_subset()));
    (found != Contexts::default()).then_some(found)
}

/// The same of an object.
fn planned_contexts(object: &Fields) -> Option<Contexts> {
    let mut all = Contexts::default();
    for block in object.blocks("constraints") {
        all.0.extend(block.text_map("encryption_context_equals"));
        all.1.extend(block.text_map("encryption_context_subset"));
    }
    (all != Contexts::default()).then_some(all)
}

fn constraints_of(object: &Fields) -> Option<GrantConstraints> {
    let (equals, subset) = planned_contexts(object)?;
    let map = |map: BTreeMap<String, String>| (!map.is_empty()).then(|| map.into_iter().collect());
    let constraints = GrantConstraints::builder().set_encryption_context_equals(map(equals));
    Some(constraints.set_encryption_context_subset(map(subset)).build())
}

fn grantee(grant: &GrantListEntry) -> Option<&str> {
    grant.grantee_principal().or(grant.grantee_service_principal())
}

fn retiring(grant: &GrantListEntry) -> Option<&str> {
    grant.retiring_principal().or(grant.retiring_service_principal())
}

/// A grant on a key; none when either is gone.
async fn find(region: &Region, key: &str, id: &str, look: Look) -> Result<Option<GrantListEntry>, Trouble> {
    let found = region.reads.keys.grants(key, look).await;
    let found = found.map_err(|why| why.while_doing(format!("read grant {id} on KMS key {key}")))?;
    Ok(found.into_iter().flatten().find(|grant| grant.grant_id() == Some(id)))
}

/// What the names of grants begin with that have none in the configuration.
const OWN: &str = "drform:";

/// The name of the grant in KMS. A grant without one gets a name of this change: of two that are alike each is known, and
/// the same change again gives the same grant.
fn name_in_kms(change: &Change) -> String {
    let token = change.token.chars().take(200).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let own = || format!("{OWN}{}", token.collect::<String>());
    change.planned.filled_text("name").map_or_else(own, String::from)
}

/// Takes the grant of that name for ours that is like the planned one in everything, if there is one.
async fn adopt(region: &Region, change: &Change, key: &str, name: &str) -> Result<bool, Trouble> {
    let planned = &change.planned;
    let operations: BTreeSet<String> = planned.texts("operations").into_iter().collect();
    let is_same = |grant: &GrantListEntry| {
        let allowed: BTreeSet<String> = grant.operations().iter().map(|name| name.as_str().to_owned()).collect();
        grant.name() == Some(name)
            && grantee(grant) == planned.text("grantee_principal")
            && retiring(grant) == planned.filled_text("retiring_principal")
            && contexts(grant.constraints()) == planned_contexts(planned)
            && allowed == operations
    };
    for look in 0..LOOKS {
        if look > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let found = region.reads.keys.grants(key, Look::Now).await;
        let found = found.map_err(|why| why.while_doing(format!("look for a grant on KMS key {key}")))?;
        let ours = found.into_iter().flatten().find(is_same);
        if let Some(id) = ours.as_ref().and_then(|grant| grant.grant_id()) {
            change.made(&format!("{key}:{id}"));
            return Ok(true);
        }
    }
    Ok(false)
}

/// Until the grant is listed with its principals: while KMS does not know a new role, it shows its unique id.
async fn wait_until_listed(region: &Region, key: &str, id: &str) -> Result<(), Trouble> {
    let wait = Wait { doing: format!("see grant {id} on KMS key {key}"), until: "listed", timeout: APPEARS };
    wait.run(|| async {
        let Some(grant) = find(region, key, id, Look::Now).await? else {
            return Ok(Seen::Pending("not found".into()));
        };
        let named = |principal: Option<&str>| principal.is_none_or(is_principal);
        Ok(match named(grantee(&grant)) && named(retiring(&grant)) {
            true => Seen::Done(()),
            false => Seen::Pending("listed without the ARN of its principal".into()),
        })
    })
    .await
}

fn is_empty(map: &Value) -> bool {
    map.is_known() && map.children().count() == 0
}

/// An ARN, or the name of an AWS service: `ec2.amazonaws.com`.
fn is_principal(text: &str) -> bool {
    let service = ["amazonaws.com", "amazonaws.com.cn", "amazon.com"].iter().any(|domain| {
        let name = text.strip_suffix(domain).and_then(|name| name.strip_suffix('.')).unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c))
    });
    service || (text.starts_with("arn:") && text.splitn(6, ':').count() == 6)
}

fn check_principal(value: &Value) -> Result<(), String> {
    match is_principal(value.as_str().unwrap_or_default()) {
        true => Ok(()),
        false => Err("It is neither an ARN nor an AWS service such as ec2.amazonaws.com.".into()),
    }
}

fn check_key(value: &Value) -> Result<(), String> {
    let key = value.as_str().unwrap_or_default();
    match key.is_empty() || key.contains("alias/") {
        true => Err("A grant names its key by id or ARN, not by an alias.".into()),
        false => Ok(()),
    }
}

/// "CreateGrant", Name.
fn check_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    match name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '_' | '-'))) {
        Some(other) => Err(format!("{other:?} is not possible: letters, digits, :, /, _ and - are.")),
        None => Ok(()),
    }
}

/// "CreateGrant", Constraints.
fn check_context(value: &Value) -> Result<(), String> {
    match value.children().count() {
        0..=8 => Ok(()),
        pairs => Err(format!("A constraint has at most 8 pairs; it has {pairs}.")),
    }
}
