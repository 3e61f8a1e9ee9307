//! Tags on objects of EC2: all of them are set and removed by the same two requests.

use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::kind::Change;
use crate::tags::{self, Tags};
use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};

/// The tags that a create gives its object; none when there are none, which the API refuses.
pub(crate) fn specifications(change: &Change, kind: ResourceType) -> Option<Vec<TagSpecification>> {
    specifications_of(&change.planned.text_map("tags_all"), kind)
}

/// The same for any tags.
pub(crate) fn specifications_of(tags: &Tags, kind: ResourceType) -> Option<Vec<TagSpecification>> {
    let specification = TagSpecification::builder().resource_type(kind).set_tags(Some(as_tags(tags)));
    (!tags.is_empty()).then(|| vec![specification.build()])
}

fn as_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, text)| Tag::builder().key(key).value(text).build()).collect()
}

/// Puts the tags of an object into `tags` and `tags_all`.
pub(crate) fn show(region: &Region, object: &mut Fields, found: &[Tag]) {
    tags::show(object, texts(found), &region.default_tags, &region.ignored_tags);
}

/// Puts the tags of an object into the `tags` of a data source: all but those that are ignored.
pub(crate) fn show_in_source(region: &Region, object: &mut Fields, found: &[Tag]) {
    let mut all = texts(found);
    all.retain(|key, _| !region.ignored_tags.holds(key));
    object.set_text_map("tags", all);
}

/// Tags as texts.
pub(crate) fn texts(found: &[Tag]) -> Tags {
    found.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()))).collect()
}

/// Brings the tags of an object from what they were to what is planned.
pub(crate) async fn update(region: &Region, change: &Change, id: &str) -> Result<(), Trouble> {
    if change.changes("tags_all") {
        let (before, after) = (change.prior.text_map("tags_all"), change.planned.text_map("tags_all"));
        set(region, id, &before, &after).await?;
    }
    Ok(())
}

/// Brings the tags of an object from one set to another.
pub(crate) async fn set(region: &Region, id: &str, before: &Tags, after: &Tags) -> Result<(), Trouble> {
    let (set, mut removed) = tags::difference(before, after);
    removed.retain(|key| !region.ignored_tags.holds(key));
    if !removed.is_empty() {
        let tags: Vec<Tag> = removed.iter().map(|key| Tag::builder().key(key).build()).collect();
        let action = Action::same("DeleteTags");
        let done = region.ec2().call(action, |c| c.delete_tags().resources(id).set_tags(Some(tags.clone())).send());
        done.await.map_err(|why| why.while_doing(format!("remove tags of {id}")))?;
    }
    if !set.is_empty() {
        let tags = as_tags(&set);
        let action = Action::same("CreateTags");
        let done = region.ec2().call(action, |c| c.create_tags().resources(id).set_tags(Some(tags.clone())).send());
        done.await.map_err(|why| why.while_doing(format!("set tags of {id}")))?;
    }
    Ok(())
}
