//! Options of instances that the emulator does not know or loses.
//!
//! Each is shown by DescribeInstances where its operation's page says: "ModifyInstanceMaintenanceOptions",
//! "ModifyPrivateDnsNameOptions", "ModifyInstanceCpuOptions", "ModifyInstanceCreditSpecification",
//! "ModifyInstanceMetadataOptions", "ModifyInstanceMetadataDefaults", "MonitorInstances".

use super::{Done, forward, instances, refuse};
use crate::call::{Answer, Call};
use crate::gate::Gate;
use crate::xml::Element;

/// Options of a launch by parameter, where DescribeInstances shows them, and what they are where not given.
const OPTIONS: [(&str, &str, &str); 12] = [
    ("MaintenanceOptions.AutoRecovery", "maintenanceOptions/autoRecovery", "default"),
    ("MaintenanceOptions.RebootMigration", "maintenanceOptions/rebootMigration", "default"),
    ("PrivateDnsNameOptions.HostnameType", "privateDnsNameOptions/hostnameType", "ip-name"),
    (
        "PrivateDnsNameOptions.EnableResourceNameDnsARecord",
        "privateDnsNameOptions/enableResourceNameDnsARecord",
        "false",
    ),
    (
        "PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord",
        "privateDnsNameOptions/enableResourceNameDnsAAAARecord",
        "false",
    ),
    ("CpuOptions.CoreCount", "cpuOptions/coreCount", "1"),
    ("CpuOptions.ThreadsPerCore", "cpuOptions/threadsPerCore", "2"),
    ("CpuOptions.AmdSevSnp", "cpuOptions/amdSevSnp", ""),
    ("EnclaveOptions.Enabled", "enclaveOptions/enabled", "false"),
    ("HibernationOptions.Configured", "hibernationOptions/configured", "false"),
    ("CreditSpecification.CpuCredits", "~credits", ""),
    ("Placement.Tenancy", "placement/tenancy", "default"),
];

const METADATA: [&str; 5] =
    ["HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags"];

/// What a launch's options say: path and text.
pub(super) fn of_launch(gate: &Gate, call: &Call) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (param, path, default) in OPTIONS {
        let text = call.params.get(param).unwrap_or(default);
        if !text.is_empty() {
            kept.push((path.to_string(), text.to_string()));
        }
    }
    let defaults = gate.region(&call.region, |region| region.metadata_defaults.clone());
    for (name, value) in defaults {
        if call.params.get(&format!("MetadataOptions.{name}")).is_none() {
            kept.push((format!("metadataOptions/{}", lower(&name)), value));
        }
    }
    kept
}

fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// Notes what is given of an instance's options, and answers with all of them under `wrap`.
fn set(gate: &Gate, call: &Call, group: &str, shown: &[&str]) -> Result<Element, Answer> {
    let id = call.params.text("InstanceId").to_string();
    instances::get(gate, call, &id)?;
    for (param, path, _) in OPTIONS {
        let Some(name) = param.strip_prefix(group).and_then(|p| p.strip_prefix('.')) else { continue };
        // ModifyPrivateDnsNameOptions calls the type otherwise than RunInstances does.
        let given = call.params.get(name).or_else(|| call.params.get(&format!("Private{name}")));
        if let Some(value) = given {
            gate.region(&call.region, |region| region.fact(&id, path, value));
        }
    }
    let instance = instances::get(gate, call, &id)?;
    let mut options = instance.child(&lower(group)).cloned().unwrap_or_default();
    options.children.retain(|c| shown.is_empty() || shown.contains(&c.name.as_str()));
    Ok(options)
}

pub(super) fn maintenance(gate: &Gate, call: Call) -> Done {
    let options = set(gate, &call, "MaintenanceOptions", &[])?;
    let mut children = vec![Element::leaf("instanceId", call.params.text("InstanceId"))];
    children.extend(options.children);
    Ok(Answer::ec2(&call.operation, children))
}

/// The type of the name changes only while the instance is stopped ("Change the resource based naming options").
pub(super) fn private_dns_name(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("InstanceId").to_string();
    if call.params.get("PrivateDnsHostnameType").is_some() {
        if instances::state(gate, &call, &id)? != "stopped" {
            let message = format!("The instance '{id}' is not in the 'stopped' state.");
            return refuse(&call, "IncorrectInstanceState", message);
        }
        let kind = call.params.text("PrivateDnsHostnameType");
        gate.region(&call.region, |region| region.fact(&id, "privateDnsNameOptions/hostnameType", kind));
    }
    set(gate, &call, "PrivateDnsNameOptions", &[])?;
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

pub(super) fn cpu(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("InstanceId").to_string();
    if instances::state(gate, &call, &id)? != "stopped" {
        let message = format!("The instance '{id}' is not in the 'stopped' state.");
        return refuse(&call, "IncorrectInstanceState", message);
    }
    let options = set(gate, &call, "CpuOptions", &["coreCount", "threadsPerCore"])?;
    let mut children = vec![Element::leaf("instanceId", &id)];
    children.extend(options.children);
    Ok(Answer::ec2(&call.operation, children))
}

pub(super) fn capacity_reservation(gate: &Gate, call: Call) -> Done {
    let id = call.params.text("InstanceId").to_string();
    instances::get(gate, &call, &id)?;
    let preference = call.params.text("CapacityReservationSpecification.CapacityReservationPreference").to_string();
    gate.region(&call.region, |region| {
        region.fact(&id, "capacityReservationSpecification/capacityReservationPreference", preference);
    });
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

pub(super) fn monitoring(gate: &Gate, call: Call) -> Done {
    let (now, settled) =
        if call.operation == "MonitorInstances" { ("pending", "enabled") } else { ("disabling", "disabled") };
    let mut items = Vec::new();
    for id in call.params.list("InstanceId") {
        instances::get(gate, &call, &id)?;
        gate.region(&call.region, |region| region.fact(&id, "monitoring/state", settled));
        let mut item = Element::node("item", vec![Element::leaf("instanceId", &id)]);
        item.set("monitoring/state", now);
        items.push(item);
    }
    Ok(Answer::ec2(&call.operation, vec![Element::node("instancesSet", items)]))
}

/// What the request leaves out stays ("ModifyInstanceMetadataOptions"); the emulator forgets it.
pub(super) fn metadata(gate: &Gate, mut call: Call) -> Done {
    let id = call.params.text("InstanceId").to_string();
    let instance = instances::get(gate, &call, &id)?;
    for name in METADATA {
        let path = format!("metadataOptions/{}", lower(name));
        if call.params.get(name).is_none() && !instance.at(&path).is_empty() {
            call.params.push(name, instance.at(&path));
        }
    }
    gate.region(&call.region, |region| {
        if let Some(facts) = region.facts.get_mut(&id) {
            facts.retain(|path, _| !path.starts_with("metadataOptions/"));
        }
    });
    forward(gate, &call)
}

pub(super) fn set_metadata_defaults(gate: &Gate, call: Call) -> Done {
    gate.region(&call.region, |region| {
        for name in METADATA {
            match call.params.get(name) {
                // "no-preference" and -1 take the default away.
                Some("no-preference" | "-1") => drop(region.metadata_defaults.remove(name)),
                Some(value) => drop(region.metadata_defaults.insert(name.to_string(), value.to_string())),
                None => {}
            }
        }
    });
    Ok(Answer::ec2(&call.operation, vec![Element::leaf("return", "true")]))
}

pub(super) fn metadata_defaults(gate: &Gate, call: Call) -> Done {
    let defaults = gate.region(&call.region, |region| region.metadata_defaults.clone());
    let children = defaults.iter().map(|(name, value)| Element::leaf(&lower(name), value)).collect();
    Ok(Answer::ec2(&call.operation, vec![Element::node("accountLevel", children)]))
}

/// "ModifyInstanceCreditSpecification": answers per instance what succeeded and what did not.
pub(super) fn set_credits(gate: &Gate, call: Call) -> Done {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for n in call.params.numbers("InstanceCreditSpecification") {
        let of = |part: &str| call.params.text(&format!("InstanceCreditSpecification.{n}.{part}")).to_string();
        let (id, credits) = (of("InstanceId"), of("CpuCredits"));
        let mut item = Element::node("item", vec![Element::leaf("instanceId", &id)]);
        match instances::get(gate, &call, &id) {
            Ok(instance) if burstable(&instance) => {
                gate.region(&call.region, |region| region.fact(&id, "~credits", credits));
                good.push(item);
            }
            Ok(_) => {
                item.set("error/code", "InstanceCreditSpecification.NotSupported");
                item.set("error/message", format!("Only burstable instances have CPU credits: {id}"));
                bad.push(item);
            }
            Err(_) => {
                item.set("error/code", "InvalidInstanceID.NotFound");
                item.set("error/message", format!("The instance ID '{id}' does not exist"));
                bad.push(item);
            }
        }
    }
    let sets = [
        Element::node("successfulInstanceCreditSpecificationSet", good),
        Element::node("unsuccessfulInstanceCreditSpecificationSet", bad),
    ];
    Ok(Answer::ec2(&call.operation, sets.into()))
}

/// "Burstable performance instances": T2, T3, T3a, T4g; all but T2 begin as `unlimited`.
fn burstable(instance: &Element) -> bool {
    ["t2.", "t3.", "t3a.", "t4g."].iter().any(|f| instance.at("instanceType").starts_with(f))
}

pub(super) fn credits(gate: &Gate, call: Call) -> Done {
    let mut items = Vec::new();
    for id in call.params.list("InstanceId") {
        let instance = instances::get(gate, &call, &id)?;
        if !burstable(&instance) {
            continue;
        }
        let noted = gate.region(&call.region, |region| region.noted(&id, "~credits").to_string());
        let credits = match noted.as_str() {
            "" if instance.at("instanceType").starts_with("t2.") => "standard",
            "" => "unlimited",
            noted => noted,
        };
        items.push(Element::node("item", vec![Element::leaf("instanceId", id), Element::leaf("cpuCredits", credits)]));
    }
    Ok(Answer::ec2(&call.operation, vec![Element::node("instanceCreditSpecificationSet", items)]))
}
