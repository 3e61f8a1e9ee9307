//! Choices by their names in the file.

use crate::SavedError;

/// Names for the variants of an enumeration: both directions from one list, which the compiler holds to be complete.
macro_rules! names {
    ($($(#[$about:meta])* $module:ident: $type:ty { $($variant:ident = $name:literal),+ $(,)? })+) => {
        $($(#[$about])*
        pub(crate) mod $module {
            use super::SavedError;

            pub(crate) fn name(value: $type) -> &'static str {
                type Named = $type;
                match value {
                    $(Named::$variant => $name,)+
                }
            }

            pub(crate) fn named(name: &str) -> Result<$type, SavedError> {
                type Named = $type;
                match name {
                    $($name => Ok(Named::$variant),)+
                    _ => Err(SavedError::part(stringify!($module))),
                }
            }
        })+
    };
}

names! {
    /// What kind of plan.
    mode: plan::Mode { Normal = "normal", Destroy = "destroy", RefreshOnly = "refresh-only" }

    /// Whether objects were read.
    refresh: plan::Refresh { Yes = "yes", No = "no", Minimal = "minimal" }

    /// Whether everything was planned.
    complete: plan::Complete { Yes = "yes", Errored = "errored", Refused = "refused" }

    /// What is done.
    action: plan::Action {
        NoOp = "no-op",
        Create = "create",
        Read = "read",
        Update = "update",
        DeleteThenCreate = "delete-create",
        CreateThenDelete = "create-delete",
        ForgetThenCreate = "forget-create",
        Delete = "delete",
        Forget = "forget",
    }

    /// Why.
    reason: plan::ActionReason {
        None = "none",
        ReplaceBecauseTainted = "replace_because_tainted",
        ReplaceByRequest = "replace_by_request",
        ReplaceByTriggers = "replace_by_triggers",
        ReplaceBecauseCannotUpdate = "replace_because_cannot_update",
        DeleteBecauseNoResourceConfig = "delete_because_no_resource_config",
        DeleteBecauseNoMoveTarget = "delete_because_no_move_target",
        DeleteBecauseNoModule = "delete_because_no_module",
        DeleteBecauseWrongRepetition = "delete_because_wrong_repetition",
        DeleteBecauseCountIndex = "delete_because_count_index",
        DeleteBecauseEachKey = "delete_because_each_key",
        DeleteBecauseDisabled = "delete_because_disabled",
        ForgotBecauseLifecycleDestroyInConfig = "forgot_because_lifecycle_destroy_in_config",
        ForgotBecauseLifecycleDestroyInState = "forgot_because_lifecycle_destroy_in_state",
        ReadBecauseConfigUnknown = "read_because_config_unknown",
        ReadBecauseDependencyPending = "read_because_dependency_pending",
        ReadBecauseCheckNested = "read_because_check_nested",
    }

    /// What is done where many steps meet.
    joined: plan::Joined {
        DeletesFirst = "deletes_first",
        DependentDeletes = "dependent_deletes",
        DependentDeletesFirst = "dependent_deletes_first",
        DependentChanges = "dependent_changes",
        Changes = "changes",
    }

    /// What conditions are about.
    checked: eval::CheckedKind { Resource = "resource", Output = "output", Check = "check", Variable = "variable" }
}
