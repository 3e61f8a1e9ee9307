use super::nearest;

#[test]
fn finds_slips_only() {
    let names = ["instance_type", "ami", "tags", "tags_all", "availability_zone", "id", "count"];
    let rows = [
        ("instance_typ", Some("instance_type")),
        ("instnace_type", Some("instance_type")),
        ("instanceType", Some("instance_type")),
        ("am", Some("ami")),
        ("aim", Some("ami")),
        ("tag", Some("tags")),
        ("tasg", Some("tags")),
        ("availabilty_zone", Some("availability_zone")),
        ("conut", Some("count")),
        ("zone", None),
        ("x", None),
        ("", None),
        ("kms_key_id", None),
    ];
    for (name, want) in rows {
        assert_eq!(nearest(name, names), want, "{name}");
    }
}

/// Two names of a megabyte took hours.
#[test]
fn long_names_are_no_slips() {
    let (name, other) = ("a".repeat(1 << 20), "b".repeat(1 << 20));
    assert_eq!(nearest(&name, [other.as_str(), "a"]), None);
}
