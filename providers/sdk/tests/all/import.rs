//! Objects that exist already, by their ids.

use crate::probe::{Hosted, Probe, provider};
use calls::{Answer, Question};
use plugin::repeat_promise;

#[tokio::test]
async fn by_id() {
    let hosted = Hosted::new(Probe::default()).await;
    let plugin = hosted.plugin().await;
    let import = async |kind: &str, id: &str| {
        let question =
            Question::Import { provider: provider(), kind: kind.into(), by: calls::ImportedBy::Id(id.into()) };
        let Answer::Imported(objects, said) = plugin.ask(&question).await else { panic!("no import") };
        let said: Vec<String> = said.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
        (objects, said)
    };
    let (objects, said) = import("probe_strict", "there").await;
    let (kind, object) = &objects[0];
    assert_eq!((objects.len(), &**kind, said.len()), (1, "probe_strict", 0));
    assert_eq!(object.value.get("id").unwrap().as_str(), Some("there"));
    assert_eq!(repeat_promise(&object.private), calls::Repeat::SameObject, "a later delete has the promise");
    // The caller reads it, as it reads any object.
    let read = Question::Read { provider: provider(), kind: kind.clone(), current: object.clone(), meta: None };
    assert_eq!(plugin.ask(&read).await, Answer::Object(Some(object.clone()), Default::default()));

    let rows = [
        (
            "probe_strict",
            "gone",
            "Cannot import non-existent remote object: The provider drform.test/dev/probe found no probe_strict with the id \"gone\".",
        ),
        ("probe_strict", "secret", "Access denied: Nobody may see secret."),
        (
            "probe_nope",
            "there",
            "Invalid resource type: The provider drform.test/dev/probe has no resource type \"probe_nope\".",
        ),
    ];
    for (kind, id, error) in rows {
        assert_eq!(import(kind, id).await, (Vec::new(), vec![error.to_string()]));
    }
}
