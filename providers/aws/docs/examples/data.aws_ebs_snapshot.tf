resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 20
}

resource "aws_ebs_snapshot" "data" {
  volume_id = aws_ebs_volume.data.id
}

data "aws_ebs_snapshot" "latest" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "volume-id"
    values = [aws_ebs_snapshot.data.volume_id]
  }
}

output "latest" {
  value = data.aws_ebs_snapshot.latest.id
}
