resource "aws_kms_key" "disks" {
  description = "Seals every new disk of the region"
}

resource "aws_ebs_default_kms_key" "here" {
  key_arn = aws_kms_key.disks.arn
}
