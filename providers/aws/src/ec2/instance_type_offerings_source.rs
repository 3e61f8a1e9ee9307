//! Data source `aws_ec2_instance_type_offerings`: which instance types there are where.

use super::filters;
use crate::cloud::describe::pages;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, text, texts};
use crate::source::Source;
use aws_sdk_ec2::types::{InstanceType, LocationType};

pub(crate) struct InstanceTypeOfferings;

impl Source for InstanceTypeOfferings {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("instance_types", texts().computed().about("Instance types, one for each offering."))
            .field(
                "location_type",
                text().optional().one_of(LOCATIONS).about("What locations are; `region` when it is not written."),
            )
            .field("location_types", texts().computed().about("What each location is, in the same order."))
            .field("locations", texts().computed().about("Where each type is offered, in the same order."));
        let (name, about) = ("aws_ec2_instance_type_offerings", "Which instance types there are where.");
        Definition::new(name, "instance type offerings", about, filters::with_filters(shape))
            .regional()
            .timeouts(&[("read", 20)])
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let narrowed = &filters::or_none(filters::written(object));
        let location = &object.filled_text("location_type").map(LocationType::from);
        let found = pages(|token| async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_instance_type_offerings()
                    .set_filters(narrowed.clone())
                    .set_location_type(location.clone())
                    .set_next_token(token.clone())
                    .send()
            };
            let answer = region.ec2().call(Action::read("DescribeInstanceTypeOfferings"), ask).await?;
            Ok((answer.instance_type_offerings.unwrap_or_default(), answer.next_token))
        });
        let found = found.await.map_err(|why| why.while_doing("read the instance type offerings"))?;
        object.set_text("id", Some(region.name()));
        object
            .set_texts("instance_types", found.iter().map(|one| one.instance_type().map_or("", InstanceType::as_str)));
        object
            .set_texts("location_types", found.iter().map(|one| one.location_type().map_or("", LocationType::as_str)));
        object.set_texts("locations", found.iter().map(|one| one.location().unwrap_or_default()));
        Ok(())
    }
}

/// `LocationType` in the EC2 API reference.
const LOCATIONS: &[&str] = &["region", "availability-zone", "availability-zone-id", "outpost"];
