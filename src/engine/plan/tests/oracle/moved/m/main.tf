variable "v" {
  default = 1
}
resource "terraform_data" "in" {
  input = var.v
}
output "o" {
  value = terraform_data.in.output
}
