locals {
  n   = 7
  s   = "str"
  b   = true
  z   = null
  l   = [1, "two", true]
  ls  = tolist(["p", "q", "r"])
  ln  = tolist([3, 1, 2])
  e   = []
  el  = tolist([])
  st  = toset(["b", "a", "c"])
  sn  = toset([3, 1, 2])
  o   = { a = 1, b = "x", c = [1, 2], d = { e = true } }
  m   = tomap({ a = "1", b = "2" })
  mm  = { k1 = { v = 1, w = "a" }, k2 = { v = 2, w = "b" } }
  lo  = [{ v = 1, w = "a" }, { v = 2, w = "b" }]
  tlo = tolist([{ v = 1, w = "a" }, { v = 2, w = null }])
  nn  = [[1, 2], [3], []]
  nl  = tolist(null)
  ns  = tostring(null)
}
