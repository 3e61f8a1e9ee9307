//! What to do when a request names something that is not there, by what that is.

use crate::cloud::ApiError;

impl ApiError {
    /// The same with advice that fits what was not found. Codes are those of "Error codes for the Amazon EC2 API".
    pub(crate) fn about_what_is_missing(mut self) -> ApiError {
        self.advice = self.advice.or_else(|| advice(&self.code));
        self
    }
}

/// None for codes that say something else.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "InvalidZone.NotFound" => {
            "The account has no such zone in this region. The data source aws_availability_zones names those that it has."
        }
        "InvalidAMIID.NotFound" | "InvalidAMIID.Unavailable" => {
            "Each region has images of its own, and the account must be allowed to use them. Look the image up with the \
             data source aws_ami, or bring it here with aws_ami_copy."
        }
        "InvalidSnapshot.NotFound" => {
            "Each region has snapshots of its own, and the account must be allowed to use them. Bring the snapshot here \
             with aws_ebs_snapshot_copy."
        }
        "InvalidKeyPair.NotFound" => {
            "Each region has key pairs of its own. Make one of that name here with aws_key_pair, or name another."
        }
        "InvalidPlacementGroup.Unknown" => {
            "Each region has placement groups of its own. Refer to an aws_placement_group, so that it is made before."
        }
        "InvalidSubnetID.NotFound" | "InvalidVpcID.NotFound" | "InvalidGroup.NotFound" => {
            "Check the id, and that it is of this region and account. Refer to the resource instead of its id, so that it \
             is made before."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_decides() {
        let rows = [
            ("InvalidZone.NotFound", "aws_availability_zones"),
            ("InvalidAMIID.NotFound", "aws_ami_copy"),
            ("InvalidSnapshot.NotFound", "aws_ebs_snapshot_copy"),
            ("InvalidKeyPair.NotFound", "aws_key_pair"),
            ("InvalidPlacementGroup.Unknown", "aws_placement_group"),
            ("InvalidSubnetID.NotFound", "Refer to the resource"),
        ];
        for (code, expected) in rows {
            assert!(advice(code).is_some_and(|text| text.contains(expected)), "{code}");
        }
        assert_eq!(advice("InvalidVolume.NotFound"), None);
    }
}
