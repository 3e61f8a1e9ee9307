//! Network interfaces that hold a subnet or a security group: whoever is to remove it must know them.
//!
//! AWS leaves interfaces of Lambda functions behind for a while after the function is gone ("Configuring a Lambda function
//! to access resources in a VPC"); those that nothing uses any more are removed here, as by `hashicorp/aws`.

use super::filters;
use crate::cloud::{Action, ApiError, Region};
use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceStatus};

/// What Lambda writes into the description of its interfaces.
const OF_LAMBDA: &str = "AWS Lambda VPC ENI";
/// So many are named.
const MOST_NAMED: usize = 10;

/// The refusal with the names of the interfaces that `filter` finds for the id. What Lambda has left behind is removed
/// first, so that the next try may do.
pub(super) async fn named(region: &Region, filter: &str, id: &str, mut why: ApiError) -> ApiError {
    if !why.is("DependencyViolation") && !why.is("InvalidGroup.InUse") {
        return why;
    }
    let asked = region.ec2().call(Action::read("DescribeNetworkInterfaces"), |c| {
        c.describe_network_interfaces().filters(filters::is(filter, id)).send()
    });
    // Without the right to look there are no names.
    let Ok(found) = asked.await else { return why };
    let mut holders = Vec::new();
    for interface in found.network_interfaces() {
        let Some(id) = interface.network_interface_id() else { continue };
        if !(is_left_behind(interface) && remove(region, id).await) {
            holders.push(shown(id, interface));
        }
    }
    if !holders.is_empty() {
        let more = holders.len().saturating_sub(MOST_NAMED);
        holders.truncate(MOST_NAMED);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let said = why.message.trim_end_matches('.');
        why.message = format!("{said}. Network interfaces hold it: {}{more}.", holders.join("; "));
    }
    why
}

/// Made by Lambda, and attached to nothing.
fn is_left_behind(interface: &NetworkInterface) -> bool {
    interface.description().is_some_and(|text| text.starts_with(OF_LAMBDA))
        && interface.status() == Some(&NetworkInterfaceStatus::Available)
        && interface.attachment().is_none_or(|attachment| attachment.attachment_id().is_none())
}

/// Whether it is gone. If it cannot be removed it is named.
async fn remove(region: &Region, id: &str) -> bool {
    let action = Action::same("DeleteNetworkInterface");
    let done = region.ec2().call(action, |c| c.delete_network_interface().network_interface_id(id).send()).await;
    done.map_or_else(|why| why.is_not_found(), |_| true)
}

fn shown(id: &str, interface: &NetworkInterface) -> String {
    let mut about = vec![interface.status().map_or("in an unknown state", |status| status.as_str()).to_owned()];
    if let Some(text) = interface.description().filter(|text| !text.is_empty()) {
        about.push(format!("{text:?}"));
    }
    if let Some(instance) = interface.attachment().and_then(|attachment| attachment.instance_id()) {
        about.push(format!("of instance {instance}"));
    }
    format!("{id} ({})", about.join(", "))
}
