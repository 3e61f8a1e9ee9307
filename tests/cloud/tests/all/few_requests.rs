//! What is read together costs few requests, however many objects there are (`benches/` counts it for thousands).

use drform_cloud::Tool;
use drform_cloud::fleet::{Fleet, requests};
use gate::Cloud;

#[test]
fn a_hundred_instances_and_volumes_are_refreshed_with_a_few_requests() {
    let cloud = Cloud::start();
    let fleet = Fleet::launch(&cloud, 100);
    let work = fleet.work(Tool::Drform, &cloud);
    cloud.gate().reset_counts();
    work.run(&["apply", "-refresh-only", "-auto-approve", "-input=false"]).ok();
    let mut requests = requests(&cloud);
    // Asked when the provider is configured: no object's.
    requests.remove("GetCallerIdentity");
    println!("100 instances and 100 volumes: {requests:?}");
    assert!(requests.contains_key("DescribeInstances") && requests.contains_key("DescribeVolumes"), "{requests:?}");
    let objects = work.objects();
    assert_eq!(objects.iter().filter(|(_, object)| object["arn"].is_string()).count(), 200);
    // Three to five, as reads happen to arrive together; one for each object would be 300.
    assert!(requests.values().sum::<usize>() <= 6, "{requests:?}");
}
