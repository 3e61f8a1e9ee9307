//! Turning the cranks of planner and applier: asks are answered at once where that needs no waiting, side by side otherwise.

use crate::Site;
use crate::interrupts::Interrupts;
use crate::lanes::{Lane, Lanes};
use crate::leases::Leases;
use crate::progress::{Happening, Progress};
use crate::providers::Providers;
use crate::provisioners::Provisioners;
use crate::shown::{Looking, Shown};
use apply::{Applier, Effect, Recovery, Ticket as ApplyTicket};
use backend::{BackendError, JournalFile};
use calls::{Answer, ChangeAnswer, ChangeRequest, Question};
use diag::{Diagnostic, Diagnostics};
use journal::Batch;
use plan::{Planner, Ticket};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How many provider calls run side by side, but for those that a provider answers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallelism(pub usize);

/// Asks and answers until the planner is done. Once something is open that must be closed, `interrupts` are listened to.
pub(crate) async fn plan(
    planner: &mut Planner,
    providers: &Arc<Providers>,
    parallelism: Parallelism,
    (progress, interrupts): (&dyn Progress, &mut Option<Interrupts>),
) {
    let mut answers = 0_usize;
    let mut told = Instant::now();
    let mut lanes: Lanes<Ticket> = Lanes::new(parallelism);
    let mut leases: Leases<Ticket> = Leases::new();
    let mut running: JoinSet<Answered<Ticket>> = JoinSet::new();
    let mut looking = Looking::default();
    let mut stopped = false;
    loop {
        let mut answered = false;
        for (ticket, question) in planner.asks() {
            looking.begins(planner, ticket, &question, progress);
            let about = planner.looked_at(ticket).map(|(addr, _)| addr);
            match providers.at_once_about(about, &question) {
                Some(answer) => {
                    looking.ends(ticket, &answer, progress);
                    planner.answer(ticket, answer);
                    answered = true;
                }
                None => {
                    if matches!(question, Question::OpenEphemeral { .. }) && interrupts.is_none() {
                        *interrupts = Some(Interrupts::listen());
                    }
                    if let Some((ticket, question)) = leases.hold(ticket, question) {
                        lanes.push(providers.lane(&question), ticket, question);
                    }
                }
            }
        }
        ask(providers, &mut running, &mut lanes, &mut leases, progress);
        if answered {
            continue;
        }
        if told.elapsed() >= PATIENCE {
            told = Instant::now();
            let open = lanes.len();
            progress.happens(&Happening::Important(format!("Reading and planning: {answers} answers, {open} to come")));
        }
        if !stopped && interrupts.as_ref().is_some_and(Interrupts::arrived) {
            stopped = true;
            progress.happens(&Happening::Important(
                "\nInterrupt received: closing what is open. Interrupt again to leave at once.".into(),
            ));
            planner.interrupt();
            let providers = providers.clone();
            tokio::spawn(async move { providers.interrupt().await });
            continue;
        }
        if running.is_empty() && leases.is_empty() {
            return;
        }
        tokio::select! {
            Some(back) = running.join_next() => match back {
                Ok(Answered { lane, ticket, question, answer }) => {
                    answers += 1;
                    lanes.end(lane);
                    leases.tell_answered(&question, &answer, progress);
                    if let Some((ticket, close)) = leases.answered(&question) {
                        lanes.push(providers.lane(&close), ticket, close);
                    }
                    looking.ends(ticket, &answer, progress);
                    planner.answer(ticket, answer);
                }
                // A task of ours cannot fail but by a panic, and a panic is a mistake of ours: pass it on.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
            () = leases.wait() => {}
            () = interrupted(interrupts.as_ref()) => {}
        }
    }
}

async fn interrupted(interrupts: Option<&Interrupts>) {
    match interrupts {
        Some(interrupts) => interrupts.next().await,
        None => std::future::pending().await,
    }
}

/// An answer of a plugin to a question; renewals are in no lane.
struct Answered<T> {
    lane: Option<Lane>,
    ticket: T,
    question: Question,
    answer: Answer,
}

/// Asks plugins what may be asked now.
fn ask<T: Send + 'static, A: From<Answered<T>> + Send + 'static>(
    providers: &Arc<Providers>,
    running: &mut JoinSet<A>,
    lanes: &mut Lanes<T>,
    leases: &mut Leases<T>,
    progress: &dyn Progress,
) {
    let mut ready: Vec<(Option<Lane>, T, Question)> =
        leases.due().into_iter().map(|(ticket, question)| (None, ticket, question)).collect();
    while let Some((lane, ticket, question)) = lanes.next() {
        ready.push((Some(lane), ticket, question));
    }
    for (lane, ticket, question) in ready {
        leases.tell_asked(&question, progress);
        let providers = providers.clone();
        running.spawn(async move {
            let answer = providers.ask(&question).await;
            Answered { lane, ticket, question, answer }.into()
        });
    }
}

/// What turning the applier's crank needs besides the applier.
pub(crate) struct Crank<'a> {
    pub(crate) providers: &'a Arc<Providers>,
    pub(crate) parallelism: Parallelism,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) site: &'a Site,
}

/// How an apply ended that could write its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Interrupted,
}

/// A call that came back.
#[allow(clippy::large_enum_variant, reason = "lives for one turn of the crank")]
enum Back {
    Answer(Answered<ApplyTicket>),
    Changed(ApplyTicket, ChangeAnswer),
    Provisioned(ApplyTicket, Diagnostics),
}

impl From<Answered<ApplyTicket>> for Back {
    fn from(answered: Answered<ApplyTicket>) -> Back {
        Back::Answer(answered)
    }
}

/// Does what the applier wants until it wants nothing more.
///
/// # Errors
/// A journal that cannot be written: nothing more is begun, what runs is waited for.
pub(crate) async fn apply(
    applier: &mut Applier,
    journal: &mut dyn Log,
    crank: &Crank<'_>,
    interrupts: &Interrupts,
) -> Result<End, Diagnostic> {
    let mut shown = Shown::default();
    let mut running: JoinSet<Back> = JoinSet::new();
    let mut lanes: Lanes<ApplyTicket> = Lanes::new(crank.parallelism);
    let mut leases: Leases<ApplyTicket> = Leases::new();
    let mut provisioners = Provisioners::new(crank.site, crank.parallelism);
    let mut ends = End::Done;
    loop {
        let effects = applier.effects();
        let idle = effects.is_empty();
        let calls = (&mut running, &mut lanes, &mut leases, &mut provisioners);
        let failed = effect(applier, effects, journal, crank, calls);
        for event in applier.events() {
            shown.event(&event, applier, crank.progress);
        }
        if let Err(error) = failed {
            provisioners.close();
            while running.join_next().await.is_some() {}
            return Err(error);
        }
        ask(crank.providers, &mut running, &mut lanes, &mut leases, crank.progress);
        while let Some((ticket, work)) = provisioners.next() {
            running.spawn(async move { Back::Provisioned(ticket, work.await) });
        }
        if interrupts.arrived() && ends == End::Done {
            ends = End::Interrupted;
            crank.progress.happens(&Happening::Important(
                "\nInterrupt received: finishing what is begun. Interrupt again to leave at once; the journal keeps what is in doubt.".into(),
            ));
            applier.interrupt();
            provisioners.stop().into_iter().for_each(|ticket| applier.not_started(ticket));
            let providers = crank.providers.clone();
            tokio::spawn(async move { providers.interrupt().await });
            continue;
        }
        if !idle {
            continue;
        }
        if applier.is_done() {
            return Ok(ends);
        }
        if running.is_empty() && leases.is_empty() {
            return Ok(ends);
        }
        tokio::select! {
            Some(back) = running.join_next() => match back {
                Ok(Back::Answer(Answered { lane, ticket, question, answer })) => {
                    lanes.end(lane);
                    leases.tell_answered(&question, &answer, crank.progress);
                    if let Some((ticket, close)) = leases.answered(&question) {
                        lanes.push(crank.providers.lane(&close), ticket, close);
                    }
                    applier.answer(ticket, answer);
                }
                Ok(Back::Changed(ticket, answer)) => {
                    lanes.answered(Lane::Narrow);
                    applier.changed(ticket, answer);
                }
                Ok(Back::Provisioned(ticket, troubles)) => {
                    provisioners.ended(crank.progress);
                    applier.provisioned(ticket, troubles);
                }
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
            line = provisioners.line() => crank.progress.happens(&Happening::Provision(line)),
            () = leases.wait() => {}
            () = interrupts.next() => {}
            () = tokio::time::sleep(SLOW) => shown.still(crank.progress),
        }
    }
}

/// One round of effects: the journal first, then what its tokens allow.
fn effect(
    applier: &mut Applier,
    effects: Vec<Effect>,
    journal: &mut dyn Log,
    crank: &Crank<'_>,
    calls: (&mut JoinSet<Back>, &mut Lanes<ApplyTicket>, &mut Leases<ApplyTicket>, &mut Provisioners),
) -> Result<(), Diagnostic> {
    let (running, lanes, leases, provisioners) = calls;
    let mut changes = Vec::new();
    for effect in effects {
        match effect {
            Effect::Append(batch) => {
                journal.write(&batch)?;
                applier.appended(batch.id);
            }
            Effect::Ask(ticket, question) => {
                match crank.providers.at_once_about(applier.asked_about(ticket), &question) {
                    Some(answer) => applier.answer(ticket, answer),
                    None => {
                        if let Some((ticket, question)) = leases.hold(ticket, question) {
                            lanes.push(crank.providers.lane(&question), ticket, question);
                        }
                    }
                }
            }
            Effect::Change(ticket, change) => match crank.providers.mocked(&change.intent().addr, &change.request()) {
                Some(answer) => applier.changed(ticket, answer),
                None => changes.push((ticket, change.request())),
            },
            Effect::Provision(ticket, provision) => provisioners.push(ticket, provision),
        }
    }
    let requests: Vec<&ChangeRequest> = changes.iter().map(|(_, request)| request).collect();
    let answers = crank.providers.change_at_once(&requests);
    for ((ticket, request), answer) in changes.into_iter().zip(answers) {
        match answer {
            Some(answer) => applier.changed(ticket, answer),
            None => {
                lanes.opened(Lane::Narrow);
                let providers = crank.providers.clone();
                running.spawn(async move { Back::Changed(ticket, providers.change(&request).await) });
            }
        }
    }
    Ok(())
}

/// Where records go.
pub(crate) trait Log {
    /// Appends one batch. When this returns it stays.
    ///
    /// # Errors
    /// What the disk says.
    fn write(&mut self, batch: &Batch) -> Result<(), BackendError>;
}

impl Log for JournalFile {
    fn write(&mut self, batch: &Batch) -> Result<(), BackendError> {
        if self.len() != batch.at as u64 {
            // The torn end of an earlier run: what it said never became durable.
            self.truncate_to(batch.at as u64)?;
        }
        self.append(&batch.bytes)?;
        self.sync()
    }
}

/// In memory: for tests, whose objects live as long as the process.
impl Log for Vec<u8> {
    fn write(&mut self, batch: &Batch) -> Result<(), BackendError> {
        self.truncate(batch.at);
        self.extend_from_slice(&batch.bytes);
        Ok(())
    }
}

/// How long planning may be silent.
const PATIENCE: Duration = Duration::from_secs(3);

/// After so long a call is said to be still running.
const SLOW: Duration = Duration::from_secs(10);

/// Does what a recovery wants until it wants nothing more.
///
/// # Errors
/// A journal that cannot be written.
pub(crate) async fn recover(
    recovery: &mut Recovery,
    journal: &mut JournalFile,
    world: (&Arc<Providers>, Parallelism),
) -> Result<(), Diagnostic> {
    let (providers, parallelism) = world;
    let mut running: JoinSet<Back> = JoinSet::new();
    loop {
        let effects = recovery.effects();
        let idle = effects.is_empty();
        for effect in effects {
            match effect {
                Effect::Append(batch) => {
                    journal.write(&batch)?;
                    recovery.appended(batch.id);
                }
                Effect::Ask(ticket, question) => match providers.at_once(&question) {
                    Some(answer) => recovery.answer(ticket, answer),
                    None => {
                        let providers = providers.clone();
                        running.spawn(async move {
                            let answer = providers.ask(&question).await;
                            Back::Answer(Answered { lane: None, ticket, question, answer })
                        });
                    }
                },
                // Whoever recovers makes nothing that could be provisioned.
                Effect::Provision(..) => {}
                Effect::Change(ticket, change) => {
                    let request = change.request();
                    match providers.change_at_once(&[&request]).pop().flatten() {
                        Some(answer) => recovery.changed(ticket, answer),
                        None => {
                            let providers = providers.clone();
                            running.spawn(async move { Back::Changed(ticket, providers.change(&request).await) });
                        }
                    }
                }
            }
        }
        let full = running.len() >= parallelism.0.max(1);
        if !idle && !full {
            continue;
        }
        if recovery.is_done() {
            return Ok(());
        }
        match running.join_next().await {
            Some(Ok(Back::Answer(back))) => recovery.answer(back.ticket, back.answer),
            Some(Ok(Back::Changed(ticket, answer))) => recovery.changed(ticket, answer),
            Some(Ok(Back::Provisioned(..))) => {}
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return Ok(()),
        }
    }
}
