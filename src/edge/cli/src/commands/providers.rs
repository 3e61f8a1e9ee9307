//! `drform providers`

use crate::arguments::{self, AboutProviders, World};
use crate::shell::{Exit, Shell};
use ops::RequiredBy;

pub(crate) fn run(shell: &Shell, args: &arguments::Providers) -> Exit {
    let site = shell.site(&World::default());
    match &args.about {
        None => {
            let (required, said) = ops::required_providers(&site);
            if let Some((required, in_state)) = required {
                let mut text = String::from("\nProviders required by configuration:\n.\n");
                draw(&required, "", &mut text);
                if !in_state.is_empty() {
                    text.push_str("\nProviders required by state:\n\n");
                    text.extend(in_state.iter().map(|provider| format!("    provider[{provider}]\n\n")));
                }
                shell.terminal.out(&text);
            }
            shell.say(&said)
        }
        Some(AboutProviders::Schema { .. }) => {
            let (text, said) = ops::provider_schemas(&site);
            if let Some(text) = text {
                shell.terminal.out(&format!("{text}\n"));
            }
            shell.say(&said)
        }
    }
}

/// One module as a branch of the tree: its providers, then the modules that it calls.
fn draw(module: &RequiredBy, indent: &str, out: &mut String) {
    let mut left = module.providers.len() + module.modules.len();
    let mut branch = || {
        left -= 1;
        if left == 0 { ("└── ", "    ") } else { ("├── ", "│\u{a0}\u{a0} ") }
    };
    for (provider, versions) in &module.providers {
        let (corner, _) = branch();
        let blank = if versions.is_empty() { "" } else { " " };
        out.push_str(&format!("{indent}{corner}provider[{provider}]{blank}{versions}\n"));
    }
    for (name, called) in &module.modules {
        let (corner, below) = branch();
        out.push_str(&format!("{indent}{corner}module.{name}\n"));
        draw(called, &format!("{indent}{below}"), out);
    }
}
