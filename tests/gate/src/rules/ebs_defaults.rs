//! Encryption by default: "EnableEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId", "GetEbsDefaultKmsKeyId",
//! "ResetEbsDefaultKmsKeyId". The emulator keeps the switch without effect, and lacks the last two.

use super::{Done, forward, keys};
use crate::call::{Answer, Call};
use crate::gate::Gate;
use crate::xml::Element;

pub(super) fn switch(gate: &Gate, call: Call) -> Done {
    let answer = forward(gate, &call)?;
    gate.region(&call.region, |region| region.ebs_encrypts = call.operation.starts_with("Enable"));
    Ok(answer)
}

pub(super) fn default_key(gate: &Gate, call: Call) -> Done {
    match call.operation.as_str() {
        "ModifyEbsDefaultKmsKeyId" => {
            let key = keys::resolve(gate, &call.region, call.params.text("KmsKeyId")).key;
            gate.region(&call.region, |region| region.ebs_key = Some(key));
        }
        "ResetEbsDefaultKmsKeyId" => gate.region(&call.region, |region| region.ebs_key = None),
        _ => {}
    }
    let key = keys::default_key(gate, &call.region);
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("kmsKeyId", key)]))
}
