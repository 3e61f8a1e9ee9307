use super::*;

fn told(text: &str, at: u32) -> String {
    let mut texts = SourceTexts::default();
    texts.insert("main.tf".into(), text.into());
    let subject = Range::new("main.tf".into(), at, at + 2);
    let context = Range::new("main.tf".into(), at.saturating_sub(9), at + 2);
    render(&Diagnostic::error("Wrong", "It is wrong.").at(subject).within(context), &texts, Style::PLAIN)
}

/// In a long file the excerpt is the same as in a short one, but for the number of the line.
#[test]
fn long_files_are_cut_to_the_lines_shown() {
    let lines = "block {\n  ab = 1\n}\n";
    let short = told(lines, 10);
    assert!(short.contains("--> main.tf:2:3") && short.contains("1 | block {"), "{short}");
    let before = "# x\n".repeat(10_000);
    let long = told(&format!("{before}{lines}{before}"), before.len() as u32 + 10);
    for shown in ["--> main.tf:10002:3", "10001 | block {", "10002 |   ab = 1"] {
        assert!(long.contains(shown), "{shown}: {long}");
    }
    assert_eq!(long.lines().count(), short.lines().count(), "{long}");
    // The end of the file is a place too.
    assert!(told(&before, before.len() as u32).contains("main.tf:1000"));
}

/// A line of a megabyte, as generated JSON has, is not shown: only its place.
#[test]
fn long_lines_are_named_only() {
    let told = told(&format!("\n{}", "x".repeat(1 << 20)), 500_000);
    assert!(told.contains("--> main.tf:2:500000") && told.len() < 500, "{}", told.len());
}
