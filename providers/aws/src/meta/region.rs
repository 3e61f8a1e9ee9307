//! Data source `aws_region`: a region by name or endpoint, or the one in use.

use super::partition::dns_suffix;
use crate::cloud::{Region as InUse, Trouble, partition_of};
use crate::fields::Fields;
use crate::planning::refused;
use crate::shape::{Definition, Shape, text};
use crate::source::Source;
use sdk::Findings;
use value::Path;

pub(crate) struct Region;

impl Source for Region {
    fn definition(&self) -> Definition {
        let shape = Shape::default()
            .field("description", text().computed().about("What people call it: `Europe (Frankfurt)`."))
            .field("endpoint", text().optional().computed().about("Endpoint of EC2, to find the region by."))
            .field(
                "name",
                text().optional().computed().deprecated("Use region instead.").about("Name, to find the region by."),
            )
            .field(
                "region",
                text().optional().computed().about("Name; the provider's region when nothing is written."),
            );
        Definition::new("aws_region", "region", "A region by name or endpoint, or the one in use.", shape)
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        if let (Some(name), Some(region)) = (config.text("name"), config.text("region"))
            && name != region
        {
            let why = format!("name is {name}, region is {region}: remove one of them.");
            findings.push(refused(Path::attribute("name"), why));
        }
    }

    async fn read(&self, region: &InUse, object: &mut Fields) -> Result<(), Trouble> {
        let by_endpoint = match object.filled_text("endpoint") {
            None => None,
            Some(endpoint) => Some(
                REGIONS
                    .iter()
                    .map(|(name, _)| *name)
                    .find(|name| endpoint_of(name) == endpoint)
                    .ok_or_else(|| unknown("endpoint", format!("No region has the EC2 endpoint {endpoint}.")))?,
            ),
        };
        let by_name = object.filled_text("name");
        if let (Some(one), Some(other)) = (by_endpoint, by_name)
            && one != other
        {
            return Err(unknown("name", format!("The endpoint is that of {one}, not of {other}.")));
        }
        let name = by_endpoint.or(by_name).unwrap_or(region.name()).to_owned();
        let described = REGIONS.iter().find(|(known, _)| *known == name).map(|(_, about)| *about);
        if described.is_none() && by_name.is_some() {
            return Err(unknown("name", format!("There is no region {name}.")));
        }
        object.set_text("description", Some(described.unwrap_or_default()));
        object.set_text("endpoint", Some(endpoint_of(&name)));
        for field in ["id", "name", "region"] {
            object.set_text(field, Some(&name));
        }
        Ok(())
    }
}

fn unknown(field: &'static str, why: String) -> Trouble {
    Trouble::refused("find the region", why).about(field)
}

fn endpoint_of(region: &str) -> String {
    format!("ec2.{region}.{}", dns_suffix(partition_of(region)))
}

/// Names and what people call them ("AWS Regions", AWS General Reference "Amazon EC2 endpoints and quotas").
const REGIONS: &[(&str, &str)] = &[
    ("af-south-1", "Africa (Cape Town)"),
    ("ap-east-1", "Asia Pacific (Hong Kong)"),
    ("ap-east-2", "Asia Pacific (Taipei)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-northeast-2", "Asia Pacific (Seoul)"),
    ("ap-northeast-3", "Asia Pacific (Osaka)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-south-2", "Asia Pacific (Hyderabad)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)"),
    ("ap-southeast-7", "Asia Pacific (Thailand)"),
    ("ca-central-1", "Canada (Central)"),
    ("ca-west-1", "Canada West (Calgary)"),
    ("cn-north-1", "China (Beijing)"),
    ("cn-northwest-1", "China (Ningxia)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-central-2", "Europe (Zurich)"),
    ("eu-isoe-west-1", "EU ISOE West"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-south-2", "Europe (Spain)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
    ("il-central-1", "Israel (Tel Aviv)"),
    ("me-central-1", "Middle East (UAE)"),
    ("me-south-1", "Middle East (Bahrain)"),
    ("mx-central-1", "Mexico (Central)"),
    ("sa-east-1", "South America (Sao Paulo)"),
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("us-iso-east-1", "US ISO East"),
    ("us-iso-west-1", "US ISO WEST"),
    ("us-isob-east-1", "US ISOB East (Ohio)"),
    ("us-isob-west-1", "US ISOB West"),
    ("us-isof-east-1", "US ISOF EAST"),
    ("us-isof-south-1", "US ISOF SOUTH"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
];
