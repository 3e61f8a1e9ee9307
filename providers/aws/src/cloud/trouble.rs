//! Why something could not be done, for people: action, object, request id, and what to do.

use super::call::ApiError;
use sdk::{Diagnostic, Finding};
use value::Path;

/// Why something could not be done.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    /// What was to be done to which object: `create the EBS volume`, `attach vol-1 to i-2`.
    doing: String,
    reason: Reason,
    attribute: Path,
}

#[derive(Clone, Debug)]
enum Reason {
    Api(Box<ApiError>),
    /// The object did not get where it was to get.
    Stuck(String),
    /// Something that we refuse ourselves, with what to do.
    Refused(String),
    /// A mistake of ours.
    Ours(String),
}

impl Trouble {
    pub(crate) fn api(doing: String, error: ApiError) -> Trouble {
        Trouble { doing, reason: Reason::Api(Box::new(error)), attribute: Path::ROOT }
    }

    /// The object did not get into the state that was asked for: why, as a full sentence.
    pub(crate) fn stuck(doing: impl Into<String>, why: impl Into<String>) -> Trouble {
        Trouble { doing: doing.into(), reason: Reason::Stuck(why.into()), attribute: Path::ROOT }
    }

    /// We refuse it ourselves: why, and what to do, as full sentences.
    pub(crate) fn refused(doing: impl Into<String>, why: impl Into<String>) -> Trouble {
        Trouble { doing: doing.into(), reason: Reason::Refused(why.into()), attribute: Path::ROOT }
    }

    /// A mistake of ours.
    pub(crate) fn ours(what: impl Into<String>) -> Trouble {
        Trouble { doing: String::new(), reason: Reason::Ours(what.into()), attribute: Path::ROOT }
    }

    /// The argument that is to blame.
    pub(crate) fn about(mut self, name: &'static str) -> Trouble {
        self.attribute = Path::attribute(name);
        self
    }

    /// The API's error, where there is one.
    pub(crate) fn api_error(&self) -> Option<&ApiError> {
        match &self.reason {
            Reason::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the change may have been carried out although no answer came, so that nobody knows.
    pub(crate) fn in_doubt(&self) -> bool {
        self.api_error().is_some_and(|error| error.in_doubt)
    }

    /// As hosts are told. `called` is what people call the type.
    pub(crate) fn finding(self, called: &str) -> Finding {
        let Trouble { doing, reason, attribute } = self;
        let summary = match doing.is_empty() {
            true => format!("Failed: {called}"),
            false => format!("Could not {doing}"),
        };
        let detail = match reason {
            Reason::Api(error) => api_detail(&error),
            Reason::Stuck(why) | Reason::Refused(why) => why,
            Reason::Ours(what) => format!("This is a mistake in the provider, please report it: {what}."),
        };
        Finding { diagnostic: Diagnostic::error(summary, detail), attribute }
    }
}

fn api_detail(error: &ApiError) -> String {
    if error.told.as_ref().is_some_and(|told| told.again()) {
        return format!(
            "The credentials are not accepted in {} ({}). Another error of this run says more.",
            error.region, error.code
        );
    }
    let place = format!("{}:{} in {}", error.service, error.action, error.region);
    let mut detail = match error.code.is_empty() {
        true => format!("{place} was not answered: {}.", error.message.trim_end_matches('.')),
        false => format!("{place} answered {}: {}", error.code, error.message),
    };
    if let Some(id) = &error.request_id {
        detail.push_str(&format!("\nRequest id: {id}"));
    }
    if let Some(advice) = error.advice.map(String::from).or_else(|| advice(error)) {
        detail.push_str(&format!("\n\n{advice}"));
    }
    detail
}

/// What to do, by the API's code. Codes are those of "Error codes for the Amazon EC2 API" and of the KMS API reference.
fn advice(error: &ApiError) -> Option<String> {
    let code = error.code.as_str();
    let text = match code {
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => {
            return Some(format!(
                "Allow {}:{} on this object to the credentials in use, or use others. A key needs it in its key policy \
                 too.",
                error.service, error.action
            ));
        }
        "AuthFailure"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature" => {
            "The credentials are not accepted. Check them, that they belong to this partition, and the clock."
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => "The credentials have expired: get new ones.",
        "OptInRequired" | "PendingVerification" => {
            "The account is not ready for this service or region: enable it first."
        }
        "IdempotentParameterMismatch" => {
            "The same client token was used with other arguments. Plan again: a new plan has a new token."
        }
        "InsufficientInstanceCapacity" | "InsufficientHostCapacity" | "InsufficientCapacity" => {
            "The zone has no room for this now. Try another zone or instance type, or try later; capacity that must be \
             there needs a reservation."
        }
        "DependencyViolation"
        | "VolumeInUse"
        | "InvalidPlacementGroup.InUse"
        | "InvalidGroup.InUse"
        | "InvalidSnapshot.InUse" => {
            "Something still uses the object. If it is managed in another configuration, remove it there first."
        }
        "KMSInvalidStateException" | "DisabledException" | "Client.InvalidKMSKey.InvalidState" => {
            "The key is disabled or waits for its deletion. Enable it or cancel its deletion, or use another key."
        }
        "MalformedPolicyDocumentException" => {
            "Check the policy: the principals must exist, and the policy must let you change it again."
        }
        "AlreadyExistsException"
        | "InvalidKeyPair.Duplicate"
        | "InvalidGroup.Duplicate"
        | "InvalidPlacementGroup.Duplicate"
        | "RouteAlreadyExists" => "An object of that name is there already. Import it, or choose another name.",
        "InternalError" | "ServiceUnavailable" | "Unavailable" | "InternalFailure" | "KMSInternalException" => {
            "The service has a fault. Run again later; nothing is made twice."
        }
        _ if code.ends_with("LimitExceeded") || code.ends_with("LimitExceededException") || code.contains("Quota") => {
            "A quota of the account is used up. Ask for a higher one in Service Quotas, or remove what is not needed."
        }
        _ if error.is_not_found() => {
            "What the request names is not there, or not in this region. If it was made a moment ago, run again."
        }
        _ if code.is_empty() => "Check the endpoint, the network and the region, then run again.",
        _ => return None,
    };
    Some(text.to_owned())
}
