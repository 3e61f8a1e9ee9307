//! What newer versions of Terraform and OpenTofu have: what it means.

use super::support::{Texts, answer, load, run, settings, summaries, told};
use crate::{Expansion, Phase, StaticSources, VariableInput};
use addrs::ModuleInstance;
use config::Sources;
use std::collections::BTreeMap;
use value::Value;

fn said(fixture: &str) -> Vec<String> {
    let loaded = load(fixture);
    summaries(&run(&loaded, &[]).1)
}

#[test]
fn enabled_resources() {
    for (argument, expected) in [
        ("true", "Single"),
        ("\"false\"", "Disabled"),
        ("terraform.workspace == \"x\"", "Disabled"),
        ("null", "The given \"enabled\" argument value is null. True or false is required."),
        ("sensitive(true)", "Whether there is an instance shows in every plan"),
        ("terraform.applying", "The given \"enabled\" is derived from an ephemeral value"),
        ("1", "The given \"enabled\" argument value is unsuitable: bool required."),
        ("terraform_data.later.id == \"\"", "The \"enabled\" value depends on resource attributes"),
    ] {
        let loaded = load(&format!(
            "resource \"terraform_data\" \"later\" {{}}
             resource \"terraform_data\" \"a\" {{
               input = 1
               lifecycle {{
                 enabled = {argument}
               }}
             }}"
        ));
        let (evaluator, _) = run(&loaded, &[]);
        let block = loaded.tree.root().unwrap().resources.values().find(|r| r.addr.name.as_ref() == "a").unwrap();
        let (expansion, diagnostics) = evaluator.expand_resource(&ModuleInstance::ROOT, block);
        let found = match &expansion {
            Expansion::Unknown(awaited) => {
                let refusal = awaited.iter().map(|awaited| &awaited.refusal);
                diagnostics.iter().chain(refusal).map(|d| d.detail.clone()).collect::<String>()
            }
            known => format!("{known:?}"),
        };
        assert!(found.starts_with(expected), "{argument}: {found}");
    }
}

#[test]
fn what_is_not_enabled_is_null() {
    let loaded = load(
        "resource \"terraform_data\" \"a\" {
           input = 1
           lifecycle {
             enabled = false
           }
         }
         module \"m\" {
           source = \"./m\"
           lifecycle {
             enabled = false
           }
         }
         module \"n\" {
           source = \"./m\"
           lifecycle {
             enabled = true
           }
         }
         #- m/main.tf
         output \"o\" { value = 5 }",
    );
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert_eq!(told(&diagnostics), "");
    for (text, expected) in [
        ("terraform_data.a == null", "true"),
        ("module.m == null", "true"),
        ("module.n.o", "5"),
        ("try(module.m.o, \"none\")", "\"none\""),
        ("terraform_data.a != null ? terraform_data.a.input : 7", "7"),
    ] {
        assert_eq!(answer(&evaluator, text), expected, "{text}");
    }
}

#[test]
fn deprecated_things_warn_where_they_are_used() {
    let module = "#- m/main.tf
         variable \"old\" {
           default    = 1
           deprecated = \"Use new.\"
         }
         output \"old\" {
           value      = 1
           deprecated = \"Use new.\"
         }";
    let warnings = ["Deprecated output", "Deprecated output", "Deprecated variable"];
    let uses = "locals { x = module.m.old }
         output \"y\" { value = module.m.old }";
    assert_eq!(said(&format!("module \"m\" {{\nsource = \"./m\"\nold = 2\n}}\n{uses}\n{module}")), warnings);
    assert_eq!(
        said(&format!("module \"m\" {{\nsource = \"./m\"\n}}\nlocals {{ x = module.m }}\n{module}")),
        Vec::<String>::new()
    );
    // Whoever calls a module need not hear what it uses.
    let between = "#- between/main.tf
         module \"m\" {
           source = \"./m\"
           old    = 2
         }
         #- between/m/main.tf
         variable \"old\" {
           default    = 1
           deprecated = \"Use new.\"
         }";
    assert_eq!(said(&format!("module \"b\" {{\nsource = \"./between\"\n}}\n{between}")), ["Deprecated variable"]);
    let silent = "module \"b\" {\nsource = \"./between\"\nignore_nested_deprecations = true\n}";
    assert_eq!(said(&format!("{silent}\n{between}")), Vec::<String>::new());
    let root = load("variable \"old\" {\ndefault = 1\ndeprecated = \"Use new.\"\n}");
    assert_eq!(summaries(&run(&root, &[]).1), Vec::<String>::new());
    assert_eq!(summaries(&run(&root, &[("old", VariableInput::Value(Value::int(1)))]).1), ["Deprecated variable"]);
}

#[test]
fn attributes_that_the_type_does_not_have() {
    let loaded = load(
        "module \"m\" {
           source = \"./m\"
           v      = { list = [{ a = 1, bb = 2 }], map = { k = { c = 1 } }, extra = 1, whole = local.more }
         }
         locals { more = { a = 1, unused = 2 } }
         #- m/main.tf
         variable \"v\" {
           type = object({
             list  = list(object({ a = number, b = optional(number) }))
             map   = map(object({ c = number }))
             whole = object({ a = number })
           })
         }",
    );
    assert_eq!(
        told(&run(&loaded, &[]).1),
        "Error: Object attribute is not used: The type of variable \"v\" has no attribute \"bb\" in var.v.list[0], so that \
         this value is not used. Did you mean \"b\"? \
         Error: Object attribute is not used: The type of variable \"v\" has no attribute \"extra\" in var.v, so that this \
         value is not used."
    );
}

#[test]
fn outputs_of_a_type() {
    let loaded = load(
        "module \"m\" { source = \"./m\" }
         #- m/main.tf
         output \"o\" {
           value = { a = \"1\" }
           type  = object({ a = number, b = optional(string, \"x\") })
         }
         output \"wrong\" {
           value = [1]
           type  = number
         }",
    );
    let (evaluator, diagnostics) = run(&loaded, &[]);
    assert_eq!(summaries(&diagnostics), ["Invalid output value"]);
    assert_eq!(answer(&evaluator, "[module.m.o.a + 1, module.m.o.b]"), "[\n  2,\n  \"x\",\n]");
}

#[test]
fn checks_only_warn() {
    let check = |condition: &str| {
        said(&format!(
            "variable \"v\" {{ default = 1 }}
             resource \"terraform_data\" \"later\" {{}}
             check \"c\" {{
               assert {{
                 condition     = {condition}
                 error_message = \"v is ${{var.v}}.\"
               }}
             }}"
        ))
    };
    assert_eq!(check("var.v == 1"), Vec::<String>::new());
    assert_eq!(check("var.v == 2"), ["Check block assertion failed"]);
    assert_eq!(check("terraform_data.later.id == \"\""), ["Check block assertion known after apply"]);
    assert_eq!(check("var.v == null ? null : [var.v][1]"), ["Invalid index"]);
}

#[test]
fn data_sources_of_checks_stay_in_there() {
    let fixture = "check \"c\" {
           data \"a_b\" \"d\" {}
           assert {
             condition     = data.a_b.d.x == 1
             error_message = \"x\"
           }
         }
         output \"o\" { value = data.a_b.d.x }";
    assert_eq!(said(fixture), ["Reference to scoped resource", "Check block assertion known after apply"]);
}

#[test]
fn constants_before_anything_is_loaded() {
    let fixture = [
        (
            "main.tf",
            "variable \"a\" { default = \"x\" }\nvariable \"s\" {\n  default   = \"m\"\n  sensitive = true\n}\nlocals { dir = \"./${var.a}\" }\nresource \"r_s\" \"t\" {}\nmodule \"m\" {\n  source = SOURCE\n  given  = \"inner\"\n  fixed  = \"f\"\n}\n",
        ),
        (
            "x/main.tf",
            "variable \"given\" {}\nvariable \"fixed\" { const = true }\nmodule \"n\" { source = \"./${var.given}\" }\n",
        ),
        ("x/inner/main.tf", ""),
        ("y/main.tf", "variable \"given\" {}\nvariable \"fixed\" {}\n"),
    ];
    let load = |source: &str, given: &[(&str, &str)]| {
        let files = fixture.iter().map(|(name, text)| (*name, text.replace("SOURCE", source))).collect();
        let inner = Texts(files);
        let variables =
            given.iter().map(|(name, text)| ((*name).into(), VariableInput::Text((*text).into(), "-var".into())));
        let variables: BTreeMap<_, _> = variables.collect();
        let sources = StaticSources { inner: &inner, settings: settings(Phase::Plan), variables };
        assert!(sources.module_files("x").is_ok());
        let (tree, _, diagnostics) = config::load(&sources, ".");
        let modules: Vec<String> = tree.modules.values().map(|module| module.dir.to_string()).collect();
        (modules.join(" "), told(&diagnostics))
    };
    for (source, given, modules, expected) in [
        ("local.dir", &[][..], ". x x/inner", ""),
        ("\"./${var.a}\"", &[("a", "y")][..], ". y", ""),
        ("path.module == \".\" ? \"./y\" : \"./x\"", &[][..], ". y", ""),
        (
            "\"./${r_s.t.id}\"",
            &[][..],
            ".",
            "Error: Value not known in advance: Which modules there are is decided before anything is planned. Only \
             variables, local values made from them, path and terraform.workspace are known by then.",
        ),
        (
            "\"./${var.s}\"",
            &[][..],
            ".",
            "Error: Invalid module source: The source of a module is written down where modules are installed, so that it \
             must not be made from sensitive or ephemeral values.",
        ),
        (
            "\"./${var.b}\"",
            &[][..],
            ".",
            "Error: Reference to undeclared input variable: An input variable with the name \"b\" has not been declared. \
             This variable can be declared with a variable \"b\" {} block.",
        ),
        (
            "var.a == \"x\" ? \"\" : \"y\"",
            &[][..],
            ".",
            "Error: Invalid module source address: The source of a module must be a text that is not empty.",
        ),
    ] {
        assert_eq!(load(source, given), (modules.to_string(), expected.to_string()), "{source}");
    }
}

#[test]
fn what_guards_against_destroys() {
    for (argument, expected) in [
        ("true", (true, "")),
        ("var.v", (true, "")),
        ("!var.v", (false, "")),
        ("null", (false, "")),
        ("terraform_data.later.id == \"\"", (true, "Invalid prevent_destroy argument")),
        ("\"maybe\"", (true, "Invalid prevent_destroy argument")),
        ("terraform.applying", (true, "Invalid prevent_destroy argument")),
    ] {
        let loaded = load(&format!(
            "variable \"v\" {{ default = true }}
             resource \"terraform_data\" \"later\" {{}}
             resource \"terraform_data\" \"a\" {{
               lifecycle {{
                 prevent_destroy = {argument}
               }}
             }}"
        ));
        let (evaluator, _) = run(&loaded, &[]);
        let block = loaded.tree.root().unwrap().resources.values().find(|r| r.addr.name.as_ref() == "a").unwrap();
        let (prevents, diagnostics) = evaluator.prevents_destroy(&ModuleInstance::ROOT, block);
        assert_eq!((prevents, summaries(&diagnostics).concat().as_str()), expected, "{argument}");
    }
}
