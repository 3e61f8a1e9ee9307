resource "aws_kms_key" "orders" {
  description = "Seals the disks of the orders database"
}

resource "aws_kms_alias" "orders" {
  name          = "alias/orders"
  target_key_id = aws_kms_key.orders.key_id
}

data "aws_kms_alias" "orders" {
  name = aws_kms_alias.orders.name
}

output "key" {
  value = data.aws_kms_alias.orders.target_key_arn
}
