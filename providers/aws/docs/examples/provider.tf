terraform {
  required_providers {
    aws = {
      source = "drform/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = { managed_by = "drform" }
  }
}
