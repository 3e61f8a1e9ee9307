//! Keys of KMS.
//!
//! - "Key states of AWS KMS keys": cryptographic operations, grants, rotation and so on are refused for disabled keys
//!   (`DisabledException`) and those whose deletion is scheduled or that are being created (`KMSInvalidStateException`).
//! - "ScheduleKeyDeletion": a multi-Region primary with replicas becomes `PendingReplicaDeletion`, and waits until the
//!   last replica is gone.
//! - "ScheduleKeyDeletion": 7 to 30 days. "PutKeyPolicy": the policy is well formed.
//! - "EnableKeyRotation": RotationPeriodInDays, 90 to 2560, 365 where not given; not on replicas.
//! - "ReplicateKey": the replica is `Creating` for a while; it has a description, policy, tags, aliases and grants of its
//!   own. In the emulator it shares the latter two with its primary, and has no description.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use serde_json::{Value, json};

use super::Done;
use crate::call::{Answer, Call};
use crate::gate::Gate;
use crate::lag::Seen;
use crate::world::{Alias, Region, Replica};

/// Operations that need an enabled key.
const ENABLED: [&str; 12] = [
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateMac",
    "Sign",
    "Verify",
    "CreateGrant",
    "EnableKeyRotation",
    "DisableKeyRotation",
];

/// Operations that are refused while the deletion is pending, though the key may be disabled.
const NOT_LEAVING: [&str; 12] = [
    "CreateAlias",
    "UpdateAlias",
    "EnableKey",
    "DisableKey",
    "GetKeyRotationStatus",
    "TagResource",
    "UntagResource",
    "UpdateKeyDescription",
    "ReplicateKey",
    "UpdatePrimaryRegion",
    "ScheduleKeyDeletion",
    "RotateKeyOnDemand",
];

/// Carries a request to KMS out.
pub(super) fn carry_out(gate: &Gate, mut call: Call) -> Done {
    // "RetireGrant": the key's ARN, not its id, goes with the grant's id.
    if call.operation == "RetireGrant" && call.json["KeyId"].as_str().is_some_and(|key| !key.starts_with("arn:")) {
        return refuse(&call, "InvalidArnException", "KeyId must be the ARN of the key.");
    }
    for name in ["KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId"] {
        if let Some(key) = call.json[name].as_str().map(str::to_string) {
            call.json[name] = json!(known(gate, &call, &key)?);
        }
    }
    check_state(gate, &call)?;
    match call.operation.as_str() {
        "CreateAlias" | "UpdateAlias" | "DeleteAlias" | "ListAliases" => aliases(gate, &call),
        "DescribeKey" => {
            let mut answer = gate.forward(&call);
            let mut body = answer.json();
            if answer.is_ok() {
                show(gate, &call, &mut body["KeyMetadata"]);
                answer.set_json(&body);
            }
            Ok(answer)
        }
        "CreateKey" | "PutKeyPolicy" => {
            policy_is_well_formed(&call)?;
            Ok(gate.forward(&call))
        }
        "ReplicateKey" => {
            policy_is_well_formed(&call)?;
            replicate(gate, call)
        }
        "EnableKeyRotation" | "GetKeyRotationStatus" => rotation(gate, &call),
        "ScheduleKeyDeletion" => schedule_deletion(gate, &call),
        "CancelKeyDeletion" => {
            let id = key_id(&call);
            gate.region(&call.region, |region| region.waiting.remove(&id));
            Ok(gate.forward(&call))
        }
        "UpdateKeyDescription" => {
            let id = key_id(&call);
            let replica = gate.region(&call.region, |region| {
                let replica = region.replicas.get_mut(&id);
                replica.map(|r| r.description = call.json["Description"].as_str().unwrap_or("").to_string())
            });
            Ok(if replica.is_some() { Answer::kms(200, &json!({})) } else { gate.forward(&call) })
        }
        "CreateGrant" => {
            must_exist(gate, &call)?;
            if let Some(same) = same_grant(gate, &call) {
                return Ok(same);
            }
            let answer = gate.forward(&call);
            if let Some(grant) = answer.json()["GrantId"].as_str() {
                gate.region(&call.region, |region| region.grants.push(grant.to_string()));
            }
            Ok(answer)
        }
        "RevokeGrant" => {
            must_exist(gate, &call)?;
            Ok(gate.forward(&call))
        }
        "RetireGrant" => retire(gate, &call),
        "ListGrants" | "ListRetirableGrants" => {
            if call.operation == "ListGrants" {
                must_exist(gate, &call)?;
            }
            let mut answer = gate.forward(&call);
            let mut body = answer.json();
            if let Some(grants) = body["Grants"].as_array_mut() {
                let mine = gate.region(&call.region, |region| region.grants.clone());
                grants.retain(|g| mine.iter().any(|m| g["GrantId"] == json!(m)));
                answer.set_json(&body);
            }
            Ok(answer)
        }
        _ => Ok(gate.forward(&call)),
    }
}

fn refuse<T>(call: &Call, code: &str, message: &str) -> Result<T, Answer> {
    Err(Answer::error(call, 400, code, message))
}

/// "PutKeyPolicy": `MalformedPolicyDocumentException`. The emulator takes any text.
fn policy_is_well_formed(call: &Call) -> Result<(), Answer> {
    let Some(policy) = call.json["Policy"].as_str() else { return Ok(()) };
    let read: Value = serde_json::from_str(policy).unwrap_or(Value::Null);
    let whole = read["Statement"].is_array() || read["Statement"].is_object();
    if whole {
        Ok(())
    } else {
        refuse(call, "MalformedPolicyDocumentException", "The new key policy is not well formed.")
    }
}

/// The emulator fails at grants on keys that it does not have.
fn must_exist(gate: &Gate, call: &Call) -> Result<(), Answer> {
    let id = key_id(call);
    match metadata(gate, &call.region, &id).is_null() {
        true => {
            let arn = format!("arn:aws:kms:{}:{}:key/{id}", call.region, crate::call::ACCOUNT);
            refuse(call, "NotFoundException", &format!("Key '{arn}' does not exist"))
        }
        false => Ok(()),
    }
}

/// The answer for a grant that is there already. "CreateGrant", Name: a request with identical parameters gives the
/// original GrantId, with a grant token that is unique with every request; without a name each makes a new grant.
fn same_grant(gate: &Gate, call: &Call) -> Option<Answer> {
    call.json["Name"].as_str()?;
    let listed = gate.forward(&Call::kms(&call.region, "ListGrants", json!({"KeyId": key_id(call)}))).json();
    let operations = |grant: &Value| {
        let named = grant["Operations"].as_array().into_iter().flatten();
        named.filter_map(|o| o.as_str().map(str::to_string)).collect::<std::collections::BTreeSet<_>>()
    };
    let mine = gate.region(&call.region, |region| region.grants.clone());
    let same = |grant: &&Value| {
        let plain = ["Name", "GranteePrincipal", "RetiringPrincipal", "Constraints"];
        mine.iter().any(|m| grant["GrantId"] == json!(m))
            && plain.iter().all(|name| grant[*name] == call.json[*name])
            && operations(grant) == operations(&call.json)
    };
    let found = listed["Grants"].as_array()?.iter().find(same)?;
    let token = format!("{}-again", found["GrantId"].as_str()?);
    Some(Answer::kms(200, &json!({"GrantId": found["GrantId"], "GrantToken": token})))
}

/// The emulator retires grants that it does not have.
fn retire(gate: &Gate, call: &Call) -> Done {
    if let Some(grant) = call.json["GrantId"].as_str() {
        must_exist(gate, call)?;
        let listed = gate.forward(&Call::kms(&call.region, "ListGrants", json!({"KeyId": key_id(call)}))).json();
        let there = listed["Grants"].as_array().is_some_and(|all| all.iter().any(|g| g["GrantId"] == json!(grant)));
        if !there {
            return refuse(call, "NotFoundException", &format!("Grant ID {grant} not found"));
        }
    }
    Ok(gate.forward(call))
}

fn key_id(call: &Call) -> String {
    let key = call.json["KeyId"].as_str().or(call.json["TargetKeyId"].as_str()).unwrap_or("");
    key.rsplit('/').next().unwrap_or("").to_string()
}

/// Follows an alias to its key. An ARN of another region names nothing here.
fn known(gate: &Gate, call: &Call, key: &str) -> Result<String, Answer> {
    let mut name = key;
    if let Some(rest) = key.strip_prefix("arn:") {
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        if parts.get(2).is_some_and(|region| *region != call.region) {
            return refuse(call, "NotFoundException", &format!("Invalid arn {}", parts.get(2).unwrap_or(&"")));
        }
        name = parts.get(4).copied().unwrap_or("");
    }
    // Half of the emulator's operations fall over an ARN.
    if !name.starts_with("alias/") {
        return Ok(name.strip_prefix("key/").unwrap_or(name).to_string());
    }
    if name.starts_with("alias/aws/") {
        return Ok(name.to_string());
    }
    match gate.region(&call.region, |region| region.aliases.get(name).map(|a| a.key.clone())) {
        Some(key) => Ok(key),
        None => {
            let arn = format!("arn:aws:kms:{}:{}:{name}", call.region, crate::call::ACCOUNT);
            refuse(call, "NotFoundException", &format!("Alias {arn} is not found."))
        }
    }
}

/// The key's metadata as the emulator has it; null where there is none.
fn metadata(gate: &Gate, region: &str, id: &str) -> Value {
    let mut found = gate.forward(&Call::kms(region, "DescribeKey", json!({"KeyId": id}))).json()["KeyMetadata"].take();
    // Since replicas share a record with their primary in the emulator, it mixes up which is which.
    if !found.is_null() {
        gate.region(region, |r| complete(r, &mut found));
    }
    found
}

fn complete(region: &Region, found: &mut Value) {
    let id = found["KeyId"].as_str().unwrap_or("").to_string();
    if found["MultiRegion"] == json!(true) {
        let primary = found["Arn"] == found["MultiRegionConfiguration"]["PrimaryKey"]["Arn"];
        found["MultiRegionConfiguration"]["MultiRegionKeyType"] = json!(if primary { "PRIMARY" } else { "REPLICA" });
    }
    // The key that the emulator makes for an alias of AWS's.
    if found["Description"] == json!("Default key") {
        found["KeyManager"] = json!("AWS");
    }
    if let Some(replica) = region.replicas.get(&id) {
        found["Description"] = json!(replica.description);
    }
    if let Some(days) = region.waiting.get(&id) {
        found["KeyState"] = json!("PendingReplicaDeletion");
        found["Enabled"] = json!(false);
        found["PendingDeletionWindowInDays"] = json!(days);
    }
}

fn show(gate: &Gate, call: &Call, found: &mut Value) {
    let id = found["KeyId"].as_str().unwrap_or("").to_string();
    gate.region(&call.region, |region| {
        complete(region, found);
        if let Seen::Changing(_) = region.look(&format!("key:{id}"), call.backstage) {
            found["KeyState"] = json!("Creating");
            found["Enabled"] = json!(false);
        }
    });
}

fn check_state(gate: &Gate, call: &Call) -> Result<(), Answer> {
    let operation = call.operation.as_str();
    let (enabled, not_leaving) = (ENABLED.contains(&operation), NOT_LEAVING.contains(&operation));
    if !enabled && !not_leaving {
        return Ok(());
    }
    let named = ["KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId"].map(|n| call.json[n].as_str());
    let mut keys: Vec<String> = named.into_iter().flatten().map(str::to_string).collect();
    // The emulator's ciphertext begins with the key's id.
    if let Some(blob) = call.json["CiphertextBlob"].as_str() {
        keys.extend(key_of_ciphertext(blob));
    }
    for key in keys {
        let id = key.rsplit('/').next().unwrap_or("");
        let found = metadata(gate, &call.region, if key.starts_with("alias/") { &key } else { id });
        let arn = found["Arn"].as_str().unwrap_or("");
        let creating = gate.region(&call.region, |region| region.is_changing(&format!("key:{id}")));
        let state = if creating { "Creating" } else { found["KeyState"].as_str().unwrap_or("") };
        match state {
            "Disabled" if enabled => return refuse(call, "DisabledException", &format!("{arn} is disabled.")),
            "PendingDeletion" => {
                return refuse(call, "KMSInvalidStateException", &format!("{arn} is pending deletion."));
            }
            "PendingReplicaDeletion" => {
                return refuse(call, "KMSInvalidStateException", &format!("{arn} is pending replica deletion."));
            }
            "Creating" => return refuse(call, "KMSInvalidStateException", &format!("{arn} is creating.")),
            _ => {}
        }
    }
    Ok(())
}

/// The id in the first 36 bytes of a ciphertext of the emulator.
fn key_of_ciphertext(blob: &str) -> Option<String> {
    let head = STANDARD.decode(blob).ok()?.get(..36)?.to_vec();
    String::from_utf8(head).ok().filter(|id| id.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

fn aliases(gate: &Gate, call: &Call) -> Done {
    let name = call.json["AliasName"].as_str().unwrap_or("").to_string();
    let arn = format!("arn:aws:kms:{}:{}:{name}", call.region, crate::call::ACCOUNT);
    match call.operation.as_str() {
        "ListAliases" => {
            let key = call.json["KeyId"].as_str().map(|_| key_id(call));
            let mut listed: Vec<Value> = gate.region(&call.region, |region| {
                let mine = |(_, a): &(&String, &Alias)| key.as_ref().is_none_or(|k| *k == a.key);
                region.aliases.iter().filter(mine).map(|(n, a)| listed(&call.region, n, a)).collect()
            });
            // Those of AWS's own keys are the emulator's.
            let own = gate.forward(call).json();
            let aws = |a: &&Value| a["AliasName"].as_str().is_some_and(|n| n.starts_with("alias/aws/"));
            listed.extend(own["Aliases"].as_array().into_iter().flatten().filter(aws).cloned());
            Ok(Answer::kms(200, &json!({"Aliases": listed, "Truncated": false})))
        }
        "DeleteAlias" => match gate.region(&call.region, |region| region.aliases.remove(&name)) {
            Some(_) => Ok(Answer::kms(200, &json!({}))),
            None => refuse(call, "NotFoundException", &format!("Alias {arn} is not found.")),
        },
        _ => {
            let exists = gate.region(&call.region, |region| region.aliases.contains_key(&name));
            if !name.starts_with("alias/") {
                return refuse(call, "ValidationException", "Invalid identifier");
            }
            if name.starts_with("alias/aws/") {
                return refuse(call, "NotAuthorizedException", "");
            }
            if exists && call.operation == "CreateAlias" {
                return refuse(call, "AlreadyExistsException", &format!("An alias with the name {arn} already exists"));
            }
            if !exists && call.operation == "UpdateAlias" {
                return refuse(call, "NotFoundException", &format!("Alias {arn} is not found."));
            }
            let key = key_id(call);
            if metadata(gate, &call.region, &key).is_null() {
                let message =
                    format!("Key 'arn:aws:kms:{}:{}:key/{key}' does not exist", call.region, crate::call::ACCOUNT);
                return refuse(call, "NotFoundException", &message);
            }
            let created =
                std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
            gate.region(&call.region, |region| region.aliases.insert(name, Alias { key, created }));
            Ok(Answer::kms(200, &json!({})))
        }
    }
}

fn listed(region: &str, name: &str, alias: &Alias) -> Value {
    json!({
        "AliasName": name,
        "AliasArn": format!("arn:aws:kms:{region}:{}:{name}", crate::call::ACCOUNT),
        "TargetKeyId": alias.key,
        "CreationDate": alias.created,
        "LastUpdatedDate": alias.created,
    })
}

fn replicate(gate: &Gate, call: Call) -> Done {
    let id = key_id(&call);
    let to = call.json["ReplicaRegion"].as_str().unwrap_or("").to_string();
    let source = metadata(gate, &call.region, &id);
    if source["MultiRegionConfiguration"]["MultiRegionKeyType"] != json!("PRIMARY") {
        let message = format!("{} is not a multi-Region primary key.", source["Arn"].as_str().unwrap_or(&id));
        return refuse(&call, "UnsupportedOperationException", &message);
    }
    if source["KeyState"] == json!("Disabled") {
        return refuse(&call, "DisabledException", &format!("{} is disabled.", source["Arn"].as_str().unwrap_or(&id)));
    }
    if !metadata(gate, &to, &id).is_null() {
        return refuse(&call, "AlreadyExistsException", &format!("The replica key already exists in {to}."));
    }
    let mut message = call.clone();
    message.json["KeyId"] = json!(id);
    let mut answer = gate.forward(&message);
    if !answer.is_ok() {
        return Ok(answer);
    }
    let description = call.json["Description"].as_str().unwrap_or("").to_string();
    gate.region(&to, |region| {
        region.replicas.insert(id.clone(), Replica { description });
        let polls = region.lag.replica;
        region.change(&format!("key:{id}"), 0, polls);
    });
    for (operation, body) in [
        ("PutKeyPolicy", json!({"KeyId": id, "PolicyName": "default", "Policy": call.json["Policy"]})),
        ("TagResource", json!({"KeyId": id, "Tags": call.json["Tags"]})),
    ] {
        if body["Policy"].is_string() || body["Tags"].is_array() {
            gate.forward(&Call::kms(&to, operation, body));
        }
    }
    let mut body = answer.json();
    body["ReplicaKeyMetadata"] = metadata(gate, &to, &id);
    body["ReplicaKeyMetadata"]["KeyState"] = json!("Creating");
    body["ReplicaKeyMetadata"]["Enabled"] = json!(false);
    if call.json["Policy"].is_string() {
        body["ReplicaPolicy"] = call.json["Policy"].clone();
    }
    body["ReplicaTags"] = if call.json["Tags"].is_array() { call.json["Tags"].clone() } else { json!([]) };
    answer.set_json(&body);
    Ok(answer)
}

fn rotation(gate: &Gate, call: &Call) -> Done {
    let id = key_id(call);
    let key = metadata(gate, &call.region, &id);
    // Rotation is a shared property: the primary's.
    let home = key["MultiRegionConfiguration"]["PrimaryKey"]["Region"].as_str().unwrap_or(&call.region).to_string();
    if call.operation == "EnableKeyRotation" {
        if home != call.region {
            let message = format!("{} is a replica key.", key["Arn"].as_str().unwrap_or(&id));
            return refuse(call, "UnsupportedOperationException", &message);
        }
        let days = call.json["RotationPeriodInDays"].as_i64().unwrap_or(365);
        if !(90..=2560).contains(&days) {
            let message = format!(
                "1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: \
                 Member must have value between 90 and 2560"
            );
            return refuse(call, "ValidationException", &message);
        }
        gate.region(&home, |region| region.rotation.insert(id, days));
        return Ok(gate.forward(call));
    }
    let mut at_home = Call::kms(&home, &call.operation, call.json.clone());
    at_home.json["KeyId"] = json!(id);
    let mut answer = gate.forward(if home == call.region { call } else { &at_home });
    let mut body = answer.json();
    if body["KeyRotationEnabled"] == json!(true) {
        body["RotationPeriodInDays"] = json!(gate.region(&home, |region| *region.rotation.get(&id).unwrap_or(&365)));
    }
    if answer.is_ok() {
        body["KeyId"] = json!(id);
        answer.set_json(&body);
    }
    Ok(answer)
}

fn schedule_deletion(gate: &Gate, call: &Call) -> Done {
    let id = key_id(call);
    let days = call.json["PendingWindowInDays"].as_i64().unwrap_or(30);
    if !(7..=30).contains(&days) {
        let message = format!(
            "1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must \
             have value between 7 and 30"
        );
        return refuse(call, "ValidationException", &message);
    }
    let key = metadata(gate, &call.region, &id);
    let config = &key["MultiRegionConfiguration"];
    let replicas = config["ReplicaKeys"].as_array().cloned().unwrap_or_default();
    // Replicas count until they are deleted; one whose deletion is only scheduled is there still.
    let there = |r: &Value| !metadata(gate, r["Region"].as_str().unwrap_or(""), &id).is_null();
    if config["MultiRegionKeyType"] == json!("PRIMARY") && replicas.iter().any(there) {
        gate.region(&call.region, |region| region.waiting.insert(id.clone(), days));
        let body = json!({"KeyId": key["Arn"], "KeyState": "PendingReplicaDeletion", "PendingWindowInDays": days});
        return Ok(Answer::kms(200, &body));
    }
    let mut answer = gate.forward(call);
    if answer.is_ok() {
        let mut body = answer.json();
        body["KeyId"] = key["Arn"].clone();
        body["KeyState"] = json!("PendingDeletion");
        body["PendingWindowInDays"] = json!(days);
        answer.set_json(&body);
    }
    Ok(answer)
}
