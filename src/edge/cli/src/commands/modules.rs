//! `drform modules`

use crate::arguments::{self, World};
use crate::shell::{Exit, Shell};
use ops::CalledModule;

pub(crate) fn run(shell: &Shell, args: &arguments::Modules) -> Exit {
    let (modules, said) = ops::modules(&shell.site(&World::default()));
    let exit = shell.say(&said);
    if exit != Exit::Success {
        return exit;
    }
    if args.json {
        shell.terminal.out(&json(&modules));
    } else if modules.is_empty() {
        shell.terminal.out("No modules found in configuration.\n");
    } else {
        shell.terminal.out(&format!("\nModules declared by configuration:\n.\n{}\n", drawn(&modules)));
    }
    exit
}

/// Terraform's document, and beside it what `path` and `dir` of each module are.
fn json(modules: &[CalledModule]) -> String {
    let one = |module: &CalledModule| {
        format!(
            "{{\"key\":{},\"source\":{},\"version\":{},\"path\":{},\"dir\":{}}}",
            text(name(module)),
            text(&module.source),
            text(&module.version),
            text(&module.path.to_string()),
            text(&module.dir)
        )
    };
    let all: Vec<String> = modules.iter().map(one).collect();
    format!("{{\"format_version\":\"1.0\",\"modules\":[{}]}}\n", all.join(","))
}

fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

fn name(module: &CalledModule) -> &str {
    module.path.0.last().map_or("", AsRef::as_ref)
}

fn drawn(modules: &[CalledModule]) -> String {
    let mut out = String::new();
    for (at, module) in modules.iter().enumerate() {
        let depth = module.path.0.len();
        for level in 1..=depth {
            // Whether something of the same level follows below the same module.
            let above = module.path.0.get(..level - 1).unwrap_or_default();
            let more = modules.iter().skip(at + 1).any(|other| {
                other.path.0.len() == level
                    && other.path.0.starts_with(above)
                    && !other.path.0.starts_with(&module.path.0)
            });
            out.push_str(match (level == depth, more) {
                (true, true) => "├── ",
                (true, false) => "└── ",
                (false, true) => "│   ",
                (false, false) => "    ",
            });
        }
        let version = if module.version.is_empty() { String::new() } else { format!(" {}", module.version) };
        out.push_str(&format!("\"{}\"[{}]{version}\n", name(module), module.source));
    }
    out
}
