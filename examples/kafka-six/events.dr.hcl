# The brokers hold the topics together: three copies of each partition, two of them acknowledged before a
# producer is told, and the brokers know their zones.
quorum "events" {
  members     = values(aws_ebs_volume.log)
  replication = 3
  min_in_sync = 2
  rack_aware  = true
}
