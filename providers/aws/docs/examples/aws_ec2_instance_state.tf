resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.orders.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_instance" "standby" {
  ami           = "ami-04681a1dbd79675a5"
  instance_type = "m6i.large"
  subnet_id     = aws_subnet.a.id
}

resource "aws_ec2_instance_state" "standby" {
  instance_id = aws_instance.standby.id
  state       = "stopped"
}
