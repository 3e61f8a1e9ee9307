//! ARNs as values of arguments.

use value::Value;

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:REST`, where region and account may be empty ("Amazon Resource Names").
///
/// # Errors
/// What an ARN looks like.
pub(crate) fn check_arn(value: &Value) -> Result<(), String> {
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { return Ok(()) };
    let mut parts = text.splitn(6, ':');
    let arn = parts.next() == Some("arn");
    let partition = parts.next().is_some_and(|part| part.starts_with("aws"));
    let service = parts.next().is_some_and(|part| !part.is_empty());
    match arn && partition && service && parts.nth(2).is_some_and(|rest| !rest.is_empty()) {
        true => Ok(()),
        false => {
            Err(format!("{text:?} is no ARN, which is written like \"arn:aws:kms:eu-west-1:123456789012:key/ID\"."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns() {
        let rows = [
            ("arn:aws:kms:eu-west-1:123456789012:key/mrk-1", true),
            ("arn:aws-cn:ec2:cn-north-1::snapshot/snap-1", true),
            ("", true),
            ("mrk-1", false),
            ("arn:aws:kms:eu-west-1:123456789012", false),
            ("arn:azure:kms:eu-west-1:123456789012:key/1", false),
        ];
        for (text, good) in rows {
            assert_eq!(check_arn(&Value::string(text)).is_ok(), good, "{text}");
        }
    }
}
