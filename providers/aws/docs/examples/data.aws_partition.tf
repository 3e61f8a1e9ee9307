data "aws_partition" "here" {}

output "root" {
  value = "arn:${data.aws_partition.here.partition}:iam::aws:policy/ReadOnlyAccess"
}
