//! The IPv6 block of a VPC: from Amazon or from IPAM; it can come, go and change while the VPC is there.

use crate::cloud::{Action, Region, Seen, Trouble, Wait};
use crate::ec2::cidr::Cidr;
use crate::fields::Fields;
use crate::kind::Change;
use aws_sdk_ec2::types::{Vpc, VpcCidrBlockStateCode as Code, VpcIpv6CidrBlockAssociation as Association};
use std::sync::Arc;
use std::time::Duration;

/// The API's name for the pool that generated blocks come from.
const AMAZON: &str = "Amazon";
/// What the API calls any pool of IPAM.
const IPAM: &str = "IPAM Managed";

fn state(association: &Association) -> Option<&Code> {
    association.ipv6_cidr_block_state().and_then(|state| state.state())
}

fn is_associated(association: &Association) -> bool {
    state(association) == Some(&Code::Associated)
}

/// The association that we know, or the first one.
fn of<'a>(vpc: &'a Vpc, known: Option<&str>) -> Option<&'a Association> {
    let associated = || vpc.ipv6_cidr_block_association_set().iter().filter(|one| is_associated(one));
    associated().find(|one| known.is_some() && one.association_id() == known).or_else(|| associated().next())
}

/// Whether a change is about the block.
pub(super) fn changes(prior: &Fields, planned: &Fields) -> bool {
    let of = |object: &Fields| object.is_true("assign_generated_ipv6_cidr_block");
    let names = ["ipv6_cidr_block", "ipv6_cidr_block_network_border_group", "ipv6_ipam_pool_id"];
    of(prior) != of(planned) || names.iter().any(|name| prior.get(name) != planned.get(name))
}

/// Puts the block into the object.
pub(super) fn show(object: &mut Fields, vpc: &Vpc) {
    let known = object.filled_text("ipv6_association_id").map(String::from);
    let found = of(vpc, known.as_deref());
    let pool = found.and_then(Association::ipv6_pool).unwrap_or_default();
    let block = found.and_then(Association::ipv6_cidr_block).unwrap_or_default();
    let generated = pool == AMAZON;
    if generated || !object.is_null("assign_generated_ipv6_cidr_block") {
        object.set_flag("assign_generated_ipv6_cidr_block", Some(generated));
    }
    object.set_text("ipv6_association_id", Some(found.and_then(Association::association_id).unwrap_or_default()));
    let same = object.text("ipv6_cidr_block").and_then(Cidr::parse).is_some_and(|old| Cidr::parse(block) == Some(old));
    if !same {
        object.set_text("ipv6_cidr_block", Some(block));
    }
    let group = found.and_then(Association::network_border_group).unwrap_or_default();
    object.set_text("ipv6_cidr_block_network_border_group", Some(group));
    // The API does not tell which pool of IPAM it is.
    if pool != IPAM {
        object.set_filled_text("ipv6_ipam_pool_id", Some(pool).filter(|_| !generated));
    }
    match Cidr::parse(block).filter(|_| !generated) {
        Some(block) if !object.is_null("ipv6_netmask_length") => {
            object.set_int("ipv6_netmask_length", Some(block.prefix));
        }
        Some(_) => {}
        None => object.clear("ipv6_netmask_length"),
    }
}

/// How far the association of a new VPC's block is.
pub(super) fn progress(vpc: &Vpc) -> Seen<()> {
    let set = vpc.ipv6_cidr_block_association_set();
    let state = set.iter().find_map(|one| match state(one) {
        Some(Code::Associated | Code::Disassociated | Code::Disassociating) => None,
        other => Some((other, one)),
    });
    match state {
        None => Seen::Done(()),
        Some((Some(Code::Failed | Code::Failing), one)) => Seen::Failed(failure(one)),
        Some((state, _)) => Seen::Pending(format!("{} its IPv6 block", state.map_or("waiting for", Code::as_str))),
    }
}

fn failure(association: &Association) -> String {
    let why = association.ipv6_cidr_block_state().and_then(|state| state.status_message());
    format!("The IPv6 block could not be associated: {}", why.unwrap_or("the API gives no reason"))
}

/// Takes the old block away and puts the new one there. A second time it goes on where the first one ended.
pub(super) async fn update(region: &Region, change: &Change, timeout: Duration) -> Result<(), Trouble> {
    let (id, planned) = (change.prior.id(), &change.planned);
    let vpc = look(region, id).await?;
    let old = change.prior.filled_text("ipv6_association_id");
    let old_there = vpc.ipv6_cidr_block_association_set().iter().any(|one| {
        let there = matches!(state(one), Some(Code::Associated | Code::Associating));
        there && old.is_some() && one.association_id() == old
    });
    if let Some(old) = old.filter(|_| old_there) {
        let done = region.ec2().call(Action::same("DisassociateVpcCidrBlock"), |c| {
            c.disassociate_vpc_cidr_block().association_id(old).send()
        });
        match done.await {
            Err(why) if why.is_not_found() => {}
            other => {
                other.map_err(|why| why.while_doing(format!("take the IPv6 block {old} from VPC {id}")))?;
            }
        }
        wait_until_gone(region, id, old, timeout).await?;
    }
    let generated = planned.is_true("assign_generated_ipv6_cidr_block");
    let pool = planned.filled_text("ipv6_ipam_pool_id");
    if !generated && pool.is_none() {
        return Ok(());
    }
    // An earlier try may have made it already.
    let made = vpc.ipv6_cidr_block_association_set().iter().find(|one| {
        let there = matches!(state(one), Some(Code::Associated | Code::Associating));
        there && one.association_id() != old && (one.ipv6_pool() == Some(AMAZON)) == generated
    });
    let new = match made.and_then(Association::association_id) {
        Some(made) => made.to_owned(),
        None => associate(region, id, planned).await?,
    };
    wait_until_associated(region, id, &new, timeout).await
}

async fn associate(region: &Region, id: &str, planned: &Fields) -> Result<String, Trouble> {
    let generated = planned.is_true("assign_generated_ipv6_cidr_block");
    let asked = region.ec2().call(Action::once("AssociateVpcCidrBlock"), |c| {
        let request = c.associate_vpc_cidr_block().vpc_id(id);
        match generated {
            true => request.amazon_provided_ipv6_cidr_block(true).set_ipv6_cidr_block_network_border_group(
                planned.filled_text("ipv6_cidr_block_network_border_group").map(String::from),
            ),
            false => request
                .set_ipv6_ipam_pool_id(planned.filled_text("ipv6_ipam_pool_id").map(String::from))
                .set_ipv6_cidr_block(planned.filled_text("ipv6_cidr_block").map(String::from))
                .set_ipv6_netmask_length(planned.int("ipv6_netmask_length")),
        }
        .send()
    });
    let answer = asked.await.map_err(|why| why.while_doing(format!("give VPC {id} an IPv6 block")))?;
    let new = answer.ipv6_cidr_block_association().and_then(Association::association_id);
    new.map(String::from).ok_or_else(|| Trouble::ours("AssociateVpcCidrBlock answered without an association"))
}

async fn look(region: &Region, id: &str) -> Result<Arc<Vpc>, Trouble> {
    let found = region.reads.vpcs.fresh(id).await.map_err(|why| why.while_doing(format!("read VPC {id}")))?;
    found.ok_or_else(|| Trouble::stuck(format!("change VPC {id}"), "The VPC is not there any more."))
}

async fn wait_until_gone(region: &Region, id: &str, association: &str, timeout: Duration) -> Result<(), Trouble> {
    let doing = format!("take the IPv6 block {association} from VPC {id}");
    let wait = Wait { doing, until: "disassociated", timeout };
    wait.run(|| async {
        let vpc = look(region, id).await?;
        let found = vpc.ipv6_cidr_block_association_set().iter().find(|one| one.association_id() == Some(association));
        Ok(match found.and_then(state) {
            None | Some(Code::Disassociated) => Seen::Done(()),
            Some(state) => Seen::Pending(state.as_str().to_owned()),
        })
    })
    .await
}

async fn wait_until_associated(region: &Region, id: &str, association: &str, timeout: Duration) -> Result<(), Trouble> {
    let doing = format!("give VPC {id} the IPv6 block {association}");
    let wait = Wait { doing, until: "associated", timeout };
    wait.run(|| async {
        let vpc = look(region, id).await?;
        let found = vpc.ipv6_cidr_block_association_set().iter().find(|one| one.association_id() == Some(association));
        let Some(found) = found else { return Ok(Seen::Pending("not found".into())) };
        Ok(match state(found) {
            Some(Code::Associated) => Seen::Done(()),
            Some(Code::Failed | Code::Failing) => Seen::Failed(failure(found)),
            state => Seen::Pending(state.map_or("unknown", Code::as_str).to_owned()),
        })
    })
    .await
}
