//! Data source `aws_subnets`: ids of all subnets that fit.

use super::filters;
use crate::cloud::describe::pages;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, text_map, texts};
use crate::source::Source;

pub(crate) struct Subnets;

impl Source for Subnets {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("ids", texts().computed().about("Ids of the subnets that fit; there may be none."))
            .field("tags", text_map().optional().computed().about("Tags that the subnets must have."));
        Definition::new("aws_subnets", "subnets", "Ids of all subnets that fit.", filters::with_filters(shape))
            .regional()
            .timeouts(&[("read", 20)])
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let narrowed = &filters::or_none(filters::blocks_and_tags(object));
        let found = pages(|token| async move {
            let ask = |c: &aws_sdk_ec2::Client| {
                c.describe_subnets().set_filters(narrowed.clone()).set_next_token(token.clone()).send()
            };
            let answer = region.ec2().call(Action::read("DescribeSubnets"), ask).await?;
            Ok((answer.subnets.unwrap_or_default(), answer.next_token))
        });
        let found = found.await.map_err(|why| why.while_doing("find the subnets"))?;
        object.set_text("id", Some(region.name()));
        object.set_texts("ids", found.iter().filter_map(|subnet| subnet.subnet_id()));
        Ok(())
    }
}
