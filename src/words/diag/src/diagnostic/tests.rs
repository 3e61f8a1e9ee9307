use super::*;

fn trouble(instance: usize, detail: &str) -> Diagnostic {
    Diagnostic::error("Invalid value", detail).at(Range::new("main.tf".into(), 3, 9)).about(format!("a.b[{instance}]"))
}

#[test]
fn the_same_mistake_in_many_instances_is_told_once() {
    let other = Diagnostic::error("Invalid value", "no place");
    let all: Diagnostics = (0..5)
        .map(|i| trouble(i, &format!("it is {i}")))
        .chain([other.clone(), other.clone().next("different")])
        .collect();
    let folded = all.folded();
    assert_eq!(folded.len(), 2);
    assert_eq!(folded[0], (&trouble(0, "it is 0"), 4));
    assert_eq!(folded[1], (&other, 1));
}

#[test]
fn without_an_instance_the_detail_counts() {
    let at = |detail: &str| Diagnostic::error("Invalid value", detail).at(Range::new("main.tf".into(), 3, 9));
    let all: Diagnostics = [at("one"), at("two"), at("one")].into_iter().collect();
    assert_eq!(all.folded(), [(&at("one"), 1), (&at("two"), 0)]);
}
