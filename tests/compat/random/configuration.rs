//! Small configurations: a module with variables, local values, resources and a module of its own.

use super::expression::{Named, Ty, Writer};
use super::source::Source;
use std::fmt::Write;

/// One configuration, as a module `c<number>` of some root module.
pub struct Configuration {
    /// Files, relative to the directory of the root module.
    pub files: Vec<(String, String)>,
    /// The call, for the root module.
    pub call: String,
}

/// The configuration of a seed. The same seed gives the same text but for the name of the module.
pub fn configuration(seed: u64, module: &str) -> Configuration {
    let mut source = Source::new(seed);
    let mut call = format!("module \"{module}\" {{\n  source = \"./{module}\"\n");
    let mut main = String::new();
    let mut writer = Writer { source: &mut source, scope: Vec::new(), fresh: 0, known_only: false };

    // Values are given in the root module, where no name is in scope yet.
    let mut variables = Vec::new();
    for number in 0..1 + writer.source.below(3) {
        let ty = Ty::any(writer.source, 2);
        let constraint = ty.constraint(writer.source);
        let mut given = writer.expression(&ty, 2);
        let mut arguments = format!("  type = {constraint}\n");
        if writer.source.percent(30) {
            let _ = writeln!(arguments, "  default = {}", writer.constant(&ty));
        }
        if writer.source.percent(15) {
            arguments.push_str("  nullable = false\n");
        }
        // What is equal to a secret is masked wherever it stands, which Terraform does not do: a secret is like nothing else.
        if ty == Ty::Text && writer.source.percent(30) {
            given = format!("\"secret number {seed}\"");
            let default = if arguments.contains("default") { format!("  default = {given}\n") } else { String::new() };
            arguments = format!("  type = string\n{default}  sensitive = true\n");
        }
        if !arguments.contains("default") || writer.source.percent(50) {
            let _ = writeln!(call, "  v{number} = {given}");
        }
        let _ = writeln!(main, "variable \"v{number}\" {{\n{arguments}}}");
        variables.extend(parts(&format!("var.v{number}"), &ty, true));
    }
    writer.scope = variables;

    let mut locals = String::from("locals {\n");
    for number in 0..2 + writer.source.below(3) {
        let ty = Ty::any(writer.source, 2);
        let value = writer.expression(&ty, 4);
        let _ = writeln!(locals, "  l{number} = {value}");
        writer.scope.extend(parts(&format!("local.l{number}"), &ty, true));
    }
    if writer.source.percent(40) {
        let _ = writeln!(locals, "  lines = {}", heredoc(&mut writer));
        writer.scope.push(Named::known("local.lines", Ty::Text));
    }
    let _ = writeln!(main, "{locals}}}");

    for number in 0..1 + writer.source.below(3) {
        resource(&mut writer, &mut main, number);
    }

    let mut files = Vec::new();
    if writer.source.percent(60) {
        child(&mut writer, &mut main, module, &mut files);
    }
    if writer.source.percent(70) {
        let ty = Ty::any(writer.source, 2);
        let value = writer.expression(&ty, 3);
        let _ = writeln!(main, "output \"out\" {{\n  value = {value}\n}}");
    }
    call.push_str("}\n");
    files.push((format!("{module}/main.tf"), main));
    Configuration { files, call }
}

fn resource(writer: &mut Writer<'_>, main: &mut String, number: usize) {
    let before = writer.scope.len();
    let mut head = String::new();
    let mut own = Vec::new();
    let ty = Ty::any(writer.source, 2);
    match writer.source.below(4) {
        0 => {
            let count = writer.source.below(3);
            head = format!("  count = {count}\n");
            writer.scope.push(Named::known("count.index", Ty::Number));
            if count > 0 {
                own.push(Named::unknown(format!("terraform_data.r{number}[0].output"), ty.clone()));
                own.push(Named::unknown(format!("terraform_data.r{number}[*].id"), Ty::List(Box::new(Ty::Text))));
            }
        }
        1 => {
            let inner = Ty::object(writer.source, 1);
            let entries: Vec<String> = ["x", "y", "ž"]
                .iter()
                .take(1 + writer.source.below(3))
                .map(|key| format!("{key:?} = {}", writer.expression(&inner, 2)))
                .collect();
            head = format!("  for_each = {{ {} }}\n", entries.join(", "));
            writer.scope.push(Named::known("each.key", Ty::Text));
            writer.scope.push(Named::unknown("each.value", inner));
            own.push(Named::unknown(format!("terraform_data.r{number}[\"x\"].output"), ty.clone()));
            own.push(Named::unknown(format!("tolist(keys(terraform_data.r{number}))"), Ty::List(Box::new(Ty::Text))));
        }
        _ => {
            own.push(Named::unknown(format!("terraform_data.r{number}.output"), ty.clone()));
            own.push(Named::unknown(format!("terraform_data.r{number}.id"), Ty::Text));
        }
    }
    let input = writer.expression(&ty, 3);
    let _ = writeln!(main, "resource \"terraform_data\" \"r{number}\" {{\n{head}  input = {input}");
    if writer.source.percent(30) {
        let ty = Ty::any(writer.source, 1);
        let _ = writeln!(main, "  triggers_replace = {}", writer.expression(&ty, 2));
    }
    main.push_str("}\n");
    writer.scope.truncate(before);
    writer.scope.extend(own);
}

/// A template over several lines.
fn heredoc(writer: &mut Writer<'_>) -> String {
    let (condition, text) = (writer.expression(&Ty::Bool, 1), writer.expression(&Ty::Text, 1));
    let list = writer.expression(&Ty::List(Box::new(Ty::Number)), 1);
    let strip = writer.source.of(&["", "~"]);
    format!(
        "<<-EOT\n      first ${{{text}}}\n        %{{ if {condition} {strip}}}\n      then\n        %{{ else }}\n      else\n      %{{ endif {strip}}}\n\n      %{{ for n in {list} {strip}}}\n      item ${{n}}\n      %{{ endfor {strip}}}\n    EOT"
    )
}

/// A module of the module, called with `for_each` over a map of objects, once, or with `count`.
fn child(writer: &mut Writer<'_>, main: &mut String, module: &str, files: &mut Vec<(String, String)>) {
    let ty = Ty::object(writer.source, 1);
    let constraint = ty.constraint(writer.source);
    let before = writer.scope.len();
    let (head, one) = match writer.source.below(3) {
        0 => {
            let entries: Vec<String> = ["p", "q"]
                .iter()
                .take(1 + writer.source.below(2))
                .map(|key| format!("{key} = {}", writer.expression(&ty, 2)))
                .collect();
            writer.scope.push(Named::unknown("each.value", ty.clone()));
            writer.scope.push(Named::known("each.key", Ty::Text));
            (format!("  for_each = {{ {} }}\n", entries.join(", ")), "module.inner[\"p\"].made")
        }
        1 => {
            writer.scope.push(Named::known("count.index", Ty::Number));
            (format!("  count = {}\n", 1 + writer.source.below(2)), "module.inner[0].made")
        }
        _ => (String::new(), "module.inner.made"),
    };
    let given = writer.expression(&ty, 2);
    let _ = writeln!(main, "module \"inner\" {{\n  source = \"./inner\"\n{head}  settings = {given}\n}}");
    writer.scope.truncate(before);

    let mut inside = Writer { source: writer.source, scope: Vec::new(), fresh: 0, known_only: false };
    inside.scope = parts("var.settings", &ty, false);
    let mut text = format!("variable \"settings\" {{\n  type = {constraint}\n}}\n");
    resource(&mut inside, &mut text, 0);
    let made = Ty::any(inside.source, 2);
    let value = inside.expression(&made, 3);
    let _ = writeln!(text, "output \"made\" {{\n  value = {value}\n}}");
    files.push((format!("{module}/inner/main.tf"), text));
    writer.scope.push(Named::unknown(one, made));
}

/// A name, and its attributes.
pub fn parts(text: &str, ty: &Ty, known: bool) -> Vec<Named> {
    let mut all = vec![Named { text: text.into(), ty: ty.clone(), known }];
    if let Ty::Object(attributes) = ty {
        all.extend(attributes.iter().map(|(name, ty)| Named { text: format!("{text}.{name}"), ty: ty.clone(), known }));
    }
    all
}
