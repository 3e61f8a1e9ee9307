data "aws_caller_identity" "me" {}

resource "aws_kms_key" "orders" {
  description = "Seals the disks of the orders database"
}

resource "aws_kms_grant" "restore" {
  name              = "restore-orders"
  key_id            = aws_kms_key.orders.key_id
  grantee_principal = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/restore"
  operations        = ["Decrypt", "DescribeKey", "CreateGrant"]
}
