//! What an operation has to say besides its result: diagnostics, and the texts that their excerpts come from.

use diag::{Diagnostic, DiagnosticJson, Diagnostics, SourceTexts};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::File;

/// Diagnostics with their source texts.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// All troubles so far, in order.
    pub diagnostics: Diagnostics,
    /// Every text that was read.
    pub texts: SourceTexts,
}

impl Said {
    /// All that was said as JSON, by place.
    pub fn json(&self) -> Vec<DiagnosticJson> {
        let mut files: BTreeMap<Arc<str>, File> = BTreeMap::new();
        let mut json = |diagnostic: &Diagnostic| {
            let context = self.block_around(diagnostic, &mut files);
            DiagnosticJson::new(diagnostic, &self.texts, context)
        };
        self.diagnostics.clone().sorted().iter().map(&mut json).collect()
    }

    /// The header of the top-level block that a diagnostic stands in, such as `resource "aws_instance" "db"`; in JSON the
    /// path to what it stands in. Files are
    /// parsed once more: only somebody whose configuration is wrong waits for it.
    fn block_around(&self, diagnostic: &Diagnostic, files: &mut BTreeMap<Arc<str>, File>) -> Option<String> {
        let subject = diagnostic.subject.as_ref()?;
        let before = subject.start.checked_sub(1)?;
        if subject.file.ends_with(".json") {
            let path = syntax::json::path_at(self.texts.get(&subject.file)?, before);
            return (!path.is_empty()).then_some(path);
        }
        if !files.contains_key(&subject.file) {
            let text = self.texts.get(&subject.file)?.clone();
            files.insert(subject.file.clone(), syntax::parse(subject.file.clone(), text).0);
        }
        let mut blocks = files.get(&subject.file)?.body.blocks.iter();
        let block = blocks.find(|block| (block.span.start..block.span.end).contains(&before))?;
        let labels: String = block.labels.iter().map(|label| format!(" {:?}", label.text)).collect();
        Some(format!("{}{labels}", block.kind.text))
    }

    /// Adds the error of a step, or hands on its result.
    pub(crate) fn take<T>(&mut self, step: Result<T, impl Into<Diagnostic>>) -> Option<T> {
        match step {
            Ok(result) => Some(result),
            Err(error) => {
                self.diagnostics.push(error.into());
                None
            }
        }
    }
}
