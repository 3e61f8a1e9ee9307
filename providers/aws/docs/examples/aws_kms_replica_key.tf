resource "aws_kms_key" "orders" {
  description  = "Seals the disks of the orders database"
  multi_region = true
}

# In the other region, so that copies there do not depend on this one.
resource "aws_kms_replica_key" "orders" {
  region                  = "eu-west-1"
  description             = "Seals the snapshots of the orders database in the second region"
  primary_key_arn         = aws_kms_key.orders.arn
  deletion_window_in_days = 30
}
