resource "aws_vpc" "orders" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_security_group" "postgres" {
  name        = "postgres"
  description = "PostgreSQL from inside the network"
  vpc_id      = aws_vpc.orders.id

  ingress {
    description = "PostgreSQL"
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.orders.cidr_block]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
