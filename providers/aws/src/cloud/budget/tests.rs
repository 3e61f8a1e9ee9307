use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A service with a token bucket, and what it saw.
struct Service {
    bucket: Mutex<(f64, Instant)>,
    rate: Mutex<f64>,
    burst: f64,
    /// How long an answer takes.
    latency: Duration,
    refused: AtomicUsize,
}

impl Service {
    fn new(rate: f64, burst: f64) -> Service {
        let bucket = Mutex::new((burst, Instant::now()));
        let latency = Duration::from_millis(10);
        Service { bucket, rate: Mutex::new(rate), burst, latency, refused: AtomicUsize::new(0) }
    }

    fn takes(&self) -> bool {
        let (rate, now) = (*self.rate.lock().unwrap(), Instant::now());
        let mut bucket = self.bucket.lock().unwrap();
        let (tokens, filled) = *bucket;
        let tokens = (tokens + now.duration_since(filled).as_secs_f64() * rate).min(self.burst);
        let takes = tokens >= 1.0;
        *bucket = (if takes { tokens - 1.0 } else { tokens }, now);
        if !takes {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        takes
    }
}

/// One request, as `call` makes it.
async fn ask(budget: &Budget, service: &Service) {
    loop {
        let turn = budget.turn().await;
        tokio::time::sleep(service.latency / 2).await;
        let takes = service.takes();
        tokio::time::sleep(service.latency / 2).await;
        if takes {
            return budget.taken();
        }
        budget.refused(turn);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// So many requests, so many at once: the longest that one took, in seconds.
async fn ask_all(budget: &Arc<Budget>, service: &Arc<Service>, requests: usize, at_once: usize) -> f64 {
    let left = Arc::new(AtomicUsize::new(requests));
    let askers: Vec<_> = (0..at_once)
        .map(|_| {
            let (budget, service, left) = (budget.clone(), service.clone(), left.clone());
            tokio::spawn(async move {
                let mut longest = 0.0_f64;
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    let begin = Instant::now();
                    ask(&budget, &service).await;
                    longest = longest.max(begin.elapsed().as_secs_f64());
                }
                longest
            })
        })
        .collect();
    let mut longest = 0.0_f64;
    for asker in askers {
        longest = longest.max(asker.await.unwrap());
    }
    longest
}

#[tokio::test(start_paused = true)]
async fn a_throttled_service_is_used_to_the_full() {
    let rows = [
        // a second, burst, requests, at once, milliseconds for an answer
        (5.0, 5.0, 200, 10, 10),
        (5.0, 20.0, 200, 10, 10),
        (5.0, 20.0, 400, 50, 10),
        (5.0, 5.0, 400, 50, 10),
        (5.0, 100.0, 400, 1_000, 10),
        (50.0, 100.0, 2_000, 10, 10),
        (50.0, 50.0, 2_000, 50, 10),
        (1.0, 2.0, 100, 10, 10),
        (200.0, 500.0, 5_000, 50, 10),
        (15.0, 5.0, 300, 10, 300),
        (5.0, 5.0, 200, 10, 1_000),
        (50.0, 50.0, 2_000, 50, 500),
    ];
    for (rate, burst, requests, at_once, latency) in rows {
        let latency = Duration::from_millis(latency);
        let service = Arc::new(Service { latency, ..Service::new(rate, burst) });
        let budget = Arc::new(Budget::default());
        let begin = Instant::now();
        let longest = ask_all(&budget, &service, requests, at_once).await;
        let seconds = begin.elapsed().as_secs_f64();
        let ideal = (requests as f64 - burst) / rate;
        let refused = service.refused.load(Ordering::SeqCst);
        let said = format!(
            "{rate}/s, burst {burst}, {at_once} at once, {latency:?}: {seconds:.1} s, ideal {ideal:.1} s, {refused} refused of \
             {requests}, longest {longest:.1} s"
        );
        assert!(seconds <= ideal * 1.15, "{said}");
        // All that are sent before the first answer may be refused, and once more before the rate is known. When answers
        // take long, more are sent before a refusal is heard of.
        let part = if latency < Duration::from_millis(500) { 6 } else { 4 };
        assert!(refused <= 2 * at_once + requests / part, "{said}");
        // In the order of coming, with room for a refusal or three.
        assert!(longest <= (at_once.min(requests) as f64 / rate) * 2.5 + 2.0, "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_lifted_or_lowered_is_noticed() {
    let (budget, service) = (Arc::new(Budget::default()), Arc::new(Service::new(5.0, 20.0)));
    ask_all(&budget, &service, 100, 10).await;
    *service.rate.lock().unwrap() = 1_000.0;
    let begin = Instant::now();
    ask_all(&budget, &service, 1_000, 10).await;
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    *service.rate.lock().unwrap() = 2.0;
    let refused = service.refused.load(Ordering::SeqCst);
    let begin = Instant::now();
    ask_all(&budget, &service, 100, 10).await;
    let (seconds, refused) = (begin.elapsed().as_secs_f64(), service.refused.load(Ordering::SeqCst) - refused);
    assert!(seconds < 60.0 && refused < 40, "{seconds:.1} s, {refused} refused");
}

#[tokio::test(start_paused = true)]
async fn a_pause_does_not_make_the_service_look_slow() {
    let (budget, service) = (Arc::new(Budget::default()), Arc::new(Service::new(5.0, 20.0)));
    ask_all(&budget, &service, 100, 10).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    let begin = Instant::now();
    ask_all(&budget, &service, 100, 10).await;
    assert!(begin.elapsed() < Duration::from_secs(21), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_given_up_is_not_lost() {
    let budget = Arc::new(Budget::default());
    budget.refused(budget.turn().await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    budget.refused(budget.turn().await);
    // A hundred wait, and are cancelled: the next one does not wait for their turns.
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let budget = budget.clone();
            tokio::spawn(async move { budget.turn().await })
        })
        .collect();
    tokio::task::yield_now().await;
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    let begin = Instant::now();
    budget.turn().await;
    assert!(begin.elapsed() <= Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_before_the_first_refusal() {
    let (budget, begin) = (Budget::default(), Instant::now());
    for _ in 0..1_000 {
        budget.turn().await;
        budget.taken();
    }
    assert_eq!(begin.elapsed(), Duration::ZERO);
}
