//! Provider blocks with `for_each`: which instance does what, and what happens when one is gone.

use crate::support::{Case, Run, case, row};
use calls::{Answer, Question};
use diag::{Diagnostic, Diagnostics};
use expect_test::{Expect, expect};
use plan::Mode;

const EU: &str = "provider[\"registry.terraform.io/hashicorp/test\"].by[\"eu\"]";
const US: &str = "provider[\"registry.terraform.io/hashicorp/test\"].by[\"us\"]";
const PLAIN: &str = "provider[\"registry.terraform.io/hashicorp/test\"].by";

fn check(actual: String, expected: Expect) {
    expected.assert_eq(&actual);
}

/// What each question to a provider was, and which configuration was asked.
fn asked(run: &Run) -> String {
    let line = |question: &Question| {
        let what = match question {
            Question::ConfigureProvider { config, .. } => format!("configure {:?}", config.get("region")?.as_str()?),
            Question::Read { current, .. } => format!("read {:?}", current.value.get("id")?.as_str()?),
            Question::Plan { config, .. } => format!("plan {:?}", config.get("name")?.as_str().unwrap_or("nothing")),
            Question::ReadDataSource { .. } => "data".into(),
            _ => return None,
        };
        let by = question.provider();
        Some(format!("{}{}: {what}\n", by.alias.as_deref().unwrap_or("default"), by.key))
    };
    let mut lines: Vec<String> = run.asked.iter().filter_map(line).collect();
    lines.sort();
    lines.concat()
}

fn everywhere() -> Case {
    case(
        r#"
        variable "zones" { default = { eu = "eu-1", us = "us-1" } }
        provider "test" {
          alias    = "by"
          for_each = var.zones
          region   = "${each.key}: ${each.value}"
        }
        resource "test_thing" "a" {
          for_each = { eu = 1, us = 2 }
          provider = test.by[each.key]
          name     = each.key
        }
        resource "test_thing" "fixed" {
          count    = 1
          provider = test.by["us"]
          name     = "fixed"
        }
        data "test_lookup" "d" {
          for_each = toset(["eu"])
          provider = test.by[each.value]
        }
        module "m" {
          source    = "./m"
          count     = 2
          providers = { test = test.by[["eu", "us"][count.index]] }
          n         = count.index
        }
        #- m/main.tf
        variable "n" {}
        module "inner" {
          source = "../in"
          n      = var.n
        }
        #- ../in/main.tf
        variable "n" {}
        resource "test_thing" "in" { name = "in ${var.n}" }
        "#,
    )
}

#[test]
fn each_object_has_its_instance() {
    let run = everywhere().with([row("test_thing.a[\"eu\"]", r#"{"id":"1","name":"eu"}"#)]).run();
    check(
        asked(&run),
        expect![[r#"
            by["eu"]: configure "eu: eu-1"
            by["eu"]: data
            by["eu"]: plan "eu"
            by["eu"]: plan "in 0"
            by["eu"]: read "1"
            by["us"]: configure "us: us-1"
            by["us"]: plan "fixed"
            by["us"]: plan "in 1"
            by["us"]: plan "us"
        "#]],
    );
    check(
        run.steps(),
        expect![[r#"
            0 evaluate var.zones
            1 evaluate module.m (expand)
            2 evaluate module.m.var.n after [1]
            3 evaluate module.m.module.inner (expand) after [1]
            4 evaluate module.m.module.inner.var.n after [2, 3]
            5 configure test
            6 configure test.by after [0]
            7 evaluate test_thing.a after [5, 6]
            8 evaluate test_thing.fixed after [6]
            9 evaluate module.m.module.inner.test_thing.in after [3, 4, 6]
            10 configure test.by["eu"] after [6]
            11 configure test.by["us"] after [6]
            12 create test_thing.a["us"] after [7, 11]
            13 create test_thing.fixed[0] after [8, 11]
            14 create module.m[0].module.inner.test_thing.in after [9, 10]
            15 create module.m[1].module.inner.test_thing.in after [9, 11]
        "#]],
    );
    let by = |address: &str| {
        let found = run.plan.changes.iter().find(|change| change.addr.to_string() == address).unwrap();
        found.provider.to_string()
    };
    assert_eq!(by("test_thing.a[\"us\"]"), US);
    assert_eq!(by("module.m[0].module.inner.test_thing.in"), EU);
    assert_eq!(run.plan.refreshed.instances[&crate::support::addr("test_thing.a[\"eu\"]")].provider.to_string(), EU);
}

#[test]
fn the_order_of_answers_does_not_matter() {
    let refuses = |question: &Question| match question {
        Question::ConfigureProvider { provider, .. } if !matches!(provider.key, addrs::InstanceKey::None) => {
            let refused = Diagnostic::error("No credentials", format!("For {}.", provider.key));
            Some(Answer::Checked(Diagnostics::from(refused)))
        }
        _ => None,
    };
    let (first, refused) = (everywhere().run(), everywhere().rule(refuses).run());
    for seed in 0..8 {
        assert_eq!(everywhere().shuffled(seed).run().text(), first.text(), "{seed}");
        assert_eq!(everywhere().rule(refuses).shuffled(seed).run().text(), refused.text(), "{seed}");
    }
    check(
        refused.text(),
        expect![[r#"
        errored
        Error [provider["registry.terraform.io/hashicorp/test"].by["eu"]]: No credentials: For ["eu"].
        Error [provider["registry.terraform.io/hashicorp/test"].by["us"]]: No credentials: For ["us"].
    "#]],
    );
}

/// An object of each key, of which only `us` is still wanted.
fn fewer(for_each: &str) -> Case {
    let text = r#"
        provider "test" {
          alias    = "by"
          for_each = FOR_EACH
          region   = each.key
        }
        resource "test_thing" "a" {
          for_each = toset(["us"])
          provider = test.by[each.key]
          name     = each.key
        }
        data "test_lookup" "d" { provider = test.by["us"] }
    "#;
    case(&text.replace("FOR_EACH", for_each))
        .with([
            row("test_thing.a[\"eu\"]", r#"{"id":"1","name":"eu"}"#),
            row("test_thing.a[\"us\"]", r#"{"id":"2","name":"us"}"#),
            row("test_thing.lost", r#"{"id":"3","name":"lost"}"#),
        ])
        .made_by("test_thing.a[\"eu\"]", EU)
        .made_by("test_thing.a[\"us\"]", US)
        .made_by("test_thing.lost", EU)
}

#[test]
fn whoever_made_an_object_deletes_it() {
    let run = fewer(r#"toset(["eu", "us"])"#).plan_destroy().run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a["eu"]: Delete DeleteBecauseEachKey
        test_thing.a["us"]: NoOp
        test_thing.lost: Delete DeleteBecauseNoResourceConfig
    "#]],
    );
    check(
        asked(&run),
        expect![[r#"
        by["eu"]: configure "eu"
        by["eu"]: read "1"
        by["eu"]: read "3"
        by["us"]: configure "us"
        by["us"]: data
        by["us"]: plan "us"
        by["us"]: read "2"
    "#]],
    );
}

#[test]
fn a_key_with_objects_is_not_taken_out() {
    for mode in [Mode::Normal, Mode::Destroy, Mode::RefreshOnly] {
        let run = fewer(r#"toset(["us"])"#).mode(mode).run();
        let told = run.text();
        assert_eq!(told.matches("Provider instance not present").count(), 1, "{told}");
        assert!(told.contains("\n - test_thing.a[\"eu\"]\n - test_thing.lost"), "{told}");
    }
    check(
        fewer(r#"toset(["us"])"#).run().text(),
        expect![[r#"
        test_thing.a["us"]: NoOp
        errored
        Error: Provider instance not present: provider["registry.terraform.io/hashicorp/test"].by["eu"] is no longer there, since its key was taken out of for_each of the provider block, but objects of it are, which nobody else can destroy:
         - test_thing.a["eu"]
         - test_thing.lost
    "#]],
    );
}

#[test]
fn a_destroy_needs_no_block_of_a_resource() {
    let run = fewer(r#"toset(["eu", "us"])"#).mode(Mode::Destroy).run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a["eu"]: Delete
        test_thing.a["us"]: Delete
        test_thing.lost: Delete
    "#]],
    );
    check(
        asked(&run),
        expect![[r#"
        by["eu"]: configure "eu"
        by["eu"]: read "1"
        by["eu"]: read "3"
        by["us"]: configure "us"
        by["us"]: read "2"
    "#]],
    );
}

#[test]
fn for_each_that_comes_or_goes() {
    let instanced = r#"
        provider "test" {
          alias    = "by"
          for_each = toset(["us"])
        }
        "#;
    let old = || row("test_thing.a", r#"{"id":"1","name":"eu"}"#);
    check(
        case(instanced).with([old()]).made_by("test_thing.a", PLAIN).run().text(),
        expect![[r#"
        errored
        Error: Provider instance not present: provider["registry.terraform.io/hashicorp/test"].by is no longer there, since the provider block has for_each now, but objects of it are, which nobody else can destroy:
         - test_thing.a
    "#]],
    );
    let plain = "provider \"test\" { alias = \"by\" }";
    check(
        case(plain).with([old()]).made_by("test_thing.a", EU).run().text(),
        expect![[r#"
        errored
        Error: Provider instance not present: provider["registry.terraform.io/hashicorp/test"].by["eu"] is no longer there, since the provider block has no for_each any more, but objects of it are, which nobody else can destroy:
         - test_thing.a
    "#]],
    );
    // The object itself is still wanted: it goes over to the instance.
    let wanted =
        format!("{instanced}\nresource \"test_thing\" \"a\" {{\n provider = test.by[\"us\"]\n name = \"eu\"\n}}");
    let run = case(&wanted).with([old()]).made_by("test_thing.a", PLAIN).run();
    check(
        run.text(),
        expect![[r#"
        test_thing.a: NoOp
    "#]],
    );
    assert_eq!(run.plan.refreshed.instances[&crate::support::addr("test_thing.a")].provider.to_string(), US);
}

#[test]
fn keys_that_choose_nothing() {
    let told = |key: &str| {
        let text = format!(
            "resource \"test_thing\" \"u\" {{}}\nprovider \"test\" {{\n alias = \"by\"\n for_each = toset([\"eu\", \"us\"])\n}}\n\
             resource \"test_thing\" \"a\" {{\n count = 2\n provider = test.by[{key}]\n}}"
        );
        case(&text).run().text()
    };
    let all: Vec<String> = ["\"eo\"", "\"asia\"", "null", "sensitive(\"eu\")", "test_thing.u.id", "[1]", "count.index"]
        .into_iter()
        .map(told)
        .collect();
    check(
        all.join("\n"),
        expect![[r#"
        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: provider test.by has no instance "eo". Its instances are "eu", "us".

        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: provider test.by has no instance "asia". Its instances are "eu", "us".

        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: The instance key is null.

        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: Instance keys of providers show in plans and states, so that they must not be sensitive.

        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: The instance key depends on values that are known only after an apply, so that nobody could plan for it.

        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: The instance key is unsuitable: string required.

        test_thing.u: Create
            {id: ?test_thing.u:id, secret: !null, zone: ?test_thing.u:zone}
        errored
        Error: Invalid provider instance key: provider test.by has no instance "0". Its instances are "eu", "us".
        Error: Invalid provider instance key: provider test.by has no instance "1". Its instances are "eu", "us".
    "#]],
    );
}
