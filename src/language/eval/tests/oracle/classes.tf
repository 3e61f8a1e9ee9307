# Argument classes of the matrix. The letter says the type, what follows says what is particular:
# s string, n number, b bool, l list, t set, m map, p tuple, o object; x null, u unknown, z sensitive, e ephemeral.
variable "ephemeral" {
  ephemeral = true
  default   = "e"
}
variable "ephemeral_list" {
  ephemeral = true
  type      = list(string)
  default   = ["e", "f"]
}
resource "terraform_data" "s" { input = "abc" }
resource "terraform_data" "n" { input = 1 }
resource "terraform_data" "b" { input = true }
resource "terraform_data" "l" { input = tolist(["a"]) }
resource "terraform_data" "t" { input = toset(["a"]) }
resource "terraform_data" "m" { input = tomap({ a = "b" }) }
resource "terraform_data" "p" { input = ["a", 1] }
resource "terraform_data" "o" { input = { a = 1, b = "x" } }
resource "terraform_data" "c" { input = tolist([{ a = 1 }]) }
locals {
  s       = "Hello, World"
  s_empty = ""
  s_num   = "12"
  s_frac  = "-1.5"
  s_bool  = "true"
  s_uni   = "Ünïcödé ß👍🏽İǅ e\u0301"
  s_lines = "a\nb\r\n\tc\n"
  s_ctl   = "\u0000\u0007\u007f\u2028 <&> \" \\ $${x}"
  s_big   = join("", [for i in range(1000) : "0123456789 abcdefghijklmnopqrstuvwxyz äöü <b>0123456789 abcdefghijklmnopqrstuvwxyz äöü <b> 12345678"])
  s_json  = "{\"a\":[1,2.50,null,true,\"x\"],\"a\":{}}"
  s_yaml  = "a: [1, yes, 2020-01-01]\nb: {c: ~}\n"
  s_csv   = "a,b\n1,\"x,y\"\n2,z\n"
  s_date  = "2020-02-29T23:59:59+05:30"
  s_b64   = "aGVsbG8="
  s_cidr  = "10.128.0.0/12"
  s_cidr6 = "fd00:1234::/40"
  s_fmt   = "%s-%v-%%"
  s_re    = "([a-z]+)(\\d*)"
  s_file  = "a.txt"
  n       = 2
  n_zero  = 0
  n_neg   = -3
  n_frac  = 1.5
  n_third = 1 / 3
  n_big   = 12345678901234567890123456789
  n_huge  = 1e400
  n_tiny  = 1e-400
  n_inf   = 1 / 0
  n_16    = 16
  b_true  = true
  b_false = false
  l_s     = tolist(["b", "a", "b", "", "ç"])
  l_n     = tolist([3, 1.5, -2, 3])
  l_b     = tolist([true, false])
  l_empty = tolist([])
  l_none  = slice(tolist(["a"]), 0, 0)
  l_null  = tolist(["a", null])
  l_l     = tolist([["a"], ["b", "c"], []])
  l_o     = tolist([{ a = 1, b = "x" }, { a = 2, b = "y" }])
  l_one   = tolist(["only"])
  l_big   = [for i in range(1000) : "item-${i}"]
  t_s     = toset(["b", "a", "ç"])
  t_n     = toset([10, 9, -1.5])
  t_empty = toset([])
  t_null  = toset(["a", null])
  t_o     = toset([{ a = 1 }, { a = 2 }])
  t_one   = toset(["only"])
  m_s     = tomap({ b = "y", a = "x", "ç d" = "" })
  m_n     = tomap({ one = 1, two = 2.5 })
  m_l     = tomap({ k = tolist(["v", "w"]), j = tolist(["v"]) })
  m_empty = tomap({})
  m_null  = tomap({ a = null, b = "x" })
  p       = ["a", 1, true, null]
  p_empty = []
  p_n     = [1, 2, 3]
  p_s     = ["x", "y"]
  p_nest  = [[1, [2]], [], ["a"]]
  p_false = [false, "true"]
  o       = { a = 1, b = "x", c = [true] }
  o_empty = {}
  o_s     = { b = "y", a = "x" }
  o_null  = { a = null }
  o_keys  = { "ä b" = 1, "" = 2 }
  x       = null
  x_s     = tostring(null)
  x_n     = tonumber(null)
  x_b     = tobool(null)
  x_l     = true ? null : tolist(["a"])
  x_t     = true ? null : toset(["a"])
  x_m     = true ? null : tomap({ a = "b" })
  x_p     = true ? null : ["a", 1]
  x_o     = true ? null : { a = 1 }
  u       = jsondecode(terraform_data.s.id)
  u_s     = terraform_data.s.output
  u_id    = terraform_data.s.id
  u_pre   = "pre-${terraform_data.s.id}"
  u_n     = terraform_data.n.output
  u_len   = length(terraform_data.l.output)
  u_b     = terraform_data.b.output
  u_l     = terraform_data.l.output
  u_t     = terraform_data.t.output
  u_m     = terraform_data.m.output
  u_p     = terraform_data.p.output
  u_o     = terraform_data.o.output
  u_c     = terraform_data.c.output
  u_lp    = tolist(["a", terraform_data.s.id])
  u_tp    = toset(["a", terraform_data.s.id])
  u_mp    = tomap({ a = "x", b = terraform_data.s.id })
  u_pp    = ["a", terraform_data.n.output]
  u_op    = { a = terraform_data.s.id, b = 1 }
  z_s     = sensitive("secret")
  z_n     = sensitive(7)
  z_b     = sensitive(true)
  z_l     = sensitive(tolist(["a", "b"]))
  z_lp    = tolist(["a", sensitive("b")])
  z_t     = sensitive(toset(["a", "b"]))
  z_m     = sensitive(tomap({ a = "b" }))
  z_mp    = tomap({ a = sensitive("b"), c = "d" })
  z_o     = sensitive({ a = 1 })
  z_op    = { a = sensitive(1), b = 2 }
  z_pp    = [sensitive("a"), "b"]
  z_x     = sensitive(null)
  z_u     = sensitive(terraform_data.s.id)
  e_s     = var.ephemeral
  e_l     = var.ephemeral_list
  e_pp    = [var.ephemeral, "b"]
  ze_s    = sensitive(var.ephemeral)
}
