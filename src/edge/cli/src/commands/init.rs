//! `drform init`

use crate::arguments::{self, World};
use crate::shell::{self, Exit, Shell};
use diag::Diagnostic;
use ops::{BackendOptions, Change, Copying, Looking, Modules, Talk, Upgrade};

pub(crate) fn run(shell: &Shell, args: &arguments::Init) -> Exit {
    let site = shell.site(&World::default());
    let mut say = |line: &str| shell.terminal.out(&format!("{line}\n"));
    if let Some(source) = &args.from_module {
        let copied = shell.say(&ops::from_module(&site, source, &mut say));
        if copied != Exit::Success {
            return copied;
        }
        say("");
    }
    let upgrade = if args.upgrade { Upgrade::Yes } else { Upgrade::No };
    let modules = if args.get { Modules::Fetch } else { Modules::Keep };
    let variables = shell::arguments(&args.variables);
    let backend = match backend(args) {
        Ok(options) => options,
        Err(diagnostic) => return shell.fail(diagnostic),
    };
    let can_ask = args.input && shell.terminal.can_ask();
    let mut ask = |question: &str| can_ask.then(|| shell.terminal.ask(question).as_deref() == Some("yes"));
    let mut talk = Talk { say: &mut say, ask: &mut ask };
    let said = ops::init(&site, (&variables, &args.test_directory), (upgrade, modules), &backend, &mut talk);
    let initialised = !ops::is_empty(&site);
    let exit = shell.say(&said);
    if exit == Exit::Success && initialised {
        shell.terminal.out("\ndrform has been successfully initialized!\n\ndrform plan shows what would be done.\n");
    }
    exit
}

/// What the flags say about the backend.
fn backend(args: &arguments::Init) -> Result<BackendOptions, Diagnostic> {
    Ok(BackendOptions {
        backend: if args.backend { Looking::Yes } else { Looking::No },
        settings: args.backend_config.clone(),
        change: match (args.reconfigure, args.migrate_state) {
            (true, _) => Change::Reconfigure,
            (_, true) => Change::Migrate,
            _ => Change::Refuse,
        },
        copy: if args.force_copy { Copying::AtOnce } else { Copying::Ask },
        locking: shell::locking(args.lock, &args.lock_timeout)?,
    })
}
