//! Faults, limits and counts. Each test has a region of its own: the cloud is shared.

use std::time::{Duration, Instant};

use drform_gate::{Cloud, Fault, Outcome, What, xml};

use crate::raw;

#[test]
fn faults_meet_the_requests_they_name() {
    let cloud = Cloud::shared();
    let (gate, region) = (cloud.gate(), "eu-north-1");
    let describe = || raw::ec2(cloud, region, "Action=DescribeVpcs");
    let on = |what| Fault::new(what).on("DescribeVpcs").region(region);
    gate.inject(on(What::Throttle).skip(1).times(2));
    let codes: Vec<_> = (0..4).map(|_| describe().unwrap()).collect();
    assert_eq!(codes.iter().map(|c| c.0).collect::<Vec<_>>(), [200, 503, 503, 200]);
    assert_eq!(xml::text(&codes[1].1, "Code").as_deref(), Some("RequestLimitExceeded"));
    assert!(xml::text(&codes[1].1, "RequestID").is_some());

    gate.inject(on(What::ServerError));
    assert_eq!(describe().unwrap().0, 500);
    gate.inject(on(What::Unavailable));
    assert_eq!(xml::text(&describe().unwrap().1, "Code").as_deref(), Some("Unavailable"));
    gate.inject(on(What::CutBefore));
    assert_eq!(describe(), None);
    gate.inject(on(What::Hang(Duration::from_millis(30))));
    assert_eq!(describe(), None);
    gate.inject(on(What::Delay(Duration::from_millis(50))));
    let start = Instant::now();
    assert_eq!(describe().unwrap().0, 200);
    assert!(start.elapsed() >= Duration::from_millis(50));
    let refusal = What::Refuse { status: 403, code: "UnauthorizedOperation".into(), message: "You & I".into() };
    gate.inject(on(refusal));
    let (status, text) = describe().unwrap();
    assert_eq!((status, xml::text(&text, "Message").as_deref()), (403, Some("You & I")));

    let mine = |r: &drform_gate::Request| r.region == region;
    assert_eq!(gate.fired().iter().filter(|r| mine(r)).count(), 8);
    let requests: Vec<_> = gate.requests().into_iter().filter(mine).collect();
    assert_eq!(requests.len(), 10);
    assert_eq!(requests[0].outcome, Outcome::Answered(200));
    // Behind the back: not counted.
    cloud.ec2(region, "DescribeVpcs", &[]);
    assert_eq!(gate.requests().into_iter().filter(mine).count(), 10);
}

#[test]
fn kms_refuses_in_its_own_words() {
    let cloud = Cloud::shared();
    let region = "ap-east-1";
    cloud.gate().inject(Fault::new(What::Throttle).service("kms").region(region));
    let (status, text) = raw::kms(cloud, region, "ListKeys", "{}").unwrap();
    assert_eq!(status, 400);
    assert!(text.contains("ThrottlingException"), "{text}");
    assert_eq!(raw::kms(cloud, region, "ListKeys", "{}").unwrap().0, 200);
}

#[test]
fn a_limit_admits_its_burst_and_then_its_rate() {
    let cloud = Cloud::shared();
    let region = "eu-west-3";
    cloud.gate().limit("ec2", region, 20.0, 3);
    let describe = || raw::ec2(cloud, region, "Action=DescribeKeyPairs").unwrap().0;
    // The first request of a region is slow in the emulator.
    cloud.ec2(region, "DescribeKeyPairs", &[]);
    let start = Instant::now();
    let admitted = (0..20).filter(|_| describe() == 200).count() as f64;
    let most = 3.0 + 20.0 * start.elapsed().as_secs_f64() + 1.0;
    assert!(admitted >= 3.0 && admitted <= most, "{admitted} of at most {most}");
    std::thread::sleep(Duration::from_millis(80));
    assert_eq!(describe(), 200);
}

#[test]
fn a_hundred_and_more_connections_are_served_at_once() {
    let cloud = Cloud::shared();
    let region = "ap-east-1";
    cloud
        .gate()
        .inject(Fault::new(What::Delay(Duration::from_millis(300))).on("DescribeAddresses").region(region).forever());
    cloud.ec2(region, "DescribeAddresses", &[]);
    let start = Instant::now();
    let one = move || raw::ec2(cloud, region, "Action=DescribeAddresses").unwrap().0;
    let all: Vec<_> = (0..120).map(|_| std::thread::spawn(one)).collect();
    assert!(all.into_iter().all(|t| t.join().unwrap() == 200));
    // One after another they would take 36 s.
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}
