//! A create that is cut at any of its requests, and asked for again, gives one object.
//!
//! For each request of a create: the connection is cut before the work is done and after it, and the provider is killed
//! while the request is under way. Then a fresh provider gets the same request with the same token, and is told that it is a
//! repetition. A host that is killed is the same to the cloud: its providers end with it (the plugin protocol's pipe
//! closes), or finish what they do first; and what the host sends afterwards is this repetition, from its journal.
//!
//! A type is a row of [`ROWS`]. Types without a client token or natural key cannot be here: nothing promises that they are
//! made once, and the host asks a person.

use crate::bench::{Bench, REGION, fresh_name, fresh_token, provider_config};
use gate::{Cloud, Fault, Outcome, What};
use serde_json::{Value as Json, json};
use std::process::Command;
use std::time::Duration;

/// One type.
struct Row {
    kind: &'static str,
    /// Its configuration, for a name that no other object has; what it needs is made here.
    config: fn(&Cloud, &str) -> Json,
    /// How many objects there are of that name.
    count: fn(&Cloud, &str) -> usize,
}

const ROWS: &[Row] = &[Row {
    kind: "aws_ebs_volume",
    config: |_, name| json!({ "availability_zone": "eu-central-1a", "size": 1, "tags": { "Name": name } }),
    count: |cloud, name| {
        let filter = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", name)];
        cloud.ec2(REGION, "DescribeVolumes", &filter).matches("<volumeId>").count()
    },
}];

/// What happens at a request.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Before,
    After,
    Killed,
}

#[test]
fn one_object_whatever_is_cut() {
    // Faults meet requests by number: nobody else may be here.
    let cloud: &'static Cloud = Box::leak(Box::new(Cloud::start()));
    for row in ROWS {
        let requests = undisturbed(cloud, row);
        assert!(requests >= 2, "{}: {requests} requests", row.kind);
        for at in 0..requests {
            for cut in [Cut::Before, Cut::After, Cut::Killed] {
                disturbed(cloud, row, at, cut);
            }
        }
    }
}

/// How many requests a create takes.
fn undisturbed(cloud: &'static Cloud, row: &Row) -> usize {
    let bench = Bench::with(cloud, REGION, json!({}));
    let name = fresh_name("whole");
    let config = (row.config)(cloud, &name);
    let planned = bench.plan(row.kind, None, &config).0.unwrap();
    cloud.gate().reset_counts();
    let answer = bench.apply(row.kind, None, &planned, &config, &fresh_token(), false);
    assert!(!answer.diagnostics.has_errors() && (row.count)(cloud, &name) == 1);
    cloud.gate().requests().len()
}

fn disturbed(cloud: &'static Cloud, row: &Row, at: usize, cut: Cut) {
    let place = format!("{} {cut:?} at request {at}", row.kind);
    let (name, token) = (fresh_name("cut"), fresh_token());
    let config = (row.config)(cloud, &name);
    let first = Bench::with(cloud, REGION, json!({}));
    let planned = first.plan(row.kind, None, &config).0.unwrap();
    let gate = cloud.gate();
    gate.clear();
    gate.reset_counts();
    let skipped = u32::try_from(at).unwrap();
    gate.inject(
        Fault::new(match cut {
            Cut::Before => What::CutBefore,
            Cut::After => What::CutAfter,
            Cut::Killed => What::Delay(Duration::from_millis(300)),
        })
        .skip(skipped),
    );
    let answer = std::thread::scope(|scope| {
        if matches!(cut, Cut::Killed) {
            let process = first.process_id();
            scope.spawn(move || {
                while gate.fired().is_empty() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
            });
        }
        first.apply(row.kind, None, &planned, &config, &token, false)
    });
    assert_eq!(gate.fired().len(), 1, "{place}: no fault");
    match cut {
        // The provider asks again by itself: the host sees nothing of it.
        Cut::Before | Cut::After => {
            assert!(!answer.diagnostics.has_errors(), "{place}: {:?}", answer.diagnostics);
            assert_eq!((row.count)(cloud, &name), 1, "{place}");
        }
        Cut::Killed => assert!(answer.in_doubt && answer.object.is_none(), "{place}: {answer:?}"),
    }
    drop(first);
    // What was under way is finished by the cloud, whoever asked for it.
    while gate.requests().iter().any(|request| request.outcome == Outcome::Open) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(if matches!(cut, Cut::Killed) { 500 } else { 0 }));
    let again = Bench::launch(cloud, &[], provider_config(cloud, REGION, &json!({})));
    again.next_operation();
    let made = again.repeat(row.kind, &planned, &config, &token).unwrap_or_else(|why| panic!("{place}: {why}"));
    assert_eq!((row.count)(cloud, &name), 1, "{place}");
    if let Some(object) = answer.object {
        assert_eq!(object.value, made.value(), "{place}: another object");
    }
}
