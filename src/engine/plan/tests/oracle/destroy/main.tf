
variable "secret" {
  default   = "s3"
  sensitive = true
}
module "cnt" {
  source = "./m"
  count  = 1
  v      = count.index
}
resource "terraform_data" "c" {
  count = 2
  input = count.index
}
resource "terraform_data" "e" {
  for_each = toset(["a", "c"])
  input    = { key = each.key, n = [1, 2.5, null] }
}
resource "terraform_data" "trig" {
  input            = "y"
  triggers_replace = 2
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
  input = var.secret
}
output "x" {
  value = terraform_data.trig.output
}
output "all" {
  value = [for c in terraform_data.c : c.id]
}
output "nul" {
  value = null
}
output "sens" {
  value = "s"
}
