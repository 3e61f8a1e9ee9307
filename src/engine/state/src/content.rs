//! When two states say the same.

use crate::v4::layout;
use crate::{InstanceState, Object, State, check_results_equal};
use std::collections::BTreeMap;
use std::sync::Arc;

/// True when both states have the same content: everything but lineage, serial and tool version.
///
/// The serial rises only when this is false (trap 105). Attributes are compared as JSON tokens: white space
/// between them does not count, nor does the order in which Terraform lists conditions.
pub fn content_equal(a: &State, b: &State) -> bool {
    a.outputs == b.outputs
        && check_results_equal(a.check_results.as_deref(), b.check_results.as_deref())
        && texts_equal(&a.unread, &b.unread)
        && a.resource_unread.len() == b.resource_unread.len()
        && a.resource_unread
            .iter()
            .zip(&b.resource_unread)
            .all(|((at_a, a), (at_b, b))| at_a == at_b && texts_equal(a, b))
        && a.instances.len() == b.instances.len()
        && a.instances.iter().zip(&b.instances).all(|((at_a, a), (at_b, b))| at_a == at_b && instances_equal(a, b))
}

/// True when both say the same of an instance; white space within attributes does not count.
pub fn instances_equal(a: &InstanceState, b: &InstanceState) -> bool {
    let current = match (&a.current, &b.current) {
        (Some(a), Some(b)) => objects_equal(a, b),
        (None, None) => true,
        _ => false,
    };
    current
        && a.provider == b.provider
        && a.deposed.len() == b.deposed.len()
        && a.deposed.iter().zip(&b.deposed).all(|((key_a, a), (key_b, b))| key_a == key_b && objects_equal(a, b))
}

fn objects_equal(a: &Arc<Object>, b: &Arc<Object>) -> bool {
    if Arc::ptr_eq(a, b) || a == b {
        return true;
    }
    let rest = |o: &Object| Object { attributes: "".into(), unread: BTreeMap::new(), ..o.clone() };
    json_equal(&a.attributes, &b.attributes) && texts_equal(&a.unread, &b.unread) && rest(a) == rest(b)
}

fn texts_equal(a: &BTreeMap<Arc<str>, Arc<str>>, b: &BTreeMap<Arc<str>, Arc<str>>) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((key_a, a), (key_b, b))| key_a == key_b && json_equal(a, b))
}

fn json_equal(a: &str, b: &str) -> bool {
    a == b || layout::compact(a) == layout::compact(b)
}
