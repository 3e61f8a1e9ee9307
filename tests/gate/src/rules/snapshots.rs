//! Snapshots.
//!
//! "Amazon EBS encryption": a snapshot of an encrypted volume is encrypted with the volume's key; a copy of an encrypted
//! snapshot is encrypted, with the key given or the default key of EBS. The emulator loses the key, lets the copy's
//! `Encrypted` go unheard, and lets a snapshot grow with its volume. "CopySnapshot": copies have an arbitrary volume id.

use super::describe::{self, Kind};
use super::keys::{self, Wish};
use super::{Done, disks, forward, refuse};
use crate::call::{ACCOUNT, Answer, Call, Params};
use crate::gate::Gate;
use crate::lag::Seen;
use crate::xml::Element;

pub(super) const KIND: Kind = Kind {
    set: "snapshotSet",
    inner: None,
    param: "SnapshotId",
    id: "snapshotId",
    filter: "snapshot-id",
    prefix: "snap-",
    malformed: "InvalidSnapshotID.Malformed",
    unknown: "InvalidSnapshot.NotFound",
    messages: ("The snapshot '{}' does not exist.", "The snapshots '{}' do not exist."),
    own: &[
        ("status", "status"),
        ("progress", "progress"),
        ("encrypted", "encrypted"),
        ("volume-size", "volumeSize"),
        ("volume-id", "volumeId"),
    ],
};

pub(super) fn create(gate: &Gate, call: Call) -> Done {
    let mut answer = forward(gate, &call)?;
    let mut root = answer.xml();
    let made: Vec<(String, String)> = match call.operation.as_str() {
        "CreateSnapshot" => vec![(root.at("snapshotId").to_string(), root.at("volumeId").to_string())],
        _ => root.items("snapshotSet").map(|s| (s.at("snapshotId").into(), s.at("volumeId").into())).collect(),
    };
    for (id, volume) in &made {
        let volume = disks::get(gate, &call, volume)?;
        gate.region(&call.region, |region| {
            region.fact(id, "encrypted", volume.at("encrypted"));
            region.fact(id, "volumeSize", volume.at("size"));
            if !volume.at("kmsKeyId").is_empty() {
                region.fact(id, "kmsKeyId", volume.at("kmsKeyId"));
            }
            let lag = region.lag;
            region.change(id, lag.unseen, lag.snapshot);
        });
    }
    if let [(id, _)] = &made[..]
        && call.operation == "CreateSnapshot"
    {
        gate.region(&call.region, |region| region.show(id, &mut root));
        root.set("status", "pending");
        root.set("progress", "");
        // The key is only told by DescribeSnapshots.
        root.remove("kmsKeyId");
    }
    answer.set_xml(&root);
    Ok(answer)
}

/// A snapshot of a region as the emulator has it, with the gate's facts; `pending` where it still is.
pub(super) fn get(gate: &Gate, call: &Call, region: &str, id: &str) -> Result<Element, Answer> {
    let params = Params::of(&[("Filter.1.Name", "snapshot-id"), ("Filter.1.Value.1", id)]);
    let root = forward(gate, &Call::query("ec2", region, "DescribeSnapshots", params))?.xml();
    let Some(mut snapshot) = root.items("snapshotSet").find(|s| s.at("snapshotId") == id).cloned() else {
        return refuse(call, KIND.unknown, KIND.messages.0.replace("{}", id));
    };
    gate.region(region, |r| {
        r.show(id, &mut snapshot);
        if r.is_changing(id) {
            snapshot.set("status", "pending");
        }
    });
    Ok(snapshot)
}

pub(super) fn copy(gate: &Gate, mut call: Call) -> Done {
    let (from, source_id) = (call.params.text("SourceRegion").to_string(), call.params.text("SourceSnapshotId"));
    let source = get(gate, &call, &from, source_id)?;
    if source.at("status") != "completed" {
        let message = format!("Snapshot is in invalid state - {}", source.at("status"));
        return refuse(&call, "InvalidParameterValue", message);
    }
    if call.params.text("Encrypted") == "false" {
        // CopySnapshot, Encrypted: "You cannot set this parameter to false." The code is inferred.
        return refuse(&call, "InvalidParameterValue", "Value (false) for parameter encrypted is invalid.");
    }
    let wish = Wish {
        encrypted: call.params.text("Encrypted") == "true",
        key: call.params.text("KmsKeyId"),
        source_encrypted: source.at("encrypted") == "true",
        // CopySnapshot, KmsKeyId: "If this parameter is not specified, your KMS key for Amazon EBS is used."
        source_key: "",
    };
    let encryption = keys::outcome(gate, &call, &wish)?;
    call.params.take("KmsKeyId");
    if let Some(encryption) = &encryption {
        call.params.set("KmsKeyId", &encryption.key);
    }
    let answer = forward(gate, &call)?;
    let id = answer.xml().at("snapshotId").to_string();
    gate.region(&call.region, |region| {
        region.fact(&id, "volumeId", "vol-ffffffff");
        region.fact(&id, "volumeSize", source.at("volumeSize"));
        if let Some(encryption) = encryption {
            region.fact(&id, "encrypted", "true");
            region.fact(&id, "kmsKeyId", &encryption.key);
            if !encryption.usable {
                region.fact(&id, "status", "error");
                region.fact(&id, "statusMessage", keys::NOT_ACCESSIBLE);
            }
        }
        let lag = region.lag;
        region.change(&id, lag.unseen, lag.snapshot);
    });
    Ok(answer)
}

pub(super) fn describe(gate: &Gate, mut call: Call) -> Done {
    // The emulator lists whatever there is, whoever owns it.
    let owners: Vec<String> =
        call.params.list("Owner").into_iter().map(|o| if o == "self" { ACCOUNT.to_string() } else { o }).collect();
    call.params.take_all("Owner.");
    describe::answer(gate, &call, &KIND, vec![], |snapshot| {
        let owner = snapshot.at("ownerId").to_string();
        (owners.is_empty() || owners.contains(&owner) || owners.iter().any(|o| o == "amazon") && owner != ACCOUNT)
            && look(gate, &call, snapshot)
    })
}

fn look(gate: &Gate, call: &Call, snapshot: &mut Element) -> bool {
    let id = snapshot.at("snapshotId").to_string();
    gate.region(&call.region, |region| {
        region.show(&id, snapshot);
        match region.look(&id, call.backstage) {
            Seen::Nothing => return false,
            Seen::Changing(done) => {
                snapshot.set("status", "pending");
                snapshot.set("progress", format!("{done}%"));
                snapshot.remove("statusMessage");
            }
            Seen::Settled => {}
        }
        true
    })
}
