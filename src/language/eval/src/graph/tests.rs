use crate::ExprNode;
use crate::tests::support::{Loaded, load, rendered, told};
use std::collections::BTreeSet;

fn dependencies(loaded: &Loaded) -> Vec<String> {
    let graph = &loaded.graph;
    let line = |i: usize| {
        let names: Vec<String> = graph.dependencies[i].iter().map(|d| graph.nodes[*d].to_string()).collect();
        format!("{} ← {}", graph.nodes[i], names.join(", "))
    };
    (0..graph.nodes.len()).map(line).collect()
}

/// Every managed resource and data source that a node waits for, through whatever, itself excluded.
fn resources_before(loaded: &Loaded, node: usize) -> BTreeSet<String> {
    let graph = &loaded.graph;
    let mut seen = BTreeSet::new();
    let mut pending = graph.dependencies_of(node).to_vec();
    while let Some(next) = pending.pop() {
        if seen.insert(next) {
            pending.extend(graph.dependencies_of(next));
        }
    }
    let resources = seen.into_iter().map(|i| &graph.nodes[i]).filter(|n| matches!(n, ExprNode::Resource(_)));
    resources.map(ToString::to_string).collect()
}

#[test]
fn one_node_for_each_declaration() {
    let loaded = load(
        "variable \"a\" {}
         locals { l = var.a }
         module \"m\" {
           source = \"./m\"
           for_each = toset([local.l])
           x = terraform_data.t.id
         }
         resource \"terraform_data\" \"t\" { input = local.l }
         output \"o\" { value = module.m[\"k\"].y }
         output \"all\" { value = module.m }
         #- m/main.tf
         variable \"x\" {}
         resource \"terraform_data\" \"inner\" { input = var.x }
         output \"y\" { value = var.x }",
    );
    assert!(loaded.diagnostics.is_empty(), "{}", told(&loaded.diagnostics));
    assert_eq!(
        dependencies(&loaded),
        [
            "var.a ← ",
            "local.l ← var.a",
            "provider[\"terraform.io/builtin/terraform\"] ← ",
            "terraform_data.t ← local.l, provider[\"terraform.io/builtin/terraform\"]",
            "output.all ← module.m (close)",
            "output.o ← module.m (expand), module.m.output.y",
            "module.m (expand) ← local.l",
            "module.m.var.x ← terraform_data.t, module.m (expand)",
            "module.m.terraform_data.inner ← provider[\"terraform.io/builtin/terraform\"], module.m (expand), module.m.var.x",
            "module.m.output.y ← module.m (expand), module.m.var.x",
            "module.m (close) ← module.m (expand), module.m.var.x, module.m.terraform_data.inner, module.m.output.y",
        ]
    );
    let place = |node: usize| loaded.graph.order.iter().position(|n| *n == node).unwrap();
    for (node, targets) in loaded.graph.dependencies.iter().enumerate() {
        assert!(targets.iter().all(|target| place(*target) < place(node)), "{}", loaded.graph.nodes[node]);
    }
}

#[test]
fn resources_depend_on_all_behind_them() {
    // As terraform 1.11.4 writes it into state.
    let loaded = load(
        "resource \"terraform_data\" \"a\" { input = \"x\" }
         data \"terraform_remote_state\" \"r\" {
           backend = \"local\"
           config = { path = terraform_data.a.input == \"x\" ? \"other.tfstate\" : \"q\" }
         }
         locals { l = terraform_data.a.id }
         resource \"terraform_data\" \"b\" { input = local.l }
         resource \"terraform_data\" \"c\" { input = [terraform_data.b.output, data.terraform_remote_state.r.outputs] }",
    );
    let of = |name: &str| {
        let node = loaded.graph.nodes.iter().position(|n| n.to_string() == name).unwrap();
        resources_before(&loaded, node).into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of("terraform_data.a"), "");
    assert_eq!(of("terraform_data.b"), "terraform_data.a");
    assert_eq!(of("terraform_data.c"), "data.terraform_remote_state.r terraform_data.a terraform_data.b");
}

#[test]
fn what_is_not_declared() {
    let fixture = |expr: &str| {
        format!(
            "variable \"region\" {{}}
             locals {{ zone = 1 }}
             resource \"terraform_data\" \"db\" {{ count = 2 }}
             resource \"terraform_data\" \"one\" {{}}
             resource \"terraform_data\" \"each\" {{ for_each = {{}} }}
             data \"terraform_remote_state\" \"r\" {{ backend = \"local\" }}
             module \"net\" {{ source = \"./net\" }}
             output \"o\" {{ value = {expr} }}
             #- net/main.tf
             output \"vpc\" {{ value = 1 }}"
        )
    };
    for (expr, expected) in [
        (
            "var.regoin",
            "Error: Reference to undeclared input variable: An input variable with the name \"regoin\" has not been \
             declared. Did you mean \"region\"?",
        ),
        (
            "var.q",
            "Error: Reference to undeclared input variable: An input variable with the name \"q\" has not been declared. \
             This variable can be declared with a variable \"q\" {} block.",
        ),
        (
            "local.zoen",
            "Error: Reference to undeclared local value: A local value with the name \"zoen\" has not been declared. Did \
             you mean \"zone\"?",
        ),
        (
            "try(local.nope, 1)",
            "Error: Reference to undeclared local value: A local value with the name \"nope\" has not been declared.",
        ),
        (
            "terraform_data.bd",
            "Error: Reference to undeclared resource: A managed resource \"terraform_data\" \"bd\" has not been declared in \
             the root module.",
        ),
        (
            "module.vpn",
            "Error: Reference to undeclared module: No module call named \"vpn\" is declared in the root module.",
        ),
        (
            "module.net.vpcs",
            "Error: Unsupported attribute: This object does not have an attribute named \"vpcs\". Did you mean \"vpc\"?",
        ),
        (
            "terraform_data.db.id",
            "Error: Missing resource instance key: Because terraform_data.db has \"count\" set, its attributes must be \
             accessed on specific instances.\n\nFor example, to correlate with indices of a referring resource, use:\n    \
             terraform_data.db[count.index]",
        ),
        (
            "terraform_data.each.id",
            "Error: Missing resource instance key: Because terraform_data.each has \"for_each\" set, its attributes must be \
             accessed on specific instances.\n\nFor example, to correlate with instance keys of a referring resource, \
             use:\n    terraform_data.each[each.key]",
        ),
        (
            "terraform_data.one[0].id",
            "Error: Unexpected resource instance key: Because terraform_data.one does not have \"count\" or \"for_each\" \
             set, references to it must not include an index key. Remove the bracketed index to refer to the single \
             instance of this resource.",
        ),
        ("terraform_data.one[*].id", ""),
        ("terraform_data.db[*].id", ""),
        ("terraform_data.db[0].id", ""),
        ("module.net[*].vpc", ""),
    ] {
        assert_eq!(told(&load(&fixture(expr)).diagnostics), expected, "{expr}");
    }
}

#[test]
fn a_slip_in_a_resource_is_told() {
    let loaded = load(
        "resource \"terraform_data\" \"db\" {}
         output \"o\" { value = terraform_data.bd.id }
         output \"p\" { value = data.terraform_data.db.id }",
    );
    let next: Vec<_> = loaded.diagnostics.iter().filter_map(|d| d.next_step.clone()).collect();
    assert_eq!(next, ["Did you mean terraform_data.db?"; 2]);
}

#[test]
fn cycles_name_every_node_with_its_place() {
    let loaded = load(
        "locals {
           a = local.b
           b = [local.c, 1]
           c = local.a
           d = local.d
         }
         resource \"terraform_data\" \"x\" { input = terraform_data.y.id }
         resource \"terraform_data\" \"y\" { input = terraform_data.x.id }",
    );
    let text = rendered(&loaded, &loaded.diagnostics);
    for part in [
        "Each of these needs the next one first: local.a → local.b → local.c → local.a.",
        "local.a refers to local.b at main.tf:2",
        "local.b refers to local.c at main.tf:3",
        "local.c refers to local.a at main.tf:4",
        "Configuration for local.d may not refer to itself.",
        "terraform_data.x refers to terraform_data.y at main.tf:7",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(loaded.diagnostics.len(), 3);
}

#[test]
fn rules_may_refer_to_each_other() {
    let loaded = load(
        "variable \"a\" {
           default = 1
           validation {
             condition = var.a < var.b
             error_message = \"a\"
           }
         }
         variable \"b\" {
           default = 2
           validation {
             condition = var.a < var.b
             error_message = \"b\"
           }
         }",
    );
    assert!(loaded.diagnostics.is_empty(), "{}", told(&loaded.diagnostics));
}

#[test]
fn iterators_of_dynamic_blocks_are_no_references() {
    let loaded = load(
        "variable \"v\" { default = [] }
         resource \"terraform_data\" \"x\" {
           dynamic \"ports\" {
             for_each = var.v
             content {
               a = ports.value
               dynamic \"inner\" {
                 for_each = ports.value
                 iterator = it
                 content { b = [it.key, ports.key] }
               }
             }
           }
         }",
    );
    assert!(loaded.diagnostics.is_empty(), "{}", told(&loaded.diagnostics));
}

#[test]
fn provisioners_have_words_and_references() {
    let loaded = load(
        "resource \"terraform_data\" \"a\" {}
         resource \"terraform_data\" \"b\" {
           connection { host = self.id }
           provisioner \"local-exec\" {
             when = destroy
             on_failure = continue
             command = \"echo ${self.id}\"
           }
           provisioner \"local-exec\" {
             command = terraform_data.a.id
             connection { host = local.nope }
           }
         }",
    );
    assert_eq!(
        told(&loaded.diagnostics),
        "Error: Reference to undeclared local value: A local value with the name \"nope\" has not been declared."
    );
    assert!(
        dependencies(&loaded)
            .contains(&"terraform_data.b ← provider[\"terraform.io/builtin/terraform\"], terraform_data.a".to_string())
    );
}

#[test]
fn checks_and_imports_are_looked_at() {
    let loaded = load(
        "resource \"terraform_data\" \"a\" {}
         check \"c\" {
           assert {
             condition = local.nope
             error_message = \"m\"
           }
         }
         import {
           to = terraform_data.a
           id = var.nope
         }",
    );
    assert_eq!(loaded.diagnostics.len(), 2, "{}", told(&loaded.diagnostics));
}

#[test]
fn a_large_graph_costs_no_more_than_its_size() {
    let n = 3000;
    let mut text = String::from("resource \"terraform_data\" \"r0\" {}\n");
    for i in 1..n {
        text.push_str(&format!("resource \"terraform_data\" \"r{i}\" {{ input = terraform_data.r{}.id }}\n", i - 1));
    }
    let loaded = load(&text);
    assert!(loaded.diagnostics.is_empty());
    let last =
        loaded.graph.nodes.iter().position(|node| node.to_string() == format!("terraform_data.r{}", n - 1)).unwrap();
    assert_eq!(resources_before(&loaded, last).len(), n - 1);
}
