//! A repetition says so to the resource; nothing of it stays with the object.

use crate::probe::{Hosted, Probe, create, plan_create};
use calls::ChangeRequest;

#[tokio::test]
async fn only_a_repetition_says_so() {
    let probe = Probe::default();
    let seen = probe.seen.clone();
    let hosted = Hosted::new(probe).await;
    let plugin = hosted.plugin().await;
    let planned = plan_create(&plugin, "probe_strict").await;
    let first = create("probe_strict", &planned);
    let again = ChangeRequest { repeated: true, ..first.clone() };
    for request in [&first, &again] {
        let object = plugin.change(request).await.object.unwrap();
        assert_eq!(object.private.as_ref(), br#"{"drform:repeat":"same_object"}"#);
    }
    let changes = seen.changes.lock().unwrap();
    let told: Vec<_> = changes.iter().map(|change| (&*change.token, change.repeated)).collect();
    assert_eq!(told, [("token", false), ("token", true)]);
    assert!(changes.iter().all(|change| change.private.is_empty()), "authors see only what they kept");
}
