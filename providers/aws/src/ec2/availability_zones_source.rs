//! Data source `aws_availability_zones`: the zones that the account can use in a region.

use super::filters;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, flag, text, text_set, texts};
use crate::source::Source;

pub(crate) struct AvailabilityZones;

impl Source for AvailabilityZones {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("all_availability_zones", flag().optional().about("With zones that are not opted in to."))
            .field("exclude_names", text_set().optional().about("Names of zones to leave out."))
            .field("exclude_zone_ids", text_set().optional().about("Ids of zones to leave out."))
            .field(
                "group_names",
                text_set().computed().about("Groups of the zones: the region, groups of local zones."),
            )
            .field("names", texts().computed().about("Names of the zones, sorted."))
            .field("state", text().optional().one_of(STATES).about("Only zones in this state."))
            .field("zone_ids", texts().computed().about("Ids of the zones, in the order of `names`."));
        let about = "The zones that the account can use in a region.";
        Definition::new("aws_availability_zones", "availability zones", about, filters::with_filters(shape))
            .regional()
            .timeouts(&[("read", 20)])
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let mut narrowed = filters::written(object);
        narrowed.extend(object.filled_text("state").map(|state| filters::is("state", state)));
        let asked = region.ec2().call(Action::read("DescribeAvailabilityZones"), |c| {
            c.describe_availability_zones()
                .set_all_availability_zones(object.flag("all_availability_zones").filter(|all| *all))
                .set_filters(filters::or_none(narrowed.clone()))
                .send()
        });
        let answer = asked.await.map_err(|why| why.while_doing(format!("read the zones of {}", region.name())))?;
        let mut zones = answer.availability_zones.unwrap_or_default();
        let (names, ids) = (object.texts("exclude_names"), object.texts("exclude_zone_ids"));
        let left_out =
            |list: &[String], text: Option<&str>| text.is_some_and(|text| list.iter().any(|out| out == text));
        zones.retain(|zone| !left_out(&names, zone.zone_name()) && !left_out(&ids, zone.zone_id()));
        zones.sort_by(|one, other| one.zone_name().cmp(&other.zone_name()));
        object.set_text("id", Some(region.name()));
        object.set_texts("group_names", zones.iter().filter_map(|zone| zone.group_name()));
        object.set_texts("names", zones.iter().map(|zone| zone.zone_name().unwrap_or_default()));
        object.set_texts("zone_ids", zones.iter().map(|zone| zone.zone_id().unwrap_or_default()));
        Ok(())
    }
}

/// `AvailabilityZoneState` in the EC2 API reference.
const STATES: &[&str] = &["available", "information", "impaired", "unavailable", "constrained"];
