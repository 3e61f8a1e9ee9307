//! Reads that arrive together are answered together.
//!
//! A read waits a moment for others of its kind; then one request asks for up to a thousand ids. Answers are shared
//! within one operation, which a host begins by configuring the provider, until anything is changed through this
//! process: one plan reads each object once.

use super::budget::Budget;
use super::call::ApiError;
use super::patience::{self, Patience};
use super::traffic::Traffic;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How often is looked whether a batch may go.
const LOOK: Duration = Duration::from_millis(10);
/// A batch goes when no read of any kind came for this long: hosts send reads one after the other.
const QUIET: Duration = Duration::from_millis(20);
/// The same when many reads are open, and for calls of all kinds: more will come. Measured: a thousand reads through the
/// plugin protocol come within 0.3 to 3 s on two busy cores, among other calls, with gaps up to 200 ms.
const QUIET_OF_MANY: Duration = Duration::from_millis(250);
/// So many reads are many. Hosts that send ten at a time never come there.
pub(super) const MANY: usize = 20;
/// A batch goes after this long in any case. It only counts while reads keep coming.
const LONGEST: Duration = Duration::from_millis(1_000);
/// The same when many reads are open.
const LONGEST_OF_MANY: Duration = Duration::from_secs(5);
/// While one request is under way, others wait for their answers together for at most this long, so that a throttled
/// service is asked seldom. Full batches go at once.
const BEHIND: Duration = Duration::from_secs(30);
/// While requests stand in line because the service takes few, others wait for their answers together for at most this
/// long: a look at ten objects costs as much as a look at one.
const IN_LINE: Duration = Duration::from_secs(4);
/// Ids of one request.
pub(crate) const MOST: usize = 1_000;
/// Answers of one kind that are kept.
const MOST_SHARED: usize = 20_000;
/// How long an answer is shared, for hosts that keep a provider running between operations.
const SHARED: Duration = Duration::from_secs(30);

/// What a fetch gives: the objects by id; ids without an object are not there.
pub(crate) type Fetched<T> = Result<BTreeMap<String, T>, ApiError>;

type Fetch<T> = dyn Fn(Vec<String>) -> Boxed<Fetched<T>> + Send + Sync;

/// A future on the heap.
pub(crate) type Boxed<T> = Pin<Box<dyn std::future::Future<Output = T> + Send>>;

/// All reads of one kind in one region.
pub(crate) struct Batch<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    fetch: Box<Fetch<T>>,
    traffic: Arc<Traffic>,
    /// Reads whose answers lead to reads of this kind.
    ahead: Option<Arc<dyn Busy>>,
    budget: Option<Arc<Budget>>,
    state: Mutex<State<T>>,
}

struct State<T> {
    waiting: Waiting<T>,
    /// The ids that are waited for, in the order of coming.
    order: VecDeque<String>,
    since: Option<Instant>,
    last: Option<Instant>,
    gathering: bool,
    /// Requests that are not answered yet.
    under_way: usize,
    /// When the last one was answered.
    answered: Option<Instant>,
    shared: BTreeMap<String, (u64, Instant, Option<Arc<T>>)>,
}

type Answer<T> = Result<Option<Arc<T>>, ApiError>;
type Waiting<T> = BTreeMap<String, Vec<Waiter<T>>>;

/// Who waits for an answer.
struct Waiter<T> {
    sender: oneshot::Sender<Answer<T>>,
    patience: Option<Arc<Patience>>,
}

impl<T: Send + Sync + 'static> Batch<T> {
    pub(crate) fn new(
        traffic: Arc<Traffic>,
        fetch: impl Fn(Vec<String>) -> Boxed<Fetched<T>> + Send + Sync + 'static,
    ) -> Batch<T> {
        let state = State {
            waiting: BTreeMap::new(),
            order: VecDeque::new(),
            since: None,
            last: None,
            gathering: false,
            under_way: 0,
            answered: None,
            shared: BTreeMap::new(),
        };
        let inner = Inner { fetch: Box::new(fetch), traffic, ahead: None, budget: None, state: Mutex::new(state) };
        Batch { inner: Arc::new(inner) }
    }

    /// These reads, which come after others: answers of `ahead` lead to more of them. While many reads are open, they
    /// wait for those.
    pub(crate) fn after<A: Send + Sync + 'static>(mut self, ahead: &Batch<A>) -> Batch<T> {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.ahead = Some(ahead.inner.clone());
        }
        self
    }

    /// These reads, whose requests count in this budget: instead of standing in line for it they gather.
    pub(crate) fn of(mut self, budget: Arc<Budget>) -> Batch<T> {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.budget = Some(budget);
        }
        self
    }

    /// The object with this id, as it was not long ago and after all changes made here; none when it is not there.
    pub(crate) async fn get(&self, id: &str) -> Answer<T> {
        let epoch = self.inner.traffic.epoch();
        if let Some((at, read, found)) = self.inner.lock().shared.get(id)
            && *at == epoch
            && read.elapsed() < SHARED
        {
            return Ok(found.clone());
        }
        self.fresh(id).await
    }

    /// The object with this id as it is now.
    pub(crate) async fn fresh(&self, id: &str) -> Answer<T> {
        answered(self.ask(id)).await
    }

    /// The objects with these ids, as [`Batch::get`] gives them, all in one go.
    pub(crate) async fn get_all(&self, ids: &[&str]) -> Result<Vec<Option<Arc<T>>>, ApiError> {
        let epoch = self.inner.traffic.epoch();
        let answers: Vec<_> = ids
            .iter()
            .map(|id| {
                let shared = self.inner.lock().shared.get(*id).cloned();
                match shared.filter(|(at, read, _)| *at == epoch && read.elapsed() < SHARED) {
                    Some((_, _, found)) => Ok(found),
                    None => Err(self.ask(id)),
                }
            })
            .collect();
        let mut found = Vec::new();
        for answer in answers {
            found.push(match answer {
                Ok(found) => found,
                Err(asked) => answered(asked).await?,
            });
        }
        Ok(found)
    }

    fn ask(&self, id: &str) -> oneshot::Receiver<Answer<T>> {
        let (sender, receiver) = oneshot::channel();
        let waiter = Waiter { sender, patience: patience::ours() };
        let gather = {
            let mut state = self.inner.lock();
            let now = Instant::now();
            match state.waiting.get_mut(id) {
                Some(waiters) => waiters.push(waiter),
                None => {
                    state.order.push_back(id.to_owned());
                    state.waiting.insert(id.to_owned(), vec![waiter]);
                }
            }
            state.since.get_or_insert(now);
            state.last = Some(now);
            !std::mem::replace(&mut state.gathering, true)
        };
        if gather {
            tokio::spawn(gather_and_fetch(self.inner.clone()));
        }
        receiver
    }
}

async fn answered<T>(asked: oneshot::Receiver<Answer<T>>) -> Answer<T> {
    match asked.await {
        Ok(answer) => answer,
        // The fetch ended under us, by a mistake of ours or with the process. Never "it is not there".
        Err(_) => Err(given_up()),
    }
}

impl<T> Inner<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads that more reads may follow.
trait Busy: Send + Sync {
    /// Whether some of them wait for an answer, or got one less than so long ago.
    fn is_busy(&self, quiet: Duration) -> bool;
}

impl<T: Send + Sync> Busy for Inner<T> {
    fn is_busy(&self, quiet: Duration) -> bool {
        let state = self.lock();
        let followed = state.answered.is_none_or(|answered| answered.elapsed() >= quiet);
        !state.waiting.is_empty() || state.under_way > 0 || !followed
    }
}

impl<T> State<T> {
    /// Keeps an answer for others. Answers that nobody may have any more go when there are many; then all do.
    fn share(&mut self, id: String, epoch: u64, read: Instant, object: Option<Arc<T>>) {
        if self.shared.len() >= MOST_SHARED && !self.shared.contains_key(&id) {
            self.shared.retain(|_, (at, read, _)| *at == epoch && read.elapsed() < SHARED);
            if self.shared.len() >= MOST_SHARED {
                self.shared.clear();
            }
        }
        self.shared.insert(id, (epoch, read, object));
    }
}

fn given_up() -> ApiError {
    ApiError {
        action: "read",
        service: "provider",
        region: "this process".into(),
        code: String::new(),
        message: "the read was given up".into(),
        request_id: None,
        in_doubt: false,
        tried_before: false,
        told: None,
        advice: Some("Run again. If it happens again, it is a mistake in the provider: please report it."),
    }
}

async fn gather_and_fetch<T: Send + Sync + 'static>(inner: Arc<Inner<T>>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let many = inner.traffic.open_reads() >= MANY || inner.lock().waiting.len() >= MANY;
        let (quiet, longest) = if many { (QUIET_OF_MANY, LONGEST_OF_MANY) } else { (QUIET, LONGEST) };
        let followers = many && inner.ahead.as_ref().is_some_and(|ahead| ahead.is_busy(quiet));
        let ready = {
            let state = inner.lock();
            let waited = state.since.map_or(Duration::MAX, |since| since.elapsed());
            let in_line = inner.budget.as_ref().is_some_and(|budget| budget.has_line()) && waited < IN_LINE;
            let alone = (state.under_way == 0 && !followers) || waited >= BEHIND;
            let no_call = if many { inner.traffic.is_silent(quiet) } else { inner.traffic.is_quiet(quiet) };
            let is_quiet = no_call && state.last.is_none_or(|last| last.elapsed() >= quiet);
            state.waiting.len() >= MOST || (alone && !in_line && (is_quiet || waited >= longest))
        };
        if !ready {
            continue;
        }
        let (taken, more) = {
            let mut state = inner.lock();
            let mut taken = BTreeMap::new();
            while taken.len() < MOST
                && let Some(id) = state.order.pop_front()
            {
                let mut waiters = state.waiting.remove(&id).unwrap_or_default();
                // Who does not wait any more is not asked for.
                waiters.retain(|waiter| !waiter.sender.is_closed());
                if !waiters.is_empty() {
                    taken.insert(id, waiters);
                }
            }
            state.gathering = !state.order.is_empty();
            state.since = state.gathering.then(Instant::now);
            state.under_way += usize::from(!taken.is_empty());
            (taken, state.gathering)
        };
        if !taken.is_empty() {
            tokio::spawn(fetch(inner.clone(), taken));
        }
        if !more {
            return;
        }
    }
}

/// A request that is under way until this is dropped, also by a panic.
struct UnderWay<'a, T>(&'a Inner<T>);

impl<T> Drop for UnderWay<'_, T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.under_way -= 1;
        state.answered = Some(Instant::now());
    }
}

async fn fetch<T: Send + Sync + 'static>(inner: Arc<Inner<T>>, waiting: Waiting<T>) {
    let _under_way = UnderWay(&inner);
    let epoch = inner.traffic.epoch();
    let patience = patience::longest(waiting.values().flatten().map(|waiter| waiter.patience.clone()));
    let ids: Vec<String> = waiting.keys().cloned().collect();
    let fetched = patience::sharing(patience, async { (inner.fetch)(ids).await }).await;
    match fetched {
        Err(why) => {
            for waiter in waiting.into_values().flatten() {
                let _ = waiter.sender.send(Err(why.clone()));
            }
        }
        Ok(mut found) => {
            let now = Instant::now();
            for (id, waiters) in waiting {
                let object = found.remove(&id).map(Arc::new);
                inner.lock().share(id, epoch, now, object.clone());
                for waiter in waiters {
                    let _ = waiter.sender.send(Ok(object.clone()));
                }
            }
        }
    }
}

/// Fetches by ids from an API that refuses a request whole when one id is not there: takes the ids that the refusal
/// names out and asks again. A refusal that names none of them halves the request.
pub(crate) async fn without_missing<T, F>(ids: Vec<String>, fetch: impl Fn(Vec<String>) -> F) -> Fetched<T>
where
    F: std::future::Future<Output = Fetched<T>>,
{
    let mut found = BTreeMap::new();
    let mut open = vec![ids];
    while let Some(ids) = open.pop() {
        if ids.is_empty() {
            continue;
        }
        match fetch(ids.clone()).await {
            Ok(objects) => found.extend(objects),
            Err(why) if is_about_ids(&why, &ids) => {
                let named = named_ids(&why.message);
                let (missing, left): (Vec<String>, Vec<String>) =
                    ids.into_iter().partition(|id| named.contains(id.as_str()));
                if !missing.is_empty() {
                    open.push(left);
                } else if left.len() > 1 {
                    let mut left = left;
                    let half = left.split_off(left.len() / 2);
                    open.extend([left, half]);
                }
            }
            Err(why) => return Err(why),
        }
    }
    Ok(found)
}

/// Whether a request was refused for ids that are not there, or are none. EC2 has no code of its own for ids that are no
/// ids: `InvalidVolumeID.Malformed`, and `InvalidParameterValue` with the id in its text.
fn is_about_ids(why: &ApiError, ids: &[String]) -> bool {
    let named = || named_ids(&why.message);
    why.is_not_found()
        || why.code.ends_with(".Malformed")
        || (why.is("InvalidParameterValue") && ids.iter().any(|id| named().contains(id.as_str())))
}

/// The words of a text that may be ids or names: `The volume 'vol-1' does not exist`.
fn named_ids(message: &str) -> BTreeSet<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | '[' | ']' | '(' | ')' | ':');
    message.split(ends).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests;
