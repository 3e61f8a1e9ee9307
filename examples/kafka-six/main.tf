# Six brokers over three zones. drform_spread gives each new broker the emptiest zone and never moves one that
# has a place: the first three brokers take a zone each, the next three double up.

terraform {
  required_providers {
    aws = {
      source = "drform/aws"
    }
    drform = {
      source = "drform/drform"
    }
  }
}

variable "ami" {
  type    = string
  default = "ami-0d1e2f3a4b5c6d7e8"
}

variable "brokers" {
  type        = number
  description = "How many brokers."
  default     = 6
}

variable "zones" {
  type        = list(string)
  description = "Zones that may hold brokers."
  default     = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
}

provider "aws" {
  region = "eu-central-1"
}

resource "drform_spread" "kafka" {
  group      = "kafka"
  members    = [for i in range(var.brokers) : "broker-${i}"]
  candidates = var.zones
}

locals {
  subnets = { for i, zone in var.zones : zone => cidrsubnet("10.30.0.0/16", 8, i) }
}

resource "aws_vpc" "kafka" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_subnet" "kafka" {
  for_each          = local.subnets
  vpc_id            = aws_vpc.kafka.id
  availability_zone = each.key
  cidr_block        = each.value
}

resource "aws_kms_key" "kafka" {
  description             = "Seals the brokers' disks"
  deletion_window_in_days = 30
}

resource "aws_instance" "broker" {
  for_each      = toset(drform_spread.kafka.members)
  ami           = var.ami
  instance_type = "m6i.2xlarge"
  subnet_id     = aws_subnet.kafka[drform_spread.kafka.zone[each.key]].id
  tags          = { Name = each.key }
}

resource "aws_ebs_volume" "log" {
  for_each          = aws_instance.broker
  availability_zone = drform_spread.kafka.zone[each.key]
  size              = 500
  type              = "gp3"
  encrypted         = true
  kms_key_id        = aws_kms_key.kafka.arn
  tags              = { Name = "${each.key}-log" }
}

resource "aws_volume_attachment" "log" {
  for_each    = aws_instance.broker
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.log[each.key].id
  instance_id = each.value.id
}

output "zones" {
  description = "Where each broker stands."
  value       = drform_spread.kafka.zone
}
