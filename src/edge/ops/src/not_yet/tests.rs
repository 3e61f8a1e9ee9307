use super::*;

#[test]
fn addresses_without_keys() {
    for (address, bare) in
        [("a.b", "a.b"), ("module.net[\"a.b\"].a.b[0]", "module.net.a.b"), ("a.b[each.key]", "a.b"), ("x", "x")]
    {
        assert_eq!(without_keys(address), bare);
    }
}
