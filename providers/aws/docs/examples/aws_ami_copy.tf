data "aws_ami" "base" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-2.0.*"]
  }
}

resource "aws_kms_key" "west" {
  region      = "eu-west-1"
  description = "Seals the images in the second region"
}

# An image of its own in the second region: recovery there needs nothing from the first one.
resource "aws_ami_copy" "west" {
  region            = "eu-west-1"
  name              = "base-for-recovery"
  source_ami_id     = data.aws_ami.base.id
  source_ami_region = "eu-central-1"
  encrypted         = true
  kms_key_id        = aws_kms_key.west.arn
}
