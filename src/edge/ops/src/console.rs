//! `drform console`: expressions in the scope of the root module, against the state or a plan.

use crate::chance::Replayed;
use crate::names::completions;
use crate::progress::Progress;
use crate::scope::Objects;
use crate::session::Session;
use crate::{Environment, Request, Said, scope};
use addrs::ModuleInstance;
use diag::SourceTexts;
use eval::Evaluator;
use plan::PlanOptions;
use std::path::PathBuf;
use std::sync::Arc;

/// An evaluator with everything in it that the state or a plan knows.
pub struct Console {
    evaluator: Evaluator,
    session: Session,
    texts: SourceTexts,
    chance: Arc<Replayed>,
}

/// What a console sees.
pub enum Sees<'a> {
    /// The state.
    State,
    /// What a plan comes to.
    Plan(PlanOptions, &'a dyn Progress),
}

/// Opens a console.
pub fn console(request: &Request, sees: Sees<'_>) -> (Option<Console>, Said) {
    let mut said = Said::default();
    let Some(mut session) = Session::open(request, "console", &mut said) else {
        return (None, said);
    };
    let chance = Arc::new(Replayed::default());
    let (evaluator, diagnostics) = match sees {
        Sees::State => scope::evaluator(&session, &Objects::Stored),
        Sees::Plan(options, progress) => {
            let (plan, _) = session.plan(options, progress, &mut said);
            if said.diagnostics.has_errors() {
                return (None, said);
            }
            scope::evaluator(&session, &Objects::Planned(&plan.values))
        }
    };
    let mut evaluator = evaluator;
    evaluator.set_chance(chance.clone());
    said.diagnostics.extend(diagnostics);
    let texts = said.texts.clone();
    (Some(Console { evaluator, session, texts, chance }), said)
}

impl Console {
    /// Evaluates one expression and renders it as Terraform's console does.
    pub fn evaluate(&mut self, text: &str) -> (Option<String>, Said) {
        let name: Arc<str> = "<console-input>".into();
        let mut said = Said { texts: self.texts.clone(), ..Said::default() };
        said.texts.insert(name.clone(), text.into());
        let (expression, troubles) = syntax::parse_expression(name, text);
        said.diagnostics.extend(troubles);
        if said.diagnostics.has_errors() {
            return (None, said);
        }
        self.chance.anew();
        loop {
            self.chance.again();
            let (text, troubles) = self.evaluator.console(&ModuleInstance::ROOT, &expression);
            if !scope::answer_functions(&mut self.evaluator, &self.session) {
                said.diagnostics.extend(troubles);
                return (text, said);
            }
        }
    }

    /// What the text before the cursor may go on with: where the last name in it begins, and the names that fit.
    pub fn completions(&self, before: &str) -> (usize, Vec<String>) {
        completions(&self.evaluator, self.session.providers.schemas(), before)
    }
}

/// Whether an expression goes on in the next line: brackets or a heredoc are open.
pub fn goes_on(text: &str) -> bool {
    syntax::goes_on(text)
}

/// Where the console keeps what was typed, in the user's state directory, which is made if it is not there. `None`
/// where there is no home.
pub fn history_file(environment: &Environment) -> Option<PathBuf> {
    let state = environment.get("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(PathBuf::from(environment.get("HOME")?).join(".local/state")))?;
    let directory = state.join("drform");
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(&directory).ok()?;
    Some(directory.join("console_history"))
}
