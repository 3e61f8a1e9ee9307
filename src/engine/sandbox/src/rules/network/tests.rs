use super::*;

#[test]
fn ranges() {
    let range = |text: &str| Range::parse(text).unwrap();
    for (a, b, contains, overlaps) in [
        ("10.0.0.0/16", "10.0.1.0/24", true, true),
        ("10.0.1.0/24", "10.0.0.0/16", false, true),
        ("10.0.0.0/24", "10.0.1.0/24", false, false),
        ("10.0.0.0/24", "10.0.0.0/24", true, true),
        ("0.0.0.0/0", "255.255.255.255/32", true, true),
    ] {
        assert_eq!((range(a).contains(range(b)), range(a).overlaps(range(b))), (contains, overlaps), "{a} {b}");
    }
    for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/-1", ""] {
        assert_eq!(Range::parse(text), None, "{text}");
    }
    let hosts: Vec<String> = range("10.0.0.16/28").hosts().map(|ip| ip.to_string()).collect();
    assert_eq!((hosts.len(), hosts[0].as_str(), hosts[10].as_str()), (11, "10.0.0.20", "10.0.0.30"));
}
