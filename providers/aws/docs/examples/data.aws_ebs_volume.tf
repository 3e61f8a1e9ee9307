resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 20
  tags              = { Name = "orders-data" }
}

data "aws_ebs_volume" "data" {
  most_recent = true

  filter {
    name   = "volume-id"
    values = [aws_ebs_volume.data.id]
  }
}

output "size" {
  value = data.aws_ebs_volume.data.size
}
