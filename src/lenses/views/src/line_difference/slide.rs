//! The same number of changed lines, but where people expect them: joined to neighbours, as far down as they go, and
//! opposite of the changes of the other text.

/// Moves the runs of changed lines of a text. `other` are the changed lines of the other text.
pub(super) fn slide(lines: &[usize], changed: &mut [bool], other: &[bool]) {
    let mut run = Run { lines, changed, other, start: 0, end: 0, opposite: 0 };
    while run.find_next() {
        run.settle();
    }
}

struct Run<'a> {
    lines: &'a [usize],
    changed: &'a mut [bool],
    other: &'a [bool],
    start: usize,
    end: usize,
    /// The line of the other text that stands opposite of the end, behind changed ones.
    opposite: usize,
}

impl Run<'_> {
    fn is_changed(&self, line: usize) -> bool {
        self.changed.get(line).copied().unwrap_or(false)
    }

    fn is_other_changed(&self, line: usize) -> bool {
        self.other.get(line).copied().unwrap_or(false)
    }

    fn set(&mut self, line: usize, to: bool) {
        if let Some(flag) = self.changed.get_mut(line) {
            *flag = to;
        }
    }

    fn same(&self, a: usize, b: usize) -> bool {
        self.lines.get(a) == self.lines.get(b)
    }

    /// Goes to the next run behind the one before.
    fn find_next(&mut self) -> bool {
        let mut line = self.end;
        while line < self.lines.len() && !self.is_changed(line) {
            while self.is_other_changed(self.opposite) {
                self.opposite += 1;
            }
            self.opposite += 1;
            line += 1;
        }
        if line == self.lines.len() {
            return false;
        }
        self.start = line;
        while self.is_changed(line) {
            line += 1;
        }
        self.end = line;
        while self.is_other_changed(self.opposite) {
            self.opposite += 1;
        }
        true
    }

    fn settle(&mut self) {
        loop {
            let length = self.end - self.start;
            while self.start > 0 && self.same(self.start - 1, self.end - 1) {
                self.up();
                while self.start > 0 && self.is_changed(self.start - 1) {
                    self.start -= 1;
                }
            }
            let after_change = self.opposite > 0 && self.is_other_changed(self.opposite - 1);
            // Where the run ended when it last stood opposite of a change.
            let mut corresponding = after_change.then_some(self.end);
            while self.end < self.lines.len() && self.same(self.start, self.end) {
                self.set(self.start, false);
                self.set(self.end, true);
                self.start += 1;
                self.end += 1;
                while self.is_changed(self.end) {
                    self.end += 1;
                }
                self.opposite += 1;
                while self.is_other_changed(self.opposite) {
                    corresponding = Some(self.end);
                    self.opposite += 1;
                }
            }
            // It may have grown by others: then both directions are tried again.
            if length == self.end - self.start {
                while corresponding.is_some_and(|end| end < self.end) {
                    self.up();
                }
                return;
            }
        }
    }

    /// One line up, with the place in the other text.
    fn up(&mut self) {
        self.start -= 1;
        self.end -= 1;
        self.set(self.start, true);
        self.set(self.end, false);
        self.opposite = self.opposite.saturating_sub(1);
        while self.opposite > 0 && self.is_other_changed(self.opposite) {
            self.opposite -= 1;
        }
    }
}
