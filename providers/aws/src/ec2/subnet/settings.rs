//! What `ModifySubnetAttribute` sets, one a request.

use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::fields::Fields;
use aws_sdk_ec2::types::{AttributeBooleanValue, HostnameType, PrivateDnsNameOptionsOnLaunch, Subnet};
use std::time::Duration;

/// One request. "ModifySubnetAttribute": attributes cannot be changed together, but for those of Outposts.
#[derive(Clone, Debug, PartialEq)]
enum Setting {
    AssignIpv6(bool),
    Dns64(bool),
    ARecord(bool),
    AaaaRecord(bool),
    HostnameType(String),
    /// None is off.
    LocalInterfaces(Option<i32>),
    CustomerOwned {
        map: bool,
        pool: Option<String>,
    },
    MapPublicIp(bool),
}

/// An argument, what it is now, and the request that sets it.
type Flag = (&'static str, bool, fn(bool) -> Setting);

fn names(subnet: &Subnet) -> Option<&PrivateDnsNameOptionsOnLaunch> {
    subnet.private_dns_name_options_on_launch()
}

fn a_record(subnet: &Subnet) -> bool {
    names(subnet).and_then(|options| options.enable_resource_name_dns_a_record()).unwrap_or_default()
}

fn aaaa_record(subnet: &Subnet) -> bool {
    names(subnet).and_then(|options| options.enable_resource_name_dns_aaaa_record()).unwrap_or_default()
}

/// The index that local network interfaces begin at; the API has 0 for none.
fn local_interfaces(subnet: &Subnet) -> Option<i32> {
    subnet.enable_lni_at_device_index().filter(|index| *index > 0)
}

/// Puts the settings into the object.
pub(super) fn show(object: &mut Fields, subnet: &Subnet) {
    let assign = subnet.assign_ipv6_address_on_creation().unwrap_or_default();
    object.set_flag("assign_ipv6_address_on_creation", Some(assign));
    object.set_filled_text("customer_owned_ipv4_pool", subnet.customer_owned_ipv4_pool());
    object.set_flag("enable_dns64", Some(subnet.enable_dns64().unwrap_or_default()));
    object.set_int("enable_lni_at_device_index", local_interfaces(subnet));
    object.set_flag("enable_resource_name_dns_a_record_on_launch", Some(a_record(subnet)));
    object.set_flag("enable_resource_name_dns_aaaa_record_on_launch", Some(aaaa_record(subnet)));
    let map = subnet.map_customer_owned_ip_on_launch().unwrap_or_default();
    if map || !object.is_null("map_customer_owned_ip_on_launch") {
        object.set_flag("map_customer_owned_ip_on_launch", Some(map));
    }
    object.set_flag("map_public_ip_on_launch", Some(subnet.map_public_ip_on_launch().unwrap_or_default()));
    object.set_text("private_dns_hostname_type_on_launch", Some(super::hostname_type(subnet)));
}

/// What differs from what is planned, in an order in which it can be set.
fn differences(subnet: &Subnet, planned: &Fields) -> Vec<Setting> {
    let flags: [Flag; 5] = [
        (
            "assign_ipv6_address_on_creation",
            subnet.assign_ipv6_address_on_creation().unwrap_or_default(),
            Setting::AssignIpv6,
        ),
        ("enable_dns64", subnet.enable_dns64().unwrap_or_default(), Setting::Dns64),
        ("enable_resource_name_dns_a_record_on_launch", a_record(subnet), Setting::ARecord),
        ("enable_resource_name_dns_aaaa_record_on_launch", aaaa_record(subnet), Setting::AaaaRecord),
        ("map_public_ip_on_launch", subnet.map_public_ip_on_launch().unwrap_or_default(), Setting::MapPublicIp),
    ];
    let mut all: Vec<Setting> = Vec::new();
    let map = planned.is_true("map_customer_owned_ip_on_launch");
    let pool = planned.filled_text("customer_owned_ipv4_pool");
    let other_pool = map && pool.is_some() && pool != subnet.customer_owned_ipv4_pool();
    if map != subnet.map_customer_owned_ip_on_launch().unwrap_or_default() || other_pool {
        all.push(Setting::CustomerOwned { map, pool: pool.map(String::from) });
    }
    for (name, now, setting) in flags {
        if let Some(wanted) = planned.flag(name).filter(|wanted| *wanted != now) {
            all.push(setting(wanted));
        }
    }
    if let Some(wanted) = planned.filled_text("private_dns_hostname_type_on_launch")
        && wanted != super::hostname_type(subnet)
    {
        all.push(Setting::HostnameType(wanted.to_owned()));
    }
    let index = planned.int("enable_lni_at_device_index");
    if index != local_interfaces(subnet) {
        all.push(Setting::LocalInterfaces(index));
    }
    all
}

async fn send(region: &Region, id: &str, setting: &Setting) -> Result<(), Trouble> {
    let value = |flag: bool| AttributeBooleanValue::builder().value(flag).build();
    let done = region.ec2().call(Action::same("ModifySubnetAttribute"), |c| {
        let request = c.modify_subnet_attribute().subnet_id(id);
        let request = match setting {
            Setting::AssignIpv6(on) => request.assign_ipv6_address_on_creation(value(*on)),
            Setting::Dns64(on) => request.enable_dns64(value(*on)),
            Setting::ARecord(on) => request.enable_resource_name_dns_a_record_on_launch(value(*on)),
            Setting::AaaaRecord(on) => request.enable_resource_name_dns_aaaa_record_on_launch(value(*on)),
            Setting::HostnameType(kind) => request.private_dns_hostname_type_on_launch(HostnameType::from(&**kind)),
            Setting::LocalInterfaces(Some(index)) => request.enable_lni_at_device_index(*index),
            Setting::LocalInterfaces(None) => request.disable_lni_at_device_index(value(true)),
            Setting::CustomerOwned { map, pool } => {
                request.map_customer_owned_ip_on_launch(value(*map)).set_customer_owned_ipv4_pool(pool.clone())
            }
            Setting::MapPublicIp(on) => request.map_public_ip_on_launch(value(*on)),
        };
        request.send()
    });
    done.await.map(drop).map_err(|why| why.while_doing(format!("change subnet {id}")))
}

/// Sets what differs and waits until it shows. A second time there is less to do.
pub(super) async fn set(region: &Region, id: &str, planned: &Fields, timeout: Duration) -> Result<(), Trouble> {
    let now = super::look(region, id).await?;
    let open = differences(&now, planned);
    for setting in &open {
        send(region, id, setting).await?;
    }
    if open.is_empty() {
        return Ok(());
    }
    let wait = Wait { doing: format!("change subnet {id}"), until: "as asked for", timeout };
    wait.run(|| async {
        let now = super::look(region, id).await?;
        let open = differences(&now, planned);
        Ok(if open.is_empty() { Seen::Done(()) } else { Seen::Pending(format!("without {open:?}")) })
    })
    .await
}

/// Turns off what needs an IPv6 block, before the block goes.
pub(super) async fn leave_ipv6(region: &Region, id: &str, planned: &Fields) -> Result<(), Trouble> {
    let now = super::look(region, id).await?;
    for setting in differences(&now, planned) {
        if matches!(setting, Setting::AssignIpv6(false) | Setting::Dns64(false) | Setting::AaaaRecord(false)) {
            send(region, id, &setting).await?;
        }
    }
    Ok(())
}
