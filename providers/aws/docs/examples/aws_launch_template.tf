resource "aws_kms_key" "disks" {
  description = "Seals the disks of the brokers"
}

resource "aws_launch_template" "broker" {
  name          = "broker"
  image_id      = "ami-04681a1dbd79675a5"
  instance_type = "m6i.2xlarge"

  block_device_mappings {
    device_name = "/dev/sdf"

    ebs {
      volume_size = 500
      volume_type = "gp3"
      encrypted   = true
      kms_key_id  = aws_kms_key.disks.arn
    }
  }

  metadata_options {
    http_tokens = "required"
  }
}
