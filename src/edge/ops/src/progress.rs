//! Telling what happens, while it happens.

/// Something that a person who waits wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// So many steps are to be done.
    Begins {
        /// How many changes.
        steps: usize,
    },
    /// One line about one object.
    Line(String),
    /// One line that is shown however many objects there are.
    Important(String),
    /// A step is done.
    StepDone,
}

/// Somebody who shows it.
pub trait Progress {
    /// Shows it; called from the thread that does the work, so it must not wait.
    fn happens(&self, happening: &Happening);
}
