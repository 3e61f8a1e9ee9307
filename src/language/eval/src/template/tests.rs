use super::safe_prefix;

#[test]
fn what_stays_whatever_follows() {
    for (known, expected) in [
        ("", ""),
        ("a", ""),
        ("ab", "a"),
        ("ab-", "ab-"),
        ("https://", "https://"),
        ("a=", "a"),
        ("e\u{301}", ""),
        ("x👨‍👩‍👧", "x"),
        ("arn:aws:s3:::", "arn:aws:s3:::"),
    ] {
        assert_eq!(safe_prefix(known), expected, "{known}");
    }
    assert_eq!(safe_prefix(&"é".repeat(100)).len(), 126);
    assert_eq!(safe_prefix(&"-".repeat(200)).len(), 128);
}
