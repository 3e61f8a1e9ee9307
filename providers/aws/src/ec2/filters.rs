//! `filter` blocks and tags of data sources: what a look-up in EC2 is narrowed by.

use crate::fields::Fields;
use crate::shape::{Shape, text, text_set};
use aws_sdk_ec2::types::Filter;
use std::collections::BTreeMap;

/// Adds `filter` blocks to the shape of a data source.
pub(crate) fn with_filters(shape: Shape) -> Shape {
    let filter = Shape::default()
        .field("name", text().required().about("Name of the filter, as the describe action of the EC2 API has it."))
        .field("values", text_set().required().about("Values; one of them must fit. `*` and `?` are wildcards."));
    shape.set("filter", "Narrows what is looked up; all filters must fit.", filter)
}

/// The `filter` blocks that are written.
pub(crate) fn written(object: &Fields) -> Vec<Filter> {
    object
        .blocks("filter")
        .iter()
        .map(|block| any_of(block.text("name").unwrap_or_default(), block.texts("values")))
        .collect()
}

/// A filter that this one value must fit.
pub(crate) fn is(name: &str, value: impl Into<String>) -> Filter {
    any_of(name, vec![value.into()])
}

/// A filter that one of these values must fit. A request takes 200 values of all filters together.
pub(crate) fn any_of(name: &str, values: Vec<String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// Filters that every one of these tags must fit.
pub(crate) fn tags(tags: &BTreeMap<String, String>) -> Vec<Filter> {
    tags.iter().map(|(key, text)| is(&format!("tag:{key}"), text.as_str())).collect()
}

/// Blocks and tags of a data source that has both; none where nothing is written, as the API wants it.
pub(crate) fn blocks_and_tags(object: &Fields) -> Vec<Filter> {
    let mut all = written(object);
    all.extend(tags(&object.text_map("tags")));
    all
}

/// As requests take them: an empty list is none.
pub(crate) fn or_none(filters: Vec<Filter>) -> Option<Vec<Filter>> {
    (!filters.is_empty()).then_some(filters)
}
