//! `aws_volume_attachment`. Instances are made behind the provider's back.

use crate::bench::{Bench, OTHER, REGION, Thing, fresh_token};
use gate::{Fault, Lag, What};
use serde_json::{Value as Json, json};

const IMAGE: &str = "ami-12c6146b";
const KIND: &str = "aws_volume_attachment";

fn instance(bench: &Bench, region: &str, zone: &str) -> String {
    let params = [("ImageId", IMAGE), ("InstanceType", "t3.micro"), ("MinCount", "1"), ("MaxCount", "1")];
    let params = [params.as_slice(), &[("Placement.AvailabilityZone", zone)]].concat();
    let said = bench.cloud.ec2(region, "RunInstances", &params);
    said.split("<instanceId>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

fn volume(bench: &Bench, zone: &str) -> Thing {
    bench.create("aws_ebs_volume", json!({ "availability_zone": zone, "size": 1, "type": "gp3" }))
}

fn config(volume: &str, instance: &str) -> Json {
    json!({ "device_name": "/dev/sdh", "volume_id": volume, "instance_id": instance })
}

/// State of the volume's attachment, as the emulator has it.
fn attached_to(bench: &Bench, volume: &str) -> Vec<String> {
    let said = bench.cloud.ec2(REGION, "DescribeVolumes", &[("VolumeId.1", volume)]);
    let set = said.split("<attachmentSet>").nth(1).unwrap_or_default();
    set.split("<instanceId>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

fn state(bench: &Bench, instance: &str) -> String {
    let said = bench.cloud.ec2(REGION, "DescribeInstances", &[("InstanceId.1", instance)]);
    let state = said.split("<instanceState>").nth(1).unwrap().split("<name>").nth(1).unwrap();
    state.split('<').next().unwrap().to_owned()
}

#[test]
fn a_life() {
    let bench = Bench::new();
    let zone = "eu-central-1a";
    let (volume, instance) = (volume(&bench, zone), instance(&bench, REGION, zone));
    let mut attachment = bench.create(KIND, config(&volume.id(), &instance));
    assert!(attachment.id().starts_with("vai-"));
    assert_eq!(attached_to(&bench, &volume.id()), [instance.as_str()]);
    bench.update(&mut attachment, json!({ "force_detach": true }));
    bench.update(&mut attachment, json!({ "force_detach": null, "skip_destroy": true }));
    bench.update(&mut attachment, json!({ "skip_destroy": null, "stop_instance_before_detaching": true }));
    for (changes, because) in [
        (json!({ "device_name": "/dev/sdi" }), "device_name"),
        (json!({ "volume_id": "vol-0123456789abcdef0" }), "volume_id"),
        (json!({ "instance_id": "i-0123456789abcdef0" }), "instance_id"),
        (json!({ "region": OTHER }), "region"),
    ] {
        bench.replaces(&attachment, changes, &[because]);
    }
    let id = format!("/dev/sdh:{}:{instance}", volume.id());
    bench.imports(&attachment, &id, &["stop_instance_before_detaching"]);
    bench.imports_nothing(KIND, &format!("/dev/sdi:{}:{instance}", volume.id()));
    bench.imports_nothing(KIND, "/dev/sdh:vol-0123456789abcdef0:i-0123456789abcdef0");
    bench.imports_nothing(KIND, "vai-1234");
    bench.delete(attachment);
    assert_eq!((attached_to(&bench, &volume.id()), state(&bench, &instance)), (vec![], "stopped".into()));
    // To a stopped instance, and gone behind our back.
    let again = bench.create(KIND, config(&volume.id(), &instance));
    assert_eq!(attached_to(&bench, &volume.id()), [instance.as_str()]);
    bench.cloud.ec2(REGION, "DetachVolume", &[("VolumeId", &volume.id())]);
    bench.gone(&again);
    let kept = bench.create(
        KIND,
        json!({ "device_name": "/dev/sdh", "volume_id": volume.id(), "instance_id": instance, "skip_destroy": true }),
    );
    bench.try_delete(&kept).unwrap();
    assert_eq!(attached_to(&bench, &volume.id()), [instance.as_str()]);
    bench.cloud.ec2(REGION, "DetachVolume", &[("VolumeId", &volume.id())]);
    // The instance goes; there is nothing to stop.
    let mut last = config(&volume.id(), &instance);
    last["stop_instance_before_detaching"] = json!(true);
    let last = bench.create(KIND, last);
    bench.cloud.ec2(REGION, "TerminateInstances", &[("InstanceId.1", &instance)]);
    bench.try_delete(&last).unwrap();
}

#[test]
fn one_zone() {
    let bench = Bench::new();
    let (volume, instance) = (volume(&bench, "eu-central-1b"), instance(&bench, REGION, "eu-central-1a"));
    let said = bench.refuses(KIND, config(&volume.id(), &instance));
    assert!(said.contains(&format!("Volume {} is in zone eu-central-1b", volume.id())), "{said}");
    assert!(said.contains(&format!("instance {instance} in eu-central-1a.")), "{said}");
    // A plan that did not know: refused before the request.
    let (planned, _) = bench.plan(KIND, None, &config(&volume.id(), "i-0123456789abcdef0"));
    let mut planned = planned.unwrap();
    let there = config(&volume.id(), &instance);
    let unknown = json!({ "device_name": "/dev/sdh", "volume_id": volume.id(), "instance_id": { "$unknown": true } });
    planned.planned = bench.plan(KIND, None, &unknown).0.unwrap().planned;
    let mut values = planned.planned.as_object().unwrap().clone();
    values.insert("instance_id".into(), value::Value::string(instance.as_str()));
    planned.planned = value::Value::object(values);
    let before = requests(&bench, &volume.id());
    let answer = bench.apply(KIND, None, &planned, &there, &fresh_token(), false);
    let said = crate::bench::texts(&answer.diagnostics);
    assert!(answer.object.is_none_or(|object| object.value.is_null()) && said.contains("is in zone"), "{said}");
    assert_eq!(requests(&bench, &volume.id()), before, "AttachVolume was sent");
    // What is not there, or not known, is not refused.
    for instance in [json!({ "$unknown": true }), json!("i-0123456789abcdef0")] {
        let config = json!({ "device_name": "/dev/sdh", "volume_id": volume.id(), "instance_id": instance });
        assert!(!bench.plan(KIND, None, &config).1.has_errors());
    }
}

fn requests(bench: &Bench, volume: &str) -> usize {
    let all = bench.cloud.gate().requests();
    all.iter().filter(|r| r.operation == "AttachVolume" && r.body.contains(volume)).count()
}

#[test]
fn attached_once() {
    let bench = Bench::new();
    let zone = "eu-central-1a";
    let (volume, here) = (volume(&bench, zone), instance(&bench, REGION, zone));
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("AttachVolume").containing(&volume.id()));
    let attachment = bench.create(KIND, config(&volume.id(), &here));
    assert_eq!((attached_to(&bench, &volume.id()), requests(&bench, &volume.id())), (vec![here.clone()], 2));
    // Attached already: ours only when the request is a repetition.
    let config_here = config(&volume.id(), &here);
    let (planned, _) = bench.plan(KIND, None, &config_here);
    let planned = planned.unwrap();
    let answer = bench.apply(KIND, None, &planned, &config_here, &fresh_token(), false);
    assert!(crate::bench::texts(&answer.diagnostics).contains("VolumeInUse"), "{:?}", answer.diagnostics);
    let answer = bench.apply(KIND, None, &planned, &config_here, &fresh_token(), true);
    assert!(!answer.diagnostics.has_errors(), "{:?}", answer.diagnostics);
    // Another instance is another attachment, repetition or not.
    let there = config(&volume.id(), &instance(&bench, REGION, zone));
    let planned = bench.plan(KIND, None, &there).0.unwrap();
    let answer = bench.apply(KIND, None, &planned, &there, &fresh_token(), true);
    assert!(crate::bench::texts(&answer.diagnostics).contains("VolumeInUse"), "{:?}", answer.diagnostics);
    // The answer to the detachment is lost.
    bench.cloud.gate().inject(Fault::new(What::CutAfter).on("DetachVolume").containing(&volume.id()));
    bench.delete(attachment);
    assert_eq!(attached_to(&bench, &volume.id()), Vec::<String>::new());
}

/// South America (São Paulo) is used by nobody else: things lag there.
#[test]
fn takes_its_time() {
    let bench = Bench::in_region("sa-east-1");
    let zone = "sa-east-1a";
    let volume = bench.create("aws_ebs_volume", json!({ "availability_zone": zone, "size": 1 }));
    let lag = Lag { instance: 2, attachment: 2, ..Lag::default() };
    bench.cloud.gate().lag("sa-east-1", lag);
    let instance = instance(&bench, "sa-east-1", zone);
    let attachment = bench.create(KIND, config(&volume.id(), &instance));
    bench.cloud.gate().lag("sa-east-1", Lag { attachment: 1_000, ..lag });
    let mut hasty = attachment.clone();
    bench.update(&mut hasty, json!({ "timeouts": { "delete": "1s" } }));
    let said = bench.try_delete(&hasty).unwrap_err();
    assert!(said.contains("it is still detaching (a mounted volume is not let go of"), "{said}");
}

#[test]
fn what_cannot_be_attached() {
    let bench = Bench::new();
    let zone = "eu-central-1a";
    let (volume, instance) = (volume(&bench, zone), instance(&bench, REGION, zone));
    bench.cloud.ec2(REGION, "TerminateInstances", &[("InstanceId.1", &instance)]);
    let (_, said) = bench.try_create(KIND, config(&volume.id(), &instance)).unwrap_err();
    assert!(said.contains(&format!("Instance {instance} is terminated.")), "{said}");
}

/// Ids that name nothing, mistyped perhaps, are not waited for as what is on its way. (Two seconds stand for two minutes
/// here.)
#[test]
fn what_is_not_there_is_not_waited_for() {
    let bench = Bench::new();
    let zone = "eu-central-1a";
    let (volume, instance) = (volume(&bench, zone), instance(&bench, REGION, zone));
    let begin = std::time::Instant::now();
    for (volume, instance, expected) in [
        ("vol-0123456789abcdef0", instance.as_str(), "There is no EBS volume vol-0123456789abcdef0 in eu-central-1"),
        (&volume.id(), "i-0123456789abcdef0", "There is no EC2 instance i-0123456789abcdef0 in eu-central-1"),
    ] {
        let mut hasty = config(volume, instance);
        hasty["timeouts"] = json!({ "create": "2s" });
        let (thing, said) = bench.try_create(KIND, hasty).unwrap_err();
        assert!(thing.is_none() && said.contains(expected), "{said}");
    }
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
