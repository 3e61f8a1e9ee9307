//! What all Describe operations share: ids, filters, pages.
//!
//! - `DescribeInstances`, `DescribeVolumes`, `DescribeSnapshots`, parameter MaxResults: 5 to 1000, and not together with
//!   ids in the same request. The emulator pages at 100 by itself.
//! - "Filtering" of the API reference: at most 200 filter values in a request (`FilterLimitExceeded`, "The maximum
//!   number of filter values specified on a single call is 200").
//! - An unknown id fails the whole request, and the message names all that are missing ("The instance IDs 'i-a, i-b'
//!   do not exist", as seen of TerminateInstances; for volumes and snapshots the plural is inferred from it). The
//!   emulator names one.

use std::collections::BTreeSet;

use super::{Done, forward, refuse};
use crate::call::{Answer, Call};
use crate::gate::Gate;
use crate::xml::Element;

/// A kind of object and how its Describe operation speaks.
pub(crate) struct Kind {
    /// `volumeSet`.
    pub(crate) set: &'static str,
    /// Where the objects are inside the set's items: `instancesSet` of reservations.
    pub(crate) inner: Option<&'static str>,
    /// `VolumeId` as parameter.
    pub(crate) param: &'static str,
    /// `volumeId` as element.
    pub(crate) id: &'static str,
    /// `volume-id` as filter.
    pub(crate) filter: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) malformed: &'static str,
    pub(crate) unknown: &'static str,
    /// Messages for one and several that do not exist, `{}` for the ids.
    pub(crate) messages: (&'static str, &'static str),
    /// Filters that the gate applies, as it changes or knows better what they look at: name and path.
    pub(crate) own: &'static [(&'static str, &'static str)],
}

/// What every request must keep to.
pub(super) fn limits(call: &Call) -> Result<(), Answer> {
    if call.params.filters().iter().map(|(_, values)| values.len()).sum::<usize>() > 200 {
        return refuse(
            call,
            "FilterLimitExceeded",
            "The maximum number of filter values specified on a single call is 200",
        );
    }
    Ok(())
}

/// Answers a Describe operation: one whole answer of the emulator, in which `look` changes each object and says whether
/// it can be seen, and `more` adds to it; then what the request asks for of it.
pub(super) fn answer(
    gate: &Gate,
    call: &Call,
    kind: &Kind,
    more: Vec<Element>,
    look: impl Fn(&mut Element) -> bool,
) -> Done {
    let ids = call.params.list(kind.param);
    let most = page_size(call, kind, &ids)?;
    malformed(call, kind, &ids)?;
    let (own, others): (Vec<_>, Vec<_>) =
        call.params.filters().into_iter().partition(|(name, _)| kind.own.iter().any(|(own, _)| own == name));
    let mut root = all(gate, call, kind, &ids, &others)?;
    if let Some(set) = root.child_mut(kind.set) {
        set.children.extend(more);
    }
    each(&mut root, kind, &look);
    missing(gate, call, kind, &ids, &root, !others.is_empty(), &look)?;
    each(&mut root, kind, &|object| {
        own.iter().all(|(name, values)| {
            let path = kind.own.iter().find(|(own, _)| own == name).map_or("", |(_, path)| path);
            values.iter().any(|v| like(v, object.at(path)))
        })
    });
    page(call, kind, &mut root, most)?;
    let mut answer = Answer::ec2("Describe", vec![]);
    answer.set_xml(&root);
    Ok(answer)
}

/// The emulator's whole answer, ids asked for by filter: then it neither pages nor refuses.
fn all(
    gate: &Gate,
    call: &Call,
    kind: &Kind,
    ids: &[String],
    filters: &[(String, Vec<String>)],
) -> Result<Element, Answer> {
    let mut inner = call.clone();
    inner.params.take("MaxResults");
    inner.params.take("NextToken");
    inner.params.take_all(&format!("{}.", kind.param));
    let mut filters = filters.to_vec();
    if !ids.is_empty() {
        filters.push((kind.filter.to_string(), ids.to_vec()));
    }
    inner.params.set_filters(&filters);
    if kind.inner.is_some() {
        inner.params.push("MaxResults", "1000000");
    }
    Ok(forward(gate, &inner)?.xml())
}

/// Keeps the objects that `keep` says; a reservation without instances goes.
fn each(root: &mut Element, kind: &Kind, keep: &impl Fn(&mut Element) -> bool) {
    let Some(set) = root.child_mut(kind.set) else { return };
    match kind.inner {
        None => set.children.retain_mut(keep),
        Some(inner) => {
            for item in &mut set.children {
                if let Some(objects) = item.child_mut(inner) {
                    objects.children.retain_mut(keep);
                }
            }
            set.children.retain(|item| item.child(inner).is_some_and(|o| !o.children.is_empty()));
        }
    }
}

fn missing(
    gate: &Gate,
    call: &Call,
    kind: &Kind,
    ids: &[String],
    root: &Element,
    filtered: bool,
    look: &impl Fn(&mut Element) -> bool,
) -> Result<(), Answer> {
    let found = |root: &Element| -> BTreeSet<String> { root.all(kind.id).iter().map(|e| e.text.clone()).collect() };
    let mut there = found(root);
    if ids.iter().all(|id| there.contains(id)) {
        return Ok(());
    }
    if filtered {
        let mut again = all(gate, call, kind, ids, &[])?;
        each(&mut again, kind, look);
        there = found(&again);
    }
    let gone: Vec<&str> = ids.iter().filter(|id| !there.contains(*id)).map(String::as_str).collect();
    match gone[..] {
        [] => Ok(()),
        [one] => refuse(call, kind.unknown, kind.messages.0.replace("{}", one)),
        _ => refuse(call, kind.unknown, kind.messages.1.replace("{}", &gone.join(", "))),
    }
}

fn malformed(call: &Call, kind: &Kind, ids: &[String]) -> Result<(), Answer> {
    let well = |id: &String| {
        let digits = id.strip_prefix(kind.prefix).unwrap_or("");
        matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    };
    match ids.iter().find(|id| !well(id)) {
        Some(id) => refuse(call, kind.malformed, format!("Invalid id: \"{id}\" (expecting \"{}...\")", kind.prefix)),
        None => Ok(()),
    }
}

fn page_size(call: &Call, kind: &Kind, ids: &[String]) -> Result<Option<usize>, Answer> {
    let Some(text) = call.params.get("MaxResults") else { return Ok(None) };
    if !ids.is_empty() {
        let set = format!("{}s", kind.param.trim_end_matches("Id").to_lowercase());
        let message = format!("The parameter {set}Set cannot be used with the parameter maxResults");
        return refuse(call, "InvalidParameterCombination", message);
    }
    match text.parse::<usize>() {
        Ok(n) if (5..=1000).contains(&n) => Ok(Some(n)),
        Ok(n) => {
            let side = if n < 5 { "greater than 5" } else { "less than or equal to 1000" };
            let message = format!("Value ( {n} ) for parameter maxResults is invalid. Expecting a value {side}.");
            refuse(call, "InvalidParameterValue", message)
        }
        Err(_) => {
            refuse(call, "InvalidParameterValue", format!("Value ( {text} ) for parameter maxResults is invalid."))
        }
    }
}

/// Cuts one page out. The token says where the next begins.
fn page(call: &Call, kind: &Kind, root: &mut Element, most: Option<usize>) -> Result<(), Answer> {
    root.remove("nextToken");
    let start = match call.params.get("NextToken") {
        None => 0,
        Some(token) => match token.strip_prefix("page-from-").and_then(|n| n.parse().ok()) {
            Some(n) => n,
            None => return refuse(call, "InvalidParameterValue", "Invalid value for 'NextToken' parameter"),
        },
    };
    let Some(set) = root.child_mut(kind.set) else { return Ok(()) };
    set.children.drain(..usize::min(start, set.children.len()));
    let Some(most) = most.filter(|m| *m < set.children.len()) else { return Ok(()) };
    set.children.truncate(most);
    root.put(Element::leaf("nextToken", format!("page-from-{}", start + most)));
    Ok(())
}

/// Whether a text fits a filter value with its `*` and `?` ("Filtering": wildcards).
pub(super) fn like(pattern: &str, text: &str) -> bool {
    match (pattern.as_bytes(), text.as_bytes()) {
        ([], []) => true,
        ([b'*', ..], _) => {
            like(&pattern[1..], text) || text.chars().next().is_some_and(|c| like(pattern, &text[c.len_utf8()..]))
        }
        ([b'?', ..], [_, ..]) => text.chars().next().is_some_and(|c| like(&pattern[1..], &text[c.len_utf8()..])),
        ([p, ..], [t, ..]) if p == t && p.is_ascii() => like(&pattern[1..], &text[1..]),
        _ => pattern == text,
    }
}
