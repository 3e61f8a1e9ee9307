//! Data source `aws_partition`: the part of AWS that the provider's region is of.

use crate::cloud::{Region, Trouble};
use crate::fields::Fields;
use crate::shape::{Definition, Shape, text};
use crate::source::Source;

pub(crate) struct Partition;

impl Source for Partition {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("dns_suffix", text().computed().about("Domain of the services: `amazonaws.com`."))
            .field("partition", text().computed().about("Its name, as ARNs begin with it: `aws`, `aws-cn`, …"))
            .field("reverse_dns_prefix", text().computed().about("Begin of endpoint service names: `com.amazonaws`."));
        Definition::new("aws_partition", "partition", "The part of AWS that the provider's region is of.", shape)
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let partition = region.partition();
        let suffix = dns_suffix(partition);
        object.set_text("id", Some(partition));
        object.set_text("dns_suffix", Some(suffix));
        object.set_text("partition", Some(partition));
        let reversed: Vec<&str> = suffix.rsplit('.').collect();
        object.set_text("reverse_dns_prefix", Some(reversed.join(".")));
        Ok(())
    }
}

/// The domain of a partition's services, as the SDK's partition table has it (`dnsSuffix`).
pub(crate) fn dns_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}
