resource "aws_kms_key" "orders" {
  description = "Seals the disks of the orders database"
}

resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 200
  type              = "gp3"
  throughput        = 250
  encrypted         = true
  kms_key_id        = aws_kms_key.orders.arn
  tags              = { Name = "orders-data" }
}
