# What Terraform has no words for: these two disks hold the same data.
dataset "orders" {
  primary = aws_ebs_volume.pg["primary"]

  replica "standby" {
    store     = aws_ebs_volume.pg["standby"]
    mode      = "sync"
    promotion = "automatic"
  }
}
