//! One request: within the budget, sent again where that is safe, and what became of it.

use super::budget::Budget;
use super::trouble::Trouble;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use std::error::Error;
use std::time::Duration;

/// What is asked of an API, and when it may be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// Name of the operation, such as `CreateVolume`.
    pub(crate) name: &'static str,
    again: Again,
}

/// When a request whose outcome is unknown may be sent again. One that was refused for its number always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// It changes nothing.
    Read,
    /// Carried out twice it has the effect of once: client token, natural key, or a state that is set.
    Same,
    /// Never: a second request could make a second object.
    Never,
}

impl Action {
    /// Changes nothing.
    pub(crate) const fn read(name: &'static str) -> Action {
        Action { name, again: Again::Read }
    }

    /// Carried out twice it has the effect of once: it carries a client token, or sets a state.
    pub(crate) const fn same(name: &'static str) -> Action {
        Action { name, again: Again::Same }
    }

    /// Carried out twice it may make two objects: with an unknown outcome the error says so.
    pub(crate) const fn once(name: &'static str) -> Action {
        Action { name, again: Again::Never }
    }

    pub(crate) fn changes(self) -> bool {
        self.again != Again::Read
    }
}

/// Why a request failed.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) action: &'static str,
    pub(crate) service: &'static str,
    pub(crate) region: String,
    /// The API's code, such as `InvalidVolume.NotFound`; empty when no answer came.
    pub(crate) code: String,
    /// The API's text, or why no answer came.
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    /// The request may have been carried out all the same.
    pub(crate) in_doubt: bool,
    /// An earlier try of this request may have been carried out: "exists already" may be our own doing.
    pub(crate) tried_before: bool,
}

impl ApiError {
    /// Whether the API answered with this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// Whether the API says that the object is not there: `InvalidVolume.NotFound`, `NotFoundException`, …
    pub(crate) fn is_not_found(&self) -> bool {
        self.code.ends_with(".NotFound")
            || self.code.ends_with("NotFoundException")
            || self.code.ends_with(".Unknown")
            || self.code == "NotFound"
            || self.code.ends_with(".NotFoundException")
    }

    /// The error for people: what was to be done to which object.
    pub(crate) fn while_doing(self, doing: impl Into<String>) -> Trouble {
        Trouble::api(doing.into(), self)
    }
}

/// Refusals for the number of requests, as EC2 ("Error codes for the Amazon EC2 API") and KMS name them.
const THROTTLED: [&str; 7] = [
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestThrottled",
    "EC2ThrottledException",
];

/// Answers that ask to come again, with nothing done.
const LATER: [&str; 4] = ["ServerInternal", "InternalError", "Unavailable", "ServiceUnavailable"];

enum Outcome {
    Throttled,
    /// The server failed; it may have done something.
    Failed,
    /// Nothing went out.
    NotSent,
    /// No answer.
    Lost,
    Refused,
}

/// How tries follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tries {
    /// Tries after the first one.
    pub(crate) most: u32,
}

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Makes a request until it is answered, as often as the action allows.
pub(crate) async fn call<T, E, F>(
    place: (&'static str, &str),
    budget: &Budget,
    tries: Tries,
    action: Action,
    send: impl Fn() -> F,
) -> Result<T, ApiError>
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    F: std::future::Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let mut pause = FIRST_PAUSE;
    let mut failures = 0;
    let mut tried_before = false;
    loop {
        budget.turn().await;
        let error = match send().await {
            Ok(answer) => {
                budget.taken();
                return Ok(answer);
            }
            Err(error) => error,
        };
        let outcome = outcome(&error);
        match outcome {
            Outcome::Throttled => budget.refused(),
            Outcome::Refused | Outcome::Failed => budget.taken(),
            Outcome::NotSent | Outcome::Lost => {}
        }
        let again = match outcome {
            Outcome::Refused => false,
            Outcome::Throttled | Outcome::NotSent => true,
            Outcome::Failed | Outcome::Lost => action.again != Again::Never,
        };
        let doubtful = matches!(outcome, Outcome::Failed | Outcome::Lost) && action.changes();
        // Throttling ends by itself, and the budget already slows down: it does not count as much.
        failures += if matches!(outcome, Outcome::Throttled) { 1 } else { 4 };
        if !again || failures > 4 * tries.most {
            return Err(api_error(place, action, &error, doubtful, tried_before));
        }
        tried_before |= doubtful;
        tokio::time::sleep(pause.mul_f64(jitter())).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// From a half to the whole, so that requests that failed together do not come again together.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0_u8);
    0.5 + (random % 1_000) as f64 / 2_000.0
}

fn outcome<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Outcome {
    match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            let status = answer.raw().status().as_u16();
            if THROTTLED.contains(&code) {
                Outcome::Throttled
            } else if status >= 500 || LATER.contains(&code) {
                Outcome::Failed
            } else {
                Outcome::Refused
            }
        }
        SdkError::ConstructionFailure(_) => Outcome::Refused,
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(never_connected) => {
            Outcome::NotSent
        }
        // Credentials that cannot be had, an endpoint that makes no sense: nothing went out, and waiting does not help.
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(|why| why.is_user()) => {
            Outcome::Refused
        }
        _ => Outcome::Lost,
    }
}

/// Whether no connection came about at all.
fn never_connected(error: &aws_smithy_runtime_api::client::result::ConnectorError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::ConnectionRefused;
        }
        cause = error.source();
    }
    false
}

fn api_error<E: Error + ProvideErrorMetadata + Send + Sync + 'static>(
    (service, region): (&'static str, &str),
    action: Action,
    error: &SdkError<E, HttpResponse>,
    in_doubt: bool,
    tried_before: bool,
) -> ApiError {
    let metadata = error.meta();
    let message = match metadata.message() {
        Some(message) => message.to_owned(),
        None => causes(error),
    };
    let request_id = match error {
        SdkError::ServiceError(answer) => answer.raw().headers().get("x-amzn-requestid").map(String::from),
        _ => None,
    };
    ApiError {
        action: action.name,
        service,
        region: region.to_owned(),
        code: metadata.code().unwrap_or_default().to_owned(),
        message,
        request_id: error.request_id().map(String::from).or(request_id),
        in_doubt,
        tried_before,
    }
}

/// The innermost reasons, without the names of the SDK's layers.
fn causes(error: &dyn Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
        cause = error.source();
    }
    texts.join(": ")
}
