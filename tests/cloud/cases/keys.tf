# Keys, aliases and grants with what they may be told.
data "aws_caller_identity" "me" {}

resource "aws_kms_key" "plain" {}

resource "aws_kms_key" "full" {
  description             = "Seals everything"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  tags                    = { Name = "full" }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "off" {
  description = "Not in use"
  is_enabled  = false
}

resource "aws_kms_key" "signing" {
  description              = "Signs"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
}

resource "aws_kms_alias" "full" {
  name          = "alias/keys-full"
  target_key_id = aws_kms_key.full.arn
}

resource "aws_kms_alias" "prefixed" {
  name_prefix   = "alias/keys-"
  target_key_id = aws_kms_key.plain.key_id
}

resource "aws_kms_grant" "constrained" {
  name              = "constrained"
  key_id            = aws_kms_key.full.key_id
  grantee_principal = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/restore"
  operations        = ["Encrypt", "Decrypt", "GenerateDataKey"]

  constraints {
    encryption_context_equals = { service = "orders" }
  }
}

data "aws_kms_key" "by_alias" {
  key_id = aws_kms_alias.full.name
}

data "aws_kms_alias" "full" {
  name = aws_kms_alias.full.name
}
