//! `aws_launch_template`: what instances are launched with, in versions.

mod request;
mod requirements;
mod shape;
mod shown;

use super::{ebs_encryption_by_default, tagging};
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::{Plan, refused};
use crate::shape::{Definition, Group, Shape};
use crate::unique;
use aws_sdk_ec2::types::ResourceType;
use configschema::Nesting;
use sdk::Findings;
use std::time::Duration;
use value::{Path, PathStep, Type, Value};

pub(crate) struct LaunchTemplate;

impl Kind for LaunchTemplate {
    fn definition(&self) -> Definition {
        let about = "What instances are launched with. Every change makes a new version; old ones stay.";
        Definition::new("aws_launch_template", "launch template", about, shape::shape())
            .regional()
            .tagged()
            .group(Group::AtMostOne(&["name", "name_prefix"]))
            .group(Group::AtMostOne(&["default_version", "update_default_version"]))
            .group(Group::AtMostOne(&["instance_requirements", "instance_type"]))
            .group(Group::AtMostOne(&["security_group_names", "vpc_security_group_ids"]))
            .import("lt-12345678")
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        let mut either = |block: Option<Fields>, at: &[&'static str], names: [&str; 2]| {
            let written = |block: &Fields, name: &str| {
                let value = block.get(name);
                !value.is_null() && value.as_str() != Some("") && !value.as_items().is_some_and(<[Value]>::is_empty)
            };
            if block.is_some_and(|block| names.iter().all(|name| written(&block, name))) {
                let path = at.iter().fold(Path::ROOT, |path, name| {
                    path.then(PathStep::Attribute((*name).into())).then(PathStep::Index(0))
                });
                findings.push(refused(path, format!("Only one of {} can be set; both are.", names.join(" and "))));
            }
        };
        let capacity = "capacity_reservation_specification";
        let target = config.one(capacity).and_then(|one| one.one("capacity_reservation_target"));
        let names = ["capacity_reservation_id", "capacity_reservation_resource_group_arn"];
        either(target, &[capacity, "capacity_reservation_target"], names);
        either(config.one("iam_instance_profile"), &["iam_instance_profile"], ["arn", "name"]);
        either(config.one("placement"), &["placement"], ["host_id", "host_resource_group_arn"]);
        either(config.one("placement"), &["placement"], ["group_id", "group_name"]);
        let names = ["allowed_instance_types", "excluded_instance_types"];
        either(config.one("instance_requirements"), &["instance_requirements"], names);
        let names =
            ["max_spot_price_as_percentage_of_optimal_on_demand_price", "spot_max_price_percentage_over_lowest_price"];
        either(config.one("instance_requirements"), &["instance_requirements"], names);
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        if let Some(region) = region.filter(|_| plan.changes("block_device_mappings")) {
            warn_of_keys_alone(region, plan).await;
        }
        let wanted = plan.config.int("default_version");
        let Some(prior) = plan.prior.clone() else {
            if let Some(version) = wanted.filter(|version| *version != 1) {
                let why = format!("A new template has version 1 only, not {version}.");
                plan.refuse("default_version", why);
            }
            return;
        };
        for name in contents() {
            let settled = settled(plan.planned.shape(), name, prior.get(name), plan.planned.get(name));
            plan.planned.set(name, settled);
        }
        let latest = prior.int("latest_version").unwrap_or_default();
        let new_version = contents().any(|name| plan.changes(name));
        if new_version {
            plan.planned.set_unknown("latest_version");
        }
        let moves = plan.planned.is_true("update_default_version")
            && (new_version || prior.int("default_version") != Some(latest));
        if moves && plan.config.is_null("default_version") {
            plan.planned.set_unknown("default_version");
        }
        let newest = latest + i32::from(new_version);
        if let Some(version) = wanted.filter(|version| *version > newest && plan.changes("default_version")) {
            plan.refuse("default_version", format!("There is no version {version}: the newest is {newest}."));
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let doing = || format!("read launch template {id}");
        let found = region.reads.launch_templates.get(&id).await.map_err(|why| why.while_doing(doing()))?;
        let Some(template) = found else { return Ok(false) };
        let newest = region.reads.launch_template_versions.get(&id).await.map_err(|why| why.while_doing(doing()))?;
        let Some(version) = newest else { return Ok(false) };
        let name = template.launch_template_name().unwrap_or_default();
        object.set_text("arn", Some(region.arn("ec2", &format!("launch-template/{id}")).await?));
        object.set_int("default_version", template.default_version_number());
        object.set_text("description", Some(version.version_description().unwrap_or_default()));
        object.set_int("latest_version", version.version_number().or(template.latest_version_number()));
        object.set_text("name", Some(name));
        object.set_text("name_prefix", Some(unique::prefix_of(name)));
        if let Some(data) = version.launch_template_data() {
            shown::data(object, data);
        }
        tagging::show(region, object, template.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let template = &change.planned;
        let name = match template.filled_text("name") {
            Some(name) => name.to_owned(),
            None => unique::name(template.text("name_prefix"), &change.token),
        };
        let doing = format!("create the launch template {name:?}");
        let asked = region.ec2().call(Action::same("CreateLaunchTemplate"), |c| {
            c.create_launch_template()
                .client_token(change.token.as_ref())
                .launch_template_name(name.as_str())
                .launch_template_data(request::data(&change.config, template))
                .set_version_description(change.config.filled_text("description").map(String::from))
                .set_tag_specifications(tagging::specifications(change, ResourceType::LaunchTemplate))
                .send()
        });
        let id = match asked.await {
            Ok(made) => made.launch_template.and_then(|made| made.launch_template_id),
            // The token is forgotten in time; the name stays.
            Err(why)
                if why.is("InvalidLaunchTemplateName.AlreadyExistsException")
                    && (change.repeated || why.tried_before) =>
            {
                match self.ours(region, change, &name).await? {
                    Some(id) => Some(id),
                    None => return Err(why.while_doing(doing)),
                }
            }
            Err(why) => return Err(why.while_doing(doing)),
        };
        let id = id.ok_or_else(|| Trouble::ours("CreateLaunchTemplate answered without an id"))?;
        change.made(&id);
        let wait = Wait { doing, until: "there", timeout: change.timeout("create") };
        wait.run(|| async {
            let found = region.reads.launch_templates.fresh(&id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Pending("not found".into()), |_| Seen::Done(())))
        })
        .await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.prior.id();
        let mut newest = change.prior.int("latest_version").map(i64::from);
        if contents().any(|name| change.changes(name)) {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.create_launch_template_version()
                    .client_token(change.token.as_ref())
                    .launch_template_id(id)
                    .launch_template_data(request::data(&change.config, &change.planned))
                    .set_version_description(change.config.filled_text("description").map(String::from))
                    .send()
            };
            let made = region.ec2().call(Action::same("CreateLaunchTemplateVersion"), ask).await;
            let made = made.map_err(|why| why.while_doing(format!("make a version of launch template {id}")))?;
            newest = made.launch_template_version().and_then(|version| version.version_number());
        }
        let default = match change.planned.is_true("update_default_version") {
            true => newest,
            false => change.config.int("default_version").map(i64::from),
        };
        if let Some(version) =
            default.filter(|version| change.prior.int("default_version").map(i64::from) != Some(*version))
        {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.modify_launch_template().launch_template_id(id).default_version(version.to_string()).send()
            };
            let done = region.ec2().call(Action::same("ModifyLaunchTemplate"), ask).await;
            done.map_err(|why| why.while_doing(format!("make version {version} the default of launch template {id}")))?;
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        let wait = Wait { doing: format!("delete launch template {id}"), until: "deleted", timeout };
        let action = Action::same("DeleteLaunchTemplate");
        match region.ec2().call(action, |c| c.delete_launch_template().launch_template_id(id).send()).await {
            Err(why) if why.is_not_found() => return Ok(()),
            other => other.map_err(|why| why.while_doing(wait.doing.as_str()))?,
        };
        wait.run(|| async {
            let found = region.reads.launch_templates.fresh(id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
        })
        .await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        object.set_text("id", Some(id));
        match id.starts_with("lt-") {
            true => Ok(()),
            false => Err("A launch template is imported by its id.".into()),
        }
    }
}

impl LaunchTemplate {
    /// The template of that name that a request of ours made before, if it is like the one that is planned.
    async fn ours(&self, region: &Region, change: &Change, name: &str) -> Result<Option<String>, Trouble> {
        let doing = || format!("look for the launch template {name:?}");
        let ask = |c: &aws_sdk_ec2::Client| c.describe_launch_templates().launch_template_names(name).send();
        let answer = region.ec2().call(Action::read("DescribeLaunchTemplates"), ask).await;
        let answer = answer.map_err(|why| why.while_doing(doing()))?;
        let Some(id) = answer.launch_templates().first().and_then(|found| found.launch_template_id()) else {
            return Ok(None);
        };
        let mut object = Fields::empty(change.planned.shape());
        object.set_text("id", Some(id));
        if !self.read(region, &mut object).await? || object.int("latest_version") != Some(1) {
            return Ok(None);
        }
        let alike = contents().chain(["tags_all"]).all(|name| {
            let planned = change.planned.get(name);
            !planned.is_wholly_known() || means(object.get(name)) == means(planned)
        });
        Ok(alike.then(|| id.to_owned()))
    }
}

/// Whether instances of a type have CPU credits ("Burstable performance instances": the T families); of a template
/// without a type nobody knows.
fn has_credits(kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| kind.is_empty() || kind.starts_with('t'))
}

/// What a version consists of: its change makes a new version.
fn contents() -> impl Iterator<Item = &'static str> {
    const OTHERS: [&str; 6] =
        ["arn", "default_version", "latest_version", "name", "name_prefix", "update_default_version"];
    static ALL: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
        let shape = shape::shape();
        let all = shape.fields.keys().chain(shape.blocks.keys()).copied();
        all.filter(|name| !OTHERS.contains(name)).collect()
    });
    ALL.iter().copied()
}

/// The block with "", 0 and false for what is not said, as `hashicorp/aws` stores it.
fn zeros(mut block: Fields) -> Fields {
    let shape = block.shape().clone();
    for (name, field) in shape.fields.iter().filter(|(name, _)| block.is_null(name)).collect::<Vec<_>>() {
        match field.ty {
            Type::String => block.set(name, Value::string("")),
            Type::Number => block.set(name, Value::int(0)),
            Type::Bool => block.set(name, Value::bool(false)),
            _ => {}
        }
    }
    block
}

/// The value with null for all that means "not said": "", 0, false and empty collections.
fn means(value: &Value) -> Value {
    let nothing = match value.as_items() {
        Some(items) => items.is_empty(),
        None => {
            value.as_str() == Some("")
                || value.as_bool() == Some(false)
                || value.as_number().is_some_and(value::Number::is_zero)
                || (matches!(value.ty(), Type::Map(_)) && value.children().next().is_none())
        }
    };
    match nothing {
        true => Value::null(value.ty()),
        false => value.map_children(|_, part| means(part)),
    }
}

/// The API takes a key for a disk that is not to be encrypted, and refuses the launch ("EbsBlockDevice", KmsKeyId). What
/// the image or a snapshot brings may be encrypted.
async fn warn_of_keys_alone(region: &Region, plan: &mut Plan) {
    let alone = plan.config.blocks("block_device_mappings").iter().filter_map(|one| one.one("ebs")).any(|ebs| {
        let plain = ebs.is_null("encrypted") || ebs.text("encrypted").is_some_and(|text| matches!(text, "" | "false"));
        ebs.filled_text("kms_key_id").is_some() && plain && ebs.is_null("snapshot_id")
    });
    if alone && ebs_encryption_by_default::is_off(region).await {
        let why = "A key is named for a disk without encrypted = true: launches from this template are refused, unless the \
                   image has an encrypted disk there.";
        plan.warn("block_device_mappings", why);
    }
}

/// What is there in place of what means the same, as deep as blocks go.
fn settled(shape: &Shape, name: &str, prior: &Value, planned: &Value) -> Value {
    if planned.is_wholly_known() && means(prior) == means(planned) {
        return prior.clone();
    }
    let Some(nested) = shape.blocks.get(name).filter(|nested| nested.nesting == Nesting::List) else {
        return planned.clone();
    };
    planned.map_children(|step, block| {
        let Some(before) = Path(vec![step]).get(prior).filter(|before| !before.is_null()) else {
            return block.clone();
        };
        let (before, mut after) = (Fields::of(&nested.shape, before), Fields::of(&nested.shape, block));
        for inner in nested.shape.fields.keys().chain(nested.shape.blocks.keys()) {
            let value = settled(&nested.shape, inner, before.get(inner), after.get(inner));
            after.set(inner, value);
        }
        after.object()
    })
}
