//! A disk that forgets what was not synced.

use crate::random::Random;

/// The files of a working directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    pub(crate) journal: File,
    pub(crate) state: File,
}

/// One file: what is safe, and what only the page cache has.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    synced: Vec<u8>,
    /// What the running process reads.
    cached: Vec<u8>,
    /// A rename put a new file here and the directory is not synced yet.
    renamed: bool,
}

impl File {
    /// What the running process reads.
    pub(crate) fn read(&self) -> &[u8] {
        &self.cached
    }

    /// What is left whatever happens.
    pub(crate) fn safe(&self) -> &[u8] {
        &self.synced
    }

    /// Cuts the file, then appends.
    pub(crate) fn append(&mut self, at: usize, bytes: &[u8]) {
        self.cached.truncate(at);
        self.cached.extend(bytes);
    }

    /// Everything of the file is safe.
    pub(crate) fn sync(&mut self) {
        self.synced.clone_from(&self.cached);
        self.renamed = false;
    }

    /// A new file, synced, is renamed over this one; the directory is not synced yet.
    pub(crate) fn replace(&mut self, bytes: Vec<u8>) {
        self.cached = bytes;
        self.renamed = true;
    }

    /// The machine dies.
    fn forget(&mut self, random: &mut Random) {
        if self.renamed {
            // The directory has the old or the new name; both files are whole.
            if random.one_in(2) {
                self.synced.clone_from(&self.cached);
            }
        } else if self.cached != self.synced {
            self.synced = torn(&self.synced, &self.cached, random);
        }
        self.cached.clone_from(&self.synced);
        self.renamed = false;
    }
}

/// What may be left of an append: some length of it, or all of it with sectors that were never written.
fn torn(synced: &[u8], cached: &[u8], random: &mut Random) -> Vec<u8> {
    let common = synced.iter().zip(cached).take_while(|(a, b)| a == b).count();
    let longest = synced.len().max(cached.len());
    let mut left: Vec<u8> = cached.iter().copied().chain(synced.iter().copied().skip(cached.len())).collect();
    if random.one_in(2) {
        left.truncate(common + random.below(longest - common + 1));
    }
    if random.one_in(2) && left.len() > common {
        let sector = common + random.below(left.len() - common);
        let end = (sector + 512).min(left.len());
        if let Some(lost) = left.get_mut(sector..end) {
            lost.fill(0);
        }
    }
    left
}

impl Disk {
    /// The machine dies: kill -9 of the process alone would keep more, so this is the hardest case.
    pub(crate) fn forget(&mut self, random: &mut Random) {
        self.journal.forget(random);
        self.state.forget(random);
    }
}
