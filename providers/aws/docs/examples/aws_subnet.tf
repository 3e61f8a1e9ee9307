resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

# One in each zone: what runs in one survives the loss of another.
resource "aws_subnet" "orders" {
  for_each          = { a = 0, b = 1, c = 2 }
  vpc_id            = aws_vpc.orders.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet(aws_vpc.orders.cidr_block, 8, each.value)
}
