//! Which keys must be alive to read something (recovery.md 2.4: the key in the ARN that the copy names).

use crate::observed::{Observations, Observed, Presence, Target, decided_later};
use crate::place::{region, region_of_arn, regional};
use crate::{Class, Domain, Formula};
use value::Value;

/// The seal of an object with `encrypted` and `kms_key_id`.
pub(crate) fn of(observations: &Observations<'_>, object: &Observed) -> Formula {
    match observations.target(object, "kms_key_id") {
        Ok(Some(target)) => key(observations, &target),
        Ok(None) => unnamed(observations, object),
        // The key is computed by the provider; without encryption there is none.
        Err(_) if is_off(object) => Formula::True,
        Err(_) if computed(object, "kms_key_id") => unnamed(observations, object),
        Err(why) => Formula::Somewhere(Class::Key, why),
    }
}

/// The seal of a copy that is not in use. A disk that is attached shows that its key works; nothing shows that of a
/// key outside of the estate which sealed a snapshot long ago.
pub(crate) fn at_rest(observations: &Observations<'_>, object: &Observed) -> Formula {
    let seal = of(observations, object);
    match observations.target(object, "kms_key_id") {
        Ok(Some(Target::Outside(name))) if seal != Formula::False && !name.starts_with("alias/aws/") => {
            let why = format!("{name} is not in this configuration, so whether that key still works is not known");
            seal.and(Formula::Unknown(why.into()))
        }
        _ => seal,
    }
}

/// No key is named: nothing seals it, or the account's default key of the region does.
fn unnamed(observations: &Observations<'_>, object: &Observed) -> Formula {
    match object.value.get("encrypted").map(|v| (v.as_bool(), v.is_null())) {
        None | Some((Some(false), _)) => Formula::True,
        Some((Some(true), _)) => match region(observations, object) {
            Ok(region) => Formula::Alive(Domain::new(Class::Key, format!("alias/aws/ebs@{region}"))),
            Err(why) => Formula::Somewhere(Class::Key, why),
        },
        Some((None, null)) => {
            let cause = if null { "is not set" } else { "is known only after apply" };
            let why =
                format!("{}.encrypted {cause}: whether the account's default key seals it is not known", object.addr);
            Formula::Somewhere(Class::Key, why.into())
        }
    }
}

/// A key: itself and its region. Multi-Region primary and replica are two keys: each copy names one.
fn key(observations: &Observations<'_>, target: &Target) -> Formula {
    match target {
        Target::Address(address) => {
            let Some(object) = observations.get(address) else {
                return Formula::Somewhere(Class::Key, format!("{address} is not in this configuration").into());
            };
            // An alias seals with the key it points at.
            if object.addr.resource.kind.as_ref() == "aws_kms_alias" {
                return match observations.target(object, "target_key_id") {
                    Ok(Some(target)) => key(observations, &target),
                    Ok(None) => Formula::False,
                    Err(why) => Formula::Somewhere(Class::Key, why),
                };
            }
            if object.presence == Presence::Missing {
                return Formula::False;
            }
            let alive = Formula::Alive(Domain::new(Class::Key, address.clone())).and(regional(observations, object));
            let alive = alive.and(decided_later(object));
            if enabled(object) { alive } else { Formula::False }
        }
        Target::Outside(name) if observations.is_former(name) => Formula::False,
        Target::Outside(name) => {
            let alive = Formula::Alive(Domain::new(Class::Key, name.clone()));
            match region_of_arn(name) {
                Some(region) => alive.and(Formula::Alive(Domain::new(Class::Region, region))),
                None => alive,
            }
        }
    }
}

fn enabled(key: &Observed) -> bool {
    ["is_enabled", "enabled"].iter().all(|a| key.value.get(a).and_then(Value::as_bool) != Some(false))
}

fn is_off(object: &Observed) -> bool {
    object.value.get("encrypted").and_then(Value::as_bool) == Some(false)
}

/// True for an unknown that the object's own provider will decide.
fn computed(object: &Observed, attribute: &str) -> bool {
    object
        .value
        .get(attribute)
        .and_then(Value::origin)
        .is_some_and(|origin| origin.address.as_ref() == object.addr.to_string())
}
