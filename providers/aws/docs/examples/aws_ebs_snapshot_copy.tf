resource "aws_kms_key" "orders" {
  description  = "Seals the disks of the orders database"
  multi_region = true
}

resource "aws_kms_replica_key" "west" {
  region          = "eu-west-1"
  primary_key_arn = aws_kms_key.orders.arn
}

resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 20
  encrypted         = true
  kms_key_id        = aws_kms_key.orders.arn
}

resource "aws_ebs_snapshot" "data" {
  volume_id = aws_ebs_volume.data.id
}

# Readable without the first region: the copy is sealed with the key of its own region.
resource "aws_ebs_snapshot_copy" "west" {
  region             = "eu-west-1"
  source_region      = "eu-central-1"
  source_snapshot_id = aws_ebs_snapshot.data.id
  encrypted          = true
  kms_key_id         = aws_kms_replica_key.west.arn
}
