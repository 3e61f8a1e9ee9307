resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 20
}

resource "aws_ebs_snapshot" "data" {
  volume_id   = aws_ebs_volume.data.id
  description = "Before the upgrade"
}
