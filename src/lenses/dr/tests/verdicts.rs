//! Verdicts over small estates: one table, every level, with reasons.
#![allow(clippy::unwrap_used, clippy::panic)]

use addrs::parse_resource_instance;
use drform_dr::{Declared, Observed, Presence, Report, assess};
use expect_test::{Expect, expect};
use std::collections::BTreeSet;
use std::sync::Arc;
use value::{Type, Value};

/// Builds an estate from lines `address attribute=value …`; `?` is unknown (the object's own), `@addr.attr` an
/// unknown that comes from there, `true`/`false` bools, everything else text. `region=` is the provider's.
fn estate(text: &str) -> Vec<Observed> {
    text.lines().filter(|l| !l.trim().is_empty()).map(object).collect()
}

const PRESENCES: [(&str, Presence); 3] =
    [("missing", Presence::Missing), ("former", Presence::Former), ("later", Presence::Later)];

fn object(line: &str) -> Observed {
    let mut words = line.split_whitespace();
    let address = words.next().unwrap();
    let mut region = None;
    let mut presence = Presence::Present;
    let mut attributes = Vec::new();
    for word in words {
        if let Some((_, named)) = PRESENCES.iter().find(|(name, _)| *name == word) {
            presence = *named;
            continue;
        }
        let (name, text) = word.split_once('=').unwrap();
        if name == "region" {
            region = Some(text.into());
            continue;
        }
        attributes.push((name.to_string(), attribute(address, name, text)));
    }
    Observed { addr: parse_resource_instance(address).unwrap(), value: Value::object(attributes), region, presence }
}

fn attribute(address: &str, name: &str, text: &str) -> Value {
    let unknown = |address: &str, attribute: &str| {
        let object = Value::object([(attribute, Value::unknown(Type::String))]).with_origin(&address.into());
        object.get(attribute).unwrap().clone()
    };
    match text {
        "?" => unknown(address, name),
        "null" => Value::null(Type::String),
        "true" => Value::bool(true),
        "false" => Value::bool(false),
        _ => match text.strip_prefix('@') {
            Some(origin) => {
                let (address, attribute) = origin.rsplit_once('.').unwrap();
                unknown(address, attribute)
            }
            None => Value::string(text),
        },
    }
}

fn judge(objects: &str, dr: &str) -> (Report, String) {
    let objects = estate(objects);
    let known: BTreeSet<Arc<str>> = objects.iter().map(|o| o.addr.to_string().into()).collect();
    let (file, problems) = syntax::parse("x.dr.hcl".into(), dr.into());
    assert!(problems.is_empty(), "{problems:?}");
    let (declared, problems) = Declared::read(&[file], &known);
    assert!(problems.is_empty(), "{problems:?}");
    let report = assess(&objects, &declared);
    let mut text = String::new();
    for set in &report.datasets {
        text.push_str(&format!("{}\n", set.name));
        for verdict in &set.verdicts {
            text.push_str(&format!("  {:<28} {}\n", verdict.failure.to_string(), verdict.level.word()));
            for reason in &verdict.reasons {
                text.push_str(&format!("      {reason}\n"));
            }
        }
    }
    (report, text)
}

fn check(objects: &str, dr: &str, expected: Expect) {
    expected.assert_eq(&judge(objects, dr).1);
}

#[test]
fn a_single_disk_is_lost_with_its_zone() {
    check(
        "aws_ebs_volume.d availability_zone=eu-central-1a encrypted=false kms_key_id=null
         aws_instance.i availability_zone=eu-central-1a
         aws_volume_attachment.a volume_id=@aws_ebs_volume.d.id instance_id=@aws_instance.i.id",
        "",
        expect![[r#"
            aws_ebs_volume.d
              disk=aws_ebs_volume.d        LOST
                  aws_ebs_volume.d is gone: it needs disk=aws_ebs_volume.d
              instance=aws_instance.i      rebuild
                  aws_ebs_volume.d is whole, but nothing serves it without instance=aws_instance.i: an apply builds that again
              zone=eu-central-1a           LOST
                  aws_ebs_volume.d is gone: it needs zone=eu-central-1a
              region=eu-central-1          LOST
                  aws_ebs_volume.d is gone: it needs region=eu-central-1
        "#]],
    );
}

#[test]
fn what_a_later_wave_decides_is_unknown() {
    check(
        "aws_ebs_volume.d[\"*\"] later availability_zone=eu-central-1a encrypted=false kms_key_id=null
         aws_ebs_volume.e availability_zone=eu-central-1b encrypted=false kms_key_id=null
         aws_volume_attachment.a[\"*\"] later volume_id=? instance_id=?",
        "dataset \"pair\" {
           primary = aws_ebs_volume.e
           replica \"one\" {
             store     = aws_ebs_volume.d[\"one\"]
             mode      = \"sync\"
             promotion = \"automatic\"
           }
         }",
        expect![[r#"
            pair
              disk=aws_ebs_volume.d["*"]   unknown
                  aws_ebs_volume.e is undecided: aws_volume_attachment.a[*] is planned in a later wave
                  aws_ebs_volume.d["*"] is gone: it needs disk=aws_ebs_volume.d["*"]
              disk=aws_ebs_volume.e        unknown
                  aws_ebs_volume.e is gone: it needs disk=aws_ebs_volume.e
                  aws_ebs_volume.d["*"] is undecided: aws_ebs_volume.d[*] is planned in a later wave
              zone=eu-central-1a           unknown
                  aws_ebs_volume.e is undecided: aws_volume_attachment.a[*] is planned in a later wave
                  aws_ebs_volume.d["*"] is gone: it needs zone=eu-central-1a
              zone=eu-central-1b           unknown
                  aws_ebs_volume.e is gone: it needs zone=eu-central-1b
                  aws_ebs_volume.d["*"] is undecided: aws_ebs_volume.d[*] is planned in a later wave
              region=eu-central-1          LOST
                  aws_ebs_volume.e is gone: it needs region=eu-central-1
                  aws_ebs_volume.d["*"] is gone: it needs region=eu-central-1
        "#]],
    );
}

const PAIR: &str = "
    aws_kms_key.pg region=eu-central-1 arn=? id=?
    aws_kms_replica_key.west region=eu-west-1 arn=? id=?
    aws_subnet.a availability_zone=eu-central-1a region=eu-central-1 id=?
    aws_instance.a subnet_id=@aws_subnet.a.id availability_zone=? region=eu-central-1
    aws_ebs_volume.a availability_zone=eu-central-1a encrypted=true kms_key_id=@aws_kms_key.pg.arn region=eu-central-1
    aws_ebs_volume.b availability_zone=eu-central-1b encrypted=true kms_key_id=@aws_kms_key.pg.arn region=eu-central-1
    aws_volume_attachment.a volume_id=@aws_ebs_volume.a.id instance_id=@aws_instance.a.id
    aws_ebs_snapshot.s volume_id=@aws_ebs_volume.a.id kms_key_id=? region=eu-central-1";

const PAIR_DR: &str = r#"
dataset "orders" {
  primary = aws_ebs_volume.a
  replica "b" {
    store     = aws_ebs_volume.b
    mode      = "sync"
    promotion = "automatic"
  }
}
"#;

#[test]
fn a_standby_takes_over_and_an_offsite_copy_under_its_own_key_survives_the_region() {
    let west = "\naws_ebs_snapshot_copy.w source_snapshot_id=@aws_ebs_snapshot.s.id encrypted=? \
                kms_key_id=@aws_kms_replica_key.west.arn region=eu-west-1";
    check(
        &format!("{PAIR}{west}"),
        PAIR_DR,
        expect![[r#"
            orders
              disk=aws_ebs_volume.a        failover
                  aws_ebs_volume.a is gone: it needs disk=aws_ebs_volume.a
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
              disk=aws_ebs_volume.b        unaffected
                  aws_ebs_volume.a does not depend on it
                  aws_ebs_volume.b is gone: it needs disk=aws_ebs_volume.b
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
              instance=aws_instance.a      failover
                  aws_ebs_volume.a is whole, but nothing serves it without instance=aws_instance.a: an apply builds that again
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
              zone=eu-central-1a           failover
                  aws_ebs_volume.a is gone: it needs zone=eu-central-1a
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
              zone=eu-central-1b           unaffected
                  aws_ebs_volume.a does not depend on it
                  aws_ebs_volume.b is gone: it needs zone=eu-central-1b
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
              region=eu-central-1          restore
                  aws_ebs_volume.a is gone: it needs region=eu-central-1
                  aws_ebs_volume.b is gone: it needs region=eu-central-1
                  aws_ebs_snapshot.s is gone: it needs region=eu-central-1
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
              region=eu-west-1             unaffected
                  aws_ebs_volume.a does not depend on it
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w is gone: it needs region=eu-west-1
              key=aws_kms_key.pg           restore
                  aws_ebs_volume.a cannot be read: it is sealed by key=aws_kms_key.pg
                  aws_ebs_volume.b cannot be read: it is sealed by key=aws_kms_key.pg
                  aws_ebs_snapshot.s cannot be read: it is sealed by key=aws_kms_key.pg
                  aws_ebs_snapshot_copy.w can be restored: taken from aws_ebs_snapshot.s once, no schedule bounds its age
                  what runs goes on until the key is used again: at the next attach, restart or restore
              key=aws_kms_replica_key.west unaffected
                  aws_ebs_volume.a does not depend on it
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
                  aws_ebs_snapshot_copy.w cannot be read: it is sealed by key=aws_kms_replica_key.west
        "#]],
    );
}

#[test]
fn an_offsite_copy_under_the_key_of_the_lost_region_is_lost_too() {
    let west = "\naws_ebs_snapshot_copy.w source_snapshot_id=@aws_ebs_snapshot.s.id encrypted=true \
                kms_key_id=@aws_kms_key.pg.arn region=eu-west-1";
    let (report, _) = judge(&format!("{PAIR}{west}"), PAIR_DR);
    let set = report.datasets.first().unwrap();
    let region = set.verdicts.iter().find(|v| v.failure.to_string() == "region=eu-central-1").unwrap();
    assert_eq!(region.level.word(), "LOST");
    assert!(
        region.reasons.iter().any(|r| r.contains("aws_ebs_snapshot_copy.w cannot be read")),
        "{:?}",
        region.reasons
    );
}

#[test]
fn what_is_not_known_is_never_called_safe() {
    check(
        "aws_ebs_volume.d availability_zone=? encrypted=? kms_key_id=? region=eu-central-1",
        "",
        expect![[r#"
            aws_ebs_volume.d
              disk=aws_ebs_volume.d        LOST
                  aws_ebs_volume.d is gone: it needs disk=aws_ebs_volume.d
              zone=?                       unknown
                  aws_ebs_volume.d is undecided: aws_ebs_volume.d.availability_zone is known only after apply
              region=eu-central-1          LOST
                  aws_ebs_volume.d is gone: it needs region=eu-central-1
              key=?                        unknown
                  aws_ebs_volume.d is undecided: aws_ebs_volume.d.encrypted is known only after apply: whether the account's default key seals it is not known
                  what runs goes on until the key is used again: at the next attach, restart or restore
        "#]],
    );
}

#[test]
fn six_brokers_over_three_zones_go_on_without_one_and_not_without_rack_awareness() {
    let brokers: String = (0..6)
        .map(|i| {
            let zone = ["a", "b", "c"][i % 3];
            format!(
                "aws_ebs_volume.log[{i}] availability_zone=eu-central-1{zone} encrypted=false region=eu-central-1\n"
            )
        })
        .collect();
    let dr = |aware: bool| {
        format!(
            "quorum \"events\" {{\n members = values(aws_ebs_volume.log)\n replication = 3\n min_in_sync = 2\n \
             rack_aware = {aware}\n}}\n"
        )
    };
    check(
        &brokers,
        &dr(true),
        expect![[r#"
        events
          disk=aws_ebs_volume.log[0]   failover
              1 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          disk=aws_ebs_volume.log[1]   failover
              1 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          disk=aws_ebs_volume.log[2]   failover
              1 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          disk=aws_ebs_volume.log[3]   failover
              1 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          disk=aws_ebs_volume.log[4]   failover
              1 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          disk=aws_ebs_volume.log[5]   failover
              1 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          zone=eu-central-1a           failover
              2 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          zone=eu-central-1b           failover
              2 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          zone=eu-central-1c           failover
              2 of 6 members, at most 1 of 3 copies of a partition: acknowledged records are safe and writes go on
          region=eu-central-1          LOST
              6 of 6 members, at most 3 of 3 copies of a partition: a record acknowledged by 2 copies can be lost
    "#]],
    );
    let (report, _) = judge(&brokers, &dr(false));
    let zone = report.datasets[0].verdicts.iter().find(|v| v.failure.to_string() == "zone=eu-central-1a").unwrap();
    assert_eq!(zone.level.word(), "LOST");
}

#[test]
fn a_copy_that_is_missing_already_carries_nothing() {
    check(
        &PAIR.replace("aws_ebs_volume.a availability", "aws_ebs_volume.a missing availability"),
        PAIR_DR,
        expect![[r#"
            orders
              disk=aws_ebs_volume.b        restore
                  aws_ebs_volume.a is missing already
                  aws_ebs_volume.b is gone: it needs disk=aws_ebs_volume.b
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
              instance=aws_instance.a      failover
                  aws_ebs_volume.a is missing already
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
              zone=eu-central-1a           failover
                  aws_ebs_volume.a is missing already
                  aws_ebs_volume.b takes over by itself
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
              zone=eu-central-1b           restore
                  aws_ebs_volume.a is missing already
                  aws_ebs_volume.b is gone: it needs zone=eu-central-1b
                  aws_ebs_snapshot.s can be restored: taken from aws_ebs_volume.a once, no schedule bounds its age
              region=eu-central-1          LOST
                  aws_ebs_volume.a is missing already
                  aws_ebs_volume.b is gone: it needs region=eu-central-1
                  aws_ebs_snapshot.s is gone: it needs region=eu-central-1
              key=aws_kms_key.pg           LOST
                  aws_ebs_volume.a is missing already
                  aws_ebs_volume.b cannot be read: it is sealed by key=aws_kms_key.pg
                  aws_ebs_snapshot.s cannot be read: it is sealed by key=aws_kms_key.pg
                  what runs goes on until the key is used again: at the next attach, restart or restore
        "#]],
    );
}

#[test]
fn a_snapshot_under_a_key_that_was_replaced_cannot_be_read() {
    check(
        "aws_kms_key.k former id=old arn=arn:aws:kms:eu-central-1:1:key/old
        aws_kms_key.k id=? arn=?
        aws_ebs_volume.a id=vol-a availability_zone=eu-central-1a encrypted=true kms_key_id=@aws_kms_key.k.arn
        aws_ebs_snapshot.s volume_id=vol-a encrypted=true kms_key_id=arn:aws:kms:eu-central-1:1:key/old region=eu-central-1",
        "",
        expect![[r#"
            aws_ebs_volume.a
              disk=aws_ebs_volume.a        LOST
                  aws_ebs_volume.a is gone: it needs disk=aws_ebs_volume.a
                  aws_ebs_snapshot.s cannot be read: it is sealed by a key that is gone or disabled
              zone=eu-central-1a           LOST
                  aws_ebs_volume.a is gone: it needs zone=eu-central-1a
                  aws_ebs_snapshot.s cannot be read: it is sealed by a key that is gone or disabled
              region=?                     unknown
                  aws_ebs_volume.a is undecided: aws_kms_key.k.region is known only after apply
                  aws_ebs_snapshot.s cannot be read: it is sealed by a key that is gone or disabled
              region=eu-central-1          LOST
                  aws_ebs_volume.a is gone: it needs region=eu-central-1
                  aws_ebs_snapshot.s is gone: it needs region=eu-central-1
              key=aws_kms_key.k            LOST
                  aws_ebs_volume.a cannot be read: it is sealed by key=aws_kms_key.k
                  aws_ebs_snapshot.s cannot be read: it is sealed by a key that is gone or disabled
                  what runs goes on until the key is used again: at the next attach, restart or restore
        "#]],
    );
}

#[test]
fn a_snapshot_under_a_key_that_nobody_knows_is_not_called_restorable() {
    let old = "arn:aws:kms:eu-central-1:1:key/old";
    check(
        &format!(
            "aws_ebs_volume.d availability_zone=eu-central-1a encrypted=false region=eu-central-1 id=vol-1
             aws_ebs_snapshot.s volume_id=vol-1 encrypted=true kms_key_id={old} region=eu-central-1"
        ),
        "",
        expect![[r#"
            aws_ebs_volume.d
              disk=aws_ebs_volume.d        unknown
                  aws_ebs_volume.d is gone: it needs disk=aws_ebs_volume.d
                  aws_ebs_snapshot.s is undecided: arn:aws:kms:eu-central-1:1:key/old is not in this configuration, so whether that key still works is not known
              zone=eu-central-1a           unknown
                  aws_ebs_volume.d is gone: it needs zone=eu-central-1a
                  aws_ebs_snapshot.s is undecided: arn:aws:kms:eu-central-1:1:key/old is not in this configuration, so whether that key still works is not known
              region=eu-central-1          LOST
                  aws_ebs_volume.d is gone: it needs region=eu-central-1
                  aws_ebs_snapshot.s is gone: it needs region=eu-central-1
              key=arn:aws:kms:eu-central-1:1:key/old unaffected
                  aws_ebs_volume.d does not depend on it
                  aws_ebs_snapshot.s cannot be read: it is sealed by key=arn:aws:kms:eu-central-1:1:key/old
        "#]],
    );
}

#[test]
fn types_that_are_not_understood_are_counted_and_named() {
    let (report, _) = judge("aws_sqs_queue.q id=x\naws_sqs_queue.r id=y\naws_vpc.v id=z", "");
    assert_eq!(report.modelled, 1);
    assert_eq!(report.opaque.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>(), ["aws_sqs_queue 2"]);
}
