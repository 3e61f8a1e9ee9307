# A disk, an address and a group at an instance.
resource "aws_vpc" "net" {
  cidr_block = "10.90.0.0/16"
}

resource "aws_internet_gateway" "out" {
  vpc_id = aws_vpc.net.id
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.net.id
  cidr_block        = "10.90.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_placement_group" "near" {
  name     = "near"
  strategy = "cluster"
  tags     = { Name = "near" }
}

resource "aws_instance" "node" {
  ami             = "ami-04681a1dbd79675a5"
  instance_type   = "m6i.large"
  subnet_id       = aws_subnet.a.id
  placement_group = aws_placement_group.near.name
}

resource "aws_ebs_volume" "data" {
  availability_zone = aws_subnet.a.availability_zone
  size              = 10
}

resource "aws_volume_attachment" "data" {
  device_name  = "/dev/sdh"
  volume_id    = aws_ebs_volume.data.id
  instance_id  = aws_instance.node.id
  force_detach = true
}

resource "aws_eip" "node" {
  domain     = "vpc"
  instance   = aws_instance.node.id
  depends_on = [aws_internet_gateway.out]
}
