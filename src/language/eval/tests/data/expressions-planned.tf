variable "secret" {
  type      = string
  default   = "s3cr3t"
  sensitive = true
}
variable "list" {
  type    = list(string)
  default = ["x", "y", "z"]
}
variable "objs" {
  type = list(object({ name = string, port = optional(number, 80), tags = optional(map(string)) }))
  default = [{ name = "a" }, { name = "b", port = 443, tags = { k = "v" } }]
}
variable "nothing" {
  type    = list(string)
  default = null
}
variable "anything" {
  default = { a = [1, "two"], b = null }
}
resource "terraform_data" "one" {
  input = "in"
}
resource "terraform_data" "many" {
  count = 3
  input = "n${count.index}"
}
resource "terraform_data" "each" {
  for_each = { a = 1, b = 2 }
  input    = each.value
}
resource "terraform_data" "none" {
  count = 0
}
locals {
  id      = terraform_data.one.id
  ids     = terraform_data.many[*].id
  m       = { a = 1, b = 2 }
  dyn     = terraform_data.one.output
  pass    = { user = "u", password = var.secret }
  nested  = [[{ v = 1 }, { v = 2 }], [{ v = 3 }]]
  tuples  = [["a"], ["b", "c"]]
  strs    = tolist(["p", "q"])
  s       = toset(["b", "a"])
  uset    = toset([terraform_data.one.id])
  ulist   = [for i in terraform_data.many : i.id]
  tmpl    = "Hello $${name}!"
}
