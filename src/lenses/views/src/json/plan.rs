//! Plans, format 1.2.

use super::values::{Members, member, text};
use calls::ImportedBy;
use plan::ActionReason;
use value::json::Node;

/// What an `import` block says.
pub(crate) fn importing(by: &ImportedBy) -> Node {
    let members: Members = match by {
        ImportedBy::Id(id) => vec![text("id", id.clone())],
        ImportedBy::Identity(identity) => {
            value::json::parse(&identity.json).map(|identity| member("identity", identity)).into_iter().collect()
        }
    };
    Node::Object(members)
}

/// The word for a reason; `None` where the difference says it.
pub(crate) fn reason(reason: ActionReason) -> Option<&'static str> {
    Some(match reason {
        ActionReason::None => return None,
        ActionReason::ReplaceBecauseTainted => "replace_because_tainted",
        ActionReason::ReplaceByRequest => "replace_by_request",
        ActionReason::ReplaceByTriggers => "replace_by_triggers",
        ActionReason::ReplaceBecauseCannotUpdate => "replace_because_cannot_update",
        ActionReason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
        ActionReason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
        ActionReason::DeleteBecauseNoModule => "delete_because_no_module",
        ActionReason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
        ActionReason::DeleteBecauseCountIndex => "delete_because_count_index",
        ActionReason::DeleteBecauseEachKey => "delete_because_each_key",
        ActionReason::ReadBecauseConfigUnknown => "read_because_config_unknown",
        ActionReason::ReadBecauseDependencyPending => "read_because_dependency_pending",
        // What Terraform does not have is called as OpenTofu calls it.
        ActionReason::DeleteBecauseDisabled => "delete_because_enabled_false",
        ActionReason::ForgotBecauseLifecycleDestroyInConfig => "forgot_because_lifecycle_destroy_in_config",
        ActionReason::ForgotBecauseLifecycleDestroyInState => "forgot_because_lifecycle_destroy_in_state",
    })
}
