
resource "terraform_data" "counted" {
  count = 2
  input = 1
}
resource "terraform_data" "single" {
  input = 0
}
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
resource "terraform_data" "new" {
  for_each = toset(["a", "b"])
  input    = each.key
}
moved {
  from = terraform_data.one
  to   = terraform_data.many["k"]
}
resource "terraform_data" "many" {
  for_each = toset(["k"])
  input    = 1
}
moved {
  from = terraform_data.chain1
  to   = terraform_data.chain2
}
moved {
  from = terraform_data.chain2
  to   = terraform_data.chain3
}
resource "terraform_data" "chain3" {}
moved {
  from = module.before
  to   = module.after
}
module "after" {
  source   = "./m"
  for_each = toset(["x", "y"])
}
moved {
  from = module.plain
  to   = module.keyed["p"]
}
module "keyed" {
  source   = "./m"
  for_each = toset(["p"])
}
moved {
  from = terraform_data.inner
  to   = module.keyed["p"].terraform_data.other
}
moved {
  from = terraform_data.busy
  to   = terraform_data.taken
}
resource "terraform_data" "taken" {}
