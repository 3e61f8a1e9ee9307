//! Reads that arrive together are answered together.
//!
//! A read waits a moment for others of its kind; then one request asks for up to a thousand ids. Answers are shared
//! within one operation, which a host begins by configuring the provider, until anything is changed through this
//! process: one plan reads each object once.

use super::call::ApiError;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// A batch goes when no read came for this long: hosts send reads one after the other.
const QUIET: Duration = Duration::from_millis(8);
/// A batch goes after this long in any case.
const LONGEST: Duration = Duration::from_millis(200);
/// Ids of one request.
pub(crate) const MOST: usize = 1_000;
/// How long an answer is shared, for hosts that keep a provider running between operations.
const SHARED: Duration = Duration::from_secs(30);

/// What a fetch gives: the objects by id; ids without an object are not there.
pub(crate) type Fetched<T> = Result<BTreeMap<String, T>, ApiError>;

type Fetch<T> = dyn Fn(Vec<String>) -> Boxed<Fetched<T>> + Send + Sync;

/// A future on the heap.
pub(crate) type Boxed<T> = Pin<Box<dyn std::future::Future<Output = T> + Send>>;

/// Counts changes that were begun or ended through this process: what was read before one is not shared after it.
#[derive(Debug, Default)]
pub(crate) struct Epoch(AtomicU64);

impl Epoch {
    pub(crate) fn passes(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// All reads of one kind in one region.
pub(crate) struct Batch<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    fetch: Box<Fetch<T>>,
    epoch: Arc<Epoch>,
    state: Mutex<State<T>>,
}

struct State<T> {
    waiting: BTreeMap<String, Vec<oneshot::Sender<Answer<T>>>>,
    since: Option<Instant>,
    last: Option<Instant>,
    gathering: bool,
    shared: BTreeMap<String, (u64, Instant, Option<Arc<T>>)>,
}

type Answer<T> = Result<Option<Arc<T>>, ApiError>;

impl<T: Send + Sync + 'static> Batch<T> {
    pub(crate) fn new(
        epoch: Arc<Epoch>,
        fetch: impl Fn(Vec<String>) -> Boxed<Fetched<T>> + Send + Sync + 'static,
    ) -> Batch<T> {
        let state =
            State { waiting: BTreeMap::new(), since: None, last: None, gathering: false, shared: BTreeMap::new() };
        Batch { inner: Arc::new(Inner { fetch: Box::new(fetch), epoch, state: Mutex::new(state) }) }
    }

    /// The object with this id, as it was not long ago and after all changes made here; none when it is not there.
    pub(crate) async fn get(&self, id: &str) -> Answer<T> {
        let epoch = self.inner.epoch.now();
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
        let epoch = self.inner.epoch.now();
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
        let gather = {
            let mut state = self.inner.lock();
            let now = Instant::now();
            state.waiting.entry(id.to_owned()).or_default().push(sender);
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
        // Only when the runtime ends under us.
        Err(_) => Ok(None),
    }
}

impl<T> Inner<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn gather_and_fetch<T: Send + Sync + 'static>(inner: Arc<Inner<T>>) {
    loop {
        tokio::time::sleep(QUIET).await;
        let ready = {
            let state = inner.lock();
            let quiet = state.last.is_none_or(|last| last.elapsed() >= QUIET);
            quiet || state.waiting.len() >= MOST || state.since.is_none_or(|since| since.elapsed() >= LONGEST)
        };
        if !ready {
            continue;
        }
        let (taken, more) = {
            let mut state = inner.lock();
            let rest = match state.waiting.keys().nth(MOST).cloned() {
                Some(first_left) => state.waiting.split_off(&first_left),
                None => BTreeMap::new(),
            };
            let taken = std::mem::replace(&mut state.waiting, rest);
            state.gathering = !state.waiting.is_empty();
            state.since = None;
            (taken, state.gathering)
        };
        tokio::spawn(fetch(inner.clone(), taken));
        if !more {
            return;
        }
    }
}

async fn fetch<T: Send + Sync + 'static>(
    inner: Arc<Inner<T>>,
    waiting: BTreeMap<String, Vec<oneshot::Sender<Answer<T>>>>,
) {
    let epoch = inner.epoch.now();
    let fetched = (inner.fetch)(waiting.keys().cloned().collect()).await;
    match fetched {
        Err(why) => {
            for sender in waiting.into_values().flatten() {
                let _ = sender.send(Err(why.clone()));
            }
        }
        Ok(mut found) => {
            let now = Instant::now();
            for (id, senders) in waiting {
                let object = found.remove(&id).map(Arc::new);
                inner.lock().shared.insert(id, (epoch, now, object.clone()));
                for sender in senders {
                    let _ = sender.send(Ok(object.clone()));
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
            Err(why) if why.is_not_found() || why.code.ends_with(".Malformed") => {
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

/// The words of a text that may be ids or names: `The volume 'vol-1' does not exist`.
fn named_ids(message: &str) -> BTreeSet<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | '[' | ']' | '(' | ')' | ':');
    message.split(ends).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    fn counting(epoch: &Arc<Epoch>) -> (Batch<String>, Arc<AtomicUsize>) {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let batch = Batch::new(epoch.clone(), move |ids: Vec<String>| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                let there = ids.into_iter().filter(|id| !id.contains("gone"));
                Ok(there.map(|id| (id.clone(), format!("object {id}"))).collect())
            })
        });
        (batch, requests)
    }

    #[tokio::test]
    async fn reads_that_arrive_together_are_one_request() {
        let epoch = Arc::new(Epoch::default());
        let (batch, requests) = counting(&epoch);
        let batch = Arc::new(batch);
        let reads: Vec<_> = (0..1_500)
            .map(|i| {
                let batch = batch.clone();
                tokio::spawn(async move { batch.get(&format!("vol-{i}")).await })
            })
            .collect();
        for (i, read) in reads.into_iter().enumerate() {
            let found = read.await.unwrap().unwrap().unwrap();
            assert_eq!(*found, format!("object vol-{i}"));
        }
        assert_eq!(requests.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn answers_are_shared_until_something_changes() {
        let epoch = Arc::new(Epoch::default());
        let (batch, requests) = counting(&epoch);
        assert!(batch.get("a").await.unwrap().is_some());
        assert!(batch.get("a").await.unwrap().is_some());
        assert!(batch.get("gone").await.unwrap().is_none());
        assert_eq!(requests.load(Ordering::SeqCst), 2);
        epoch.passes();
        assert!(batch.get("a").await.unwrap().is_some());
        assert!(batch.fresh("a").await.unwrap().is_some());
        assert_eq!(requests.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn missing_ids_are_taken_out() {
        let refuse = |naming: bool| {
            move |ids: Vec<String>| async move {
                let gone: Vec<&str> = ids.iter().map(String::as_str).filter(|id| id.contains("gone")).collect();
                if gone.is_empty() {
                    return Ok(ids.into_iter().map(|id| (id.clone(), ())).collect());
                }
                let named = if naming { gone.join(", ") } else { String::new() };
                Err(ApiError {
                    action: "DescribeVolumes",
                    service: "ec2",
                    region: "eu-west-1".into(),
                    code: "InvalidVolume.NotFound".into(),
                    message: format!("The volumes '{named}' do not exist."),
                    request_id: None,
                    in_doubt: false,
                    tried_before: false,
                    advice: None,
                })
            }
        };
        for naming in [true, false] {
            let ids = ["a", "gone-1", "b", "c", "gone-2"].map(String::from).to_vec();
            let found = without_missing(ids, refuse(naming)).await.unwrap();
            assert_eq!(found.into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        }
    }
}
