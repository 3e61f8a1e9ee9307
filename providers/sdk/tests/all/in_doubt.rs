//! A change whose outcome nobody knows is not taken for one that made nothing.

use crate::probe::{Hosted, Probe, create, plan_create};
use calls::ChangeRequest;

#[tokio::test]
async fn the_host_keeps_it_open() {
    let hosted = Hosted::new(Probe::default()).await;
    let plugin = hosted.plugin().await;
    let planned = plan_create(&plugin, "probe_strict").await;
    let lost = ChangeRequest { token: "lost".into(), ..create("probe_strict", &planned) };
    let answer = plugin.change(&lost).await;
    assert!(answer.in_doubt && answer.object.is_none());
    let said: Vec<_> = answer.diagnostics.iter().map(|d| (d.summary.as_str(), d.detail.as_str())).collect();
    let [("Nobody knows whether the change was made", detail)] = said.as_slice() else { panic!("{said:?}") };
    assert!(detail.contains("Could not make the thing: No answer came."), "{detail}");
    // The provider is well, and goes on.
    assert!(!plugin.change(&create("probe_strict", &planned)).await.in_doubt);
}
