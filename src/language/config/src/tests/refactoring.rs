//! `moved`, `removed` and `import` blocks, and conditions that check nothing.

use super::check_mistakes;
use expect_test::expect;

#[test]
fn moved_blocks() {
    check_mistakes(
        r#"moved {
  from = a_b.same
  to   = a_b.same
}
moved {
  from = a_b.here
  to   = a_b.there
}
moved {
  from = a_b.x
  to   = module.y
}
moved {
  from = a_b.x[var.i]
  to   = a_b.y
}
moved {
  from = a_b.p
  to   = a_b.q
}
moved {
  from = a_b.p
  to   = a_b.r
}
moved {
  from = a_b.s
  to   = a_b.q
}
moved {
  from = a_b.round
  to   = a_b.and
}
moved {
  from = a_b.and
  to   = a_b.round
}
moved {
  from = module.called
  to   = module.other
}
moved {
  from = a_b.single
  to   = a_b.counted[0]
}
moved {
  from = a_b.counted
  to   = a_b.one["a"]
}
resource "a_b" "here" {}
resource "a_b" "counted" {
  count = 1
}
module "called" {
  source = "./m"
}
#- m/main.tf
"#,
        expect![[r#"
            main.tf:1: Redundant move statement: moved
                a_b.same is moved to itself.
                > Remove the block, or correct one of its addresses.
            main.tf:5: Moved object still exists: moved
                A moved block takes a_b.here to a_b.there, but a_b.here is still declared.
                > Remove the block of a_b.here if it was moved, or the moved block if it was not.
            main.tf:9: Invalid "moved" addresses: moved
                One of the two addresses is a resource, the other a module.
                > Write two resources or two modules.
            main.tf:14: Invalid address in moved block: a_b.x[var.i]
                What a moved block is about is an address of a resource or module, with constant keys.
                > Write an address, such as aws_instance.web[0] or module.network.
            main.tf:21: Ambiguous move statements: moved
                One block moves a_b.p to a_b.q, another to a_b.r. An object has only one new address.
                > Remove one of the two.
            main.tf:25: Ambiguous move statements: moved
                One block moves a_b.p to a_b.q, another a_b.s. Only one object can take that address.
                > Remove one of the two.
            main.tf:29: Cyclic dependency in move statements: moved
                These blocks lead round in a circle, so that there is no final address: a_b.round → a_b.and → a_b.round.
                > Remove one of them.
            main.tf:37: Moved object still exists: moved
                A moved block takes module.called to module.other, but module.called is still declared.
                > Remove the block of module.called if it was moved, or the moved block if it was not.
        "#]],
    );
}

#[test]
fn removed_blocks() {
    check_mistakes(
        r#"removed {
  from = a_b.here
}
removed {
  from = a_b.gone[0]
}
removed {
  from = module.m[0]
}
removed {
  from = module.called
  lifecycle {}
}
removed {
  from = data.a_b.c
}
removed {
  from = a_b.d
  lifecycle {
    destroy = var.x
    other   = 1
  }
  provisioner "local-exec" {
    command = "x"
  }
}
removed {
  from = "a_b.e"
}
resource "a_b" "here" {}
module "called" {
  source = "./m"
}
#- m/main.tf
"#,
        expect![[r#"
            main.tf:1: Removed resource still exists: removed
                A removed block says that a_b.here is gone, but its resource block is still there.
                > Remove the resource block, or the removed block.
            main.tf:5: Resource instance keys not allowed: a_b.gone[0]
                A removed block is about all instances; single ones cannot be named.
                > Remove the key. For single instances use drform state rm, or moved blocks to a resource that is removed.
            main.tf:8: Module instance keys not allowed: module.m[0]
                A removed block is about all instances; single ones cannot be named.
                > Remove the key. For single instances use drform state rm, or moved blocks to a resource that is removed.
            main.tf:10: Removed module still exists: removed
                A removed block says that module.called is gone, but its module block is still there.
                > Remove the module block, or the removed block.
            main.tf:15: Data source address not allowed: data.a_b.c
                Data sources are read anew in each run, so that there is nothing to remove.
                > Remove the block.
            main.tf:20: Variables not allowed: var
                Variables may not be used here.
                > Write a constant value here.
            main.tf:21: Unsupported argument: other
                An argument named "other" is not expected here.
                > Remove it, or check its name.
            main.tf:23: Invalid provisioner block: provisioner "local-exec"
                A removed block has only provisioners that run before the objects are destroyed.
                > Write when = destroy in it.
            main.tf:28: Invalid address in removed block: "a_b.e"
                What a removed block is about is an address of a resource or module, with constant keys.
                > Write an address, such as aws_instance.web[0] or module.network.
        "#]],
    );
}

#[test]
fn import_blocks() {
    check_mistakes(
        r#"import {
  to = a_b.c
  id = ""
}
import {
  to = a_b.c
  id = "1"
}
import {
  to = a_b.many
  id = null
}
import {
  to = data.a_b.c
  id = "1"
}
import {
  to       = a_b.e
  id       = "1"
  identity = { id = 1 }
}
import {
  to       = a_b.c
  for_each = {}
  provider = a.x
  id       = each.key
}
import {
  id = "1"
}
import {
  to = a_b.d
}
resource "a_b" "c" {}
resource "a_b" "many" {
  count = 2
}
module "m" {
  source = "./m"
}
#- m/main.tf
import {
  to = a_b.c
  id = "1"
}
"#,
        expect![[r#"
            m/main.tf:1: Invalid import configuration: import
                Import blocks are allowed in the root module only.
                > Move it to the root module, and name the module in the address that it imports to.
            main.tf:3: Invalid import id argument: ""
                The id is null or empty.
                > Give the id of an object that exists.
            main.tf:6: Duplicate import configuration for "a_b.c": a_b.c
                Another import block brings an object to this address; only one can stand there.
                > Remove one of the two.
            main.tf:10: Invalid import 'to' expression: a_b.many
                a_b.many has "count" set, so that an object is imported to one of its instances.
                > Add the key of the instance: a_b.many[…].
            main.tf:11: Invalid import id argument: null
                The id is null or empty.
                > Give the id of an object that exists.
            main.tf:14: Invalid import address: data.a_b.c
                An object is imported to an instance of a managed resource.
                > Write its address, such as aws_instance.web or module.net.aws_vpc.main["a"].
            main.tf:20: Invalid combination of 'id' and 'identity': identity
                An import block names its object by an id or by an identity, not by both.
                > Remove one of them.
            main.tf:22: Invalid import provider argument: import
                The resource is declared, and its block says which provider it has.
                > Remove provider = a.x here.
            main.tf:28: Missing required argument: import
                The argument "to" is required, but no definition was found.
                > Write to = ….
            main.tf:31: Missing required argument: import
                The argument "id" is required, but no definition was found.
                > Write id = ….
        "#]],
    );
}

#[test]
fn conditions_that_check_nothing() {
    check_mistakes(
        r#"check "c" {
  assert {
    condition     = 1 == 1
    error_message = "x"
  }
}
resource "a_b" "c" {
  lifecycle {
    precondition {
      condition     = length([for x in [1] : x]) == 1
      error_message = "x"
    }
    postcondition {
      condition     = timestamp() != ""
      error_message = "x"
    }
    postcondition {
      condition     = self.id != ""
      error_message = "x"
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = false
    error_message = "x"
  }
}
"#,
        expect![[r#"
            main.tf:3: Invalid assert expression: 1 == 1
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
            main.tf:10: Invalid precondition expression: length([for x in [1] : x]) == 1
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
            main.tf:14: Invalid postcondition expression: timestamp() != ""
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
            main.tf:26: Invalid precondition expression: false
                The condition refers to nothing in the configuration, so that its result checks nothing.
                > Refer to the object that is to be checked.
        "#]],
    );
}
