//! An interrupt reaches the provider, and what its waiters say then is kept.

use crate::probe::{Hosted, Probe, create, plan_create};
use calls::ChangeRequest;
use std::sync::Arc;

#[tokio::test]
async fn waiters_end_early() {
    let hosted = Hosted::new(Probe::default()).await;
    let plugin = Arc::new(hosted.plugin().await);
    let planned = plan_create(&plugin, "probe_strict").await;
    let made = plugin.change(&create("probe_strict", &planned)).await.object.unwrap();
    let update = ChangeRequest { prior: made.value.clone(), ..create("probe_strict", &planned) };
    let updating = tokio::spawn({
        let plugin = plugin.clone();
        async move { plugin.change(&update).await }
    });
    // The provider goes on until it is told, and then tells what is there.
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(100), async {
            while !updating.is_finished() {
                tokio::task::yield_now().await
            }
        })
        .await
        .is_err()
    );
    assert_eq!(plugin.interrupt().await, None);
    let stopped = updating.await.unwrap();
    let said: Vec<_> = stopped.diagnostics.iter().map(|d| d.summary.as_str()).collect();
    assert_eq!((said, stopped.in_doubt), (vec!["Stopped while waiting"], false));
    assert_eq!(stopped.object.unwrap().value, made.value);
}
