# Where the type of the recovery plan is offered.
data "aws_ec2_instance_type_offerings" "zones" {
  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = ["m6i.large"]
  }
}

output "zones" {
  value = data.aws_ec2_instance_type_offerings.zones.locations
}
