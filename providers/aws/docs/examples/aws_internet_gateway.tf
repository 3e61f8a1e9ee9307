resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_internet_gateway" "out" {
  vpc_id = aws_vpc.orders.id
  tags   = { Name = "orders" }
}
