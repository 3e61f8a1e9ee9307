use super::*;

#[test]
fn versions() {
    for (text, shown) in [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        (" 1.2 ", "1.2.0"),
        ("1", "1.0.0"),
        ("01.2", "1.2.0"),
        ("1.2.3-beta.1", "1.2.3-beta.1"),
        ("1.2.3-rc-1+build.5", "1.2.3-rc-1+build.5"),
        ("1.2.3+meta", "1.2.3+meta"),
    ] {
        assert_eq!(Version::parse(text).map(|v| v.to_string()), Ok(shown.to_string()), "{text}");
    }
    let too_big = "99999999999999999999";
    for text in [
        "",
        "v",
        "x",
        "1.x",
        "1.",
        ".1",
        "1..2",
        "1.2.3.4",
        "1.2.3-",
        "1.2.3-a..b",
        "1.2.3+",
        "+1",
        "-1",
        "vv1",
        too_big,
    ] {
        assert!(Version::parse(text).is_err(), "{text}");
    }
}

#[test]
fn precedence() {
    let sorted = [
        "0.9.9",
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-beta",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.10.0",
        "2.0.0",
    ];
    for (i, a) in sorted.iter().enumerate() {
        for (j, b) in sorted.iter().enumerate() {
            let (a, b) = (Version::parse(a).unwrap(), Version::parse(b).unwrap());
            assert_eq!(a.cmp(&b), i.cmp(&j), "{a} {b}");
        }
    }
    assert_eq!(Version::parse("1.0.0+a").unwrap(), Version::parse("1.0.0+b").unwrap());
}

#[test]
fn constraints_allow() {
    for (constraints, yes, no) in [
        ("1.2.3", "1.2.3 1.2.3+meta", "1.2.4 1.2.3-beta"),
        ("= 1.2", "1.2.0", "1.2.1"),
        ("!= 1.2.3", "1.2.4 1.2.2", "1.2.3 1.2.4-beta"),
        ("> 1.2", "1.2.1 2.0.0", "1.2.0 1.1.9 2.0.0-rc1"),
        (">=1.2", "1.2.0 9.0.0", "1.1.9"),
        ("< 2", "1.9.9", "2.0.0 2.0.0-rc1"),
        ("<= 2", "2.0.0", "2.0.1"),
        ("~> 1", "1.0.0 1.99.0", "0.9.9 2.0.0"),
        ("~> 1.2", "1.2.0 1.9.0", "1.1.9 2.0.0"),
        ("~> 1.2.3", "1.2.3 1.2.99", "1.2.2 1.3.0"),
        ("~> 0", "0.1.0 0.9.0", "1.0.0"),
        (">= v1.0, < 2.0, != 1.5.0", "1.0.0 1.4.9 1.5.1", "1.5.0 2.0.0"),
        // Prereleases: only by exact name.
        ("2.0.0-beta1", "2.0.0-beta1", "2.0.0-beta2 2.0.0"),
        (">= 2.0.0-beta1", "2.0.0", "2.0.0-beta1 2.0.0-beta2"),
        ("~> 2.0.0-beta1", "2.0.0 2.0.1", "2.0.0-beta1"),
        ("2.0.0-beta1, < 3", "2.0.0-beta1", "2.0.0"),
        ("1.2.3+meta", "1.2.3+meta", "1.2.3 1.2.3+other"),
    ] {
        let parsed = Constraints::parse(constraints).unwrap();
        for version in yes.split(' ') {
            assert!(parsed.allow(&Version::parse(version).unwrap()), "{constraints}: {version}");
        }
        for version in no.split(' ') {
            assert!(!parsed.allow(&Version::parse(version).unwrap()), "{constraints}: {version}");
        }
    }
    let none = Constraints::default();
    assert!(none.allow(&Version::parse("1.0.0").unwrap()));
    assert!(!none.allow(&Version::parse("1.0.0-rc1").unwrap()));
}

/// Right sides are what Terraform 1.11.4 wrote into its lock file.
#[test]
fn canonical_form() {
    for (written, canonical) in [
        ("~> 1.0, != 1.1.0, >=1.0.0,<2", ">= 1.0.0, ~> 1.0, != 1.1.0, < 2.0.0"),
        (
            "= 1.2.3, >= 1.2.3, > 1.2.2, < 1.2.4, <= 1.2.3, != 1.0.0",
            "!= 1.0.0, > 1.2.2, >= 1.2.3, 1.2.3, <= 1.2.3, < 1.2.4",
        ),
        (
            ">0.9,<9.0,>= 0.9, != 0.9, <=9.0, ~> 1.0, =1.2.3",
            "> 0.9.0, >= 0.9.0, != 0.9.0, ~> 1.0, 1.2.3, <= 9.0.0, < 9.0.0",
        ),
        ("~>1.2.0, ~>1.2, ~>1", "~> 1.0, ~> 1.2.0, ~> 1.2"),
        (
            "> 0.5, >= 0.5, = 1.2.3, != 0.5, ~> 1, ~> 1.0, ~> 1.0.0, ~> 1.2.0, <= 1.2.3, < 1.2.4, > 1.2, 1.2.3, >=1.2.3, \
             ~>1.2.3, != 1.2.4,<1.2.4-beta",
            "> 0.5.0, >= 0.5.0, != 0.5.0, ~> 1.0.0, ~> 1.0, > 1.2.0, ~> 1.2.0, >= 1.2.3, 1.2.3, ~> 1.2.3, <= 1.2.3, \
             < 1.2.4-beta, < 1.2.4, != 1.2.4",
        ),
        ("2.0.0-rc.1, < 3", "2.0.0-rc.1, < 3.0.0"),
        (">= 1.0.0-beta1", ">= 1.0.0-beta1"),
        ("1.2.3+meta", "1.2.3+meta"),
        (">= 01.2", ">= 1.2.0"),
    ] {
        let parsed = Constraints::parse(written).unwrap();
        assert_eq!(parsed.to_string(), canonical);
        assert_eq!(Constraints::parse(canonical), Ok(parsed), "{canonical}");
    }
}

#[test]
fn not_constraints() {
    for text in ["", ",", "1.0,", ">= 1.x", "1.x", ">", "=> 1.0", "~> ", "1.2.3.4", ">= 1.0 < 2.0", "latest", "^1.0"] {
        assert!(Constraints::parse(text).is_err(), "{text:?}");
    }
}
