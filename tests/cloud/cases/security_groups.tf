# Rules of every form.
resource "aws_vpc" "net" {
  cidr_block = "10.80.0.0/16"
}

resource "aws_security_group" "empty" {
  vpc_id = aws_vpc.net.id
}

resource "aws_security_group" "prefixed" {
  name_prefix = "web-"
  description = "Named by AWS"
  vpc_id      = aws_vpc.net.id
  tags        = { Name = "prefixed" }
}

resource "aws_security_group" "rules" {
  name        = "rules"
  description = "Rules of every form"
  vpc_id      = aws_vpc.net.id

  ingress {
    description = "from itself"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    self        = true
  }

  ingress {
    description     = "from another group"
    from_port       = 5432
    to_port         = 5433
    protocol        = "tcp"
    security_groups = [aws_security_group.prefixed.id]
  }

  ingress {
    from_port   = 8
    to_port     = 0
    protocol    = "icmp"
    cidr_blocks = ["10.80.0.0/16", "10.81.0.0/16"]
  }

  egress {
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_security_group" "none" {
  name    = "none"
  vpc_id  = aws_vpc.net.id
  ingress = []
  egress  = []
}
