//! What is on its way, for telling about it: what was begun when, and the name of the object.

use crate::progress::{Deed, Happening, Id, Progress, Stage, Work, id, id_or_name};
use addrs::ResourceInstance;
use apply::{Applier, Event};
use calls::{Answer, Question};
use journal::Act;
use plan::{Planner, Ticket};
use state::DeposedKey;
use std::collections::BTreeMap;
use std::time::Instant;

/// Changes that are on their way.
#[derive(Default)]
pub(crate) struct Shown {
    started: BTreeMap<(ResourceInstance, Option<DeposedKey>), (Deed, Instant)>,
}

impl Shown {
    pub(crate) fn event(&mut self, event: &Event, applier: &Applier, progress: &dyn Progress) {
        match event {
            Event::Started { addr, deposed, act } => {
                let before = applier.found(addr, deposed.as_ref()).filter(|_| *act != Act::Create);
                self.begins((addr, deposed), deed(*act), before.and_then(id_or_name), progress);
            }
            Event::Finished { addr, deposed, act } => {
                let now = applier.object(addr).filter(|_| *act != Act::Delete);
                self.ends((addr, deposed), deed(*act), (Stage::Done, now.and_then(id)), progress);
            }
            Event::Failed { addr, deposed, act } => {
                self.ends((addr, deposed), deed(*act), (Stage::Failed, None), progress);
            }
            Event::Provisioning { addr, kind } => {
                progress.happens(&Happening::Line(format!("{addr}: Provisioning with '{kind}'...")));
            }
            Event::Provisioned { .. } | Event::ProvisionFailed { .. } => {}
            Event::Reading(addr) => self.begins((addr, &None), Deed::Read, None, progress),
            Event::Read(addr) => {
                let now = applier.object(addr).and_then(id);
                self.ends((addr, &None), Deed::Read, (Stage::Done, now), progress);
            }
        }
    }

    fn begins(
        &mut self,
        (addr, deposed): (&ResourceInstance, &Option<DeposedKey>),
        deed: Deed,
        id: Option<Id>,
        progress: &dyn Progress,
    ) {
        let work = Work { addr: addr.clone(), deposed: deposed.clone(), deed, stage: Stage::Begins, id };
        progress.happens(&Happening::Work(work));
        self.started.insert((addr.clone(), deposed.clone()), (deed, Instant::now()));
    }

    fn ends(
        &mut self,
        (addr, deposed): (&ResourceInstance, &Option<DeposedKey>),
        deed: Deed,
        (stage, id): (fn(u64) -> Stage, Option<Id>),
        progress: &dyn Progress,
    ) {
        let started = self.started.remove(&(addr.clone(), deposed.clone()));
        let stage = stage(started.map_or(0, |(_, at)| at.elapsed().as_secs()));
        progress.happens(&Happening::Work(Work { addr: addr.clone(), deposed: deposed.clone(), deed, stage, id }));
        progress.happens(&Happening::StepDone);
    }

    /// Tells of everything that is still on its way.
    pub(crate) fn still(&self, progress: &dyn Progress) {
        for ((addr, deposed), (deed, at)) in &self.started {
            let stage = Stage::GoesOn(at.elapsed().as_secs());
            let work = Work { addr: addr.clone(), deposed: deposed.clone(), deed: *deed, stage, id: None };
            progress.happens(&Happening::Work(work));
        }
    }
}

fn deed(act: Act) -> Deed {
    match act {
        Act::Create => Deed::Create,
        Act::Update => Deed::Update,
        Act::Delete => Deed::Delete,
    }
}

/// Objects and data sources that are being read while planning.
#[derive(Default)]
pub(crate) struct Looking {
    begun: BTreeMap<Ticket, (Work, Instant)>,
}

impl Looking {
    pub(crate) fn begins(&mut self, planner: &Planner, ticket: Ticket, question: &Question, progress: &dyn Progress) {
        let (deed, id) = match question {
            Question::Read { current, .. } => (Deed::Refresh, id(&current.value)),
            Question::ReadDataSource { .. } => (Deed::Read, None),
            _ => return,
        };
        let Some((addr, deposed)) = planner.looked_at(ticket) else { return };
        let work = Work { addr: addr.clone(), deposed: deposed.cloned(), deed, stage: Stage::Begins, id };
        progress.happens(&Happening::Look(work.clone()));
        self.begun.insert(ticket, (work, Instant::now()));
    }

    pub(crate) fn ends(&mut self, ticket: Ticket, answer: &Answer, progress: &dyn Progress) {
        let Some((work, at)) = self.begun.remove(&ticket) else { return };
        let took = at.elapsed().as_secs();
        let object = match answer {
            Answer::Object(Some(object), _) => id(&object.value),
            _ => None,
        };
        let stage = if answer.diagnostics().has_errors() { Stage::Failed(took) } else { Stage::Done(took) };
        progress.happens(&Happening::Look(Work { stage, id: object, ..work }));
    }
}
