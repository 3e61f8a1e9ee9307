//! Turning the planner's crank: asks are answered at once where that needs no waiting, side by side otherwise.

use crate::providers::Providers;
use calls::{Answer, Question};
use plan::{Planner, Ticket};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinSet;

/// How many provider calls run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parallelism(pub usize);

/// Asks and answers until the planner is done.
pub(crate) async fn plan(planner: &mut Planner, providers: &Arc<Providers>, parallelism: Parallelism) {
    let mut waiting: VecDeque<(Ticket, Question)> = VecDeque::new();
    let mut running: JoinSet<(Ticket, Answer)> = JoinSet::new();
    loop {
        let mut answered = false;
        for (ticket, question) in planner.asks() {
            match providers.at_once(&question) {
                Some(answer) => {
                    planner.answer(ticket, answer);
                    answered = true;
                }
                None => waiting.push_back((ticket, question)),
            }
        }
        while running.len() < parallelism.0.max(1)
            && let Some((ticket, question)) = waiting.pop_front()
        {
            let providers = providers.clone();
            running.spawn(async move { (ticket, providers.ask(&question).await) });
        }
        if answered {
            continue;
        }
        match running.join_next().await {
            Some(Ok((ticket, answer))) => planner.answer(ticket, answer),
            // A task of ours cannot fail but by a panic, and a panic is a mistake of ours: pass it on.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return,
        }
    }
}
