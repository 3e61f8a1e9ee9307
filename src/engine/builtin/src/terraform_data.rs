//! `terraform_data`: keeps a value, and is replaced when its triggers change.
//!
//! Plans as Terraform 1.11.4 does (recorded in the tests): a create and a replacement leave `id` and `output` open, a
//! change of `input` leaves `output` open.

use crate::planned;
use calls::{Answer, ChangeRequest, PlannedObject};
use configschema::{Attribute, Block, Schema};
use diag::Diagnostics;
use std::sync::Arc;
use uuid::Uuid;
use value::{Path, Refinement, Type, Value};

/// The resource type.
pub(crate) const KIND: &str = "terraform_data";
const INPUT: &str = "input";
const OUTPUT: &str = "output";
const TRIGGERS: &str = "triggers_replace";
const ID: &str = "id";

/// Ids are made from tokens under this name; a change of it changes no id that is stored.
const ID_NAMESPACE: Uuid = Uuid::from_u128(0x64f2_6c5e_3d1b_5a7e_9c40_7d72_666f_726d);

pub(crate) fn schema() -> Schema {
    let attributes = [
        (INPUT, Attribute::optional(Type::Dynamic)),
        (OUTPUT, Attribute::computed(Type::Dynamic)),
        (TRIGGERS, Attribute::optional(Type::Dynamic)),
        (ID, Attribute::computed(Type::String)),
    ];
    let attributes = attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect();
    Schema { version: 0, block: Block { attributes, ..Block::default() } }
}

pub(crate) fn plan(prior: &Value, proposed: &Value, private: &Arc<[u8]>) -> Answer {
    let input = attribute(proposed, INPUT);
    let open = Value::unknown(input.ty());
    // Null is known beforehand, also to be the output; and that there will be an id.
    let new_output = || if input.is_null() { input.clone() } else { open.clone() };
    let id = Value::refined(Type::String, Refinement::not_null());
    let fresh = |output| with(proposed, [(ID, id.clone()), (OUTPUT, output)]);
    if prior.is_null() {
        return planned(fresh(new_output()), private);
    }
    if attribute(prior, TRIGGERS) != attribute(proposed, TRIGGERS) {
        let planned = PlannedObject {
            planned: fresh(new_output()),
            requires_replace: vec![Path::attribute(TRIGGERS)],
            private: private.clone(),
            legacy: false,
        };
        return Answer::Planned(Some(planned), Diagnostics::new());
    }
    if attribute(prior, INPUT) != input {
        return planned(with(proposed, [(OUTPUT, open)]), private);
    }
    planned(proposed.clone(), private)
}

/// What an import of any id gives, as Terraform does: the id and nothing else.
pub(crate) fn imported(id: &str) -> Value {
    let nothing = Value::null(Type::Dynamic);
    Value::object([(INPUT, nothing.clone()), (OUTPUT, nothing.clone()), (TRIGGERS, nothing), (ID, Value::string(id))])
}

/// The output is the input, the id comes from the token: the same request gives the same object.
pub(crate) fn change(request: &ChangeRequest) -> Value {
    let planned = &request.planned;
    let mut made = planned.clone();
    if !attribute(planned, OUTPUT).is_wholly_known() {
        made = with(&made, [(OUTPUT, attribute(planned, INPUT))]);
    }
    if !attribute(planned, ID).is_known() {
        made = with(&made, [(ID, Value::string(id(&request.token)))]);
    }
    made
}

fn id(token: &str) -> String {
    Uuid::parse_str(token).unwrap_or_else(|_| Uuid::new_v5(&ID_NAMESPACE, token.as_bytes())).to_string()
}

fn attribute(object: &Value, name: &str) -> Value {
    object.get(name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic))
}

fn with<const N: usize>(object: &Value, changed: [(&str, Value); N]) -> Value {
    let mut attributes = object.as_object().cloned().unwrap_or_default();
    attributes.extend(changed.map(|(name, value)| (name.into(), value)));
    Value::object(attributes)
}
