//! Taking one provider configuration into use: validate, then configure (plugin-protocol.md 5).

use crate::report::{Report, Turn};
use addrs::ProviderConfig;
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics, Range};
use value::Value;

/// Where a provider configuration is on its way.
#[derive(Clone, Copy, Debug)]
enum ProviderStage {
    /// The provider judges the configuration.
    Validate,
    /// The provider takes it into use.
    Configure,
    /// Nothing more is asked.
    Ready,
}

/// One provider configuration on its way.
#[derive(Clone, Debug)]
pub(crate) struct ProviderTask {
    pub(crate) provider: ProviderConfig,
    /// Its block, with marks.
    config: Value,
    declared_at: Option<Range>,
    stage: ProviderStage,
    report: Report,
}

impl ProviderTask {
    /// A task that has not asked anything; `warnings` came with the block.
    pub(crate) fn new(
        provider: ProviderConfig,
        config: Value,
        declared_at: Option<Range>,
        warnings: Diagnostics,
    ) -> ProviderTask {
        let report = Report { diagnostics: warnings, ..Report::default() };
        ProviderTask { provider, config, declared_at, stage: ProviderStage::Validate, report }
    }

    /// The first turn.
    pub(crate) fn begin(self) -> Turn<ProviderTask> {
        let question =
            Question::ValidateProvider { provider: self.provider.clone(), config: self.config.unmark_deep().0 };
        Turn::Ask(self, question)
    }

    /// One turn: what the answer to the last question leads to.
    pub(crate) fn advance(mut self, answer: Answer) -> Turn<ProviderTask> {
        match (self.stage, answer) {
            (ProviderStage::Validate, Answer::Checked(diagnostics)) => {
                if !self.accept(diagnostics) {
                    return Turn::End(Box::new(self.report));
                }
                self.stage = ProviderStage::Configure;
                let question = Question::ConfigureProvider {
                    provider: self.provider.clone(),
                    config: self.config.unmark_deep().0,
                };
                Turn::Ask(self, question)
            }
            (ProviderStage::Configure, Answer::Checked(diagnostics)) => {
                if self.accept(diagnostics) {
                    self.report.value = Some(self.config.clone());
                }
                self.stage = ProviderStage::Ready;
                Turn::End(Box::new(self.report))
            }
            (stage, _) => {
                let detail = format!("{} gave another answer than was asked for.", self.provider);
                self.accept(Diagnostic::error("Provider gave the wrong kind of answer", detail).into());
                self.stage = stage;
                Turn::End(Box::new(self.report))
            }
        }
    }

    fn accept(&mut self, diagnostics: Diagnostics) -> bool {
        let errors = diagnostics.has_errors();
        let address = self.provider.to_string();
        let named = diagnostics.map(|d| match &self.declared_at {
            Some(range) => d.at_if_missing(range),
            None => d,
        });
        self.report.diagnostics.extend(named.map(|d| if d.address.is_some() { d } else { d.about(address.clone()) }));
        !errors
    }
}
