resource "aws_kms_key" "orders" {
  description             = "Seals the disks of the orders database"
  multi_region            = true
  deletion_window_in_days = 30
  enable_key_rotation     = true
}
