use super::*;

#[test]
fn ids_are_stable_and_look_real() {
    assert_eq!(hex17("aws_ebs_volume", 0, "id"), "04f0b8f7a89fbe82f");
    assert_ne!(hex17("aws_ebs_volume", 1, "id"), hex17("aws_ebs_volume", 0, "id"));
    assert_ne!(hex17("aws_instance", 0, "id"), hex17("aws_ebs_volume", 0, "id"));
    assert_ne!(hex17("aws_instance", 0, "arn"), hex17("aws_instance", 0, "id"));
    let uuid = uuid("aws_kms_key", 7, "id");
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
}

#[test]
fn a_hundred_thousand_ids_are_distinct() {
    let ids: std::collections::BTreeSet<u64> = (0..100_000).map(|n| hash("aws_ebs_volume", n, "id")).collect();
    assert_eq!(ids.len(), 100_000);
}

#[test]
fn checksums_are_the_usual_ones() {
    assert_eq!(crc32("123456789"), 0xcbf4_3926);
    assert_eq!(crc32("0.0.0.0/0"), 1_080_289_494);
}

#[test]
fn times_are_of_one_month() {
    for (serial, expected) in [
        (0, "2026-01-01T00:00:00Z"),
        (86_399, "2026-01-01T23:59:59Z"),
        (86_400, "2026-01-02T00:00:00Z"),
        (u64::MAX, "2026-01-31T07:00:15Z"),
    ] {
        assert_eq!(time(serial), expected);
    }
}

#[test]
fn formats() {
    let place = |name: &str| (name != "none").then(|| format!("<{name}>"));
    for (format, expected) in [
        ("vol-{hex17}", Some("vol-<hex17>")),
        ("{{\"a\":{b}}}", Some("{\"a\":<b>}")),
        ("plain", Some("plain")),
        ("{none}", None),
        ("{open", None),
        ("close}", None),
    ] {
        assert_eq!(fill_format(format, place).as_deref(), expected, "{format}");
    }
}
