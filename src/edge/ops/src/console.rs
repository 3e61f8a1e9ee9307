//! `drform console`: expressions in the scope of the root module, against the state.

use crate::session::Session;
use crate::{Request, Said, scope};
use addrs::ModuleInstance;
use diag::SourceTexts;
use eval::{Evaluator, Repetition};
use std::sync::Arc;

/// An evaluator with everything in it that the state knows.
pub struct Console {
    evaluator: Evaluator,
    texts: SourceTexts,
}

/// Opens a console.
pub fn console(request: &Request) -> (Option<Console>, Said) {
    let mut said = Said::default();
    let Some(session) = Session::open(request, "console", &mut said) else {
        return (None, said);
    };
    let (evaluator, diagnostics) = scope::evaluator(&session);
    said.diagnostics.extend(diagnostics);
    let texts = said.texts.clone();
    (Some(Console { evaluator, texts }), said)
}

impl Console {
    /// Evaluates one expression and renders it as Terraform's console does.
    pub fn evaluate(&self, text: &str) -> (Option<String>, Said) {
        let name: Arc<str> = "<console-input>".into();
        let mut said = Said { texts: self.texts.clone(), ..Said::default() };
        said.texts.insert(name.clone(), text.into());
        let (expression, troubles) = syntax::parse_expression(name, text);
        said.diagnostics.extend(troubles);
        if said.diagnostics.has_errors() {
            return (None, said);
        }
        let (value, troubles) = self.evaluator.evaluate(&ModuleInstance::ROOT, &expression, &Repetition::NONE);
        said.diagnostics.extend(troubles);
        let text = (!said.diagnostics.has_errors()).then(|| eval::console_text(&value));
        (text, said)
    }
}
