//! Diagnostics as text with source excerpts.

use crate::{Diagnostic, Range, Severity, SourceTexts};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How to render: colours and width are arguments, never looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use terminal colours.
    pub colour: bool,
    /// Width in columns; less than 40 counts as 40 (the excerpt renderer misbehaves below).
    pub width: usize,
}

impl Style {
    /// No colours, 100 columns: for files, pipes and tests.
    pub const PLAIN: Style = Style { colour: false, width: 100 };
}

/// Renders one diagnostic, ending in a newline.
pub fn render(diagnostic: &Diagnostic, texts: &SourceTexts, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("Error"),
        Severity::Warning => Level::WARNING.with_name("Warning"),
    };
    let title = level.primary_title(diagnostic.summary.as_str());
    let mut group = match snippet(diagnostic, texts) {
        Some(snippet) => Group::with_title(title).element(snippet),
        None => Group::with_title(title),
    };
    if let Some(address) = &diagnostic.address {
        group = group.element(Level::NOTE.with_name("with").message(address.as_str()));
    }
    if !diagnostic.detail.is_empty() {
        group = group.element(Level::NOTE.with_name("why").message(diagnostic.detail.as_str()));
    }
    let related: Vec<String> = diagnostic.related.iter().map(|(what, range)| place(what, range, texts)).collect();
    for place in &related {
        group = group.element(Level::NOTE.with_name("where").message(place.as_str()));
    }
    let values: Vec<String> =
        diagnostic.involved.iter().map(|i| format!("{} {}", i.expression, i.description)).collect();
    for value in &values {
        group = group.element(Level::NOTE.with_name("value").message(value.as_str()));
    }
    if let Some(step) = &diagnostic.next_step {
        group = group.element(Level::HELP.with_name("next").message(step.as_str()));
    }
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.term_width(style.width.max(40)).render(&[group]).to_string();
    text.push('\n');
    text
}

/// `local.a refers to local.b at main.tf:12`
fn place(what: &str, range: &Range, texts: &SourceTexts) -> String {
    match texts.position(&range.file, range.start) {
        Some(position) => format!("{what} at {}:{}", range.file, position.line),
        None => format!("{what} in {}", range.file),
    }
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    texts: &'a SourceTexts,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let subject = diagnostic.subject.as_ref()?;
    let text = texts.get(&subject.file)?;
    let (start, end) = (clamp(text, subject.start), clamp(text, subject.end));
    let mut snippet =
        Snippet::source(text.as_ref()).path(subject.file.as_ref()).annotation(AnnotationKind::Primary.span(start..end));
    // Only the first line of the context is shown: it names the block.
    if let Some(context) = &diagnostic.context
        && context.file == subject.file
    {
        let from = clamp(text, context.start);
        let line_end = text.get(from..).and_then(|t| t.find('\n')).map_or(text.len(), |i| from + i);
        snippet = snippet.annotation(AnnotationKind::Visible.span(from..line_end));
    }
    Some(snippet)
}

/// The nearest place at or before `at` that is not inside of a character.
fn clamp(text: &str, at: u32) -> usize {
    let mut at = (at as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
