use super::*;
use crate::Class;

fn zone(name: &str) -> Formula {
    Formula::Alive(Domain::new(Class::Zone, name))
}

fn short(truth: Truth) -> &'static str {
    match truth {
        Truth::Yes => "yes",
        Truth::No(_) => "no",
        Truth::Unknown(_) => "unknown",
    }
}

#[test]
fn kleene_tables() {
    let dead = BTreeSet::from([Domain::new(Class::Zone, "dead")]);
    let value = |name: &str| match name {
        "unknown" => Formula::Unknown("x".into()),
        other => zone(other),
    };
    for (a, b, and, or) in [
        ("live", "live", "yes", "yes"),
        ("live", "dead", "no", "yes"),
        ("live", "unknown", "unknown", "yes"),
        ("dead", "dead", "no", "no"),
        ("dead", "unknown", "no", "unknown"),
        ("unknown", "unknown", "unknown", "unknown"),
    ] {
        for (a, b) in [(a, b), (b, a)] {
            assert_eq!(short(Formula::And(vec![value(a), value(b)]).under(&dead)), and, "{a} and {b}");
            assert_eq!(short(Formula::Or(vec![value(a), value(b)]).under(&dead)), or, "{a} or {b}");
        }
    }
    assert_eq!(Formula::And(vec![]).under(&dead), Truth::Yes);
    assert_eq!(short(Formula::Or(vec![]).under(&dead)), "no");
}
