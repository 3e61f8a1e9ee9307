use super::*;
use expect_test::expect;

fn busy() -> Sandbox {
    let mut sandbox = Sandbox::new("eu-central-1");
    let key = sandbox.made("aws_kms_key", json!({"multi_region": true}));
    sandbox.made("aws_kms_replica_key", json!({"region": "eu-west-1", "primary_key_arn": key["arn"]}));
    let volume = json!({"availability_zone": "eu-central-1a", "size": 8, "encrypted": true, "kms_key_id": key["arn"]});
    let volume = sandbox.made("aws_ebs_volume", volume);
    let config = json!({"availability_zone": "eu-central-1a", "size": 9, "encrypted": true, "kms_key_id": key["arn"]});
    sandbox.update("aws_ebs_volume", &volume, config).unwrap();
    sandbox.made("aws_ebs_snapshot", json!({"volume_id": id(&volume)}));
    let instance = sandbox.made("aws_instance", json!({"ami": "ami-1", "instance_type": "t3.micro"}));
    sandbox.delete("aws_instance", &instance).unwrap();
    sandbox.lose("zone=eu-central-1a");
    sandbox.delete("aws_kms_key", &key).unwrap();
    sandbox.restore("zone=eu-central-1a");
    sandbox.restore(&format!("key={}", key["arn"].as_str().unwrap()));
    sandbox
}

#[test]
fn the_log_rebuilds_the_world() {
    let sandbox = busy();
    let lines: Vec<String> = sandbox.log.iter().map(Event::to_json).collect();
    let read: Vec<Event> = lines.iter().map(|line| Event::from_json(line).unwrap()).collect();
    assert_eq!(read, sandbox.log);
    assert!(lines.iter().all(|line| !line.contains('\n')));
    assert_eq!(World::replay(&read).unwrap(), sandbox.world);
    // Every prefix of a log is a log: a crash leaves one.
    for length in 0..read.len() {
        World::replay(&read[..length]).unwrap();
    }
    assert_eq!(busy().log, sandbox.log, "the same requests give the same bytes");
}

#[test]
fn events_have_this_form() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let group = sandbox.made("aws_placement_group", json!({"name": "kafka", "strategy": "spread"}));
    let tagged = json!({"name": "kafka", "strategy": "spread", "tags": {"a": "b"}});
    let group = sandbox.update("aws_placement_group", &group, tagged).unwrap();
    sandbox.delete("aws_placement_group", &group).unwrap();
    sandbox.lose("zone=eu-central-1a");
    sandbox.restore("zone=eu-central-1a");
    let lines: Vec<String> = sandbox.log.iter().map(Event::to_json).collect();
    expect![[r#"
        {"arn":"arn:aws:ec2:eu-central-1:123456789012:placement-group/kafka","attributes":{"arn":"arn:aws:ec2:eu-central-1:123456789012:placement-group/kafka","id":"kafka","name":"kafka","partition_count":0,"placement_group_id":"pg-065e55e707a0d0476","region":"eu-central-1","spread_level":"rack","strategy":"spread","tags":null,"tags_all":{}},"copy_of":null,"event":"created","format":1,"holds_data":false,"id":"kafka","joins":[],"provider":"registry.terraform.io/hashicorp/aws","region":"eu-central-1","role":"other","sealed_by":[],"token":"intent-1","type":"aws_placement_group","zone":null}
        {"attributes":{"arn":"arn:aws:ec2:eu-central-1:123456789012:placement-group/kafka","id":"kafka","name":"kafka","partition_count":0,"placement_group_id":"pg-065e55e707a0d0476","region":"eu-central-1","spread_level":"rack","strategy":"spread","tags":{"a":"b"},"tags_all":{"a":"b"}},"event":"updated","format":1,"id":"kafka","region":"eu-central-1","sealed_by":[],"type":"aws_placement_group"}
        {"event":"deleted","format":1,"id":"kafka","pending_deletion":false,"region":"eu-central-1","type":"aws_placement_group"}
        {"class":"zone","event":"lost","format":1,"name":"eu-central-1a"}
        {"class":"zone","event":"restored","format":1,"name":"eu-central-1a"}"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn illegal_events_are_errors_and_change_nothing() {
    let sandbox = busy();
    let created = sandbox.log[0].clone();
    let nothing = crate::ObjectKey { kind: "aws_vpc".into(), region: "eu-central-1".into(), id: "vpc-0".into() };
    let rows = [
        (created, "exists already"),
        (
            Event::Updated { key: nothing.clone(), attributes: Default::default(), sealed_by: vec![] },
            "there is no aws_vpc",
        ),
        (Event::Deleted { key: nothing, ends_in: crate::event::Ending::Nothing }, "there is no aws_vpc"),
        (Event::Lost(Domain::Disk("vol-0".into())), "no disk=vol-0"),
        (Event::Restored(Domain::Zone("eu-central-1a".into())), "is not lost"),
        (Event::Restored(Domain::Disk("vol-0".into())), "does not come back"),
        (Event::Restored(Domain::Key("arn:none".into())), "neither lost nor pending"),
    ];
    for (event, expected) in rows {
        let mut world = sandbox.world.clone();
        let error = world.apply_event(&event).unwrap_err();
        assert!(error.to_string().contains(expected), "{event:?}: {error}");
        assert_eq!(world, sandbox.world);
    }
    let mut world = sandbox.world.clone();
    world.apply_event(&Event::Lost(Domain::Region("eu-west-1".into()))).unwrap();
    assert!(world.apply_event(&Event::Lost(Domain::Region("eu-west-1".into()))).is_err());
    assert_eq!(World::replay([&sandbox.log[0], &sandbox.log[0]]).unwrap_err().0, 1);
}

#[test]
fn broken_lines_are_errors() {
    for (line, expected) in [
        ("", "not an event"),
        ("[]", "no object"),
        ("{}", "no \"format\""),
        (r#"{"format": 2}"#, "newer drform"),
        (r#"{"format": 1}"#, "no \"event\""),
        (r#"{"format": 1, "event": "exploded"}"#, "newer drform"),
        (r#"{"format": 1, "event": "lost", "class": "planet", "name": "mars"}"#, "class of domain"),
        (r#"{"format": 1, "event": "deleted", "type": "t", "region": "r", "id": "i"}"#, "pending_deletion"),
        (r#"{"format": 1, "event": "updated", "type": "t", "region": "r", "id": 1}"#, "wrong type"),
    ] {
        let error = Event::from_json(line).unwrap_err();
        assert!(error.to_string().contains(expected), "{line}: {error}");
    }
}

#[test]
fn a_token_makes_one_object() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let config = json!({"availability_zone": "eu-central-1a", "size": 8});
    let request = sandbox.request("aws_ebs_volume", None, Some(&config), "intent-a");
    let first = sandbox.send(&request);
    let again = sandbox.send(&request);
    assert_eq!(first, again);
    assert_eq!(sandbox.log.len(), 1, "nothing twice");
    let found = |sandbox: &Sandbox, kind: &str, token: &str| {
        let question =
            Question::FindByToken { provider: sandbox.provider.clone(), kind: kind.into(), token: token.into() };
        match sandbox.ask(question) {
            Answer::Object(Some(object), _) => object.value,
            other => panic!("{other:?}"),
        }
    };
    let made = first.object.unwrap().value;
    assert_eq!(found(&sandbox, "aws_ebs_volume", "intent-a"), made);
    assert!(found(&sandbox, "aws_ebs_volume", "intent-b").is_null());
    assert!(found(&sandbox, "aws_instance", "intent-a").is_null());
    let other = sandbox.request("aws_kms_key", None, Some(&json!({})), "intent-a");
    assert!(sandbox.send(&other).diagnostics.has_errors(), "one token, one object");
    // Replay keeps tokens; a lost object gives its token free.
    sandbox.world = World::replay(&sandbox.log).unwrap();
    assert_eq!(found(&sandbox, "aws_ebs_volume", "intent-a"), made);
    sandbox.lose("zone=eu-central-1a");
    assert!(found(&sandbox, "aws_ebs_volume", "intent-a").is_null());
}

#[test]
fn updates_and_deletes_are_done_once() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let volume = sandbox.made("aws_ebs_volume", json!({"availability_zone": "eu-central-1a", "size": 8}));
    let config = json!({"availability_zone": "eu-central-1a", "size": 9});
    let update = sandbox.request("aws_ebs_volume", Some(&volume), Some(&config), "intent-u");
    let delete = sandbox.request("aws_ebs_volume", Some(&volume), None, "intent-d");
    for (request, events) in [(&update, 2), (&update, 2), (&delete, 3), (&delete, 3)] {
        assert!(!sandbox.send(request).diagnostics.has_errors());
        assert_eq!(sandbox.log.len(), events);
    }
    let gone = sandbox.send(&update);
    assert!(gone.diagnostics.has_errors(), "what is gone is not updated");
}

#[test]
fn computing_a_change_changes_nothing() {
    let sandbox = busy();
    let config = json!({"availability_zone": "eu-central-1a", "size": 8});
    let request = sandbox.request("aws_ebs_volume", None, Some(&config), "intent-x");
    let before = sandbox.world.clone();
    let one = sandbox.world.change(&sandbox.catalogue, &sandbox.config, &request);
    let two = sandbox.world.change(&sandbox.catalogue, &sandbox.config, &request);
    assert_eq!(one, two);
    assert_eq!(sandbox.world, before);
}
