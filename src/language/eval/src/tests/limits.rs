//! Size and depth: no text overflows the stack, and sizes at which a quadratic cost would not end.

use super::support::{answer, load, run, settings, told};
use crate::functions::{Entry, FileSource};
use crate::{Evaluator, Phase};
use std::fmt::Write;
use std::sync::Arc;

#[test]
fn long_chains() {
    let loaded = load("");
    let (evaluator, _) = run(&loaded, &[]);
    let n = 20_000;
    let sum = vec!["1"; n].join(" + ");
    assert_eq!(answer(&evaluator, &sum), n.to_string());
    assert_eq!(answer(&evaluator, &vec!["true"; n].join(" && ")), "true");
    let template = format!("\"{}\"", "${\"a\"}".repeat(n));
    assert_eq!(answer(&evaluator, &template).len(), n + 2);
}

#[test]
fn the_deepest_nesting_that_parses() {
    let loaded = load("");
    let (evaluator, _) = run(&loaded, &[]);
    let depth = syntax::MAX_NESTING as usize - 10;
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{ a = ", "}"), ("[for x in [1] : ", "]"), ("max(", ")"), ("-(", ")")]
    {
        let text = format!("{}1{}", open.repeat(depth / 4), close.repeat(depth / 4));
        assert!(!answer(&evaluator, &text).contains("Error"), "{open}");
    }
    let chain = format!("{}2", "true ? 1 : ".repeat(depth / 4));
    assert_eq!(answer(&evaluator, &chain), "1");
}

#[test]
fn ten_thousand_instances_that_refer_to_ten_thousand() {
    let loaded = load(
        "resource \"terraform_data\" \"a\" { count = 10000 }
         resource \"terraform_data\" \"b\" {
           count = 10000
           input = terraform_data.a[count.index].id
         }
         locals { all = { for i, r in terraform_data.b : i => r.id } }",
    );
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert!(diagnostics.is_empty(), "{}", told(&diagnostics));
    assert_eq!(answer(&evaluator, "length(local.all)"), "10000");
}

#[test]
fn many_modules() {
    let mut text = String::new();
    for i in 0..300 {
        let before = if i == 0 { "0".to_string() } else { format!("module.m{}.next", i - 1) };
        let _ = writeln!(text, "module \"m{i}\" {{\nsource = \"./m\"\nat = {before}\n}}");
    }
    text.push_str("#- m/main.tf\nvariable \"at\" {}\noutput \"next\" { value = var.at + 1 }\n");
    let loaded = load(&text);
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert!(diagnostics.is_empty(), "{}", told(&diagnostics));
    assert_eq!(answer(&evaluator, "module.m299.next"), "300");
}

#[test]
fn ten_thousand_errors_are_no_ten_thousand_lookups() {
    let loaded = load("locals { l = [for i in range(1000) : { a = i }] }");
    let (evaluator, _) = run(&loaded, &[]);
    let text = answer(&evaluator, "[for x in local.l : local.l[x.a].b]");
    assert_eq!(text.matches("Error").count(), 1000);
}

/// Templates may render templates, up to a limit; what has no end ends in one clear error.
#[test]
fn templates_that_render_themselves() {
    let rendered = std::thread::Builder::new().stack_size(256 << 20).spawn(|| {
        let loaded = load("");
        let settings = crate::Settings { files: Arc::new(Templates), ..settings(Phase::Plan) };
        let evaluator = Evaluator::new(loaded.tree.clone(), settings);
        assert_eq!(answer(&evaluator, "templatefile(\"down.tftpl\", { n = 3 })"), "\"....\"");
        assert_eq!(answer(&evaluator, "length(templatefile(\"down.tftpl\", { n = 1024 }))"), "1025");
        for (file, endless) in [("down.tftpl", "{ n = 1025 }"), ("endless.tftpl", "{}"), ("twice.tftpl", "{}")] {
            assert_eq!(
                answer(&evaluator, &format!("templatefile({file:?}, {endless})")),
                format!(
                    "Error: Error in function call: Call to function \"templatefile\" failed: maximum recursion depth \
                     1024 reached in {file}."
                )
            );
        }
    });
    rendered.unwrap().join().unwrap();
}

struct Templates;

impl FileSource for Templates {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let text = match path.trim_start_matches("./") {
            "good.tftpl" => "Hello ${name}!\n%{ for x in list ~}\n- ${upper(x)}\n%{ endfor ~}\n",
            "value.tftpl" => "${name}",
            "bad.tftpl" => "Hello ${name\n",
            "endless.tftpl" => "x${templatefile(\"endless.tftpl\", {})}",
            "twice.tftpl" => "${templatefile(\"twice.tftpl\", {})}${templatefile(\"twice.tftpl\", {})}",
            "down.tftpl" => "${n == 0 ? \"\" : templatefile(\"down.tftpl\", { n = n - 1 })}.",
            "nested.tftpl" => "${templatefile(\"value.tftpl\", {name = 1})}",
            "wrong.tftpl" => "line\n  ${name.x}",
            _ => return Err(format!("no file exists at {path:?}")),
        };
        Ok(text.as_bytes().into())
    }

    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(true)
    }

    fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        Ok(Vec::new())
    }
}

#[test]
fn template_files() {
    let loaded = load("");
    let settings = crate::Settings { files: Arc::new(Templates), ..settings(Phase::Plan) };
    let evaluator = Evaluator::new(loaded.tree.clone(), settings);
    for (text, expected) in [
        (
            "jsonencode(templatefile(\"good.tftpl\", { name = \"you\", list = [\"a\", \"b\"] }))",
            "\"\\\"Hello you!\\\\n- A\\\\n- B\\\\n\\\"\"",
        ),
        ("templatefile(\"${path.module}/value.tftpl\", { name = [1] })[0]", "1"),
        ("templatefile(\"value.tftpl\", { name = sensitive(1) })", "(sensitive value)"),
        ("templatefile(\"value.tftpl\", sensitive({ name = 1 }))", "(sensitive value)"),
        (
            "templatefile(\"value.tftpl\", {})",
            "Error: Invalid function argument: Invalid value for \"vars\" parameter: vars map does not contain key \"name\", \
             referenced at value.tftpl:1,3-7.",
        ),
        (
            "templatefile(\"wrong.tftpl\", { name = 1 })",
            "Error: Error in function call: Call to function \"templatefile\" failed: wrong.tftpl:2,10-11: Unsupported \
             attribute; Can't access attributes on a primitive-typed value (number).",
        ),
        ("templatefile(\"nested.tftpl\", {})", "1"),
        (
            "templatefile(\"value.tftpl\", { name = 1 }, 2)",
            "Error: Too many function arguments: Function \"templatefile\" expects only 2 argument(s).",
        ),
    ] {
        assert_eq!(answer(&evaluator, text), expected, "{text}");
    }
    assert!(
        answer(&evaluator, "templatefile(\"bad.tftpl\", {})").starts_with("Error: Error in function call: Call to")
    );
}
