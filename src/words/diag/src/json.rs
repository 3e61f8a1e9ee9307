//! Diagnostics as JSON, in the form of `terraform validate -json` (format 1.0), for editors and other tools.
//!
//! Two members are ours, and left out where there is nothing to say: `next_step` and `related`.

use crate::{Called, Diagnostic, Position, Range, Severity, SourceTexts};
use serde::Serialize;

/// A diagnostic as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct DiagnosticJson {
    severity: &'static str,
    summary: String,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RangeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_step: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedJson>,
}

#[derive(Clone, Debug, Serialize)]
struct RangeJson {
    filename: String,
    start: PositionJson,
    end: PositionJson,
}

/// Lines and columns count from one, bytes from zero.
#[derive(Clone, Copy, Debug, Serialize)]
struct PositionJson {
    line: u32,
    column: u32,
    byte: u32,
}

#[derive(Clone, Debug, Serialize)]
struct SnippetJson {
    context: Option<String>,
    code: String,
    start_line: u32,
    highlight_start_offset: usize,
    highlight_end_offset: usize,
    values: Vec<ValueJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<CalledJson>,
}

#[derive(Clone, Debug, Serialize)]
struct CalledJson {
    called_as: String,
    signature: SignatureJson,
}

#[derive(Clone, Debug, Serialize)]
struct SignatureJson {
    name: String,
    params: Vec<ParameterJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variadic_param: Option<ParameterJson>,
    return_type: serde_json::Value,
}

#[derive(Clone, Debug, Serialize)]
struct ParameterJson {
    name: String,
    #[serde(rename = "type")]
    ty: serde_json::Value,
}

#[derive(Clone, Debug, Serialize)]
struct ValueJson {
    traversal: String,
    statement: String,
}

#[derive(Clone, Debug, Serialize)]
struct RelatedJson {
    message: String,
    range: RangeJson,
}

impl DiagnosticJson {
    /// The form of a diagnostic. `context` is the header of the top-level block that it stands in, such as
    /// `resource "aws_instance" "db"`.
    pub fn new(diagnostic: &Diagnostic, texts: &SourceTexts, context: Option<String>) -> DiagnosticJson {
        let subject = diagnostic.subject.as_ref();
        let snippet = subject.and_then(|subject| snippet(diagnostic, subject, texts, context));
        let related = diagnostic
            .related
            .iter()
            .filter_map(|(message, place)| Some(RelatedJson { message: message.clone(), range: range(place, texts)? }));
        DiagnosticJson {
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            summary: diagnostic.summary.clone(),
            detail: diagnostic.detail.clone(),
            address: diagnostic.address.clone(),
            range: subject.and_then(|subject| range(subject, texts)),
            snippet,
            next_step: diagnostic.next_step.clone(),
            related: related.collect(),
        }
    }
}

impl From<&Called> for CalledJson {
    fn from(called: &Called) -> CalledJson {
        let ty = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let parameter = |(name, text): &(String, String)| ParameterJson { name: name.clone(), ty: ty(text) };
        let signature = &called.signature;
        CalledJson {
            called_as: called.name.clone(),
            signature: SignatureJson {
                name: signature.name.clone(),
                params: signature.parameters.iter().map(parameter).collect(),
                variadic_param: signature.variadic.as_ref().map(parameter),
                return_type: ty(&signature.returns),
            },
        }
    }
}

impl From<Position> for PositionJson {
    fn from(at: Position) -> PositionJson {
        PositionJson { line: at.line, column: at.column, byte: at.byte }
    }
}

/// An empty range is given one byte, so that there is something to underline; at the end of a line that is the line break.
fn range(of: &Range, texts: &SourceTexts) -> Option<RangeJson> {
    let start = texts.position(&of.file, of.start)?;
    let mut end = PositionJson::from(texts.position(&of.file, of.end)?);
    if end.byte == start.byte {
        end = match texts.get(&of.file)?.as_bytes().get(start.byte as usize) {
            Some(b'\n') => texts.position(&of.file, start.byte + 1)?.into(),
            _ => PositionJson { line: start.line, column: start.column + 1, byte: start.byte + 1 },
        };
    }
    Some(RangeJson { filename: of.file.to_string(), start: start.into(), end })
}

/// The lines of the context and the subject; empty lines are left out, as Terraform leaves them out.
fn snippet(
    diagnostic: &Diagnostic,
    subject: &Range,
    texts: &SourceTexts,
    context: Option<String>,
) -> Option<SnippetJson> {
    let text = texts.get(&subject.file)?;
    let shown = match &diagnostic.context {
        Some(wider) => wider.to(subject),
        None => subject.clone(),
    };
    let highlight = subject.start as usize..(subject.end.max(subject.start + 1)) as usize;
    let shown_bytes = shown.start as usize..(shown.end.max(shown.start + 1)) as usize;
    let mut code = String::new();
    let mut first = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let bytes = start..start + bare.len();
        let overlaps = bytes.contains(&shown_bytes.start)
            || bytes.contains(&shown_bytes.end)
            || shown_bytes.contains(&bytes.start)
            || shown_bytes.contains(&bytes.end);
        if !bytes.is_empty() && overlaps {
            if first.is_some() {
                code.push('\n');
            }
            first.get_or_insert(start);
            code.push_str(bare);
        }
        start += line.len();
    }
    let from = highlight.start.saturating_sub(first.unwrap_or_default());
    let mut values: Vec<ValueJson> = diagnostic
        .involved
        .iter()
        .map(|value| ValueJson { traversal: value.expression.clone(), statement: value.description.clone() })
        .collect();
    values.sort_by(|a, b| a.traversal.cmp(&b.traversal));
    Some(SnippetJson {
        context,
        start_line: texts.position(&shown.file, shown.start)?.line,
        highlight_start_offset: from.min(code.len()),
        highlight_end_offset: (from + highlight.len()).min(code.len()),
        code,
        values,
        function_call: diagnostic.called.as_deref().map(CalledJson::from),
    })
}

/// JSON as Terraform's encoder writes it: two blanks for each level or all in one line, `<`, `>` and `&` escaped. What
/// cannot be written, which no value of ours is, comes out empty.
pub fn go_json(value: &impl Serialize, pretty: bool) -> String {
    let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    let mut out = String::new();
    for c in text.unwrap_or_default().chars() {
        match c {
            // All of these stand in strings only.
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(diagnostic: &Diagnostic, text: &str) -> serde_json::Value {
        let mut texts = SourceTexts::default();
        texts.insert("a.tf".into(), text.into());
        serde_json::to_value(DiagnosticJson::new(diagnostic, &texts, Some("locals".into()))).unwrap()
    }

    #[test]
    fn places_count_graphemes_and_bytes() {
        let text = "locals {\r\n\r\n  a = \"e\u{301}\" + nope\r\n}\r\n";
        let at = text.find("nope").unwrap() as u32;
        let range = Range::new("a.tf".into(), at, at + 4);
        let context = Range::new("a.tf".into(), 0, at + 4);
        let diagnostic =
            Diagnostic::error("S <a>", "D").at(range).within(context).involving("b", "is 1").involving("a", "is 2");
        let json = json(&diagnostic, text);
        assert_eq!(json["range"]["start"], serde_json::json!({"line": 3, "column": 13, "byte": at}));
        assert_eq!(json["snippet"]["code"], "locals {\n  a = \"e\u{301}\" + nope");
        assert_eq!(json["snippet"]["start_line"], 1);
        assert_eq!(json["snippet"]["context"], "locals");
        assert_eq!(json["snippet"]["values"][0], serde_json::json!({"traversal": "a", "statement": "is 2"}));
        assert!(json.get("address").is_none() && json.get("next_step").is_none());
        assert!(go_json(&json, false).contains("S \\u003ca\\u003e"));
    }

    #[test]
    fn an_empty_range_has_one_byte() {
        let json = json(&Diagnostic::warning("S", "").at(Range::new("a.tf".into(), 3, 3)), "a =");
        assert_eq!(json["range"]["end"], serde_json::json!({"line": 1, "column": 5, "byte": 4}));
        assert_eq!(json["snippet"]["highlight_start_offset"], 3);
        assert_eq!(json["severity"], "warning");
    }

    #[test]
    fn without_a_place() {
        let json = json(&Diagnostic::error("S", "D").about("t.a").next("Go."), "");
        assert_eq!(
            json,
            serde_json::json!({"severity": "error", "summary": "S", "detail": "D", "address": "t.a", "next_step": "Go."})
        );
    }
}
