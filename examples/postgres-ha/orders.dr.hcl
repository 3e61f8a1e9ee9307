# What Terraform has no words for: these two disks hold the same data.
dataset "orders" {
  primary = aws_ebs_volume.pg["primary"]

  replica "standby" {
    store     = aws_ebs_volume.pg["standby"]
    mode      = "sync"
    promotion = "automatic"
  }

  # Said here, too: after a lost primary was replaced, its old snapshots name a disk that is no longer there.
  archive "snapshots" {
    store = [aws_ebs_snapshot.pg, aws_ebs_snapshot_copy.west]
  }
}
