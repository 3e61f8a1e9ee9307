use super::*;

#[test]
fn addresses_without_keys_and_steps() {
    for (address, bare, rest) in [
        ("a.b", "a.b", "b"),
        ("module.net[\"a.b\"].a.b[0]", "module.net.a.b", "net[\"a.b\"].a.b[0]"),
        ("net[\"a.b\"].a.b[0]", "net.a.b", "a.b[0]"),
        ("x", "x", ""),
    ] {
        assert_eq!(without_keys(address), bare);
        assert_eq!(after_step(address), rest);
    }
}

#[test]
fn containers() {
    for (address, container, expected) in [
        ("module.a.x.y", "module.a", true),
        ("module.ab.x.y", "module.a", false),
        ("x.y", "x.y", true),
        ("x.yy", "x.y", false),
        ("x.y[0]", "x.y", false),
    ] {
        assert_eq!(within(address, container), expected, "{address} in {container}");
    }
}
