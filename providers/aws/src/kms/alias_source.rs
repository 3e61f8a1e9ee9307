//! `aws_kms_alias`: which key a name means.

use super::alias::check_prefix;
use crate::cloud::{Look, Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, text};
use crate::source::Source;

pub(crate) struct KmsAliasSource;

impl Source for KmsAliasSource {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("arn", text().computed().about("ARN of the alias."))
            .field(
                "name",
                text().required().check(check_prefix).about("Name of the alias, which begins with `alias/`."),
            )
            .field("target_key_arn", text().computed().about("ARN of the key."))
            .field("target_key_id", text().computed().about("Id of the key."));
        let about = "A name for a key, also of the keys of AWS services, such as `alias/aws/ebs`.";
        Definition::new("aws_kms_alias", "KMS alias", about, shape).regional()
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let name = object.text("name").unwrap_or_default().to_owned();
        let doing = || format!("read KMS alias {name}");
        // The alias of a service's key may be listed without a key until it is used: asking for the key by the alias
        // makes it ("ListAliases"). So the key is asked for first.
        let key = region.reads.keys.metadata(&name, Look::Shared).await.map_err(|why| why.while_doing(doing()))?;
        let alias = region.reads.keys.alias(&name, Look::Shared).await.map_err(|why| why.while_doing(doing()))?;
        let (Some(key), alias) = (key, alias) else {
            let why = format!("There is no alias {name} in region {}.", region.name());
            return Err(Trouble::refused(doing(), why).about("name"));
        };
        let arn = match alias.as_ref().and_then(|alias| alias.alias_arn()) {
            Some(arn) => arn.to_owned(),
            // Not listed yet.
            None => region.arn("kms", &name).await?,
        };
        object.set_text("id", Some(&arn));
        object.set_text("arn", Some(&arn));
        object.set_text("target_key_arn", key.arn());
        object.set_text("target_key_id", Some(key.key_id()));
        Ok(())
    }
}
