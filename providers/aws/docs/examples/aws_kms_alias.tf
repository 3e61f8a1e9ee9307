resource "aws_kms_key" "orders" {
  description = "Seals the disks of the orders database"
}

resource "aws_kms_alias" "orders" {
  name          = "alias/orders-disks"
  target_key_id = aws_kms_key.orders.key_id
}
