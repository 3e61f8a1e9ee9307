resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.orders.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_internet_gateway" "out" {
  vpc_id = aws_vpc.orders.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.orders.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.out.id
  }
}
