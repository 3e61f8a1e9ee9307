# Launch templates with little and with much.
resource "aws_launch_template" "little" {
  name_prefix = "little-"
}

resource "aws_launch_template" "much" {
  name                                 = "much"
  description                          = "With much"
  update_default_version               = true
  image_id                             = "ami-04681a1dbd79675a5"
  instance_type                        = "m6i.large"
  key_name                             = "operators"
  ebs_optimized                        = true
  disable_api_termination              = true
  instance_initiated_shutdown_behavior = "terminate"
  user_data                            = base64encode("#!/bin/sh\n")
  vpc_security_group_ids               = ["sg-12345678"]
  tags                                 = { Name = "much" }

  block_device_mappings {
    device_name = "/dev/sdf"

    ebs {
      volume_size           = 100
      volume_type           = "gp3"
      iops                  = 3000
      throughput            = 125
      delete_on_termination = true
      encrypted             = true
    }
  }

  block_device_mappings {
    device_name = "/dev/sdg"
    no_device   = true
  }

  capacity_reservation_specification {
    capacity_reservation_preference = "open"
  }

  credit_specification {
    cpu_credits = "standard"
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  placement {
    availability_zone = "eu-central-1a"
    tenancy           = "default"
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "from-template" }
  }
}
