//! Reads that arrive together are one request.

use crate::bench::Bench;
use gate::Cloud;

/// Nobody else uses it: requests are counted.
const ALONE: &str = "sa-east-1";

#[test]
fn a_thousand_reads_are_one_or_two_requests() {
    let cloud = Cloud::shared();
    let ids: Vec<String> = (0..1_000)
        .map(|_| {
            let made = cloud.ec2(ALONE, "CreateVolume", &[("AvailabilityZone", "sa-east-1a"), ("Size", "1")]);
            made.split("<volumeId>").nth(1).unwrap().split('<').next().unwrap().to_owned()
        })
        .collect();
    let bench = Bench::in_region(ALONE);
    let requests = || {
        let all = cloud.gate().requests();
        all.iter().filter(|r| r.region == ALONE && r.operation == "DescribeVolumes").count()
    };
    let mut made = Vec::new();
    for _ in 0..3 {
        let before = requests();
        assert_eq!(bench.read_all("aws_ebs_volume", &ids), vec![true; 1_000]);
        made.push(requests() - before);
    }
    // A machine that is busy elsewhere lets them arrive in several heaps: then each heap is one request.
    assert!(made.iter().any(|made| *made <= 2) && made.iter().all(|made| *made <= 12), "{made:?} requests");
    // Ids that are not there, or are none, do not spoil the others.
    let mut some: Vec<String> = ids.iter().take(50).cloned().collect();
    some.insert(10, "vol-0123456789abcdef0".into());
    some.insert(20, "not-an-id".into());
    let found = bench.read_all("aws_ebs_volume", &some);
    assert_eq!(found.iter().filter(|found| **found).count(), 50);
    assert!(!found[10] && !found[20]);
}
