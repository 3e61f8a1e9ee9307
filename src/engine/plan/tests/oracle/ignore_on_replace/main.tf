
resource "terraform_data" "base" {
  triggers_replace = 1
}
resource "terraform_data" "mid" {
  input = terraform_data.base.id
}
resource "terraform_data" "top" {
  input            = terraform_data.mid.output
  triggers_replace = 1
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "ign" {
  input            = 2
  triggers_replace = { a = 2 }
  lifecycle {
    ignore_changes = [input]
  }
}
resource "terraform_data" "all" {
  input = 2
  lifecycle {
    ignore_changes = all
  }
}
