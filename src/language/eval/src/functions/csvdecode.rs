//! `csvdecode(text)`: a list of objects named by the header line.
use super::CallError;
use super::shared::signature::{Function, Parameter};
use super::shared::size::allow_elements;
use std::collections::BTreeSet;
use std::sync::Arc;
use value::text::in_quotes;
use value::{Content, Type, Value};

pub(super) const FUNCTION: Function = Function::typed(
    &[Parameter::text("str")],
    |args| match args.first().map(|a| &a.content) {
        Some(Content::String(text)) => {
            let names = header(&records(text)?)?;
            Ok(Type::list(Type::object(names.into_iter().map(|n| (n, Type::String)))))
        }
        _ => Ok(Type::Dynamic),
    },
    |call| {
        let records = records(call.text(0))?;
        let names = header(&records)?;
        let rows = records.iter().skip(1).map(|record| {
            Value::object(names.iter().cloned().zip(record.fields.iter().map(|f| Value::string(f.as_str()))))
        });
        call.list(rows)
    },
);

fn header(records: &[Record]) -> Result<Vec<Arc<str>>, CallError> {
    let Some(first) = records.first() else {
        return Err(CallError::new("missing header line"));
    };
    let mut seen = BTreeSet::new();
    for name in &first.fields {
        if !seen.insert(name) {
            return Err(CallError::new(format!("duplicate column name {}", in_quotes(name))));
        }
    }
    for record in records {
        if record.fields.len() != first.fields.len() {
            return Err(trouble(record.line, "wrong number of fields"));
        }
    }
    Ok(first.fields.iter().map(|n| Arc::from(n.as_str())).collect())
}

struct Record {
    line: usize,
    fields: Vec<String>,
}

fn trouble(line: usize, what: &str) -> CallError {
    CallError::new(format!("CSV parse error on line {line}: {what}"))
}

/// Splits text into records as RFC 4180 has it: quotes only around a whole field, doubled inside; empty lines are
/// passed over; `\r\n` counts as `\n`, inside quotes too.
fn records(text: &str) -> Result<Vec<Record>, CallError> {
    allow_elements(Some(text.bytes().filter(|byte| matches!(byte, b',' | b'\n')).count()))?;
    let text = text.replace("\r\n", "\n");
    let mut records = Vec::new();
    let (mut rest, mut line) = (text.as_str(), 1);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('\n') {
            rest = after;
            line += 1;
            continue;
        }
        let mut record = Record { line, fields: Vec::new() };
        loop {
            let (field, after) = field(rest, &mut line)?;
            record.fields.push(field);
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    line += 1;
                    rest = after.strip_prefix('\n').unwrap_or(after);
                    break;
                }
            }
        }
        records.push(record);
    }
    Ok(records)
}

/// One field, and the text from the comma, newline or end after it.
fn field<'t>(text: &'t str, line: &mut usize) -> Result<(String, &'t str), CallError> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let (field, after) = text.split_at(end);
        if field.contains('"') {
            return Err(trouble(*line, "bare \" in non-quoted-field"));
        }
        // A carriage return at the very end belongs to the line ending that is missing.
        let field = if after.is_empty() { field.strip_suffix('\r').unwrap_or(field) } else { field };
        return Ok((field.to_string(), after));
    };
    const QUOTES: &str = "extraneous or missing \" in quoted-field";
    let mut field = String::new();
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            return Err(trouble(*line, QUOTES));
        };
        field.push_str(part);
        *line += part.matches('\n').count();
        match after.chars().next() {
            Some('"') => {
                field.push('"');
                rest = after.get(1..).unwrap_or_default();
            }
            None | Some(',' | '\n') => return Ok((field, after)),
            Some(_) => return Err(trouble(*line, QUOTES)),
        }
    }
}
