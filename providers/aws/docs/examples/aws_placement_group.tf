# At most seven running instances in each zone, each on a rack of its own.
resource "aws_placement_group" "brokers" {
  name     = "brokers"
  strategy = "spread"
}
