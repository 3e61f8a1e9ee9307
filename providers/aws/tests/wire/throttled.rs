//! An account that takes few requests a second: an apply takes as long as it must, and fails nothing.
//!
//! 80 objects at 5 a second; with `DRFORM_TEST_THROTTLED=full` 200 objects, 50 s. Fewer say little: finding the rate and the
//! looks after the last create take some seconds, however many there are.

use crate::bench::{Bench, REGION, fresh_name, texts};
use gate::{Cloud, Fault, Outcome, What};
use serde_json::{Value as Json, json};
use std::time::Instant;

/// As `-parallelism` is when nobody sets it.
const AT_ONCE: usize = 10;

#[test]
fn an_apply_at_the_limit() {
    let full = std::env::var("DRFORM_TEST_THROTTLED").is_ok_and(|text| text == "full");
    let (objects, per_second, burst) = if full { (200, 5.0, 5) } else { (80, 5.0, 5) };
    let cloud: &'static Cloud = Box::leak(Box::new(Cloud::start()));
    let bench = Bench::with(cloud, REGION, json!({}));
    // The emulator's first answer for EC2 takes seconds, and it answers nothing meanwhile: that is not what is measured.
    cloud.ec2(REGION, "DescribeVolumes", &[]);
    // STS is asked once, for the ARNs.
    bench.data("aws_caller_identity", json!({}));
    cloud.gate().limit("ec2", REGION, per_second, burst);
    let volumes: Vec<Json> =
        (1..=objects).map(|size| json!({ "availability_zone": "eu-central-1a", "size": size })).collect();
    cloud.gate().reset_counts();
    let begin = Instant::now();
    let made = bench.create_all("aws_ebs_volume", &volumes, AT_ONCE);
    let seconds = begin.elapsed().as_secs_f64();
    for answer in &made {
        assert!(!answer.diagnostics.has_errors(), "{}", texts(&answer.diagnostics));
    }
    let requests = cloud.gate().requests();
    let refused = requests.iter().filter(|r| r.outcome == Outcome::Limited).count();
    // Necessary are one create for each, and one look for as many as are made at once.
    let necessary = objects as f64 * (1.0 + 1.0 / AT_ONCE as f64);
    let ideal = (necessary - f64::from(burst)) / per_second;
    let looks = cloud.gate().count("DescribeVolumes");
    let said =
        format!("{seconds:.1} s, ideal {ideal:.1} s; {} requests, {refused} refused, {looks} looks", requests.len());
    println!("{said}");
    assert!(seconds <= ideal * 1.3, "{said}");
}

#[test]
fn a_change_that_is_only_refused_ends_at_its_timeout() {
    let (bench, gate) = (Bench::new(), Cloud::shared().gate());
    let name = fresh_name("refused");
    gate.inject(Fault::new(What::Throttle).on("CreateVolume").containing(&name).forever());
    let mut config = json!({
        "availability_zone": "eu-central-1a", "size": 1, "tags": { "Name": name }, "timeouts": { "create": "3s", "delete": "3s" },
    });
    let begin = Instant::now();
    let (made, said) = bench.try_create("aws_ebs_volume", config.clone()).unwrap_err();
    assert!(made.is_none() && begin.elapsed().as_secs() < 20, "{:?}: {said}", begin.elapsed());
    for part in
        ["answered RequestLimitExceeded", "; timeouts.create is 3 s. Nothing was changed.", "a lower -parallelism"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    config["tags"] = json!({});
    let made = bench.create("aws_ebs_volume", config);
    gate.inject(Fault::new(What::Throttle).on("DeleteVolume").containing(&made.id()).times(30));
    let said = bench.try_delete(&made).unwrap_err();
    assert!(said.contains("; timeouts.delete is 3 s. Nothing was changed."), "{said}");
}
