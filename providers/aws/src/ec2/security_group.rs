//! `aws_security_group`: who may talk to the interfaces of a VPC, and to whom they may talk.

mod rules;

use super::{holders, tagging};
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::refused;
use crate::shape::{Definition, Group, Shape, flag, of, text};
use crate::tags::Tags;
use crate::unique;
use aws_sdk_ec2::types::{Filter, IpPermission, ResourceType};
use rules::{Owner, Permissions, Steps};
use sdk::Findings;
use std::sync::Arc;
use std::time::Duration;
use value::{Path, Type, Value};

type Found = aws_sdk_ec2::types::SecurityGroup;

pub(crate) struct SecurityGroup;

impl Kind for SecurityGroup {
    fn definition(&self) -> Definition {
        let rules = || of(Type::set(rules::rule_type())).optional().computed().same_when(rules::same);
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the group."))
            .field(
                "description",
                text().default("Managed by Terraform").replaces().length(0, 255).about("What the group is for."),
            )
            .field(
                "egress",
                rules().about(
                    "What the interfaces may reach: all rules, each with `protocol`, `from_port`, `to_port` and whom it \
                     is about. Rules that are not here are removed; when there is no `egress` at all, those that are \
                     there stay. A new group has none: the one that AWS gives is taken away.",
                ),
            )
            .field(
                "ingress",
                rules().about(
                    "What may reach the interfaces, written as `egress` is. `[]` removes all rules; without `ingress` \
                     those that are there stay.",
                ),
            )
            .field(
                "name",
                text().optional().computed().replaces().length(0, 255).check(check_name).about("Name, unique in the VPC."),
            )
            .field(
                "name_prefix",
                text()
                    .optional()
                    .computed()
                    .replaces()
                    .length(0, 229)
                    .check(check_name)
                    .about("What the name begins with; the rest is made up."),
            )
            .field("owner_id", text().computed().about("Account that owns the group."))
            .field(
                "revoke_rules_on_delete",
                flag()
                    .default(false)
                    .about("Before the group is deleted, remove its rules, and those of other groups that name it."),
            )
            .field(
                "vpc_id",
                text().optional().computed().replaces().about("VPC of the group; the default one when not written."),
            );
        Definition::new("aws_security_group", "security group", "A firewall for the interfaces of a VPC.", shape)
            .version(1)
            .regional()
            .tagged()
            .timeouts(&[("create", 10), ("delete", 15)])
            .group(Group::AtMostOne(&["name", "name_prefix"]))
            .import("sg-903004f8")
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        for name in ["egress", "ingress"] {
            let mistakes = rules::mistakes(config.get(name));
            findings.extend(mistakes.into_iter().map(|why| refused(Path::attribute(name), why)));
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let id = object.id().to_owned();
        let found = region.reads.security_groups.get(&id).await;
        let Some(group) = found.map_err(|why| why.while_doing(format!("read security group {id}")))? else {
            return Ok(false);
        };
        let owner = owner(&group);
        let name = group.group_name().unwrap_or_default();
        let arn = format!("arn:{}:ec2:{}:{}:security-group/{id}", region.partition(), region.name(), owner.account);
        object.set_text("arn", Some(arn));
        object.set_text("description", Some(group.description().unwrap_or_default()));
        for (name, direction) in [("egress", Direction::Out), ("ingress", Direction::In)] {
            let rules = rules::shown(object.get(name), &direction.found(&group), owner);
            object.set(name, rules);
        }
        object.set_text("name", Some(name));
        object.set_text("name_prefix", Some(unique::prefix_of(name)));
        object.set_text("owner_id", Some(owner.account));
        object.set_text("vpc_id", Some(group.vpc_id().unwrap_or_default()));
        tagging::show(region, object, group.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let group = &change.planned;
        let name = match group.filled_text("name") {
            Some(name) => name.to_owned(),
            None => unique::name(group.text("name_prefix"), &change.token),
        };
        let doing = || format!("create the security group {name:?}");
        let asked = region.ec2().call(Action::same("CreateSecurityGroup"), |c| {
            c.create_security_group()
                .group_name(name.as_str())
                .description(group.text("description").unwrap_or_default())
                .set_vpc_id(group.filled_text("vpc_id").map(String::from))
                .set_tag_specifications(tagging::specifications(change, ResourceType::SecurityGroup))
                .send()
        });
        let id = match asked.await {
            Ok(made) => made.group_id.ok_or_else(|| Trouble::ours("CreateSecurityGroup answered without an id"))?,
            Err(why) if why.is("InvalidGroup.Duplicate") && (change.repeated || why.tried_before) => {
                match ours(region, change, &name).await? {
                    Some(id) => id,
                    None => return Err(why.while_doing(doing())),
                }
            }
            Err(why) => return Err(why.while_doing(doing())),
        };
        change.made(&id);
        let wait = Wait { doing: doing(), until: "there", timeout: change.timeout("create") };
        wait.run(|| async {
            let found = region.reads.security_groups.fresh(&id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Pending("not found".into()), Seen::Done))
        })
        .await?;
        // AWS lets every new group reach everything: that goes, unless it is asked for.
        let nothing = Value::set(rules::rule_type(), []);
        let egress = if group.is_null("egress") || group.is_unknown("egress") { &nothing } else { group.get("egress") };
        reconcile(region, &id, Direction::Out, egress).await?;
        match group.get("ingress") {
            ingress if ingress.is_known() && !ingress.is_null() => reconcile(region, &id, Direction::In, ingress).await,
            _ => Ok(()),
        }
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let id = change.prior.id();
        for (name, direction) in [("egress", Direction::Out), ("ingress", Direction::In)] {
            if change.changes(name) {
                reconcile(region, id, direction, change.planned.get(name)).await?;
            }
        }
        tagging::update(region, change, id).await
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let id = object.id();
        if object.is_true("revoke_rules_on_delete") {
            revoke_all(region, id).await?;
        }
        let wait = Wait { doing: format!("delete security group {id}"), until: "deleted", timeout };
        wait.run(|| async {
            let action = Action::same("DeleteSecurityGroup");
            match region.ec2().call(action, |c| c.delete_security_group().group_id(id).send()).await {
                Err(why) if why.is("InvalidGroup.NotFound") => Ok(Seen::Done(())),
                // Interfaces of what was deleted a moment ago, load balancers and functions, take their time.
                Err(why) if why.is("DependencyViolation") || why.is("InvalidGroup.InUse") => {
                    let why = holders::named(region, "group-id", id, why).await;
                    Ok(Seen::Pending(format!("in use ({})", why.message.trim_end_matches('.'))))
                }
                Err(why) => Err(why.while_doing(wait.doing.as_str())),
                Ok(_) => Ok(Seen::Done(())),
            }
        })
        .await?;
        wait.run(|| async {
            let found = region.reads.security_groups.fresh(id).await;
            let found = found.map_err(|why| why.while_doing(wait.doing.as_str()))?;
            Ok(found.map_or(Seen::Done(()), |_| Seen::Pending("there".into())))
        })
        .await
    }

    fn import(&self, id: &str, object: &mut Fields) -> Result<(), String> {
        object.set_text("id", Some(id));
        match id.starts_with("sg-") {
            true => Ok(()),
            false => Err("A security group is imported by its id.".into()),
        }
    }
}

/// "CreateSecurityGroup", GroupName.
fn check_name(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(name) if name.to_ascii_lowercase().starts_with("sg-") => {
            Err("Names of security groups cannot begin with sg-.".into())
        }
        _ => Ok(()),
    }
}

fn owner(group: &Found) -> Owner<'_> {
    Owner { group: group.group_id().unwrap_or_default(), account: group.owner_id().unwrap_or_default() }
}

/// The group of that name that a request of ours made before, if it looks like it.
async fn ours(region: &Region, change: &Change, name: &str) -> Result<Option<String>, Trouble> {
    let group = &change.planned;
    let mut filters = vec![Filter::builder().name("group-name").values(name).build()];
    if let Some(vpc) = group.filled_text("vpc_id") {
        filters.push(Filter::builder().name("vpc-id").values(vpc).build());
    }
    let found = groups(region, filters).await.map_err(|why| why.while_doing("look for the security group"))?;
    let tags: Tags = group.text_map("tags_all");
    let alike = |found: &&Found| {
        found.description() == Some(group.text("description").unwrap_or_default())
            && tagging::texts(found.tags())
                .into_iter()
                .filter(|(key, _)| !region.ignored_tags.holds(key))
                .eq(tags.clone())
    };
    // Without a VPC in the request it is the default one's; where several look alike nobody can tell.
    let mut alike = found.iter().filter(alike);
    Ok(match (alike.next(), alike.next()) {
        (Some(one), None) => one.group_id().map(String::from),
        _ => None,
    })
}

async fn groups(region: &Region, filters: Vec<Filter>) -> Result<Vec<Found>, crate::cloud::ApiError> {
    crate::cloud::pages(|token| {
        let filters = filters.clone();
        async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_security_groups().set_filters(Some(filters.clone())).set_next_token(token.clone()).send()
            };
            let answer = region.ec2().call(Action::read("DescribeSecurityGroups"), ask).await?;
            Ok((answer.security_groups.unwrap_or_default(), answer.next_token))
        }
    })
    .await
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Direction {
    In,
    Out,
}

impl Direction {
    fn found(self, group: &Found) -> Permissions {
        let permissions = match self {
            Direction::In => group.ip_permissions(),
            Direction::Out => group.ip_permissions_egress(),
        };
        rules::found(permissions, owner(group))
    }
}

/// How often rules are compared anew when others change them at the same time, or answers are old.
const ROUNDS: u32 = 5;

/// Brings the rules of one direction to what is wanted, from whatever is there: new rules first, so that nothing is cut
/// off that stays allowed.
async fn reconcile(region: &Region, id: &str, direction: Direction, wanted: &Value) -> Result<(), Trouble> {
    let doing = || format!("change the rules of security group {id}");
    for round in 1.. {
        let found = region.reads.security_groups.fresh(id).await.map_err(|why| why.while_doing(doing()))?;
        let Some(group): Option<Arc<Found>> = found else {
            return Err(Trouble::stuck(doing(), "The group is not there any more. Plan again."));
        };
        let owner = owner(&group);
        let steps = Steps::between(&direction.found(&group), &rules::written(wanted, owner), owner);
        match take(region, id, direction, &steps).await {
            Ok(()) => return Ok(()),
            Err(why) if round < ROUNDS && MOVED.contains(&why.code.as_str()) => {
                tokio::time::sleep(Duration::from_millis(250) * round).await;
            }
            Err(why) => return Err(why.while_doing(doing())),
        }
    }
    Ok(())
}

/// The rules are not as they were read.
const MOVED: [&str; 2] = ["InvalidPermission.Duplicate", "InvalidPermission.NotFound"];

async fn take(region: &Region, id: &str, direction: Direction, steps: &Steps) -> Result<(), crate::cloud::ApiError> {
    match allow(region, id, direction, &steps.allow).await {
        // No room for old and new rules together.
        Err(why) if why.is("RulesPerSecurityGroupLimitExceeded") && !steps.revoke.is_empty() => {
            revoke(region, id, direction, &steps.revoke).await?;
            allow(region, id, direction, &steps.allow).await?;
        }
        Err(why) => return Err(why),
        Ok(()) => revoke(region, id, direction, &steps.revoke).await?,
    }
    if steps.describe.is_empty() {
        return Ok(());
    }
    let rules = || Some(steps.describe.clone());
    match direction {
        Direction::In => {
            let action = Action::same("UpdateSecurityGroupRuleDescriptionsIngress");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.update_security_group_rule_descriptions_ingress().group_id(id).set_ip_permissions(rules()).send()
            };
            region.ec2().call(action, ask).await.map(drop)
        }
        Direction::Out => {
            let action = Action::same("UpdateSecurityGroupRuleDescriptionsEgress");
            let ask = |c: &aws_sdk_ec2::Client| {
                c.update_security_group_rule_descriptions_egress().group_id(id).set_ip_permissions(rules()).send()
            };
            region.ec2().call(action, ask).await.map(drop)
        }
    }
}

async fn allow(
    region: &Region,
    id: &str,
    direction: Direction,
    rules: &[IpPermission],
) -> Result<(), crate::cloud::ApiError> {
    if rules.is_empty() {
        return Ok(());
    }
    let rules = || Some(rules.to_vec());
    match direction {
        Direction::In => {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.authorize_security_group_ingress().group_id(id).set_ip_permissions(rules()).send()
            };
            region.ec2().call(Action::same("AuthorizeSecurityGroupIngress"), ask).await.map(drop)
        }
        Direction::Out => {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.authorize_security_group_egress().group_id(id).set_ip_permissions(rules()).send()
            };
            region.ec2().call(Action::same("AuthorizeSecurityGroupEgress"), ask).await.map(drop)
        }
    }
}

async fn revoke(
    region: &Region,
    id: &str,
    direction: Direction,
    rules: &[IpPermission],
) -> Result<(), crate::cloud::ApiError> {
    if rules.is_empty() {
        return Ok(());
    }
    let rules = || Some(rules.to_vec());
    match direction {
        Direction::In => {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.revoke_security_group_ingress().group_id(id).set_ip_permissions(rules()).send()
            };
            region.ec2().call(Action::same("RevokeSecurityGroupIngress"), ask).await.map(drop)
        }
        Direction::Out => {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.revoke_security_group_egress().group_id(id).set_ip_permissions(rules()).send()
            };
            region.ec2().call(Action::same("RevokeSecurityGroupEgress"), ask).await.map(drop)
        }
    }
}

/// Removes all rules of the group, and those of others that name it.
async fn revoke_all(region: &Region, id: &str) -> Result<(), Trouble> {
    let doing = || format!("remove the rules about security group {id}");
    let nothing = Value::set(rules::rule_type(), []);
    let there = region.reads.security_groups.fresh(id).await.map_err(|why| why.while_doing(doing()))?;
    if there.is_none() {
        return Ok(());
    }
    for direction in [Direction::In, Direction::Out] {
        reconcile(region, id, direction, &nothing).await?;
        let name = match direction {
            Direction::In => "ip-permission.group-id",
            Direction::Out => "egress.ip-permission.group-id",
        };
        let filter = Filter::builder().name(name).values(id).build();
        for other in groups(region, vec![filter]).await.map_err(|why| why.while_doing(doing()))? {
            let all = match direction {
                Direction::In => other.ip_permissions(),
                Direction::Out => other.ip_permissions_egress(),
            };
            let about_it: Vec<IpPermission> = all.iter().filter_map(|permission| naming(permission, id)).collect();
            match revoke(region, other.group_id().unwrap_or_default(), direction, &about_it).await {
                Err(why) if !why.is_not_found() => return Err(why.while_doing(doing())),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The part of a permission that is about a group.
fn naming(permission: &IpPermission, id: &str) -> Option<IpPermission> {
    let pairs = permission.user_id_group_pairs().iter().filter(|pair| pair.group_id() == Some(id));
    let pairs: Vec<_> = pairs.cloned().collect();
    (!pairs.is_empty()).then(|| {
        IpPermission::builder()
            .set_ip_protocol(permission.ip_protocol().map(String::from))
            .set_from_port(permission.from_port())
            .set_to_port(permission.to_port())
            .set_user_id_group_pairs(Some(pairs))
            .build()
    })
}
