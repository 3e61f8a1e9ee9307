# Data sources that find things by something else than their id.
resource "aws_vpc" "net" {
  cidr_block = "10.95.0.0/16"
  tags       = { Name = "looked-up" }
}

resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1b"
  size              = 10
  tags              = { Name = "looked-up" }
}

data "aws_vpc" "net" {
  tags       = { Name = "looked-up" }
  depends_on = [aws_vpc.net]
}

data "aws_ebs_volume" "data" {
  filter {
    name   = "tag:Name"
    values = ["looked-up"]
  }
  depends_on = [aws_ebs_volume.data]
}

data "aws_availability_zones" "all" {
  all_availability_zones = true
}

data "aws_availability_zones" "some" {
  exclude_names = ["eu-central-1a"]
}

data "aws_availability_zones" "by_filter" {
  filter {
    name   = "zone-name"
    values = ["eu-central-1b", "eu-central-1c"]
  }
}

data "aws_region" "current" {}

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}
