resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.orders.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-central-1a"
}

data "aws_subnets" "orders" {
  filter {
    name   = "vpc-id"
    values = [aws_subnet.a.vpc_id]
  }
}

output "subnets" {
  value = data.aws_subnets.orders.ids
}
