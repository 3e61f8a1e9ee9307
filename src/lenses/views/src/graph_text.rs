//! Graphs in the DOT language and as Mermaid flowcharts, in the words of Terraform 1.11.4 (DOT) and 1.16 (Mermaid).

use addrs::ModulePath;
use plan::{Drawing, Drawn, Shape};
use std::fmt::Write;

/// A graph of resources in DOT: one cluster for each module.
pub fn resources_dot(drawing: &Drawing) -> String {
    let mut out = String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    if drawing.nodes.is_empty() {
        out.push_str(
            "  /* This configuration does not contain any resources.         */\n  /* For a more detailed graph, try: \
             drform graph -type=plan    */\n",
        );
    }
    by_module(drawing, |out_of, node| match out_of {
        Part::Begin(module) => {
            let name = quoted(&module.to_string());
            let cluster = quoted(&format!("cluster_{module}"));
            let _ = writeln!(out, "  subgraph {cluster} {{\n    label = {name}\n    fontname = \"sans-serif\"");
        }
        Part::End => out.push_str("  }\n"),
        Part::Node(indent) => {
            if let Some(node) = node {
                let _ = writeln!(out, "{indent}{} [label={}];", quoted(&node.name), quoted(&label(node)));
            }
        }
    });
    for (from, to) in edges(drawing) {
        let _ = writeln!(out, "  {} -> {};", quoted(&from.name), quoted(&to.name));
    }
    out.push_str("}\n");
    out
}

/// A graph of resources as Mermaid flowchart.
pub fn resources_mermaid(drawing: &Drawing) -> String {
    let mut out = String::from("flowchart LR\n");
    by_module(drawing, |part, node| match part {
        Part::Begin(module) => {
            let _ = writeln!(out, "  subgraph {module}");
        }
        Part::End => out.push_str("  end\n"),
        Part::Node(indent) => {
            if let Some(node) = node {
                let _ = writeln!(out, "{indent}{}[{}]", node.name, mermaid_label(&label(node)));
            }
        }
    });
    for (from, to) in edges(drawing) {
        let _ = writeln!(out, "  {} --> {}", from.name, to.name);
    }
    out
}

/// All nodes in DOT.
pub fn graph_dot(drawing: &Drawing) -> String {
    let mut lines: Vec<String> = drawing.nodes.iter().filter_map(node_line).collect();
    lines.sort();
    let mut arrows: Vec<String> = edges(drawing)
        .map(|(from, to)| {
            format!("\t\t{} -> {}\n", quoted(&format!("[root] {}", from.name)), quoted(&format!("[root] {}", to.name)))
        })
        .collect();
    arrows.sort();
    arrows.dedup();
    format!(
        "digraph {{\n\tcompound = \"true\"\n\tnewrank = \"true\"\n\tsubgraph \"root\" {{\n{}{}\t}}\n}}\n",
        lines.concat(),
        arrows.concat()
    )
}

fn node_line(node: &Drawn) -> Option<String> {
    let shape = match node.shape {
        Shape::Box => "box",
        Shape::Diamond => "diamond",
        Shape::Note => "note",
    };
    let label = quoted(node.label.as_ref()?);
    Some(format!("\t\t{} [label = {label}, shape = \"{shape}\"]\n", quoted(&format!("[root] {}", node.name))))
}

/// All nodes as Mermaid flowchart. Nodes are numbered: their names are none that Mermaid takes.
pub fn graph_mermaid(drawing: &Drawing) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, node) in drawing.nodes.iter().enumerate() {
        let _ = writeln!(out, "  n{number}[{}]", mermaid_label(&node.name));
    }
    for (from, to) in &drawing.edges {
        let _ = writeln!(out, "  n{from} --> n{to}");
    }
    out
}

/// A step through nodes that are sorted by module.
enum Part<'a> {
    Begin(&'a ModulePath),
    End,
    Node(&'static str),
}

fn by_module(drawing: &Drawing, mut each: impl FnMut(Part<'_>, Option<&Drawn>)) {
    let mut current = ModulePath::ROOT;
    for node in &drawing.nodes {
        let Some(resource) = &node.resource else { continue };
        if resource.module != current {
            if !current.is_root() {
                each(Part::End, None);
            }
            current = resource.module.clone();
            each(Part::Begin(&current), None);
        }
        each(Part::Node(if current.is_root() { "  " } else { "    " }), Some(node));
    }
    if !current.is_root() {
        each(Part::End, None);
    }
}

fn edges(drawing: &Drawing) -> impl Iterator<Item = (&Drawn, &Drawn)> {
    drawing.edges.iter().filter_map(|(from, to)| Some((drawing.nodes.get(*from)?, drawing.nodes.get(*to)?)))
}

fn label(node: &Drawn) -> String {
    node.label.clone().unwrap_or_else(|| node.name.clone())
}

/// A text in the quotes of DOT.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn mermaid_label(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', " ").replace('"', "&quot;"))
}
