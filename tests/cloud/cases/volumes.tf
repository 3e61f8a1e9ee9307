# Volumes of every type, and what each of them may be told.
resource "aws_kms_key" "disks" {
  description = "Seals the disks"
}

resource "aws_ebs_volume" "default" {
  availability_zone = "eu-central-1a"
  size              = 8
}

resource "aws_ebs_volume" "gp3" {
  availability_zone = "eu-central-1a"
  size              = 100
  type              = "gp3"
  iops              = 4000
  throughput        = 250
  tags              = { Name = "gp3", empty = "" }
}

resource "aws_ebs_volume" "io1" {
  availability_zone = "eu-central-1b"
  size              = 40
  type              = "io1"
  iops              = 400
}

resource "aws_ebs_volume" "io1_shared" {
  availability_zone    = "eu-central-1b"
  size                 = 40
  type                 = "io1"
  iops                 = 1000
  multi_attach_enabled = true
}

resource "aws_ebs_volume" "st1" {
  availability_zone = "eu-central-1c"
  size              = 500
  type              = "st1"
}

resource "aws_ebs_volume" "sealed" {
  availability_zone = "eu-central-1a"
  size              = 10
  encrypted         = true
  kms_key_id        = aws_kms_key.disks.arn
}

resource "aws_ebs_volume" "open" {
  availability_zone = "eu-central-1a"
  size              = 10
  encrypted         = false
}

resource "aws_ebs_snapshot" "sealed" {
  volume_id   = aws_ebs_volume.sealed.id
  description = "Before the upgrade"
  tags        = { Name = "sealed" }
}

resource "aws_ebs_volume" "restored" {
  availability_zone = "eu-central-1c"
  snapshot_id       = aws_ebs_snapshot.sealed.id
}

resource "aws_ebs_snapshot_copy" "same_region" {
  source_snapshot_id = aws_ebs_snapshot.sealed.id
  source_region      = "eu-central-1"
  description        = "A second one"
  tags               = { Name = "copy" }
}
