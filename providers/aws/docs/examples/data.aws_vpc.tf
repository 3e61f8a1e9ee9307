resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

data "aws_vpc" "orders" {
  id = aws_vpc.orders.id
}

output "range" {
  value = data.aws_vpc.orders.cidr_block
}
