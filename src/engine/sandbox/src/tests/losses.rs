use super::*;

/// One node in each zone of eu-central-1: instance, volume, attachment; a snapshot of each volume; a bucket.
fn cluster() -> (Sandbox, Vec<(&'static str, Json, Json)>) {
    let mut sandbox = Sandbox::new("eu-central-1");
    let mut made = Vec::new();
    let mut add = |sandbox: &mut Sandbox, kind: &'static str, config: Json| {
        let object = sandbox.made(kind, config.clone());
        made.push((kind, config, object.clone()));
        object
    };
    let key = add(&mut sandbox, "aws_kms_key", json!({}));
    for zone in ["eu-central-1a", "eu-central-1b", "eu-central-1c"] {
        let instance = json!({"ami": "ami-1", "instance_type": "t3.micro", "availability_zone": zone});
        let instance = add(&mut sandbox, "aws_instance", instance);
        let volume = json!({"availability_zone": zone, "size": 8, "encrypted": true, "kms_key_id": key["arn"]});
        let volume = add(&mut sandbox, "aws_ebs_volume", volume);
        let attachment = json!({"volume_id": id(&volume), "instance_id": id(&instance), "device_name": "/dev/sdf"});
        add(&mut sandbox, "aws_volume_attachment", attachment);
        add(&mut sandbox, "aws_ebs_snapshot", json!({"volume_id": id(&volume)}));
    }
    add(&mut sandbox, "aws_s3_bucket", json!({"bucket": "acme-wal"}));
    (sandbox, made)
}

fn missing(sandbox: &Sandbox, made: &[(&str, Json, Json)]) -> Vec<String> {
    let gone = made.iter().filter(|(kind, _, object)| sandbox.read(kind, object).is_null());
    gone.map(|(kind, _, object)| format!("{kind} {}", object["availability_zone"].as_str().unwrap_or("-"))).collect()
}

#[test]
fn a_lost_zone_takes_its_hardware_and_refuses_new() {
    let (mut sandbox, made) = cluster();
    sandbox.lose("zone=eu-central-1b");
    assert_eq!(
        missing(&sandbox, &made),
        ["aws_instance eu-central-1b", "aws_ebs_volume eu-central-1b", "aws_volume_attachment -"]
    );
    let (_, config, _) =
        made.iter().find(|(kind, _, o)| *kind == "aws_instance" && o["availability_zone"] == "eu-central-1b").unwrap();
    let refused = sandbox.create("aws_instance", config.clone()).unwrap_err();
    assert_eq!(refused, "creating EC2 Instance: api error Unavailable: zone=eu-central-1b does not answer: it is lost");
    // Without a zone the first one that answers is taken.
    let free = sandbox.made("aws_instance", json!({"ami": "ami-1", "instance_type": "t3.micro"}));
    assert_eq!(free["availability_zone"], "eu-central-1a");
    sandbox.restore("zone=eu-central-1b");
    assert_eq!(missing(&sandbox, &made).len(), 3, "lost hardware does not come back");
    let back = sandbox.made("aws_instance", config.clone());
    assert_eq!(back["availability_zone"], "eu-central-1b");
}

#[test]
fn zones_are_lost_by_id_too() {
    let (mut sandbox, made) = cluster();
    sandbox.lose("zone=euc1-az2");
    assert!(missing(&sandbox, &made).contains(&"aws_instance eu-central-1a".to_owned()));
    assert_eq!(sandbox.world.lost_domains().map(ToString::to_string).collect::<Vec<_>>(), ["zone=eu-central-1a"]);
}

#[test]
fn a_lost_disk_takes_its_attachment_and_a_lost_instance_leaves_its_volume() {
    let (mut sandbox, made) = cluster();
    let of = |kind: &str| made.iter().find(|(k, _, _)| *k == kind).unwrap().2.clone();
    sandbox.lose(&format!("disk={}", id(&of("aws_ebs_volume"))));
    assert_eq!(missing(&sandbox, &made), ["aws_ebs_volume eu-central-1a", "aws_volume_attachment -"]);
    sandbox.lose(&format!("instance={}", id(&of("aws_instance"))));
    assert_eq!(
        missing(&sandbox, &made),
        ["aws_instance eu-central-1a", "aws_ebs_volume eu-central-1a", "aws_volume_attachment -"]
    );
    // The data comes back from the snapshot.
    let restored = json!({"availability_zone": "eu-central-1a", "snapshot_id": id(&of("aws_ebs_snapshot"))});
    sandbox.made("aws_ebs_volume", restored);
}

#[test]
fn a_lost_region_takes_everything_and_refuses_everything() {
    let (mut sandbox, made) = cluster();
    let far = sandbox.made("aws_s3_bucket", json!({"bucket": "acme-west", "region": "eu-west-1"}));
    sandbox.lose("region=eu-central-1");
    assert_eq!(missing(&sandbox, &made).len(), made.len());
    let refused = sandbox.create("aws_s3_bucket", json!({"bucket": "acme-new"})).unwrap_err();
    assert!(refused.contains("region=eu-central-1 does not answer"), "{refused}");
    assert_ne!(sandbox.read("aws_s3_bucket", &far), Json::Null);
    let snapshot = &made.iter().find(|(kind, _, _)| *kind == "aws_ebs_snapshot").unwrap().2;
    let copy = json!({"region": "eu-west-1", "source_region": "eu-central-1", "source_snapshot_id": id(snapshot)});
    assert!(sandbox.create("aws_ebs_snapshot_copy", copy).unwrap_err().contains("Unavailable"));
    sandbox.restore("region=eu-central-1");
    sandbox.made("aws_s3_bucket", json!({"bucket": "acme-wal"}));
}

#[test]
fn a_lost_key_closes_what_it_seals_until_it_comes_back() {
    let (mut sandbox, made) = cluster();
    let of = |kind: &str| made.iter().find(|(k, _, _)| *k == kind).unwrap().2.clone();
    let (key, snapshot) = (of("aws_kms_key"), of("aws_ebs_snapshot"));
    sandbox.lose(&format!("key={}", id(&key)));
    assert_eq!(missing(&sandbox, &made), ["aws_kms_key -"]);
    let restore = json!({"availability_zone": "eu-central-1a", "snapshot_id": id(&snapshot)});
    let refused = sandbox.create("aws_ebs_volume", restore.clone()).unwrap_err();
    assert!(refused.contains("InvalidKmsKey.InvalidState"), "{refused}");
    let sealed = json!({"availability_zone": "eu-central-1a", "size": 8, "encrypted": true, "kms_key_id": key["arn"]});
    let refused = sandbox.create("aws_ebs_volume", sealed).unwrap_err();
    assert!(refused.contains("NotFoundException") && refused.contains("is lost"), "{refused}");
    sandbox.restore(&format!("key={}", key["arn"].as_str().unwrap()));
    sandbox.made("aws_ebs_volume", restore);
    assert_eq!(missing(&sandbox, &made), [] as [&str; 0]);
}

/// What cannot be lost or restored, and the reason given.
#[test]
fn impossible_losses_are_refused() {
    let (mut sandbox, made) = cluster();
    let volume = id(&made.iter().find(|(kind, _, _)| *kind == "aws_ebs_volume").unwrap().2);
    sandbox.lose("zone=eu-central-1c");
    let losses = [
        ("zone=eu-central-1z", "Unknown domain zone=eu-central-1z"),
        ("region=mars-1", "Unknown domain region=mars-1"),
        ("disk=vol-0", "Cannot lose disk=vol-0"),
        ("instance=i-0", "Cannot lose instance=i-0"),
        ("key=alias/none", "Unknown key alias/none"),
        ("zone=eu-central-1c", "Cannot lose zone=eu-central-1c"),
    ];
    for (domain, expected) in losses {
        let error = sandbox.world.lose(&sandbox.catalogue, &Domain::parse(domain).unwrap()).unwrap_err();
        assert_eq!(error.summary, expected);
        assert!(error.next_step.is_some());
    }
    sandbox.lose(&format!("disk={volume}"));
    let disk = format!("disk={volume}");
    for (domain, expected) in
        [("zone=eu-central-1a", "Cannot restore zone=eu-central-1a"), (disk.as_str(), "Cannot restore disk=")]
    {
        let error = sandbox.world.restore(&sandbox.catalogue, &Domain::parse(domain).unwrap()).unwrap_err();
        assert!(error.summary.starts_with(expected), "{}", error.summary);
    }
    for text in ["zone", "zone=", "planet=mars"] {
        assert!(Domain::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_inventory_shows_what_is_there_and_what_is_lost() {
    let (mut sandbox, _) = cluster();
    sandbox.lose("zone=eu-central-1a");
    let rows = sandbox.world.inventory();
    let statuses = |kind: &str| -> Vec<String> {
        rows.iter()
            .filter(|r| r.key.kind.as_ref() == kind)
            .map(|r| r.status.clone())
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    assert_eq!(statuses("aws_instance"), ["lost with zone=eu-central-1a", "running"]);
    assert_eq!(statuses("aws_ebs_volume"), ["in use", "lost with zone=eu-central-1a"]);
    assert_eq!(statuses("aws_kms_key"), ["enabled"]);
    assert_eq!(sandbox.world.lost_objects().count(), 3);
}
