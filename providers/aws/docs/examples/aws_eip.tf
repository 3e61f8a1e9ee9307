resource "aws_eip" "gateway" {
  domain = "vpc"
  tags   = { Name = "gateway" }
}
