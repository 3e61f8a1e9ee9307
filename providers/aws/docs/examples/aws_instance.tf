resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.orders.id
  cidr_block        = "10.20.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_kms_key" "orders" {
  description = "Seals the disks of the orders database"
}

resource "aws_instance" "db" {
  ami           = "ami-04681a1dbd79675a5"
  instance_type = "r6i.xlarge"
  subnet_id     = aws_subnet.a.id
  tags          = { Name = "orders-primary" }

  root_block_device {
    volume_size = 20
    encrypted   = true
    kms_key_id  = aws_kms_key.orders.arn
  }

  metadata_options {
    http_tokens = "required"
  }
}
