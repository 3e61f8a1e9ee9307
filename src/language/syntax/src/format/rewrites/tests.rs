use super::quoted;

#[test]
fn labels_are_escaped_as_go_does() {
    let cases = [
        ("plain é", "plain é"),
        ("a\n\r\t\"\\", "a\\n\\r\\t\\\"\\\\"),
        ("$ % ${ %{ $${", "$ % $${ %%{ $$${"),
        ("it's\u{a0}\u{200b}\u{7}\u{e000}", "it's\\u00a0\\u200b\\u0007\\ue000"),
        ("\u{301}\u{1f600}\u{f0000}", "\u{301}\u{1f600}\\U000f0000"),
    ];
    for (text, expected) in cases {
        assert_eq!(quoted(text), expected, "{text:?}");
    }
}
