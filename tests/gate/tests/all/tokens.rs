//! Client tokens.

use std::thread;

use drform_gate::{Cloud, Fault, What, xml};

use crate::raw;

const R: &str = "ap-south-1";

#[test]
fn the_emulator_alone_makes_a_second_object() {
    let cloud = Cloud::shared();
    let body = "Action=CreateVolume&AvailabilityZone=ap-south-1a&Size=1&ClientToken=alone";
    let ids = [(), ()].map(|()| xml::text(&raw::emulator(cloud, R, body).1, "volumeId").unwrap());
    assert_ne!(ids[0], ids[1], "the emulator keeps tokens now: this rule can go");
}

#[test]
fn the_same_request_makes_one_object_and_another_is_refused() {
    let cloud = Cloud::shared();
    let body = "Action=CreateVolume&AvailabilityZone=ap-south-1a&Size=1&ClientToken=one";
    let first = raw::ec2(cloud, R, body).unwrap();
    assert_eq!(first.0, 200, "{}", first.1);
    assert_eq!(raw::ec2(cloud, R, body).unwrap(), first);
    let (status, other) = raw::ec2(cloud, R, &body.replace("Size=1", "Size=2")).unwrap();
    assert_eq!((status, xml::text(&other, "Code").as_deref()), (400, Some("IdempotentParameterMismatch")));
    assert!(xml::text(&other, "RequestID").is_some());
    // The zone is no part of the comparison.
    assert_eq!(raw::ec2(cloud, R, &body.replace("south-1a", "south-1b")).unwrap(), first);
    // A token counts within its region.
    let elsewhere = raw::ec2(cloud, "us-west-1", &body.replace(R, "us-west-1")).unwrap();
    assert_eq!(elsewhere.0, 200);
}

#[test]
fn racing_requests_and_lost_answers_make_one_object() {
    let cloud = Cloud::shared();
    let body = "Action=CreateVolume&AvailabilityZone=ap-south-1a&Size=1&ClientToken=race";
    let racing: Vec<_> = (0..8).map(|_| thread::spawn(move || raw::ec2(cloud, R, body).unwrap().1)).collect();
    let mut ids: Vec<_> = racing.into_iter().map(|t| xml::text(&t.join().unwrap(), "volumeId").unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);

    let body = "Action=CreateVolume&AvailabilityZone=ap-south-1a&Size=3&ClientToken=lost";
    cloud.gate().inject(Fault::new(What::CutAfter).on("CreateVolume").region(R).containing("ClientToken=lost"));
    assert_eq!(raw::ec2(cloud, R, body), None);
    let id = xml::text(&raw::ec2(cloud, R, body).unwrap().1, "volumeId").unwrap();
    let all = cloud.ec2(R, "DescribeVolumes", &[("Filter.1.Name", "size"), ("Filter.1.Value.1", "3")]);
    assert_eq!(xml::texts(&all, "volumeId"), [id]);
}

#[test]
fn a_refused_request_leaves_its_token_free() {
    let cloud = Cloud::shared();
    let body = "Action=CreateVolume&AvailabilityZone=ap-south-1a&Size=1&VolumeType=io1&ClientToken=failed";
    assert_eq!(raw::ec2(cloud, R, body).unwrap().0, 400);
    assert_eq!(raw::ec2(cloud, R, &body.replace("io1", "gp3")).unwrap().0, 200);
}
