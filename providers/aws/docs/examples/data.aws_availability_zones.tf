data "aws_availability_zones" "here" {
  state = "available"
}

output "zones" {
  value = data.aws_availability_zones.here.names
}
