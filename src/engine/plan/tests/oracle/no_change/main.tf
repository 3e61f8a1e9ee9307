
variable "secret" {
  default   = "s3"
  sensitive = true
}
module "cnt" {
  source = "./m"
  count  = 2
  v      = count.index
}
module "gone" {
  source = "./m"
}
resource "terraform_data" "removed" {
  input = 1
}
resource "terraform_data" "c" {
  count = 3
  input = count.index
}
resource "terraform_data" "e" {
  for_each = toset(["a", "b"])
  input    = { key = each.key, n = [1, 2.5, null] }
}
resource "terraform_data" "trig" {
  input            = "x"
  triggers_replace = 1
}
resource "terraform_data" "dep" {
  input = terraform_data.trig.id
}
resource "terraform_data" "rtb" {
  lifecycle {
    replace_triggered_by = [terraform_data.trig]
  }
}
resource "terraform_data" "hidden" {
  input = "s3"
}
output "x" {
  value = terraform_data.trig.output
}
output "gone" {
  value = 1
}
output "all" {
  value = [for c in terraform_data.c : c.id]
}
output "sens" {
  value     = "s"
  sensitive = true
}
