//! What changes on an instance that is there.

use super::reading::primary_interface;
use super::{launch, states};
use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use crate::kind::Change;
use aws_sdk_ec2::operation::modify_instance_attribute::builders::ModifyInstanceAttributeFluentBuilder;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, HostnameType, HttpTokensState, IamInstanceProfileSpecification, Instance,
    InstanceAutoRecoveryState, InstanceCreditSpecificationRequest, InstanceMetadataEndpointState,
    InstanceMetadataOptionsState, InstanceMetadataProtocolState, InstanceMetadataTagsState, SecureBlobAttributeValue,
};

/// A change of one attribute by ModifyInstanceAttribute, which takes one at a time.
pub(super) async fn modify(
    region: &Region,
    id: &str,
    what: &str,
    set: impl Fn(ModifyInstanceAttributeFluentBuilder) -> ModifyInstanceAttributeFluentBuilder,
) -> Result<(), Trouble> {
    let action = Action::same("ModifyInstanceAttribute");
    let done = region.ec2().call(action, |c| set(c.modify_instance_attribute().instance_id(id)).send()).await;
    done.map(drop).map_err(|why| why.while_doing(format!("change {what} of EC2 instance {id}")))
}

/// A value of an attribute that is on or off.
pub(super) fn switch(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}

/// What can be changed while it runs.
pub(super) async fn running(region: &Region, change: &Change, instance: &Instance) -> Result<(), Trouble> {
    let (id, planned) = (change.prior.id(), &change.planned);
    let changed = |name: &str| planned.flag(name).filter(|_| change.changes(name));
    if let Some(on) = changed("disable_api_stop") {
        modify(region, id, "disable_api_stop", |c| c.disable_api_stop(switch(on))).await?;
    }
    if let Some(on) = changed("disable_api_termination") {
        modify(region, id, "disable_api_termination", |c| c.disable_api_termination(switch(on))).await?;
    }
    let behavior = "instance_initiated_shutdown_behavior";
    if let Some(text) = planned.filled_text(behavior).filter(|_| change.changes(behavior)) {
        let value = AttributeValue::builder().value(text).build();
        modify(region, id, behavior, |c| c.instance_initiated_shutdown_behavior(value.clone())).await?;
    }
    if let Some(on) = changed("monitoring") {
        monitoring(region, id, on).await?;
    }
    if change.changes("iam_instance_profile") && planned.get("iam_instance_profile").is_known() {
        profile(region, id, planned.filled_text("iam_instance_profile"), change).await?;
    }
    interfaces(region, change, instance).await?;
    if let Some(block) = planned.one("maintenance_options").filter(|_| change.changes("maintenance_options"))
        && let Some(recovery) = block.filled_text("auto_recovery").map(InstanceAutoRecoveryState::from)
    {
        let done = region.ec2().call(Action::same("ModifyInstanceMaintenanceOptions"), |c| {
            c.modify_instance_maintenance_options().instance_id(id).auto_recovery(recovery.clone()).send()
        });
        done.await.map_err(|why| why.while_doing(format!("change the recovery of EC2 instance {id}")))?;
    }
    if let Some(block) = planned.one("metadata_options").filter(|_| change.changes("metadata_options")) {
        metadata(region, id, &block, change).await?;
    }
    if let Some(block) = planned.one("credit_specification").filter(|_| change.changes("credit_specification"))
        && let Some(credits) = block.filled_text("cpu_credits")
    {
        let asked = InstanceCreditSpecificationRequest::builder().instance_id(id).cpu_credits(credits).build();
        let done = region.ec2().call(Action::same("ModifyInstanceCreditSpecification"), |c| {
            let request = c.modify_instance_credit_specification().client_token(change.token.as_ref());
            request.instance_credit_specifications(asked.clone()).send()
        });
        let doing = format!("change the CPU credits of EC2 instance {id}");
        let answer = done.await.map_err(|why| why.while_doing(doing.as_str()))?;
        if let Some(refused) = answer.unsuccessful_instance_credit_specifications().first() {
            let why = refused.error().and_then(|error| error.message()).unwrap_or("The API gives no reason.");
            return Err(Trouble::refused(doing, why).about("credit_specification"));
        }
    }
    Ok(())
}

async fn monitoring(region: &Region, id: &str, on: bool) -> Result<(), Trouble> {
    let doing = format!("change the monitoring of EC2 instance {id}");
    if on {
        let action = Action::same("MonitorInstances");
        let done = region.ec2().call(action, |c| c.monitor_instances().instance_ids(id).send()).await;
        return done.map(drop).map_err(|why| why.while_doing(doing));
    }
    let action = Action::same("UnmonitorInstances");
    let done = region.ec2().call(action, |c| c.unmonitor_instances().instance_ids(id).send()).await;
    done.map(drop).map_err(|why| why.while_doing(doing))
}

/// The instance profile: associated, replaced or taken away.
async fn profile(region: &Region, id: &str, wanted: Option<&str>, change: &Change) -> Result<(), Trouble> {
    let doing = format!("change the IAM instance profile of EC2 instance {id}");
    let filter = aws_sdk_ec2::types::Filter::builder().name("instance-id").values(id).build();
    let asked = region.ec2().call(Action::read("DescribeIamInstanceProfileAssociations"), |c| {
        c.describe_iam_instance_profile_associations().filters(filter.clone()).send()
    });
    let found = asked.await.map_err(|why| why.while_doing(doing.as_str()))?;
    let there = found.iam_instance_profile_associations().iter().find(|association| {
        matches!(association.state().map(|state| state.as_str()), Some("associated" | "associating"))
    });
    let association = there.and_then(|association| association.association_id());
    let profile = wanted.map(|name| IamInstanceProfileSpecification::builder().name(name).build());
    match (association, profile) {
        (None, None) => {}
        (Some(association), None) => {
            let action = Action::same("DisassociateIamInstanceProfile");
            let ask =
                |c: &aws_sdk_ec2::Client| c.disassociate_iam_instance_profile().association_id(association).send();
            region.ec2().call(action, ask).await.map_err(|why| why.while_doing(doing.as_str()))?;
        }
        (Some(association), Some(profile)) => {
            let action = Action::same("ReplaceIamInstanceProfileAssociation");
            let ask = |c: &aws_sdk_ec2::Client| {
                let request = c.replace_iam_instance_profile_association().association_id(association);
                request.iam_instance_profile(profile.clone()).send()
            };
            region.ec2().call(action, ask).await.map_err(|why| why.while_doing(doing.as_str()))?;
        }
        (None, Some(profile)) => {
            let action = Action::same("AssociateIamInstanceProfile");
            let ask = |c: &aws_sdk_ec2::Client| {
                let request = c.associate_iam_instance_profile().instance_id(id);
                request.iam_instance_profile(profile.clone()).send()
            };
            region.ec2().call(action, ask).await.map_err(|why| why.while_doing(doing.as_str()))?;
        }
    }
    let until = wanted.unwrap_or("no profile");
    let wait = Wait { doing, until, timeout: change.timeout("update") };
    wait.run(|| async {
        let Some(found) = states::now(region, id, &wait.doing).await? else {
            return Ok(Seen::Failed("The instance is gone.".into()));
        };
        let shown = found.0.iam_instance_profile().and_then(|profile| profile.arn());
        let shown = shown.and_then(|arn| arn.rsplit('/').next());
        Ok(match shown == wanted {
            true => Seen::Done(()),
            false => Seen::Pending(shown.unwrap_or("without a profile").to_owned()),
        })
    })
    .await
}

/// Lets an interface take what is not for it, or not. The instance's own attribute is refused for one with several
/// interfaces ("ModifyInstanceAttribute").
async fn set_source_dest_check(region: &Region, interface: &str, check: bool, doing: &str) -> Result<(), Trouble> {
    let done = region.ec2().call(Action::same("ModifyNetworkInterfaceAttribute"), |c| {
        let request = c.modify_network_interface_attribute().network_interface_id(interface);
        request.source_dest_check(switch(check)).send()
    });
    done.await.map(drop).map_err(|why| why.while_doing(doing))
}

/// No argument of a launch: lets the primary interface of a new instance take what is not for it, if that is asked for.
pub(super) async fn open_for_others(region: &Region, change: &Change, instance: &Instance) -> Result<(), Trouble> {
    if change.planned.flag("source_dest_check") != Some(false) {
        return Ok(());
    }
    let doing =
        format!("change the primary network interface of EC2 instance {}", instance.instance_id().unwrap_or_default());
    match primary_interface(instance).and_then(|primary| primary.network_interface_id()) {
        Some(interface) => set_source_dest_check(region, interface, false, &doing).await,
        None => Err(Trouble::refused(doing, "The instance has no primary network interface.")),
    }
}

/// What belongs to the primary interface.
async fn interfaces(region: &Region, change: &Change, instance: &Instance) -> Result<(), Trouble> {
    let (id, planned) = (change.prior.id(), &change.planned);
    let names = [
        "source_dest_check",
        "vpc_security_group_ids",
        "secondary_private_ips",
        "ipv6_address_count",
        "enable_primary_ipv6",
    ];
    let changes = |name: &str| change.changes(name) && planned.get(name).is_wholly_known();
    if !names.into_iter().any(changes) {
        return Ok(());
    }
    let doing = format!("change the primary network interface of EC2 instance {id}");
    let Some(interface) = primary_interface(instance).and_then(|primary| primary.network_interface_id()) else {
        return Err(Trouble::refused(doing, "The instance has no primary network interface."));
    };
    let check = planned.flag("source_dest_check").filter(|_| changes("source_dest_check"));
    if let Some(check) = check {
        set_source_dest_check(region, interface, check, &doing).await?;
    }
    if changes("vpc_security_group_ids") {
        let groups = planned.texts("vpc_security_group_ids");
        if groups.is_empty() {
            let why = "An instance in a VPC has at least one security group.";
            return Err(Trouble::refused(doing, why).about("vpc_security_group_ids"));
        }
        let done = region.ec2().call(Action::same("ModifyNetworkInterfaceAttribute"), |c| {
            let request = c.modify_network_interface_attribute().network_interface_id(interface);
            request.set_groups(Some(groups.clone())).send()
        });
        done.await.map_err(|why| why.while_doing(doing.as_str()))?;
    }
    if changes("secondary_private_ips") {
        secondary(region, interface, &doing, instance, &planned.texts("secondary_private_ips")).await?;
    }
    if changes("ipv6_address_count") {
        ipv6(region, interface, &doing, instance, planned.int("ipv6_address_count").unwrap_or_default()).await?;
    }
    if planned.is_true("enable_primary_ipv6") && changes("enable_primary_ipv6") {
        let done = region.ec2().call(Action::same("ModifyNetworkInterfaceAttribute"), |c| {
            let request = c.modify_network_interface_attribute().network_interface_id(interface);
            request.enable_primary_ipv6(true).send()
        });
        done.await.map_err(|why| why.while_doing(doing.as_str()))?;
    }
    Ok(())
}

/// Secondary addresses, from those that are there now: a repetition finds nothing left to do.
async fn secondary(
    region: &Region,
    interface: &str,
    doing: &str,
    instance: &Instance,
    wanted: &[String],
) -> Result<(), Trouble> {
    let there: Vec<String> = primary_interface(instance)
        .into_iter()
        .flat_map(|primary| primary.private_ip_addresses())
        .filter(|address| address.primary() != Some(true))
        .filter_map(|address| address.private_ip_address().map(String::from))
        .collect();
    let gone: Vec<String> = there.iter().filter(|address| !wanted.contains(address)).cloned().collect();
    let new: Vec<String> = wanted.iter().filter(|address| !there.contains(address)).cloned().collect();
    if !gone.is_empty() {
        let done = region.ec2().call(Action::same("UnassignPrivateIpAddresses"), |c| {
            let request = c.unassign_private_ip_addresses().network_interface_id(interface);
            request.set_private_ip_addresses(Some(gone.clone())).send()
        });
        done.await.map_err(|why| why.while_doing(doing))?;
    }
    if !new.is_empty() {
        let done = region.ec2().call(Action::same("AssignPrivateIpAddresses"), |c| {
            let request = c.assign_private_ip_addresses().network_interface_id(interface);
            request.set_private_ip_addresses(Some(new.clone())).send()
        });
        done.await.map_err(|why| why.while_doing(doing))?;
    }
    Ok(())
}

async fn ipv6(region: &Region, interface: &str, doing: &str, instance: &Instance, wanted: i32) -> Result<(), Trouble> {
    let there: Vec<String> = primary_interface(instance)
        .into_iter()
        .flat_map(|primary| primary.ipv6_addresses())
        .filter_map(|address| address.ipv6_address().map(String::from))
        .collect();
    let has = i32::try_from(there.len()).unwrap_or(i32::MAX);
    if wanted > has {
        // Twice it would be twice as many.
        let done = region.ec2().call(Action::once("AssignIpv6Addresses"), |c| {
            c.assign_ipv6_addresses().network_interface_id(interface).ipv6_address_count(wanted - has).send()
        });
        done.await.map_err(|why| why.while_doing(doing))?;
    } else if wanted < has {
        let gone: Vec<String> = there.into_iter().skip(usize::try_from(wanted).unwrap_or_default()).collect();
        let done = region.ec2().call(Action::same("UnassignIpv6Addresses"), |c| {
            let request = c.unassign_ipv6_addresses().network_interface_id(interface);
            request.set_ipv6_addresses(Some(gone.clone())).send()
        });
        done.await.map_err(|why| why.while_doing(doing))?;
    }
    Ok(())
}

async fn metadata(region: &Region, id: &str, block: &Fields, change: &Change) -> Result<(), Trouble> {
    let endpoint = block.filled_text("http_endpoint").map(InstanceMetadataEndpointState::from);
    // The others go with an endpoint only ("ModifyInstanceMetadataOptions").
    let with = endpoint != Some(InstanceMetadataEndpointState::Disabled);
    let text = |name: &str| block.filled_text(name).filter(|_| with);
    let done = region.ec2().call(Action::same("ModifyInstanceMetadataOptions"), |c| {
        c.modify_instance_metadata_options()
            .instance_id(id)
            .set_http_endpoint(endpoint.clone())
            .set_http_protocol_ipv6(text("http_protocol_ipv6").map(InstanceMetadataProtocolState::from))
            .set_http_put_response_hop_limit(block.int("http_put_response_hop_limit").filter(|hops| with && *hops > 0))
            .set_http_tokens(text("http_tokens").map(HttpTokensState::from))
            .set_instance_metadata_tags(text("instance_metadata_tags").map(InstanceMetadataTagsState::from))
            .send()
    });
    let doing = format!("change the metadata options of EC2 instance {id}");
    done.await.map_err(|why| why.while_doing(doing.as_str()))?;
    let wait = Wait { doing, until: "applied", timeout: change.timeout("update") };
    wait.run(|| async {
        let found = states::now(region, id, &wait.doing).await?;
        let state = found.and_then(|found| found.0.metadata_options().and_then(|options| options.state()).cloned());
        Ok(match state {
            Some(InstanceMetadataOptionsState::Pending) => Seen::Pending("pending".into()),
            _ => Seen::Done(()),
        })
    })
    .await
}

/// What changes only while it is stopped, with the stop before and the start after, if it ran.
pub(super) async fn stopped(region: &Region, change: &Change) -> Result<(), Trouble> {
    let names = ["instance_type", "user_data", "user_data_base64", "capacity_reservation_specification"];
    let hostname = |object: &Fields| {
        object.one("private_dns_name_options").and_then(|block| block.text("hostname_type").map(String::from))
    };
    let renames = hostname(&change.planned).is_some() && hostname(&change.prior) != hostname(&change.planned);
    let changes = |name: &str| change.changes(name) && change.planned.get(name).is_known();
    if !names.into_iter().any(changes) && !renames {
        return names_while_running(region, change).await;
    }
    let (id, timeout) = (change.prior.id(), change.timeout("update"));
    let ran = states::stop(region, id, false, timeout).await?;
    let done = while_stopped(region, change).await;
    // A stop by an earlier try that did not get to the start counts as ours.
    if ran || change.prior.text("instance_state") == Some("running") {
        let started = states::start(region, id, timeout).await;
        return done.and(started);
    }
    done
}

async fn while_stopped(region: &Region, change: &Change) -> Result<(), Trouble> {
    let (id, planned) = (change.prior.id(), &change.planned);
    let changes = |name: &str| change.changes(name) && planned.get(name).is_known();
    // A reservation fits one type: when both change, the type goes first, and the start sees both.
    if let Some(kind) = planned.filled_text("instance_type").filter(|_| changes("instance_type")) {
        let value = AttributeValue::builder().value(kind).build();
        modify(region, id, "the type", |c| c.instance_type(value.clone())).await?;
    }
    if changes("user_data") || changes("user_data_base64") {
        let encoded = launch::user_data(planned).unwrap_or_default();
        let data = aws_smithy_types::base64::decode(&encoded).unwrap_or_default();
        let value = SecureBlobAttributeValue::builder().value(Blob::new(data)).build();
        modify(region, id, "the user data", |c| c.user_data(value.clone())).await?;
    }
    if let Some(block) = planned.one("capacity_reservation_specification")
        && changes("capacity_reservation_specification")
        && let Some(wanted) = launch::capacity(&block)
    {
        let done = region.ec2().call(Action::same("ModifyInstanceCapacityReservationAttributes"), |c| {
            let request = c.modify_instance_capacity_reservation_attributes().instance_id(id);
            request.capacity_reservation_specification(wanted.clone()).send()
        });
        done.await.map_err(|why| why.while_doing(format!("change the capacity reservation of EC2 instance {id}")))?;
    }
    names_while_running(region, change).await
}

/// Names within the VPC; the host name itself changes while it is stopped only ("Change the resource based naming
/// options"), which [`stopped`] sees to.
async fn names_while_running(region: &Region, change: &Change) -> Result<(), Trouble> {
    let id = change.prior.id();
    let Some(after) =
        change.planned.one("private_dns_name_options").filter(|_| change.changes("private_dns_name_options"))
    else {
        return Ok(());
    };
    let before = change.prior.one("private_dns_name_options");
    let flag = |name: &str| {
        after.flag(name).filter(|flag| before.as_ref().and_then(|before| before.flag(name)) != Some(*flag))
    };
    let a = flag("enable_resource_name_dns_a_record");
    let aaaa = flag("enable_resource_name_dns_aaaa_record");
    let kind = after.filled_text("hostname_type");
    let kind = kind.filter(|kind| before.as_ref().and_then(|before| before.text("hostname_type")) != Some(kind));
    if a.is_none() && aaaa.is_none() && kind.is_none() {
        return Ok(());
    }
    let done = region.ec2().call(Action::same("ModifyPrivateDnsNameOptions"), |c| {
        c.modify_private_dns_name_options()
            .instance_id(id)
            .set_enable_resource_name_dns_a_record(a)
            .set_enable_resource_name_dns_aaaa_record(aaaa)
            .set_private_dns_hostname_type(kind.map(HostnameType::from))
            .send()
    });
    done.await.map(drop).map_err(|why| why.while_doing(format!("change the names of EC2 instance {id}")))
}
