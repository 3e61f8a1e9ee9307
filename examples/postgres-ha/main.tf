# A PostgreSQL pair: the primary in one zone, its standby in another, both disks sealed by our own key,
# and snapshots of the primary copied to a second region under a replica of that key.

terraform {
  required_providers {
    aws = {
      source = "drform/aws"
    }
  }
}

variable "ami" {
  type        = string
  description = "Image of both database nodes."
  default     = "ami-0d1e2f3a4b5c6d7e8"
}

variable "disk_gib" {
  type        = number
  description = "Size of each data disk."
  default     = 200

  validation {
    condition     = var.disk_gib >= 20
    error_message = "A data disk below 20 GiB leaves no room for the write-ahead log."
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "west"
  region = "eu-west-1"
}

locals {
  nodes = {
    primary = { zone = "eu-central-1a", cidr = "10.20.1.0/24" }
    standby = { zone = "eu-central-1b", cidr = "10.20.2.0/24" }
  }
  tags = { service = "orders", managed_by = "drform" }
}

resource "aws_kms_key" "pg" {
  description             = "Seals the disks of the orders database"
  multi_region            = true
  deletion_window_in_days = 30
  enable_key_rotation     = true
  tags                    = local.tags
}

resource "aws_kms_alias" "pg" {
  name          = "alias/orders-pg"
  target_key_id = aws_kms_key.pg.key_id
}

resource "aws_kms_replica_key" "west" {
  provider                = aws.west
  description             = "Seals the snapshots of the orders database in the second region"
  primary_key_arn         = aws_kms_key.pg.arn
  deletion_window_in_days = 30
  tags                    = local.tags
}

resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
  tags       = local.tags
}

resource "aws_subnet" "pg" {
  for_each          = local.nodes
  vpc_id            = aws_vpc.orders.id
  availability_zone = each.value.zone
  cidr_block        = each.value.cidr
  tags              = merge(local.tags, { Name = "orders-${each.key}" })
}

resource "aws_placement_group" "pg" {
  name     = "orders-pg"
  strategy = "spread"
}

resource "aws_instance" "pg" {
  for_each        = local.nodes
  ami             = var.ami
  instance_type   = "r6i.xlarge"
  subnet_id       = aws_subnet.pg[each.key].id
  placement_group = aws_placement_group.pg.name
  tags            = merge(local.tags, { Name = "orders-${each.key}" })

  root_block_device {
    encrypted  = true
    kms_key_id = aws_kms_key.pg.arn
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ebs_volume" "pg" {
  for_each          = local.nodes
  availability_zone = each.value.zone
  size              = var.disk_gib
  type              = "gp3"
  encrypted         = true
  kms_key_id        = aws_kms_key.pg.arn
  tags              = merge(local.tags, { Name = "orders-${each.key}" })
}

resource "aws_volume_attachment" "pg" {
  for_each    = local.nodes
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.pg[each.key].id
  instance_id = aws_instance.pg[each.key].id
}

resource "aws_ebs_snapshot" "pg" {
  volume_id = aws_ebs_volume.pg["primary"].id
  tags      = local.tags

  # A snapshot must outlive the disk that it was taken from: without this, replacing a lost disk would begin by
  # destroying its last copies.
  lifecycle {
    ignore_changes = [volume_id]
  }
}

resource "aws_ebs_snapshot_copy" "west" {
  provider           = aws.west
  source_snapshot_id = aws_ebs_snapshot.pg.id
  source_region      = "eu-central-1"
  encrypted          = true
  kms_key_id         = aws_kms_replica_key.west.arn
  tags               = local.tags
}

output "primary" {
  description = "Instance id of the primary."
  value       = aws_instance.pg["primary"].id
}

output "offsite_snapshot" {
  description = "The copy that survives the loss of the region and of its key."
  value       = aws_ebs_snapshot_copy.west.id
}
