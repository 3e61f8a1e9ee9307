# The development plan: one node, one disk. It survives nothing but its own restart, and the table says so.

terraform {
  required_providers {
    aws = {
      source = "drform/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

variable "ami" {
  type    = string
  default = "ami-0d1e2f3a4b5c6d7e8"
}

data "aws_availability_zones" "here" {
  state = "available"
}

resource "aws_vpc" "dev" {
  cidr_block = "10.40.0.0/16"
}

resource "aws_subnet" "dev" {
  vpc_id            = aws_vpc.dev.id
  availability_zone = data.aws_availability_zones.here.names[0]
  cidr_block        = cidrsubnet(aws_vpc.dev.cidr_block, 8, 0)
}

resource "aws_instance" "dev" {
  ami           = var.ami
  instance_type = "t3.medium"
  subnet_id     = aws_subnet.dev.id
  tags          = { Name = "dev" }
}

resource "aws_ebs_volume" "dev" {
  availability_zone = aws_subnet.dev.availability_zone
  size              = 20
  type              = "gp3"
  tags              = { Name = "dev-data" }
}

resource "aws_volume_attachment" "dev" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.dev.id
  instance_id = aws_instance.dev.id
}

output "instance" {
  value = aws_instance.dev.id
}
