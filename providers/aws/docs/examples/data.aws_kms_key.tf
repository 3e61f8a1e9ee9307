resource "aws_kms_key" "orders" {
  description = "Seals the disks of the orders database"
}

data "aws_kms_key" "orders" {
  key_id = aws_kms_key.orders.key_id
}

output "state" {
  value = data.aws_kms_key.orders.key_state
}
