//! `drform force-unlock`

use crate::arguments::{self, World};
use crate::shell::{Exit, Shell};

pub(crate) fn run(shell: &Shell, args: &arguments::ForceUnlock) -> Exit {
    // Asking would promise something: there is no lock yet that could be taken away from somebody.
    shell.fail(ops::force_unlock(&shell.site(&World::default()), &args.id))
}
