//! Quoted strings, heredocs and template files.

use super::{Lexer, MarkerRule, Mode, identifier_length};
use crate::{Span, TokenKind};
use diag::Diagnostic;

/// Lines looked at to tell a forgotten closing quote from a string written over several lines.
const LINES_TO_LOOK_AHEAD: usize = 20;

/// Lines searched for the closing marker of a heredoc whose opening is already wrong.
const MARKER_LINES_TO_LOOK_AHEAD: usize = 200;

impl Lexer<'_> {
    /// Bytes until something other than plain text of the template; `stop` names more bytes to halt at.
    fn plain_length(&self, from: usize, stop: fn(u8) -> bool) -> usize {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if byte == b'$' || byte == b'%' {
                let run = self.count(at, |b| b == byte);
                let brace = self.bytes.get(at + run) == Some(&b'{');
                if brace && run == 1 {
                    break;
                }
                // `$${` is an escape, as is the end of any longer run of the character.
                at += run + usize::from(brace);
            } else if stop(byte) {
                break;
            } else {
                at += 1;
            }
        }
        at - from
    }

    /// A token of text, in which a carriage return alone is a mistake.
    fn push_text(&mut self, kind: TokenKind, len: usize) -> Span {
        let span = self.push(kind, len);
        let bytes = self.bytes.get(span.start as usize..).unwrap_or_default();
        // The last byte of the token may be half of a line break.
        let lone =
            |(at, pair): (usize, &[u8])| (at < len && pair != b"\r\n" && pair.first() == Some(&b'\r')).then_some(at);
        if bytes.get(..len).is_some_and(|b| b.contains(&b'\r'))
            && let Some(at) = bytes.get(..len + 1).unwrap_or(bytes).windows(2).enumerate().find_map(lone)
        {
            let at = span.start + at as u32;
            self.report_lone_carriage_return(Span::new(at, at + 1));
        }
        span
    }

    /// `${`, `${~`, `%{` or `%{~`.
    fn sequence_open(&mut self) {
        let kind = if self.byte(0) == b'$' { TokenKind::InterpolationOpen } else { TokenKind::DirectiveOpen };
        let open = self.push(kind, if self.byte(2) == b'~' { 3 } else { 2 });
        self.modes.push(Mode::Sequence { open, braces: 0 });
    }

    pub(super) fn quoted(&mut self) {
        let mut len = 0;
        loop {
            len += self.plain_length(self.at + len, |b| matches!(b, b'"' | b'\\' | b'\n'));
            match self.byte(len) {
                b'\\' => {
                    let after = self.text.get(self.at + len + 1..).and_then(|t| t.chars().next());
                    len += 1 + after.filter(|c| *c != '\n').map_or(0, char::len_utf8);
                }
                b'\n' if self.closes_on_a_later_line(self.at + len) => {
                    // One diagnostic for the string, at its first line break.
                    let close = self.closing_quote(self.at + len);
                    let span = Span::new((self.at + len) as u32, (self.at + len) as u32);
                    self.report_multi_line(span);
                    len = close - self.at;
                }
                _ => break,
            }
        }
        let at_newline = self.byte(len) == b'\n';
        if at_newline && len > 0 && self.byte(len - 1) == b'\r' {
            len -= 1;
        }
        if len > 0 {
            self.push_text(TokenKind::Literal, len);
        }
        match self.byte(0) {
            b'"' => {
                self.push(TokenKind::QuoteClose, 1);
                self.modes.pop();
            }
            b'$' | b'%' => self.sequence_open(),
            _ if at_newline => self.break_off_quoted(),
            _ => {}
        }
    }

    fn report_multi_line(&mut self, span: Span) {
        let text = "A quoted string may not be split over several lines.";
        self.report(
            span,
            Diagnostic::error("Invalid multi-line string", text)
                .next("Write \\n for the line break, or use a heredoc (<<EOT) for text over several lines."),
        );
    }

    /// From a line break inside a string: whether the string was meant to go on.
    fn closes_on_a_later_line(&self, newline: usize) -> bool {
        let Some(rest) = self.text.get(newline + 1..) else { return false };
        for line in rest.lines().take(LINES_TO_LOOK_AHEAD) {
            if looks_like_body(line) {
                return false;
            }
            let quotes = unescaped_quotes(line);
            if quotes > 0 {
                return quotes % 2 == 1;
            }
        }
        false
    }

    /// The next line break that ends the mistake, or the next quote, sequence or escape.
    fn closing_quote(&self, newline: usize) -> usize {
        newline + 1 + self.plain_length(newline + 1, |b| matches!(b, b'"' | b'\\'))
    }

    /// A line ended inside a quoted string: that string and all that it stands in end here.
    fn break_off_quoted(&mut self) {
        // `"${x"` and the end of the line: the quote was to close the outer string, a brace is missing.
        let empty = |open: &Span| self.text.get(open.end as usize..self.at).is_some_and(|t| t.trim().is_empty());
        if let [.., Mode::Quoted { .. }, Mode::Sequence { open, .. }, Mode::Quoted { open: inner }] =
            self.modes.as_slice()
            && empty(inner)
        {
            self.report_unclosed_sequence(*open);
        } else if let Some(Mode::Quoted { open }) = self.modes.last() {
            let span = Span::new(open.start, self.at as u32);
            let text = "There is no closing quotation mark for this string on its line.";
            self.report(
                span,
                Diagnostic::error("Unterminated template string", text)
                    .next("Close it with a double quote (\"). For text over several lines use a heredoc (<<EOT)."),
            );
        }
        self.leave_strings();
    }

    /// Closes all strings, and the sequences between them, up to text that may have several lines.
    fn leave_strings(&mut self) {
        while let Some(mode) = self.modes.last() {
            let kind = match mode {
                Mode::Quoted { .. } => TokenKind::QuoteClose,
                Mode::Sequence { .. } => TokenKind::SequenceClose,
                Mode::Heredoc { .. } | Mode::Bare => return,
            };
            self.push(kind, 0);
            self.modes.pop();
        }
    }

    /// Recovery: inside `"${`, a line that can only be an argument or block ends the string before it. (An object
    /// in the interpolation has such lines too, but inside braces.)
    /// To be called before the line break, of `newline` bytes.
    pub(super) fn end_string_inside_sequence(&mut self, newline: usize) {
        let open = match self.modes.as_slice() {
            [.., Mode::Quoted { .. }, Mode::Sequence { open, braces: 0 }] => *open,
            _ => return,
        };
        let line = self.rest().get(newline..).and_then(|t| t.lines().next()).unwrap_or("");
        if line.trim() != "}" && looks_like_body(line) {
            self.report_unclosed_sequence(open);
            self.leave_strings();
        }
    }

    /// `<<EOT⏎` or `<<-EOT⏎`; anything else after `<<` is two operators.
    pub(super) fn heredoc_open(&mut self) {
        let dash = usize::from(self.byte(2) == b'-');
        let start = self.at + 2 + dash;
        let end = start + identifier_length(self.text.get(start..).unwrap_or(""));
        let newline = match (self.bytes.get(end), self.bytes.get(end + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 0,
        };
        let open_end = match newline {
            _ if start == end => None,
            0 => self.extra_after_marker(start..end),
            _ => Some(end + newline),
        };
        let Some(open_end) = open_end else {
            self.push(TokenKind::Less, 1);
            return;
        };
        let open = self.push(TokenKind::HeredocOpen, open_end - self.at);
        self.modes.push(Mode::Heredoc { open, marker: start..end, line_start: true });
    }

    /// Recovery: other text after the marker that opens a heredoc. Gives the end of the line when the marker
    /// comes again, so that the text of the heredoc is not read as code.
    fn extra_after_marker(&mut self, marker: std::ops::Range<usize>) -> Option<usize> {
        let word = self.text.get(marker.clone())?;
        let rest = self.text.get(marker.end..)?;
        let line = rest.find('\n')? + 1;
        let mut later = rest.get(line..)?.lines().take(MARKER_LINES_TO_LOOK_AHEAD);
        if !later.any(|l| l.trim() == word) {
            return None;
        }
        let span = Span::new(marker.end as u32, (marker.end + rest.get(..line)?.trim_end().len()) as u32);
        let text = "The marker that opens a heredoc must be the last on its line.";
        self.report(
            span,
            Diagnostic::error("Invalid expression", text).next("Move what follows it to another line, or remove it."),
        );
        Some(marker.end + line)
    }

    pub(super) fn heredoc(&mut self) {
        let Some(Mode::Heredoc { marker, line_start, .. }) = self.modes.last_mut() else { return };
        let (marker, at_start) = (marker.clone(), std::mem::replace(line_start, false));
        if at_start && let Some(len) = self.marker_line(&marker) {
            let close = self.push_text(TokenKind::HeredocClose, len);
            self.modes.pop();
            if self.at == self.bytes.len() {
                let text = "The line with the closing marker of a heredoc must end with a line break.";
                self.report(
                    close,
                    Diagnostic::error("Unterminated template string", text).next("Add a line break after the marker."),
                );
            }
            return;
        }
        let ended_line = self.template_line();
        if let Some(Mode::Heredoc { line_start, .. }) = self.modes.last_mut() {
            *line_start = ended_line;
        }
    }

    /// Bytes of the line that starts here, if it holds nothing but the marker.
    fn marker_line(&self, marker: &std::ops::Range<usize>) -> Option<usize> {
        let marker = self.text.get(marker.clone())?;
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
        if !trimmed.starts_with(marker) {
            return None;
        }
        let line = rest.get(..rest.find('\n').unwrap_or(rest.len()))?;
        (line.trim() == marker).then(|| line.strip_suffix('\r').unwrap_or(line).len())
    }

    /// Text up to the end of the line or the next sequence; true at the end of a line.
    pub(super) fn template_line(&mut self) -> bool {
        let mut len = self.plain_length(self.at, |b| b == b'\n');
        let ended_line = self.byte(len) == b'\n' && self.at + len < self.bytes.len();
        len += usize::from(ended_line);
        if len > 0 {
            self.push_text(TokenKind::Literal, len);
        }
        if !ended_line && self.at < self.bytes.len() {
            self.sequence_open();
        }
        ended_line
    }

    /// Recovery: a line with only the marker, met inside `${`, ends the sequence and the heredoc.
    pub(super) fn end_heredoc_inside_sequence(&mut self) {
        let marker = match self.modes.as_slice() {
            [.., Mode::Heredoc { marker, .. }, Mode::Sequence { .. }] => marker.clone(),
            _ => return,
        };
        if let Some(len) = self.marker_line(&marker) {
            if let Some(Mode::Sequence { open, .. }) = self.modes.pop() {
                self.report_unclosed_sequence(open);
            }
            self.push(TokenKind::SequenceClose, 0);
            self.push(TokenKind::HeredocClose, len);
            self.modes.pop();
        }
    }

    fn report_unclosed_sequence(&mut self, open: Span) {
        let text = "There is no closing brace for this interpolation or directive before the end of its template.";
        self.report(
            open,
            Diagnostic::error("Unclosed template interpolation sequence", text)
                .next("Close it with \"}\". To write the characters themselves, double the first: \"$${\" or \"%%{\"."),
        );
    }

    /// Closes what is open at the end of the text; only the innermost is reported, the others follow from it.
    pub(super) fn close_at_end(&mut self) {
        if self.rule == MarkerRule::OnlyInText
            && matches!(self.modes.as_slice(), [.., Mode::Heredoc { .. }, Mode::Sequence { .. }])
        {
            self.lost_heredoc = true;
        }
        let mut reported = false;
        while let Some(mode) = self.modes.pop() {
            let (kind, open) = match mode {
                Mode::Bare => continue,
                Mode::Quoted { open } => (TokenKind::QuoteClose, open),
                Mode::Heredoc { open, .. } => (TokenKind::HeredocClose, open),
                Mode::Sequence { open, .. } => (TokenKind::SequenceClose, open),
            };
            self.push(kind, 0);
            if std::mem::replace(&mut reported, true) {
                continue;
            }
            match kind {
                TokenKind::SequenceClose => self.report_unclosed_sequence(open),
                TokenKind::QuoteClose => self.report(
                    open,
                    Diagnostic::error(
                        "Unterminated template string",
                        "There is no closing quotation mark for this string.",
                    )
                    .next("Close it with a double quote (\")."),
                ),
                _ => self.report(
                    open,
                    Diagnostic::error("Unterminated template string", "No closing marker was found for this heredoc.")
                        .next("Write the marker alone on a line after the text."),
                ),
            }
        }
    }
}

/// True for `name = …`, `name {` and `}`: lines that hardly stand inside a string.
fn looks_like_body(line: &str) -> bool {
    let line = line.trim();
    if line == "}" {
        return true;
    }
    let rest = line.get(identifier_length(line)..).unwrap_or("");
    if rest.len() == line.len() {
        return false;
    }
    let rest = rest.trim_start();
    rest == "{"
        || (rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>"))
        || (rest.starts_with('"') && rest.ends_with('{'))
}

fn unescaped_quotes(line: &str) -> usize {
    let mut quotes = 0;
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quotes += 1,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    quotes
}
