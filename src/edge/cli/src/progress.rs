//! Progress of long work as lines: each object while there are few, a count once a second when there are many.

use crate::stream::message;
use crate::terminal::Terminal;
use ops::{Happening, Progress, ProvisionStage, Stage};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Up to so many steps each one gets its line.
const FEW: usize = 400;
/// How often the count is printed.
const INTERVAL: Duration = Duration::from_secs(1);

/// Prints progress.
pub(crate) struct Lines<'a> {
    terminal: &'a Terminal,
    count: Mutex<Count>,
    /// Each object gets a line.
    each: bool,
}

struct Count {
    total: usize,
    done: usize,
    last: Instant,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(terminal: &'a Terminal) -> Self {
        Lines { terminal, count: Mutex::new(Count { total: 0, done: 0, last: Instant::now() }), each: true }
    }

    /// The same; `concise` says nothing of each object.
    pub(crate) fn with(terminal: &'a Terminal, concise: bool) -> Self {
        Lines { each: !concise, ..Lines::new(terminal) }
    }
}

impl Progress for Lines<'_> {
    fn happens(&self, happening: &Happening) {
        if self.terminal.has_stream()
            && let Some(message) = message(happening)
        {
            self.terminal.tell(message);
        }
        let Ok(mut count) = self.count.lock() else { return };
        match happening {
            Happening::Begins { steps } => {
                (count.total, count.done) = (*steps, 0);
                if *steps > 0 && self.each {
                    self.terminal.out("\n");
                }
            }
            Happening::Work(work)
                if (self.each && count.total <= FEW) || matches!(work.stage, Stage::GoesOn(_) | Stage::Failed(_)) =>
            {
                self.terminal.out(&format!("{work}\n"));
            }
            Happening::Work(_) | Happening::Look(_) => {}
            Happening::Provision(provision) => match provision.stage {
                ProvisionStage::Begins if !(self.each && count.total <= FEW) => {}
                ProvisionStage::Begins | ProvisionStage::Says(_) => self.terminal.out(&format!("{provision}\n")),
                ProvisionStage::Done | ProvisionStage::Failed => {}
            },
            Happening::Line(line) if self.each && count.total <= FEW => self.terminal.out(&format!("{line}\n")),
            Happening::Line(_) => {}
            Happening::Important(line) => self.terminal.out(&format!("{line}\n")),
            Happening::StepDone => {
                count.done += 1;
                let total = count.total;
                if total > FEW && (count.last.elapsed() >= INTERVAL || count.done == total) {
                    count.last = Instant::now();
                    self.terminal.out(&format!("{} of {total} changes done\n", count.done));
                }
            }
        }
    }
}
