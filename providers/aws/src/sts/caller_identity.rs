//! `aws_caller_identity`: whose credentials are in use.

use crate::cloud::{Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, text};
use crate::source::Source;

pub(crate) struct CallerIdentity;

impl Source for CallerIdentity {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("account_id", text().computed().about("Account that the credentials belong to."))
            .field("arn", text().computed().about("ARN of the user or role."))
            .field("user_id", text().computed().about("Unique id of the user or role."));
        Definition::new("aws_caller_identity", "caller identity", "Whose credentials the provider uses.", shape)
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let identity = region.identity().await?;
        object.set_text("id", Some(&identity.account));
        object.set_text("account_id", Some(&identity.account));
        object.set_text("arn", Some(&identity.arn));
        object.set_text("user_id", Some(&identity.user));
        Ok(())
    }
}
