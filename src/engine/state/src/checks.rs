//! `check_results`: what became of the conditions at the last apply, as Terraform 1.11 keeps it.

use std::sync::Arc;
use value::json::{Escape, Layout, Node};

/// What became of the conditions of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// `resource`, `output`, `check` or `var`.
    pub kind: &'static str,
    /// Address of the block, without keys.
    pub config: Arc<str>,
    /// Of all its objects together.
    pub status: CheckStatus,
    /// Its objects by address.
    pub objects: Vec<CheckedObject>,
}

/// What became of the conditions of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedObject {
    /// Its address.
    pub addr: Arc<str>,
    /// Of all its conditions together.
    pub status: CheckStatus,
    /// What the failed ones say.
    pub failures: Vec<Arc<str>>,
}

/// How conditions end; of several the last in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    /// They hold.
    Pass,
    /// It is not known yet.
    Unknown,
    /// One does not hold.
    Fail,
    /// One cannot be evaluated.
    Error,
}

impl CheckStatus {
    fn name(self) -> &'static str {
        match self {
            CheckStatus::Pass => "pass",
            CheckStatus::Unknown => "unknown",
            CheckStatus::Fail => "fail",
            CheckStatus::Error => "error",
        }
    }
}

/// The text for a state; `None` where there are no conditions at all.
pub fn print_check_results(results: &[CheckResult]) -> Option<Arc<str>> {
    let object = |object: &CheckedObject| {
        let mut members: Vec<(Arc<str>, Node)> = vec![
            ("object_addr".into(), Node::string(object.addr.clone())),
            ("status".into(), Node::string(object.status.name())),
        ];
        if !object.failures.is_empty() {
            let failures = object.failures.iter().map(|text| Node::string(text.clone()));
            members.push(("failure_messages".into(), Node::Array(failures.collect())));
        }
        Node::Object(members)
    };
    let block = |result: &CheckResult| {
        let objects = match result.objects.is_empty() {
            true => Node::Null,
            false => Node::Array(result.objects.iter().map(object).collect()),
        };
        Node::object([
            ("object_kind", Node::string(result.kind)),
            ("config_addr", Node::string(result.config.clone())),
            ("status", Node::string(result.status.name())),
            ("objects", objects),
        ])
    };
    let blocks: Vec<Node> = results.iter().map(block).collect();
    (!blocks.is_empty()).then(|| Node::Array(blocks).print_as(Layout::Compact, Escape::Html).into())
}

/// True when both texts say the same: Terraform writes blocks and objects in any order.
pub fn check_results_equal(a: Option<&str>, b: Option<&str>) -> bool {
    let sorted = |text: Option<&str>| {
        let mut node = value::json::parse(text.unwrap_or("null")).ok()?;
        sort(&mut node);
        Some(node)
    };
    a == b || sorted(a).is_some_and(|node| Some(node) == sorted(b))
}

fn sort(node: &mut Node) {
    match node {
        Node::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_cached_key(|item| item.print());
        }
        Node::Object(members) => {
            members.iter_mut().for_each(|(_, value)| sort(value));
            members.sort_by(|a, b| a.0.cmp(&b.0));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_terraform_writes_them_whatever_the_order() {
        let object = |addr: &str, status, failures: &[&str]| CheckedObject {
            addr: addr.into(),
            status,
            failures: failures.iter().map(|f| Arc::from(*f)).collect(),
        };
        let result = |kind, config: &str, status, objects| CheckResult { kind, config: config.into(), status, objects };
        let a = object("a_b.c[0]", CheckStatus::Pass, &[]);
        let b = object("a_b.c[1]", CheckStatus::Fail, &["it is <bad>"]);
        let print = |objects| {
            let results = [
                result("resource", "a_b.c", CheckStatus::Fail, objects),
                result("var", "module.m.var.v", CheckStatus::Pass, Vec::new()),
            ];
            print_check_results(&results).unwrap()
        };
        let text = print(vec![a.clone(), b.clone()]);
        assert_eq!(
            &*text,
            concat!(
                r#"[{"object_kind":"resource","config_addr":"a_b.c","status":"fail","objects":["#,
                r#"{"object_addr":"a_b.c[0]","status":"pass"},"#,
                r#"{"object_addr":"a_b.c[1]","status":"fail","failure_messages":["it is \u003cbad\u003e"]}]},"#,
                r#"{"object_kind":"var","config_addr":"module.m.var.v","status":"pass","objects":null}]"#
            )
        );
        assert!(check_results_equal(Some(&text), Some(&print(vec![b, a.clone()]))));
        assert!(!check_results_equal(Some(&text), Some(&print(vec![a]))));
        assert!(check_results_equal(None, Some("null")) && !check_results_equal(None, Some(&text)));
        assert_eq!(print_check_results(&[]), None);
    }
}
