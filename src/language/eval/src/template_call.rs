//! `templatefile` and `templatestring`: templates with names of their own.

use crate::access::Fault;
use crate::evaluation::Evaluation;
use crate::functions;
use crate::names::{Names, Resolved};
use crate::provider_function::Found;
use crate::references::free_traversals;
use crate::suggestion::did_you_mean;
use diag::{Diagnostic, Diagnostics, Range};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use syntax::{Expr, ExprKind, Expression, Name, Step};
use value::{Content, Type, Value, convert};

impl Evaluation<'_> {
    /// `templatefile(path, vars)`
    pub(crate) fn template_file(&mut self, name: &Name, values: &[Value], args: &[Expr], whole: &Expr) -> Value {
        let [path, vars] = values else {
            let missing = if values.is_empty() { "path" } else { "vars" };
            return self.wrong_count(name, 2, values.len(), missing, whole);
        };
        let (path_marks, marks) = (path.marks, path.marks.union(vars.marks));
        let path_place = args.first().unwrap_or(whole);
        let path = match convert(path, &Type::String) {
            Ok(Value { content: Content::String(path), .. }) => path,
            Ok(value) if !value.is_known() => return Value::dynamic().marked(marks),
            Ok(_) => return self.invalid_argument(name, "path", "argument must not be null", path_place, whole),
            Err(e) => return self.invalid_argument(name, "path", &e.to_string(), path_place, whole),
        };
        if vars.is_null() {
            let place = args.get(1).unwrap_or(whole);
            return self.invalid_argument(name, "vars", "argument must not be null", place, whole);
        }
        if !vars.is_known() {
            return Value::dynamic().marked(marks);
        }
        let text = match functions::call("file", &[Value::string(path.clone()).marked(path_marks)], self.surroundings) {
            Ok(text) => text,
            Err(errors) => {
                let reason = errors.first().map_or("", |error| error.reason.as_str());
                return self.invalid_argument(name, "path", reason, path_place, whole);
            }
        };
        let text = text.as_str().unwrap_or_default().to_string();
        let place = args.get(1).unwrap_or(whole);
        self.rendered(name, (&path, &text), vars, place, whole).marked(marks)
    }

    /// `templatestring(reference, vars)`
    pub(crate) fn template_string(
        &mut self,
        name: &Name,
        values: &[Value],
        (template, args): (Option<&Expr>, &[Expr]),
        whole: &Expr,
    ) -> Value {
        let [text, vars] = values else {
            let missing = if values.is_empty() { "template" } else { "vars" };
            return self.wrong_count(name, 2, values.len(), missing, whole);
        };
        let (vars, vars_expr) = (vars.clone(), args.get(1).unwrap_or(whole));
        if self.names.rendering().is_some() {
            let reason = "cannot recursively call templatestring from inside another template function";
            return self.call_failed(name, reason, whole);
        }
        let reference = template.is_some_and(|template| match &template.kind {
            ExprKind::Variable(_) => true,
            ExprKind::Traversal { base, .. } => matches!(base.kind, ExprKind::Variable(_)),
            _ => false,
        });
        let kind = template.map(|template| &template.kind);
        let template = template.unwrap_or(whole);
        if !reference {
            let reason = match kind {
                Some(ExprKind::Template(_)) => {
                    "invalid template expression: templatestring is only for rendering templates retrieved dynamically \
                     from elsewhere; to render an inline template, consider using a plain template string expression"
                }
                Some(ExprKind::String(_)) => {
                    "invalid template expression: templatestring is only for rendering templates retrieved dynamically \
                     from elsewhere, and so does not support providing a literal template; consider using a template \
                     string expression instead"
                }
                _ => {
                    "invalid template expression: must be a direct reference to a single string from elsewhere, \
                     containing valid Terraform template syntax"
                }
            };
            return self.invalid_argument(name, "template", reason, template, whole);
        }
        // All of the variables count as used.
        let marks = text.marks.union(vars.all_marks());
        if vars.is_null() {
            return self.invalid_argument(name, "vars", "argument must not be null", vars_expr, whole);
        }
        if !vars.is_known() {
            let ty = if vars.ty() == Type::Dynamic { Type::Dynamic } else { Type::String };
            return Value::unknown(ty).marked(marks);
        }
        let text = match &text.content {
            Content::String(text) => text.clone(),
            Content::Unknown(..) => return Value::unknown(Type::String).marked(marks),
            _ => {
                let reason = "invalid template value: a string is required";
                return self.invalid_argument(name, "template", reason, template, whole);
            }
        };
        let value = self.rendered(name, ("<templatestring argument>", &text), &vars, vars_expr, whole);
        match convert(&value, &Type::String) {
            Ok(Value { content: Content::Null(_), .. }) => {
                let reason = "Template result is null; The result of the template is null, which is not a valid result \
                              for a templatestring call";
                self.call_failed(name, reason, whole)
            }
            Ok(text) => text.marked(marks),
            Err(error) => {
                let reason = format!("invalid template result: {error}");
                self.call_failed(name, &reason, whole)
            }
        }
    }

    fn invalid_argument(&mut self, name: &Name, parameter: &str, reason: &str, place: &Expr, whole: &Expr) -> Value {
        let detail = if reason.starts_with("Invalid value for ") {
            reason.to_string()
        } else {
            format!("Invalid value for {parameter:?} parameter: {reason}.")
        };
        self.fail_call(name, Fault::new("Invalid function argument", detail), place.span, whole)
    }

    /// The text of a template with its own names.
    fn rendered(&mut self, name: &Name, source: (&str, &str), vars: &Value, place: &Expr, whole: &Expr) -> Value {
        let (file, text) = source;
        let vars = match &vars.content {
            Content::Object(vars) | Content::Map(_, vars) => vars.clone(),
            Content::Unknown(..) => return Value::dynamic(),
            Content::Null(_) => return self.invalid_argument(name, "vars", "argument must not be null", place, whole),
            _ => return self.invalid_argument(name, "vars", "invalid vars value: must be a map", place, whole),
        };
        if let Some(bad) = vars.keys().find(|name| !syntax::is_identifier(name)) {
            let reason = format!(
                "invalid template variable name {bad:?}: must start with a letter, followed by zero or more letters, \
                 digits, and underscores"
            );
            return self.invalid_argument(name, "vars", &reason, place, whole);
        }
        let file: Arc<str> = file.into();
        let (template, troubles) = syntax::parse_template(file.clone(), text);
        if troubles.has_errors() {
            return self.template_failed(name, text, &troubles, whole);
        }
        if let Some((missing, place_of_name)) = missing_variable(&template, &vars, text) {
            let reason = format!("vars map does not contain key {missing:?}, referenced at {place_of_name}");
            return self.invalid_argument(name, "vars", &reason, place, whole);
        }
        let Some(rendering) = Rendering::inside(self.names.rendering()) else {
            return self.call_failed(name, &format!("{TOO_DEEP} {file}"), whole);
        };
        let names = TemplateNames { vars: &vars, outside: self.names, rendering };
        let (value, troubles) = Evaluation::run(&names, self.surroundings, &template, &[]);
        if troubles.has_errors() {
            return self.template_failed(name, text, &troubles, whole);
        }
        value
    }

    fn template_failed(&mut self, name: &Name, text: &str, troubles: &Diagnostics, whole: &Expr) -> Value {
        // Told once, not once for each template on the way.
        let too_deep = |t: &Diagnostic| t.detail.find(TOO_DEEP).and_then(|at| t.detail.get(at..)).map(str::to_string);
        if let Some(reason) = troubles.iter().find_map(too_deep) {
            return self.call_failed(name, reason.trim_end_matches('.'), whole);
        }
        let mut reason = String::new();
        for trouble in troubles.iter() {
            if !reason.is_empty() {
                reason.push_str("; ");
            }
            if let Some(range) = &trouble.subject {
                reason.push_str(&place_in(text, range));
                reason.push_str(": ");
            }
            reason.push_str(&format!("{}; {}", trouble.summary, trouble.detail.trim_end_matches('.')));
        }
        self.call_failed(name, &reason, whole)
    }
}

/// The first name that a template needs and its caller does not give, and where it stands.
fn missing_variable(template: &Expression, vars: &BTreeMap<Arc<str>, Value>, text: &str) -> Option<(String, String)> {
    let mut missing = None;
    free_traversals(&template.root, &mut Vec::new(), &mut |name, _, _| {
        if missing.is_none() && !vars.contains_key(&name.text) {
            missing = Some((name.text.to_string(), place_in(text, &name.span.of(&template.file))));
        }
    });
    missing
}

/// A place in a template, whose text no renderer of diagnostics has: `a.tftpl:3,5-9`.
fn place_in(text: &str, range: &Range) -> String {
    let before = text.get(..range.start as usize).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let inside = text.get(range.start as usize..range.end as usize).unwrap_or_default();
    format!("{}:{line},{column}-{}", range.file, column + inside.chars().count())
}

/// The names of a template: what the caller gave.
struct TemplateNames<'a> {
    vars: &'a BTreeMap<Arc<str>, Value>,
    outside: &'a dyn Names,
    rendering: Rendering,
}

/// So deep templates may render templates, as in OpenTofu; in Terraform not at all.
const MOST_DEEP: u32 = 1024;
/// So many templates one call may render: depth alone does not bound them.
const MOST_RENDERED: u32 = 100_000;
const TOO_DEEP: &str = "maximum recursion depth 1024 reached in";

/// Where in a tree of templates one is rendered.
pub(crate) struct Rendering {
    depth: u32,
    /// Templates of the whole tree so far.
    rendered: Rc<Cell<u32>>,
}

impl Rendering {
    fn inside(outer: Option<&Rendering>) -> Option<Rendering> {
        let Some(outer) = outer else {
            return Some(Rendering { depth: 0, rendered: Rc::new(Cell::new(1)) });
        };
        let rendered = outer.rendered.get() + 1;
        outer.rendered.set(rendered);
        (outer.depth < MOST_DEEP && rendered <= MOST_RENDERED)
            .then(|| Rendering { depth: outer.depth + 1, rendered: outer.rendered.clone() })
    }
}

impl Names for TemplateNames<'_> {
    fn resolve(&self, name: &Name, _: &[Step], file: &Arc<str>) -> Resolved {
        match self.vars.get(&name.text) {
            Some(value) => Resolved::Found { value: value.clone(), used: 0 },
            None => {
                let suggestion = did_you_mean(&name.text, self.vars.keys().map(AsRef::as_ref));
                let detail = format!("vars map does not contain key {:?}.{suggestion}", name.text);
                Resolved::Wrong(Diagnostic::error("Missing template variable", detail).at(name.span.of(file)))
            }
        }
    }

    fn provider_function(&self, local: &str, function: &str) -> Found<'_> {
        self.outside.provider_function(local, function)
    }

    fn rendering(&self) -> Option<&Rendering> {
        Some(&self.rendering)
    }
}
