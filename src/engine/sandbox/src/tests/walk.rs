//! Random requests and losses: whatever is asked, the laws of the cloud hold and the log rebuilds the world.

use super::*;
use crate::{KeyState, Object};

/// Steps of one walk; ten walks run in about a second.
const STEPS: u32 = 150;

/// A small generator: the same seed gives the same walk.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.roll(of.len());
        &of[at]
    }

    /// An attribute of a random object of a type, now and then of none.
    fn some(&mut self, world: &World, kind: &str, attribute: &str) -> String {
        let texts: Vec<String> = world.of_kind(kind).filter_map(|o| o.text(attribute).map(str::to_owned)).collect();
        if texts.is_empty() || self.roll(12) == 0 { "none".into() } else { self.pick(&texts).clone() }
    }
}

const REGIONS: [&str; 2] = ["eu-central-1", "eu-west-1"];
const ZONES: [&str; 6] = ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-west-1a", "eu-west-1b", "eu-west-1c"];

fn random_creation(dice: &mut Dice, world: &World) -> (&'static str, Json) {
    let zone = *dice.pick(&ZONES);
    let region = zone.trim_end_matches(['a', 'b', 'c']);
    let region = if dice.roll(15) == 0 { *dice.pick(&REGIONS) } else { region };
    match dice.roll(10) {
        0 => ("aws_kms_key", json!({"region": region, "multi_region": dice.roll(2) == 0})),
        1 => (
            "aws_kms_replica_key",
            json!({"region": region, "primary_key_arn": dice.some(world, "aws_kms_key", "arn")}),
        ),
        2 => ("aws_ebs_volume", json!({"region": region, "availability_zone": zone, "size": 8})),
        3 => {
            let key = dice.some(world, "aws_kms_key", "arn");
            (
                "aws_ebs_volume",
                json!({"region": region, "availability_zone": zone, "size": 8, "encrypted": true, "kms_key_id": key}),
            )
        }
        4 => ("aws_ebs_snapshot", json!({"region": region, "volume_id": dice.some(world, "aws_ebs_volume", "id")})),
        5 => {
            let source = dice.some(world, "aws_ebs_snapshot", "id");
            (
                "aws_ebs_snapshot_copy",
                json!({"region": region, "source_region": dice.pick(&REGIONS), "source_snapshot_id": source}),
            )
        }
        6 => {
            let device = format!("/dev/sd{}", dice.pick(&["f", "g", "h"]));
            let (volume, instance) = (dice.some(world, "aws_ebs_volume", "id"), dice.some(world, "aws_instance", "id"));
            (
                "aws_volume_attachment",
                json!({"region": region, "volume_id": volume, "instance_id": instance, "device_name": device}),
            )
        }
        7 => ("aws_placement_group", json!({"region": region, "name": dice.pick(&["g", "h"]), "strategy": "spread"})),
        8 => ("aws_s3_bucket", json!({"region": region, "bucket": format!("bucket-{}", dice.roll(6))})),
        _ => {
            let mut config =
                json!({"region": region, "ami": "ami-1", "instance_type": "t3.micro", "availability_zone": zone});
            if dice.roll(2) == 0 {
                config["placement_group"] = json!("g");
            }
            ("aws_instance", config)
        }
    }
}

fn random_step(dice: &mut Dice, sandbox: &mut Sandbox) {
    match dice.roll(10) {
        0..7 => {
            let (kind, config) = random_creation(dice, &sandbox.world);
            let before = sandbox.world.clone();
            if sandbox.create(kind, config).is_err() {
                assert_eq!(sandbox.world, before, "a refusal changes nothing");
            }
        }
        7 => {
            let objects: Vec<Arc<Object>> =
                sandbox.world.objects().filter(|o| o.state == KeyState::Present).cloned().collect();
            if !objects.is_empty() {
                let object = dice.pick(&objects);
                let _ = sandbox.delete(&object.key.kind, &Json::Object(object.attributes.clone()));
            }
        }
        8 => {
            let domain = match dice.roll(6) {
                0 => Domain::Region((*dice.pick(&REGIONS)).into()),
                1 | 2 => Domain::Zone((*dice.pick(&ZONES)).into()),
                3 => Domain::Key(dice.some(&sandbox.world, "aws_kms_key", "arn").into()),
                4 => Domain::Disk(dice.some(&sandbox.world, "aws_ebs_volume", "id").into()),
                _ => Domain::Instance(dice.some(&sandbox.world, "aws_instance", "id").into()),
            };
            if let Ok(event) = sandbox.world.lose(&sandbox.catalogue, &domain) {
                sandbox.take(event);
            }
        }
        _ => {
            let keys = sandbox.world.lost_objects().map(|l| l.by.clone()).filter(|d| matches!(d, Domain::Key(_)));
            let lost: Vec<Domain> = sandbox.world.lost_domains().cloned().chain(keys).collect();
            if !lost.is_empty() {
                let event = sandbox.world.restore(&sandbox.catalogue, dice.pick(&lost));
                event.into_iter().for_each(|event| sandbox.take(event));
            }
        }
    }
}

/// The laws, said once more without the rules of this room.
fn laws_hold(world: &World) {
    let of = |kind: &'static str| world.objects().filter(move |o| o.key.kind.as_ref() == kind);
    for object in world.objects() {
        assert!(!world.is_lost(&Domain::Region(object.key.region.clone())), "{object:?} in a lost region");
        if let Some(zone) = &object.zone {
            assert!(!world.is_lost(&Domain::Zone(zone.clone())), "{object:?} in a lost zone");
            assert!(zone.starts_with(object.key.region.as_ref()));
        }
        for key in &object.sealed_by {
            assert_eq!(key.split(':').nth(3), Some(object.key.region.as_ref()), "sealed by a key of another region");
        }
    }
    for attachment in of("aws_volume_attachment") {
        let part = |kind, name: &str| of(kind).find(|o| Some(o.key.id.as_ref()) == attachment.text(name)).unwrap();
        let (volume, instance) = (part("aws_ebs_volume", "volume_id"), part("aws_instance", "instance_id"));
        assert_eq!((&volume.zone, &volume.zone), (&instance.zone, &attachment.zone));
        let of_volume = of("aws_volume_attachment").filter(|a| a.text("volume_id") == attachment.text("volume_id"));
        assert_eq!(of_volume.count(), 1);
    }
    for zone in ZONES {
        let in_zone =
            of("aws_instance").filter(|i| i.zone.as_deref() == Some(zone) && i.text("placement_group") == Some("g"));
        assert!(in_zone.count() <= 7);
    }
    let mut buckets: Vec<&str> = of("aws_s3_bucket").map(|b| b.key.id.as_ref()).collect();
    let all = buckets.len();
    buckets.dedup();
    assert_eq!(buckets.len(), all);
}

#[test]
fn random_walks_keep_the_laws() {
    for seed in 1..=10_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut sandbox = Sandbox::new("eu-central-1");
        for _ in 0..STEPS {
            random_step(&mut dice, &mut sandbox);
            laws_hold(&sandbox.world);
        }
        let lines: Vec<String> = sandbox.log.iter().map(Event::to_json).collect();
        let read: Vec<Event> = lines.iter().map(|line| Event::from_json(line).unwrap()).collect();
        assert_eq!(World::replay(&read), Ok(sandbox.world), "seed {seed}");
        assert!(sandbox.log.len() > 40, "seed {seed} does something: {}", sandbox.log.len());
    }
}
