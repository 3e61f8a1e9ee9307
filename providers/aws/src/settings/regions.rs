//! Names of regions.

/// What regions of each partition begin with ("AWS partitions": `us-gov-west-1` is of `aws-us-gov`).
const AREAS: [&str; 18] = [
    "af", "ap", "ca", "cn", "eu", "eu-isoe", "eusc-de", "il", "me", "mx", "sa", "us", "us-gov", "us-iso", "us-isob",
    "us-isof", "us-isog", "ap-isoa",
];

/// Where in the area a region lies.
const PARTS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Whether AWS may have a region of this name. A list of regions would have to be changed for each new one; their form
/// has not changed, and a slip of the pen hardly keeps it.
pub(super) fn is_name(region: &str) -> bool {
    let Some((rest, number)) = region.rsplit_once('-') else { return false };
    let Some((area, part)) = rest.rsplit_once('-') else { return false };
    let number = matches!(number.as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']);
    number && AREAS.contains(&area) && PARTS.contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in
            ["eu-central-1", "us-gov-west-1", "ap-southeast-7", "cn-northwest-1", "us-iso-east-1", "eusc-de-east-1"]
        {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "eu-central", "eu-centrl-1", "eu-central-1a", "eu_central_1", "mars-north-1", "eu-central-0"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
