# VPCs, subnets, gateways and routes with what they may be told.
resource "aws_vpc" "plain" {
  cidr_block = "10.70.0.0/16"
}

resource "aws_vpc" "full" {
  cidr_block                       = "10.71.0.0/16"
  instance_tenancy                 = "default"
  enable_dns_support               = true
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = true
  tags                             = { Name = "full" }
}

resource "aws_vpc" "silent" {
  cidr_block         = "10.72.0.0/16"
  enable_dns_support = false
}

resource "aws_subnet" "plain" {
  vpc_id     = aws_vpc.plain.id
  cidr_block = "10.70.1.0/24"
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.full.id
  cidr_block              = "10.71.1.0/24"
  availability_zone       = "eu-central-1b"
  map_public_ip_on_launch = true
  tags                    = { Name = "public" }
}

resource "aws_internet_gateway" "out" {
  vpc_id = aws_vpc.full.id
}

resource "aws_internet_gateway" "unattached" {
  tags = { Name = "spare" }
}

resource "aws_route_table" "empty" {
  vpc_id = aws_vpc.plain.id
  tags   = { Name = "empty" }
}

resource "aws_route_table" "inline" {
  vpc_id = aws_vpc.full.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.out.id
  }

  route {
    cidr_block = "192.168.0.0/16"
    gateway_id = aws_internet_gateway.out.id
  }
}

resource "aws_route_table" "none" {
  vpc_id = aws_vpc.full.id
  route  = []
}

resource "aws_route_table" "apart" {
  vpc_id = aws_vpc.full.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.apart.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.out.id
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.apart.id
}

resource "aws_eip" "free" {
  domain = "vpc"
  tags   = { Name = "free" }
}
