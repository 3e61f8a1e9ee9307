//! Diagnostics as text with source excerpts.

use crate::{Diagnostic, Range, Severity, SourceTexts};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

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

/// Texts up to here are given to the excerpt renderer as they are, which walks them for each diagnostic; of longer ones
/// it gets the lines it needs. Lines longer than this are not shown at all: their place is.
const MOST_WALKED: usize = 16 << 10;

/// Renders one diagnostic, ending in a newline.
pub fn render(diagnostic: &Diagnostic, texts: &SourceTexts, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("Error"),
        Severity::Warning => Level::WARNING.with_name("Warning"),
    };
    let title = level.primary_title(diagnostic.summary.as_str());
    let mut group = Group::with_title(title);
    if let Some(subject) = &diagnostic.subject
        && let Some(text) = texts.get(&subject.file)
    {
        group = match snippet(diagnostic, subject, text) {
            Some(snippet) => group.element(snippet),
            None => group.element(origin(subject, texts)),
        };
    }
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

/// The excerpt; nothing where its lines are too long to be shown.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    subject: &'a Range,
    text: &'a str,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let (start, end) = (clamp(text, subject.start), clamp(text, subject.end));
    // Only the first line of the context is shown: it names the block.
    let context = diagnostic.context.as_ref().filter(|context| context.file == subject.file).map(|context| {
        let from = clamp(text, context.start);
        (from, line_end(text, from))
    });
    let (mut first, mut lines) = (0, 1);
    let mut window = text;
    if text.len() > MOST_WALKED {
        for (from, to) in [(start, start), (end, end)].into_iter().chain(context) {
            if line_end(text, to) - line_start(text, from) > MOST_WALKED {
                return None;
            }
        }
        first = line_start(text, context.map_or(start, |(from, _)| from.min(start)));
        let last = line_end(text, context.map_or(end, |(_, to)| to.max(end)));
        window = text.get(first..last)?;
        lines += text.get(..first)?.bytes().filter(|b| *b == b'\n').count();
    }
    let within = |from: usize, to: usize| from.saturating_sub(first)..to.saturating_sub(first);
    let mut snippet = Snippet::source(window)
        .line_start(lines)
        .path(subject.file.as_ref())
        .annotation(AnnotationKind::Primary.span(within(start, end)));
    if let Some((from, to)) = context {
        snippet = snippet.annotation(AnnotationKind::Visible.span(within(from, to)));
    }
    Some(snippet)
}

/// Where a subject is, without its text.
fn origin<'a>(subject: &'a Range, texts: &SourceTexts) -> Origin<'a> {
    let origin = Origin::path(subject.file.as_ref());
    match texts.position(&subject.file, subject.start) {
        Some(at) => origin.line(at.line as usize).char_column(at.column as usize),
        None => origin,
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline)
}

/// The nearest place at or before `at` that is not inside of a character.
fn clamp(text: &str, at: u32) -> usize {
    let mut at = (at as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests;
