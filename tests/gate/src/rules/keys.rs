//! Keys as EC2 and EBS see them.
//!
//! "CreateVolume" and "CopyImage", KmsKeyId: AWS authenticates the key asynchronously; with one that is not valid the
//! action appears to complete and eventually fails. How it fails, as seen:
//! - a volume lives for seconds and is then deleted silently (the Kubernetes AWS cloud provider, waitUntilVolumeAvailable);
//! - a copied snapshot becomes `error`, with a StateMessage ("Snapshot", StateMessage; the text is the one that AWS Backup
//!   passes on);
//! - an instance is terminated at once ("Instance terminates immediately"), reason `Client.InvalidKMSKey.InvalidState`.
//!
//! "Amazon EBS encryption": the outcome by `Encrypted`, the source's encryption, and encryption by default.

use serde_json::json;

use super::{kms, refuse};
use crate::call::{Answer, Call};
use crate::gate::Gate;

/// What copies with an unusable key say.
pub(super) const NOT_ACCESSIBLE: &str =
    "Given key ID is not accessible. You must have DescribeKey permissions on the default CMK";

/// How an object is to be encrypted.
pub(super) struct Encryption {
    /// The ARN, or the text that was given where the key cannot be used.
    pub(super) key: String,
    /// Whether the key can be used here and now.
    pub(super) usable: bool,
}

/// What is asked for, and what the source is.
pub(super) struct Wish<'a> {
    pub(super) encrypted: bool,
    pub(super) key: &'a str,
    pub(super) source_encrypted: bool,
    /// The source's key where the new object keeps it; else empty.
    pub(super) source_key: &'a str,
}

/// The outcome for a new volume or snapshot; `None` where it is not encrypted.
pub(super) fn outcome(gate: &Gate, call: &Call, wish: &Wish) -> Result<Option<Encryption>, Answer> {
    let by_default = gate.region(&call.region, |region| region.ebs_encrypts);
    if !(wish.encrypted || wish.source_encrypted || by_default) {
        if !wish.key.is_empty() {
            let message = "The parameter KmsKeyId requires the parameter Encrypted to be set.";
            return refuse(call, "InvalidParameterDependency", message);
        }
        return Ok(None);
    }
    let key = [wish.key, wish.source_key].into_iter().find(|k| !k.is_empty()).map(str::to_string);
    let key = key.unwrap_or_else(|| default_key(gate, &call.region));
    Ok(Some(resolve(gate, &call.region, &key)))
}

/// The default key of EBS: the one that was chosen, or AWS's own.
pub(super) fn default_key(gate: &Gate, region: &str) -> String {
    let chosen = gate.region(region, |r| r.ebs_key.clone());
    chosen.unwrap_or_else(|| resolve(gate, region, "alias/aws/ebs").key)
}

/// Looks a key up, given in any of its four forms.
pub(super) fn resolve(gate: &Gate, region: &str, key: &str) -> Encryption {
    let lost = Encryption { key: key.to_string(), usable: false };
    let describe = Call::kms(region, "DescribeKey", json!({"KeyId": key}));
    let Ok(answer) = kms::carry_out(gate, describe) else { return lost };
    let found = answer.json();
    let of = |name: &str| found["KeyMetadata"][name].as_str().unwrap_or("").to_string();
    if !answer.is_ok() || of("Arn").is_empty() {
        return lost;
    }
    // "Amazon EBS does not support asymmetric KMS keys."
    let usable = of("KeyState") == "Enabled" && of("KeySpec") == "SYMMETRIC_DEFAULT";
    Encryption { key: of("Arn"), usable }
}
