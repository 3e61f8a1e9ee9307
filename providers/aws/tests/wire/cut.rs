//! A create that is cut at any of its requests, and asked for again, gives one object.
//!
//! For the requests of a create that change something: the connection is cut after the work is done, at each of them, and
//! before it, at one; and the provider is killed while the first is under way, and the last. Then a fresh provider gets the
//! same request with the same token, and is told that it is a repetition. A host that is killed is the same to the cloud: its
//! providers end with it (the plugin protocol's pipe closes), or finish what they do first; and what the host sends
//! afterwards is this repetition, from its journal.
//!
//! A type is a row of [`ROWS`] or, without a client token or natural key, of [`once::ROWS`]: nothing promises that those are
//! made once, and the host asks a person. A type that is in neither fails.

use crate::bench::{Bench, REGION, as_json, fresh_name, fresh_token, provider_config};
use gate::{Cloud, Fault, Outcome, Request, What};
use rows::{ROWS, Row};
use serde_json::json;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

mod once;
mod rows;

/// Clouds at the same time: most of the time is waiting.
const CLOUDS: usize = 4;

/// What every answer tells anew ("CreateGrant", Name).
const FRESH: [&str; 1] = ["grant_token"];

/// What happens at a request.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Before,
    After,
    Killed,
}

/// A request of a create: the n-th of its operation.
#[derive(Clone, Debug)]
struct Place {
    operation: String,
    nth: u32,
}

#[test]
fn one_object_whatever_is_cut() {
    let next = AtomicUsize::new(0);
    let only = std::env::var("DRFORM_TEST_CUT").ok();
    std::thread::scope(|scope| {
        for _ in 0..CLOUDS {
            scope.spawn(|| {
                // Faults meet requests by number: nobody else may be here.
                let cloud: &'static Cloud = Box::leak(Box::new(Cloud::start()));
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if only.as_ref().is_none_or(|only| row.kind == only) {
                        cut_everywhere(cloud, row);
                    }
                }
            });
        }
    });
}

/// Every served type says what a repetition gives, and is in the table of that.
#[test]
fn every_type_is_here() {
    let bench = Bench::new();
    let config = |kind: &str| {
        let same = ROWS.iter().find(|row| row.kind == kind).map(|row| (row.config, true));
        let once = once::ROWS.iter().find(|row| row.kind == kind).map(|row| (row.config, false));
        same.xor(once).unwrap_or_else(|| panic!("{kind} belongs into one of the two tables of what is cut"))
    };
    for kind in bench.kinds() {
        let (config, same) = config(&kind);
        let (planned, said) = bench.plan(&kind, None, &config(bench.cloud, &fresh_name("here")));
        // Empty where nothing is promised.
        let private = planned.unwrap_or_else(|| panic!("{kind}: {said:?}")).private;
        let private = String::from_utf8_lossy(&private);
        assert_eq!(private.contains(r#""drform:repeat":"same_object""#), same, "{kind} says {private}");
    }
}

fn cut_everywhere(cloud: &'static Cloud, row: &Row) {
    let begin = std::time::Instant::now();
    let places = undisturbed(cloud, row);
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        panic!("{} changes nothing", row.kind);
    };
    disturbed(cloud, row, first, Cut::Before);
    for at in &places {
        disturbed(cloud, row, at, Cut::After);
    }
    disturbed(cloud, row, first, Cut::Killed);
    if places.len() > 1 {
        disturbed(cloud, row, last, Cut::Killed);
    }
    println!("{}: {:.1} s, {places:?}", row.kind, begin.elapsed().as_secs_f64());
}

/// The requests of a create that change something.
fn undisturbed(cloud: &'static Cloud, row: &Row) -> Vec<Place> {
    let bench = Bench::with(cloud, REGION, json!({}));
    let config = (row.config)(cloud, &fresh_name("whole"));
    let planned = bench.plan(row.kind, None, &config).0.unwrap();
    assert_eq!((row.count)(cloud, &config), 0, "{} before it is made", row.kind);
    cloud.gate().reset_counts();
    let answer = bench.apply(row.kind, None, &planned, &config, &fresh_token(), false);
    assert!(!answer.diagnostics.has_errors(), "{}: {:?}", row.kind, answer.diagnostics);
    assert_eq!((row.count)(cloud, &config), 1, "{}", row.kind);
    let mut places: Vec<Place> = Vec::new();
    for Request { operation, .. } in cloud.gate().requests() {
        if !["Describe", "Get", "List"].iter().any(|verb| operation.starts_with(verb)) {
            let nth = places.iter().filter(|place| place.operation == operation).count();
            places.push(Place { operation, nth: nth.try_into().unwrap() });
        }
    }
    places
}

fn disturbed(cloud: &'static Cloud, row: &Row, at: &Place, cut: Cut) {
    let place = format!("{} {cut:?} at {} {}", row.kind, at.operation, at.nth);
    let token = fresh_token();
    let config = (row.config)(cloud, &fresh_name("cut"));
    let first = Bench::with(cloud, REGION, json!({}));
    let planned = first.plan(row.kind, None, &config).0.unwrap();
    let gate = cloud.gate();
    gate.clear();
    gate.reset_counts();
    let what = match cut {
        Cut::Before => What::CutBefore,
        Cut::After => What::CutAfter,
        Cut::Killed => What::Delay(Duration::from_millis(300)),
    };
    gate.inject(Fault::new(what).on(&at.operation).skip(at.nth));
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
            assert_eq!((row.count)(cloud, &config), 1, "{place}");
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
    assert_eq!((row.count)(cloud, &config), 1, "{place}");
    if let Some(object) = answer.object {
        let (mut before, mut after) = (as_json(&object.value), made.json());
        for name in FRESH {
            before[name] = json!(null);
            after[name] = json!(null);
        }
        assert_eq!(before, after, "{place}: another object");
    }
}
