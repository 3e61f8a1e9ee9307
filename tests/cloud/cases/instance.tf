# One instance with little, one with much.
resource "aws_vpc" "net" {
  cidr_block = "10.60.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.net.id
  cidr_block        = "10.60.1.0/24"
  availability_zone = "eu-central-1a"
}

resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.net.id
}

resource "aws_kms_key" "disks" {
  description = "Seals the disks"
}

resource "aws_key_pair" "operators" {
  key_name   = "instance-operators"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2b5RYiFGpJkKzkNS1XRVn1wxDOcRRl6nr1Qx2ZqVvP operators"
}

resource "aws_instance" "little" {
  ami           = "ami-04681a1dbd79675a5"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a.id
}

resource "aws_instance" "much" {
  ami                                  = "ami-04681a1dbd79675a5"
  instance_type                        = "t3.large"
  availability_zone                    = "eu-central-1a"
  subnet_id                            = aws_subnet.a.id
  private_ip                           = "10.60.1.25"
  vpc_security_group_ids               = [aws_security_group.app.id]
  key_name                             = aws_key_pair.operators.key_name
  monitoring                           = true
  ebs_optimized                        = true
  source_dest_check                    = false
  instance_initiated_shutdown_behavior = "stop"
  user_data                            = "#!/bin/sh\necho ready\n"
  tags                                 = { Name = "much", service = "orders" }

  credit_specification {
    cpu_credits = "unlimited"
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  root_block_device {
    volume_type           = "gp3"
    volume_size           = 30
    iops                  = 3500
    throughput            = 200
    encrypted             = true
    kms_key_id            = aws_kms_key.disks.arn
    delete_on_termination = true
    tags                  = { Name = "much-root" }
  }

  ebs_block_device {
    device_name           = "/dev/sdg"
    volume_type           = "gp3"
    volume_size           = 50
    encrypted             = true
    delete_on_termination = false
  }
}

resource "aws_instance" "tagged_volumes" {
  ami              = "ami-04681a1dbd79675a5"
  instance_type    = "m6i.large"
  subnet_id        = aws_subnet.a.id
  user_data_base64 = base64encode("hello")
  volume_tags      = { Name = "all-volumes" }
}
