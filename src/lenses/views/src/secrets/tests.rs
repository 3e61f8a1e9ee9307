use super::*;

#[test]
fn copies_of_a_secret_are_marked_and_short_texts_are_not() {
    let secret = Value::object([
        ("password", Value::string("correct horse").marked(Marks::SENSITIVE)),
        ("size", Value::string("small").marked(Marks::SENSITIVE)),
    ]);
    let mut secrets = Secrets::default();
    secrets.collect(&secret, Marks::NONE);
    for (text, hidden) in
        [("correct horse", true), ("postgres://pg:correct horse@db", true), ("correct", false), ("small", false)]
    {
        let masked = secrets.mask(&Value::tuple([Value::string(text)]));
        assert_eq!(masked.all_marks().contains(Marks::SENSITIVE), hidden, "{text}");
    }
    assert!(Secrets::default().is_empty());
}
