//! Size and depth: no text overflows the stack, and sizes at which a quadratic cost would not end.

use super::support::{answer, load, run, settings, summaries, told};
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

/// On a stack as large as that of the command line: values are walked on it.
#[test]
fn thousands_of_levels() {
    std::thread::Builder::new().stack_size(1 << 30).spawn(nest).unwrap().join().unwrap();
}

fn nest() {
    let loaded = load("");
    let (evaluator, _) = run(&loaded, &[]);
    let depth = 3_000;
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{ a = ", "1", "}"),
        ("[for x in [1] : ", "1", "]"),
        ("max(", "1", ")"),
        ("-(", "1", ")"),
        ("\"${", "1", "}\""),
        ("true ? 1 : ", "2", ""),
        ("[1][", "0", "] - 1"),
    ] {
        let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
        let told = answer(&evaluator, &text);
        assert!(!told.contains("Error"), "{open}: {}", told.chars().take(300).collect::<String>());
    }
    assert!(answer(&evaluator, &format!("[for x in [{}] : 1]", "[".repeat(3) + "1" + &"]".repeat(3))).contains('1'));
    let split = format!("length([1]{})", "[*]".repeat(depth));
    assert_eq!(answer(&evaluator, &split), "1");
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

/// What would take all memory, or never end, is told instead.
#[test]
fn results_that_nobody_wants() {
    let mut text =
        String::from("locals {\n  t0 = join(\"\", [for i in range(1000) : \"0123456789\"])\n  n0 = range(1000)\n");
    for i in 0..40 {
        let _ = writeln!(text, "  t{} = \"${{local.t{i}}}${{local.t{i}}}\"", i + 1);
    }
    text.push_str("  long = join(\"\", [for i in range(100) : local.t0])\n  unknown = terraform_data.x.id\n}\n");
    text.push_str("resource \"terraform_data\" \"x\" {}\n");
    let loaded = load(&text);
    let (evaluator, diagnostics) = run(&loaded, &[]);
    // Told where it happens, not forty times.
    assert_eq!(summaries(&diagnostics), vec!["Template result too long"; summaries(&diagnostics).len()]);
    assert!((1..=32).contains(&diagnostics.len()), "{}", diagnostics.len());
    for (text, expected) in [
        ("range(1e9)", "more than 1024 values were generated"),
        ("range(0, 1e400)", "more than 1024 values were generated"),
        ("format(\"%1000000001d\", 1)", "width or precision too large"),
        ("format(\"%.1000000001f\", 1)", "width or precision too large"),
        ("indent(1000001, \"a\")", "more than a million spaces"),
        ("replace(local.long, \"0\", local.t0)", "longer than 256 MiB"),
        ("join(local.long, range(1000))", "longer than 256 MiB"),
        ("setproduct(local.n0, local.n0, local.n0, local.n0)", "more than 16 million elements"),
        ("length(setproduct(local.n0, local.n0, local.n0, []))", "0"),
        ("substr(local.long, 999990, 9223372036854775807)", "\"0123456789\""),
        ("slice(local.n0, 0, 9223372036854775807)", "end index must not be greater than the length"),
        ("pow(10, 1e9)", "+Inf"),
        ("[for a in local.n0 : [for b in local.n0 : [for c in local.n0 : a]]]", "more than 16 million elements"),
        ("try([for a in local.n0 : [for b in local.n0 : b]], 1)", "more than 16 million elements"),
        ("{ for a in local.n0 : a => [for b in local.n0 : { (b) = a }] }", "more than 16 million elements"),
        ("\"%{ for a in local.n0 }%{ for b in local.n0 }%{ endfor }%{ endfor }\"", "more than 16 million elements"),
        ("[for a in range(20) : [for b in range(200) : range(1000)]]", "more than 2 GiB"),
        ("[for a in range(200) : \"${local.long}${a}\"]", "more than 2 GiB"),
        ("[for a in range(200) : upper(local.long)]", "more than 2 GiB"),
        ("\"%{ for a in range(200) }${local.long}%{ endfor }\"", "longer than 256 MiB"),
        ("\"%{ for a in range(200) }${local.long}${local.unknown}%{ endfor }\"", "longer than 256 MiB"),
        ("formatlist(\"%99999s\", local.n0)", "longer than 256 MiB"),
        ("split(\"\", local.long)", "more than 16 million elements"),
        ("regexall(\".\", local.long)", "more than 16 million elements"),
        ("jsondecode(\"[${replace(local.long, \"0\", \"0,0,0,0,\")}]\")", "more than 16"),
        ("csvdecode(replace(local.long, \"0\", \",,,,\"))", "more than 16"),
        ("parseint(local.long, 62)", "more than 100000 digits"),
        // What is thrown away in each round does not count.
        ("length([for a in range(30) : length([for b in range(50) : length(range(1000))])])", "30"),
        ("length([for a in range(80) : length(keys({ (upper(local.long)) = a }))])", "80"),
    ] {
        let got = answer(&evaluator, text);
        assert!(got.contains(expected), "{text}: {}", got.chars().take(300).collect::<String>());
    }
}
/// Quadratic functions would take minutes: twenty thousand elements.
#[test]
fn functions_of_many_elements() {
    let loaded = load(
        "locals {
           n = flatten([for i in range(20) : [for j in range(1000) : i * 1000 + j]])
           l = tolist(local.n)
           s = [for i in local.l : \"k${i}\"]
           m = { for k in local.s : k => k }
           t = join(\",\", local.s)
         }",
    );
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert!(!diagnostics.has_errors(), "{}", told(&diagnostics));
    for text in [
        "length(distinct(concat(local.l, local.l)))",
        "length(toset(local.s))",
        "length(setunion(local.s, local.s))",
        "length(setsubtract(local.s, [\"k1\"])) + 1",
        "length(setintersection(local.s, local.s))",
        "length(merge(local.m, local.m))",
        "length(keys(local.m))",
        "length(values(tomap(local.m)))",
        "length(zipmap(local.s, local.l))",
        "length(flatten([for x in local.n : [[x]]]))",
        "length(compact(local.s))",
        "length(sort(local.s))",
        "length(reverse(local.l))",
        "length(slice(local.n, 0, 20000))",
        "length(chunklist(local.l, 1))",
        "length(matchkeys(local.s, local.l, local.l))",
        "length(setproduct(local.s, [1]))",
        "length(transpose({ for k in local.s : k => [k] }))",
        "length(split(\",\", local.t))",
        "length(regexall(\"k[0-9]+\", local.t))",
        "length(formatlist(\"%s\", local.s))",
        "length(jsondecode(jsonencode(local.s)))",
        "length(yamldecode(yamlencode(local.s)))",
        "length(csvdecode(join(\"\\n\", concat([\"a\"], local.s))))",
        "length(tolist(local.s))",
        "length(tomap(local.m))",
        "length(nonsensitive(sensitive(local.l)))",
        "length([for k, v in local.m : v if k == v])",
        "max(local.l...) + 1",
        "sum([for x in local.l : 1])",
        "index(local.l, 19999) + 1",
        "element(local.l, 19999) + 1",
        "lookup(local.m, \"k19999\") == \"\" ? 0 : 20000",
        "local.n == local.n ? 20000 : 0",
    ] {
        assert_eq!(answer(&evaluator, text), "20000", "{text}");
    }
}

/// Every local holds the one before it twice: little memory, more elements than anybody can walk.
#[test]
fn values_that_hold_each_other() {
    let mut text = String::from("locals {\n  a0 = [1, 2]\n  o0 = { a = 1 }\n");
    for i in 1..60 {
        let _ =
            writeln!(text, "  a{i} = [local.a{0}, local.a{0}]\n  o{i} = {{ a = local.o{0}, b = local.o{0} }}", i - 1);
    }
    text.push_str("}\n");
    let loaded = load(&text);
    let (evaluator, diagnostics) = run(&loaded, &[]);
    // Told where it happens: what refers to the value is not known, and begins anew.
    assert_eq!(summaries(&diagnostics), ["Expression result too large"; 6]);
    assert_eq!(answer(&evaluator, "length(local.a15)"), "2");
}

/// Each is told; comparing each with all before it took seconds for a few thousand.
#[test]
fn ten_thousand_wrong_names() {
    let loaded = load("");
    let (evaluator, _) = run(&loaded, &[]);
    let text = answer(&evaluator, &format!("[{}]", "wrong, ".repeat(20_000)));
    assert_eq!(text.matches("Error").count(), 20_000);
}
