use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn counting(traffic: &Arc<Traffic>) -> (Batch<String>, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let batch = Batch::new(traffic.clone(), move |ids: Vec<String>| {
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
    let traffic = Arc::new(Traffic::default());
    let (batch, requests) = counting(&traffic);
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
    let traffic = Arc::new(Traffic::default());
    let (batch, requests) = counting(&traffic);
    assert!(batch.get("a").await.unwrap().is_some());
    assert!(batch.get("a").await.unwrap().is_some());
    assert!(batch.get("gone").await.unwrap().is_none());
    assert_eq!(requests.load(Ordering::SeqCst), 2);
    traffic.changed();
    assert!(batch.get("a").await.unwrap().is_some());
    assert!(batch.fresh("a").await.unwrap().is_some());
    assert_eq!(requests.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn the_first_to_come_are_the_first_to_be_asked_for() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let batch = Arc::new(Batch::new(Arc::default(), move |ids: Vec<String>| {
        seen.lock().unwrap().push(ids);
        Box::pin(async { Ok(BTreeMap::<String, ()>::new()) })
    }));
    let reads: Vec<_> = (0..MOST + 1)
        .map(|i| {
            let batch = batch.clone();
            // The first one is the last by name.
            tokio::spawn(async move { batch.get(&format!("vol-{:05}", 90_000 - i)).await })
        })
        .collect();
    for read in reads {
        read.await.unwrap().unwrap();
    }
    let asked = asked.lock().unwrap();
    assert!(asked[0].contains(&"vol-90000".into()) && asked[0].len() == MOST);
}

#[tokio::test]
async fn who_goes_away_is_not_asked_for_and_a_failed_fetch_is_no_absence() {
    let traffic = Arc::new(Traffic::default());
    let (batch, requests) = counting(&traffic);
    let batch = Arc::new(batch);
    let reader = batch.clone();
    let read = tokio::spawn(async move { reader.get("a").await });
    tokio::task::yield_now().await;
    read.abort();
    tokio::time::sleep(QUIET * 4).await;
    assert_eq!(requests.load(Ordering::SeqCst), 0);
    assert!(batch.get("b").await.unwrap().is_some());
    let broken = Batch::<()>::new(traffic, |_| Box::pin(async { panic!("as a mistake of ours would") }));
    assert!(broken.get("a").await.is_err());
}

#[test]
fn what_is_shared_is_bounded() {
    let (batch, _) = counting(&Arc::default());
    let mut state = batch.inner.lock();
    for i in 0..MOST_SHARED * 2 + 1 {
        state.share(i.to_string(), 0, Instant::now(), None);
        assert!(state.shared.len() <= MOST_SHARED);
    }
}

#[tokio::test]
async fn missing_ids_are_taken_out() {
    let refuse = |naming: bool, code: &'static str| {
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
                code: code.into(),
                message: format!("The volumes '{named}' do not exist."),
                request_id: None,
                in_doubt: false,
                tried_before: false,
                advice: None,
                told: None,
            })
        }
    };
    for (naming, code) in [
        (true, "InvalidVolume.NotFound"),
        (false, "InvalidVolume.NotFound"),
        (true, "InvalidVolumeID.Malformed"),
        (true, "InvalidParameterValue"),
    ] {
        let ids = ["a", "gone-1", "b", "c", "gone-2"].map(String::from).to_vec();
        let found = without_missing(ids, refuse(naming, code)).await.unwrap();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    }
    // Other refusals are everybody's.
    let ids = ["a", "gone-1"].map(String::from).to_vec();
    assert!(without_missing(ids, refuse(false, "InvalidParameterValue")).await.is_err());
}

/// A read of an instance: first the instance, then its disk.
async fn read_instance(traffic: Arc<Traffic>, instances: Arc<Batch<String>>, volumes: Arc<Batch<String>>, i: usize) {
    let _open = traffic.read();
    instances.get(&format!("i-{i}")).await.unwrap().unwrap();
    volumes.get(&format!("vol-of-{i}")).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_follows_other_reads_is_gathered_with_its_own_kind() {
    let traffic = Arc::new(Traffic::default());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let slow = |kind: &'static str| {
        let asked = asked.clone();
        Batch::new(traffic.clone(), move |ids: Vec<String>| {
            asked.lock().unwrap().push((kind, ids.len()));
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(2)).await;
                Ok(ids.into_iter().map(|id| (id.clone(), id)).collect())
            })
        })
    };
    let instances = slow("instances");
    let volumes = Arc::new(slow("volumes").after(&instances));
    let instances = Arc::new(instances);
    let mut reads = Vec::new();
    for i in 0..300 {
        reads.push(tokio::spawn(read_instance(traffic.clone(), instances.clone(), volumes.clone(), i)));
        let (host, volumes) = (traffic.clone(), volumes.clone());
        reads.push(tokio::spawn(async move {
            let _open = host.read();
            volumes.get(&format!("vol-{i}")).await.unwrap().unwrap();
        }));
        // Gaps as a busy machine has them; in the longest the host plans.
        tokio::time::sleep(Duration::from_millis(if i % 50 == 49 { 200 } else { 5 })).await;
        if i % 100 == 99 {
            traffic.called();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    for read in reads {
        read.await.unwrap();
    }
    assert_eq!(*asked.lock().unwrap(), [("instances", 300), ("volumes", 600)]);
    assert_eq!(traffic.open_reads(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_few_reads_hardly_wait() {
    let (traffic, at_once) = (Arc::new(Traffic::default()), 10);
    let (instances, _) = counting(&traffic);
    let (volumes, requests) = counting(&traffic);
    let (volumes, instances) = (Arc::new(volumes.after(&instances)), Arc::new(instances));
    // One alone, then as many as Terraform sends, among calls that read nothing.
    for few in [1, at_once] {
        let before = requests.load(Ordering::SeqCst);
        let begin = Instant::now();
        let reads: Vec<_> = (0..few)
            .map(|i| {
                let (traffic, volumes) = (traffic.clone(), volumes.clone());
                tokio::spawn(async move {
                    let _open = traffic.read();
                    volumes.get(&format!("vol-{few}-{i}")).await
                })
            })
            .collect();
        let calls = {
            let traffic = traffic.clone();
            tokio::spawn(async move {
                loop {
                    traffic.called();
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        };
        for read in reads {
            read.await.unwrap().unwrap();
        }
        calls.abort();
        assert!(begin.elapsed() <= QUIET + LOOK * 2, "{few}: {:?}", begin.elapsed());
        assert_eq!(requests.load(Ordering::SeqCst) - before, 1);
    }
    // Disks of instances that are under way do not hold up others.
    let reader = tokio::spawn(read_instance(traffic.clone(), instances, volumes.clone(), 0));
    tokio::task::yield_now().await;
    let begin = Instant::now();
    volumes.get("another").await.unwrap();
    assert!(begin.elapsed() <= QUIET + LOOK * 2, "{:?}", begin.elapsed());
    reader.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_fetch_is_as_patient_as_the_most_patient_change_that_waits_for_it() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let asked = seen.clone();
    let batch = Arc::new(Batch::<()>::new(Arc::default(), move |_| {
        let over =
            |seconds| patience::ours().map(|p| p.is_over(Instant::now(), Duration::from_secs(seconds)).is_some());
        asked.lock().unwrap().push([over(60), over(200)]);
        Box::pin(async { Ok(BTreeMap::new()) })
    }));
    let change = |seconds| {
        let batch = batch.clone();
        patience::within("update", seconds, async move { drop(batch.get(&format!("{seconds:?}")).await) })
    };
    tokio::join!(change(Some(Duration::from_secs(30))), change(Some(Duration::from_secs(100))));
    // One that has no end: a plan reads along.
    tokio::join!(change(Some(Duration::from_secs(40))), change(None));
    assert_eq!(*seen.lock().unwrap(), [[Some(false), Some(true)], [None, None]]);
}
