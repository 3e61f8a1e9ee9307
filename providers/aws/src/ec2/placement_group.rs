//! `aws_placement_group`: how instances stand to each other: close together, on hardware of their own, or in partitions.

use super::deleting::delete_when_free;
use super::tagging;
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::{Change, Kind};
use crate::planning::Plan;
use crate::shape::{Definition, Shape, int, text};
use aws_sdk_ec2::types::{PlacementGroup as Found, PlacementGroupState, PlacementStrategy, ResourceType, SpreadLevel};
use std::time::Duration;

pub(crate) struct PlacementGroup;

impl Kind for PlacementGroup {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the group."))
            .field("name", text().required().replaces().length(1, 255).about("Name, unique in the region."))
            .field(
                "partition_count",
                int()
                    .optional()
                    .computed()
                    .replaces()
                    .between(0, 7)
                    .about("Partitions of a `partition` group; 2 when not set."),
            )
            .field("placement_group_id", text().computed().about("Id of the group; import and `id` take its name."))
            .field(
                "spread_level",
                text().optional().computed().replaces().one_of(LEVELS).about(
                    "What the instances of a `spread` group do not share: a `rack`, which is usual, or a `host` of an \
                     Outpost.",
                ),
            )
            .field(
                "strategy",
                text().required().replaces().one_of(STRATEGIES).about(
                    "`cluster`: close together in one zone. `spread`: each on hardware of its own, at most seven \
                     running instances in each zone. `partition`: partitions share no hardware.",
                ),
            );
        let about = "How instances stand to each other on the hardware.";
        Definition::new("aws_placement_group", "placement group", about, shape).regional().tagged().import("orders-pg")
    }

    async fn plan(&self, region: Option<&Region>, plan: &mut Plan) {
        let Some(strategy) = plan.config.text("strategy").map(String::from) else { return };
        if strategy != "partition" && plan.config.int("partition_count").is_some_and(|count| count > 0) {
            plan.refuse("partition_count", format!("A group of strategy {strategy} has no partitions."));
        }
        if strategy != "spread" && plan.config.filled_text("spread_level").is_some() {
            plan.refuse("spread_level", format!("A group of strategy {strategy} has no spread level."));
        }
        if let (Some(region), Some(name)) = (region, plan.config.text("name")) {
            let level = plan.config.filled_text("spread_level").unwrap_or("rack");
            region.planned_places.group(name, &strategy, level);
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<bool, Trouble> {
        let name = object.id().to_owned();
        let found = region.reads.placement_groups.get(&name).await;
        let found = found.map_err(|why| why.while_doing(format!("read placement group {name}")))?;
        let Some(group) = found.filter(|group| !is_gone(group)) else { return Ok(false) };
        object.set_text("arn", Some(region.arn("ec2", &format!("placement-group/{name}")).await?));
        object.set_text("name", group.group_name());
        object.set_int("partition_count", Some(group.partition_count().unwrap_or_default()));
        object.set_text("placement_group_id", group.group_id());
        object.set_text("spread_level", Some(group.spread_level().map_or("", SpreadLevel::as_str)));
        object.set_text("strategy", group.strategy().map(PlacementStrategy::as_str));
        tagging::show(region, object, group.tags());
        Ok(true)
    }

    async fn create(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        let group = &change.planned;
        let name = group.text("name").unwrap_or_default();
        let asked = region.ec2().call(Action::same("CreatePlacementGroup"), |c| {
            c.create_placement_group()
                .group_name(name)
                .set_strategy(group.text("strategy").map(PlacementStrategy::from))
                .set_partition_count(group.int("partition_count").filter(|count| *count > 0))
                .set_spread_level(group.filled_text("spread_level").map(SpreadLevel::from))
                .set_tag_specifications(tagging::specifications(change, ResourceType::PlacementGroup))
                .send()
        });
        match asked.await {
            Ok(_) => {}
            Err(why) if why.is("InvalidPlacementGroup.Duplicate") && (change.repeated || why.tried_before) => {
                let there = region.reads.placement_groups.fresh(name).await;
                let there = there.map_err(|why| why.while_doing(format!("read placement group {name}")))?;
                // The one that is there is ours only if it is what was asked for.
                if !there.is_some_and(|there| is_like(&there, group)) {
                    return Err(why.while_doing(format!("create placement group {name}")));
                }
            }
            Err(why) => return Err(why.while_doing(format!("create placement group {name}"))),
        }
        change.made(name);
        let doing = format!("create placement group {name}");
        let wait = Wait { doing, until: "available", timeout: change.timeout("create") };
        wait.run(|| async {
            let found = region.reads.placement_groups.fresh(name).await;
            Ok(match found.map_err(|why| why.while_doing(wait.doing.as_str()))? {
                None => Seen::Pending("not found".into()),
                Some(group) => match group.state() {
                    Some(PlacementGroupState::Available) => Seen::Done(()),
                    state => Seen::Pending(state.map_or("pending", PlacementGroupState::as_str).into()),
                },
            })
        })
        .await
    }

    async fn update(&self, region: &Region, change: &Change) -> Result<(), Trouble> {
        match change.prior.filled_text("placement_group_id") {
            Some(id) => tagging::update(region, change, id).await,
            None => Ok(()),
        }
    }

    async fn delete(&self, region: &Region, object: &Fields, timeout: Duration) -> Result<(), Trouble> {
        let name = object.id();
        let wait =
            Wait { doing: format!("delete placement group {name}"), until: "deleted", timeout: timeout.min(EMPTIES) };
        delete_when_free(&wait, || async {
            let action = Action::same("DeletePlacementGroup");
            region.ec2().call(action, |c| c.delete_placement_group().group_name(name).send()).await.map(drop)
        })
        .await?;
        let wait = Wait { doing: format!("delete placement group {name}"), until: "deleted", timeout };
        wait.run(|| async {
            let found = region.reads.placement_groups.fresh(name).await;
            Ok(match found.map_err(|why| why.while_doing(wait.doing.as_str()))?.filter(|group| !is_deleted(group)) {
                None => Seen::Done(()),
                Some(group) => Seen::Pending(group.state().map_or("deleting", PlacementGroupState::as_str).into()),
            })
        })
        .await
    }
}

/// How long instances that are being terminated may stay in the group.
const EMPTIES: Duration = Duration::from_secs(300);
const LEVELS: &[&str] = &["host", "rack"];
const STRATEGIES: &[&str] = &["cluster", "partition", "spread"];

fn is_gone(group: &Found) -> bool {
    is_deleted(group) || matches!(group.state(), Some(PlacementGroupState::Deleting))
}

fn is_deleted(group: &Found) -> bool {
    matches!(group.state(), Some(PlacementGroupState::Deleted))
}

fn is_like(there: &Found, group: &Fields) -> bool {
    let same = |name: &str, found: Option<&str>| group.filled_text(name).is_none_or(|text| Some(text) == found);
    same("strategy", there.strategy().map(PlacementStrategy::as_str))
        && same("spread_level", there.spread_level().map(SpreadLevel::as_str))
        && group.int("partition_count").is_none_or(|count| count == there.partition_count().unwrap_or_default())
        && tagging::texts(there.tags()) == group.text_map("tags_all")
}
