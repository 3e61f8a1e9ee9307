//! The command is killed in the middle of an apply on AWS, at every request: the next run finishes, and nothing is there
//! twice.
//!
//! Only types with a client token or a natural key: of the others nobody can know, and drform asks (`recover`).

use drform_cloud::{Tool, Work};
use gate::{Cloud, xml};
use std::process::Stdio;
use std::time::{Duration, Instant};

const REGION: &str = "eu-central-1";

fn configuration(vpc: &str, tag: &str) -> String {
    format!(
        r#"
resource "aws_subnet" "a" {{
  vpc_id            = "{vpc}"
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-central-1a"
  tags              = {{ test = "{tag}" }}
}}

resource "aws_placement_group" "spread" {{
  name     = "{tag}"
  strategy = "spread"
}}

resource "aws_security_group" "db" {{
  name        = "{tag}"
  description = "for a test"
  vpc_id      = "{vpc}"

  ingress {{
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.20.0.0/16"]
  }}
}}

resource "aws_instance" "db" {{
  ami                    = "ami-04681a1dbd79675a5"
  instance_type          = "m6i.large"
  subnet_id              = aws_subnet.a.id
  placement_group        = aws_placement_group.spread.name
  vpc_security_group_ids = [aws_security_group.db.id]
  tags                   = {{ test = "{tag}" }}
}}

resource "aws_ebs_volume" "data" {{
  count             = 2
  availability_zone = "eu-central-1a"
  size              = 10
  tags              = {{ test = "{tag}" }}
}}

resource "aws_volume_attachment" "data" {{
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data[0].id
  instance_id = aws_instance.db.id
}}
"#
    )
}

fn count(cloud: &Cloud, operation: &str, filters: &[(&str, &str)], element: &str) -> usize {
    let mut parameters: Vec<(String, &str)> = Vec::new();
    for (i, (name, value)) in filters.iter().enumerate() {
        parameters.push((format!("Filter.{}.Name", i + 1), name));
        parameters.push((format!("Filter.{}.Value.1", i + 1), value));
    }
    let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let answer = cloud.ec2(REGION, operation, &parameters);
    let mut ids = xml::texts(&answer, element);
    ids.sort();
    ids.dedup();
    ids.len()
}

/// Kills `drform apply` once the gate has seen so many requests; false when it had finished before.
fn killed_at(cloud: &Cloud, work: &Work, requests: usize) -> bool {
    cloud.gate().reset_counts();
    let mut command = work.command(&["apply", "-auto-approve", "-input=false"]);
    let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    loop {
        if running.try_wait().unwrap().is_some() {
            return false;
        }
        if cloud.gate().requests().len() >= requests {
            running.kill().unwrap();
            running.wait().unwrap();
            return true;
        }
        assert!(begin.elapsed() < Duration::from_secs(120), "the apply neither ends nor gets anywhere");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn nothing_is_made_twice() {
    let cloud = Cloud::start();
    let every: usize = std::env::var("KILLS_EVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let mut kills = 0;
    for requests in (1..).step_by(every) {
        let vpc = cloud.ec2(REGION, "CreateVpc", &[("CidrBlock", "10.20.0.0/16")]);
        let vpc = xml::text(&vpc, "vpcId").unwrap();
        let tag = format!("killed-{requests}");
        let work = Work::config(Tool::Drform, &cloud, REGION, &configuration(&vpc, &tag));
        let killed = killed_at(&cloud, &work, requests);
        kills += usize::from(killed);
        work.apply();
        work.no_changes();
        let tagged = ("tag:test", tag.as_str());
        assert_eq!(count(&cloud, "DescribeVolumes", &[tagged], "volumeId"), 2, "killed at request {requests}");
        let running = ("instance-state-name", "running");
        assert_eq!(count(&cloud, "DescribeInstances", &[tagged, running], "instanceId"), 1, "killed at {requests}");
        assert_eq!(count(&cloud, "DescribeSubnets", &[tagged], "subnetId"), 1, "killed at {requests}");
        let ours = [("vpc-id", vpc.as_str()), ("group-name", tag.as_str())];
        assert_eq!(count(&cloud, "DescribeSecurityGroups", &ours, "groupName"), 1, "killed at {requests}");
        work.destroy();
        if !killed {
            break;
        }
    }
    println!("killed {kills} times");
    assert!(kills > 5, "only {kills} kills");
}
